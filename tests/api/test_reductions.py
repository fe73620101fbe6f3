"""Reductions: proposed by one, approved by another, told to all, in every price of their days."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Charge, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.reference_data import read_reference
from tests.api.conftest import Gate, consignment, goods, lorry
from tests.api.test_kept_quotes import keep
from tests.api.test_orders import pay
from tests.api.test_price_checks import CHECKS, check
from tests.api.test_quotes import PATH as QUOTES
from tests.api.test_quotes import truck
from tests.api.test_tariff_proposals import announce as announce_tariff
from tests.api.test_tariff_proposals import propose as propose_tariff
from tests.api.test_tariff_proposals import wanted as tariff
from tests.api.test_tariff_proposals import why_not

PROPOSALS, PUBLIC = "/v1/reduction-proposals", "/v1/reductions"
FIRST, END = "2026-03-12", "2026-03-20"
PLANNED = f"{FIRST}T10:00:00+07:00"
PAYER = "9900123459"


def wanted(**changes: Any) -> dict[str, Any]:
    """Return half the price for fruit from 12 March 2026 on, for eight days."""
    whole = {
        "code": "half",
        "names": {"vi": "Giảm một nửa", "en": "Half the price"},
        "legal_reference": {"document": "18/2026/NQ-HĐND", "article": "Article 2"},
        "basis": "published",
        "basis_points": 5_000,
        "scope": {"goods_groups": ["fresh-produce-export"]},
        "starts_on": FIRST,
        "ends_on": END,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


async def propose(gate: Gate, body: dict[str, Any], who: str = "board-1") -> Any:
    return await gate.post(PROPOSALS, who, body)


async def approve(gate: Gate, proposed: Any, who: str = "board-2") -> Any:
    return await gate.post(f"{PROPOSALS}/{proposed.json()['id']}/approval", who)


async def withdraw(gate: Gate, proposed: Any, **body: Any) -> Any:
    path = f"{PROPOSALS}/{proposed.json()['id']}/withdrawal"
    return await gate.post(path, "board-1", {"reason": "over", **body})


async def announce(gate: Gate, body: dict[str, Any]) -> Any:
    proposed = await propose(gate, body)
    assert 201 == proposed.status_code, proposed.text
    approved = await approve(gate, proposed)
    assert (200, "announced") == (approved.status_code, approved.json()["state"]), approved.text
    return approved


async def heard(here: Gate, path: str = PUBLIC, **params: Any) -> Any:
    """Return what everybody is told, once the process has heard of the last change."""
    await here.get(PROPOSALS, "auditor")
    return (await here.get(path, params=params)).json()


async def priced(gate: Gate, on: str = FIRST, **more: Any) -> int:
    known = {name: more.pop(name) for name in ("known_at", "known_on") if name in more}
    await gate.get(PROPOSALS, "auditor")
    fruit = [{"goods_group": "fresh-produce-export", "product": "lychee"}]
    vehicle = truck(direction="export", payload_kg=15_000, **{"goods": fruit, **more})
    answer = await gate.post(QUOTES, body={"on": on, "vehicles": [vehicle], **known})
    assert 200 == answer.status_code, answer.text
    total: int = answer.json()["total"]["amount"]
    return total


async def test_one_proposes_another_approves_and_prices_of_its_days_have_it(
    gate: Gate, session: AsyncSession
) -> None:
    proposed = await propose(gate, wanted())
    assert (201, "proposed", "board-1", 350_000) == (
        proposed.status_code, proposed.json()["state"], proposed.json()["proposed_by"],
        await priced(gate),
    )  # fmt: skip
    own = await approve(gate, proposed, "board-1")
    assert (403, "second-officer-needed", []) == why_not(own)
    assert [] == (await heard(gate))["items"]
    first, second = [await approve(gate, proposed) for _ in range(2)]
    assert first.json() == second.json()
    assert ("announced", "board-2", 5_000) == tuple(
        first.json()[name] for name in ("state", "approved_by", "basis_points")
    )
    days = ["2026-03-11", FIRST, "2026-03-19", END]
    assert [350_000, 175_000, 175_000, 350_000] == [await priced(gate, on) for on in days]
    told = await session.scalars(select(Event).where(Event.kind.like("reduction.%")))
    facts = {"reduction": "half", "basis_points": 5_000, "starts_on": FIRST, "ends_on": END}
    assert {"reduction.proposed": facts, "reduction.announced": facts} == {
        one.kind: one.data for one in told
    }


async def test_a_price_names_the_law_of_each_reduction(gate: Gate) -> None:
    await announce(gate, wanted())
    await announce(gate, wanted(code="more", basis_points=1, basis="provisional"))
    body = {"on": FIRST, "vehicles": [truck(direction="export", payload_kg=15_000, goods=[
        {"goods_group": "fresh-produce-export"}])]}  # fmt: skip
    await gate.get(PROPOSALS, "auditor")
    (quoted,) = (await gate.post(QUOTES, body=body)).json()["quotes"]
    assert [("half", 175_000, "Article 2"), ("more", 35, "Article 2")] == [
        (one["reduction"], one["amount"]["amount"], one["legal_reference"]["article"])
        for one in quoted["reductions"]
    ]
    assert (174_965, "provisional", True, [174_965, 0]) == (
        quoted["total"]["amount"], quoted["basis"], quoted["provisional"],
        [one["amount"]["amount"] for one in quoted["amounts"]],
    )  # fmt: skip
    gate.go_to(f"{FIRST}T08:00:00+07:00")
    entry = await gate.register(planned_arrival_at=PLANNED)
    charge = entry["charge"]
    assert quoted["reductions"] == charge["reductions"]
    assert (174_965, 350_000) == (
        charge["total"]["amount"], charge["lines"][0]["amount"]["amount"],
    )  # fmt: skip
    assert [174_965] == [one["amount"]["amount"] for one in entry["orders"]]


async def test_who_is_exempt_owes_nothing_and_leaves(gate: Gate) -> None:
    await announce(
        gate, wanted(basis_points=10_000, scope={"payers": [f" {PAYER[:4]} {PAYER[4:]}"]})
    )
    entry = await gate.register(planned_arrival_at=PLANNED, payer={"tax_code": PAYER})
    assert (0, [], 0) == (
        entry["charge"]["total"]["amount"], entry["orders"], entry["balance"]["due"]["amount"],
    )  # fmt: skip
    other = await gate.register(
        **{**lorry(2), "planned_arrival_at": PLANNED, "payer": {"tax_code": "9900123466"}}
    )
    assert other["charge"]["reductions"] == []
    (public,) = (await heard(gate))["items"]
    assert (True, [PAYER]) == (public["exempts"], public["scope"]["payers"])


async def test_a_paid_order_has_a_receipt_of_what_was_paid(gate: Gate) -> None:
    await announce(gate, wanted())
    entry = await gate.register(planned_arrival_at=PLANNED)
    (order,) = entry["orders"]
    assert 201 == (await pay(gate, order)).status_code
    (receipt,) = (await gate.get("/v1/receipts", "collector-1")).json()["items"]
    assert (175_000, 175_000, 0) == (
        receipt["lines"][0]["amount"]["amount"], receipt["amount"]["amount"],
        receipt["elsewhere"]["amount"],
    )  # fmt: skip


async def test_what_was_known_before_can_be_asked_for_ever(gate: Gate) -> None:
    before = gate.now
    gate.wait(minutes=1)
    announced = await announce(gate, wanted(ends_on=None))
    gate.wait(minutes=1)
    between = gate.now
    gate.wait(minutes=1)
    ended = await withdraw(gate, announced, ends_on="2026-03-15")
    assert ("announced", "2026-03-15", None) == tuple(
        ended.json()[name] for name in ("state", "cut_short_on", "ends_on")
    )
    gate.wait(minutes=1)
    for on, known in (
        ("2026-03-14", [350_000, 175_000, 175_000]),
        ("2026-03-15", [350_000, 175_000, 350_000]),
    ):
        asked = [before, between, gate.now]
        assert known == [await priced(gate, on, known_at=at.isoformat()) for at in asked]
    assert 350_000 == await priced(gate, "2026-03-15", known_on="2026-03-10")
    gate.go_to("2026-03-15T00:00:00+07:00")
    (told,) = (await heard(gate))["items"]
    assert ("ended", "2026-03-15", "over") == (
        told["state"], told["ends_on"], told["withdrawal_reason"],
    )  # fmt: skip


async def test_one_in_force_is_ended_from_tomorrow_and_what_it_took_off_stays(
    gate: Gate, session: AsyncSession
) -> None:
    announced = await announce(gate, wanted())
    gate.go_to(f"{FIRST}T09:00:00+07:00")
    entry = await gate.register(planned_arrival_at=PLANNED)
    late = await withdraw(gate, announced, ends_on=FIRST)
    assert (409, "reduction-refused", [("/ends_on", "future-day")]) == why_not(late)
    idle = await withdraw(gate, announced, ends_on=END)
    assert (409, "reduction-refused", [("/ends_on", "ends-by-itself")]) == why_not(idle)
    ended = await withdraw(gate, announced)
    assert ("in-force", "2026-03-13") == (ended.json()["state"], ended.json()["cut_short_on"])
    assert ended.json() == (await withdraw(gate, announced)).json()
    assert [175_000, 350_000] == [await priced(gate, on) for on in (FIRST, "2026-03-13")]
    await gate.move(entry)
    await gate.arrive(entry)
    assert 175_000 == (await gate.entry(entry))["charge"]["total"]["amount"]
    await check(gate, session)
    (found,) = (await gate.get(CHECKS, "auditor")).json()["items"]
    assert (1, []) == (found["checked"], found["charges"])


async def test_one_that_ends_tomorrow_or_is_over_is_not_ended(gate: Gate) -> None:
    announced = await announce(gate, wanted(ends_on="2026-03-13"))
    gate.go_to(f"{FIRST}T09:00:00+07:00")
    expected = (409, "reduction-refused", [("", "ends-by-itself")])
    assert expected == why_not(await withdraw(gate, announced))
    gate.go_to("2026-03-13T09:00:00+07:00")
    assert expected == why_not(await withdraw(gate, announced))
    assert "ended" == (await heard(gate, f"{PUBLIC}/half"))["state"]


async def test_one_that_is_withdrawn_before_its_day_never_rules_and_keeps_its_code(
    gate: Gate, session: AsyncSession
) -> None:
    announced = await announce(gate, wanted())
    gone = await withdraw(gate, announced)
    assert ("withdrawn", FIRST) == (gone.json()["state"], gone.json()["cut_short_on"])
    assert 350_000 == await priced(gate)
    assert "withdrawn" == (await heard(gate, f"{PUBLIC}/half"))["state"]
    assert (409, "reduction-code-taken", []) == why_not(await propose(gate, wanted()))
    kinds = await session.scalars(select(Event.kind).where(Event.kind == "reduction.withdrawn"))
    assert 1 == len(kinds.all())


async def test_a_proposal_that_is_taken_back_leaves_its_code(gate: Gate) -> None:
    proposed = await propose(gate, wanted())
    assert (409, "reduction-code-taken", []) == why_not(await propose(gate, wanted()))
    assert "withdrawn" == (await withdraw(gate, proposed)).json()["state"]
    assert (409, "reduction-refused", [("", "withdrawn")]) == why_not(await approve(gate, proposed))
    assert 201 == (await propose(gate, wanted())).status_code
    assert 404 == (await gate.get(f"{PUBLIC}/half")).status_code


async def test_one_whose_day_has_come_is_not_approved(gate: Gate) -> None:
    proposed = await propose(gate, wanted())
    gate.go_to("2026-03-11T23:59:59+07:00")
    other = await propose(gate, wanted(code="other"))
    assert 200 == (await approve(gate, other)).status_code
    gate.go_to(f"{FIRST}T00:00:00+07:00")
    assert (409, "reduction-refused", [("/starts_on", "future-day")]) == why_not(
        await approve(gate, proposed)
    )


async def test_an_entry_keeps_its_price_until_it_arrives_and_then_has_that_of_its_day(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(planned_arrival_at=PLANNED)
    assert 350_000 == entry["charge"]["total"]["amount"]
    await announce(gate, wanted())
    gate.go_to(PLANNED)
    await gate.move(entry)
    await gate.arrive(entry)
    arrived = await gate.entry(entry)
    assert (175_000, "in-position", "superseded", "due") == (
        arrived["charge"]["total"]["amount"], arrived["charge"]["cause"],
        *(one["state"] for one in arrived["orders"]),
    )  # fmt: skip
    charges = (await session.scalars(select(Charge).order_by(Charge.created_at))).all()
    assert charges[-1].facts is not None
    assert ("tan-thanh", False) == (charges[-1].facts["gate"], "payer" in charges[-1].facts)
    await check(gate, session)
    (found,) = (await gate.get(CHECKS, "auditor")).json()["items"]
    assert (2, 0, []) == (found["checked"], found["differing"], found["charges"])


async def test_a_kept_quote_has_what_was_known_and_only_on_its_days(gate: Gate) -> None:
    announced = await announce(gate, wanted(scope={"products": ["lychee"], "payers": [PAYER]}))
    await gate.get(PROPOSALS, "auditor")
    fruit = [{"goods_group": "fresh-produce-export", "product": "lychee"}]
    kept = await keep(gate, on=FIRST, goods=fruit, payer_tax_code=PAYER)
    assert (175_000, ["half"]) == (
        kept["total"]["amount"], [one["reduction"] for one in kept["reductions"]],
    )  # fmt: skip
    await withdraw(gate, announced)
    assert 350_000 == await priced(gate, payer_tax_code=PAYER)
    was = {"known_at": kept["known_at"], "payer_tax_code": f"{PAYER[:4]} {PAYER[4:]}"}
    assert 175_000 == await priced(gate, **was)
    line = goods(goods_group="fresh-produce-export", product="lychee")
    declared = {
        "planned_arrival_at": PLANNED,
        "consignments": [consignment(line)],
        "payer": {"tax_code": PAYER},
        "quote": kept["id"],
    }
    for change, pointer in (
        ({"planned_arrival_at": "2026-03-20T10:00:00+07:00"}, "/planned_arrival_at"),
        ({"payer": {"tax_code": "9900123466"}}, "/payer/tax_code"),
        ({"consignments": [consignment({**line, "product": "durian"})]}, "/consignments"),
    ):
        answer = await gate.post(
            "/v1/entries", "company-1", {**lorry(1), **fruit_truck(), **declared, **change}
        )
        assert (422, "quote-unfit") == (answer.status_code, answer.json()["code"]), answer.text
        assert pointer in {one["pointer"] for one in answer.json()["errors"]}
    entry = await gate.register(**declared)
    assert (175_000, kept["id"]) == (entry["charge"]["total"]["amount"], entry["charge"]["quote"])


def fruit_truck() -> dict[str, Any]:
    return {"vehicle": {"tractor_plate": "12C-000.77", "payload_kg": 15_000}}


async def test_the_effect_of_a_draft_has_the_reductions_of_each_charge(gate: Gate) -> None:
    await announce(gate, wanted())
    await gate.register(planned_arrival_at=PLANNED)
    draft = await propose_tariff(gate, tariff(code="draft", starts_on="2026-05-01"))
    path = f"/v1/tariff-proposals/{draft.json()['id']}/effect?month=2026-03"
    found = (await gate.get(path, "auditor")).json()
    assert (175_000, 225_000, 50_000) == tuple(
        found[name]["amount"] for name in ("total", "by_draft", "change")
    )


async def test_knowledge_of_editions_and_of_reductions_has_one_order(
    gate: Gate, session: AsyncSession
) -> None:
    """All within one second: each is told of a second of its own, so that none hides another."""
    first = await announce(gate, wanted())
    second = (await announce_tariff(gate, tariff())).json()
    third = await announce(gate, wanted(code="other", scope={}))
    gone = (await withdraw(gate, first)).json()
    instants = [
        first.json()["known_from_at"], second["known_from_at"], third.json()["known_from_at"],
        gone["known_to_at"],
    ]  # fmt: skip
    assert sorted(set(instants)) == instants
    reference = await read_reference(UnitOfWork(session), unofficial_needs_confirmation=False)
    assert datetime.fromisoformat(gone["known_to_at"]) == reference.tariffs.known_at


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"starts_on": "2026-03-11"}, [("/starts_on", "future-day")]),
        ({"ends_on": FIRST}, [("/ends_on", "day-after-first")]),
        (
            {"scope": {"gates": ["tan-thanh", "x"], "goods_groups": ["y"], "products": ["z"]}},
            [("/scope/gates/1", "code-unknown"), ("/scope/goods_groups/0", "code-unknown"),
             ("/scope/products/0", "code-unknown")],
        ),
        ({"scope": {"vehicle_classes": ["x"]}}, [("/scope/vehicle_classes/0", "code-unknown")]),
        ({"scope": {"payers": [PAYER, "123"]}}, [("/scope/payers/1", "tax-code-invalid")]),
        ({"scope": {"payers": ["001099000123"]}}, [("/scope/payers/0", "tax-code-invalid")]),
    ],
)  # fmt: skip
async def test_what_nobody_knows_is_named_and_nothing_is_stored(
    gate: Gate, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    answer = await propose(gate, wanted(**changes))
    assert (422, "reduction-unfit", expected) == why_not(answer)
    assert all(one["message"] for one in answer.json()["errors"])
    assert [] == (await gate.get(PROPOSALS, "board-1")).json()["items"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"basis_points": 0}, "/basis_points"),
        ({"basis_points": 10_001}, "/basis_points"),
        ({"basis_points": 50.5}, "/basis_points"),
        ({"basis_points": "5000"}, "/basis_points"),
        ({"basis_points": -1}, "/basis_points"),
        ({"legal_reference": {"article": "2"}}, "/legal_reference/document"),
        ({"scope": {"directions": ["up"]}}, "/scope/directions/0"),
        ({"scope": {"plates": ["x"]}}, "/scope/plates"),
        ({"ends_on": "2026-02-30"}, "/ends_on"),
        ({"names": {"en": "x"}}, "/names/vi"),
        ({"amount": 1}, "/amount"),
    ],
)
async def test_bad_input_names_field_and_rule(
    gate: Gate, changes: dict[str, Any], pointer: str
) -> None:
    answer = await propose(gate, wanted(**changes))
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_everybody_finds_what_is_for_a_gate_a_day_a_kind_of_goods(gate: Gate) -> None:
    await announce(gate, wanted())
    await announce(gate, wanted(code="all", scope={"gates": ["huu-nghi"]}, starts_on="2026-04-01",
                                ends_on=None))  # fmt: skip

    async def codes(**where: str) -> list[str]:
        return [one["code"] for one in (await heard(gate, **where))["items"]]

    assert ["all", "half"] == await codes()
    assert ["half"] == await codes(gate="tan-thanh")
    assert ["all", "half"] == await codes(gate="huu-nghi")
    assert ["all"] == await codes(goods_group="ordinary")
    assert ["half"] == await codes(on=FIRST)
    assert ["all"] == await codes(on="2026-04-01")
    assert ["all", "half"] == await codes(state="announced", direction="export")
    assert [] == await codes(state="in-force")
    told = await heard(gate, f"{PUBLIC}/half")
    assert ("Half the price", "18/2026/NQ-HĐND", 5_000, False, END) == (
        told["label"], told["legal_reference"]["document"], told["basis_points"],
        told["exempts"], told["ends_on"],
    )  # fmt: skip
    assert 422 == (await gate.get(PUBLIC, params={"state": "gone"})).status_code


async def test_the_board_looks_through_what_it_proposed(gate: Gate) -> None:
    await announce(gate, wanted())
    gate.wait(minutes=1)
    second = await propose(gate, wanted(code="second"))
    first = (await gate.get(f"{PROPOSALS}?limit=1", "auditor")).json()
    rest = (await gate.get(f"{PROPOSALS}?cursor={first['next_cursor']}", "collector-1")).json()
    assert [("second", "proposed"), ("half", "announced")] == [
        (one["code"], one["state"]) for one in (*first["items"], *rest["items"])
    ]
    path = f"{PROPOSALS}/{second.json()['id']}"
    assert second.json() == (await gate.get(path, "officer-1")).json()
    nobody = "019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55"
    for answer in (
        await gate.get(f"{PROPOSALS}/{nobody}", "board-1"),
        await gate.post(f"{PROPOSALS}/{nobody}/approval", "board-1"),
        await gate.post(f"{PROPOSALS}/{nobody}/withdrawal", "board-1", {"reason": "x"}),
    ):
        assert (404, "proposal-not-found") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "change",
    ["document = '{\"basis_points\": 1}'", "starts_on = '2026-03-13'", "code = 'x'",
     "ends_on = NULL", "approved_by = proposed_by",
     "known_from = known_from + interval '1 second'"],
)  # fmt: skip
async def test_the_database_keeps_what_was_announced(
    gate: Gate, session: AsyncSession, change: str
) -> None:
    await announce(gate, wanted())
    with pytest.raises(IntegrityError):
        await session.execute(text(f"UPDATE reduction_proposals SET {change}"))


@pytest.mark.parametrize("change", ["starts_on = '2026-03-13'", "ends_on = NULL", "code = 'x'"])
async def test_the_database_keeps_what_was_proposed(
    gate: Gate, session: AsyncSession, change: str
) -> None:
    await propose(gate, wanted())
    with pytest.raises(IntegrityError):
        await session.execute(text(f"UPDATE reduction_proposals SET {change}"))


async def test_the_database_wants_four_eyes(gate: Gate, session: AsyncSession) -> None:
    await propose(gate, wanted())
    change = "approved_by = proposed_by, approved_at = now(), known_from = now()"
    with pytest.raises(IntegrityError, match="four_eyes"):
        await session.execute(text(f"UPDATE reduction_proposals SET {change}"))
