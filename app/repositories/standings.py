"""Where an entry stands, in one statement: what drivers ask for, again and again.

The rows come as one JSON text, as they go in `rows`: a statement and a set of objects a table cost
ten times as much, and while drivers look nobody registers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    ScalarSelect,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from app.models import Base, Call, Check, Entry, Event, Hold, Order
from app.repositories.money import IN_ORDER
from app.repositories.prepared import Prepared, Wire
from app.repositories.rows import as_stored

M = TypeVar("M", bound=Base)

MOVES = (
    "waiting.started",
    "waiting.stopped",
    "lane.changed",
    "hold.placed",
    "hold.lifted",
    "call.made",
    "call.missed",
    "call.excused",
    "call.withdrawn",
    "entry.deferred",
    "entry.joined",
    "entry.limited",
    "entry.expired",
)
MOVING = literal(list(MOVES), ARRAY(Text))
PERSONAL = (
    "driver_name",
    "driver_document",
    "driver_document_hash",
    "driver_phone",
    "driver_phone_hash",
)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with what stands beside its state: orders, checks and holds oldest first.

    The rows are to be shown, no more. Nothing personal is among them.
    """

    entry: Entry
    orders: list[Order]
    checks: list[Check]
    holds: list[Hold]
    call: Call | None
    moved: Event | None


class StandingsRepository:
    """Where entries stand."""

    def __init__(self, wire: Wire) -> None:
        """Ask on the connection of one transaction."""
        self._wire = wire

    async def by_id(self, entry_id: UUID) -> Found | None:
        """Return what stands beside an entry."""
        return _read(await self._wire.ask(BY_ID, entry_id=entry_id))

    async def by_tracking(self, token_hash: bytes) -> Found | None:
        """Return what stands beside the entry that a tracking token opens."""
        return _read(await self._wire.ask(BY_TRACKING, token_hash=token_hash))


def _read(found: Any) -> Found | None:  # noqa: ANN401 - rows of one text
    if not found:
        return None
    rows: Mapping[str, Any] = from_json(found[0][0])
    return Found(
        entry=_row(Entry, rows["entry"]),
        orders=[_row(Order, one) for one in rows["orders"] or ()],
        checks=[_row(Check, one) for one in rows["checks"] or ()],
        holds=[_row(Hold, one) for one in rows["holds"] or ()],
        call=_row(Call, rows["call"]) if rows["call"] else None,
        moved=_row(Event, rows["moved"]) if rows["moved"] else None,
    )


def _row(model: type[M], columns: dict[str, Any]) -> M:
    for name, read in _readers(model):
        text = columns.get(name)
        if text is not None:
            columns[name] = read(text)
    return as_stored(model, columns)


@lru_cache(maxsize=16)
def _readers(model: type[Base]) -> tuple[tuple[str, Callable[[str], Any]], ...]:
    """Return how the columns are read that JSON has only as text."""
    kinds: tuple[tuple[type[Any], Callable[[str], Any]], ...] = (
        (Uuid, UUID),
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (LargeBinary, lambda text: bytes.fromhex(text[2:])),
    )
    return tuple(
        (column.name, read)
        for column in model.__table__.columns
        for kind, read in kinds
        if isinstance(column.type, kind)
    )


def _whole(model: type[Base]) -> ColumnElement[Any]:
    return func.to_jsonb(literal_column(model.__tablename__))


def _all(model: Any, *order: Any) -> ScalarSelect[Any]:  # noqa: ANN401 - columns of a model
    rows = func.jsonb_agg(aggregate_order_by(_whole(model), *order))
    return select(rows).where(model.entry_id == Entry.id).scalar_subquery()


def _newest(model: Any, *order: Any, where: Any = True) -> ScalarSelect[Any]:  # noqa: ANN401 - as above
    newest = select(_whole(model)).where(model.entry_id == Entry.id, where)
    return newest.order_by(*(column.desc() for column in order)).limit(1).scalar_subquery()


def _standing(where: ColumnElement[bool]) -> Prepared:
    parts = {
        "entry": _whole(Entry).op("-")(func.string_to_array(",".join(PERSONAL), ",")),
        "orders": _all(Order, *IN_ORDER),
        "checks": _all(Check, Check.occurred_at, Check.recorded_at, Check.id),
        "holds": _all(Hold, Hold.placed_at, Hold.id),
        "call": _newest(Call, Call.called_at, Call.id),
        "moved": _newest(
            Event, Event.number, where=Event.kind == any_(literal(list(MOVES), ARRAY(Text)))
        ),
    }
    named = [one for name, part in parts.items() for one in (name, part)]
    return Prepared(select(cast(func.jsonb_build_object(*named), Text)).where(where))


BY_ID = _standing(Entry.id == bindparam("entry_id"))
BY_TRACKING = _standing(Entry.tracking_hash == bindparam("token_hash"))
