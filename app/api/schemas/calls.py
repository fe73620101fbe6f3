"""Calls and what became of them, on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import In, Instant, Label, Open, Out
from app.api.texts import CATALOGUE, Language, moment
from app.domain.errors import Fact
from app.domain.misses import CallOutcome
from app.domain.vocabulary import Lane, State
from app.services.declarations.views import Call, Entry, LastCall


class FaultOut(Out):
    """What stood in a called vehicle's way, so that missing the call cost nothing."""

    code: Annotated[str, Field(examples=["gate-closed-in-window"])]
    message: str
    starts_at: Instant
    ends_at: Instant
    by: Annotated[str | None, Field(examples=["customs"])]
    """The authority of a hold."""


class NextMissOut(Out):
    """What it brings not to follow a call."""

    charge_minutes: int
    """Taken off as if the vehicle had waited so much less."""
    ending: Annotated[State, Open] | None


class LastCallOut(Out):
    """The newest call of a vehicle: its window, what became of it, what that cost and why."""

    called_at: Instant
    window_starts_at: Instant
    window_ends_at: Instant
    outcome: Annotated[CallOutcome, Open] | None
    """`null` while the vehicle is awaited."""
    message: str
    charge_points: int
    faults: list[FaultOut]
    if_missed: NextMissOut | None
    """While the vehicle is awaited: what it brings not to come."""


class CallRecordOut(Out):
    """A call as officers and auditors see it."""

    id: UUID
    entry: UUID
    reference: str
    plate: str | None
    call_number: str
    called_at: Instant
    window_starts_at: Instant
    window_ends_at: Instant
    lane: Annotated[Lane, Open]
    points: int
    open_wait_seconds: int
    policy: str
    outcome: Annotated[CallOutcome, Open] | None
    """`null` while the vehicle is awaited."""
    ended_at: Instant | None
    message: str
    miss_number: int | None
    """Of the entry's misses that count, which one this is."""
    charge_points: int
    faults: list[FaultOut]
    withdrawal_reason: str | None
    override: UUID | None
    """The override by which it was called out of its turn."""


class CallRecordsOut(Page[CallRecordOut]):
    """One page of calls."""


class WithdrawalIn(In):
    """Why a call was a mistake."""

    reason: Annotated[Label, Field(examples=["Called for the wrong gate"])]


class DeferralIn(In):
    """For how long an entry puts itself off; the edition offers some choices."""

    minutes: Annotated[int, Field(ge=1, le=100_000, examples=[240])]


def call_record_out(call: Call, entry: Entry, language: Language) -> CallRecordOut:
    """Return a call with what became of it."""
    return CallRecordOut(
        id=call.id,
        entry=call.entry_id,
        reference=entry.reference,
        plate=entry.tractor_plate,
        call_number=call.call_number,
        called_at=call.called_at,
        window_starts_at=call.window_starts_at or call.called_at,
        window_ends_at=call.window_ends_at,
        lane=call.lane,
        points=call.points,
        open_wait_seconds=call.open_wait,
        policy=call.policy_code,
        outcome=call.outcome,
        ended_at=call.ended_at,
        message=call_message(call, language),
        miss_number=call.miss_number,
        charge_points=call.charge or 0,
        faults=faults_out(call.faults or (), language),
        withdrawal_reason=call.withdrawal_reason,
        override=call.override_id,
    )


def last_call_out(last: LastCall, language: Language) -> LastCallOut:
    """Return the newest call of a vehicle, told to its driver."""
    call, miss = last.call, last.if_missed
    return LastCallOut(
        called_at=call.called_at,
        window_starts_at=call.window_starts_at or call.called_at,
        window_ends_at=call.window_ends_at,
        outcome=call.outcome,
        message=call_message(call, language),
        charge_points=call.charge or 0,
        faults=faults_out(call.faults or (), language),
        if_missed=NextMissOut(charge_minutes=miss.charge_minutes, ending=miss.ending)
        if miss
        else None,
    )


def faults_out(faults: Sequence[Mapping[str, Any]], language: Language) -> list[FaultOut]:
    """Return why a missed call costs nothing, each reason with its sentence."""
    return [_fault_out(fault, language) for fault in faults]


def _fault_out(fault: Mapping[str, Any], language: Language) -> FaultOut:
    starts_at, ends_at = (datetime.fromisoformat(fault[end]) for end in ("from", "until"))
    facts: dict[str, Fact] = {"by": fault["by"]}
    facts |= {"from": moment(starts_at, language), "until": moment(ends_at, language)}
    return FaultOut(
        code=fault["code"],
        message=CATALOGUE.say(f"fault.{fault['code']}", language, facts),
        starts_at=starts_at,
        ends_at=ends_at,
        by=fault["by"],
    )


def call_message(call: Call, language: Language) -> str:
    """Return what became of a call, and what that cost."""
    facts: dict[str, Fact] = {"charge": call.charge or 0}
    facts |= {"until": moment(call.window_ends_at, language)}
    return CATALOGUE.say(f"call.{call.outcome or 'open'}", language, facts)
