"""Refunds: due by a lower price or a review, by two persons, with what it does to the receipt."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import (
    Event,
    Payment,
    PostingRow,
    ReceiptCorrection,
    Refund,
    StoredAnswer,
)
from app.repositories.unit_of_work import UnitOfWork
from app.services.money.bookkeeping import found_differences
from app.workers.forgetting import Forgetter
from app.workers.today import Todays
from tests.api.conftest import Gate, lorry
from tests.api.test_orders import pay
from tests.api.test_payments import Bank, renew
from tests.api.test_receipts import look_up, paid, receipts

DOSSIER = {
    "reason": "Weighed again",
    "documents": ["CAN-2026-0417"],
    "payee": {"name": "CONG TY VI DU", "account": "0123456789", "bank": "970436"},
}


async def refunds(here: Gate, who: str = "collector-1", **params: Any) -> list[dict[str, Any]]:
    answer = await here.get("/v1/refunds", who, params=params)
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def take(gate: Gate, refund: dict[str, Any], step: str, who: str, body: Any = None) -> Any:
    return await gate.post(f"/v1/refunds/{refund['id']}/{step}", who, body)


async def approved(gate: Gate, refund: dict[str, Any]) -> dict[str, Any]:
    """Ask for a refund and let another approve it."""
    asked = await take(gate, refund, "request", "collector-1", DOSSIER)
    assert (200, "asked") == (asked.status_code, asked.json()["state"]), asked.text
    answer = await take(gate, refund, "approval", "collector-2")
    assert (200, "approved") == (answer.status_code, answer.json()["state"]), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def weighed_less(gate: Gate) -> dict[str, Any]:
    """Let a lorry pay 800,000 for 20 t, and be found to take 8 t: 300,000."""
    entry = await paid(gate, vehicle={"tractor_plate": "15C-00001", "payload_kg": 20_000})
    gate.wait(minutes=5)
    assert 200 == (await gate.amend(entry, vehicle={"payload_kg": 8_000})).status_code
    return entry


async def balance(session: AsyncSession, account: str) -> int:
    """Return what stands in an account of the books: what was debited less what was credited."""

    async def total(side: Any) -> int:
        statement = select(func.coalesce(func.sum(PostingRow.amount_vnd), 0)).where(side == account)
        return int(await session.scalar(statement) or 0)

    return await total(PostingRow.debit) - await total(PostingRow.credit)


async def test_a_lower_price_makes_the_difference_due_back(gate: Gate) -> None:
    entry = await weighed_less(gate)
    (one,) = await refunds(gate, entry=entry["id"])
    assert ("due", "repriced", 500_000, None) == (
        one["state"], one["cause"], one["amount"]["amount"], one["payee"],
    )  # fmt: skip
    assert "The new price is below what was paid." == one["cause_message"]
    assert entry["orders"][0]["id"] == one["order"]
    assert 500_000 == (await gate.entry(entry))["balance"]["credit"]["amount"]


async def test_two_persons_give_it_back_and_the_receipt_is_replaced(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await weighed_less(gate)
    (first,) = await receipts(gate)
    refund = await approved(gate, (await refunds(gate))[0])
    rest, voided = await receipts(gate)
    assert ("voided", "refunded", rest["name"], "collector-1", "collector-2") == (
        voided["state"], voided["void_cause"], voided["replaced_by"], voided["voided_by"],
        voided["void_approved_by"],
    )  # fmt: skip
    assert (2, first["name"], 300_000, 0, "4t-to-10t") == (
        rest["number"], rest["replaces"], rest["amount"]["amount"],
        rest["elsewhere"]["amount"], rest["lines"][0]["vehicle_class"],
    )  # fmt: skip
    public = (await look_up(gate, first["lookup"])).json()
    assert f"a part of the money went back, and {rest['name']} is for the rest" in public["message"]
    assert (-500_000, 30_000, 270_000) == (
        await balance(session, "refund_due"), -await balance(session, "retained"),
        -await balance(session, "budget"),
    )  # fmt: skip

    balanced = (await gate.entry(entry))["balance"]
    assert [300_000, 300_000, 0, 0] == [
        balanced[name]["amount"] for name in ("charged", "paid", "due", "credit")
    ]
    assert 500_000 == (await gate.entry(entry))["orders"][0]["refunded"]["amount"]

    for _ in range(2):
        answer = await take(gate, refund, "payment", "collector-1", {"reference": "FT-1"})
        assert (200, "paid", "FT-1") == (
            answer.status_code, answer.json()["state"], answer.json()["paid_reference"],
        )  # fmt: skip
    assert (0, 300_000) == (await balance(session, "refund_due"), await balance(session, "bank"))


async def test_nobody_approves_what_they_asked_for(gate: Gate) -> None:
    await weighed_less(gate)
    (one,) = await refunds(gate)
    await take(gate, one, "request", "collector-1", DOSSIER)
    for step, body in (("approval", None), ("refusal", {"reason": "No"})):
        answer = await take(gate, one, step, "collector-1", body)
        assert (403, "second-officer-needed") == (answer.status_code, answer.json()["code"])
    assert 200 == (await take(gate, one, "approval", "board-1")).status_code


async def test_what_was_refused_stays_due_and_is_asked_for_again(gate: Gate) -> None:
    await weighed_less(gate)
    (one,) = await refunds(gate)
    await take(gate, one, "request", "collector-1", DOSSIER)
    refused = await take(gate, one, "refusal", "collector-2", {"reason": "Another account"})
    assert ("refused", "Another account", "collector-2") == (
        refused.json()["state"], refused.json()["refusal"], refused.json()["refused_by"],
    )  # fmt: skip
    again = await take(gate, one, "request", "collector-2", DOSSIER)
    assert ("asked", None, "collector-2") == (
        again.json()["state"], again.json()["refusal"], again.json()["asked_by"],
    )  # fmt: skip
    assert 200 == (await take(gate, one, "approval", "collector-1")).status_code


@pytest.mark.parametrize(
    ("step", "body"),
    [("approval", None), ("refusal", {"reason": "No"}), ("payment", {"reference": "FT-1"})],
)
async def test_a_refund_that_is_only_due_is_first_asked_for(
    gate: Gate, step: str, body: Any
) -> None:
    await weighed_less(gate)
    (one,) = await refunds(gate)
    answer = await take(gate, one, step, "collector-2", body)
    assert (409, "refund-step-refused", "due") == (
        answer.status_code, answer.json()["code"], answer.json()["state"],
    )  # fmt: skip


async def test_a_price_that_rises_again_cancels_what_nobody_approved(gate: Gate) -> None:
    entry = await weighed_less(gate)
    await take(gate, (await refunds(gate))[0], "request", "collector-1", DOSSIER)
    await gate.amend(entry, vehicle={"payload_kg": 12_000})
    new, old = await refunds(gate)
    assert [("due", 300_000), ("cancelled", 500_000)] == [
        (one["state"], one["amount"]["amount"]) for one in (new, old)
    ]
    answer = await take(gate, old, "approval", "collector-2")
    assert (409, "cancelled") == (answer.status_code, answer.json()["state"])


async def test_what_was_approved_is_asked_for_anew_where_the_price_rises(gate: Gate) -> None:
    entry = await weighed_less(gate)
    await approved(gate, (await refunds(gate))[0])
    await gate.amend(entry, vehicle={"payload_kg": 20_000})
    due = (await gate.entry(entry))["orders"][-1]
    assert ("due", 500_000) == (due["state"], due["amount"]["amount"])
    assert 201 == (await pay(gate, due, source_reference="B-9")).status_code
    newest, rest, _ = await receipts(gate)
    assert [500_000, 300_000] == [one["amount"]["amount"] for one in (newest, rest)]
    assert -300_000 == newest["elsewhere"]["amount"]


async def test_an_order_that_goes_back_whole_leaves_a_voided_receipt(gate: Gate) -> None:
    """The difference was paid last, so it goes back first."""
    entry = await paid(gate)
    await gate.amend(entry, vehicle={"payload_kg": 20_000})
    more = (await gate.entry(entry))["orders"][-1]
    await pay(gate, more, source_reference="B-2")
    gate.wait(minutes=1)
    await gate.amend(entry, vehicle={"payload_kg": 8_000})
    (one,) = await refunds(gate)
    assert (more["id"], 500_000) == (one["order"], one["amount"]["amount"])
    await approved(gate, one)
    assert ["issued", "voided"] == [one["state"] for one in await receipts(gate)][::-1]
    (voided,) = await receipts(gate, state="voided")
    assert (None, "It counts no more: the money went back.") == (
        voided["replaced_by"], voided["message"],
    )  # fmt: skip


async def test_the_payee_is_sealed_and_seen_in_full_by_who_pays_alone(
    gate: Gate, session: AsyncSession
) -> None:
    await weighed_less(gate)
    (one,) = await refunds(gate)
    path = f"/v1/refunds/{one['id']}/request"
    asked = await gate.post(path, "collector-1", DOSSIER, retry="ask-1")
    assert "0123456789" not in asked.text
    row = (await session.scalars(select(Refund))).one()
    assert b"0123456789" not in (row.payee_account or b"")
    kept = (await session.scalars(select(StoredAnswer))).all()
    assert all(b"0123456789" not in bytes(each.body) for each in kept)
    path = f"/v1/refunds/{one['id']}"
    for who in ("collector-2", "board-1"):
        assert DOSSIER["payee"] == (await gate.get(path, who)).json()["payee"]
    masked = {"name": "C*** T*** V*** D***", "account": "***789", "bank": "970436"}
    assert masked == (await gate.get(path, "auditor")).json()["payee"]
    assert masked == (await refunds(gate, "company-1"))[0]["payee"]
    assert [] == await refunds(gate, "company-2")
    events = (await gate.get("/v1/events", "board-1")).text
    assert "0123456789" not in events


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"documents": []}, "/documents"),
        ({"reason": ""}, "/reason"),
        ({"payee": {**DOSSIER["payee"], "account": "01 23"}}, "/payee/account"),  # type: ignore[dict-item] # a dict of texts
        ({"payee": None}, "/payee"),
        ({"amount": 1}, "/amount"),
    ],
)
async def test_a_dossier_with_a_hole_names_it(
    gate: Gate, changes: dict[str, Any], pointer: str
) -> None:
    await weighed_less(gate)
    (one,) = await refunds(gate)
    answer = await take(gate, one, "request", "collector-1", {**DOSSIER, **changes})
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])
    assert "01 23" not in answer.text


async def test_a_reference_pays_one_refund(gate: Gate) -> None:
    for number in (1, 2):
        vehicle = {"tractor_plate": f"15C-0000{number}", "payload_kg": 20_000}
        entry = await paid(gate, number, vehicle=vehicle)
        await gate.amend(entry, vehicle={"payload_kg": 8_000})
    one, other = [await approved(gate, each) for each in await refunds(gate)]
    assert 200 == (await take(gate, one, "payment", "collector-1", {"reference": "FT"})).status_code
    answer = await take(gate, other, "payment", "collector-1", {"reference": "FT"})
    assert (409, "refund-reference-taken") == (answer.status_code, answer.json()["code"])


async def test_what_a_review_sends_back_is_a_refund_without_receipt(
    gate: Gate, session: AsyncSession
) -> None:
    bank = Bank(gate, await renew(gate))
    order = (await gate.register(**lorry(1)))["orders"][0]
    told = await bank.tell(order["code"], 500_000)
    assert (201, "under-review") == (told.status_code, told.json()["state"])
    body = {"orders": [order["id"]], "reason": "Paid too much"}
    path = f"/v1/payments/{told.json()['id']}/settlement"
    settled = await gate.post(path, "collector-1", body)
    assert 200 == settled.status_code, settled.text
    (one,) = await refunds(gate, payment=told.json()["id"])
    assert ("overpaid", 200_000, None, "centre") == (
        one["cause"], one["amount"]["amount"], one["order"], one["gate"],
    )  # fmt: skip
    await approved(gate, one)
    assert ["issued"] == [each["state"] for each in await receipts(gate)]
    await take(gate, one, "payment", "collector-1", {"reference": "FT-7"})
    assert (0, 0, 300_000) == (
        await balance(session, "unallocated"), await balance(session, "refund_due"),
        await balance(session, "bank"),
    )  # fmt: skip


async def test_who_was_paid_is_forgotten_when_the_books_need_it_no_more(
    gate: Gate, session: AsyncSession
) -> None:
    await weighed_less(gate)
    one = await approved(gate, (await refunds(gate))[0])
    await take(gate, one, "payment", "collector-1", {"reference": "FT-1"})
    process = gate.app.state.process
    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    for days, payee in (
        (3650, DOSSIER["payee"]),
        (2, {"name": "", "account": "", "bank": "970436"}),
    ):
        gate.wait(days=days)
        await Forgetter(process.tools, todays).forget(process.sessions)
        found = (await gate.get(f"/v1/refunds/{one['id']}", "collector-2")).json()
        assert (payee, "Weighed again") == (found["payee"], found["reason"])
    told = select(Event.kind).where(Event.kind == "refund.payee_erased")
    assert ["refund.payee_erased"] == list(await session.scalars(told))


async def opened(gate: Gate, order: dict[str, Any], who: str = "collector-1") -> Any:
    return await gate.post("/v1/refunds", who, {**DOSSIER, "order": order["id"]})


async def test_what_was_paid_by_who_never_crossed_goes_back_where_two_say_so(
    gate: Gate, session: AsyncSession
) -> None:
    """Nothing is due by itself: the sources say nothing of it."""
    entry = await paid(gate)
    (order,) = entry["orders"]
    cancelled = await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert 200 == cancelled.status_code, cancelled.text
    assert [] == await refunds(gate)
    told = await opened(gate, order)
    assert (201, "asked", "not-crossed") == (
        told.status_code, told.json()["state"], told.json()["cause"],
    ), told.text  # fmt: skip
    assert (order["amount"], "Weighed again") == (told.json()["amount"], told.json()["reason"])
    own = await take(gate, told.json(), "approval", "collector-1")
    assert (403, "second-officer-needed") == (own.status_code, own.json()["code"])
    assert 200 == (await take(gate, told.json(), "approval", "board-1")).status_code
    assert ["voided"] == [one["state"] for one in await receipts(gate)]
    again = await opened(gate, order)
    assert (409, ["nothing-left-to-give-back"]) == (
        again.status_code, [one["rule"] for one in again.json()["errors"]],
    )  # fmt: skip
    paid_back = await take(gate, told.json(), "payment", "collector-1", {"reference": "FT-9"})
    assert 200 == paid_back.status_code
    assert {0} == {
        await balance(session, one) for one in ("refund_due", "bank", "budget", "retained")
    }
    assert {"sums": [], "orders": [], "days": []} == await found_differences(UnitOfWork(session))


async def test_a_refund_is_opened_of_what_was_paid_and_never_crossed_alone(gate: Gate) -> None:
    on_its_way = await paid(gate)
    unpaid = await gate.register(**lorry(2))
    await gate.post(f"/v1/entries/{unpaid['id']}/cancellation", "company-1")
    answers = [
        await opened(gate, on_its_way["orders"][0]),
        await opened(gate, unpaid["orders"][0]),
        await opened(gate, {"id": "00000000-0000-7000-8000-000000000000"}),
        await opened(gate, on_its_way["orders"][0], "officer-1"),
    ]
    assert [
        (409, "entry-not-ended-short"), (409, "order-not-paid"), (404, None), (403, None),
    ] == [
        (one.status_code, next((each["rule"] for each in one.json().get("errors", [])), None))
        for one in answers
    ]  # fmt: skip
    assert [] == await refunds(gate)


async def test_a_correction_ends_with_the_receipt_that_a_refund_voids(
    gate: Gate, session: AsyncSession
) -> None:
    await weighed_less(gate)
    (one,) = await receipts(gate)
    path = f"/v1/receipts/{one['id']}/correction"
    body = {"reason": "The branch was meant", "payer": {"name": "Chi nhánh 2"}}
    assert 201 == (await gate.post(path, "collector-2", body)).status_code
    await approved(gate, (await refunds(gate))[0])
    correction = (await session.scalars(select(ReceiptCorrection))).one()
    assert "overtaken" == correction.state
    late = await gate.post(f"{path}/approval", "collector-1")
    assert (409, "receipt-voided") == (late.status_code, late.json()["code"])
    (rest,) = [each for each in await receipts(gate) if each["state"] == "issued"]
    path = f"/v1/receipts/{rest['id']}/correction"
    assert 201 == (await gate.post(path, "collector-2", body)).status_code


async def test_what_payers_wrote_is_forgotten_once_nobody_decides_by_it(
    gate: Gate, session: AsyncSession
) -> None:
    bank = Bank(gate, await renew(gate))
    order = (await gate.register(**lorry(1)))["orders"][0]
    await bank.tell(f"Nguyễn Văn An {order['code']}")
    await bank.tell("Nguyễn Văn An")
    forgetter = Forgetter(
        gate.app.state.process.tools, Todays(is_production=False, machine_now=lambda: gate.now)
    )

    async def kept() -> list[bool]:
        session.expire_all()
        found = await session.scalars(select(Payment).order_by(Payment.received_at, Payment.id))
        return sorted(one.purpose is not None for one in found)

    gate.wait(days=730)
    await forgetter.forget(gate.app.state.process.sessions)
    assert [True, True] == await kept()
    gate.wait(days=1)
    await forgetter.forget(gate.app.state.process.sessions)
    assert [False, True] == await kept()
