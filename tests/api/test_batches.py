"""Batches: a file of vehicles, a job, and what became of each row."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.fleet.rows import Rows
from app.api.state import Process
from app.domain.batches import MOST_OPEN
from app.models import Batch, BatchRow, Entry, Event, Principal
from app.workers.batches import BatchWorker
from app.workers.today import Todays
from tests.api.conftest import Gate, lorry, truck

BATCHES = "/v1/entries/batches"
DRIVER = {"name": "Nguyễn Văn An", "document_number": "012345678901", "phone": "0912345678"}


async def send(gate: Gate, rows: list[Any], who: str = "company-1", **more: Any) -> Any:
    """Send rows as JSON, under a key of their own unless one is given."""
    key = more.pop("retry", None) or uuid4().hex
    return await gate.post(BATCHES, who, {"rows": rows, **more}, retry=key)


async def sent(gate: Gate, rows: list[Any], **more: Any) -> dict[str, Any]:
    """Send rows and return the batch that they are."""
    answer = await send(gate, rows, **more)
    assert 202 == answer.status_code, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


def worker(gate: Gate) -> BatchWorker:
    process: Process = gate.app.state.process
    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    return BatchWorker(process.tools, todays, Rows())


async def work(gate: Gate) -> int:
    """Do what is open, as workers do."""
    return await worker(gate).do_batches(gate.app.state.process.sessions)


async def step(gate: Gate, batch: dict[str, Any]) -> None:
    """Do the next rows of a batch, and no more."""
    await worker(gate)._do(gate.app.state.process.sessions, UUID(batch["id"]))  # noqa: SLF001 - one step of many


async def now(gate: Gate, batch: dict[str, Any]) -> dict[str, Any]:
    """Return a batch as it is now."""
    answer = await gate.get(f"{BATCHES}/{batch['id']}", "company-1")
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def results(gate: Gate, batch: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    """Return what became of the rows of a batch."""
    answer = await gate.get(batch["results"], "company-1", params=query)
    assert 200 == answer.status_code, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def counts(batch: dict[str, Any]) -> tuple[str, int, int, int]:
    return batch["state"], batch["done"], batch["registered"], batch["refused"]


async def test_a_batch_is_a_job_whose_rows_are_registered_like_single_entries(gate: Gate) -> None:
    rows = [truck(client_reference="A-0", driver=DRIVER), lorry(2, gate="nowhere"), lorry(3)]
    answer = await send(gate, rows)
    batch = answer.json()
    assert (202, f"{BATCHES}/{batch['id']}") == (answer.status_code, answer.headers["location"])
    assert ("registering", 0, 0, 0) == counts(batch)
    running = await gate.get(answer.headers["location"], "company-1")
    assert "2" == running.headers["retry-after"]

    assert 3 == await work(gate)

    done = await gate.get(answer.headers["location"], "company-1")
    assert ("completed", 3, 2, 1) == counts(done.json())
    assert "retry-after" not in done.headers
    first, second, third = await results(gate, batch)
    assert ("registered", "A-0", "12C00017") == (
        first["outcome"], first["client_reference"], first["plate"],
    )  # fmt: skip
    entry = (await gate.get(f"/v1/entries/{first['entry']}", "company-1")).json()
    other = truck()["vehicle"] | {"tractor_plate": "12C-000.18"}
    single = await gate.register("company-2", driver=DRIVER, vehicle=other)
    for told in ("verdict", "findings", "driver", "lane", "state", "balance"):
        assert single[told] == entry[told]
    assert (1, None, None) == (second["row"], second["entry"], second["line"])
    alone = await gate.post("/v1/entries", "company-1", lorry(2, gate="nowhere"))
    error = {**alone.json()["errors"][0], "pointer": "/rows/1/gate"}
    assert (alone.json()["code"], [error]) == (
        second["problem"]["code"], second["problem"]["errors"],
    )  # fmt: skip
    assert "registered" == third["outcome"]


async def test_results_are_told_in_the_readers_language_with_their_findings(gate: Gate) -> None:
    unplanned = lorry(1, planned_arrival_at=None)
    batch = await sent(gate, [unplanned, lorry(2, vehicle={"payload_kg": "heavy"}), {}])
    await work(gate)
    answer = await gate.get(
        batch["results"], "company-1", headers={"Accept-Language": "vi"}, params={"limit": 2}
    )
    first, second = answer.json()["items"]
    assert (False, ["planned-arrival-missing"]) == (
        first["ready"], [one["rule"] for one in first["findings"]],
    )  # fmt: skip
    assert "Phải là số nguyên." == second["problem"]["errors"][0]["message"]
    assert "/rows/1/vehicle/payload_kg" == second["problem"]["errors"][0]["pointer"]
    rest = await gate.get(
        batch["results"], "company-1",
        params={"cursor": answer.json()["next_cursor"], "limit": 2},
    )  # fmt: skip
    assert [2] == [one["row"] for one in rest.json()["items"]]
    assert None is rest.json()["next_cursor"]
    assert [1, 2] == [one["row"] for one in await results(gate, batch, outcome="refused")]


async def test_a_refused_row_says_what_its_sender_knows_it_by(gate: Gate) -> None:
    """Though its shape is wrong; what is wrong itself is not said again, it may be anything."""
    heavy = {"tractor_plate": "29C-000.02", "payload_kg": "heavy"}
    rows: list[Any] = [
        lorry(1, gate="nowhere", client_reference="F-1"),
        lorry(2, vehicle=heavy, client_reference="F-2"),
        {"client_reference": "F-3", "vehicle": {"unit_id": "AGV-0017"}},
        {"client_reference": "F\u00004", "vehicle": {"tractor_plate": 12}},
        {"client_reference": ["F-5"], "vehicle": []},
        "F-6",
    ]
    batch = await sent(gate, rows)
    await work(gate)
    known = [(one["client_reference"], one["plate"]) for one in await results(gate, batch)]
    assert known == [
        ("F-1", "15C00001"), ("F-2", "29C00002"), ("F-3", "AGV0017"),
        (None, None), (None, None), (None, None),
    ]  # fmt: skip


async def test_a_row_that_says_again_what_another_said_is_refused_alone(gate: Gate) -> None:
    again = [lorry(1), lorry(1), lorry(2, client_reference="A"), lorry(3, client_reference="A")]
    batch = await sent(gate, again)
    await work(gate)
    codes = [one["problem"] and one["problem"]["code"] for one in await results(gate, batch)]
    assert [None, "plate-already-registered", None, "client-reference-taken"] == codes
    assert ("completed", 4, 2, 2) == counts(await now(gate, batch))


async def test_a_batch_ends_with_an_event_and_entries_have_theirs(
    gate: Gate, session: AsyncSession
) -> None:
    batch = await sent(gate, [lorry(1), {}, lorry(2)])
    await work(gate)
    statement = select(Event).order_by(Event.number)
    events = [event for event in await session.scalars(statement) if event.kind != "x"]
    assert ["entry.registered", "entry.registered", "batch.ended"] == [one.kind for one in events]
    told = {"batch": batch["id"], "state": "completed", "rows": 3, "registered": 2, "refused": 1}
    assert told == {name: events[-1].data[name] for name in told}
    mine = await gate.get("/v1/events", "company-1", params={"kinds": "batch.ended"})
    assert 200 == mine.status_code


# --- all or nothing ------------------------------------------------------------------------------


async def test_all_or_nothing_registers_nothing_while_any_row_is_refused(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.register(**lorry(9, client_reference="used"))
    rows = [
        lorry(1), lorry(2, gate="nowhere"), lorry(3, client_reference="used"),
        lorry(4, client_reference="B"), lorry(4), lorry(5, client_reference="B"), lorry(9),
    ]  # fmt: skip
    batch = await sent(gate, rows, mode="all-or-nothing")
    assert "checking" == batch["state"]
    await work(gate)
    assert ("refused", 5, 0, 5) == counts(await now(gate, batch))
    told = {one["row"]: one for one in await results(gate, batch)}
    assert {
        0: ("left_out", None),
        1: ("refused", "unknown-code"),
        2: ("refused", "client-reference-taken"),
        3: ("left_out", None),
        4: ("refused", "plate-already-registered"),
        5: ("refused", "client-reference-taken"),
        6: ("refused", "plate-already-registered"),
    } == {at: (one["outcome"], (one["problem"] or {}).get("code")) for at, one in told.items()}
    assert "/rows/4/vehicle/tractor_plate" == told[4]["problem"]["errors"][0]["pointer"]
    assert 1 == await session.scalar(select(func.count()).select_from(Entry))


async def test_all_or_nothing_registers_all_where_none_is_refused(gate: Gate) -> None:
    batch = await sent(gate, [lorry(number) for number in range(60)], mode="all-or-nothing")
    await step(gate, batch)
    assert 25 == (await now(gate, batch))["checked"]
    await work(gate)
    found = await now(gate, batch)
    assert (60, "completed", 60, 60, 0) == (found["checked"], *counts(found))


async def registering(gate: Gate, count: int) -> dict[str, Any]:
    """Return a batch of all or nothing that was checked and has registered its first rows."""
    rows = [lorry(number, client_reference=f"B-{number}") for number in range(count)]
    batch = await sent(gate, rows, mode="all-or-nothing")
    while (await now(gate, batch))["registered"] == 0:
        await step(gate, batch)
    return batch


async def test_what_was_registered_is_taken_back_where_a_checked_row_is_refused_after_all(
    gate: Gate, session: AsyncSession
) -> None:
    batch = await registering(gate, 40)
    await gate.register(**lorry(33))
    first, second = (await results(gate, batch))[:2]
    arrived = {"gate": "tan-thanh", "reference": second["reference"]}
    await gate.arrive(arrived)
    await gate.post(f"/v1/entries/{second['entry']}/admission", "border_guard")
    await work(gate)
    found = await now(gate, batch)
    assert ("refused", 1, 1) == (found["state"], found["registered"], found["refused"])
    told = await results(gate, batch, limit=200)
    assert {"taken_back": 38, "registered": 1, "refused": 1} == {
        one: [row["outcome"] for row in told].count(one) for one in {row["outcome"] for row in told}
    }
    # The one that has come to the gate meanwhile stays, and its row says why.
    assert ("registered", "step-refused") == (told[1]["outcome"], told[1]["problem"]["code"])
    assert "cancelled" == (await gate.entry({"id": first["entry"]}))["state"]
    opened = select(func.count()).select_from(Entry).where(Entry.ended_at.is_(None))
    assert 2 == await session.scalar(opened)


# --- cancelling ----------------------------------------------------------------------------------


async def cancel(gate: Gate, batch: dict[str, Any], who: str = "company-1") -> Any:
    return await gate.post(f"{BATCHES}/{batch['id']}/cancellation", who)


async def test_a_cancelled_batch_of_best_effort_keeps_what_it_has_registered(
    gate: Gate, session: AsyncSession
) -> None:
    batch = await sent(gate, [lorry(number) for number in range(40)])
    await step(gate, batch)
    answer = await cancel(gate, batch)
    assert ("cancelled", 25, 25, 0) == counts(answer.json())
    assert 0 == await work(gate)
    assert {"registered", "left_out"} == {
        one["outcome"] for one in await results(gate, batch, limit=200)
    }
    sealed = select(func.count()).select_from(BatchRow).where(BatchRow.sealed.is_not(None))
    assert 0 == await session.scalar(sealed)
    assert "cancelled" == (await cancel(gate, batch)).json()["state"]


async def test_a_cancelled_batch_of_all_or_nothing_takes_back_what_it_has(gate: Gate) -> None:
    batch = await registering(gate, 30)
    assert "taking_back" == (await cancel(gate, batch)).json()["state"]
    await work(gate)
    assert ("cancelled", 25, 0, 0) == counts(await now(gate, batch))
    assert {"taken_back", "left_out"} == {one["outcome"] for one in await results(gate, batch)}


async def test_what_has_ended_is_not_cancelled(gate: Gate) -> None:
    batch = await sent(gate, [lorry(1)])
    await work(gate)
    answer = await cancel(gate, batch)
    assert (409, "batch-ended") == (answer.status_code, answer.json()["code"])


# --- whose it is, and how often -------------------------------------------------------------------


async def test_the_same_key_is_the_same_job_and_a_key_is_needed(gate: Gate) -> None:
    first = await send(gate, [lorry(1)], retry="fleet-1")
    second = await send(gate, [lorry(1)], retry="fleet-1")
    assert (first.json(), "true") == (second.json(), second.headers["idempotency-replayed"])
    other = await send(gate, [lorry(2)], retry="fleet-1")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])
    without = await gate.post(BATCHES, "company-1", {"rows": [lorry(1)]})
    assert "header:Idempotency-Key" == without.json()["errors"][0]["pointer"]


async def test_a_file_that_is_sent_again_under_another_key_registers_nothing_twice(
    gate: Gate, session: AsyncSession
) -> None:
    rows = [lorry(number, client_reference=f"C-{number}") for number in range(3)]
    await sent(gate, rows)
    await work(gate)
    again = await sent(gate, rows)
    await work(gate)
    assert ("completed", 3, 0, 3) == counts(await now(gate, again))
    assert 3 == await session.scalar(select(func.count()).select_from(Entry))


async def test_a_batch_is_its_companys_own(gate: Gate) -> None:
    mine = await sent(gate, [lorry(1)])
    theirs = (await send(gate, [lorry(2)], "company-2")).json()
    for path in ("", "/results"):
        answer = await gate.get(f"{BATCHES}/{theirs['id']}{path}", "company-1")
        assert (404, "batch-not-found") == (answer.status_code, answer.json()["code"])
    assert 404 == (await cancel(gate, theirs)).status_code
    listed = (await gate.get(BATCHES, "company-1")).json()
    assert [mine["id"]] == [one["id"] for one in listed["items"]]


async def test_a_company_has_ten_open_batches_at_most(gate: Gate) -> None:
    batches = [await sent(gate, [lorry(number)]) for number in range(MOST_OPEN)]
    answer = await send(gate, [lorry(99)])
    assert (409, "too-many-batches") == (answer.status_code, answer.json()["code"])
    await cancel(gate, batches[0])
    assert 202 == (await send(gate, [lorry(99)])).status_code
    page = (await gate.get(BATCHES, "company-1", params={"limit": 6})).json()
    rest = await gate.get(BATCHES, "company-1", params={"cursor": page["next_cursor"]})
    assert MOST_OPEN + 1 == len({one["id"] for one in (*page["items"], *rest.json()["items"])})


async def test_nothing_is_done_for_who_was_disabled_meanwhile(
    gate: Gate, session: AsyncSession
) -> None:
    batch = await sent(gate, [lorry(number) for number in range(30)])
    await step(gate, batch)
    company = update(Principal).where(Principal.name == "company-1")
    await session.execute(company.values(revoked_at=func.clock_timestamp()))
    await session.commit()
    await work(gate)
    row = (await session.scalars(select(Batch))).one()
    assert ("cancelled", 25) == (row.state, row.registered)


# --- what is kept --------------------------------------------------------------------------------


async def test_a_row_is_encrypted_until_it_is_done_and_gone_then(
    gate: Gate, session: AsyncSession
) -> None:
    long_ago = {**DRIVER, "phone": 84912345678}
    await sent(gate, [lorry(1, driver=DRIVER), lorry(2, driver=long_ago)])
    rows = (await session.scalars(select(BatchRow))).all()
    for row in rows:
        assert row.sealed is not None
        assert b"012345678901" not in row.sealed
    await work(gate)
    session.expire_all()
    for row in await session.scalars(select(BatchRow)):
        assert None is row.sealed
        assert "9123" not in json.dumps(row.problem)


async def test_what_became_of_a_batch_is_kept_for_thirty_days(
    gate: Gate, session: AsyncSession
) -> None:
    batch = await sent(gate, [lorry(1)])
    await work(gate)
    sessions = gate.app.state.process.sessions
    gate.wait(days=30)
    assert 0 == await worker(gate).forget(sessions)
    assert 200 == (await gate.get(batch["results"], "company-1")).status_code
    gate.now += timedelta(seconds=1)
    assert 1 == await worker(gate).forget(sessions)
    assert 404 == (await gate.get(batch["results"], "company-1")).status_code
    assert 0 == await session.scalar(select(func.count()).select_from(BatchRow))
    assert 1 == await session.scalar(select(func.count()).select_from(Entry))


async def test_a_row_that_breaks_the_service_is_refused_and_breaks_no_other(
    gate: Gate, session: AsyncSession
) -> None:
    await sent(gate, [lorry(1), lorry(2), lorry(3)])
    process: Process = gate.app.state.process

    class Breaking(Rows):
        """A reader that lets through what no rule would."""

        def read(self, text: str) -> Any:
            read = super().read(text)
            broken: dict[str, dict[str, Any]] = {
                "15C-00001": {"vehicle": 1},
                "15C-00003": {"payer": {"tax_code": 1}},
            }
            fault = next((broken[plate] for plate in broken if plate in text), {})
            return read._replace(document={**read.document, **fault})

    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    await BatchWorker(process.tools, todays, Breaking()).do_batches(process.sessions)
    session.expire_all()
    rows = (await session.scalars(select(BatchRow).order_by(BatchRow.number))).all()
    assert ["refused", "registered", "refused"] == [row.outcome for row in rows]
    assert ["row-failed", "row-failed"] == [row.problem["code"] for row in rows if row.problem]


async def test_the_paths_of_batches_are_not_taken_for_those_of_an_entry(gate: Gate) -> None:
    for path, allowed in ((BATCHES, "GET, POST"), (f"{BATCHES}/template", "GET")):
        answer = await gate.http.request("PATCH", path)
        assert (405, allowed) == (answer.status_code, answer.headers["allow"])
