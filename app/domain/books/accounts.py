"""The accounts of the books, and the causes for which an amount moves from one to another."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.domain.money_in import Channel


class Account(StrEnum):
    """Where an amount stands; a posting moves it from the credited account to the debited one.

    `assessed` is what was asked for and has not come in; what has, is `retained` by the collector
    or due to the state `budget`, as the tariff edition splits it.
    """

    RECEIVABLE = "receivable"
    ASSESSED = "assessed"
    BANK = "bank"
    CASH = "cash"
    CARD = "card"
    UNALLOCATED = "unallocated"
    RETAINED = "retained"
    BUDGET = "budget"
    REFUND_DUE = "refund_due"
    CASH_DIFFERENCE = "cash_difference"


class Cause(StrEnum):
    """The act that a posting is of; each act is posted once."""

    ORDER_MADE = "order-made"
    ORDER_SUPERSEDED = "order-superseded"
    ORDER_CANCELLED = "order-cancelled"
    PAYMENT_APPLIED = "payment-applied"
    PAYMENT_UNDER_REVIEW = "payment-under-review"
    REVIEW_SETTLED = "review-settled"
    REFUND_APPROVED = "refund-approved"
    REFUND_PAID = "refund-paid"
    SHIFT_COUNTED = "shift-counted"
    BUDGET_REMITTED = "budget-remitted"


CHANNELS: Final[Mapping[Channel, Account]] = {
    Channel.BANK: Account.BANK,
    Channel.STATEMENT: Account.BANK,
    Channel.SANDBOX: Account.BANK,
    Channel.CASH: Account.CASH,
    Channel.CARD: Account.CARD,
}
"""The account into which money comes by each channel."""

CENTRE: Final = "centre"
"""Whose books have what came in for no gate: the Centre's own."""
