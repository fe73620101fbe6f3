"""What queues are rolled forward from: who may be called, recent calls, the edition of the keys.

One statement for any number of queues, sent as it is: it is asked every few seconds while somebody
looks, and its rows are as many as wait.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import TypeEngine

from app.domain.expected_wait import MOST_CALLS
from app.domain.misses import CallOutcome
from app.domain.queue_order import Waiting
from app.domain.sub_queues import SubQueue
from app.domain.vocabulary import Lane, Queue, State
from app.domain.wait_scores import Accuracy, accuracy_of
from app.models import Call, Entry, QueueEdition, WaitScore
from app.repositories.prepared import Prepared, Wire

WAITS, CALLED, EDITION, SCORES = range(4)
LANES = {lane.value: lane for lane in Lane}


@dataclass(frozen=True, slots=True)
class RecentCall:
    """A call, its reading of the open clock, and since when the entry had waited."""

    lane: Lane
    called_at: datetime
    clock: int
    waits_from: datetime


@dataclass(slots=True)
class LineUp:
    """One queue as it stands: its calls newest first, `edition` None where nobody ever waited.

    `numbers` has by what each is called; `last_week` how far the estimates of each lane were off.
    """

    edition: str | None = None
    callable: list[Waiting] = field(default_factory=list)
    numbers: dict[UUID, str] = field(default_factory=dict)
    calls: list[RecentCall] = field(default_factory=list)
    last_week: dict[Lane, Accuracy] = field(default_factory=dict)


# What the rows of a union have, whatever they are about; what a row is not about is null.
SHAPE: Mapping[str, TypeEngine[Any]] = {
    "name": Text(),
    "number": BigInteger(),
    "at": DateTime(timezone=True),
    "id": Uuid(),
    "since": DateTime(timezone=True),
    "route": Text(),
    "inside": Boolean(),
    "figures": ARRAY(BigInteger),
    "called_by": Text(),
}


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), Integer)


def _columns(**values: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401 - columns of any type
    """Return the columns of `SHAPE`, these and nulls."""
    every = {name: null().cast(kind) for name, kind in SHAPE.items()} | values
    return [column.label(name) for name, column in every.items()]


class _Asked:
    """The queues that are asked about, as rows."""

    def __init__(self) -> None:
        gates = func.unnest(bindparam("gates", type_=ARRAY(Text))).label("gate")
        ways = func.unnest(bindparam("ways", type_=ARRAY(Text))).label("way")
        self.rows = select(gates, ways).subquery("asked")

    def are(self, table: type[Entry | Call | QueueEdition | WaitScore]) -> ColumnElement[bool]:
        """Return whether a row is of a queue that is asked about."""
        here = table.gate_code == self.rows.c.gate
        return and_(here, table.direction == self.rows.c.way)

    def select(
        self,
        kind: int,
        source: Any,  # noqa: ANN401 - a table or a lateral
        on: ColumnElement[bool],
        *columns: ColumnElement[Any],
    ) -> Select[Any]:
        """Return rows of one kind."""
        queue = (_number(kind), self.rows.c.gate, self.rows.c.way)
        return select(*queue, *columns).join_from(self.rows, source, on)


def _line_ups() -> Prepared:
    asked = _Asked()
    parts = (_waits(asked), _calls(asked), _editions(asked), _scores(asked))
    return Prepared(union_all(*parts))


def _waits(asked: _Asked) -> Select[Any]:
    columns = _columns(
        name=Entry.lane, number=Entry.queue_key, at=Entry.waits_from, id=Entry.id,
        route=Entry.route_code, inside=Entry.inside, called_by=Entry.call_number,
    )  # fmt: skip
    # Literal: a generic plan cannot use a partial index through a parameter.
    queued = Entry.state == literal_column(f"'{State.QUEUED.value}'")
    return asked.select(WAITS, Entry, asked.are(Entry), *columns).where(queued, ~Entry.held)


def _calls(asked: _Asked) -> Select[Any]:
    columns = _columns(
        name=Call.lane, number=Call.clock, at=Call.called_at, id=Call.id, since=Entry.waits_from
    )
    withdrawn: ColumnElement[str] = literal_column(f"'{CallOutcome.WITHDRAWN.value}'")
    recent = (
        select(*columns)
        .join_from(Call, Entry, Entry.id == Call.entry_id)
        .where(asked.are(Call), Call.outcome.is_distinct_from(withdrawn))
        .where(Call.called_at > bindparam("since", type_=DateTime(timezone=True)))
        .order_by(Call.called_at.desc(), Call.id.desc())
        .limit(_number(MOST_CALLS))
        .lateral("recent")
    )
    return asked.select(CALLED, recent, true(), *recent.c)


def _editions(asked: _Asked) -> Select[Any]:
    columns = _columns(name=QueueEdition.policy_code)
    return asked.select(EDITION, QueueEdition, asked.are(QueueEdition), *columns)


def _scores(asked: _Asked) -> Select[Any]:
    week: array[Any] = array(
        [WaitScore.week_scored, WaitScore.week_inside, WaitScore.week_median_error]
    )
    columns = _columns(name=WaitScore.lane, figures=week)
    that_day = WaitScore.on_day == bindparam("on", type_=Date)
    return asked.select(SCORES, WaitScore, asked.are(WaitScore), *columns).where(that_day)


def _waiting() -> Prepared:
    asked = _Asked()
    return Prepared(union_all(_waits(asked), _editions(asked)))


def _mark() -> Prepared:
    asked = _Asked()
    waits, edition = _waits(asked).subquery(), _editions(asked).subquery()
    row = func.row(*(waits.c[name] for name in ("name", "number", "at", "id", "route", "inside")))
    # Hashes of columns are added up to that of a record: a sum of such is the same for whom two
    # exchange their keys. Hashed once more, it is not.
    whole = func.hashint8extended(func.hash_record_extended(row, _number(0)), _number(0))
    hashes = func.sum(whole)
    name = select(edition.c.name).scalar_subquery()
    return Prepared(select(func.count(), hashes, name).select_from(waits))


LINE_UPS = _line_ups()
WAITING = _waiting()
MARK = _mark()
Mark = tuple[int, Decimal | None, str | None]


class ForecastsRepository:
    """Questions about what is to be expected."""

    def __init__(self, wire: Wire) -> None:
        """Ask on the connection of one transaction."""
        self._wire = wire

    async def line_ups(
        self, queues: Collection[Queue], since: datetime, on: date
    ) -> Mapping[Queue, LineUp]:
        """Return how queues stand, with at most `MOST_CALLS` calls of each since an instant.

        How far estimates were off is of the week that ended with day `on`.
        """
        rows = await self._wire.ask(LINE_UPS, **_asked(queues), since=since, on=on)
        return _lined_up(queues, rows)

    async def mark(self, queue: Queue) -> Mark:
        """Return a mark of what `waiting` tells; while it is the same, so is that.

        PostgreSQL counts and sums up hashes, so that nobody is sent who waits where he waited.
        """
        count, hashes, edition = (await self._wire.ask(MARK, **_asked([queue])))[0]
        return count, hashes, edition

    async def waiting(self, queue: Queue) -> LineUp:
        """Return who may be called of a queue, and the edition of their keys, without calls."""
        return _lined_up([queue], await self._wire.ask(WAITING, **_asked([queue])))[queue]


def _asked(queues: Collection[Queue]) -> Mapping[str, Any]:
    return {
        "gates": [queue.gate for queue in queues],
        "ways": [queue.direction.value for queue in queues],
    }


def _lined_up(queues: Collection[Queue], rows: Sequence[Any]) -> Mapping[Queue, LineUp]:
    """Return the queues that rows of one union tell of."""
    found = {queue: LineUp() for queue in queues}
    by_name = {(queue.gate, queue.direction.value): one for queue, one in found.items()}
    parts = {(row[8], row[9]): SubQueue(row[8], row[9]) for row in rows if row[0] == WAITS}
    for kind, gate, way, name, number, at, identity, joined_at, route, inside, figures, by in rows:
        one = by_name[gate, way]
        if kind == WAITS:
            one.callable.append(Waiting(identity, LANES[name], number, at, parts[route, inside]))
            one.numbers[identity] = by
        elif kind == CALLED:
            one.calls.append(RecentCall(Lane(name), at, number, joined_at))
        elif kind == EDITION:
            one.edition = name
        else:
            one.last_week[Lane(name)] = accuracy_of(*figures)
    for one in found.values():
        one.calls.sort(key=lambda call: call.called_at, reverse=True)
    return found
