"""Rows to ask about: one of each, and as many entries as a queue needs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Lane, Queue, State
from app.models import (
    ApiKey,
    Base,
    Call,
    Charge,
    Check,
    Entry,
    Event,
    Hold,
    LaneGroundWord,
    Observation,
    Order,
    Organisation,
    Payment,
    Principal,
    Receipt,
    ReceiptSeries,
)

NOW = datetime(2026, 5, 21, 3, 0, tzinfo=UTC)
DAY = date(2026, 5, 21)
QUEUE = Queue("tan-thanh", Direction.EXPORT)
POLICY = "queue-policy-2022-02"
TARIFF = "tariff-2025-09"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """A principal and its organisation."""

    id: UUID
    organisation_id: UUID
    key_hash: bytes


async def add_actor(session: AsyncSession, role: str = "company", **values: object) -> Actor:
    name = uuid4().hex
    actor = Actor(uuid4(), uuid4(), uuid4().bytes)
    await session.execute(insert(Organisation), [{"id": actor.organisation_id, "name": name}])
    principal = {
        "id": actor.id,
        "organisation_id": actor.organisation_id,
        "name": name,
        "role": role,
    }
    await session.execute(insert(Principal), [{**principal, **values}])
    await add_key(session, actor)
    return actor


async def add_key(session: AsyncSession, actor: Actor, **values: object) -> UUID:
    key = {"principal_id": actor.id, "prefix": "gate", "key_hash": actor.key_hash}
    return await add(session, ApiKey, {**key, "scopes": ["act", "read"], **values})


def entry_row(actor: Actor, **values: object) -> dict[str, Any]:
    """Return the columns of a registered entry, `values` taking the place of what it says."""
    identity = values.get("id") or uuid4()
    assert isinstance(identity, UUID)
    row: dict[str, Any] = {
        "id": identity,
        "reference": identity.hex,
        "gate_code": QUEUE.gate,
        "direction": QUEUE.direction.value,
        "journey": "own_vehicle",
        "state": State.REGISTERED.value,
        "version": 1,
        "organisation_id": actor.organisation_id,
        "registered_by": actor.id,
        "registered_at": NOW,
        "changed_at": NOW,
        "declared": {},
        "container_numbers": [],
        "declaration_numbers": [],
        "findings": [],
        "verdict": {},
        "lane": Lane.ORDINARY.value,
        "tracking_hash": identity.bytes,
    }
    return {**row, **values}


def waiting_row(actor: Actor, lane: Lane, key: int, since: datetime, **values: object) -> Row:
    """Return the columns of an entry that waits to be called."""
    waits = {"state": State.QUEUED.value, "lane": lane.value, "queue_key": key, "waits_from": since}
    return entry_row(actor, **{**waits, **values})


def attributed(actor: Actor) -> dict[str, Any]:
    """Return who says something, and when."""
    return {
        "id": uuid4(),
        "occurred_at": NOW,
        "recorded_at": NOW,
        "principal_id": actor.id,
        "organisation_id": actor.organisation_id,
    }


async def add(session: AsyncSession, table: type[Base], row: Row) -> UUID:
    """Store one row and return its id."""
    identity: UUID = row.get("id") or uuid4()
    await session.execute(insert(table), [{**row, "id": identity}])
    return identity


async def add_entry(session: AsyncSession, actor: Actor, **values: object) -> UUID:
    return await add(session, Entry, entry_row(actor, **values))


async def add_charge(session: AsyncSession, entry: UUID, **values: object) -> UUID:
    row = {
        "entry_id": entry,
        "tariff_code": TARIFF,
        "priced_on": DAY,
        "total_vnd": 390_000,
        "quote": {"total_vnd": 390_000},
        "cause": "registered",
        "created_at": NOW,
    }
    return await add(session, Charge, {**row, **values})


async def add_order(session: AsyncSession, entry: UUID, charge: UUID, **values: object) -> UUID:
    row = {
        "code": uuid4().hex,
        "entry_id": entry,
        "charge_id": charge,
        "kind": "infrastructure",
        "amount_vnd": 390_000,
        "state": "due",
        "created_at": NOW,
    }
    return await add(session, Order, {**row, **values})


async def add_payment(
    session: AsyncSession, actor: Actor, order: UUID | None, **values: object
) -> UUID:
    row = {
        "order_id": order,
        "amount_vnd": 390_000,
        "source_reference": uuid4().hex,
        "paid_at": NOW,
        "received_at": NOW,
        "principal_id": actor.id,
        "organisation_id": actor.organisation_id,
    }
    return await add(session, Payment, {**row, **values})


async def add_receipt(session: AsyncSession, actor: Actor, **values: object) -> UUID:
    series = {"gate_code": QUEUE.gate, "year": 2026, "code": "TT-2026", "last_number": 1}
    await session.execute(insert(ReceiptSeries), [series])
    row = {
        "series": series["code"],
        "number": 1,
        "gate_code": QUEUE.gate,
        "amount_vnd": 390_000,
        "lines": [],
        "elsewhere_vnd": 390_000,
        "lookup": uuid4().hex,
        "issued_at": NOW,
        "issued_by": actor.id,
    }
    return await add(session, Receipt, {**row, **values})


async def add_check(session: AsyncSession, actor: Actor, entry: UUID, **values: object) -> UUID:
    row = {"entry_id": entry, "kind": "medical", "agency": "medical", "result": "passed"}
    return await add(session, Check, {**attributed(actor), **row, **values})


async def add_ground_word(session: AsyncSession, actor: Actor, entry: UUID) -> UUID:
    row = {
        "entry_id": entry, "ground": "medicines", "word": "confirmed", "authority": "customs",
        "said_at": NOW, "said_by": actor.id,
    }  # fmt: skip
    return await add(session, LaneGroundWord, row)


async def add_observation(
    session: AsyncSession, actor: Actor, entry: UUID, **values: object
) -> UUID:
    row = {"entry_id": entry, "kind": "arrival", "gate_code": QUEUE.gate, "direction": "export"}
    return await add(session, Observation, {**attributed(actor), **row, **values})


async def add_hold(session: AsyncSession, actor: Actor, entry: UUID, **values: object) -> UUID:
    row = {
        "entry_id": entry,
        "authority": "customs",
        "reason": "seal broken",
        "placed_at": NOW,
        "placed_by": actor.id,
        "organisation_id": actor.organisation_id,
    }
    return await add(session, Hold, {**row, **values})


async def add_event(
    session: AsyncSession, actor: Actor, entry: UUID | None, **values: object
) -> UUID:
    row: dict[str, object] = {
        "kind": "waiting.started",
        "entry_id": entry,
        "gate_code": QUEUE.gate,
        "direction": QUEUE.direction.value,
        "occurred_at": NOW,
        "recorded_at": NOW,
        "principal_id": actor.id,
        "data": {},
    }
    return await add(session, Event, {**row, **values})


async def add_call(session: AsyncSession, actor: Actor, entry: UUID, **values: object) -> UUID:
    row = {
        "entry_id": entry,
        "gate_code": QUEUE.gate,
        "direction": QUEUE.direction.value,
        "called_at": NOW,
        "window_ends_at": NOW,
        "call_number": "TT-0001",
        "clock": 0,
        "lane": Lane.ORDINARY.value,
        "points": 0,
        "open_wait": 0,
        "policy_code": POLICY,
        "heads": [],
        "skips": [],
        "called_by": actor.id,
    }
    return await add(session, Call, {**row, **values})


def canonical(document: object) -> str:
    """Return a document as text that is the same whatever the order of its lists and keys."""
    if isinstance(document, dict):
        return "{" + ",".join(f"{key}:{canonical(document[key])}" for key in sorted(document)) + "}"
    if isinstance(document, list):
        return "[" + ",".join(sorted(map(canonical, document))) + "]"
    return json.dumps(document)
