"""Who pays an order, and many orders of one payer that are paid by one code."""

from typing import Any

import pytest

from app.api.pictures import PIXELS
from tests.api.conftest import Gate, lorry
from tests.api.test_payments import DUE, Bank, an_order, bank, orders_of, review_list, settle
from tests.pictures import of_png, of_svg, text_of

__all__ = ["bank"]

CHINESE = {"name": "广西示例", "country": "CN", "tax_code": "91450000MA5KUD1236"}


async def name(gate: Gate, order: dict[str, Any], body: dict[str, Any], who: str) -> Any:
    return await gate.ask("PUT", f"/v1/orders/{order['id']}/payer", who, json=body)


async def bundle_of(gate: Gate, *orders: dict[str, Any], who: str = "company-1") -> Any:
    body = {"orders": [one["id"] for one in orders]}
    return await gate.post("/v1/payment-bundles", who, body)


async def test_an_order_is_paid_by_its_declarant_until_somebody_is_named(gate: Gate) -> None:
    order = await an_order(gate)
    path = f"/v1/orders/{order['id']}"
    payer = (await gate.get(path, "company-1")).json()["payer"]
    assert ("Sandbox company 1", "9900123466") == (payer["name"], payer["tax_code"])
    named = await name(gate, order, CHINESE, "company-1")
    assert (200, {**CHINESE, "address": None}) == (named.status_code, named.json()["payer"])
    await name(gate, order, {"name": "Nguyễn Văn An"}, "collector-1")
    assert "Nguyễn Văn An" == (await gate.get(path, "auditor")).json()["payer"]["name"]


async def test_who_is_named_by_tax_code_sees_the_order_and_may_name_another(gate: Gate) -> None:
    order = await an_order(gate)
    path = f"/v1/orders/{order['id']}"
    assert 404 == (await gate.get(path, "company-2")).status_code
    assert 404 == (await name(gate, order, CHINESE, "company-2")).status_code
    await name(gate, order, {"name": "Company 2", "tax_code": "9900123473"}, "company-1")
    assert 200 == (await gate.get(path, "company-2")).status_code
    assert 201 == (await bundle_of(gate, order, who="company-2")).status_code
    assert 200 == (await name(gate, order, CHINESE, "company-2")).status_code
    assert 404 == (await gate.get(path, "company-2")).status_code


async def test_nobody_is_named_with_a_wrong_code_or_once_it_is_paid(gate: Gate, bank: Bank) -> None:
    order = await an_order(gate)
    wrong = await name(gate, order, {**CHINESE, "tax_code": "91450000MA5KUD1230"}, "company-1")
    assert (422, "payer-unfit", "/tax_code", "credit-code-invalid") == (
        wrong.status_code, wrong.json()["code"], wrong.json()["errors"][0]["pointer"],
        wrong.json()["errors"][0]["rule"],
    )  # fmt: skip
    await bank.tell(order["code"])
    late = await name(gate, order, CHINESE, "company-1")
    assert (409, "order-not-due") == (late.status_code, late.json()["code"])


async def test_the_receipt_and_the_order_that_follows_keep_the_payer(
    gate: Gate, bank: Bank
) -> None:
    entry = await gate.register(**lorry(1))
    await name(gate, entry["orders"][0], CHINESE, "company-1")
    await gate.amend(entry, vehicle={"payload_kg": 20000})
    order = (await gate.entry(entry))["orders"][1]
    await bank.tell(order["code"], order["amount"]["amount"])
    (receipt,) = (await gate.get("/v1/receipts", "collector-1")).json()["items"]
    assert CHINESE["tax_code"] == receipt["payer"]["tax_code"]


async def test_a_bundle_is_paid_by_its_code_all_of_it_at_once(gate: Gate, bank: Bank) -> None:
    orders = [await an_order(gate, number) for number in range(3)]
    made = await bundle_of(gate, *orders)
    bundle = made.json()
    assert (201, "due", 3 * DUE, f"/v1/payment-bundles/{bundle['id']}") == (
        made.status_code, bundle["state"], bundle["amount"]["amount"], made.headers["Location"],
    )  # fmt: skip
    money = (await bank.tell(f"CT {bundle['code']} FT1", 3 * DUE)).json()
    assert ("applied", {one["id"] for one in orders}) == (
        money["state"], {one["id"] for one in money["orders"]},
    )  # fmt: skip
    assert ["paid"] * 3 == await orders_of(gate, *orders)
    shown = (await gate.get(f"/v1/payment-bundles/{bundle['id']}", "company-1")).json()
    assert ("paid", ["paid"] * 3) == (shown["state"], [one["state"] for one in shown["orders"]])
    assert 3 == len((await gate.get("/v1/receipts", "company-1")).json()["items"])
    again = (await bank.tell(bundle["code"], 3 * DUE)).json()
    assert "double" == again["review"]["kind"]


@pytest.mark.parametrize("how", ["paid", "superseded", "cancelled"])
async def test_a_bundle_breaks_and_its_money_waits_with_what_is_still_due(
    gate: Gate, bank: Bank, how: str
) -> None:
    entry, other = await gate.register(**lorry(1)), await an_order(gate, 2)
    (order,) = entry["orders"]
    bundle = (await bundle_of(gate, order, other)).json()
    if how == "paid":
        await bank.tell(order["code"])
    elif how == "superseded":
        await gate.amend(entry, vehicle={"payload_kg": 20000})
    else:
        await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    money = (await bank.tell(bundle["code"], 2 * DUE)).json()
    assert ("bundle-broken", None) == (money["review"]["kind"], money["review"]["order"])
    assert bundle["id"] == money["review"]["bundle"]
    assert [other["code"]] == [one["code"] for one in money["suggestions"][-2]["orders"]]
    assert "split" == (await settle(gate, money, [other])).json()["state"]
    assert ["paid"] == await orders_of(gate, other)
    found = await gate.get(f"/v1/payment-bundles/{bundle['id']}", "company-1")
    assert "broken" == found.json()["state"]
    assert [] == await review_list(gate)


@pytest.mark.parametrize(("difference", "kind"), [(-1, "underpaid"), (1, "overpaid")])
async def test_a_bundle_is_paid_exactly_or_not_at_all(
    gate: Gate, bank: Bank, difference: int, kind: str
) -> None:
    orders = [await an_order(gate, number) for number in range(2)]
    bundle = (await bundle_of(gate, *orders)).json()
    money = (await bank.tell(bundle["code"], 2 * DUE + difference)).json()
    assert kind == money["review"]["kind"]
    assert ["due", "due"] == await orders_of(gate, *orders)


async def test_what_cannot_be_bundled_is_named_order_by_order(gate: Gate, bank: Bank) -> None:
    mine, paid, named = [await an_order(gate, number) for number in range(3)]
    theirs = (await gate.register("company-2", **lorry(4)))["orders"][0]
    await bank.tell(paid["code"])
    await name(gate, named, CHINESE, "company-1")
    answer = await bundle_of(gate, mine, paid, named, theirs)
    assert (422, "bundle-unfit") == (answer.status_code, answer.json()["code"])
    assert [
        ("/orders/1", "order-not-due"), ("/orders/2", "other-payer"),
        ("/orders/3", "order-not-found"),
    ] == [(one["pointer"], one["rule"]) for one in answer.json()["errors"]]  # fmt: skip
    assert all(one["message"] for one in answer.json()["errors"])
    for size in (0, 501):
        body = {"orders": ["019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55"] * size}
        assert 422 == (await gate.post("/v1/payment-bundles", "company-1", body)).status_code
    assert 422 == (await bundle_of(gate, theirs)).status_code


async def test_a_company_sees_the_bundles_it_made_and_who_collects_all(gate: Gate) -> None:
    mine = (await bundle_of(gate, await an_order(gate))).json()
    theirs = (await gate.register("company-2", **lorry(4)))["orders"][0]
    other = (await bundle_of(gate, theirs, who="company-2")).json()
    seen = {
        who: [one["id"] for one in (await gate.get("/v1/payment-bundles", who)).json()["items"]]
        for who in ("company-1", "collector-1")
    }
    assert {"company-1": [mine["id"]], "collector-1": [other["id"], mine["id"]]} == seen
    path = f"/v1/payment-bundles/{other['id']}"
    assert [404, 200] == [
        (await gate.get(path, who)).status_code for who in ("company-1", "collector-1")
    ]


@pytest.fixture
def account(gate: Gate) -> dict[str, str]:
    """The account that a sandbox collects into."""
    bank, number, name = gate.app.state.process.settings.collection
    return {"bank": bank, "account": number, "account_name": name}


async def test_a_transfer_is_asked_for_as_json_and_as_pictures_that_say_the_same(
    gate: Gate, account: dict[str, str]
) -> None:
    one, other = await an_order(gate, 1), await an_order(gate, 2)
    bundle = (await bundle_of(gate, one, other)).json()
    for path, code, amount in (
        (f"/v1/orders/{one['id']}/qr", one["code"], DUE),
        (f"/v1/payment-bundles/{bundle['id']}/qr", bundle["code"], 2 * DUE),
    ):
        told = (await gate.get(path, "company-1", headers={"Accept": "application/json"})).json()
        assert {
            **account, "amount": {"amount": amount, "currency": "VND"}, "purpose": code,
        } == {name: value for name, value in told.items() if name != "payload"}  # fmt: skip
        png = await gate.get(path, "company-1", headers={"Accept": "image/png"})
        svg = await gate.get(f"{path}?format=svg", "company-1")
        assert ["image/png", "image/svg+xml"] == [
            each.headers["content-type"].partition(";")[0] for each in (png, svg)
        ]
        assert told["payload"] == text_of(of_png(png.content, PIXELS))
        assert told["payload"] == text_of(of_svg(svg.text, PIXELS))
        assert code in told["payload"]
        known = {"If-None-Match": png.headers["ETag"], "Accept": "image/png"}
        assert 304 == (await gate.get(path, "company-1", headers=known)).status_code


async def test_what_is_not_due_is_not_asked_for(gate: Gate, bank: Bank) -> None:
    order, other = await an_order(gate, 1), await an_order(gate, 2)
    bundle = (await bundle_of(gate, order, other)).json()
    await bank.tell(order["code"])
    answers = [
        await gate.get(f"/v1/orders/{order['id']}/qr", "company-1"),
        await gate.get(f"/v1/payment-bundles/{bundle['id']}/qr", "company-1"),
        await gate.get(f"/v1/orders/{other['id']}/qr", "company-2"),
    ]
    assert [(409, "order-not-due"), (409, "bundle-not-due"), (404, "order-not-found")] == [
        (one.status_code, one.json()["code"]) for one in answers
    ]


async def test_without_an_account_there_is_no_code_and_the_answer_says_why(gate: Gate) -> None:
    order = await an_order(gate)
    process = gate.app.state.process
    process.settings = process.settings.model_copy(update={"collection_bank": "970436"})
    answer = await gate.get(f"/v1/orders/{order['id']}/qr", "company-1")
    assert (409, "no-collection-account") == (answer.status_code, answer.json()["code"])
    assert ["GATE_COLLECTION_ACCOUNT", "GATE_COLLECTION_NAME"] == (
        process.settings.missing_collection
    )
