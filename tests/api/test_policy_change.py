"""A new policy edition: points that were earned stay, from then on the new rates count."""

from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event, PolicyEdition, ReferenceRevision
from app.repositories.unit_of_work import UnitOfWork
from tests.api.conftest import Gate, lorry

OLD, NEW = "queue-policy-2022-02", "queue-policy-2026-03"
RATES = {"green-season": 8, "green": 4, "ordinary": 1}


@pytest.fixture
async def successor(session: AsyncSession) -> str:
    """An edition from 12 March 2026 on, under which a green truck earns twice as much."""
    first = await session.get_one(PolicyEdition, OLD)
    assert first.valid_on is not None
    assert first.valid_on.lower is not None
    begins = first.valid_on.lower.replace(2026, 3, 12)
    lanes = [{**lane, "rate": RATES[lane["code"]]} for lane in first.document["lanes"]]
    changes = {"code": NEW, "lanes": lanes, "predicted_slowdown": {"worked_examples": []}}
    closed = Range(first.valid_on.lower, begins)
    await session.execute(update(PolicyEdition).values(valid_on=closed))
    session.add(
        PolicyEdition(
            code=NEW, valid_on=Range(begins, None), document={**first.document, **changes}
        )
    )
    await session.execute(update(ReferenceRevision).values(revision=ReferenceRevision.revision + 1))
    await session.commit()
    return NEW


async def wait_over_midnight(gate: Gate) -> tuple[Any, Any]:
    """Return an ordinary and a green truck that waited 60 and 20 open minutes until closing."""
    gate.go_to("2026-03-11T19:00:00+07:00")
    ordinary = await gate.register(**lorry(1))
    await gate.move(ordinary)
    gate.wait(minutes=40)
    green = await gate.register()
    await gate.move(green)
    gate.go_to("2026-03-12T07:10:00+07:00")
    return ordinary, green


async def test_points_stay_and_the_new_rates_count_from_the_first_call(
    gate: Gate, session: AsyncSession, successor: str
) -> None:
    ordinary, green = await wait_over_midnight(gate)
    before = {one["lane"]: one["points"] for one in await _standings(gate, ordinary, green)}
    assert {"ordinary": 70 * 60, "green": 30 * 120} == before
    call = (await gate.call())[0]
    assert ("ordinary", successor, 70 * 60) == (call["lane"], call["policy"], call["points"])
    assert {"ordinary": 1, "green": 4} == {one["lane"]: one["rate"] for one in call["compared"]}
    gate.wait(minutes=5)
    assert 30 * 120 + 5 * 240 == (await gate.place(green))["points"]
    assert successor == await UnitOfWork(session).queues.edition(
        Queue("tan-thanh", Direction.EXPORT)
    )


async def _standings(gate: Gate, *entries: Any) -> list[dict[str, Any]]:
    return [await gate.place(entry) for entry in entries]


@pytest.mark.usefixtures("successor")
async def test_a_change_of_rates_is_told_once(gate: Gate, session: AsyncSession) -> None:
    await wait_over_midnight(gate)
    await gate.call()
    await gate.call()
    told = await session.scalars(
        select(Event.data["policy"].astext)
        .where(Event.kind == "rates.changed")
        .order_by(Event.number)
    )
    assert [OLD, NEW] == list(told.all())


@pytest.mark.usefixtures("successor")
async def test_a_queue_that_begins_under_the_new_edition_never_knew_the_old_one(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-03-12T08:00:00+07:00")
    entry = await gate.register()
    await gate.move(entry)
    gate.wait(minutes=10)
    assert 10 * 240 == (await gate.place(entry))["points"]
    count = select(func.count()).where(Event.kind == "rates.changed")
    assert 1 == await session.scalar(count)


@pytest.mark.usefixtures("successor")
async def test_the_board_shows_the_edition_of_the_day(gate: Gate) -> None:
    assert OLD == (await gate.board())["policy"]
    gate.go_to("2026-03-12T00:00:00+07:00")
    await gate.get("/v1/entries", "officer-1")
    board = await gate.board()
    assert (NEW, RATES) == (
        board["policy"], {one["lane"]: one["rate"] for one in board["lanes"]},
    )  # fmt: skip
