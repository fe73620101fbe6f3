"""Queues as they might stand, with many ties; the same for the same seed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.queue_order import Waiting
from app.domain.sub_queues import SubQueue
from app.domain.vocabulary import Direction, Lane, Queue, State
from app.models import Entry
from tests.repositories.rows import NOW, Actor, entry_row, waiting_row

RATES: Mapping[Lane, int] = {
    Lane.RELIEF: 4, Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1,
}  # fmt: skip
EQUAL_RATES: Mapping[Lane, int] = dict.fromkeys(RATES, 2)
OTHER_QUEUES = (Queue("tan-thanh", Direction.IMPORT), Queue("huu-nghi", Direction.EXPORT))
ROUTES = ("1088-2-1089", "1090-1091")
ENDED = {State.CROSSED, State.CANCELLED, State.NO_SHOW}


def queue_of(dice: Random, actor: Actor, size: int) -> list[dict[str, Any]]:
    """Return `size` entries that wait in the usual queue, about a fifth of them held."""
    return [
        dict(
            waiting_row(
                actor,
                dice.choice(list(RATES)),
                dice.randrange(-20, 20),
                NOW - timedelta(minutes=dice.randrange(4)),
                id=_identity(dice),
                held=dice.random() < 0.2,
                route_code=dice.choice([None, *ROUTES]),
                inside=dice.random() < 0.5,
            )
        )
        for _ in range(size)
    ]


def beside(dice: Random, actor: Actor) -> list[dict[str, Any]]:
    """Return entries that are not in the usual queue or do not wait, whatever else they have."""
    elsewhere = [
        {**row, "gate_code": queue.gate, "direction": queue.direction.value, "route_code": None}
        for queue in OTHER_QUEUES
        for row in queue_of(dice, actor, 5)
    ]
    called = [{**row, "state": State.CALLED.value} for row in queue_of(dice, actor, 5)]
    ended = [
        entry_row(actor, id=_identity(dice), state=state.value, ended_at=NOW, waits_from=NOW)
        for state in ENDED
    ]
    return [*elsewhere, *called, *ended, entry_row(actor, id=_identity(dice))]


async def store(session: AsyncSession, rows: Iterable[Mapping[str, Any]]) -> None:
    every = [*rows]
    keys = {key for row in every for key in row}
    await session.execute(insert(Entry), [{**dict.fromkeys(keys), **row} for row in every])


def as_waiting(rows: Iterable[Mapping[str, Any]]) -> list[Waiting]:
    """Return rows as the pure rule sees them."""
    return [
        Waiting(
            row["id"],
            Lane(row["lane"]),
            row["queue_key"],
            row["waits_from"],
            SubQueue(row["route_code"], row["inside"]),
        )
        for row in rows
    ]


def _identity(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128))


def ids(found: Sequence[Any]) -> set[UUID]:
    return {one.id for one in found}
