"""One rate for many clients: a burst of the whole allowance, which then refills evenly.

That is the generic cell rate algorithm: one number a client, the instant at which its allowance
will be whole again. What a busy client used here is told to the other processes, and what it used
there is learnt; see `app/api/exchange.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

Header = tuple[bytes, bytes]

SECOND: Final = 1_000_000_000
QUIET_SHARE: Final = 10
"""Who has used less than one part in so many of an allowance is no matter for other processes."""
SHORTEST_SHARED: Final = 10
"""A shorter window, in seconds, is over before others hear of it: each process has its own."""


class Standing(NamedTuple):
    """What is left of an allowance after a request; times in whole seconds, rounded up.

    `reset`: until the allowance is whole again; `retry_after`: 0 where the request is allowed.
    `used` and `full_at` say the first exactly, in nanoseconds and as an instant of the clock.
    """

    remaining: int
    reset: int
    retry_after: int
    used: int = 0
    full_at: int = 0


class Allowance:
    """One rate such as 600/minute, kept for many clients; the clock counts nanoseconds."""

    def __init__(
        self,
        name: str,
        amount: int,
        seconds: int,
        clock: Callable[[], int],
        *,
        tells_all: bool = False,
    ) -> None:
        """Allow `amount` requests in `seconds`; a tight one tells other processes of each."""
        self.name = name
        self.policy = f'"{name}";q={amount};w={seconds}'.encode()
        self._left = f'"{name}";r=%d;t=%d'.encode()
        self._amount = amount
        self._window = seconds * SECOND
        self._cost = self._window // amount
        self._quiet = 0 if tells_all else self._window // QUIET_SHARE
        self._is_shared = seconds >= SHORTEST_SHARED
        self._clock = clock
        self._full_at: dict[str, int] = {}  # when a client's allowance will be whole again
        self._told: dict[str, int] = {}  # the same, as far as other processes know
        self._busy: set[str] = set()  # who used something worth telling since it was told
        self._sweep_at = clock() + self._window

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._full_at)

    def told(self, standing: Standing) -> Header:
        """Return the field of draft-ietf-httpapi-ratelimit-headers, as ASGI wants it."""
        return (b"ratelimit", self._left % (standing.remaining, standing.reset))

    def ask(self, client: str, units: int = 1) -> Standing:
        """Return what would be left if a request counted as so many; `keep` counts it."""
        now = self._clock()
        if now >= self._sweep_at:
            self._sweep(now)
        cost = self._cost if units == 1 else min(units, self._amount) * self._cost
        used = self._full_at.get(client, now) - now
        used = cost if used < 0 else used + cost
        left = self._window - used
        if left < 0:
            return Standing(0, _up(used - cost), _up(-left))
        return Standing(left // self._cost, _up(used), 0, used, now + used)

    def keep(self, client: str, standing: Standing) -> None:
        """Count the request that would leave that much."""
        self._full_at[client] = standing.full_at
        if standing.used >= self._quiet and self._is_shared:
            self._busy.add(client)

    def take(self, client: str, units: int = 1) -> Standing:
        """Count a request of `client`, where it has that many left."""
        standing = self.ask(client, units)
        if not standing.retry_after:
            self.keep(client, standing)
        return standing

    def news(self) -> Iterator[tuple[str, int, int]]:
        """Yield who used something since that was last told: the client, how much, a mark.

        How much is in nanoseconds of refilling. What refilled in between need not be told.
        """
        now = self._clock()
        busy, self._busy = self._busy, set()
        for client in busy:
            full_at = self._full_at.get(client, 0)
            used = full_at - max(self._told.get(client, 0), now)
            if used > 0:
                yield client, used, full_at

    def learn(self, client: str, used: int, mark: int) -> None:
        """Go by what all processes together say that a client has used.

        What it used here after `mark` was told is not in it yet. What is known here never gets less
        by it, but by time: a database that has lost its table forgives nobody.
        """
        told = max(self._clock() + used, mark)
        since = max(self._full_at.get(client, 0) - mark, 0)
        self._told[client] = told
        self._full_at[client] = told + since

    def tell_again(self, clients: Iterable[str]) -> None:
        """Have told later what could not be told just now."""
        self._busy.update(clients)

    def _sweep(self, now: int) -> None:
        """Forget the clients whose allowance is whole, once a window."""
        self._full_at = {client: at for client, at in self._full_at.items() if at > now}
        self._told = {client: at for client, at in self._told.items() if at > now}
        self._sweep_at = now + self._window


def _up(nanoseconds: int) -> int:
    return -(-nanoseconds // SECOND)
