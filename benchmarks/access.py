"""What it costs to know who asks: registering by a key, by a token, and by whoever it may be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from benchmarks.client import HOST, Job
from benchmarks.processes import Running
from benchmarks.rows import Compared, House, compared, take_turns, tomorrow
from benchmarks.traffic import registration

COMPANY = "company-1"
KNOWING = ("-m", "benchmarks.known")
TIMES = 3  # what is looked for is less than a round differs from the next


@dataclass(frozen=True)
class Access:
    """Registrations a second, by what the one who asks is known by."""

    register: Compared

    def cost_percent(self, shown: str) -> float:
        """Return what part of the time of a registration goes into knowing who asks."""
        return 100 * (1 - self.register.ratio(shown, "known already"))


def measure_access(house: House) -> Access:
    """Register by a key and by a token, beside a service that knows whoever asks."""
    url, day = house.database("access"), tomorrow()
    with (
        house.service(url, "access") as (service, keys),
        house.service(url, "access", KNOWING) as (knowing, _),
    ):
        key = keys[COMPANY]
        shown = {
            "a key": (service, key),
            "a token": (service, _token(service, keys)),
            "known already": (knowing, key),
        }
        jobs = {
            name: Job(running.port, [registration(text, day)])
            for name, (running, text) in shown.items()
        }
        return Access(compared(take_turns(house, jobs, 201, apart=True, times=TIMES)))


def _token(service: Running, keys: Mapping[str, str]) -> str:
    """Return an access token for the company's key."""
    form = {
        "grant_type": "client_credentials",
        "client_id": COMPANY,
        "client_secret": keys[COMPANY],
    }
    asked = Request(f"http://{HOST}:{service.port}/oauth/token", urlencode(form).encode())
    with urlopen(asked, timeout=30) as answer:  # noqa: S310 - a server of ours
        token: str = json.loads(answer.read())["access_token"]
    return token
