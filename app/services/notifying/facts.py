"""What rows say of an entry and its calls, as messages ask it."""

from collections.abc import Collection
from datetime import datetime

from app.domain.documents import findings_of_documents
from app.domain.driver_messages import (
    CallFacts,
    EntryFacts,
    MessageKind,
    Planned,
    Reason,
    Said,
    is_in_order,
)
from app.domain.vocabulary import Language, State
from app.models import Call, DriverMessage, Entry
from app.services.act import Act


def entry_facts(act: Act, entry: Entry, told_for: Collection[datetime] = ()) -> EntryFacts:
    """Return what is asked of an entry; whether it has a phone is seen without opening it."""
    planned_at = entry.planned_arrival_at
    running_out = planned_at and any(
        findings_of_documents(entry.declared, planned_at, planned_at, act.reference.begin_of)
    )
    return EntryFacts(
        state=State(entry.state),
        country=country_of(entry),
        has_phone=entry.driver_phone is not None,
        is_in_order=not running_out and is_in_order(entry.findings),
        planned_arrival_at=planned_at,
        told_for=told_for,
    )


def call_facts(call: Call) -> CallFacts:
    """Return what is asked of a call."""
    return CallFacts(call.id, call.called_at, call.window_ends_at, call.outcome is None)


def planned_of(row: DriverMessage) -> Planned:
    """Return a message as it was planned."""
    return Planned(
        kind=MessageKind(row.kind),
        language=Language(row.language),
        sends_from=row.sends_from,
        sends_until=row.sends_until,
        call=row.call_id,
        reason=Reason(row.reason) if row.reason else None,
    )


def said(act: Act, row: DriverMessage, entry: Entry, call: Call | None) -> Said:
    """Return what the text of a message names, the tracking link's token among it."""
    return Said(
        kind=MessageKind(row.kind),
        language=Language(row.language),
        gate=act.reference.gates[call.gate_code if call else entry.gate_code].names,
        call_number=call.call_number if call else None,
        starts_at=(call.window_starts_at or call.called_at) if call else None,
        ends_at=call.window_ends_at if call else row.sends_until,
        token=act.tools.tokens.tracking(entry.id, entry.tracking_version),
    )


def country_of(entry: Entry) -> str:
    """Return the country of an entry's vehicle; Viet Nam where none is declared."""
    vehicle = entry.declared.get("vehicle") or {}
    country: str = vehicle.get("country") or "VN"
    return country
