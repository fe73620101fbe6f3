"""Strikes on the wire: what a missed call brought to a company, its appeal, what was decided."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.calls import call_message
from app.api.schemas.types import PERSONAL, Choice, Day, In, Instant, Open, Out, Words
from app.api.texts import Language
from app.domain.misses import CallOutcome
from app.domain.reference import Reference
from app.domain.strikes import Decision, Limited, end_of, is_appealable, last_day_of_appeal
from app.services.act import Today
from app.services.queues.strikes import Pleaded, Shown, Tally, case_of, limit_of_day

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
    plate: Annotated[str | None, Field(examples=["12C00017"])]
    call: UUID
    call_number: Annotated[str, Field(examples=["TT-0147"])]
    called_at: Instant
    window_ends_at: Instant
    outcome: Annotated[CallOutcome, Open] | None
    """What became of the call: `ended` is an entry that was cancelled after it."""
    charge_points: int
    message: str
    """What became of the call and what that cost, in the reader's language."""
    gate: str
    struck_at: Instant
    """When the call was missed, or the entry cancelled after it."""
    policy: str
    """The edition that was in force that day, by which the strike counts."""
    counts_to: Day | None
    """The first legal day on which it counts no more; null: it was lifted."""
    appeal_by: Day
    """The last legal day on which it may be appealed."""
    appealable: bool
    """Whether it may still be appealed: nobody has, and it is not too late."""
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
    may_decide: bool
    """Whether who asks may decide: it is appealed, and it was somebody else who made the call."""


class LimitOut(Out):
    """The limit of a company that missed many calls."""

    until: Instant
    """When it ends, if no strike comes or is lifted."""
    most_waiting: int
    """So many of its entries may wait at a time; those that wait already keep their places."""
    strikes: int
    """How many strikes made it."""


class LimitRuleOut(Out):
    """How strikes come to a limit, by the edition in force: so many in so many days."""

    misses: int
    within_days: int
    """Legal days; of them the day of the strike is the first."""
    most_waiting: int
    """So many entries of a limited company may wait at a time."""
    for_days: int
    appeal_days: int
    """A strike may be appealed for so many days."""


class StrikesOut(Page[StrikeBriefOut]):
    """One page of strikes, newest first, and how the company that asks stands."""

    rule: Annotated[
        LimitRuleOut | None, Field(description="Null: no edition in force limits companies.")
    ]
    counting: Annotated[
        int | None,
        Field(description="How many count today; null: it was not a company that asked."),
    ]
    limit: Annotated[
        LimitOut | None,
        Field(description="Null: the company has none, or it was not a company that asked."),
    ]


def strike_brief_out(shown: Shown, today: Today, language: Language) -> StrikeBriefOut:
    """Return a strike as lists show it."""
    return StrikeBriefOut(**_brief(shown, today, language))


def strike_out(pleaded: Pleaded, today: Today, language: Language) -> StrikeOut:
    """Return a strike with what both sides said."""
    return StrikeOut(
        **_brief(pleaded.shown, today, language),
        appeal=pleaded.appeal,
        reason=pleaded.reason,
        may_decide=pleaded.may_decide,
    )


def strikes_out(
    items: list[StrikeBriefOut], cursor: str | None, tally: Tally | None, today: Today
) -> StrikesOut:
    """Return a page of strikes, with what they come to for the company that asks."""
    edition = today.reference.policies.get(today.day)
    rule = edition.company_limit if edition else None
    return StrikesOut(
        items=items,
        next_cursor=cursor,
        rule=LimitRuleOut(**asdict(rule)) if rule else None,
        counting=tally.counting if tally else None,
        limit=_limit_out(tally.limit if tally else None, today.reference),
    )


def _limit_out(limit: Limited | None, reference: Reference) -> LimitOut | None:
    if limit is None:
        return None
    until = reference.begin_of(limit.until)
    return LimitOut(until=until, most_waiting=limit.most_waiting, strikes=limit.strikes)


def _brief(shown: Shown, today: Today, language: Language) -> dict[str, object]:
    one, call, limit = shown.strike, shown.call, limit_of_day(today, shown)
    return {
        "id": one.id,
        "company": shown.company,
        "entry": one.entry_id,
        "reference": shown.reference,
        "plate": shown.plate,
        "call": one.call_id,
        "call_number": call.call_number,
        "called_at": call.called_at,
        "window_ends_at": call.window_ends_at,
        "outcome": call.outcome,
        "charge_points": call.charge or 0,
        "message": call_message(call, language),
        "gate": one.gate_code,
        "struck_at": one.struck_at,
        "policy": one.policy_code,
        "counts_to": None if one.decision == Decision.LIFTED else end_of(one.struck_on, limit),
        "appeal_by": last_day_of_appeal(one.struck_on, limit.appeal_days),
        "appealable": is_appealable(case_of(today, shown), today.day),
        "appealed_at": one.appealed_at,
        "decision": one.decision,
        "decided_at": one.decided_at,
        "decided_by": shown.decided_by,
    }
