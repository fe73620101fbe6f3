"""Strikes on the wire: what a missed call brought to a company, its appeal, what was decided."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import PERSONAL, Choice, Day, In, Instant, Open, Out, Words
from app.domain.policy import PolicyEdition
from app.domain.reference import Reference
from app.domain.strikes import Decision, Limited, last_day_of_appeal
from app.services.queues.strikes import Pleaded, Shown

Private = Annotated[Words, PERSONAL]


class AppealIn(In):
    """Why a strike should not count."""

    reason: Private


class DecisionIn(In):
    """What is decided on an appeal, and why."""

    decision: Choice[Decision]
    reason: Private


class StrikeBriefOut(Out):
    """A strike without the words of either side."""

    id: UUID
    company: Annotated[str, Field(examples=["Sandbox company 1"])]
    entry: UUID
    reference: str
    call: UUID
    gate: str
    struck_at: Instant
    """When the call was missed, or the entry cancelled after it."""
    policy: str
    """The edition that was in force that day, by which the strike counts."""
    counts_to: Day | None
    """The first legal day on which it counts no more; null: it was lifted."""
    appeal_by: Day
    """The last legal day on which it may be appealed."""
    appealed_at: Instant | None
    decision: Annotated[Decision, Open] | None
    decided_at: Instant | None
    decided_by: Annotated[str | None, Field(examples=["officer-2"])]


class StrikeOut(StrikeBriefOut):
    """A strike with the words of both sides."""

    appeal: Annotated[str | None, PERSONAL]
    """Why it should not count, as the company says."""
    reason: Annotated[str | None, PERSONAL]
    """Why it was decided so."""


class LimitOut(Out):
    """The limit of a company that missed many calls."""

    until: Instant
    """When it ends, if no strike comes or is lifted."""
    most_waiting: int
    """So many of its entries may wait at a time; those that wait already keep their places."""
    strikes: int
    """How many strikes made it."""


class StrikesOut(Page[StrikeBriefOut]):
    """One page of strikes, newest first, and the limit of the company that asks."""

    limit: Annotated[
        LimitOut | None,
        Field(description="Null: the company has none, or it was not a company that asked."),
    ]


def strike_brief_out(shown: Shown, reference: Reference) -> StrikeBriefOut:
    """Return a strike as lists show it."""
    return StrikeBriefOut(**_brief(shown, reference))


def strike_out(pleaded: Pleaded, reference: Reference) -> StrikeOut:
    """Return a strike with what both sides said."""
    brief = _brief(pleaded.shown, reference)
    return StrikeOut(**brief, appeal=pleaded.appeal, reason=pleaded.reason)


def limit_out(limit: Limited | None, reference: Reference) -> LimitOut | None:
    """Return the limit of a company, where it has one."""
    if limit is None:
        return None
    until = reference.begin_of(limit.until)
    return LimitOut(until=until, most_waiting=limit.most_waiting, strikes=limit.strikes)


def _brief(shown: Shown, reference: Reference) -> dict[str, object]:
    one = shown.strike
    edition: PolicyEdition = reference.policy_codes[one.policy_code]
    limit = edition.company_limit
    assert limit is not None
    counts_to = one.struck_on + timedelta(days=limit.within_days)
    return {
        "id": one.id,
        "company": shown.company,
        "entry": one.entry_id,
        "reference": shown.reference,
        "call": one.call_id,
        "gate": one.gate_code,
        "struck_at": one.struck_at,
        "policy": one.policy_code,
        "counts_to": None if one.decision == Decision.LIFTED else counts_to,
        "appeal_by": last_day_of_appeal(one.struck_on, limit.appeal_days),
        "appealed_at": one.appealed_at,
        "decision": one.decision,
        "decided_at": one.decided_at,
        "decided_by": shown.decided_by,
    }
