"""Stays in and out: which entries changed, the rows they are made of, and what reports count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reports import PERCENTILES, Counted, Slot, Standing, WaitsCounted
from app.domain.stays import Cargo, Outcome, Seen
from app.domain.vocabulary import Direction, Lane, Queue
from app.models import Call, Diversion, Entry, Event, Gate, Observation, Stay, StayProgress

LOCK = "stays"
SEED = 0
SEEN_KINDS = ("admission", "exit", "refusal")
RANKS: ColumnElement[Any] = literal_column(
    f"ARRAY[{', '.join(f'{rank / 100:.2f}' for rank in PERCENTILES)}]"
)
LEFT_APART: Mapping[str, list[Any]] = {"lane": [Stay.lane], "hour": [Stay.left_hour]}
WAITED_APART: Mapping[str, list[Any]] = {"day": [Stay.waited_on], "hour": [Stay.waited_hour]}
SNAPSHOT: tuple[ColumnElement[int], ...] = tuple(
    literal_column(f"pg_snapshot_{end}(pg_current_snapshot())::text::bigint", BigInteger)
    for end in ("xmin", "xmax")
)
"""The oldest running transaction and the next one."""
NEWEST = select(func.coalesce(func.max(Event.number), 0)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Changed:
    """Entries with events after a number, the last such number, and whether there may be more."""

    entries: frozenset[UUID]
    last: int | None
    is_full: bool


class StaysRepository:
    """Questions about stays, and what they are made of."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def lock(self) -> bool:
        """Keep others from counting until the transaction ends; False where somebody counts now."""
        take = func.pg_try_advisory_xact_lock(func.hashtextextended(LOCK, SEED))
        return bool(await self._session.scalar(select(take)))

    async def progress(self) -> StayProgress:
        """Return how far the events have been counted; changing it is kept."""
        return await self._session.get_one(StayProgress, 1, populate_existing=True)

    async def horizon(self) -> tuple[int, int, int]:
        """Return the oldest running transaction, the next one, and the last event's number.

        A transaction stores its events after the rows they tell of, so it has its id by then.
        """
        oldest, coming, newest = (await self._rows(select(*SNAPSHOT, NEWEST)))[0]
        return oldest, coming, newest

    async def changed_after(self, number: int, limit: int) -> Changed:
        """Return the entries that the next `limit` events are about."""
        statement = (
            select(Event.number, Event.entry_id)
            .where(Event.number > number)
            .order_by(Event.number)
            .limit(limit)
        )
        rows = await self._rows(statement)
        entries = frozenset(entry for _, entry in rows if entry is not None)
        return Changed(entries, rows[-1][0] if rows else None, len(rows) == limit)

    async def uncounted_since(self, number: int) -> datetime | None:
        """Return when the first event after `number` was recorded; None where there is none."""
        statement = (
            select(Event.recorded_at).where(Event.number > number).order_by(Event.number).limit(1)
        )
        return await self._session.scalar(statement)

    async def entries(self, ids: Iterable[UUID]) -> Sequence[Entry]:
        """Return entries as they are now."""
        statement = select(Entry).where(Entry.id.in_(ids)).execution_options(populate_existing=True)
        return (await self._session.scalars(statement)).all()

    async def seen(self, ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Seen]]:
        """Return the admissions, exits and refusals of entries."""
        statement = select(
            Observation.entry_id, Observation.kind, Observation.occurred_at, Observation.recorded_at
        ).where(Observation.entry_id.in_(ids), Observation.kind.in_(SEEN_KINDS))
        found: dict[UUID, list[Seen]] = {}
        for entry, kind, occurred_at, recorded_at in await self._rows(statement):
            found.setdefault(entry, []).append(Seen(kind, occurred_at, recorded_at))
        return found

    async def last_calls(self, ids: Iterable[UUID]) -> Mapping[UUID, tuple[datetime, int]]:
        """Return when each entry was last called, and after how many open seconds."""
        statement = (
            select(Call.entry_id, Call.called_at, Call.open_wait)
            .where(Call.entry_id.in_(ids))
            .order_by(Call.called_at, Call.id)
        )
        rows = await self._rows(statement)
        return {entry: (at, waited) for entry, at, waited in rows}

    async def replace(self, ids: Iterable[UUID], rows: Sequence[Mapping[str, Any]]) -> None:
        """Let `rows` be all stays of these entries."""
        await self._session.execute(delete(Stay).where(Stay.entry_id.in_(ids)))
        if rows:
            await self._session.execute(insert(Stay), rows)

    async def forget(self) -> None:
        """Count all events again, from the first."""
        again = {"settled_to": 0, "seen_to": 0, "pending_to": None, "pending_xid": None}
        await self._session.execute(update(StayProgress).values(again))

    async def served_since(self) -> Mapping[str, datetime]:
        """Return when the platform first registered a vehicle at each gate that it serves."""
        firsts = [
            select(func.min(Entry.registered_at))
            .where(Entry.gate_code == Gate.code, Entry.direction == way.value)
            .scalar_subquery()
            for way in Direction
        ]
        left = (
            select(func.min(Entry.registered_at))
            .join(Diversion, Diversion.entry_id == Entry.id)
            .where(Diversion.from_gate == Gate.code)
            .scalar_subquery()
        )
        statement = select(Gate.code, func.least(*firsts, left))
        return {code: at for code, at in await self._rows(statement) if at is not None}

    async def counted(self, first: date, end: date, gates: Sequence[str], by: str) -> list[Counted]:
        """Return what left gates on the days from `first` to `end`, by `gate`, `lane` or `hour`."""
        apart = LEFT_APART.get(by, [])
        kinds = [Stay.left_on, Stay.gate_code, Stay.direction, Stay.cargo, Stay.outcome, *apart]
        statement = (
            select(func.count(), *kinds)
            .where(Stay.left_on >= first, Stay.left_on < end, Stay.gate_code.in_(gates))
            .group_by(*kinds)
        )
        return [
            Counted(
                _slot(day, by, *slot), gate, Direction(way), Cargo(cargo), Outcome(how), count
            )
            for count, day, gate, way, cargo, how, *slot in await self._rows(statement)
        ]  # fmt: skip

    async def standing(self, first: date, end: date, gates: Sequence[str]) -> list[Standing]:
        """Return who stood at 20:00 on the days from `first` to `end`, cut to those days."""
        begins, ends = func.greatest(Stay.stock_from, first), func.least(Stay.stock_to, end)
        kinds = (Stay.gate_code, Stay.direction, Stay.cargo, begins, Stay.declared_from, ends)
        statement = (
            select(*kinds, func.count())
            .where(or_(Stay.stock_to.is_(None), Stay.stock_from < Stay.stock_to))
            .where(or_(Stay.stock_to.is_(None), Stay.stock_to > first))
            .where(Stay.stock_from < end, Stay.gate_code.in_(gates))
            .group_by(*(literal_column(place) for place in "123456"))
        )
        return [
            Standing(gate, Direction(way), Cargo(cargo), *rest)
            for gate, way, cargo, *rest in await self._rows(statement)
        ]

    async def waits(
        self, first: date, end: date, gates: Sequence[str], by: str
    ) -> list[WaitsCounted]:
        """Return the waits that ended on those days, all lanes together and each for itself.

        Percentiles are of nearest rank (`percentile_disc`): a wait that somebody had.
        """
        queue = [Stay.gate_code, Stay.direction, *WAITED_APART.get(by, [])]
        ranks = func.percentile_disc(RANKS).within_group(Stay.waited)
        statement = (
            select(func.count(), ranks, Stay.lane, *queue)
            .where(Stay.waited_on >= first, Stay.waited_on < end, Stay.gate_code.in_(gates))
            .group_by(func.grouping_sets(tuple_(*queue), tuple_(*queue, Stay.lane)))
        )
        return [
            WaitsCounted(
                Queue(gate, Direction(way)), Lane(lane) if lane else None,
                slot[0] if slot else None, count, tuple(found),
            )
            for count, found, lane, gate, way, *slot in await self._rows(statement)
        ]  # fmt: skip

    async def _rows(self, statement: Executable) -> Sequence[Any]:
        rows: Sequence[Any] = (await self._session.execute(statement)).all()
        return rows


def _slot(day: date, by: str, apart: Any = None) -> Slot:  # noqa: ANN401 - a lane or an hour
    if by == "lane":
        return Slot(day, lane=Lane(apart))
    return Slot(day, hour=apart)
