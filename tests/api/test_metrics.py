"""What Prometheus is told of queues, calls, workers and readiness; and what nobody is told."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import Settings
from app.domain.vitals import Work
from app.domain.vocabulary import Direction, Queue
from app.models import BookCheck, PriceCheck
from app.repositories.unit_of_work import UnitOfWork
from app.workers.counting import count_stays
from tests.api.conftest import Gate, lorry, truck
from tests.api.test_amendment import DRIVER
from tests.api.test_notices import posted
from tests.api.test_statements import Recorder

HERE = {"gate": "tan-thanh", "direction": "export"}
CODE = re.compile(r"[a-z0-9_.+-]*|[A-Z]+|/[a-z0-9_./{}-]*|[1-5]xx", re.IGNORECASE)


async def told(gate: Gate) -> str:
    gate.forget()
    answer = await gate.get("/metrics")
    assert 200 == answer.status_code
    return answer.text


async def value(at: Gate, name: str, **labels: str) -> float | None:
    """Return a metric's value now, None where there is none of these labels."""
    named = ",".join(f'{label}="{text}"' for label, text in sorted(labels.items()))
    start = f"{name}{{{named}}} " if named else f"{name} "
    lines = (await told(at)).splitlines()
    return next((float(one.removeprefix(start)) for one in lines if one.startswith(start)), None)


async def test_a_queue_has_a_length_per_lane_and_an_oldest_open_wait(gate: Gate) -> None:
    for number in (1, 2):
        await gate.move(await gate.register(**lorry(number)))
        gate.wait(minutes=10)
    await gate.register(**lorry(3))
    assert 2 == await value(gate, "gate_queue_waiting", **HERE, lane="ordinary")
    assert 0 == await value(gate, "gate_queue_waiting", **HERE, lane="green")
    assert 1200 == await value(gate, "gate_queue_oldest_wait_seconds", **HERE, lane="ordinary")
    assert 0 == await value(gate, "gate_queue_oldest_wait_seconds", **HERE, lane="green")
    assert 1 == await value(gate, "gate_queue_on_the_way", **HERE)
    assert 0 == await value(gate, "gate_queue_not_ready", **HERE)


async def test_a_queue_of_arrivals_has_one_lane_and_no_calls(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, direction="import"))
    await gate.arrive(entry)
    coming = {"gate": "tan-thanh", "direction": "import"}
    assert 1 == await value(gate, "gate_queue_waiting", **coming, lane="arrival-order")
    assert await value(gate, "gate_queue_calls_total", **coming, lane="ordinary") is None


async def test_a_queue_tells_whether_it_is_open(gate: Gate) -> None:
    assert 1 == await value(gate, "gate_queue_open", **HERE)
    gate.go_to("2026-03-11T23:30:00+07:00")
    assert 0 == await value(gate, "gate_queue_open", **HERE)


async def test_a_queue_tells_whether_a_notice_stops_its_calls(gate: Gate) -> None:
    assert 0 == await value(gate, "gate_queue_paused", **HERE)
    await posted(gate)
    assert 1 == await value(gate, "gate_queue_paused", **HERE)


async def test_calls_and_misses_of_the_day_are_counted(gate: Gate) -> None:
    for number in range(3):
        await gate.move(await gate.register(**lorry(number)))
        gate.wait(minutes=1)
    assert 0 == await value(gate, "gate_queue_calls_total", **HERE, lane="ordinary")
    await gate.call(2)
    assert 2 == await value(gate, "gate_queue_called", **HERE)
    gate.wait(minutes=31)
    await gate.work()
    assert 2 == await value(gate, "gate_queue_calls_total", **HERE, lane="ordinary")
    assert 2 == await value(gate, "gate_queue_misses_total", **HERE, outcome="missed")
    assert 0 == await value(gate, "gate_queue_misses_total", **HERE, outcome="excused")
    assert 0 == await value(gate, "gate_queue_called", **HERE)
    gate.wait(hours=24)
    assert 0 == await value(gate, "gate_queue_calls_total", **HERE, lane="ordinary")


async def test_workers_are_seen_and_their_lag_grows_while_nobody_works(gate: Gate) -> None:
    assert await value(gate, "gate_worker_last_run_timestamp_seconds", worker="counting") is None
    await gate.move(await gate.register(**lorry(1)))
    await gate.call()
    sessions = gate.app.state.process.sessions
    async with sessions.begin() as session:
        work = Work("counting", "host:1", 5, 2, 1, 7, 1500, 500, succeeded=False)
        await UnitOfWork(session).upkeep.note([work])
    for name, expected in (
        ("runs_total", 2), ("failures_total", 1), ("done_total", 7), ("seconds_total", 1.5),
        ("last_seconds", 0.5), ("interval_seconds", 5), ("last_success_timestamp_seconds", 0),
    ):  # fmt: skip
        assert expected == await value(gate, f"gate_worker_{name}", worker="counting")
    assert 0 < (await value(gate, "gate_worker_last_run_timestamp_seconds", worker="counting") or 0)
    gate.wait(minutes=10, seconds=7)
    assert 607 == await value(gate, "gate_worker_lag_seconds", worker="counting")
    gate.wait(minutes=10)
    assert 0 < (await value(gate, "gate_worker_lag_seconds", worker="deadlines") or 0)
    await gate.work()
    await count_stays(sessions)  # once: what is seen waits for nobody, settled or not
    for job in ("deadlines", "counting"):
        assert 0 == await value(gate, "gate_worker_lag_seconds", worker=job)


async def test_a_log_that_cannot_be_gone_on_with_is_named(
    gate: Gate, session: AsyncSession
) -> None:
    assert 0 == await value(gate, "gate_log_stopped", **HERE)
    at = datetime(2026, 5, 4, tzinfo=UTC)
    await UnitOfWork(session).log.stop(Queue("tan-thanh", Direction.EXPORT), 1, at)
    assert 1 == await value(gate, "gate_log_stopped", **HERE)
    assert 0 == await value(gate, "gate_log_stopped", gate="huu-nghi", direction="export")


async def test_readiness_and_the_disk_are_told(gate: Gate, settings: Settings) -> None:
    for part, fit in (("database", 1), ("migrations", 1), ("clock", 0), ("editions", 1)):
        assert fit == await value(gate, "gate_ready", part=part)  # the test's clock stands
    free, size = [await value(gate, f"gate_data_disk_{what}_bytes") for what in ("free", "size")]
    assert 0 < (free or 0) < (size or 0)
    assert not settings.data_dir.is_absolute()


async def test_without_a_database_a_scrape_is_answered_and_says_so(gate: Gate) -> None:
    def away() -> Any:
        raise ConnectionRefusedError

    gate.app.state.process.sessions = away
    assert 0 == await value(gate, "gate_ready", part="database")
    assert await value(gate, "gate_queue_open", **HERE) is None


async def test_a_scrape_costs_three_statements_a_second_beside_the_boards(
    gate: Gate, statements: Recorder
) -> None:
    """Readiness, workers, calls; the boards too where nobody looked at them just now."""
    await told(gate)
    gate.forget()
    with statements() as sent:
        await gate.get("/v1/queues")
    boards = len(sent)
    with statements() as sent:
        for _ in range(3):
            await gate.get("/metrics")
    assert 3 == len(sent), "\n".join(sent)
    gate.forget()
    with statements() as sent:
        await gate.get("/metrics")
    assert boards + 3 == len(sent), "\n".join(sent)


async def test_labels_are_few_and_are_codes(gate: Gate) -> None:
    await gate.move(await gate.register(**lorry(1)))
    await gate.get("/v1/entries?plate=15C-000.01", "officer-1")
    await gate.get("/v1/gates/15C-000.01")
    await gate.get("/15C-000.01")
    lines = [line for line in (await told(gate)).splitlines() if line.startswith("gate_")]
    labels = {text for line in lines for text in re.findall(r'="((?:[^"\\]|\\.)*)"', line)}
    assert all(CODE.fullmatch(label) for label in labels), labels
    assert not [label for label in labels if "15c" in label.lower()]


async def test_no_personal_data_plate_or_token_is_in_logs_or_metrics(gate: Gate) -> None:
    secret = [*DRIVER.values(), "12C-000.17", "12C00017", "29LD-123.45", "29LD12345"]
    with structlog.testing.capture_logs() as lines:
        entry = await gate.register(driver=DRIVER)
        secret += [entry["tracking"]["token"], entry["reference"]]
        await gate.register("company-2")  # the plate is contested
        await gate.get(f"/v1/tracking/{entry['tracking']['token']}")
        await gate.get("/v1/entries?plate=12C-000.17", "officer-1")
        await gate.amend(entry, driver={**DRIVER, "phone": "+84 912 345 679"})
        await gate.post("/v1/entries", "company-1", truck(driver={"name": 12, **DRIVER, "x": 1}))
        body = {"gate": "tan-thanh", "plate": "29LD-123.45", "direction": "export"}
        await gate.post("/v1/arrivals", "border_guard", body)
        await gate.move(entry)
        await gate.call()
        gate.wait(hours=2)
        await gate.work()
        for path in (f"/v1/entries/{entry['reference']}", "/v1/entries/12C-000.17/place"):
            await gate.get(path, "officer-1")
    everything = f"{lines}\n{await told(gate)}"
    assert [] == [one for one in secret if one in everything]
    assert lines


def about(lines: Sequence[Any], operation: str) -> Any:
    """Return what the line of an operation says of entries."""
    line = next(one for one in lines if one.get("operation") == operation)
    assert line["event"] == "request"
    return line.get("entry_id") or line.get("entry_ids")


async def test_lines_name_the_entries_that_a_request_is_about(gate: Gate) -> None:
    with structlog.testing.capture_logs() as lines:
        first = await gate.register(**lorry(1))
        await gate.move(first)
        second = await gate.register(**lorry(2))
        await gate.move(second)
        await gate.call(2)
        await gate.get(f"/v1/entries/{first['id']}", "officer-1")
        await gate.get(f"/v1/entries/{first['id'].upper()}/place", "company-2")
        await gate.post(f"/v1/entries/{first['id']}/release", "officer-1")
        await gate.get("/v1/queues")
        gate.wait(hours=2)
        await gate.work()
    assert first["id"] == about(lines, "register_entry")
    assert first["id"] == about(lines, "record_movement")
    assert [first["id"], second["id"]] == about(lines, "call_next_vehicles")
    for operation in ("get_entry", "get_place", "release_entry"):
        assert first["id"] == about(lines, operation)
    assert about(lines, "list_queues") is None
    due = next(line for line in lines if line["event"] == "due")
    assert [first["id"], second["id"]] == due["entry_ids"]
    assert {**HERE, "done": 4}.items() <= due.items()
    assert 0 < due["lag_seconds"] < 7200


async def test_what_the_last_check_of_the_books_found_is_a_metric(
    gate: Gate, sessions: async_sessionmaker[AsyncSession]
) -> None:
    assert await value(gate, "gate_books_differing") is None
    for differing in (0, 3):
        async with sessions.begin() as session:
            at = datetime(2026, 3, 11, differing, tzinfo=UTC)
            check = BookCheck(day=at.date(), checked_at=at, posted=0, differences={})
            check.differing = differing
            session.add(check)
        assert differing == await value(gate, "gate_books_differing")


async def test_what_the_last_check_of_prices_found_is_a_metric(
    gate: Gate, sessions: async_sessionmaker[AsyncSession]
) -> None:
    assert await value(gate, "gate_prices_differing") is None
    for day, differing, ended in ((1, 0, True), (2, 3, True), (3, 0, False)):
        at = datetime(2026, 3, day, tzinfo=UTC)
        check = PriceCheck(day=at.date(), started_at=at, checked=9, without_facts=0, differences=[])
        check.differing, check.finished_at = differing, at if ended else None
        async with sessions.begin() as session:
            session.add(check)
        assert (0 if day == 1 else 3) == await value(gate, "gate_prices_differing")
