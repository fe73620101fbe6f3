"""Money that banks tell of: signed, once, matched by code and amount, reviewed where that fails."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from standardwebhooks import Webhook

from app.api.schemas.types import MOST_VND
from app.models import StoredAnswer
from tests.api.conftest import Gate, lorry

PATH = "/v1/payments/notifications"
DUE = 300_000


@dataclass
class Bank:
    """A bank that has its secret and tells of money."""

    gate: Gate
    secret: str

    @property
    def at(self) -> datetime:
        """When it signs: now."""
        return self.gate.now

    async def tell(self, purpose: str, amount: int = DUE, /, **more: Any) -> httpx.Response:
        """Tell of money; `secret`, `at`, `message` and `body` are those of the signature."""
        signed = {name: more.pop(name) for name in ("secret", "at", "message") if name in more}
        said = {
            "source_reference": more.pop("source_reference", f"FT-{uuid4().hex[:8]}"),
            "amount": {"amount": amount, "currency": "VND"},
            "purpose": purpose,
            "paid_at": "2026-03-11T09:00:00+07:00",
            **more,
        }
        return await self.send(json.dumps(said), **signed)

    async def send(self, text: str, **signed: Any) -> httpx.Response:
        at, message = signed.get("at", self.at), signed.get("message", f"msg_{uuid4().hex}")
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(signed.get("secret", self.secret)).sign(message, at, text),
        }
        return await self.gate.ask("POST", PATH, "bank", content=text.encode(), headers=headers)


async def renew(gate: Gate, hours: int = 24) -> str:
    """Give the sandbox's bank a new secret and return it."""
    found = await gate.get("/v1/organisations", "board-1", params={"name": "Sandbox bank"})
    path = f"/v1/organisations/{found.json()['items'][0]['id']}/bank-secret"
    made = await gate.post(path, "board-1", {"overlap_hours": hours})
    assert 201 == made.status_code, made.text
    return str(made.json()["secret"])


@pytest.fixture
async def bank(gate: Gate) -> Bank:
    return Bank(gate, await renew(gate))


async def an_order(gate: Gate, number: int = 1) -> dict[str, Any]:
    order: dict[str, Any] = (await gate.register(**lorry(number)))["orders"][0]
    return order


async def orders_of(gate: Gate, *orders: dict[str, Any]) -> list[str]:
    """Return the states of orders."""
    found = [await gate.get(f"/v1/orders/{one['id']}", "collector-1") for one in orders]
    return [one.json()["state"] for one in found]


async def review_list(gate: Gate, **asked: Any) -> Sequence[dict[str, Any]]:
    asked = {"state": "under-review", **asked}
    found = await gate.get("/v1/payments", "collector-1", params=asked)
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def settle(
    gate: Gate, payment: dict[str, Any], orders: Sequence[dict[str, Any]], who: str = "collector-1"
) -> httpx.Response:
    body = {"orders": [one["id"] for one in orders], "reason": "The payer says so"}
    return await gate.post(f"/v1/payments/{payment['id']}/settlement", who, body)


async def test_a_notification_pays_the_order_that_its_text_names(gate: Gate, bank: Bank) -> None:
    order = await an_order(gate)
    mangled = order["code"].replace("-", "").lower()
    answer = await bank.tell(f"nop phi cua khau {mangled} xe 12c00017")
    said = answer.json()
    assert (201, "applied", "bank", None, []) == (
        answer.status_code, said["state"], said["channel"], said["review"], said["suggestions"],
    )  # fmt: skip
    assert [order["code"]] == [one["code"] for one in said["orders"]]
    assert ["paid"] == await orders_of(gate, order)
    shown = (await gate.get(f"/v1/orders/{order['id']}", "company-1")).json()
    assert [said["id"]] == [one["id"] for one in shown["payments"]]


async def test_a_notification_that_comes_again_gets_the_same_answer(gate: Gate, bank: Bank) -> None:
    """By its reference, whether the bank sends the same message or tells of it in a new one."""
    order = await an_order(gate)
    said: dict[str, Any] = {"source_reference": "FT-1", "message": "msg_1"}
    first = await bank.tell(order["code"], **said)
    again = await bank.tell(order["code"], **said)
    anew = await bank.tell(order["code"], source_reference="FT-1")
    assert [(201, None), (200, "true"), (200, "true")] == [
        (one.status_code, one.headers.get("Idempotency-Replayed")) for one in (first, again, anew)
    ]
    assert first.json() == again.json() == anew.json()
    assert 1 == len((await gate.get("/v1/payments", "bank")).json()["items"])


async def test_a_reference_or_a_message_that_says_something_else_is_refused(
    gate: Gate, bank: Bank
) -> None:
    order = await an_order(gate)
    await bank.tell(order["code"], source_reference="FT-1", message="msg_1")
    more = await bank.tell(order["code"], DUE + 1, source_reference="FT-1")
    other = await bank.tell("other", source_reference="FT-2", message="msg_1")
    assert [(422, "retry-mismatch")] * 2 == [
        (one.status_code, one.json()["code"]) for one in (more, other)
    ]
    assert 1 == len((await gate.get("/v1/payments", "bank")).json()["items"])


@pytest.mark.parametrize(
    ("signed", "reason"),
    [
        pytest.param({"secret": "whsec_" + "A" * 44}, "wrong-signature", id="of somebody else"),
        pytest.param({"at": timedelta(minutes=-6)}, "out-of-window", id="six minutes ago"),
        pytest.param({"at": timedelta(minutes=6)}, "out-of-window", id="in six minutes"),
    ],
)
async def test_what_the_bank_has_not_signed_just_now_is_refused(
    gate: Gate, bank: Bank, signed: dict[str, Any], reason: str
) -> None:
    order = await an_order(gate)
    if "at" in signed:
        signed = {"at": bank.at + signed["at"]}
    answer = await bank.tell(order["code"], **signed)
    assert (403, "signature-refused", reason) == (
        answer.status_code, answer.json()["code"], answer.json()["reason"],
    )  # fmt: skip
    assert ["due"] == await orders_of(gate, order)


async def test_a_signature_is_of_one_body_and_of_one_message(gate: Gate, bank: Bank) -> None:
    order = await an_order(gate)
    said = {
        "source_reference": "FT-1",
        "amount": {"amount": DUE, "currency": "VND"},
        "purpose": order["code"],
        "paid_at": "2026-03-11T09:00:00+07:00",
    }
    text = json.dumps(said)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(bank.at.timestamp())),
        "webhook-signature": "v1,? " + Webhook(bank.secret).sign("msg_1", bank.at, text),
    }
    changes = [
        (text.replace(str(DUE), str(DUE + 1)), headers),
        (text, {**headers, "webhook-id": "msg_2"}),
        (text, {**headers, "webhook-timestamp": str(int(bank.at.timestamp()) + 1)}),
    ]
    for body, changed in changes:
        answer = await gate.ask("POST", PATH, "bank", content=body.encode(), headers=changed)
        assert "wrong-signature" == answer.json()["reason"]
    answer = await gate.ask("POST", PATH, "bank", content=text.encode(), headers=headers)
    assert "applied" == answer.json()["state"]


async def test_a_notification_without_signature_names_the_header(gate: Gate) -> None:
    answer = await gate.post(PATH, "bank", {})
    pointers = {one["pointer"] for one in answer.json()["errors"]}
    assert 422 == answer.status_code
    assert {"header:webhook-id", "header:webhook-timestamp", "header:webhook-signature"} <= pointers


async def test_a_bank_without_a_secret_is_told_so(gate: Gate) -> None:
    answer = await Bank(gate, "whsec_" + "A" * 44).tell("anything")
    assert "no-secret" == answer.json()["reason"]


async def test_the_secret_of_before_is_taken_for_the_overlap_only(gate: Gate, bank: Bank) -> None:
    old = bank.secret
    new = await renew(gate)
    for secret in (old, new):
        assert 201 == (await bank.tell("x", secret=secret)).status_code
    newest = await renew(gate, hours=0)
    answers = [await bank.tell("x", secret=secret) for secret in (old, new, newest)]
    assert [403, 403, 201] == [one.status_code for one in answers]


async def test_only_a_bank_is_given_a_secret(gate: Gate) -> None:
    found = await gate.get("/v1/organisations", "board-1", params={"name": "Sandbox yards"})
    path = f"/v1/organisations/{found.json()['items'][0]['id']}/bank-secret"
    answer = await gate.post(path, "board-1")
    assert (422, "not-a-bank") == (answer.status_code, answer.json()["errors"][0]["rule"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"amount": {"amount": 3.5, "currency": "VND"}}, "/amount/amount", id="parts"),
        pytest.param(
            {"amount": {"amount": "300000", "currency": "VND"}}, "/amount/amount", id="a text"
        ),
        pytest.param(
            {"amount": {"amount": -1, "currency": "VND"}}, "/amount/amount", id="negative"
        ),
        pytest.param({"amount": {"amount": 0, "currency": "VND"}}, "/amount/amount", id="nothing"),
        pytest.param(
            {"amount": {"amount": 2**63, "currency": "VND"}}, "/amount/amount", id="too much"
        ),
        pytest.param({"amount": {"amount": DUE, "currency": "CNY"}}, "/amount/currency", id="yuan"),
        pytest.param({"purpose": "x" * 1001}, "/purpose", id="a long text"),
        pytest.param({"paid_at": "2026-03-11T09:00:00"}, "/paid_at", id="no offset"),
    ],
)
async def test_a_malformed_notification_is_refused_and_nothing_is_kept(
    gate: Gate, bank: Bank, body: dict[str, Any], pointer: str
) -> None:
    answer = await bank.tell("x", **body)
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])
    assert [] == (await gate.get("/v1/payments", "bank")).json()["items"]


async def test_the_largest_amount_is_kept(bank: Bank) -> None:
    said = (await bank.tell("x", MOST_VND)).json()
    assert (MOST_VND, "unknown-code") == (said["amount"]["amount"], said["review"]["kind"])


async def test_every_dong_that_fits_nothing_waits_with_what_may_be_done(
    gate: Gate, bank: Bank
) -> None:
    one, other = await an_order(gate, 1), await an_order(gate, 2)
    entry = await gate.register(**lorry(3))
    await gate.amend(entry, vehicle={"payload_kg": 20000})
    old, new = (await gate.entry(entry))["orders"]
    gone = await gate.register(**lorry(4))
    await gate.post(f"/v1/entries/{gone['id']}/cancellation", "company-1")
    told = {
        "underpaid": await bank.tell(one["code"], DUE - 1),
        "overpaid": await bank.tell(one["code"], DUE + 1),
        "unknown-code": await bank.tell("nop phi"),
        "ambiguous": await bank.tell(f"{one['code']} {other['code']}", 2 * DUE),
        "superseded": await bank.tell(old["code"], new["amount"]["amount"]),
        "cancelled": await bank.tell(gone["orders"][0]["code"]),
    }
    ways = {
        kind: [
            ([one["code"] for one in way["orders"]], way["refund"]["amount"])
            for way in answer.json()["suggestions"]
        ]
        for kind, answer in told.items()
    }
    assert list(told) == [answer.json()["review"]["kind"] for answer in told.values()]
    assert {
        "underpaid": [([], DUE - 1)],
        "overpaid": [([one["code"]], 1), ([], DUE + 1)],
        "unknown-code": [([], DUE)],
        "ambiguous": [
            ([one["code"], other["code"]], 0), ([one["code"]], DUE), ([other["code"]], DUE),
            ([], 2 * DUE),
        ],
        "superseded": [([new["code"]], 0), ([], new["amount"]["amount"])],
        "cancelled": [([], DUE)],
    } == ways  # fmt: skip
    assert ["due", "due", "due"] == await orders_of(gate, one, other, new)
    assert list(told) == [each["review"]["kind"] for each in await review_list(gate)]


async def test_what_comes_twice_for_one_order_waits(gate: Gate, bank: Bank) -> None:
    order = await an_order(gate)
    first, second = await bank.tell(order["code"]), await bank.tell(order["code"])
    assert ["applied", "under-review"] == [one.json()["state"] for one in (first, second)]
    assert ("double", order["id"]) == (
        second.json()["review"]["kind"], second.json()["review"]["order"],
    )  # fmt: skip
    assert "What it names was paid before." == second.json()["review"]["message"]


async def test_who_collects_lets_money_pay_and_sends_the_rest_back(gate: Gate, bank: Bank) -> None:
    order = await an_order(gate)
    money = (await bank.tell(order["code"], DUE + 7)).json()
    gate.wait(minutes=5)
    settled = await settle(gate, money, [order])
    review = settled.json()["review"]
    assert (200, "split", {"amount": 7, "currency": "VND"}, "collector-1") == (
        settled.status_code, settled.json()["state"], review["refund"], review["settled_by"],
    )  # fmt: skip
    assert ("The payer says so", []) == (review["reason"], settled.json()["suggestions"])
    assert ["paid"] == await orders_of(gate, order)
    shown = (await gate.get(f"/v1/orders/{order['id']}", "company-1")).json()
    assert [money["id"]] == [one["id"] for one in shown["payments"]]
    assert [] == await review_list(gate)


async def test_money_pays_several_orders_or_goes_back_whole(gate: Gate, bank: Bank) -> None:
    one, other = await an_order(gate, 1), await an_order(gate, 2)
    both = (await bank.tell(f"{one['code']} {other['code']}", 2 * DUE)).json()
    stray = (await bank.tell("nobody knows")).json()
    assert "applied" == (await settle(gate, both, [one, other])).json()["state"]
    assert "refunded" == (await settle(gate, stray, [])).json()["state"]
    assert ["paid", "paid"] == await orders_of(gate, one, other)
    for state, expected in (("applied", both), ("refunded", stray)):
        listed = (await gate.get(f"/v1/payments?state={state}", "auditor")).json()["items"]
        assert [expected["id"]] == [each["id"] for each in listed]


async def test_what_cannot_be_settled_so_changes_nothing(gate: Gate, bank: Bank) -> None:
    order, other = await an_order(gate, 1), await an_order(gate, 2)
    little = (await bank.tell(order["code"], DUE - 1)).json()
    paid = (await bank.tell(other["code"])).json()
    answers = [
        await settle(gate, little, [order]),
        await settle(gate, little, [other]),
        await settle(gate, little, [{"id": "00000000-0000-7000-8000-000000000000"}]),
        await settle(gate, paid, []),
        await settle(gate, {"id": "00000000-0000-7000-8000-000000000000"}, []),
    ]
    assert [
        (422, "payment-too-small", "/orders"), (409, "order-not-due", "/orders/0"),
        (422, "unknown-code", "/orders/0"), (409, "payment-not-under-review", None),
        (404, "payment-not-found", None),
    ] == [
        (one.status_code, one.json()["code"], (one.json()["errors"] or [{}])[0].get("pointer"))
        for one in answers
    ]  # fmt: skip
    assert [little["id"]] == [each["id"] for each in await review_list(gate)]
    await settle(gate, little, [])
    assert "payment-not-under-review" == (await settle(gate, little, [])).json()["code"]


async def test_the_review_list_has_pages_and_filters(gate: Gate, bank: Bank) -> None:
    for number in range(3):
        gate.wait(minutes=1)
        await bank.tell("nobody knows", DUE + number)
    await bank.tell((await an_order(gate))["code"], 1)
    assert [1] == [one["amount"]["amount"] for one in await review_list(gate, kind="underpaid")]
    first = (await gate.get("/v1/payments?state=under-review&limit=2", "collector-1")).json()
    rest = await review_list(gate, limit=2, cursor=first["next_cursor"])
    assert [DUE, DUE + 1, DUE + 2, 1] == [
        one["amount"]["amount"] for one in (*first["items"], *rest)
    ]
    answer = await gate.get("/v1/payments?state=lost", "collector-1")
    assert (422, "query:state") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_the_text_of_a_transfer_is_shown_to_who_decides_and_in_no_list(
    gate: Gate, bank: Bank
) -> None:
    text = "Nguyễn Văn An chuyển tiền"
    money = (await bank.tell(text)).json()
    shown = (await gate.get(f"/v1/payments/{money['id']}", "collector-1")).json()
    assert text == shown["purpose"]
    assert "purpose" not in (await review_list(gate))[0]


async def test_the_text_of_a_transfer_is_kept_in_no_stored_answer(
    gate: Gate, bank: Bank, session: AsyncSession
) -> None:
    payment = (await bank.tell("NGUYEN VAN AN")).json()
    path = f"/v1/payments/{payment['id']}/settlement"
    body = {"orders": [], "reason": "Nobody's"}
    settled = await gate.post(path, "collector-1", body, retry="settle-1")
    assert (200, None) == (settled.status_code, settled.json()["purpose"])
    kept = (await session.scalars(select(StoredAnswer))).all()
    assert kept
    assert all(b"NGUYEN VAN AN" not in bytes(each.body) for each in kept)
