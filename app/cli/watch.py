"""Who is connected, and how long each has kept the service waiting.

Time is counted in sweeps, one a second over all connections of a process, so that it costs a
request nothing; and what holds the process itself up counts as one of them, whatever it took.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final, Protocol

from app.core.config import Settings

SWEEP_SECONDS: Final = 1.0


class Cut(StrEnum):
    """Why a connection was ended that its client would have kept."""

    TOO_LONG = "too-long"
    SLOW_HEAD = "slow-head"
    SLOW_BODY = "slow-body"
    UNREAD_ANSWER = "unread-answer"
    TOO_MANY = "too-many"


class Watched(Protocol):
    """A connection as it is watched."""

    def sweep(self) -> None:
        """Count a second, where the client keeps us waiting; end what took too long."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What a connection may take: seconds, bytes, bytes a second."""

    head_seconds: int
    body_seconds: int
    body_bytes_per_second: int
    answer_seconds: int
    longest_request: int

    def for_body(self, received: int) -> int:
        """Return the seconds within which a body must be complete of which so much is here."""
        return self.body_seconds + received // self.body_bytes_per_second


class Watch:
    """The connections of one process."""

    def __init__(
        self,
        settings: Settings,
        tell: Callable[[Cut], None],
        every: float = SWEEP_SECONDS,
    ) -> None:
        """Watch by these settings; each cut is told."""
        self.tell = tell
        self._every = every
        self._most = settings.max_connections
        self._most_of_one = settings.max_connections_per_address
        self._networks = [ip_network(one.strip()) for one in settings.trusted_proxies.split(",")]
        self._by_address: Counter[str] = Counter()
        self._watched: dict[Watched, str | None] = {}
        self._next: asyncio.TimerHandle | None = None
        self.is_proxy = lru_cache(1024)(self._is_proxy)

    def __len__(self) -> int:
        """Return how many connections there are."""
        return len(self._watched)

    def takes(self, one: Watched, host: str | None) -> bool:
        """Watch a connection from an address, unless there are too many; from a proxy come all."""
        address = None if host is None or self.is_proxy(host) else host
        is_full = len(self._watched) >= self._most
        if is_full or (address and self._by_address[address] >= self._most_of_one):
            self.tell(Cut.TOO_MANY)
            return False
        if address:
            self._by_address[address] += 1
        self._watched[one] = address
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(self._every, self._sweep)
        return True

    def loses(self, one: Watched) -> None:
        """Forget a connection that has ended."""
        address = self._watched.pop(one, None)
        if address:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    def _sweep(self) -> None:
        for one in tuple(self._watched):
            one.sweep()
        self._next = None
        if self._watched:
            self._next = asyncio.get_running_loop().call_later(self._every, self._sweep)

    def _is_proxy(self, host: str) -> bool:
        address = ip_address(host.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)
