"""What queues are rolled forward from: who may be called, recent calls, the edition of the keys.

One statement for any number of queues, sent as it is: it is asked every few seconds while somebody
looks, and its rows are as many as wait.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.domain.expected_wait import MOST_CALLS
from app.domain.misses import CallOutcome
from app.domain.queue_order import Waiting
from app.domain.vocabulary import Direction, Lane, Queue, State
from app.models import Call, Entry, QueueEdition
from app.repositories.prepared import Prepared, Wire

WAITS, CALLED, EDITION = range(3)


@dataclass(frozen=True, slots=True)
class RecentCall:
    """A call, its reading of the open clock, and since when the entry had waited."""

    lane: Lane
    called_at: datetime
    clock: int
    waits_from: datetime


@dataclass(slots=True)
class LineUp:
    """One queue as it stands: its calls newest first, `edition` None where nobody ever waited."""

    edition: str | None = None
    callable: list[Waiting] = field(default_factory=list)
    calls: list[RecentCall] = field(default_factory=list)


def _number(value: int) -> Any:  # noqa: ANN401 - any column
    return literal_column(str(value), Integer)


def _line_ups() -> Prepared:
    gates = func.unnest(bindparam("gates", type_=ARRAY(Text))).label("gate")
    ways = func.unnest(bindparam("ways", type_=ARRAY(Text))).label("way")
    asked = select(gates, ways).subquery("asked")
    waits = (
        select(
            _number(WAITS), asked.c.gate, asked.c.way, Entry.lane, Entry.queue_key,
            Entry.waits_from, Entry.id, null().cast(DateTime(timezone=True)),
        )
        .join_from(
            asked,
            Entry,
            (Entry.gate_code == asked.c.gate) & (Entry.direction == asked.c.way),
        )
        # Literal: a generic plan cannot use a partial index through a parameter.
        .where(Entry.state == literal_column(f"'{State.QUEUED.value}'"), ~Entry.held)
    )  # fmt: skip
    recent = (
        select(Call.lane, Call.clock, Call.called_at, Call.id, Entry.waits_from)
        .join(Entry, Entry.id == Call.entry_id)
        .where(Call.gate_code == asked.c.gate, Call.direction == asked.c.way)
        .where(Call.called_at > bindparam("since", type_=DateTime(timezone=True)))
        .where(Call.outcome.is_distinct_from(literal_column(f"'{CallOutcome.WITHDRAWN.value}'")))
        .order_by(Call.called_at.desc(), Call.id.desc())
        .limit(_number(MOST_CALLS))
        .lateral("recent")
    )
    calls = select(_number(CALLED), asked.c.gate, asked.c.way, *recent.c).join_from(
        asked, recent, true()
    )
    editions = select(
        _number(EDITION), asked.c.gate, asked.c.way, QueueEdition.policy_code,
        null().cast(BigInteger), null().cast(DateTime(timezone=True)), null().cast(Uuid),
        null().cast(DateTime(timezone=True)),
    ).join_from(
        asked,
        QueueEdition,
        (QueueEdition.gate_code == asked.c.gate) & (QueueEdition.direction == asked.c.way),
    )  # fmt: skip
    return Prepared(union_all(waits, calls, editions))


LINE_UPS = _line_ups()


class ForecastsRepository:
    """Questions about what is to be expected."""

    def __init__(self, wire: Wire) -> None:
        """Ask on the connection of one transaction."""
        self._wire = wire

    async def line_ups(self, queues: Collection[Queue], since: datetime) -> Mapping[Queue, LineUp]:
        """Return how queues stand, with at most `MOST_CALLS` calls of each since an instant."""
        found = {queue: LineUp() for queue in queues}
        rows = await self._wire.ask(
            LINE_UPS,
            gates=[queue.gate for queue in queues],
            ways=[queue.direction.value for queue in queues],
            since=since,
        )
        for kind, gate, way, name, number, at, identity, waited in rows:
            one = found[Queue(gate, Direction(way))]
            if kind == WAITS:
                one.callable.append(Waiting(identity, Lane(name), number, at))
            elif kind == CALLED:
                one.calls.append(RecentCall(Lane(name), at, number, waited))
            else:
                one.edition = name
        for one in found.values():
            one.calls.sort(key=lambda call: call.called_at, reverse=True)
        return found
