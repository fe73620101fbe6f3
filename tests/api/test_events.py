"""The feed of events, and the history of an entry: what each may see, and how it is asked on."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.events import EVENTS
from app.models import Event, FeedItem
from app.repositories.unit_of_work import UnitOfWork
from app.workers.feeding import number_events
from app.workers.housekeeping import forget_old_positions
from app.workers.today import machine_now
from tests.api.conftest import Gate, lorry
from tests.api.test_orders import pay

DRIVER = {"name": "Nguyễn Văn An", "phone": "0912345678"}


async def feed(here: Gate, who: str = "company-1", **query: Any) -> dict[str, Any]:
    """Number what has happened and return an answer of the feed."""
    await number_events(here.app.state.process.sessions)
    answer = await here.get("/v1/events", who, params=query)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kinds(found: dict[str, Any]) -> list[str]:
    return [one["kind"] for one in found["items"]]


async def test_a_company_reads_what_happened_to_its_entries_in_order(gate: Gate) -> None:
    entry = await gate.register()
    await gate.register("company-2", **lorry(7))
    await gate.move(entry)
    found = await feed(gate)
    told = [one for one in found["items"] if one["kind"] != "rates.changed"]
    assert ["entry.registered", "movement.recorded", "waiting.started"] == [
        one["kind"] for one in told
    ]
    assert {(entry["id"], entry["reference"], "tan-thanh", "export")} == {
        (one["entry"], one["reference"], one["gate"], one["direction"]) for one in told
    }
    positions = [one["position"] for one in found["items"]]
    assert sorted(positions) == positions
    assert not found["more"]


async def test_asked_on_from_the_last_answer_nothing_comes_twice(gate: Gate) -> None:
    entry = await gate.register()
    first = await feed(gate, limit=1)
    assert (1, True) == (len(first["items"]), first["more"])
    rest = await feed(gate, after=first["after"])
    assert "entry.registered" not in kinds(rest)
    assert [] == (await feed(gate, after=rest["after"]))["items"]
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert "entry.cancelled" in kinds(await feed(gate, after=rest["after"]))


@pytest.mark.parametrize("who", ["company-1", "officer-1"])
async def test_who_wants_news_alone_begins_where_the_feed_ends(gate: Gate, who: str) -> None:
    entry = await gate.register()
    end = await feed(gate, who, latest=True)
    assert ([], False, (await feed(gate, who))["after"]) == (
        end["items"], end["more"], end["after"],
    )  # fmt: skip
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert "entry.cancelled" in kinds(await feed(gate, who, after=end["after"], latest=True))
    assert [] == (await feed(gate, who, latest=True, limit=1))["items"]


async def test_what_is_not_ones_own_still_moves_on_where_to_ask(gate: Gate) -> None:
    await gate.register("company-2", **lorry(7))
    found = await feed(gate)
    everything = await feed(gate, "officer-1")
    assert [] == found["items"]
    assert everything["items"][-1]["position"] == found["after"] == everything["after"]


async def test_a_notice_concerns_everybody_and_a_scoped_hold_only_authorities(gate: Gate) -> None:
    notice = {"kind": "advice", "gate": "tan-thanh", "text": {"vi": "Mưa lớn", "en": "Rain"}}
    assert 201 == (await gate.post("/v1/notices", "officer-1", notice)).status_code
    hold = {"plate": "15C-000.01", "reason": "The seal is broken"}
    assert 201 == (await gate.post("/v1/holds", "officer-1", hold)).status_code
    assert {"notice.posted"} == set(kinds(await feed(gate, "company-1")))
    assert {"notice.posted", "scoped_hold.placed"} == set(kinds(await feed(gate, "auditor")))


async def test_who_collects_reads_of_money_and_what_concerns_everybody(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    assert 201 == (await pay(gate, entry["orders"][0])).status_code
    money = ["order.paid", "receipt.issued"]
    assert {*money, "rates.changed"} == {*kinds(await feed(gate, "collector-1"))}
    assert [] == kinds(await feed(gate, "collector-1", kinds=["entry.registered"]))
    narrowed = await feed(gate, "collector-1", kinds=["entry.registered", "order.paid"])
    assert (["order.paid"], entry["reference"]) == (
        kinds(narrowed), narrowed["items"][0]["reference"],
    )  # fmt: skip
    end = (await feed(gate, "collector-1", latest=True))["after"]
    assert end == (await feed(gate, "officer-1"))["after"]
    history = await gate.get(f"/v1/entries/{entry['id']}/events", "collector-1")
    assert (403, "role-forbidden") == (history.status_code, history.json()["code"])


async def test_it_is_narrowed_by_kind_and_gate(gate: Gate) -> None:
    await gate.register()
    wanted = ["entry.registered", "call.made"]
    assert ["entry.registered"] == kinds(await feed(gate, kinds=wanted))
    assert ["entry.registered"] == kinds(await feed(gate, kinds=wanted, gate="tan-thanh"))
    elsewhere = await feed(gate, gate="huu-nghi")
    assert ([], False) == (elsewhere["items"], elsewhere["more"])
    answer = await gate.get("/v1/events", "company-1", params={"kinds": "truck.sang"})
    fault = answer.json()["errors"][0]
    assert (422, "query:kinds.0", "not-known") == (
        answer.status_code, fault["pointer"], fault["rule"],
    )  # fmt: skip


async def test_a_position_that_nobody_gave_is_refused(gate: Gate) -> None:
    newest = (await feed(gate))["after"]
    answer = await gate.get("/v1/events", "company-1", params={"after": newest + 1})
    assert (422, "feed-position-unknown", newest) == (
        answer.status_code, answer.json()["code"], answer.json()["newest"],
    )  # fmt: skip


async def test_what_is_kept_no_more_answers_where_to_begin_anew(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.register()
    first = (await feed(gate))["items"][0]["position"]
    old = machine_now() - timedelta(days=31)
    await session.execute(update(FeedItem).where(FeedItem.position <= first).values(at=old))
    await UnitOfWork(session).log.passed(first)
    await session.commit()
    assert await forget_old_positions(gate.app.state.process.sessions)
    answer = await gate.get("/v1/events", "company-1", params={"after": 0})
    assert (410, "feed-forgotten", first) == (
        answer.status_code, answer.json()["code"], answer.json()["oldest"],
    )  # fmt: skip
    begun = await feed(gate, after=first)
    assert first < begun["items"][0]["position"]
    assert begun == await feed(gate)


async def test_an_entrys_history_is_read_page_by_page(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    path = f"/v1/entries/{entry['id']}/events"
    whole = (await gate.get(path, "company-1")).json()
    assert "entry.registered" == whole["items"][0]["kind"]
    assert whole["next_cursor"] is None
    first = (await gate.get(path, "company-1", params={"limit": 1})).json()
    second = (
        await gate.get(path, "company-1", params={"limit": 1, "cursor": first["next_cursor"]})
    ).json()
    assert whole["items"][:2] == [*first["items"], *second["items"]]


async def test_a_history_begins_with_what_happened_last_where_that_is_asked(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    path = f"/v1/entries/{entry['id']}/events"
    whole = (await gate.get(path, "company-1")).json()["items"]
    asked = {"limit": 2, "newest_first": True}
    first = (await gate.get(path, "company-1", params=asked)).json()
    second = (
        await gate.get(path, "company-1", params={**asked, "cursor": first["next_cursor"]})
    ).json()
    assert whole[::-1][:4] == [*first["items"], *second["items"]]
    wrong = await gate.get(path, "company-1", params={"cursor": first["next_cursor"]})
    assert (422, "bad-cursor") == (wrong.status_code, wrong.json()["code"])


async def test_a_history_tells_by_role_whose_act_each_event_was_and_names_nobody(
    gate: Gate,
) -> None:
    entry = await gate.register()
    await gate.move(entry)
    hold = {"reason": "The seal is broken"}
    assert (
        201 == (await gate.post(f"/v1/entries/{entry['id']}/holds", "officer-1", hold)).status_code
    )
    path = f"/v1/entries/{entry['id']}/events"

    async def told(who: str) -> dict[str, tuple[str, bool]]:
        answer = await gate.get(path, who)
        assert "officer-1" not in answer.text
        return {one["kind"]: (one["by"], one["yours"]) for one in answer.json()["items"]}

    wanted = {
        "entry.registered": ("company", True),
        "movement.recorded": ("yard", False),
        "hold.placed": ("officer", False),
    }
    own = await told("company-1")
    assert wanted == {kind: own[kind] for kind in wanted}
    officers = await told("officer-1")
    assert ("company", False) == officers["entry.registered"]


async def test_the_history_of_anothers_entry_is_not_found(gate: Gate) -> None:
    entry = await gate.register()
    answer = await gate.get(f"/v1/entries/{entry['id']}/events", "company-2")
    assert (404, "entry-not-found") == (answer.status_code, answer.json()["code"])


async def test_what_a_driver_reported_is_not_in_its_companys_history(gate: Gate) -> None:
    entry = await gate.register()
    token = entry["tracking"]["token"]
    said = await gate.post(f"/v1/tracking/{token}/difficulties", body={"words": "They let two by."})
    assert 201 == said.status_code, said.text
    path = f"/v1/entries/{entry['id']}/events"
    for who, is_told in (("company-1", False), ("officer-1", True)):
        found = kinds((await gate.get(path, who)).json())
        assert is_told is ("difficulty.reported" in found)
        assert is_told is ("difficulty.reported" in kinds(await feed(gate, who)))


@pytest.mark.parametrize("who", ["company-1", "officer-1"])
async def test_nothing_personal_and_nothing_declared_is_told(gate: Gate, who: str) -> None:
    entry = await gate.register(driver=DRIVER)
    await gate.move(entry)
    await gate.call()
    await gate.amend(entry, driver={"name": "Trần Thị Bình", "phone": "0987654321"})
    text = json.dumps(await feed(gate, who), ensure_ascii=False)
    for planted in ("Nguyễn", "Bình", "0912345678", "0987654321", "000.17", "12C", "durian"):
        assert planted not in text


async def test_all_that_is_written_is_documented_or_withheld(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register()
    await gate.register("company-2", **lorry(7))
    await gate.move(entry)
    await gate.call()
    await gate.arrive(entry)
    await gate.check(entry, "medical", "medical")
    for kind, data in await session.execute(select(Event.kind, Event.data)):
        assert set(data) <= EVENTS[kind].fields.keys() | EVENTS[kind].withheld, kind


async def test_a_call_tells_whom_it_concerns_and_nobody_else(gate: Gate) -> None:
    entries = [await gate.register(), await gate.register("company-2", **lorry(7))]
    for one in entries:
        await gate.move(one)
    await gate.call(2)
    ours, theirs = (entry["id"] for entry in entries)
    for who, own, other in (("company-1", ours, theirs), ("company-2", theirs, ours)):
        found = await feed(gate, who, kinds="call.made")
        assert [own] == [one["entry"] for one in found["items"]]
        assert other not in json.dumps(found)
