"""What is due to the budget may change while its day is open, waits when it is closed, is paid."""

from datetime import date

from app.domain.books.revenue import Dimension, Revenue, RevenueLine
from app.domain.books.treasury import DueState, Remitted, due_of


def line(day: str, gate: str = "tan-thanh") -> RevenueLine:
    return RevenueLine({Dimension.DAY: day, Dimension.GATE: gate}, Revenue(1, 10, 90))


def test_each_day_says_how_far_it_is_and_what_paid_it_first() -> None:
    days = ("2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13")
    lines = [*map(line, days), line(days[2], "huu-nghi")]
    paid = [Remitted("second", date(2026, 3, 12)), Remitted("first", date(2026, 3, 11))]
    found = list(due_of(lines, {"tan-thanh": date(2026, 3, 13), "huu-nghi": None}, paid))
    assert [
        (DueState.REMITTED, "first"),
        (DueState.REMITTED, "second"),
        (DueState.CLOSED, None),
        (DueState.OPEN, None),
        (DueState.OPEN, None),
    ] == [(one.state, one.reference) for one in found]
    assert {90} == {one.budget_vnd for one in found}
