"""Overrides on the wire: for officers with who stands behind them, for everybody in numbers."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.evidence import label_of
from app.api.schemas.types import Code, Day, Id, In, Instant, Open, Out
from app.api.texts import Language
from app.domain.overrides import OverrideState
from app.domain.vocabulary import Direction
from app.services.act import Today
from app.services.queues.overrides import OverridesMade, Told, state_of

Reason = Annotated[str, Field(examples=["danger"])]
Name = Annotated[str | None, Field(examples=["officer-2"])]


class ProposalIn(In):
    """Which waiting vehicle is to be called out of its turn, and for what."""

    entry: Id
    reason: Annotated[Code, Field(examples=["danger"])]
    """A code of `reasons` in the list of overrides."""


class ProposalOut(Out):
    """An override as officers, the board and auditors see it."""

    id: UUID
    gate: str
    direction: Annotated[Direction, Open]
    entry: UUID
    reference: str
    reason: Reason
    message: str
    state: Annotated[OverrideState, Open]
    """`confirmed` waits for the board: the week's budget is used up."""
    proposed_at: Instant
    proposed_by: Name
    confirmed_at: Instant | None
    confirmed_by: Name
    approved_at: Instant | None
    approved_by: Name
    """The member of the board, where the budget was used up."""
    made_at: Instant | None
    number: int | None
    """Which one of its week and queue it is, once it is made."""


class ProposalsOut(Page[ProposalOut]):
    """One page of what officers proposed, made or not."""


class OverrideMadeOut(Out):
    """An override as everybody sees it."""

    week: Day
    """The Monday of its week."""
    number: int
    """Which one of its week and queue it is, from 1."""
    on: Day
    reason: Reason
    message: str
    board: bool
    """Whether the board approved it besides two officers."""


class OverrideWeekOut(Out):
    """How many overrides this week has had, and how many two officers may make alone."""

    week: Day
    made: int
    budget: int


class OverrideReasonOut(Out):
    """For what vehicles may be called out of their turn, and how many ever were."""

    reason: Reason
    message: str
    valid_from: Day | None
    valid_to: Day | None
    made: int


class OverridesOut(Page[OverrideMadeOut]):
    """One page of the overrides of a queue, with what they come to; no vehicle, no person."""

    this_week: OverrideWeekOut
    reasons: list[OverrideReasonOut]


def proposal_out(told: Told, today: Today, language: Language) -> ProposalOut:
    """Return an override with who stands behind it."""
    one = told.override
    return ProposalOut(
        id=one.id,
        gate=one.gate_code,
        direction=one.direction,
        entry=one.entry_id,
        reference=told.reference,
        reason=one.reason,
        message=_message(today, one.reason, language),
        state=state_of(one, today),
        proposed_at=one.proposed_at,
        proposed_by=told.proposed_by,
        confirmed_at=one.confirmed_at,
        confirmed_by=told.confirmed_by,
        approved_at=one.approved_at,
        approved_by=told.approved_by,
        made_at=one.made_at,
        number=one.number,
    )


def made_out(told: Told, today: Today, language: Language) -> OverrideMadeOut:
    """Return an override that was made, without whom it was about."""
    one = told.override
    assert one.made_at is not None
    return OverrideMadeOut(
        week=one.week_on,
        number=one.number,
        on=today.reference.day(one.made_at),
        reason=one.reason,
        message=_message(today, one.reason, language),
        board=one.approved_at is not None,
    )


def reasons_out(made: OverridesMade, today: Today, language: Language) -> list[OverrideReasonOut]:
    """Return the dated reasons, each with how many overrides it ever had in this queue."""
    return [
        OverrideReasonOut(
            reason=one.code,
            message=label_of(one.label, language),
            valid_from=one.valid.first,
            valid_to=one.valid.end,
            made=made.by_reason.get(one.code, 0),
        )
        for one in today.reference.override_reasons
    ]


def _message(today: Today, code: str, language: Language) -> str:
    labels = (one.label for one in today.reference.override_reasons if one.code == code)
    return label_of(next(labels), language)
