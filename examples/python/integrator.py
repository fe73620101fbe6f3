"""A company's system in small: register a vehicle and follow it until it is called.

`python examples/python/integrator.py`, with `httpx` installed and the gate running (`make run`).
`GATE_URL`, `GATE_CLIENT` and `GATE_KEY` name another gate, and who you are there.
"""

import json
import os
import secrets
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import httpx

URL = os.environ.get("GATE_URL", "http://127.0.0.1:8000")
CLIENT = os.environ.get("GATE_CLIENT", "company-1")
SANDBOX_KEYS = Path(__file__).parents[2] / "var" / "sandbox-keys.json"
WAIT_SECONDS = 25


class ClientCredentials(httpx.Auth):
    """Changes the key for access tokens, so that the key itself travels once in 15 minutes.

    Nothing reckons when a token ends: one that opens nothing any more is answered by 401, whether
    it is too old or its key was rotated, and then a new one is asked for, once.
    """

    requires_response_body = True

    def __init__(self, client: str, key: str) -> None:
        """Ask for tokens as `client`, by one of its keys."""
        self._basic = httpx.BasicAuth(client, key)
        self._token: str | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request with a token that opens."""
        if self._token is None:
            yield from self._renewed()
        request.headers["Authorization"] = f"Bearer {self._token}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            yield from self._renewed()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _renewed(self) -> Generator[httpx.Request, httpx.Response, None]:
        asked = httpx.Request(
            "POST", f"{URL}/oauth/token", data={"grant_type": "client_credentials"}
        )
        answer = yield next(self._basic.auth_flow(asked))
        answer.raise_for_status()
        self._token = answer.json()["access_token"]


def answered(answer: httpx.Response) -> dict[str, Any]:
    """Return what was asked for, or end with the gate's own words of why not."""
    content: dict[str, Any] = answer.json()
    if answer.is_error:
        # `code` never changes and is what a program decides by; `detail` is for people.
        sys.exit(f"{content['code']}: {content['detail']} {content.get('errors', '')}")
    return content


def register(gate: httpx.Client) -> dict[str, Any]:
    """Register a truck of lychees and return its entry."""
    # The gate's clock: a sandbox may be on another day.
    now = answered(gate.get("/v1/gates/tan-thanh/queues/export"))["as_of"]
    number = f"{secrets.randbelow(100_000):05}"
    declared = {
        "gate": "tan-thanh",
        "direction": "export",
        "planned_arrival_at": now,
        "client_reference": f"example-{number}",
        "vehicle": {"tractor_plate": f"12C-{number}", "payload_kg": 15_000},
        "consignments": [{"lines": [{"goods_group": "fresh-produce-export", "product": "lychee"}]}],
    }
    # Whoever sends it again after a broken connection gets the same answer, not a second entry.
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    return answered(gate.post("/v1/entries", json=declared, headers=headers))


def events(gate: httpx.Client, after: int | None) -> Iterator[dict[str, Any]]:
    """Yield what happens after a position, for ever, in order and each at least once."""
    while True:
        # Left out, and the oldest that is kept come first.
        where = {"wait": WAIT_SECONDS} | ({} if after is None else {"after": after})
        answer = gate.get("/v1/events", params=where, timeout=WAIT_SECONDS + 10)
        if answer.status_code == httpx.codes.GONE:
            # We were away for too long: a real system now reads its entries anew.
            after = answer.json()["oldest"]
            continue
        page = answered(answer)
        yield from page["items"]
        # It moves on also when nothing was ours. A real system stores it, after its work.
        after = page["after"]


def main() -> None:
    """Tell on standard output what becomes of one vehicle."""
    key = os.environ.get("GATE_KEY") or json.loads(SANDBOX_KEYS.read_text("utf-8"))[CLIENT]
    with httpx.Client(base_url=URL, auth=ClientCredentials(CLIENT, key)) as gate:
        entry = register(gate)
        print("registered", entry["reference"], entry["lane"], flush=True)
        for finding in entry["findings"]:
            print("finding", finding["rule"], finding["message"], flush=True)
        for event in events(gate, None):
            if event["entry"] != entry["id"]:
                continue
            print(event["kind"], event["data"].get("call_number", ""), flush=True)
            # Kinds that we do not know are passed over: more may come in any release.
            if event["kind"] == "call.made":
                return


if __name__ == "__main__":
    main()
