"""Wrong keys, tokens and passes: who presents many is kept waiting, and nobody else is.

Each wrong one counts against a tight allowance of the address that it came from, and of the network
around that; when it is used up, whatever comes from there is refused unseen, or who guesses would
still learn when a guess is right. What was found right within a day is no guess and passes, so one
who guesses locks no neighbour out; and the same wrong one again is none either: a system with an
old key locks its office out as little. What is presented is remembered as a keyed hash, and only
in memory.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from starlette.types import Scope

from app.api.allowances import SECOND, Allowance
from app.api.failures import RateExceededError
from app.api.memory import Moments
from app.api.metrics import Metrics
from app.api.rate_limits import (
    SCOPE_KEY,
    allowances,
    client_of,
    network_of,
    policy_of,
    tightest,
)
from app.domain.errors import DomainError

NETWORK_TIMES: Final = 5
"""A network may present so many times as much as one address of it."""
KNOWN_SECONDS: Final = 86_400
MOST_KNOWN: Final = 50_000
MARK_BYTES: Final = 16


class Guess(StrEnum):
    """What can be guessed."""

    KEY = "key"
    LINK = "link"
    LOOKUP = "lookup"
    SESSION = "session"
    SIGN_IN = "sign-in"


class Guesses:
    """What one process knows of wrong and right ones."""

    def __init__(
        self,
        rate: str,
        secret: bytes,
        metrics: Metrics,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Allow an address wrong ones at a `rate` such as 20/minute;100/hour."""
        own = allowances("guesses", rate, clock, tells_all=True)
        around = allowances("guesses-network", rate, clock, times=NETWORK_TIMES, tells_all=True)
        self._own, self._around = own, around
        self._policy = policy_of((*own, *around))
        self._secret = secret

        def seconds() -> float:
            return clock() / SECOND

        self._right: Moments[bool] = Moments(KNOWN_SECONDS, MOST_KNOWN, seconds)
        self._wrong: Moments[bool] = Moments(KNOWN_SECONDS, MOST_KNOWN, seconds)
        words = "Wrong keys and links that were presented, one that comes again left out."
        self._tell = metrics.counted("gate_guesses", words, "kind", Guess)
        words = "Keys and links that were refused unseen: too many wrong ones came before."
        self._tell_refused = metrics.counted("gate_guesses_refused", words, "kind", Guess)

    def __iter__(self) -> Iterator[Allowance]:
        """Yield every allowance there is."""
        yield from (*self._own, *self._around)

    @contextmanager
    def judged(
        self, scope: Scope, kind: Guess, presented: bytes, wrong: type[DomainError]
    ) -> Iterator[None]:
        """Judge what is presented by what happens within: the error `wrong` says that it is.

        Raises:
            RateExceededError: too many wrong ones came from there, and this one is not known.
        """
        mark = blake2b(presented, key=self._secret, digest_size=MARK_BYTES).digest()
        is_known = self._right.get(mark) is not None
        if not is_known:
            self._ensure_few(scope, kind)
        try:
            yield
        except wrong:
            if not is_known and self._wrong.get(mark) is None:
                self._tell(kind)
                for allowance, client in self._asked(scope, kind):
                    allowance.take(client)
            self._wrong.put(mark, value=True)
            raise
        if not is_known:
            self._right.put(mark, value=True)

    def _ensure_few(self, scope: Scope, kind: Guess) -> None:
        asked = [(each, who, each.ask(who)) for each, who in self._asked(scope, kind)]
        allowance, _, least = tightest(asked)
        if least.retry_after:
            self._tell_refused(kind)
            scope[SCOPE_KEY] = (self._policy, allowance.told(least))
            raise RateExceededError(least.retry_after)

    def _asked(self, scope: Scope, kind: Guess) -> Iterator[tuple[Allowance, str]]:
        """Yield the allowances that one more wrong one counts against, and as whose."""
        client = client_of(scope)
        around = f"{kind}:{network_of(client)}"
        yield from ((one, f"{kind}:{client}") for one in self._own)
        yield from ((one, around) for one in self._around)
