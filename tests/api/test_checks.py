"""Checks and holds: each authority's own word, in any order, once per source reference."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Check, Entry, Event, Hold, Principal
from tests.api.conftest import Gate, consignment, goods, lorry

RECORDERS = {
    "customs_registration": {"customs"},
    "border_guard_entry": {"border_guard"},
    "customs_entry": {"customs"},
    "transport_licence": {"transport"},
    "medical": {"medical"},
    "plant_quarantine": {"plant_quarantine"},
    "animal_quarantine": {"animal_quarantine"},
    "transshipment": {"customs"},
    "customs_clearance": {"customs"},
    "yard_exit": {"yard", "customs"},
    "border_guard_exit": {"border_guard"},
}
EVERYBODY = (
    "customs", "border_guard", "medical", "plant_quarantine", "animal_quarantine", "transport",
    "yard",
)  # fmt: skip


async def check(gate: Gate, entry: dict[str, Any], who: str, **body: Any) -> Any:
    said = {"kind": "medical", "result": "passed", **body}
    return await gate.post(f"/v1/entries/{entry['id']}/checks", who, said)


async def hold(gate: Gate, entry: dict[str, Any], who: str = "customs", **body: Any) -> Any:
    path = f"/v1/entries/{entry['id']}/holds"
    return await gate.post(path, who, {"reason": "soi chiếu", **body})


async def lift(gate: Gate, entry: dict[str, Any], one: dict[str, Any], who: str) -> Any:
    path = f"/v1/entries/{entry['id']}/holds/{one['id']}/lift"
    return await gate.post(path, who, {"reason": "đã kiểm tra"})


# --- checks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECORDERS)
async def test_a_check_is_recorded_by_the_agency_whose_kind_it_is(gate: Gate, kind: str) -> None:
    entry = await gate.register(**lorry(1))
    for who in EVERYBODY:
        answer = await check(gate, entry, who, kind=kind)
        if who in RECORDERS[kind]:
            assert (201, who) == (answer.status_code, answer.json()["agency"])
        else:
            assert (403, "check-not-yours") == (answer.status_code, answer.json()["code"])


async def test_checks_come_in_any_order_and_are_shown_with_the_entry(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    for kind, who in (("border_guard_exit", "border_guard"), ("medical", "medical")):
        await gate.check(entry, kind, who)
    now = await gate.entry(entry, "company-1")
    assert ["border_guard_exit", "medical"] == [one["kind"] for one in now["checks"]]
    left = {one["facts"].get("check") for one in now["next_steps"]}
    assert not {"border_guard_exit", "medical"} & left


async def test_a_check_counts_once_per_source_reference(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    first = await check(gate, entry, "medical", source_reference="Y-1")
    again = await check(gate, entry, "medical", source_reference="Y-1")
    assert (201, first.json()) == (again.status_code, again.json())
    assert 1 == len((await gate.entry(entry))["checks"])


@pytest.mark.parametrize("other", ["entry", "kind", "result"])
async def test_a_source_reference_names_one_check(gate: Gate, other: str) -> None:
    entry = await gate.register(**lorry(1))
    await check(gate, entry, "customs", kind="customs_entry", source_reference="Y-1")
    about = await gate.register(**lorry(2)) if other == "entry" else entry
    kind = "customs_clearance" if other == "kind" else "customs_entry"
    result = "failed" if other == "result" else "passed"
    answer = await check(gate, about, "customs", kind=kind, result=result, source_reference="Y-1")
    assert (422, ["/source_reference"]) == (
        answer.status_code, [error["pointer"] for error in answer.json()["errors"]],
    )  # fmt: skip


async def test_a_check_that_is_told_late_is_marked_and_needs_a_reason(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(hours=1)
    at = "2026-03-11T09:00:00+07:00"
    refused = await check(gate, entry, "medical", occurred_at=at)
    assert (422, "reason-required") == (refused.status_code, refused.json()["code"])
    told = (await check(gate, entry, "medical", occurred_at=at, reason="mất điện")).json()
    assert (True, "mất điện", at) == (told["backfilled"], told["reason"], told["occurred_at"])


async def test_a_check_of_an_entry_that_is_not_there_is_404(gate: Gate) -> None:
    nobody = {"id": "00000000-0000-7000-8000-000000000000"}
    answer = await check(gate, nobody, "medical")
    assert (404, "entry-not-found") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param(goods(hs_code="0709.60.10"), "plant_quarantine", id="chapter 7"),
        pytest.param(goods(product="durian"), "plant_quarantine", id="listed produce"),
        pytest.param(goods(hs_code="0302.11.00"), "animal_quarantine", id="chapter 3"),
        pytest.param(goods(hs_code="1604.11.10"), "animal_quarantine", id="chapter 16"),
        pytest.param(goods(hs_code="8517.13.00"), None, id="telephones"),
    ],
)
async def test_goods_decide_which_quarantine_is_needed(
    gate: Gate, line: dict[str, Any], kind: str | None
) -> None:
    entry = await gate.register(**lorry(1, consignments=[consignment(line)]))
    needed = {one["facts"].get("check") for one in entry["next_steps"]}
    quarantines = needed & {"plant_quarantine", "animal_quarantine"}
    assert ({kind} if kind else set()) == quarantines


async def test_every_act_stores_who_did_it(gate: Gate, session: AsyncSession) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.check(entry, "medical", "medical")
    placed = (await hold(gate, entry)).json()
    await lift(gate, entry, placed, "customs")
    assert "company-1" == await _name(session, (await _row(session, Entry, entry)).registered_by)
    names = {one.id: one.name for one in await session.scalars(select(Principal))}
    events = await session.scalars(select(Event).order_by(Event.number))
    told = {one.kind: names[one.principal_id] for one in events}
    assert {
        "entry.registered": "company-1",
        "movement.recorded": "yard",
        "waiting.started": "yard",
        "check.recorded": "medical",
        "hold.placed": "customs",
        "hold.lifted": "customs",
    }.items() <= told.items()
    stored = await session.scalar(select(Check))
    held = await session.scalar(select(Hold))
    assert stored is not None
    assert held is not None
    assert ("medical", "customs", "customs") == (
        names[stored.principal_id], names[held.placed_by], names[held.lifted_by or held.id],
    )  # fmt: skip


async def _row(session: AsyncSession, kind: type[Entry], entry: dict[str, Any]) -> Entry:
    row = await session.get(kind, UUID(entry["id"]))
    assert row is not None
    return row


async def _name(session: AsyncSession, principal_id: UUID) -> str:
    principal = await session.get(Principal, principal_id)
    assert principal is not None
    return principal.name


# --- the certificate ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "lane", "conditional"),
    [
        pytest.param("requested", "green", True, id="requested keeps it on condition"),
        pytest.param("sampled", "green", True, id="sampled keeps it on condition"),
        pytest.param("issued", "ordinary", False, id="issued without a number says nothing"),
        pytest.param("rejected", "ordinary", False, id="rejected ends it"),
    ],
)
async def test_quarantines_word_on_the_certificate_decides_the_lane(
    gate: Gate, status: str, lane: str, conditional: bool
) -> None:
    papers = {
        "growing_area_code": "VN-TGOR-0095",
        "packing_house_code": "VN-TGPH-0012",
        "test_documents": ["auramine-o-test", "cadmium-test"],
    }
    entry = await gate.register(documents=papers)
    await gate.move(entry)
    gate.wait(minutes=10)
    said = {"kind": "plant_quarantine", "certificate": {"status": status}}
    answer = await check(gate, entry, "plant_quarantine", **said)
    assert 201 == answer.status_code
    now = await gate.entry(entry)
    assert (lane, conditional, "queued") == (
        now["lane"], now["verdict"]["conditional"], now["state"],
    )  # fmt: skip
    assert 600 == (await gate.place(entry))["points"]


async def test_a_rejected_certificate_keeps_the_points_and_the_place_in_time(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    gate.wait(minutes=10)
    said = {"kind": "plant_quarantine", "result": "failed", "certificate": {"status": "rejected"}}
    await check(gate, entry, "plant_quarantine", **said)
    gate.wait(minutes=10)
    standing = await gate.place(entry)
    assert ("ordinary", 1200 + 600, 1200) == (
        standing["lane"], standing["points"], standing["open_wait_seconds"],
    )  # fmt: skip
    assert ["GL-06"] == [one["rule"] for one in standing["last_change"]["rules"]]


async def test_quarantine_may_take_its_word_back(gate: Gate) -> None:
    entry = await gate.register()
    for status in ("rejected", "issued"):
        said = {"kind": "plant_quarantine", "certificate": {"status": status}}
        await check(gate, entry, "plant_quarantine", **said)
    now = await gate.entry(entry)
    assert ("green", "KD-2026-00001") == (
        now["lane"], now["declared"]["documents"]["phytosanitary_certificate"]["number"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "plant_quarantine", "certificate": {"number": "KD-1"}},
        {"kind": "medical", "certificate": {"status": "issued"}},
    ],
    ids=["without status", "with another kind"],
)
async def test_a_word_on_the_certificate_comes_with_plant_quarantine_and_a_status(
    gate: Gate, body: dict[str, Any]
) -> None:
    entry = await gate.register()
    answer = await check(gate, entry, "plant_quarantine", **body)
    assert (422, "certificate-of-plant-quarantine") == (
        answer.status_code, answer.json()["errors"][0]["rule"],
    )  # fmt: skip
    assert "status" in answer.json()["errors"][0]["message"]


# --- holds --------------------------------------------------------------------------------------


async def test_a_held_entry_keeps_ageing_and_is_shown_with_its_hold(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    placed = (await hold(gate, entry)).json()
    assert ("customs", "soi chiếu", None) == (
        placed["authority"], placed["reason"], placed["lifted_at"],
    )  # fmt: skip
    gate.wait(minutes=10)
    standing = await gate.place(entry)
    assert (True, False, 600) == (standing["held"], standing["callable"], standing["points"])
    assert "hold.placed" == standing["last_change"]["code"]
    now = await gate.entry(entry, "company-1")
    assert (True, [placed]) == (now["held"], now["holds"])
    assert "hold-to-be-lifted" == now["next_steps"][0]["code"]
    assert "customs" in now["next_steps"][0]["message"]


async def test_only_the_authority_that_placed_a_hold_lifts_it(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    placed = (await hold(gate, entry)).json()
    for who in ("border_guard", "officer-1"):
        answer = await lift(gate, entry, placed, who)
        assert (403, "hold-not-yours") == (answer.status_code, answer.json()["code"])
    lifted = (await lift(gate, entry, placed, "customs")).json()
    assert "đã kiểm tra" == lifted["lift_reason"]
    again = await lift(gate, entry, placed, "customs")
    assert (409, "hold-already-lifted") == (again.status_code, again.json()["code"])


async def test_one_hold_is_enough_to_hold(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    first = (await hold(gate, entry, "customs")).json()
    second = (await hold(gate, entry, "officer-1")).json()
    await lift(gate, entry, first, "customs")
    assert (await gate.entry(entry))["held"]
    await lift(gate, entry, second, "officer-2")
    assert not (await gate.entry(entry))["held"]


async def test_a_hold_of_another_entry_is_not_found(gate: Gate) -> None:
    one, other = await gate.register(**lorry(1)), await gate.register(**lorry(2))
    placed = (await hold(gate, one)).json()
    answer = await lift(gate, other, placed, "customs")
    assert (404, "hold-not-found") == (answer.status_code, answer.json()["code"])


async def test_a_hold_counts_once_per_source_reference(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    first = await hold(gate, entry, source_reference="L-1")
    again = await hold(gate, entry, source_reference="L-1")
    assert (201, first.json()["id"]) == (again.status_code, again.json()["id"])
    other = await hold(gate, await gate.register(**lorry(2)), source_reference="L-1")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])


async def test_what_has_ended_is_not_held(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    answer = await hold(gate, entry)
    assert (409, "entry-ended") == (answer.status_code, answer.json()["code"])


async def test_a_hold_has_a_reason(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    answer = await hold(gate, entry, reason=" ")
    assert (422, "/reason") == (answer.status_code, answer.json()["errors"][0]["pointer"])
