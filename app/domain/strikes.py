"""Strikes: what counted misses bring to a company, how it appeals, who decides.

Every strike keeps the policy edition of its day. Enough of them within that edition's days limit
the company to few waiting entries for some days; nothing of that is stored, so a lifted strike
never was. Days are legal days, half-open: of thirty the strike's own is the first. Source: the
queue policy in force, `no_show.company_limit`; our decision, ADR 30.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.errors import (
    AppealTooLateError,
    DomainError,
    OtherDeciderNeededError,
    StrikeAppealedError,
    StrikeDecidedError,
    StrikeNotAppealedError,
)
from app.domain.policy import CompanyLimit
from app.domain.principal import Principal
from app.domain.vocabulary import Role

DECIDERS: Final = frozenset({Role.OFFICER, Role.BOARD})
"""Who decides on appeals."""


class Decision(StrEnum):
    """What became of an appeal: the strike counts as before, or it never was."""

    UPHELD = "upheld"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Struck:
    """A strike that counts: its legal day, and the limit of the edition in force that day."""

    on: date
    limit: CompanyLimit


@dataclass(frozen=True, slots=True)
class Limited:
    """At most so many waiting entries of a company, up to before the day `until`; how many strikes.

    `until` is the first day on which more may wait again.
    """

    until: date
    most_waiting: int
    strikes: int


@dataclass(frozen=True, slots=True)
class Appealed:
    """What deciding about an appeal asks; `acted` is who made the call that was missed."""

    struck_on: date
    appeal_days: int
    acted: UUID
    is_appealed: bool
    decision: Decision | None


def limit_on(strikes: Iterable[Struck], on: date) -> Limited | None:
    """Return the limit of a company on a legal day, the longest where several hold; None for none.

    A day on which one more strike made enough of them begins a limit, by the edition of that day.
    """
    known = sorted((one for one in strikes if one.on <= on), key=lambda one: one.on)
    holding = [one for one in _limits(known) if on < one.until]
    return max(holding, key=lambda one: (one.until, -one.most_waiting), default=None)


def counting_on(strikes: Iterable[Struck], on: date) -> int:
    """Return how many strikes count on a legal day, each by the edition of its own day."""
    return sum(one.on <= on < end_of(one.on, one.limit) for one in strikes)


def end_of(struck_on: date, limit: CompanyLimit) -> date:
    """Return the first legal day on which a strike counts no more."""
    return struck_on + timedelta(days=limit.within_days)


def look_back(limits: Iterable[CompanyLimit]) -> timedelta:
    """Return how long ago a strike may be that still bears on a limit; nothing without limits."""
    days = (one.within_days + one.for_days for one in limits)
    return timedelta(days=max(days, default=0))


def last_day_of_appeal(struck_on: date, appeal_days: int) -> date:
    """Return the last legal day on which a strike may be appealed; its own is the first."""
    return struck_on + timedelta(days=appeal_days - 1)


def is_appealable(case: Appealed, on: date) -> bool:
    """Tell whether a strike may still be appealed on a legal day."""
    return _against_appeal(case, on) is None


def may_decide(case: Appealed, principal: Principal) -> bool:
    """Tell whether a principal may decide on a strike."""
    return principal.role in DECIDERS and _against_decision(case, principal) is None


def ensure_appealable(case: Appealed, on: date) -> None:
    """Refuse a second appeal, and one after the days that the edition gives.

    Raises:
        StrikeAppealedError, AppealTooLateError.
    """
    if (refusal := _against_appeal(case, on)) is not None:
        raise refusal


def ensure_decidable(case: Appealed, principal: Principal) -> None:
    """Refuse a decision without appeal, a second one, and one by whoever made the call.

    Raises:
        StrikeNotAppealedError, StrikeDecidedError, OtherDeciderNeededError.
    """
    if (refusal := _against_decision(case, principal)) is not None:
        raise refusal


def _against_appeal(case: Appealed, on: date) -> DomainError | None:
    last = last_day_of_appeal(case.struck_on, case.appeal_days)
    if case.is_appealed:
        return StrikeAppealedError()
    return AppealTooLateError(day=last.isoformat()) if on > last else None


def _against_decision(case: Appealed, principal: Principal) -> DomainError | None:
    if not case.is_appealed:
        return StrikeNotAppealedError()
    if case.decision is not None:
        return StrikeDecidedError()
    return OtherDeciderNeededError() if principal.id == case.acted else None


def _limits(strikes: Sequence[Struck]) -> Iterator[Limited]:
    for one in strikes:
        limit = one.limit
        since = one.on - timedelta(days=limit.within_days)
        counted = sum(since < other.on <= one.on for other in strikes)
        if counted >= limit.misses:
            until = one.on + timedelta(days=limit.for_days)
            yield Limited(until, limit.most_waiting, counted)
