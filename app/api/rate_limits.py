"""Allowances per client, per organisation and class of operation, told in `RateLimit` headers.

A class is what an operation costs: reading, writing, what is heavy. Each client has an allowance in
each, and so have all clients of an organisation together, or who has many would crowd out who has
one. Memory is this process's own; `app/api/exchange.py` makes one of several. The memory store of
`limits` is not used, because it starts a thread and walks over every client at nearly every
request; its notation of rates is.
"""

import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from limits import parse_many
from starlette.types import Scope

from app.api.allowances import Allowance, Header, Standing
from app.api.failures import RateExceededError

Asked = tuple[Allowance, str, Standing]
"""What was asked of an allowance, as whom, and the answer."""

SCOPE_KEY: Final = "rate_limit"
RECEIVED_KEY: Final = "received_bytes"
"""Where the middleware counts the bytes of a request's body."""
NETWORK_BITS: Final = {4: 24, 6: 48}
UNIT_BYTES: Final = 16_384
"""A request counts once more for each of these that it sent, for it takes so much longer."""


class Work(StrEnum):
    """The classes of operation, each with a setting of its own."""

    PUBLIC = "public"
    READ = "read"
    WRITE = "write"
    HEAVY = "heavy"
    REPORT = "report"


class _Class:
    """The allowances of one class: of a client, and of its organisation."""

    def __init__(self, name: str, text: str, times: int, clock: Callable[[], int]) -> None:
        self.own = allowances(name, text, clock)
        self.shared = allowances(f"{name}-organisation", text, clock, times=times)
        self.policies = (policy_of(self.own), policy_of((*self.own, *self.shared)))


class RateLimits:
    """The allowances of one process, by class of operation."""

    def __init__(
        self,
        rates: Mapping[str, str],
        clock: Callable[[], int] = time.monotonic_ns,
        *,
        organisation_times: int = 2,
    ) -> None:
        """Read rates such as `{"public": "600/minute", "read": "200/second;6000/minute"}`.

        An organisation's clients together have `organisation_times` what one of them has.
        """
        self._classes = {
            name: _Class(name, text, organisation_times, clock) for name, text in rates.items()
        }

    def admit(self, scope: Scope, work: str, client: str, organisation: str | None = None) -> None:
        """Count a request of `client` by its size; the middleware tells the client what is left.

        It counts everywhere or nowhere: what a client is refused takes nothing from the others of
        its organisation.

        Raises:
            RateExceededError: nothing is left; it says when to come again.
        """
        units = 1 + scope.get(RECEIVED_KEY, 0) // UNIT_BYTES
        one = self._classes[work]
        if organisation is None and len(one.own) == 1:  # boards and links, by the thousand
            allowance, least = one.own[0], one.own[0].take(client, units)
            scope[SCOPE_KEY] = (one.policies[0], allowance.told(least))
            if least.retry_after:
                raise RateExceededError(least.retry_after)
            return
        asked = [(each, client, each.ask(client, units)) for each in one.own]
        if organisation is not None:
            asked += [(each, organisation, each.ask(organisation, units)) for each in one.shared]
        allowance, _, least = tightest(asked)
        scope[SCOPE_KEY] = (one.policies[organisation is not None], allowance.told(least))
        if least.retry_after:
            raise RateExceededError(least.retry_after)
        for each, who, standing in asked:
            each.keep(who, standing)

    def __iter__(self) -> Iterator[Allowance]:
        """Yield every allowance there is."""
        for one in self._classes.values():
            yield from (*one.own, *one.shared)


def allowances(
    name: str,
    text: str,
    clock: Callable[[], int],
    *,
    times: int = 1,
    tells_all: bool = False,
) -> tuple[Allowance, ...]:
    """Return the allowances of a text such as `20/minute;100/hour`, each `times` that large."""
    found = [(one.amount * times, one.get_expiry()) for one in parse_many(text)]
    return tuple(
        Allowance(f"{name}-{seconds}s", amount, seconds, clock, tells_all=tells_all)
        for amount, seconds in found
    )


def policy_of(those: Iterable[Allowance]) -> Header:
    """Return the field that tells which allowances there are."""
    return (b"ratelimit-policy", b", ".join(one.policy for one in those))


def tightest(asked: Sequence[Asked]) -> Asked:
    """Return the one of which the least is left, of those used up the one to wait for longest."""
    return min(asked, key=_left) if len(asked) > 1 else asked[0]


def _left(asked: Asked) -> tuple[int, int]:
    standing = asked[2]
    return standing.remaining, -standing.retry_after


def client_of(scope: Scope) -> str:
    """Return who a request without a key is counted as: its address, of IPv6 the /64 network.

    Behind a proxy the server must be told to trust it (`GATE_TRUSTED_PROXIES`), or everybody is one
    client.
    """
    host: str = (scope.get("client") or ("local",))[0]
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    # A socket that listens to both worlds tells an IPv4 address so; all of these are one /64.
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False))


@lru_cache(4096)
def network_of(client: str) -> str:
    """Return the network around what `client_of` tells: the /24 of IPv4, the /48 of IPv6."""
    try:
        network = ipaddress.ip_network(client)
    except ValueError:
        return client
    return str(network.supernet(new_prefix=NETWORK_BITS[network.version]))
