"""Small memories of one process: what was answered a moment ago may be answered again."""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Moments(Generic[T]):
    """Keeps values for `seconds`, up to `most` of them, the oldest going first.

    For `longer` it still has the `last` of each, from which the next may be made.
    """

    def __init__(
        self,
        seconds: float,
        most: int,
        clock: Callable[[], float] = monotonic,
        *,
        longer: float = 0.0,
    ) -> None:
        """Begin empty."""
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._longer = longer
        self._kept: dict[Hashable, tuple[float, T]] = {}
        self.turn: AbstractAsyncContextManager[None] = asyncio.Lock()

    def get(self, key: Hashable) -> T | None:
        """Return what was kept for `key`, None where it is too old or never was."""
        found = self._kept.get(key)
        if found is None or found[0] < self._clock():
            return None
        return found[1]

    def last(self, key: Hashable) -> T | None:
        """Return what was kept for `key` last, be it too old; None where it was dropped."""
        found = self._kept.get(key)
        return found[1] if found else None

    def put(self, key: Hashable, value: T, until: float | None = None) -> None:
        """Keep `value` for `key`, `until` an instant of the clock where that is known."""
        self._kept.pop(key, None)
        self._kept[key] = (until or self._clock() + self._seconds, value)
        self._shed()

    def _shed(self) -> None:
        """Drop from the oldest on what is too old or too much: what nobody asks for is not kept."""
        oldest = self._clock() - self._longer
        while self._kept:
            key, (until, _) = next(iter(self._kept.items()))
            if until >= oldest and len(self._kept) <= self._most:
                return
            del self._kept[key]

    def until(self, key: Hashable) -> float | None:
        """Return the instant until which the value of `key` is kept."""
        found = self._kept.get(key)
        return found[0] if found else None

    def ending(self, seconds: float) -> list[Hashable]:
        """Return the keys whose values are kept still, but not for so long any more."""
        now = self._clock()
        return [key for key, (until, _) in self._kept.items() if now <= until < now + seconds]

    def clear(self) -> None:
        """Forget everything, for what everything rests on has changed."""
        self._kept.clear()
