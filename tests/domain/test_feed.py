"""No event is passed over, however late its transaction ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.feed import MARGIN, Horizon, Seen

BEGIN = datetime(2026, 5, 21, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Transaction:
    """One that draws a number, has an id a moment later, and ends some time after that."""

    number: int
    draws: int
    identified: int
    ends: int


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Transaction], list[int]]:
    """Return transactions by number and the seconds at which a worker looks."""
    draws = sorted(draw(st.lists(st.integers(0, 60), max_size=8)))
    found = []
    for number, second in enumerate(draws, start=1):
        identified = second + draw(st.integers(0, MARGIN // timedelta(seconds=1) - 1))
        found.append(Transaction(number, second, identified, identified + draw(st.integers(1, 90))))
    looks = draw(st.lists(st.integers(0, 200), max_size=40))
    return found, sorted({*looks, *range(201, 260)})


@given(histories())
def test_every_event_is_numbered_once_whenever_it_is_committed(
    history: tuple[list[Transaction], list[int]],
) -> None:
    transactions, looks = history
    by_id = sorted(transactions, key=lambda one: (one.identified, one.number))
    xids = {one.number: place for place, one in enumerate(by_id, start=1)}
    horizon, numbered = Horizon(), list[int]()
    for second in looks:
        running = [xids[one.number] for one in transactions if one.identified <= second < one.ends]
        coming = 1 + sum(one.identified <= second for one in transactions)
        there = [one.number for one in transactions if one.ends <= second]
        seen = Seen(min(running, default=coming), coming, max(there, default=0))
        new = [one for one in there if one > horizon.settled_to and one not in numbered][:2]
        numbered += new
        last = new[-1] if len(new) == 2 else None
        horizon = horizon.follow(seen, last, BEGIN + timedelta(seconds=second))
    assert sorted(numbered) == [one.number for one in transactions]
    assert horizon.settled_to == len(transactions)


def test_nothing_is_settled_while_a_transaction_runs_that_may_have_drawn_a_lower_number() -> None:
    marked = Horizon().follow(Seen(5, 9, 20), None, BEGIN)
    assert Horizon(0, 20, BEGIN) == marked
    assert marked == marked.follow(Seen(5, 11, 30), None, BEGIN + MARGIN / 2)
    named = marked.follow(Seen(5, 12, 30), None, BEGIN + MARGIN)
    assert Horizon(0, 20, BEGIN, 12) == named
    assert named == named.follow(Seen(11, 15, 30), None, BEGIN + 2 * MARGIN)
    later = BEGIN + 3 * MARGIN
    assert Horizon(20, 30, later) == named.follow(Seen(12, 15, 30), None, later)


def test_what_was_not_numbered_yet_is_not_settled() -> None:
    named = Horizon(0, 20, BEGIN, 12)
    assert named == named.follow(Seen(12, 15, 20), 19, BEGIN)
    assert Horizon(20) == named.follow(Seen(12, 15, 20), 20, BEGIN)
