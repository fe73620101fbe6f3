"""Allowances per client and class of operation, told in `RateLimit` headers.

Each client may make a burst of its whole allowance, which then refills evenly (the generic cell
rate algorithm): one number a client and rule. Memory is this process's own: several processes
give a client a share each. The memory store of `limits` is not used, because it starts a thread
and walks over every client at nearly every request; its notation of rates is.
"""

import ipaddress
import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from limits import parse_many
from starlette.types import Scope

from app.api.failures import RateExceededError

SECOND: Final = 1_000_000_000
SCOPE_KEY: Final = "rate_limit"
RECEIVED_KEY: Final = "received_bytes"
"""Where the middleware counts the bytes of a request's body."""
UNIT_BYTES: Final = 16_384
"""A request counts once more for each of these that it sent, for it takes so much longer."""


class Standing(NamedTuple):
    """What is left of an allowance after a request; times in whole seconds, rounded up.

    `reset`: until the allowance is whole again; `retry_after`: 0 where the request is allowed.
    """

    remaining: int
    reset: int
    retry_after: int


class Allowance:
    """One rate such as 600/minute, kept for many clients; the clock counts nanoseconds."""

    def __init__(self, name: str, amount: int, seconds: int, clock: Callable[[], int]) -> None:
        """Allow `amount` requests in `seconds`."""
        self.policy = f'"{name}";q={amount};w={seconds}'.encode()
        self.left = f'"{name}";r=%d;t=%d'.encode()
        self._amount = amount
        self._window = seconds * SECOND
        self._cost = self._window // amount
        self._clock = clock
        self._full_at: dict[str, int] = {}  # when a client's allowance will be whole again
        self._sweep_at = clock() + self._window

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._full_at)

    def take(self, client: str, units: int = 1) -> Standing:
        """Count one request of `client` as so many, where it has that many left."""
        now = self._clock()
        if now >= self._sweep_at:
            self._sweep(now)
        cost = self._cost if units == 1 else min(units, self._amount) * self._cost
        used = self._full_at.get(client, now) - now
        used = cost if used < 0 else used + cost
        left = self._window - used
        if left < 0:
            return Standing(0, _up(used - cost), _up(-left))
        self._full_at[client] = now + used
        return Standing(left // self._cost, _up(used), 0)

    def _sweep(self, now: int) -> None:
        """Forget the clients whose allowance is whole, once a window."""
        self._full_at = {client: at for client, at in self._full_at.items() if at > now}
        self._sweep_at = now + self._window


def _up(nanoseconds: int) -> int:
    return -(-nanoseconds // SECOND)


class RateLimits:
    """The allowances of one process, by class of operation."""

    def __init__(
        self, rates: Mapping[str, str], clock: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """Read rates such as `{"public": "600/minute", "key": "50/second;6000/minute"}`."""
        self._classes = {name: _allowances(name, text, clock) for name, text in rates.items()}
        self._policies = {
            name: (b"ratelimit-policy", b", ".join(one.policy for one in allowances))
            for name, allowances in self._classes.items()
        }

    def admit(self, scope: Scope, operation_class: str, client: str) -> None:
        """Count a request of `client` by its size; the middleware tells the client what is left.

        Raises:
            RateExceededError: nothing is left; it says when to come again.
        """
        units = 1 + scope.get(RECEIVED_KEY, 0) // UNIT_BYTES
        left, wait = [], 0
        for allowance in self._classes[operation_class]:
            remaining, reset, retry_after = allowance.take(client, units)
            left.append(allowance.left % (remaining, reset))
            wait = max(wait, retry_after)
        # The fields of draft-ietf-httpapi-ratelimit-headers, as ASGI wants them.
        scope[SCOPE_KEY] = (self._policies[operation_class], (b"ratelimit", b", ".join(left)))
        if wait:
            raise RateExceededError(wait)


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


def _allowances(name: str, text: str, clock: Callable[[], int]) -> tuple[Allowance, ...]:
    return tuple(
        Allowance(f"{name}-{item.get_expiry()}s", item.amount, item.get_expiry(), clock)
        for item in parse_many(text)
    )
