"""Cashiers' shifts: a till takes exactly what is due, and closes with what was counted."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.api.schemas.types import MOST_VND
from tests.api.conftest import Gate
from tests.api.test_books import Ledger, ledger
from tests.api.test_bundles import bundle_of
from tests.api.test_payments import DUE, an_order, orders_of

__all__ = ["ledger"]

FLOAT = 200_000


def vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


async def open_till(gate: Gate, who: str = "collector-1", in_it: int = FLOAT) -> httpx.Response:
    return await gate.post("/v1/shifts", who, {"gate": "tan-thanh", "opening_float": vnd(in_it)})


@pytest.fixture
async def shift(gate: Gate) -> dict[str, Any]:
    made = await open_till(gate)
    assert 201 == made.status_code, made.text
    found: dict[str, Any] = made.json()
    return found


async def take(
    gate: Gate, shift: dict[str, Any], code: str, amount: int = DUE, who: str = "collector-1",
    **more: Any,
) -> httpx.Response:  # fmt: skip
    body = {"code": code, "amount": vnd(amount), "channel": "cash", **more}
    path = f"/v1/shifts/{shift['id']}/payments"
    return await gate.post(path, who, body, retry=uuid4().hex)


async def close(
    gate: Gate, shift: dict[str, Any], who: str = "collector-1", **body: Any
) -> httpx.Response:
    return await gate.post(f"/v1/shifts/{shift['id']}/close", who, body)


async def test_a_till_takes_cash_and_cards_and_closes_with_what_it_should_hold(
    gate: Gate, shift: dict[str, Any], ledger: Ledger
) -> None:
    one, other, third = [await an_order(gate, number) for number in range(3)]
    cash = await take(gate, shift, one["code"].lower().replace("-", " "))
    assert (201, "applied", "cash") == (
        cash.status_code, cash.json()["state"], cash.json()["channel"],
    )  # fmt: skip
    await take(gate, shift, other["code"], channel="card", source_reference="POS-1")
    bundle = (await bundle_of(gate, third)).json()
    await take(gate, shift, bundle["code"])
    assert ["paid"] * 3 == await orders_of(gate, one, other, third)
    seen = (await gate.get(f"/v1/shifts/{shift['id']}", "auditor")).json()
    assert [2 * DUE, DUE, FLOAT + 2 * DUE, None] == [
        seen["cash"]["amount"], seen["card"]["amount"], seen["expected"]["amount"],
        seen["counted"],
    ]  # fmt: skip
    closed = (await close(gate, shift, counted=vnd(FLOAT + 2 * DUE))).json()
    assert (vnd(0), "collector-1") == (closed["difference"], closed["closed_by"])
    balances = await ledger.balances()
    assert (2 * DUE, DUE, None) == (
        balances["cash"], balances["card"], balances.get("cash_difference"),
    )  # fmt: skip


@pytest.mark.parametrize("difference", [-50_000, 50_000])
async def test_what_is_missing_or_too_much_is_posted_as_a_difference(
    gate: Gate, shift: dict[str, Any], ledger: Ledger, difference: int
) -> None:
    await take(gate, shift, (await an_order(gate))["code"])
    closed = (await close(gate, shift, counted=vnd(FLOAT + DUE + difference))).json()
    assert vnd(difference) == closed["difference"]
    balances = await ledger.balances()
    assert (DUE + difference, -difference) == (balances["cash"], balances["cash_difference"])


async def test_notes_are_counted_by_their_values(gate: Gate, shift: dict[str, Any]) -> None:
    notes = [{"note": 100_000, "count": 1}, {"note": 50_000, "count": 2}]
    closed = (await close(gate, shift, denominations=notes)).json()
    assert (vnd(FLOAT), vnd(0)) == (closed["counted"], closed["difference"])


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        pytest.param({}, "/counted", "total-or-denominations", id="nothing"),
        pytest.param(
            {"counted": vnd(1), "denominations": [{"note": 1000, "count": 1}]},
            "/counted", "total-or-denominations", id="both",
        ),
        pytest.param(
            {"denominations": [{"note": 3000, "count": 1}]}, "/denominations/0/note",
            "no-such-note", id="a note that there is not",
        ),
        pytest.param(
            {"denominations": [{"note": 1000, "count": 1}] * 2}, "/denominations/1/note", "twice",
            id="one value twice",
        ),
        pytest.param({"counted": vnd(-1)}, "/counted/amount", "too-small", id="less than nothing"),
    ],
)  # fmt: skip
async def test_a_count_that_is_none_is_refused_and_the_till_stays_open(
    gate: Gate, shift: dict[str, Any], body: dict[str, Any], pointer: str, rule: str
) -> None:
    answer = await close(gate, shift, **body)
    error = answer.json()["errors"][0]
    assert (422, pointer, rule) == (answer.status_code, error["pointer"], error["rule"])
    assert (await gate.get(f"/v1/shifts/{shift['id']}", "board-1")).json()["closed_at"] is None


async def test_a_till_takes_nothing_else_and_nothing_is_recorded(
    gate: Gate, shift: dict[str, Any]
) -> None:
    order, paid = await an_order(gate, 1), await an_order(gate, 2)
    await take(gate, shift, paid["code"])
    bundle = (await bundle_of(gate, order, await an_order(gate, 3))).json()
    await take(gate, shift, order["code"])
    answers = [
        await take(gate, shift, (await an_order(gate, 4))["code"], DUE - 1),
        await take(gate, shift, paid["code"]),
        await take(gate, shift, bundle["code"], 2 * DUE),
        await take(gate, shift, "20260311-000000000"),
        await take(gate, shift, (await an_order(gate, 5))["code"], who="collector-2"),
        await take(gate, shift, (await an_order(gate, 6))["code"], channel="bank"),
    ]
    assert [
        (422, "amount-mismatch"), (409, "order-not-due"), (409, "bundle-not-due"),
        (422, "unknown-code"), (403, "shift-not-yours"), (422, "invalid-request"),
    ] == [(one.status_code, one.json()["code"]) for one in answers]  # fmt: skip
    listed = (await gate.get("/v1/payments?channel=cash", "collector-1")).json()["items"]
    assert 2 == len(listed)
    await close(gate, shift, counted=vnd(0))
    late = await take(gate, shift, (await an_order(gate, 7))["code"])
    assert (409, "shift-closed") == (late.status_code, late.json()["code"])


async def test_everybody_has_one_till_open_at_a_time(gate: Gate, shift: dict[str, Any]) -> None:
    answer = await open_till(gate)
    assert (409, "shift-open") == (answer.status_code, answer.json()["code"])
    assert 201 == (await open_till(gate, "collector-2")).status_code
    forgotten = await close(gate, shift, "collector-2", counted=vnd(FLOAT))
    assert (200, "collector-2") == (forgotten.status_code, forgotten.json()["closed_by"])
    assert 201 == (await open_till(gate)).status_code
    again = await close(gate, shift, counted=vnd(FLOAT))
    assert (409, "shift-closed") == (again.status_code, again.json()["code"])


async def test_a_book_day_is_not_closed_while_a_till_of_it_is_open(
    gate: Gate, shift: dict[str, Any]
) -> None:
    await take(gate, shift, (await an_order(gate))["code"])
    gate.wait(days=1)
    path = "/v1/gates/tan-thanh/books/2026-03-11/close"
    answer = await gate.post(path, "collector-1")
    assert (409, "shifts-open", shift["id"]) == (
        answer.status_code, answer.json()["code"], answer.json()["errors"][0]["value"],
    )  # fmt: skip
    await close(gate, shift, counted=vnd(FLOAT + DUE))
    assert 201 == (await gate.post(path, "collector-1")).status_code


async def test_shifts_are_listed_by_gate_cashier_and_whether_they_are_open(
    gate: Gate, shift: dict[str, Any]
) -> None:
    gate.wait(minutes=1)
    other = (await open_till(gate, "collector-2")).json()
    await close(gate, shift, counted=vnd(FLOAT))
    for query, expected in (
        ("", [other, shift]), ("?open=true", [other]), ("?open=false", [shift]),
        ("?cashier=collector-1", [shift]), ("?gate=huu-nghi", []),
    ):  # fmt: skip
        found = (await gate.get(f"/v1/shifts{query}", "board-1")).json()["items"]
        assert [one["id"] for one in expected] == [one["id"] for one in found]
    first = (await gate.get("/v1/shifts?limit=1", "board-1")).json()
    rest = await gate.get("/v1/shifts", "board-1", params={"cursor": first["next_cursor"]})
    assert [shift["id"]] == [one["id"] for one in rest.json()["items"]]
    assert 404 == (await gate.get(f"/v1/shifts/{uuid4()}", "board-1")).status_code


async def test_a_till_that_was_opened_with_the_most_can_be_closed(gate: Gate) -> None:
    beyond = await open_till(gate, in_it=MOST_VND + 1)
    assert (422, "/opening_float/amount") == (
        beyond.status_code, beyond.json()["errors"][0]["pointer"],
    )  # fmt: skip
    shift = (await open_till(gate, in_it=MOST_VND)).json()
    await take(gate, shift, (await an_order(gate, 1))["code"])
    assert 200 == (await close(gate, shift, counted=vnd(MOST_VND))).status_code
