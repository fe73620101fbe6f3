"""The driver's link: no key, nothing personal, revoked at will."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.memory import Moments
from app.api.state import Process
from app.domain.queue_order import Bound
from app.domain.vocabulary import Direction, Lane, Queue
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.order import KeptOrder, order_of
from tests.api.conftest import Gate, consignment, goods, lorry

DRIVER = {"name": "Nguyễn Văn An", "document_number": "020099000417", "phone": "0912345678"}


async def track(gate: Gate, token: str, language: str = "en") -> Any:
    gate.forget()
    return await gate.get(f"/v1/tracking/{token}", headers={"Accept-Language": language})


async def test_a_link_shows_place_wait_what_is_missing_and_what_is_due(gate: Gate) -> None:
    await gate.move(await gate.register(**lorry(2)))
    gate.wait(minutes=1)
    entry = await gate.register(driver=DRIVER)
    await gate.move(entry)
    gate.wait(minutes=10)
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", {"reason": "soi chiếu"})
    shown = (await track(gate, entry["tracking"]["token"])).json()
    assert {
        "state": "queued", "lane": "green", "call_number": "TT-0002", "place": 1,
        "ahead": {"ordinary": 0, "green": 0, "green-season": 0}, "points": 1200,
        "open_wait_seconds": 600, "held": True, "callable": False,
        "due": {"amount": 350_000, "currency": "VND"}, "as_of": "2026-03-11T09:11:00+07:00",
    }.items() <= shown.items()  # fmt: skip
    steps = {one["code"]: one["who"] for one in shown["next_steps"]}
    assert {"hold-to-be-lifted": "customs", "pay-order": "payer"}.items() <= steps.items()
    assert "hold.placed" == shown["last_change"]["code"]


async def test_a_place_counts_who_is_ahead_in_each_lane_and_not_who_is_held(gate: Gate) -> None:
    for number in (2, 3, 4):
        await gate.move(await gate.register(**lorry(number)))
    gate.wait(minutes=10)
    first = await gate.register()
    await gate.move(first)
    held = await gate.register(**lorry(5))
    await gate.move(held)
    gate.wait(minutes=1)
    entry = await gate.register(**lorry(6))
    await gate.move(entry)
    path = f"/v1/entries/{held['id']}/holds"
    hold = (await gate.post(path, "customs", {"reason": "soi chiếu"})).json()
    shown = (await track(gate, entry["tracking"]["token"])).json()
    assert (5, {"ordinary": 3, "green": 1, "green-season": 0}) == (shown["place"], shown["ahead"])
    await gate.post(f"{path}/{hold['id']}/lift", "customs", {"reason": "xong"})
    shown = (await track(gate, entry["tracking"]["token"])).json()
    assert (6, {"ordinary": 4, "green": 1, "green-season": 0}) == (shown["place"], shown["ahead"])


async def test_a_link_says_who_must_do_what_to_a_registered_truck(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))
    shown = (await track(gate, entry["tracking"]["token"])).json()
    assert ("registered", None, {}, None, False) == (
        shown["state"], shown["place"], shown["ahead"], shown["expected_wait"], shown["callable"],
    )  # fmt: skip
    steps = [(one["code"], one["who"]) for one in shown["next_steps"]]
    assert [
        ("correct-declaration", "declarant"), ("come-into-position", "driver"),
        ("pay-order", "payer"),
    ] == steps[:3]  # fmt: skip
    assert {("check-to-be-passed", "medical"), ("check-to-be-passed", "border_guard")} < {*steps}


async def test_a_link_shows_what_is_left_to_pay_of_all_orders(gate: Gate) -> None:
    line = consignment(goods(), declaration_number="100000000001")
    receiving = [{"tractor_plate": f"15C-000.0{number}", "payload_kg": 8000} for number in (1, 2)]
    entry = await gate.register(
        **lorry(
            1, direction="import", journey="transshipment", consignments=[line],
            vehicle={"tractor_plate": "桂F12345", "country": "CN", "payload_kg": 8000},
            receiving_vehicles=receiving,
        )
    )  # fmt: skip
    token = entry["tracking"]["token"]
    due = [(await track(gate, token)).json()["due"]["amount"]]
    for number, order in enumerate(entry["orders"]):
        body = {"amount": order["amount"], "source_reference": f"B-{number}"}
        await gate.post(f"/v1/orders/{order['id']}/payments", "bank", body, retry=f"{number}")
        due.append((await track(gate, token)).json()["due"]["amount"])
    assert [690_000, 90_000, 0] == due


async def test_a_link_says_what_last_moved_the_entry_and_by_which_rule(gate: Gate) -> None:
    entry = await gate.register()
    token, changes = entry["tracking"]["token"], []

    async def changed() -> dict[str, Any]:
        gate.wait(minutes=1)
        change: dict[str, Any] = (await track(gate, token)).json()["last_change"]
        if change:
            changes.append((change["code"], change["message"]))
        return change

    assert await changed() is None
    await gate.move(entry)
    await changed()
    await gate.amend(entry, documents={"growing_area_code": None})
    lost = await changed()
    path = f"/v1/entries/{entry['id']}/holds"
    hold = (await gate.post(path, "customs", {"reason": "soi chiếu"})).json()
    await changed()
    await gate.post(f"{path}/{hold['id']}/lift", "customs", {"reason": "xong"})
    await changed()
    await gate.amend(entry, planned_arrival_at=None)
    await changed()
    await gate.amend(entry, planned_arrival_at="2026-03-11T10:00:00+07:00")
    await gate.call()
    await changed()
    assert [
        ("waiting.started", "Waiting has begun; the call number is TT-0001."),
        ("lane.changed", "Moved from lane green to lane ordinary; the points earned are kept."),
        ("hold.placed", "The vehicle is held by customs; its wait still counts."),
        ("hold.lifted", "The hold by customs is lifted."),
        ("waiting.stopped", "Waiting has stopped; the points earned are kept."),
        ("call.made", "The vehicle is called; the call number is TT-0001."),
    ] == changes
    assert ["GL-07"] == [one["rule"] for one in lost["rules"]]


async def test_a_called_truck_sees_by_its_link_until_when_it_is_awaited(gate: Gate) -> None:
    entry = await gate.register(driver=DRIVER)
    await gate.move(entry)
    gate.wait(minutes=1)
    await gate.call()
    shown = (await track(gate, entry["tracking"]["token"])).json()
    assert ("called", "TT-0001", "2026-03-11T09:31:00+07:00", None, ("come-to-gate", "driver")) == (
        shown["state"], shown["call_number"], shown["call_window_ends_at"], shown["place"],
        (shown["next_steps"][0]["code"], shown["next_steps"][0]["who"]),
    )  # fmt: skip


async def test_a_called_truck_is_told_by_when_to_leave_its_yard_until_it_has(gate: Gate) -> None:
    entry = await gate.register(driver=DRIVER)
    await gate.move(entry)
    gate.wait(minutes=1)

    async def leaving() -> dict[str, Any] | None:
        answer = await track(gate, entry["tracking"]["token"])
        told: dict[str, Any] | None = answer.json()["departure"]
        return told

    assert await leaving() is None
    await gate.call()
    told = await leaving()
    assert told is not None
    source = told.pop("source")
    assert source.startswith("our estimate")
    assert {
        "yard": "bao-nguyen", "yard_label": "Bao Nguyen yard", "travel_minutes": 10,
        "leave_from": "2026-03-11T09:01:00+07:00", "leave_by": "2026-03-11T09:21:00+07:00",
        "basis": "provisional",
    } == told  # fmt: skip
    await gate.move(entry, way="out")
    assert await leaving() is None


async def test_the_link_and_the_place_tell_the_same(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    gate.wait(minutes=10)
    shown = (await track(gate, entry["tracking"]["token"])).json()
    assert await gate.place(entry, "company-1") == shown


async def test_a_link_shows_nothing_personal_no_plate_and_no_company(gate: Gate) -> None:
    entry = await gate.register(
        driver=DRIVER, client_reference="DN-7", payer={"name": "Công ty Sông Hồng"}
    )
    token = entry["tracking"]["token"]
    told = [(await track(gate, token)).text]
    await gate.move(entry)
    told.append((await track(gate, token)).text)
    hold = {"reason": "Nguyễn Văn An, 12C-000.17"}
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", hold)
    told.append((await track(gate, token)).text)
    secrets = (*DRIVER.values(), "***", "12C", "DN-7", "Sông Hồng", "company-1", "durian")
    secrets += (entry["id"], "Nguy")
    assert [] == [secret for secret in secrets for one in told if secret in one]


async def test_a_token_says_nothing_and_is_stored_nowhere(
    gate: Gate, session: AsyncSession
) -> None:
    body = lorry(1)
    answer = await gate.post("/v1/entries", "company-1", body, retry="once")
    entry, token = answer.json(), answer.json()["tracking"]["token"]
    assert entry["id"].replace("-", "") not in token
    assert entry["reference"] not in token
    again = await gate.post("/v1/entries", "company-1", body, retry="once")
    assert answer.content == again.content
    for table in ("entries", "stored_answers", "events"):
        rows = await session.scalars(text(f"SELECT row_to_json(t)::text FROM {table} t"))
        assert not [row for row in rows if token in row]
    kept = await session.scalar(text("SELECT convert_from(body, 'UTF8') FROM stored_answers"))
    assert token not in kept


@pytest.mark.parametrize(
    ("token", "status"),
    [
        pytest.param("A" * 24, 404, id="one that opens nothing"),
        pytest.param("short", 422, id="too short to be one"),
        pytest.param("x" * 65, 422, id="too long to be one"),
    ],
)
async def test_a_token_that_was_never_given_opens_nothing(
    gate: Gate, token: str, status: int
) -> None:
    assert status == (await track(gate, token)).status_code


@pytest.mark.parametrize("who", ["company-1", "officer-1"])
async def test_a_link_is_revoked_by_a_new_one(gate: Gate, who: str) -> None:
    entry = await gate.register()
    old, path = entry["tracking"]["token"], f"/v1/entries/{entry['id']}/tracking-token"
    assert 200 == (await track(gate, old)).status_code
    renewed = await gate.post(path, who)
    assert 201 == renewed.status_code
    assert (404, "tracking-not-found") == (
        (await track(gate, old)).status_code, (await track(gate, old)).json()["code"],
    )  # fmt: skip
    assert 200 == (await track(gate, renewed.json()["token"])).status_code
    assert renewed.json() == (await gate.get(path, who)).json()


async def test_a_revoked_link_opens_nothing_from_the_moment_of_the_answer(gate: Gate) -> None:
    entry = await gate.register()
    path = f"/v1/tracking/{entry['tracking']['token']}"
    assert 200 == (await gate.get(path)).status_code
    await gate.post(f"/v1/entries/{entry['id']}/tracking-token", "company-1")
    assert 404 == (await gate.get(path)).status_code


async def test_a_retry_of_renewing_revokes_nothing(gate: Gate) -> None:
    entry = await gate.register()
    path = f"/v1/entries/{entry['id']}/tracking-token"
    first = await gate.post(path, "company-1", retry="once")
    again = await gate.post(path, "company-1", retry="once")
    assert (first.content, "true") == (again.content, again.headers["Idempotency-Replayed"])
    assert 200 == (await track(gate, first.json()["token"])).status_code


@pytest.mark.parametrize(("who", "status"), [("company-2", 404), ("yard", 403)])
async def test_only_the_declarant_and_officers_hand_out_links(
    gate: Gate, who: str, status: int
) -> None:
    entry = await gate.register()
    path = f"/v1/entries/{entry['id']}/tracking-token"
    answers = (await gate.get(path, who), await gate.post(path, who))
    assert [status, status] == [answer.status_code for answer in answers]


async def test_a_link_speaks_the_readers_language_and_may_be_asked_again(gate: Gate) -> None:
    entry = await gate.register()
    token = entry["tracking"]["token"]
    told = [(await track(gate, token, one)).json() for one in ("vi", "en", "zh")]
    assert 3 == len({one["next_steps"][0]["message"] for one in told})
    first = await gate.get(f"/v1/tracking/{token}")
    assert "private, max-age=1" == first.headers["Cache-Control"]
    again = await gate.get(
        f"/v1/tracking/{token}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert 304 == again.status_code


async def test_after_the_end_there_is_nothing_left_to_do(gate: Gate) -> None:
    entry = await gate.register()
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    shown = (await track(gate, entry["tracking"]["token"])).json()
    assert ("cancelled", [], None, 0) == (
        shown["state"], shown["next_steps"], shown["place"], shown["due"]["amount"],
    )  # fmt: skip


async def test_a_queue_is_read_anew_for_drivers_only_where_it_changed(gate: Gate) -> None:
    """Each second it is asked whether it did; what bars parts of it is looked at all the same."""
    for number in (2, 3):
        await gate.move(await gate.register(**lorry(number)))
    process: Process = gate.app.state.process
    seconds = iter(range(0, 100, 2))
    orders = Moments[KeptOrder](1.0, 10, lambda: float(next(seconds)), longer=60.0)
    queue = Queue("tan-thanh", Direction.EXPORT)

    async def look() -> KeptOrder:
        today = replace(await process.today(), orders=orders)
        async with process.sessions() as session:
            found = await order_of(UnitOfWork(session), today, queue)
        assert isinstance(found, KeptOrder)
        return found

    first, same = await look(), await look()
    assert first is not same
    assert first.ranking is same.ranking
    everybody = {lane: Bound(None, None) for lane in Lane}
    assert 2 == sum(same.ranking.count_before(everybody).values())
    await gate.call()
    assert 1 == sum((await look()).ranking.count_before(everybody).values())
