"""Orders and payments: exactly what is due, once, by the bank."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Gate, lorry


async def pay(gate: Gate, order: dict[str, Any], *, retry: str | None = None, **body: Any) -> Any:
    path = f"/v1/orders/{order['id']}/payments"
    said = {"amount": order["amount"], "source_reference": "B-1", **body}
    return await gate.post(path, "bank", said, retry=retry or uuid4().hex)


@pytest.fixture
async def order(gate: Gate) -> dict[str, Any]:
    """The order of a registered lorry."""
    found: dict[str, Any] = (await gate.register(**lorry(1)))["orders"][0]
    return found


async def test_an_order_is_paid_exactly_and_says_so(gate: Gate, order: dict[str, Any]) -> None:
    gate.wait(minutes=5)
    paid = (await pay(gate, order)).json()
    assert ("paid", order["amount"], order["code"]) == (
        paid["order_state"], paid["amount"], paid["order_code"],
    )  # fmt: skip
    found = (await gate.get(f"/v1/orders/{order['id']}", "company-1")).json()
    assert ("paid", "2026-03-11T09:05:00+07:00", [paid]) == (
        found["state"], found["paid_at"], found["payments"],
    )  # fmt: skip


async def test_an_order_is_named_by_its_day(order: dict[str, Any]) -> None:
    day, _, code = order["code"].partition("-")
    assert ("20260311", 9) == (day, len(code))


@pytest.mark.parametrize("difference", [-1, 1])
async def test_another_amount_is_refused_and_told_what_is_due(
    gate: Gate, order: dict[str, Any], difference: int
) -> None:
    amount = {"amount": order["amount"]["amount"] + difference, "currency": "VND"}
    answer = await pay(gate, order, amount=amount)
    assert (422, "amount-mismatch", "/amount/amount", 300_000) == (
        answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"],
        answer.json()["due_vnd"],
    )  # fmt: skip
    assert "300,000" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"amount": 300_000}, "/amount", id="a bare number"),
        pytest.param(
            {"amount": {"amount": 300_000, "currency": "USD"}}, "/amount/currency", id="dollars"
        ),
        pytest.param({"amount": {"amount": 3.5, "currency": "VND"}}, "/amount/amount", id="parts"),
        pytest.param({"source_reference": None}, "/source_reference", id="no reference"),
    ],
)
async def test_a_malformed_payment_is_refused(
    gate: Gate, order: dict[str, Any], body: dict[str, Any], pointer: str
) -> None:
    answer = await pay(gate, order, **body)
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_payment_needs_an_idempotency_key(gate: Gate, order: dict[str, Any]) -> None:
    body = {"amount": order["amount"], "source_reference": "B-1"}
    answer = await gate.post(f"/v1/orders/{order['id']}/payments", "bank", body)
    assert (422, "header:Idempotency-Key") == (
        answer.status_code, answer.json()["errors"][0]["pointer"],
    )  # fmt: skip


async def test_a_retry_pays_once(gate: Gate, order: dict[str, Any]) -> None:
    first = await pay(gate, order, retry="pay-1")
    again = await pay(gate, order, retry="pay-1")
    assert (first.content, "true") == (again.content, again.headers["Idempotency-Replayed"])


async def test_a_source_reference_pays_once_whatever_the_key(
    gate: Gate, order: dict[str, Any]
) -> None:
    first, again = await pay(gate, order), await pay(gate, order)
    assert (201, first.json()["id"]) == (again.status_code, again.json()["id"])
    found = (await gate.get(f"/v1/orders/{order['id']}", "bank")).json()
    assert 1 == len(found["payments"])


async def test_a_source_reference_pays_one_order(gate: Gate, order: dict[str, Any]) -> None:
    await pay(gate, order)
    other = (await gate.register(**lorry(2)))["orders"][0]
    answer = await pay(gate, other)
    assert (422, "retry-mismatch", "/source_reference") == (
        answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"],
    )  # fmt: skip


async def test_what_is_paid_is_not_paid_again(gate: Gate, order: dict[str, Any]) -> None:
    await pay(gate, order)
    answer = await pay(gate, order, source_reference="B-2")
    assert (409, "order-not-due", "paid") == (
        answer.status_code, answer.json()["code"], answer.json()["state"],
    )  # fmt: skip


async def test_what_is_superseded_or_cancelled_is_not_paid(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.amend(entry, vehicle={"payload_kg": 20000})
    superseded = await pay(gate, entry["orders"][0])
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    cancelled = await pay(gate, (await gate.entry(entry))["orders"][1])
    assert [(409, "superseded"), (409, "cancelled")] == [
        (answer.status_code, answer.json()["state"]) for answer in (superseded, cancelled)
    ]


async def test_an_order_that_is_not_there_is_404(gate: Gate, order: dict[str, Any]) -> None:
    nothing = {**order, "id": "00000000-0000-7000-8000-000000000000"}
    assert 404 == (await pay(gate, nothing)).status_code
    assert 404 == (await gate.get(f"/v1/orders/{nothing['id']}", "bank")).status_code


@pytest.mark.parametrize(
    ("who", "status"),
    [("company-1", 200), ("company-2", 404), ("bank", 200), ("auditor", 200), ("medical", 403)],
)
async def test_who_sees_an_order(gate: Gate, order: dict[str, Any], who: str, status: int) -> None:
    assert status == (await gate.get(f"/v1/orders/{order['id']}", who)).status_code


async def test_paying_shows_in_the_entry(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(minutes=5)
    await pay(gate, entry["orders"][0])
    now = await gate.entry(entry)
    amounts = {name: amount["amount"] for name, amount in now["balance"].items()}
    assert {"charged": 300_000, "paid": 300_000, "due": 0, "credit": 0} == amounts
    assert "2026-03-11T09:05:00+07:00" == now["changed_at"]
    assert "pay-order" not in [one["code"] for one in now["next_steps"]]
    assert 0 == (await gate.place(entry))["due"]["amount"]


async def test_a_source_reference_names_one_amount(gate: Gate, order: dict[str, Any]) -> None:
    await pay(gate, order)
    more = {"amount": order["amount"]["amount"] + 1, "currency": "VND"}
    answer = await pay(gate, order, amount=more)
    assert (422, "retry-mismatch") == (answer.status_code, answer.json()["code"])


async def test_a_refused_payment_uses_nothing_up(gate: Gate, order: dict[str, Any]) -> None:
    """Neither the key nor the source reference: the bank sends it again, with the right amount."""
    wrong = {"amount": order["amount"]["amount"] - 1, "currency": "VND"}
    assert 422 == (await pay(gate, order, amount=wrong, retry="pay-1")).status_code
    assert 0 == len((await gate.get(f"/v1/orders/{order['id']}", "bank")).json()["payments"])
    assert "paid" == (await pay(gate, order, retry="pay-1")).json()["order_state"]


async def test_each_order_of_an_entry_is_paid_for_itself(gate: Gate) -> None:
    """What one order is due does not pay the other of the same entry."""
    vehicle = {"tractor_plate": "桂F12345", "country": "CN", "payload_kg": 8000}
    receiving = [{"tractor_plate": "15C-000.07", "payload_kg": 8000}]
    entry = await gate.register(
        **lorry(
            1, direction="import", journey="transshipment", vehicle=vehicle,
            receiving_vehicles=receiving,
        )
    )  # fmt: skip
    one, other = entry["orders"]
    crossed = await pay(gate, one, amount=other["amount"])
    assert (422, "amount-mismatch") == (crossed.status_code, crossed.json()["code"])
    await pay(gate, one)
    assert ["paid", "due"] == [order["state"] for order in (await gate.entry(entry))["orders"]]
    assert other["amount"] == (await gate.entry(entry))["balance"]["due"]


async def test_who_has_left_without_paying_may_still_pay(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    for act in ("admission", "exit"):
        await gate.post(f"/v1/entries/{entry['id']}/{act}", "border_guard")
    paid = await pay(gate, entry["orders"][0])
    assert (201, "paid") == (paid.status_code, paid.json()["order_state"])


async def found(here: Gate, named: str, who: str = "collector-1", **narrowed: Any) -> list[str]:
    """Return the codes of the orders that somebody at a window may mean."""
    params = {"named": named, **narrowed}
    answer = await here.get("/v1/orders", who, params=params)
    assert 200 == answer.status_code, answer.text
    return [one["code"] for one in answer.json()["items"]]


async def test_an_order_is_found_by_whatever_a_driver_says(gate: Gate) -> None:
    entry, other = [await gate.register(**lorry(number)) for number in (1, 2)]
    code = entry["orders"][0]["code"]
    await gate.move(entry)
    (call,) = await gate.call()
    number = call["call_number"]
    said = (
        code, code.replace("-", " "), "15c 00001", "000.01", entry["reference"].lower(),
        entry["reference"].lower().replace("-", ""), number, number.lower(),
    )  # fmt: skip
    assert [[code]] * len(said) == [await found(gate, one) for one in said]
    digits = str(int(number[-4:]))
    assert [code] == await found(gate, digits, gate="tan-thanh")
    assert [] == await found(gate, digits)
    assert [] == await found(gate, digits, gate="huu-nghi")
    assert [] == await found(gate, "15C-000.09")
    assert [] == await found(gate, "0001")  # of both plates: four digits may be a number
    assert [other["orders"][0]["code"]] == await found(gate, "15C-000.02")
    shown = (await gate.get("/v1/orders", "auditor", params={"named": number})).json()["items"][0]
    assert (entry["id"], entry["reference"], "15C00001", number, "tan-thanh", "called") == tuple(
        shown[name]
        for name in ("entry", "reference", "plate", "call_number", "gate", "entry_state")
    )


async def test_orders_at_a_window_are_narrowed_to_what_is_due_and_go_on(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    (first,) = entry["orders"]
    assert 201 == (await pay(gate, first)).status_code
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    gate.wait(minutes=1)
    again = (await gate.register(**lorry(1)))["orders"][0]
    codes = [again["code"], first["code"]]
    assert codes == await found(gate, "15C-000.01")
    assert codes[:1] == await found(gate, "15C-000.01", due=True)
    assert codes[1:] == await found(gate, "15C-000.01", due=False)
    params = {"named": "15C-000.01", "limit": 1}
    page = (await gate.get("/v1/orders", "collector-1", params=params)).json()
    assert codes[1:] == await found(gate, "15C-000.01", cursor=page["next_cursor"])
    assert 422 == (await gate.get("/v1/orders", "collector-1")).status_code
