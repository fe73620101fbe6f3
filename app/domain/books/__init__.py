"""The books: every amount that was asked for, came in or went out, moved between two accounts."""

from app.domain.books.accounts import CENTRE, CHANNELS, Account, Cause
from app.domain.books.acts import (
    Owed,
    Posting,
    Received,
    postings_of_cancelled,
    postings_of_orders,
    postings_of_payment,
    postings_of_refund,
    postings_of_refund_paid,
    postings_of_remittance,
    postings_of_review,
    postings_of_settlement,
    postings_of_shift,
    postings_of_superseded,
)

__all__ = [
    "CENTRE",
    "CHANNELS",
    "Account",
    "Cause",
    "Owed",
    "Posting",
    "Received",
    "postings_of_cancelled",
    "postings_of_orders",
    "postings_of_payment",
    "postings_of_refund",
    "postings_of_refund_paid",
    "postings_of_remittance",
    "postings_of_review",
    "postings_of_settlement",
    "postings_of_shift",
    "postings_of_superseded",
]
