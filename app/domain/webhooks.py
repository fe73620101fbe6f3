"""When a receiver is tried again, when it gets probes only, and when it is given up.

Times are the machine's. A delivery is tried for 72 hours, each time a little later; the later
events of its entry wait for it. A receiver that failed several times in a row gets one probe at a
time, so that a dead one costs next to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

TRIED_FOR: Final = timedelta(hours=72)
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
FIRST_PROBE: Final = timedelta(seconds=10)
LONGEST_PROBE: Final = timedelta(minutes=5)
OPENS_AT: Final = 5
"""So many failures in a row, and a receiver gets probes only."""
JITTER: Final = 200
"""A pause is longer or shorter by up to so many thousandths."""
GONE: Final = 410
MOST_WEBHOOKS: Final = 20


class WebhookState(StrEnum):
    """Whether a webhook is sent to: it is, its owner paused it, or it failed for good."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class WantedState(StrEnum):
    """What an owner may ask for."""

    ACTIVE = "active"
    PAUSED = "paused"


class DisabledReason(StrEnum):
    """Why a webhook was disabled: 410, or 72 hours of nothing but failures."""

    GONE = "gone"
    FAILING = "failing"


class DeliveryState(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class AttemptError(StrEnum):
    """Why an attempt brought no answer, or one that does not count."""

    STATUS = "status"
    REDIRECT = "redirect"
    TIMEOUT = "timeout"
    NAME = "name-not-resolved"
    ADDRESS = "address-forbidden"
    CONNECTION = "connection"
    TLS = "tls"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to a webhook: signed with each of `secrets`, the newest first.

    `id` names the event and is the same however often it is sent; `at` is the machine's time.
    """

    url: str
    id: UUID
    at: datetime
    body: bytes
    secrets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered: its status, or why there is none or one that does not count."""

    status: int | None
    error: AttemptError | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: when it began, how long it took, what the receiver answered, what went wrong."""

    at: datetime
    took_ms: int
    status: int | None
    error: AttemptError | None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has it."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class Health:
    """How a receiver does: failures in a row and since when, and when the next probe is due."""

    failures: int = 0
    failing_since: datetime | None = None
    probe_at: datetime | None = None
    disabled: DisabledReason | None = None

    @property
    def is_open(self) -> bool:
        """Whether it gets probes only."""
        return self.failures >= OPENS_AT

    def after(self, attempts: Sequence[Attempt], now: datetime) -> "Health":
        """Return how it does after attempts that ended together; one success heals it."""
        if any(one.status == GONE for one in attempts):
            return replace(self, disabled=DisabledReason.GONE)
        if any(one.succeeded for one in attempts) or not attempts:
            return Health() if attempts else self
        since = self.failing_since or min(one.at for one in attempts)
        failures = self.failures + len(attempts)
        if now - since >= TRIED_FOR:
            return Health(failures, since, None, DisabledReason.FAILING)
        probe_at = now + probe_pause(failures) if failures >= OPENS_AT else None
        return Health(failures, since, probe_at)


def retry_pause(attempts: int, chance: int) -> timedelta:
    """Return the pause after so many attempts: doubled each time up to an hour, give or take.

    `chance` is 0 to 999: those that failed together come back apart.
    """
    plain = _doubled(FIRST_PAUSE, attempts - 1, LONGEST_PAUSE)
    return plain * (1000 - JITTER + 2 * JITTER * chance // 999) // 1000


def probe_pause(failures: int) -> timedelta:
    """Return the pause before the next probe of a receiver that failed so often in a row."""
    return _doubled(FIRST_PROBE, failures - OPENS_AT, LONGEST_PROBE)


def next_of(
    attempt: Attempt, since: datetime, attempts: int, chance: int, now: datetime
) -> tuple[DeliveryState, datetime | None]:
    """Return what a delivery is after an attempt, and when it is due again."""
    if attempt.succeeded:
        return DeliveryState.DELIVERED, None
    if now - since >= TRIED_FOR:
        return DeliveryState.GIVEN_UP, None
    return DeliveryState.PENDING, now + retry_pause(attempts, chance)


def listens(kinds: Sequence[str], gate: str | None, kind: str, at: str | None) -> bool:
    """Tell whether a webhook that is narrowed so hears of a kind of event at a gate.

    What happens at no gate is heard by those who listen to one, too.
    """
    return (not kinds or kind in kinds) and (gate is None or at is None or gate == at)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    """Return a pause that was doubled so many times, but no longer than the longest."""
    return min(first * (1 << min(max(times, 0), 20)), longest)
