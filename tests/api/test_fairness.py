"""The report of fairness: its figures, and that the public log recomputes those that say so."""

import csv
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.schemas.fairness import _queue_out
from app.domain.certificate import Told
from app.domain.fairness import fairness
from app.domain.vocabulary import Direction, Queue, QueueMode
from app.models import LogLeaf
from app.services.publishing.fairness import QueueFairness
from tests.api.conftest import Gate, lorry
from tests.api.test_log import seal

PATH = "/v1/gates/tan-thanh/reports/fairness"


async def report(gate: Gate, **params: str) -> dict[str, Any]:
    gate.forget()
    answer = await gate.get(PATH, params=params)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def queued(gate: Gate, number: int, **changes: Any) -> dict[str, Any]:
    entry = await gate.register(**lorry(number, **changes))
    await gate.move(entry)
    return entry


async def a_morning(gate: Gate) -> None:
    """Let a lorry be held, a green truck pass another, a lane change, and a miss be excused."""
    held = await queued(gate, 1)
    await gate.post(f"/v1/entries/{held['id']}/holds", "customs", {"reason": "scan"})
    gate.wait(minutes=1)
    await queued(gate, 2)
    gate.wait(minutes=20)
    green = await gate.register()
    await gate.move(green)
    gate.wait(minutes=30)
    await gate.call(2)
    await gate.arrive(green, occurred_at="2026-03-11T09:20:00+07:00", reason="no network")
    late = await gate.register(vehicle={"tractor_plate": "12C-000.18", "payload_kg": 15000})
    await gate.move(late)
    await gate.amend(late, documents=None)


async def test_the_report_tells_calls_passes_skips_and_who_entered_what_late(gate: Gate) -> None:
    await a_morning(gate)
    found = await report(gate)
    assert ("tan-thanh", "2026-03-11") == (found["gate"], found["day"])
    assert "2025-12-09" == found["registered_since"]
    export, imports = found["queues"]
    assert ("export", "called", "import", "arrival-order") == (
        export["direction"], export["mode"], imports["direction"], imports["mode"],
    )  # fmt: skip
    assert [{"lane": "green", "calls": 1}, {"lane": "ordinary", "calls": 1}] == (
        export["calls"]["rows"]
    )
    assert [{"lane": "green", "over": "ordinary", "calls": 1}] == export["overtakes"]["rows"]
    assert 0 == export["inversions"]["calls"]
    assert {
        "lane": "green",
        "over": "ordinary",
        "promised_thousandths": 500,
        "worst_thousandths": 600,
    } in export["bound"]["rows"]
    assert [{"reason": "held", "posted_by": "customs", "calls": 1}] == export["skips"]["rows"]
    assert [{"kind": "arrival", "by": "border_guard", "observations": 1}] == (
        export["backfills"]["rows"]
    )
    assert [{"before": "green", "lane": "ordinary", "count": 1}] == export["lane_changes"]["rows"]
    assert {"green", "ordinary"} == {one["lane"] for one in export["waits"]["rows"]}
    assert (False, False, True) == (
        export["backfills"]["from_log"],
        export["exceptions"]["from_log"],
        export["slowdown"]["from_log"],
    )
    assert "TT-" not in json.dumps(found)
    assert "plate" not in json.dumps(found)


async def test_another_day_has_none_of_it(gate: Gate) -> None:
    await a_morning(gate)
    export = (await report(gate, day="2026-03-10"))["queues"][0]
    assert ([], [], [], 0) == (
        export["calls"]["rows"], export["skips"]["rows"], export["waits"]["rows"],
        export["inversions"]["calls"],
    )  # fmt: skip


async def test_the_report_is_a_table_too_with_a_row_for_each_number(gate: Gate) -> None:
    await a_morning(gate)
    found = await report(gate)
    answer = await gate.get(PATH, params={"format": "csv"})
    assert answer.headers["content-disposition"].endswith('"fairness-tan-thanh-2026-03-11.csv"')
    heading, *rows = csv.reader(answer.text.removeprefix("\ufeff").splitlines())
    assert ["Day", "Gate or area code", "Direction", "Figure", "About"] == heading[:5]
    told = {tuple(row[2:5]): row[5:] for row in rows}
    assert ["1", "true"] == told["export", "calls.calls", "green"]
    assert [str(found["queues"][0]["inversions"]["calls"]), "true"] == told[
        "export", "inversions.calls", ""
    ]
    assert ["1", "false"] == told["export", "backfills.observations", "arrival border_guard"]


async def test_a_gate_that_there_is_not_has_no_report(gate: Gate) -> None:
    answer = await gate.get("/v1/gates/nowhere/reports/fairness")
    assert (404, "gate-not-found") == (answer.status_code, answer.json()["code"])


def told_of(leaf: dict[str, Any]) -> Told:
    entry = UUID(leaf["entry"]) if leaf["entry"] else None
    at = datetime.fromisoformat(leaf["at"])
    return Told(leaf["number"], at, leaf["kind"], entry, leaf["data"])


async def test_what_says_so_is_recomputed_from_the_leaves_of_the_log_alone(
    gate: Gate, session: AsyncSession
) -> None:
    await a_morning(gate)
    await seal(gate)
    leaves = await session.scalars(
        select(LogLeaf.leaf)
        .where(LogLeaf.gate_code == "tan-thanh", LogLeaf.direction == "export")
        .order_by(LogLeaf.index)
    )
    told = [told_of(leaf) for text in leaves if (leaf := json.loads(text))["kind"] != "seal"]
    begin = datetime.fromisoformat("2026-03-11T00:00:00+07:00")
    again = QueueFairness(
        Queue("tan-thanh", Direction.EXPORT),
        QueueMode.CALLED,
        fairness(told, begin, begin + timedelta(days=1)),
        {},
        {},
    )
    from_log = json.loads(_queue_out(again).model_dump_json())
    export = (await report(gate))["queues"][0]
    figures = {name for name, one in export.items() if isinstance(one, dict) and one["from_log"]}
    assert 10 == len(figures)
    assert {name: from_log[name] for name in figures} == {name: export[name] for name in figures}
