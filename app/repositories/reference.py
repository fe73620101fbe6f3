"""Reference rows in and out: documents are taken apart into rows, and put together again."""

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, func, inspect, select, update
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import DomainError, OverlappingForceError, OverlappingValidityError
from app.models import (
    Base,
    EditionConfirmation,
    Gate,
    GateClosure,
    GateHours,
    GreenLaneDays,
    LaneGroundRow,
    OverrideReasonRow,
    PolicyEdition,
    Principal,
    Product,
    ProductAccess,
    ProductPaper,
    PublishedVolume,
    ReferenceDocument,
    ReferenceRevision,
    RequiredCheckRow,
    RetentionRow,
    Route,
    Season,
    StayLimitRow,
    TariffEdition,
    TariffForce,
    TravelTimeRow,
    TwoWayRuleRow,
    Yard,
)

Document = dict[str, Any]
Values = Mapping[str, Any]
EXCLUSION_VIOLATION = "23P01"
DATED: Sequence[tuple[str, type[Base]]] = (
    ("hours", GateHours),
    ("closures", GateClosure),
    ("green_lane_rows", GreenLaneDays),
)


def days(row: Values, first: str = "valid_from", end: str = "valid_to") -> Range[date]:
    """Return the half-open range of two ISO days in a row; None is open."""
    start, stop = (date.fromisoformat(row[key]) if row.get(key) else None for key in (first, end))
    return Range(start, stop, bounds="[)")


def dated(row: Any) -> Document:  # noqa: ANN401 - any table with `facts` and `valid_on`
    """Return a stored row in its published shape."""
    return {
        **row.facts,
        "valid_from": _iso(row.valid_on.lower),
        "valid_to": _iso(row.valid_on.upper),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


class ReferenceRepository:
    """Questions about reference data, and the ways to add to it."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def revision(self) -> int:
        """Return the number of the present reference data."""
        return (await self._session.execute(select(ReferenceRevision.revision))).scalar_one()

    async def lock(self) -> None:
        """Keep other writers of reference data waiting until the transaction ends."""
        await self._session.execute(select(ReferenceRevision.revision).with_for_update())

    async def bump(self) -> None:
        """Count the revision up, so that every process reads anew."""
        row = insert(ReferenceRevision).values(id=1, revision=1)
        await self._session.execute(
            row.on_conflict_do_update(
                constraint="pk_reference_revision",
                set_={"revision": ReferenceRevision.revision + 1},
            )
        )

    async def add_rows(self, table: type[Base], rows: Sequence[Values]) -> int:
        """Add the rows that are not there, close those that now end, return how many of both.

        A row without days is there when its key is; a dated one when the same was said from the
        same day on. What is there stays as it is but for an open end. Ask under `lock`.

        Raises:
            OverlappingForceError, OverlappingValidityError: rows contradict what is in force.
        """
        facts = _table_of(table)
        kept = {_saying(facts, row): row for row in await self._kept(facts)}
        new = [row for row in rows if _saying(facts, row) not in kept]
        ended = [row for row in rows if _ends(facts, kept.get(_saying(facts, row)), row)]
        for row in ended:
            await self._close(facts, kept[_saying(facts, row)], row)
        if new:
            await self._insert(facts, new)
        return len(new) + len(ended)

    async def _kept(self, table: Table) -> Sequence[Values]:
        return [dict(row) for row in (await self._session.execute(select(table))).mappings()]

    async def _insert(self, table: Table, rows: Sequence[Values]) -> None:
        try:
            await self._session.execute(insert(table), rows)
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != EXCLUSION_VIOLATION:
                raise
            raise _overlap(table, error) from error

    async def _close(self, table: Table, kept: Values, row: Values) -> None:
        """Give the open end of a row its day."""
        column = str(_closable(table))
        same = (one == kept[one.name] for one in table.primary_key)
        await self._session.execute(update(table).where(*same).values({column: row[column]}))

    async def documents(self) -> Mapping[str, Document]:
        """Return the documents that are kept beside the rows, by code."""
        rows = await self._all(select(ReferenceDocument))
        return {row.code: row.facts for row in rows}

    async def gates(self) -> list[Document]:
        """Return the gates in published shape, each with its rows."""
        rows = {
            row.code: dict(row.facts) for row in await self._all(select(Gate).order_by(Gate.code))
        }
        for key, table in DATED:
            found = await self._by(table, "gate_code")
            for code, document in rows.items():
                document[key] = found[code]
        routes = defaultdict(list)
        for route in await self._all(select(Route).order_by(Route.code)):
            routes[route.gate_code].append(route.facts)
        return [{**document, "routes": routes[code]} for code, document in rows.items()]

    async def yards(self) -> list[Document]:
        """Return the yards in published shape, each with its rows."""
        times = await self._by(TravelTimeRow, "yard_code")
        return [
            {**row.facts, "travel_times": times[row.code]}
            for row in await self._all(select(Yard).order_by(Yard.code))
        ]

    async def products(self) -> list[Document]:
        """Return the products in published shape, each with its rows."""
        access = await self._by(ProductAccess, "product_code")
        papers = await self._by(ProductPaper, "product_code")
        seasons = await self._by(Season, "product_code")
        return [
            {
                **row.facts,
                "market_access": access[row.code],
                "required_documents": papers[row.code],
                "seasons": seasons[row.code],
            }
            for row in await self._all(select(Product).order_by(Product.code))
        ]

    async def required_checks(self) -> list[Document]:
        """Return the rows that say which checks an entry needs."""
        statement = select(RequiredCheckRow).order_by(RequiredCheckRow.id)
        return [dated(row) for row in await self._all(statement)]

    async def stay_limits(self) -> list[Document]:
        """Return the rows that say how long which foreign vehicles may stay."""
        statement = select(StayLimitRow).order_by(StayLimitRow.id)
        return [dated(row) for row in await self._all(statement)]

    async def two_way_rules(self) -> list[Document]:
        """Return the rows that say what two-way vehicles have to meet."""
        statement = select(TwoWayRuleRow).order_by(TwoWayRuleRow.rule, TwoWayRuleRow.id)
        return [dated(row) for row in await self._all(statement)]

    async def retention(self) -> list[Document]:
        """Return the rows that say how long personal data are kept."""
        statement = select(RetentionRow).order_by(RetentionRow.record, RetentionRow.id)
        return [dated(row) for row in await self._all(statement)]

    async def override_reasons(self) -> list[Document]:
        """Return for what a vehicle may be called out of its turn."""
        statement = select(OverrideReasonRow).order_by(OverrideReasonRow.code, OverrideReasonRow.id)
        return [dated(row) for row in await self._all(statement)]

    async def lane_grounds(self) -> list[Document]:
        """Return for what, and by whose word, a vehicle belongs to a lane not of its goods."""
        statement = select(LaneGroundRow).order_by(LaneGroundRow.code, LaneGroundRow.id)
        return [dated(row) for row in await self._all(statement)]

    async def tariffs(self) -> list[Document]:
        """Return the tariff editions in published shape, their force as the rows say.

        Those that the board announced have no rows of it: `TariffEditionsRepository.announced`.
        """
        force = defaultdict(list)
        known, valid = func.lower(TariffForce.known_on), func.lower(TariffForce.valid_on)
        order = select(TariffForce).order_by(known.nulls_first(), valid.nulls_first())
        for row in await self._all(order):
            bounds = {"known_from": _iso(row.known_on.lower), "known_to": _iso(row.known_on.upper)}
            force[row.code].append({**dated(row), **bounds})
        rows = await self._all(select(TariffEdition).order_by(TariffEdition.code))
        return [{**row.document, "force": force[row.code]} for row in rows]

    async def policies(self) -> list[Document]:
        """Return the policy editions in published shape, their days as the rows say.

        Those that the board announced have none of their own: `PolicyEditionsRepository.announced`.
        """
        rows = await self._all(select(PolicyEdition).order_by(PolicyEdition.code))
        return [
            {
                **row.document,
                "valid_from": _iso(row.valid_on.lower) if row.valid_on else None,
                "valid_to": _iso(row.valid_on.upper) if row.valid_on else None,
            }
            for row in rows
        ]

    async def volumes(self) -> list[Document]:
        """Return the numbers that others published of the traffic."""
        return [row.facts for row in await self._all(select(PublishedVolume))]

    async def confirmations(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Return the names of who confirmed each edition, by kind and code."""
        statement = (
            select(EditionConfirmation.kind, EditionConfirmation.edition_code, Principal.name)
            .join(Principal, Principal.id == EditionConfirmation.principal_id)
            .order_by(EditionConfirmation.confirmed_at, Principal.name)
        )
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for kind, code, name in (await self._session.execute(statement)).all():
            found[kind, code] = (*found.get((kind, code), ()), name)
        return found

    async def confirm(self, kind: str, code: str, principal_id: UUID, at: datetime) -> bool:
        """Add one board member's word; False where the same member had given it before."""
        row = insert(EditionConfirmation).values(
            kind=kind, edition_code=code, principal_id=principal_id, confirmed_at=at
        )
        statement = row.on_conflict_do_nothing().returning(EditionConfirmation.confirmed_at)
        return (await self._session.execute(statement)).first() is not None

    async def _by(
        self,
        table: Any,  # noqa: ANN401 - tables with days have no common base: keys differ
        owner: str,
    ) -> Mapping[str, list[Document]]:
        """Return the dated rows of a table by their owner, earliest first, else as published."""
        found: dict[str, list[Document]] = defaultdict(list)
        order = (func.lower(table.valid_on).nulls_first(), *inspect(table).primary_key)
        for row in await self._all(select(table).order_by(*order)):
            found[getattr(row, owner)].append(dated(row))
        return found

    async def _all(self, statement: Select[Any]) -> Iterable[Any]:
        return (await self._session.scalars(statement)).all()


def _table_of(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _closable(table: Table) -> str | None:
    """Return the column of days whose open end may be closed, None where rows have no days."""
    return next((name for name in ("known_on", "valid_on") if name in table.c), None)


def _saying(table: Table, row: Values) -> Hashable:
    """Return what makes a row the same as another: its key, or what it says from which day on.

    An edition is known by its code; any other dated row has no name but what it says.
    """
    names = [column.name for column in table.primary_key]
    if names == ["id"] or "valid_on" in names:
        names = [name for name in table.c.keys() if name != "id"]  # noqa: SIM118 - not a dict
    closable = _closable(table)
    return tuple(_plain(row[name], closed=name == closable) for name in names)


def _plain(value: Any, *, closed: bool) -> Hashable:  # noqa: ANN401 - any column's value
    if isinstance(value, Range):
        return value.lower if closed else (value.lower, value.upper)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


def _ends(table: Table, kept: Values | None, row: Values) -> bool:
    """Tell whether `row` gives a day to the open end of the one that is kept."""
    column = _closable(table)
    if kept is None or column is None:
        return False
    return kept[column].upper is None and row[column].upper is not None


def _overlap(table: Table, error: IntegrityError) -> DomainError:
    """Return the rules' name for days that are taken already."""
    kind = OverlappingForceError if "known_on" in table.c else OverlappingValidityError
    detail = getattr(getattr(error.orig, "__cause__", None), "detail", None)
    return kind(one=table.name, other=detail)
