"""Tariff editions: drafted by one, approved by another, in force from their day; known for ever."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Charge, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.reference_data import read_reference
from tests.api.conftest import Gate
from tests.api.test_quotes import PATH as QUOTES
from tests.api.test_quotes import truck

BASE, NEW = "tariff-2025-09", "tariff-2026-04"
PROPOSALS = "/v1/tariff-proposals"
FIRST = "2026-03-12"


def vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


def cell(amount: int = 450_000, **changes: Any) -> dict[str, Any]:
    """Return the price that a lorry of 15 t with fruit is to pay."""
    of = {"goods_group": "fresh-produce-export", "vehicle_class": "10t-to-18t"}
    return {**of, "amount": vnd(amount), **changes}


def wanted(**changes: Any) -> dict[str, Any]:
    """Return an edition from 12 March 2026 on, by which fruit of the fourth class costs more."""
    whole = {
        "code": NEW,
        "starts_on": FIRST,
        "source": "Resolution 3/2026",
        "legal_reference": {"number": "3/2026/NQ-HĐND"},
        "cells": [cell()],
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


async def propose(gate: Gate, body: dict[str, Any], who: str = "board-1") -> Any:
    return await gate.post(PROPOSALS, who, body)


async def approve(gate: Gate, proposed: Any, who: str = "board-2") -> Any:
    return await gate.post(f"{PROPOSALS}/{proposed.json()['id']}/approval", who)


async def withdraw(gate: Gate, proposed: Any, who: str = "board-1") -> Any:
    path = f"{PROPOSALS}/{proposed.json()['id']}/withdrawal"
    return await gate.post(path, who, {"reason": "put off"})


async def announce(gate: Gate, body: dict[str, Any]) -> Any:
    proposed = await propose(gate, body)
    assert 201 == proposed.status_code, proposed.text
    approved = await approve(gate, proposed)
    assert 200 == approved.status_code, approved.text
    return approved


async def editions(gate: Gate) -> dict[str, Any]:
    """Return the public list as it is when the process has heard of the last change."""
    await gate.get(PROPOSALS, "auditor")
    return {one["code"]: one for one in (await gate.get("/v1/tariffs")).json()["items"]}


async def priced(gate: Gate, on: str, **known: Any) -> tuple[str, int]:
    await gate.get(PROPOSALS, "auditor")
    fruit = [{"goods_group": "fresh-produce-export"}]
    lorry = truck(direction="export", goods=fruit, payload_kg=15_000)
    answer = await gate.post(QUOTES, body={"on": on, "vehicles": [lorry], **known})
    assert 200 == answer.status_code, answer.text
    return answer.json()["tariff"], answer.json()["total"]["amount"]


def why_not(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    body = answer.json()
    named = [(one["pointer"], one["rule"]) for one in body["errors"]]
    return answer.status_code, body["code"], named


async def test_one_drafts_another_approves_and_prices_follow_from_the_day(gate: Gate) -> None:
    proposed = await propose(gate, wanted())
    assert (201, "proposed", "board-1", BASE, BASE) == (
        proposed.status_code,
        *(proposed.json()[one] for one in ("state", "proposed_by", "base", "compared_with")),
    )
    assert (BASE, 350_000) == await priced(gate, FIRST)
    approved = (await approve(gate, proposed)).json()
    assert ("announced", "board-2", "2026-03-11") == (
        approved["state"], approved["approved_by"], approved["known_from_at"][:10],
    )  # fmt: skip
    assert (NEW, 450_000) == await priced(gate, FIRST)
    assert (BASE, 350_000) == await priced(gate, "2026-03-11")
    found = await editions(gate)
    assert ("announced", False, True) == tuple(
        found[NEW][name] for name in ("state", "in_force", "usable")
    )
    assert [("2026-03-12", None), ("2025-05-08", "2026-03-12")] == [
        (found[code]["force"][-1]["valid_from"], found[code]["force"][-1]["valid_to"])
        for code in (NEW, BASE)
    ]
    gate.go_to(f"{FIRST}T00:00:00+07:00")
    found = await editions(gate)
    assert ("in-force", "ended") == (found[NEW]["state"], found[BASE]["state"])


async def test_a_draft_says_what_it_changes(gate: Gate) -> None:
    proposed = (await propose(gate, wanted())).json()
    read = (await gate.get(f"{PROPOSALS}/{proposed['id']}", "auditor")).json()
    assert proposed == read
    changes = {one["pointer"]: (one["before"], one["after"]) for one in read["differences"]}
    place = "/cells/fresh-produce-export/10t-to-18t"
    assert (350_000, 450_000) == changes[f"{place}/amount_vnd"]
    assert "Resolution 3/2026" == changes[f"{place}/source"][1]
    assert ("09/2025/NQ-HĐND", "3/2026/NQ-HĐND") == changes["/legal_reference/number"]
    assert not [one for one in changes if one.startswith(("/cells/ordinary", "/valid", "/force"))]


async def test_what_was_known_before_an_announcement_can_be_asked_for_ever(gate: Gate) -> None:
    before = gate.now
    gate.wait(minutes=1)
    announced = await announce(gate, wanted())
    gate.wait(minutes=1)
    between = gate.now
    gate.wait(minutes=1)
    await withdraw(gate, announced)
    gate.wait(minutes=1)
    asked = [before, between, gate.now]
    told = [await priced(gate, "2026-03-20", known_at=at.isoformat()) for at in asked]
    assert [(BASE, 350_000), (NEW, 450_000), (BASE, 350_000)] == told
    assert (BASE, 350_000) == await priced(gate, "2026-03-20", known_on="2026-03-11")
    found = (await editions(gate))[NEW]
    assert ("withdrawn", "put off", False) == (
        found["state"], found["end_reason"], found["in_force"],
    )  # fmt: skip


async def test_an_entry_is_charged_by_the_edition_of_the_day_it_arrives(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register()
    await announce(gate, wanted())
    gate.go_to(f"{FIRST}T09:00:00+07:00")
    await gate.move(entry)
    arrived = await gate.post(
        "/v1/arrivals", "border_guard",
        {"gate": "tan-thanh", "reference": entry["reference"]},
    )  # fmt: skip
    assert arrived.is_success, arrived.text
    charges = (await session.scalars(select(Charge).order_by(Charge.created_at))).all()
    assert [(BASE, 350_000), (NEW, 450_000)] == [
        (one.tariff_code, one.total_vnd) for one in charges
    ]
    assert charges[1].known_at is not None
    assert charges[0].known_at is not None
    assert charges[0].known_at < charges[1].known_at


async def test_who_drafted_cannot_approve_and_approving_again_changes_nothing(
    gate: Gate, session: AsyncSession
) -> None:
    proposed = await propose(gate, wanted())
    assert (403, "second-officer-needed", []) == why_not(await approve(gate, proposed, "board-1"))
    assert NEW not in await editions(gate)
    first, second = [await approve(gate, proposed) for _ in range(2)]
    assert first.json() == second.json()
    told = await session.scalars(select(Event).where(Event.kind.like("edition.%")))
    assert {("edition.announced", "tariff", FIRST), ("edition.proposed", "tariff", FIRST)} == {
        (one.kind, one.data["edition_kind"], one.data["starts_on"]) for one in told
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"starts_on": "2026-03-11"}, [("/starts_on", "future-day")], id="a day that has begun"
        ),
        pytest.param(
            {"cells": [cell(goods_group="gold")]}, [("/cells/0", "rate-unknown")],
            id="an unknown goods group",
        ),
        pytest.param(
            {"cells": [cell(vehicle_class="99t")]}, [("/cells/0", "rate-unknown")],
            id="an unknown class",
        ),
        pytest.param(
            {"cells": [cell(), cell(1)]}, [("/cells/0", "rate-twice"), ("/cells/1", "rate-twice")],
            id="a price twice",
        ),
        pytest.param(
            {"cells": [cell(1, goods_group="empty", vehicle_class="under-2t")]},
            [("/cells/0/amount/amount", "group-not-chargeable")], id="a price on what is free",
        ),
        pytest.param(
            {"cells": [cell(10**12 + 1)]}, [("/cells/0/amount/amount", "number-too-large")],
            id="a huge price",
        ),
        pytest.param(
            {"multipliers": [{"goods_group": "ordinary", "factor_basis_points": 1}]},
            [("/multipliers/0", "rate-unknown")], id="a factor that the base has not",
        ),
        pytest.param(
            {"shares": [{"code": "flight", "basis_points": 1}]}, [("/shares/0", "rate-unknown")],
            id="an unknown share",
        ),
    ],
)  # fmt: skip
async def test_what_contradicts_the_base_is_refused_by_field_and_rule(
    gate: Gate, changes: dict[str, Any], expected: Any
) -> None:
    assert (422, "tariff-unfit", expected) == why_not(await propose(gate, wanted(**changes)))


@pytest.mark.parametrize(
    ("amount", "rule"),
    [
        (450_000.5, "not-a-whole-number"), ("450000", "not-a-whole-number"),
        (-1, "too-small"), (2**63, "too-large"),
    ],
)  # fmt: skip
async def test_a_price_is_whole_dong(gate: Gate, amount: Any, rule: str) -> None:
    answer = await propose(gate, wanted(cells=[cell(amount)]))
    assert (422, "invalid-request", [("/cells/0/amount/amount", rule)]) == why_not(answer)


async def test_an_official_edition_has_no_provisional_number(gate: Gate) -> None:
    status, code, named = why_not(await propose(gate, wanted(official=True)))
    assert (422, "tariff-unfit") == (status, code)
    assert ("/cells/0/basis", "official-needs-source") in named
    assert ("/base/cells/5/basis", "official-needs-source") in named


async def test_a_code_is_used_once(gate: Gate) -> None:
    assert (409, "edition-code-taken", []) == why_not(await propose(gate, wanted(code=BASE)))
    await propose(gate, wanted())
    assert (409, "edition-code-taken", []) == why_not(await propose(gate, wanted()))


async def test_an_edition_whose_day_has_come_is_neither_withdrawn_nor_approved(gate: Gate) -> None:
    announced = await announce(gate, wanted())
    late = await propose(gate, wanted(code="too-late"))
    gate.go_to(f"{FIRST}T00:00:00+07:00")
    begun, past = await withdraw(gate, announced), await approve(gate, late)
    assert (409, "edition-refused", [("/starts_on", "edition-begun")]) == why_not(begun)
    assert (409, "edition-refused", [("/starts_on", "future-day")]) == why_not(past)


async def test_the_last_second_before_its_day_is_early_enough(gate: Gate) -> None:
    proposed = await propose(gate, wanted())
    gate.go_to("2026-03-11T23:59:59+07:00")
    assert 200 == (await approve(gate, proposed)).status_code
    assert "withdrawn" == (await withdraw(gate, proposed)).json()["state"]


async def test_two_editions_do_not_begin_on_one_day(gate: Gate) -> None:
    await announce(gate, wanted())
    second = await propose(gate, wanted(code="another"))
    assert (409, "edition-refused", [("/starts_on", "day-taken")]) == why_not(
        await approve(gate, second)
    )


async def test_the_day_of_one_that_was_withdrawn_is_free_again(gate: Gate) -> None:
    announced = await announce(gate, wanted())
    second = await propose(gate, wanted(code="another", cells=[cell(1_000)]))
    await withdraw(gate, announced)
    assert 200 == (await approve(gate, second)).status_code
    assert ("another", 1_000) == await priced(gate, FIRST)
    assert (409, "edition-code-taken", []) == why_not(await propose(gate, wanted()))


async def test_what_was_withdrawn_before_is_not_approved_and_leaves_its_code(gate: Gate) -> None:
    proposed = await propose(gate, wanted())
    await withdraw(gate, proposed)
    assert (409, "edition-refused", [("", "withdrawn")]) == why_not(await approve(gate, proposed))
    assert 201 == (await propose(gate, wanted())).status_code


async def test_an_edition_ends_where_the_next_begins(gate: Gate) -> None:
    await announce(gate, wanted(code="later", starts_on="2026-04-01", cells=[cell(1)]))
    await announce(gate, wanted())
    days = ("2026-03-11", "2026-03-12", "2026-03-31", "2026-04-01")
    assert [BASE, NEW, NEW, "later"] == [(await priced(gate, on))[0] for on in days]


async def test_two_editions_are_compared_as_data_and_as_a_table(gate: Gate) -> None:
    await announce(gate, wanted())
    await editions(gate)
    path = f"/v1/tariffs/{NEW}/differences?other={BASE}"
    found = {one["pointer"]: one for one in (await gate.get(path)).json()["items"]}
    price = found["/cells/fresh-produce-export/10t-to-18t/amount_vnd"]
    assert (350_000, 450_000) == (price["before"], price["after"])
    assert ("2025-05-08", FIRST) == (found["/valid_from"]["before"], found["/valid_from"]["after"])
    table = (await gate.get(f"{path}&format=csv&separator=comma")).text
    assert "/cells/fresh-produce-export/10t-to-18t/amount_vnd,350000,450000,100000" in table
    same = (await gate.get(f"/v1/tariffs/{BASE}/differences?other={BASE}")).json()
    assert [] == same["items"]
    assert 404 == (await gate.get(f"/v1/tariffs/{BASE}/differences?other=none")).status_code


async def test_the_board_looks_through_its_drafts(gate: Gate) -> None:
    await announce(gate, wanted())
    gate.wait(minutes=1)
    await propose(gate, wanted(code="second", starts_on="2026-05-01"))
    first = (await gate.get(f"{PROPOSALS}?limit=1", "auditor")).json()
    rest = (await gate.get(f"{PROPOSALS}?cursor={first['next_cursor']}", "collector-1")).json()
    assert [("second", "proposed"), (NEW, "announced")] == [
        (one["code"], one["state"]) for one in (*first["items"], *rest["items"])
    ]
    nobody = "019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55"
    assert 404 == (await gate.get(f"{PROPOSALS}/{nobody}", "board-1")).status_code
    assert 404 == (await gate.post(f"{PROPOSALS}/{nobody}/approval", "board-1")).status_code


@pytest.mark.parametrize(
    "change",
    ["document = '{}'", "starts_on = '2026-06-01'", "approved_by = proposed_by", "code = 'x'",
     "known_from = known_from + interval '1 second'"],
)  # fmt: skip
async def test_the_database_keeps_what_was_announced(
    gate: Gate, session: AsyncSession, change: str
) -> None:
    await announce(gate, wanted())
    with pytest.raises(IntegrityError):
        await session.execute(text(f"UPDATE tariff_proposals SET {change}"))


async def test_in_production_the_two_words_of_an_announcement_are_its_confirmation(
    gate: Gate, session: AsyncSession
) -> None:
    await announce(gate, wanted())
    found = await read_reference(UnitOfWork(session), unofficial_needs_confirmation=True)
    assert [NEW] == list(found.tariffs.editions)
    assert BASE in {one.code for one in found.pending}
