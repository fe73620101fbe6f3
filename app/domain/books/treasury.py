"""What is due to the state budget of each book day, and whether it was paid to the treasury."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.books.revenue import Dimension, RevenueLine


class DueState(StrEnum):
    """Whether what is due of a day may still change, waits to be paid, or was paid."""

    OPEN = "open"
    CLOSED = "closed"
    REMITTED = "remitted"


@dataclass(frozen=True, slots=True)
class Remitted:
    """A payment to the treasury: of all that was due of the days before `end`."""

    reference: str
    end: date


@dataclass(frozen=True, slots=True)
class BudgetDue:
    """What is due to the budget of a book day of a gate, in VND, and what paid it."""

    day: date
    gate: str
    budget_vnd: int
    state: DueState
    reference: str | None


def due_of(
    lines: Iterable[RevenueLine], open_from: Mapping[str, date | None], paid: Iterable[Remitted]
) -> Iterator[BudgetDue]:
    """Yield what is due of each day and gate; `open_from` is each gate's first open day.

    The first payment that reaches a day is the one that paid it.
    """
    in_order = sorted(paid, key=lambda one: one.end)
    for line in lines:
        day, gate = date.fromisoformat(line.values[Dimension.DAY]), line.values[Dimension.GATE]
        by = next((one.reference for one in in_order if day < one.end), None)
        first_open = open_from.get(gate)
        state = DueState.OPEN
        if by is not None:
            state = DueState.REMITTED
        elif first_open is not None and day < first_open:
            state = DueState.CLOSED
        yield BudgetDue(day, gate, line.revenue.budget_vnd, state, by)
