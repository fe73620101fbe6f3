"""The treasury list: what is due of closed days is paid whole, once, by a reference."""

import csv
import io
from typing import Any

import pytest

from app.api.fleet.workbook import read_workbook
from tests.api.conftest import Gate, lorry
from tests.api.test_books import Ledger, close, ledger, pay

__all__ = ["ledger"]

TREASURY = "/v1/treasury"
DAYS = {"from_day": "2026-03-01", "to_day": "2026-04-01"}


async def two_days(gate: Gate) -> None:
    """Two orders of one gate paid on two days that are over by now."""
    for number in (1, 2):
        entry = await gate.register(**lorry(number))
        await pay(gate, entry["orders"][0], f"B-{number}")
        gate.wait(hours=24)


async def remit(
    gate: Gate, amount: int, to_day: str = "2026-03-13", reference: str = "KBNN-1"
) -> Any:
    body = {"to_day": to_day, "reference": reference, "amount": _vnd(amount)}
    path = f"{TREASURY}/remittances"
    return await gate.post(path, "collector-1", body, retry=f"{reference}-{amount}-{to_day}")


def _vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


async def due(gate: Gate) -> list[tuple[str, int, str, str | None]]:
    answer = await gate.get(TREASURY, "auditor", params=DAYS)
    assert 200 == answer.status_code, answer.text
    return [
        (one["day"], one["budget"]["amount"], one["state"], one["remittance"])
        for one in answer.json()["lines"]
    ]


async def test_what_is_due_of_closed_days_is_paid_once(gate: Gate, ledger: Ledger) -> None:
    await two_days(gate)
    for day in ("2026-03-11", "2026-03-12"):
        await close(gate, day)
    paid = await remit(gate, 540_000)
    assert 201 == paid.status_code, paid.text
    assert ("KBNN-1", "collector-1") == (paid.json()["reference"], paid.json()["recorded_by"])
    assert [
        ("2026-03-11", 270_000, "remitted", "KBNN-1"),
        ("2026-03-12", 270_000, "remitted", "KBNN-1"),
    ] == await due(gate)
    assert {"bank": 60_000, "retained": -60_000} == await ledger.balances()
    again = await remit(gate, 540_000, reference="KBNN-2")
    assert (409, "nothing-to-remit") == (again.status_code, again.json()["code"])
    listed = (await gate.get(f"{TREASURY}/remittances", "board-1")).json()["items"]
    assert [paid.json()] == listed


async def test_days_are_paid_up_to_one_and_the_rest_later(gate: Gate) -> None:
    await two_days(gate)
    await close(gate, "2026-03-11")
    assert 201 == (await remit(gate, 270_000, "2026-03-12")).status_code
    assert [
        ("2026-03-11", 270_000, "remitted", "KBNN-1"), ("2026-03-12", 270_000, "open", None),
    ] == await due(gate)  # fmt: skip
    await close(gate, "2026-03-12")
    assert ("2026-03-12", 270_000, "closed", None) == (await due(gate))[-1]
    assert 201 == (await remit(gate, 270_000, reference="KBNN-2")).status_code
    assert "KBNN-2" == (await due(gate))[-1][-1]


async def test_one_payment_is_of_what_is_due_of_every_gate(gate: Gate, ledger: Ledger) -> None:
    for number, name in enumerate(("tan-thanh", "huu-nghi"), start=1):
        entry = await gate.register(**lorry(number, gate=name))
        await pay(gate, entry["orders"][0], f"B-{number}")
    gate.wait(hours=24)
    for name in ("tan-thanh", "huu-nghi"):
        await close(gate, "2026-03-11", f"/v1/gates/{name}/books")
    paid = await remit(gate, 540_000, "2026-03-12")
    assert 201 == paid.status_code, paid.text
    assert {"bank": 60_000, "retained": -60_000} == await ledger.balances()


async def test_the_same_request_pays_once(gate: Gate, ledger: Ledger) -> None:
    await two_days(gate)
    for day in ("2026-03-11", "2026-03-12"):
        await close(gate, day)
    first, again = [await remit(gate, 540_000) for _ in range(2)]
    assert first.json() == again.json()
    assert 60_000 == (await ledger.balances())["bank"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        pytest.param({"amount": 540_001}, 422, "amount-mismatch", id="more than is due"),
        pytest.param({"amount": 0}, 422, "amount-mismatch", id="nothing"),
        pytest.param({"amount": -1}, 422, "invalid-request", id="less than nothing"),
        pytest.param({"amount": 540_000.5}, 422, "invalid-request", id="a fraction"),
        pytest.param({"amount": "540000"}, 422, "invalid-request", id="a text"),
        pytest.param({"amount": 10**30}, 422, "invalid-request", id="more than there is"),
        pytest.param(
            {"amount": 540_000, "to_day": "2026-03-14"}, 409, "book-day-not-over", id="days to come"
        ),
        pytest.param(
            {"amount": 540_000, "to_day": "2026-03-11"}, 409, "nothing-to-remit", id="days before"
        ),
        pytest.param({"amount": 1, "reference": ""}, 422, "invalid-request", id="no reference"),
    ],
)
async def test_what_is_not_due_is_not_paid(
    gate: Gate, ledger: Ledger, asked: dict[str, Any], status: int, code: str
) -> None:
    await two_days(gate)
    for day in ("2026-03-11", "2026-03-12"):
        await close(gate, day)
    answer = await remit(gate, **asked)
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert -540_000 == (await ledger.balances())["budget"]


async def test_another_currency_is_refused(gate: Gate) -> None:
    body = {"to_day": "2026-03-11", "reference": "R", "amount": {"amount": 1, "currency": "USD"}}
    answer = await gate.post(f"{TREASURY}/remittances", "collector-1", body, retry="R")
    assert (422, "/amount/currency") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_what_is_due_of_an_open_day_is_not_paid(gate: Gate) -> None:
    await two_days(gate)
    await close(gate, "2026-03-11")
    answer = await remit(gate, 540_000)
    assert (409, "book-day-open", "tan-thanh", "2026-03-12") == (
        answer.status_code, answer.json()["code"], answer.json()["gate"], answer.json()["day"],
    )  # fmt: skip


async def test_a_day_that_has_nothing_yet_is_closed_before_what_is_due_is_paid(gate: Gate) -> None:
    """An act that is dated on it would be posted there, later, and be taken for paid."""
    await two_days(gate)
    for day in ("2026-03-11", "2026-03-12"):
        await close(gate, day)
    late = await gate.register(**lorry(3))
    gate.wait(hours=24)
    answer = await remit(gate, 540_000, "2026-03-14")
    assert (409, "book-day-open", "2026-03-13") == (
        answer.status_code, answer.json()["code"], answer.json()["day"],
    )  # fmt: skip
    await close(gate, "2026-03-13")
    gate.wait(hours=24)
    empty = await remit(gate, 540_000, "2026-03-15")
    assert ("book-day-open", "2026-03-14") == (empty.json()["code"], empty.json()["day"])
    assert 201 == (await close(gate, "2026-03-14")).status_code
    assert 201 == (await remit(gate, 540_000, "2026-03-15")).status_code
    gate.wait(hours=-24)
    await pay(gate, late["orders"][0], "B-3")
    assert ("2026-03-15", 270_000, "open", None) == (await due(gate))[-1]


async def test_a_reference_is_of_one_payment(gate: Gate) -> None:
    await two_days(gate)
    await close(gate, "2026-03-11")
    await remit(gate, 270_000, "2026-03-12")
    await close(gate, "2026-03-12")
    answer = await remit(gate, 270_000)
    assert (409, "remittance-reference-taken") == (answer.status_code, answer.json()["code"])


async def test_the_list_comes_as_csv_and_as_a_workbook(gate: Gate) -> None:
    await two_days(gate)
    rows: list[list[str | int | None]] = [
        ["day", "gate", "item", "sub_item", "budget_vnd", "state", "remittance"],
        ["2026-03-11", "tan-thanh", "2250", "2267", 270_000, "open", None],
        ["2026-03-12", "tan-thanh", "2250", "2267", 270_000, "open", None],
    ]
    table, book = [
        await gate.get(TREASURY, "collector-1", params={**DAYS, "format": one})
        for one in ("csv", "xlsx")
    ]
    read = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [["" if cell is None else str(cell) for cell in row] for row in rows] == read
    found = await read_workbook(book.content)
    assert [[cell or None for cell in row] for row in found] == rows
