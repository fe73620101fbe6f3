"""Payers at once: receipts have numbers without gaps, whoever fails in between."""

import asyncio

import pytest

from app.models import Order, Payment, Receipt, ReceiptSeries
from app.services.money.paying import Paying
from tests.races.house import House, fruit

PAYERS = 50


class GaveUpError(Exception):
    """Something went wrong after the money was applied."""


async def pay(house: House, order: Order, *, fails: bool) -> None:
    async with house.acting("bank") as (uow, act):
        await Paying(uow, act).pay(order.id, order.amount_vnd, f"FT-{order.id}")
        if fails:
            raise GaveUpError


async def test_fifty_payers_at_once_have_numbers_one_to_fifty(house: House) -> None:
    """Every third fails, with its number in hand, and pays again later."""
    for number in range(PAYERS):
        await house.register(fruit(number))
    orders = await house.rows(Order)
    assert PAYERS == len(orders)
    pays = [pay(house, order, fails=place % 3 == 0) for place, order in enumerate(orders)]
    failed = [one for one in await asyncio.gather(*pays, return_exceptions=True) if one]
    assert {GaveUpError} == {type(one) for one in failed}
    assert [*range(1, PAYERS - len(failed) + 1)] == await numbers(house)

    again = [pay(house, order, fails=False) for order in orders[::3]]
    await asyncio.gather(*again)
    assert [*range(1, PAYERS + 1)] == await numbers(house)
    assert PAYERS == len(await house.rows(Payment))
    async with house.acting("auditor") as (uow, _):
        assert {} == await uow.receipts.gaps()


async def numbers(house: House) -> list[int]:
    return sorted(one.number for one in await house.rows(Receipt))


async def test_the_last_number_of_a_series_is_that_of_its_last_receipt(house: House) -> None:
    view = await house.register(fruit(1))
    with pytest.raises(GaveUpError):
        await pay(house, view.orders[0], fails=True)
    assert [] == await house.rows(ReceiptSeries)
    await pay(house, view.orders[0], fails=False)
    (series,) = await house.rows(ReceiptSeries)
    assert ("TT-2026", 1) == (series.code, series.last_number)
