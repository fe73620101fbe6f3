"""Checks of many entries at once: a result per row, and no row spoils another."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Check, Event
from tests.api.conftest import Gate, Statements, lorry, truck

NOBODY = "00000000-0000-7000-8000-000000000000"


def row(entry: dict[str, Any] | str, kind: str = "medical", **more: Any) -> dict[str, Any]:
    identity = entry if isinstance(entry, str) else entry["id"]
    return {"entry": identity, "kind": kind, "result": "passed", **more}


async def send(
    gate: Gate, rows: Sequence[dict[str, Any]], who: str = "medical", retry: str | None = None
) -> Any:
    return await gate.post("/v1/checks", who, {"checks": list(rows)}, retry=retry)


async def fleet(gate: Gate, many: int) -> list[dict[str, Any]]:
    """Return entries, every other one of the other gate."""
    gates = ("tan-thanh", "huu-nghi")
    return [await gate.register(**lorry(number, gate=gates[number % 2])) for number in range(many)]


async def stored(session: AsyncSession) -> tuple[int, int]:
    told = select(func.count()).select_from(Event).where(Event.kind == "check.recorded")
    checks = await session.scalar(select(func.count()).select_from(Check))
    return checks or 0, await session.scalar(told) or 0


async def test_each_row_is_recorded_and_answered_in_the_order_sent(
    gate: Gate, session: AsyncSession
) -> None:
    entries = await fleet(gate, 5)
    answer = await send(gate, [row(entry) for entry in entries])
    said = answer.json()
    assert (200, 0) == (answer.status_code, said["refused"])
    assert [entry["id"] for entry in entries] == [one["entry"] for one in said["checks"]]
    assert all(one["recorded"] and one["check"]["result"] == "passed" for one in said["checks"])
    assert (5, 5) == await stored(session)
    for entry in entries:
        assert ["medical"] == [one["kind"] for one in (await gate.entry(entry))["checks"]]


async def test_a_bad_row_says_why_and_where_and_spoils_no_good_one(
    gate: Gate, session: AsyncSession
) -> None:
    entries = await fleet(gate, 3)
    await send(gate, [row(entries[2], source_reference="Y-3")])
    late = (gate.now.replace(hour=1)).isoformat()
    future = (gate.now.replace(hour=4)).isoformat()
    rows = [
        row(entries[0]),
        row(NOBODY),
        row(entries[0], "customs_entry"),
        row(entries[1], source_reference="Y-3"),
        row(entries[1], occurred_at=late),
        row(entries[1], occurred_at=future),
        row(entries[1]),
    ]
    said = (await send(gate, rows)).json()
    problems = [
        (one["problem"]["code"], [error["pointer"] for error in one["problem"]["errors"]])
        for one in said["checks"]
        if one["problem"]
    ]
    assert [
        ("entry-not-found", ["/checks/1"]),
        ("check-not-yours", ["/checks/2"]),
        ("retry-mismatch", ["/checks/3/source_reference"]),
        ("reason-required", ["/checks/4/reason"]),
        ("occurred-in-future", ["/checks/5/occurred_at"]),
    ] == problems
    assert [0, 6] == [number for number, one in enumerate(said["checks"]) if one["recorded"]]
    assert 5 == said["refused"]
    assert (3, 3) == await stored(session)


async def test_what_cannot_be_read_is_refused_whole_with_every_fault(
    gate: Gate, session: AsyncSession
) -> None:
    entry = (await fleet(gate, 1))[0]
    rows = [row(entry), row("nobody"), row(entry, "no-such-kind")]
    answer = await send(gate, rows)
    assert (422, ["/checks/1/entry", "/checks/2/kind"]) == (
        answer.status_code, [error["pointer"] for error in answer.json()["errors"]],
    )  # fmt: skip
    assert (0, 0) == await stored(session)


@pytest.mark.parametrize("many", [0, 101])
async def test_a_request_has_one_to_a_hundred_rows(gate: Gate, many: int) -> None:
    assert 422 == (await send(gate, [row(NOBODY)] * many)).status_code
    assert 200 == (await send(gate, [row(NOBODY)] * 100)).status_code


async def test_rows_with_a_reference_count_once_however_often_they_come(
    gate: Gate, session: AsyncSession
) -> None:
    entries = await fleet(gate, 2)
    rows = [row(entry, source_reference=f"Y-{number}") for number, entry in enumerate(entries)]
    first = (await send(gate, [*rows, rows[0]])).json()
    again = (await send(gate, rows)).json()
    assert first["checks"][0] == first["checks"][2]
    assert first["checks"][:2] == again["checks"]
    assert (2, 2) == await stored(session)


async def test_a_retry_of_the_request_is_answered_as_before(
    gate: Gate, session: AsyncSession
) -> None:
    rows = [row(entry) for entry in await fleet(gate, 2)]
    first = await send(gate, rows, retry="once")
    again = await send(gate, rows, retry="once")
    assert first.json() == again.json()
    assert (2, 2) == await stored(session)


async def test_a_failed_row_takes_a_release_back_and_a_certificate_decides_the_lane(
    gate: Gate,
) -> None:
    fruit, other = await gate.register(**truck()), await gate.register(**lorry(1))
    await gate.move(fruit)
    rejected = {"number": "KD-2026-00001", "status": "rejected"}
    quarantine = row(fruit, "plant_quarantine", result="failed", certificate=rejected)
    said = await send(gate, [row(other, "plant_quarantine"), quarantine], "plant_quarantine")
    assert 0 == said.json()["refused"]
    assert ("green", "ordinary") == (fruit["lane"], (await gate.entry(fruit))["lane"])


async def test_a_check_that_comes_too_early_opens_its_exception(gate: Gate) -> None:
    entries = await fleet(gate, 2)
    await send(gate, [row(one, "transshipment") for one in entries], "customs")
    for entry in entries:
        found = (await gate.entry(entry))["exceptions"]
        assert ["check-before-its-preconditions"] == [one["rule"] for one in found]


async def test_a_hundred_rows_cost_the_statements_of_one_queue_more(
    gate: Gate, statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    entries = await fleet(gate, 20)
    counts: list[int] = []
    for some in (entries[:2], entries):
        gate.wait(minutes=1)
        with statements() as sent:
            said = await send(gate, [row(one, source_reference=one["id"]) for one in some])
        assert 0 == said.json()["refused"]
        counts.append(len(sent))
    # Who asks; entries; two queues' locks; rows; checks; references; insert; update; events.
    assert [10, 10] == counts
