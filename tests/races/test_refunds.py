"""Refunds at once: two who approve, a price that changes meanwhile, corrections beside."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from app.domain.errors import DomainError
from app.domain.payers import Payer, PayerCountry
from app.models import Entry, Order, PostingRow, Receipt, Refund
from app.services.declarations.amendment import Amendment
from app.services.money.correcting import Corrections
from app.services.money.paying import Paying
from app.services.money.refunds import Dossier, Refunds
from tests.races.house import House, truck

TRUCKS = 8
DOSSIER = Dossier(
    reason="Weighed again",
    documents=["1"],
    payee_name="X",
    payee_account="0123",
    payee_bank="970436",
)
ANY_VERSION = range(1, 1000)


def laden(number: int, payload: int) -> dict[str, Any]:
    line = {"goods_group": "ordinary", "gross_kg": 7000}
    vehicle = {"tractor_plate": f"12C-{number:05d}", "payload_kg": payload}
    goods = [{"declaration_number": f"30{number:010d}", "lines": [line]}]
    return truck(number, vehicle=vehicle, consignments=goods)


async def weigh(house: House, entry: Entry, payload: int) -> None:
    async with house.acting("company-1") as (uow, act):
        change = {"vehicle": {"payload_kg": payload}}
        await Amendment(uow, act).amend(entry.id, ANY_VERSION, change, {})


async def approve(house: House, refund: Refund, who: str) -> None:
    async with house.acting(who) as (uow, act):
        await Refunds(uow, act).approve(refund.id)


async def asked(house: House) -> list[Refund]:
    """Let trucks pay for 20 t, be weighed at 8 t, and ask for what is due back."""
    for number in range(TRUCKS):
        await house.register(laden(number, 20_000))
    for order in await house.rows(Order):
        async with house.acting("bank") as (uow, act):
            await Paying(uow, act).pay(order.id, order.amount_vnd, f"FT-{order.id}")
    for entry in await house.rows(Entry):
        await weigh(house, entry, 8_000)
    for refund in await house.rows(Refund):
        async with house.acting("collector-1") as (uow, act):
            await Refunds(uow, act).ask(refund.id, DOSSIER)
    return list(await house.rows(Refund))


async def all_of(*acts: Awaitable[None]) -> list[DomainError]:
    """Do things at once and return what was refused; nothing else may go wrong."""
    done = await asyncio.gather(*acts, return_exceptions=True)
    failed = [one for one in done if one is not None]
    assert all(isinstance(one, DomainError) for one in failed), failed
    return [one for one in failed if isinstance(one, DomainError)]


async def test_of_two_who_approve_at_once_one_gives_back_and_one_is_refused(house: House) -> None:
    found = await asked(house)
    both = [approve(house, one, who) for one in found for who in ("collector-2", "board-1")]
    refused = await all_of(*both)
    assert ["refund-step-refused"] * TRUCKS == [one.code for one in refused]
    assert {500_000} == {one.refunded_vnd for one in await house.rows(Order)}
    standing = [one for one in await house.rows(Receipt) if one.voided_at is None]
    assert [300_000] * TRUCKS == [one.amount_vnd for one in standing]
    assert [*range(1, 2 * TRUCKS + 1)] == sorted(one.number for one in await house.rows(Receipt))
    posted = await house.rows(PostingRow, PostingRow.cause == "refund-approved")
    assert TRUCKS * 500_000 == sum(one.amount_vnd for one in posted)


async def test_a_price_that_changes_while_refunds_are_approved_leaves_every_dong_in_one_place(
    house: House,
) -> None:
    """Either the refund is gone and the difference is due anew, or it is cancelled."""
    found = await asked(house)
    entries = {one.id: one for one in await house.rows(Entry)}
    acts: list[Awaitable[None]] = []
    for one in found:
        assert one.entry_id is not None
        acts += [
            approve(house, one, "collector-2"), weigh(house, entries[one.entry_id], 20_000),
        ]  # fmt: skip
    refused = await all_of(*acts)
    assert {one.code for one in refused} <= {"refund-step-refused"}
    orders, refunds = await house.rows(Order), await house.rows(Refund)
    gone = {one.order_id for one in refunds if one.state == "approved"}
    assert len(gone) + len(refused) == TRUCKS
    for entry in entries:
        of_entry = [one for one in orders if one.entry_id == entry]
        ours = sum(one.amount_vnd - one.refunded_vnd for one in of_entry if one.state == "paid")
        due = sum(one.amount_vnd for one in of_entry if one.state == "due")
        open_ones = [one for one in refunds if one.entry_id == entry and one.state == "asked"]
        assert 800_000 == ours + due
        assert [] == open_ones
    standing = {one.order_id: one for one in await house.rows(Receipt) if one.voided_at is None}
    for order in orders:
        if order.state == "paid":
            assert order.amount_vnd - order.refunded_vnd == standing[order.id].amount_vnd
    async with house.acting("auditor") as (uow, _):
        assert ({}, []) == (await uow.receipts.gaps(), await uow.receipts.uncovered())


async def test_a_receipt_is_corrected_or_given_back_first_and_numbers_have_no_gap(
    house: House,
) -> None:
    found = await asked(house)
    payer = Payer("Another", PayerCountry.VIETNAM)
    by_order = {one.order_id: one.id for one in await house.rows(Receipt)}

    async def correct(refund: Refund) -> None:
        assert refund.order_id is not None
        receipt = by_order[refund.order_id]
        async with house.acting("collector-1") as (uow, act):
            await Corrections(uow, act).ask(receipt, payer, "wrong")
        async with house.acting("board-1") as (uow, act):
            await Corrections(uow, act).approve(receipt)

    refused = await all_of(
        *(act for one in found for act in (correct(one), approve(house, one, "collector-2")))
    )
    assert {one.code for one in refused} <= {"receipt-voided"}
    rows = await house.rows(Receipt)
    standing = [one for one in rows if one.voided_at is None]
    assert [300_000] * TRUCKS == [one.amount_vnd for one in standing]
    assert [*range(1, len(rows) + 1)] == sorted(one.number for one in rows)
    assert TRUCKS == len({one.order_id for one in standing})
