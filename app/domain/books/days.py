"""What a book day comes to: the turnover of each account, and what each cashier took."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.books.accounts import Account, Cause

TILLS = (Account.CASH, Account.CARD)


class Sum(NamedTuple):
    """How many postings between two accounts had one cause, and what they come to in VND.

    `cashier` is who took or counted cash and cards; None for all other money.
    """

    debit: Account
    credit: Account
    cause: Cause
    cashier: UUID | None
    postings: int
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class Turnover:
    """What was debited to and credited to an account, in VND."""

    account: Account
    debit_vnd: int
    credit_vnd: int


@dataclass(frozen=True, slots=True)
class Till:
    """What a cashier took by cash or card, and by how much counting differed from it, in VND."""

    cashier: UUID
    account: Account
    taken_vnd: int
    difference_vnd: int


@dataclass(frozen=True, slots=True)
class DayTotals:
    """What a book day comes to: `amount_vnd` is all that moved. Once it is closed it stays so."""

    postings: int
    amount_vnd: int
    accounts: Sequence[Turnover]
    tills: Sequence[Till]

    def document(self) -> dict[str, Any]:
        """Return the totals as plain JSON values, to be kept when the day is closed."""
        return {
            "postings": self.postings,
            "amount_vnd": self.amount_vnd,
            "accounts": [asdict(one) for one in self.accounts],
            "tills": [{**asdict(one), "cashier": str(one.cashier)} for one in self.tills],
        }

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "DayTotals":
        """Return totals that were kept."""
        return cls(
            postings=document["postings"],
            amount_vnd=document["amount_vnd"],
            accounts=tuple(
                Turnover(Account(row["account"]), row["debit_vnd"], row["credit_vnd"])
                for row in document["accounts"]
            ),
            tills=tuple(
                Till(
                    UUID(row["cashier"]), Account(row["account"]), row["taken_vnd"],
                    row["difference_vnd"],
                )
                for row in document["tills"]
            ),
        )  # fmt: skip


def totals_of(sums: Iterable[Sum]) -> DayTotals:
    """Return what a day comes to, in the order of the accounts and of the cashiers' ids."""
    every = list(sums)
    into, out_of = Counter[Account](), Counter[Account]()
    taken, differences = Counter[tuple[UUID, Account]](), Counter[tuple[UUID, Account]]()
    for one in every:
        into[one.debit] += one.amount_vnd
        out_of[one.credit] += one.amount_vnd
        till = one.debit if one.debit in TILLS else one.credit
        if one.cashier is None or till not in TILLS:
            continue
        change = one.amount_vnd if one.debit is till else -one.amount_vnd
        counted = one.cause is Cause.SHIFT_COUNTED
        (differences if counted else taken)[one.cashier, till] += change
    return DayTotals(
        postings=sum(one.postings for one in every),
        amount_vnd=sum(one.amount_vnd for one in every),
        accounts=tuple(
            Turnover(account, into[account], out_of[account])
            for account in Account
            if account in into or account in out_of
        ),
        tills=tuple(
            Till(*key, taken[key], differences[key])
            for key in sorted({*taken, *differences}, key=lambda key: (str(key[0]), key[1]))
        ),
    )
