"""The books are held against the rows: what was never posted is, and what differs is told."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from app.domain.books import (
    CHANNELS,
    Cause,
    Owed,
    Posting,
    Received,
    postings_of_cancelled,
    postings_of_orders,
    postings_of_payment,
    postings_of_superseded,
)
from app.domain.books.checking import differences
from app.domain.money_in import Channel
from app.models import BookCheck
from app.repositories.books import OrderFacts
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.posting import owed_in_books, posting_rows

BATCH: Final = 500


class Bookkeeping:
    """Posts what was never posted, and checks the books once a legal day."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act of the service."""
        self._uow = uow
        self._act = act

    async def catch_up(self) -> int:
        """Post acts that were never posted, a batch of each kind; return how many there were.

        They were there before the books were kept, or are of the release before, which knows of no
        books and may run beside this one. Each is of the legal day on which it was done.
        """
        checks, rows, done = self._uow.book_checks, list[Mapping[str, Any]](), 0
        for found, post in (
            (await checks.unposted_orders(BATCH), _made),
            (await checks.unposted_ends(Cause.ORDER_SUPERSEDED, BATCH), _superseded),
            (await checks.unposted_ends(Cause.ORDER_CANCELLED, BATCH), _cancelled),
            (await checks.unposted_payments(BATCH), _paid),
        ):
            done += len(found)
            for one in found:
                owed = owed_in_books(one, self._act.reference.tariffs.editions[one.tariff].split)
                rows += posting_rows(self._act, post(one, owed), self._act.reference.day(one.at))
        await self._uow.books.post(rows)
        return done

    async def is_due(self) -> bool:
        """Tell whether the books were not checked on this legal day, and nobody does it now."""
        last = await self._uow.book_checks.last_check()
        return (last is None or last.day < self._act.day) and await self._uow.book_checks.alone()

    async def check(self, posted: int) -> BookCheck:
        """Keep how the books stand against the rows; `posted` is what was caught up before."""
        found = await found_differences(self._uow)
        check = BookCheck(
            day=self._act.day,
            checked_at=self._act.now,
            posted=posted,
            differing=sum(map(len, found.values())),
            differences=found,
        )
        self._uow.add(check)
        await self._uow.flush()
        return check


async def found_differences(uow: UnitOfWork) -> dict[str, list[Any]]:
    """Return where the books differ from the rows: sums, orders at fault, closed days changed."""
    sums = differences(*await uow.book_checks.stand())
    return {
        "sums": [asdict(one) for one in sums],
        "orders": [str(one) for one in await uow.book_checks.wrong_orders()],
        "days": [f"{gate} {day}" for gate, day in await uow.book_checks.wrong_closes()],
    }


def _made(_: OrderFacts, owed: Owed) -> Iterator[Posting]:
    return postings_of_orders([owed])


def _superseded(_: OrderFacts, owed: Owed) -> Iterator[Posting]:
    return postings_of_superseded([owed])


def _cancelled(_: OrderFacts, owed: Owed) -> Iterator[Posting]:
    return postings_of_cancelled([owed])


def _paid(facts: OrderFacts, owed: Owed) -> Iterator[Posting]:
    assert facts.payment_id is not None
    money = Received(facts.payment_id, None, CHANNELS[Channel.BANK], owed.amount_vnd)
    return postings_of_payment(money, [owed])
