"""Money that comes for one order at the same time from several sides: one pays, none is lost."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
from standardwebhooks import Webhook

from app.domain.payers import Payer, PayerCountry
from app.models import Order, Payment, PaymentReview, PostingRow
from app.services.money.payers import Payers
from tests.races.house import House, fruit

PAYERS = 12


async def secret_of(house: House) -> str:
    found = await house.ask("GET", "/v1/organisations?kind=bank", "board-1")
    path = f"/v1/organisations/{found.json()['items'][0]['id']}/bank-secret"
    made = await house.post(path, "board-1", {})
    return str(made.json()["secret"])


async def tell(
    house: House, secret: str, reference: str, purpose: str, amount: int
) -> httpx.Response:
    at = house.app.state.process.machine_now()
    body = json.dumps(
        {
            "source_reference": reference,
            "amount": {"amount": amount, "currency": "VND"},
            "purpose": purpose,
            "paid_at": "2026-06-10T09:00:00+07:00",
        }
    )
    message = f"msg_{reference}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, at, body),
    }
    return await house.ask(
        "POST", "/v1/payments/notifications", "bank", content=body.encode(), headers=headers
    )


def becomes(answer: httpx.Response) -> str:
    told: dict[str, Any] = answer.json()
    review = told.get("review")
    return str(review["kind"] if review else told.get("state", told.get("code")))


async def test_of_twelve_who_pay_one_order_at_once_one_does_and_the_others_wait(
    house: House,
) -> None:
    secret = await secret_of(house)
    (order,) = (await house.register(fruit(0))).orders
    answers = await asyncio.gather(
        *(
            tell(house, secret, f"FT-{number}", order.code, order.amount_vnd)
            for number in range(PAYERS)
        )
    )
    assert {"applied": 1, "double": PAYERS - 1} == Counter(map(becomes, answers))
    assert PAYERS == len(await house.rows(Payment))
    assert PAYERS - 1 == len(await house.rows(PaymentReview))
    (paid,) = await house.rows(Order)
    winner = next(one.json()["id"] for one in answers if becomes(one) == "applied")
    assert winner == str(paid.payment_id)
    waiting = sum(
        one.amount_vnd for one in await house.rows(PostingRow, PostingRow.credit == "unallocated")
    )
    assert (PAYERS - 1) * order.amount_vnd == waiting


async def test_one_notification_sent_many_times_at_once_pays_once(house: House) -> None:
    secret = await secret_of(house)
    (order,) = (await house.register(fruit(0))).orders

    async def send() -> httpx.Response:
        return await tell(house, secret, "FT-1", order.code, order.amount_vnd)

    answers = await asyncio.gather(*(send() for _ in range(PAYERS)))
    answers.append(await send())
    assert {200, 201, 409} >= {one.status_code for one in answers}
    assert 1 == sum(one.status_code == 201 for one in answers)
    assert "applied" == becomes(answers[-1])
    assert 1 == len(await house.rows(Payment))


async def test_bundles_and_single_orders_paid_at_once_pay_each_order_once(house: House) -> None:
    """Two bundles share an order, and that is paid by itself, too; nobody waits for one another."""
    secret = await secret_of(house)
    orders = [(await house.register(fruit(number))).orders[0] for number in range(3)]
    codes = [(orders[1].code, orders[1].amount_vnd)]
    for pair in ((0, 1), (2, 1)):
        body = {"orders": [str(orders[number].id) for number in pair]}
        made = (await house.post("/v1/payment-bundles", "company-1", body)).json()
        codes.append((made["code"], made["amount"]["amount"]))
    answers = await asyncio.gather(
        *(
            tell(house, secret, f"FT-{turn}-{number}", code, amount)
            for turn in range(3)
            for number, (code, amount) in enumerate(codes)
        )
    )
    assert {"applied", "double", "bundle-broken"} >= set(map(becomes, answers))
    payments = {one.id: one for one in await house.rows(Payment)}
    paid = Counter[Any]()
    for order in await house.rows(Order):
        if order.payment_id is not None:
            paid[order.payment_id] += order.amount_vnd
    waiting = {one.payment_id for one in await house.rows(PaymentReview)}
    assert 9 == len(payments)
    assert payments.keys() == paid.keys() | waiting
    assert not paid.keys() & waiting
    assert all(payments[one].amount_vnd == amount for one, amount in paid.items())


async def test_who_is_no_payer_any_more_once_it_is_their_turn_names_nobody(house: House) -> None:
    (order,) = (await house.register(fruit(0))).orders
    path = f"/v1/orders/{order.id}/payer"
    theirs = {"name": "Sandbox company 2", "tax_code": "9900123473"}
    named = await house.ask("PUT", path, "company-1", json=theirs)
    assert 200 == named.status_code, named.text
    async with house.acting("company-1") as (uow, act):
        await Payers(uow, act).name(order.id, Payer("Somebody else", PayerCountry.VIETNAM, None))
        renaming = asyncio.create_task(
            house.ask("PUT", path, "company-2", json={"name": "Sandbox company 2"})
        )
        await asyncio.sleep(0.5)
        assert not renaming.done()
    assert 404 == (await renaming).status_code
    (kept,) = await house.rows(Order)
    assert kept.payer is not None
    assert "Somebody else" == kept.payer["name"]
