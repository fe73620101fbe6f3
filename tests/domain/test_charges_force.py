"""Editions announced and withdrawn in any order: one edition a day, and the past stays told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import Force, Known, Tariffs, known_by
from app.domain.errors import NoTariffInForceError
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Evidence
from tests.domain.reference import TARIFF_DOCUMENTS, TARIFFS

EVIDENCE = Evidence(Basis.PROVISIONAL, "a test")
BASE = "tariff-2025-09"
EDITIONS = list(TARIFFS.editions.values())
SHIPPED = [
    Force("tariff-2019-01", Validity(None, date(2026, 1, 1)), Known(), EVIDENCE),
    Force(BASE, Validity(date(2026, 1, 1)), Known(), EVIDENCE),
]
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def day(number: int) -> date:
    return date(2026, 3, 1) + timedelta(days=number)


def second(number: int) -> datetime:
    return START + timedelta(seconds=number)


def announced(code: str, starts: int, at: int, until: int | None = None) -> Force:
    known = Known(second(at), None if until is None else second(until))
    return Force(code, Validity(day(starts)), known, EVIDENCE)


def ruling(tariffs: Tariffs, on: date, known_at: datetime | None) -> list[str]:
    return [row.edition for row in tariffs.force if row.holds(on, known_at)]


@st.composite
def stories(draw: st.DrawFn) -> list[Force]:
    """Editions announced for days of their own, some withdrawn; all at instants of their own."""
    count = draw(st.integers(1, 6))
    instants = iter(
        draw(st.lists(st.integers(1, 99), min_size=2 * count, max_size=2 * count, unique=True))
    )
    rows: list[Force] = []
    for number in range(count):
        first, last = sorted((next(instants), next(instants)))
        until = last if draw(st.booleans()) else None
        starts = draw(st.integers(1, 20))
        row = announced(f"e{number}", starts, first, until)
        if not any(row.known.overlaps(other.known) and row.valid == other.valid for other in rows):
            rows.append(row)
    return rows


@given(stories(), st.integers(-3, 25), st.none() | st.integers(0, 120))
def test_a_day_has_the_last_begun_edition_that_was_known(
    rows: list[Force], on: int, known: int | None
) -> None:
    tariffs = Tariffs([], SHIPPED, rows)
    known_at = None if known is None else second(known)
    begun = [one for one in rows if one.known.covers(known_at) and one.valid.covers(day(on))]
    begun.sort(key=lambda one: one.valid.first or date.min)
    expected = begun[-1].edition if begun else BASE
    assert [expected] == ruling(tariffs, day(on), known_at)


@given(stories(), st.integers(-3, 25), st.integers(0, 120), st.integers(0, 120))
def test_what_was_known_is_told_the_same_for_ever(
    rows: list[Force], on: int, then: int, later: int
) -> None:
    """Whatever happens after an instant, the answer by its knowledge stays."""
    then, later = sorted((then, later))

    def as_of(now: int) -> Tariffs:
        """Return what the rows were at an instant: later ones absent, open ends not closed yet."""
        happened = [row for row in rows if row.known.first and row.known.first <= second(now)]
        open_yet = [
            Force(row.edition, row.valid, Known(row.known.first), EVIDENCE)
            if row.known.end and row.known.end > second(now)
            else row
            for row in happened
        ]
        return Tariffs([], SHIPPED, open_yet)

    asked = ruling(as_of(then), day(on), second(then))
    assert asked == ruling(as_of(later), day(on), second(then))
    assert asked == ruling(as_of(then), day(on), None)


@given(stories())
def test_the_newest_knowledge_gives_the_latest_answer(rows: list[Force]) -> None:
    tariffs = Tariffs([], SHIPPED, rows)
    for on in range(-3, 25):
        assert ruling(tariffs, day(on), None) == ruling(tariffs, day(on), tariffs.known_at)


def test_an_announced_edition_ends_the_one_before_from_the_instant_it_is_known() -> None:
    tariffs = Tariffs(EDITIONS, SHIPPED, [announced("tariff-2019-01", 5, at=60)])
    told = [(row.edition, str(row.valid), row.known) for row in tariffs.force]
    assert [
        (BASE, "[2026-01-01, )", Known(None, second(60))),
        ("tariff-2019-01", "[, 2026-01-01)", Known()),
        (BASE, "[2026-01-01, 2026-03-06)", Known(second(60))),
        ("tariff-2019-01", "[2026-03-06, )", Known(second(60))),
    ] == told
    assert second(60) == tariffs.known_at
    assert BASE == tariffs.in_force(day(5), second(59)).code
    assert "tariff-2019-01" == tariffs.in_force(day(5), second(60)).code
    assert BASE == tariffs.in_force(day(4)).code


def test_one_withdrawn_within_a_day_was_known_by_no_day_and_yet_by_its_instants() -> None:
    tariffs = Tariffs(EDITIONS, SHIPPED, [announced("tariff-2019-01", 5, at=60, until=120)])
    assert "tariff-2019-01" == tariffs.in_force(day(9), second(60)).code
    assert BASE == tariffs.in_force(day(9), second(120)).code == tariffs.in_force(day(9)).code
    assert BASE == tariffs.in_force(day(9), known_by(day(0))).code


def test_a_row_that_ends_by_itself_leaves_a_hole_that_nothing_fills() -> None:
    ends = Force("tariff-2019-01", Validity(day(3), day(6)), Known(), EVIDENCE)
    tariffs = Tariffs(EDITIONS, [ends], [announced(BASE, 1, at=0)])
    assert BASE == tariffs.in_force(day(2)).code
    assert "tariff-2019-01" == tariffs.in_force(day(5)).code
    with pytest.raises(NoTariffInForceError):
        tariffs.in_force(day(6))


def test_of_two_that_begin_on_one_day_the_one_known_later_rules() -> None:
    shipped = [Force(BASE, Validity(day(3)), Known(), EVIDENCE)]
    tariffs = Tariffs(EDITIONS, shipped, [announced("tariff-2019-01", 3, at=5)])
    assert "tariff-2019-01" == tariffs.in_force(day(3)).code
    assert BASE == tariffs.in_force(day(3), second(4)).code


def test_what_was_published_is_told_as_it_was_published() -> None:
    known = {document["code"]: len(document["force"]) for document in TARIFF_DOCUMENTS}
    assert known == {code: sum(row.edition == code for row in TARIFFS.force) for code in known}
    assert datetime(2025, 4, 27, 17, tzinfo=UTC) == TARIFFS.known_at


@pytest.mark.parametrize("end", [date.min, date.max])
def test_any_day_may_be_asked_for_its_knowledge(end: date) -> None:
    assert not Known(START, second(1)).covers(known_by(end))
