"""Reductions: for whom and when each is, what it takes off, how prices are derived with them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.announced_reductions import ReductionFilter, reduction_state
from app.domain.charges import (
    AnnouncedReduction,
    Difference,
    Edition,
    FeeFacts,
    Frozen,
    GoodsValue,
    Known,
    Payload,
    Reduction,
    Reductions,
    Tariffs,
    differences_of,
    facts_document,
    parse_force,
    quote,
    quote_document,
    read_facts,
)
from app.domain.charges.derivation import amount_of
from app.domain.editions import EditionState
from app.domain.money import BASIS_POINTS
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Direction, Journey, weakest
from tests.domain.reference import EDITION, TARIFF_DOCUMENTS
from tests.domain.test_charges_properties import any_edition, loads

FIRST, END = date(2026, 5, 10), date(2026, 6, 1)
TOLD = datetime(2026, 5, 1, 3, tzinfo=UTC)
LATER = TOLD + timedelta(days=12)
FRUIT, CLASS = "fresh-produce-export", "10t-to-18t"
LYCHEE = FeeFacts(
    "road",
    Direction.EXPORT,
    Journey.OWN_VEHICLE,
    (GoodsValue(FRUIT, None, "lychee"),),
    Payload(15_000),
    (),
    "tan-thanh",
    "9900123459",
)
FULL = 350_000


def document(
    code: str = "half", basis_points: int = 5_000, basis: Basis = Basis.PUBLISHED, **scope: Any
) -> dict[str, Any]:
    """Return a reduction as it is stored; it is for any vehicle but where the scope says more."""
    return {
        "code": code,
        "names": {"vi": "Giảm", "en": "Reduction", "zh": None},
        "legal_reference": {"document": "18/2026/NQ-HĐND", "article": "Article 2"},
        "basis_points": basis_points,
        "scope": scope,
        "basis": basis.value,
        "source": "18/2026/NQ-HĐND, Article 2",
    }


def announced(
    content: Mapping[str, Any] | None = None,
    first: date = FIRST,
    end: date | None = END,
    known: Known = Known(TOLD),  # noqa: B008 - a frozen value
    withdrawn_from: date | None = None,
) -> AnnouncedReduction:
    found = content or document()
    return AnnouncedReduction(found, Validity(first, end), known, withdrawn_from)


def rows(*documents: Mapping[str, Any]) -> tuple[Reduction, ...]:
    return Reductions(announced(one) for one in documents).on(FIRST)


def total(facts: FeeFacts, *documents: Mapping[str, Any]) -> int:
    return quote(EDITION, facts, rows(*documents)).total_vnd


@pytest.mark.parametrize(
    ("on", "known_at", "expected"),
    [
        pytest.param(FIRST - timedelta(days=1), LATER, FULL, id="the day before the first"),
        pytest.param(FIRST, LATER, FULL // 2, id="the first day"),
        pytest.param(END - timedelta(days=1), LATER, FULL // 2, id="the last day"),
        pytest.param(END, LATER, FULL, id="the end day"),
        pytest.param(FIRST, TOLD - timedelta(seconds=1), FULL, id="before it was known"),
        pytest.param(FIRST, TOLD, FULL // 2, id="the instant at which it was known"),
        pytest.param(FIRST, None, FULL // 2, id="by the latest knowledge"),
    ],
)
def test_a_reduction_rules_on_its_days_for_whoever_knew_of_it(
    on: date, known_at: datetime | None, expected: int
) -> None:
    reductions = Reductions([announced()])
    assert expected == quote(EDITION, LYCHEE, reductions.on(on, known_at)).total_vnd


@pytest.mark.parametrize(
    ("withdrawn_from", "ruling"),
    [
        pytest.param(FIRST, [], id="before its day"),
        pytest.param(FIRST + timedelta(days=1), [FIRST], id="after one day"),
        pytest.param(END - timedelta(days=1), [FIRST, date(2026, 5, 30)], id="a day sooner"),
    ],
)
def test_one_that_was_withdrawn_ruled_by_what_was_known_before(
    withdrawn_from: date, ruling: list[date]
) -> None:
    one = announced(known=Known(TOLD, LATER), withdrawn_from=withdrawn_from)
    days = [FIRST, date(2026, 5, 30), date(2026, 5, 31)]
    reductions = Reductions([one])
    assert days == [day for day in days if reductions.on(day, LATER - timedelta(seconds=1))]
    assert ruling == [day for day in days if reductions.on(day, LATER)]
    assert ruling == [day for day in days if reductions.on(day)]
    assert [TOLD, LATER] == list(reductions.turns)


def test_one_without_end_that_is_ended_has_one() -> None:
    one = announced(end=None, known=Known(TOLD, LATER), withdrawn_from=END)
    assert Validity(FIRST, END) == one.rules
    assert Reductions([one]).on(END, TOLD)
    assert not Reductions([one]).on(END, LATER)


@pytest.mark.parametrize(
    ("scope", "is_for_it"),
    [
        ({}, True),
        ({"gates": ["tan-thanh", "huu-nghi"]}, True),
        ({"gates": ["huu-nghi"]}, False),
        ({"directions": ["export"]}, True),
        ({"directions": ["import"]}, False),
        ({"journeys": ["own_vehicle"]}, True),
        ({"journeys": ["transshipment"]}, False),
        ({"goods_groups": [FRUIT]}, True),
        ({"goods_groups": ["ordinary"]}, False),
        ({"vehicle_classes": [CLASS]}, True),
        ({"vehicle_classes": ["4t-to-10t"]}, False),
        ({"products": ["lychee"]}, True),
        ({"products": ["durian"]}, False),
        ({"payers": ["9900123459"]}, True),
        ({"payers": ["9900123466"]}, False),
        ({"gates": ["tan-thanh"], "payers": ["9900123466"]}, False),
    ],
)
def test_every_part_of_a_scope_must_take_the_vehicle_in(
    scope: dict[str, Any], is_for_it: bool
) -> None:
    assert (FULL // 2 if is_for_it else FULL) == total(LYCHEE, document(**scope))


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        pytest.param([("lychee", 5), ("lychee", 6)], FULL // 2, id="nothing else"),
        pytest.param([("lychee", 5), ("durian", 6)], FULL, id="another product as well"),
        pytest.param([("lychee", 5), (None, 6)], FULL, id="something that is no product"),
    ],
)
def test_one_box_of_a_product_does_not_take_the_load_along(
    goods: list[tuple[str | None, int]], expected: int
) -> None:
    load = tuple(GoodsValue(FRUIT, value, product) for product, value in goods)
    assert expected == total(replace(LYCHEE, goods=load), document(products=["lychee"]))


def test_an_empty_vehicle_carries_no_product_and_declares_no_payer_by_leaving_it_out() -> None:
    empty = replace(LYCHEE, goods=(), payer=None, gate=None)
    scopes: Sequence[dict[str, Any]] = (
        {"products": ["lychee"]}, {"payers": ["9900123459"]}, {"gates": ["tan-thanh"]},
    )  # fmt: skip
    for scope in scopes:
        assert total(empty) == total(empty, document(**scope))


@pytest.mark.parametrize(
    ("shares", "taken"),
    [
        pytest.param({"a": 10_000}, [("a", 350_000)], id="an exemption"),
        pytest.param({"a": 10_000, "b": 5_000}, [("a", 350_000)], id="nothing after an exemption"),
        pytest.param({"b": 2_000, "a": 5_000}, [("a", 175_000), ("b", 70_000)], id="of the whole"),
        pytest.param({"b": 3_000, "a": 3_000}, [("a", 105_000), ("b", 105_000)], id="by code"),
        pytest.param({"b": 6_000, "a": 7_000}, [("a", 245_000), ("b", 105_000)], id="what is left"),
        pytest.param({"a": 1}, [("a", 35)], id="a hundredth of a percent"),
    ],
)
def test_the_greatest_share_of_the_full_price_comes_first(
    shares: dict[str, int], taken: list[tuple[str, int]]
) -> None:
    priced = quote(EDITION, LYCHEE, rows(*(document(*one) for one in shares.items())))
    assert taken == [(one.reduction.code, one.amount_vnd) for one in priced.reductions]
    assert (
        FULL - sum(amount for _, amount in taken)
        == priced.total_vnd
        == priced.amount("infrastructure")
    )


def test_a_reduction_says_by_which_law_and_how_well_that_is_known() -> None:
    priced = quote(EDITION, LYCHEE, rows(document(basis=Basis.PROVISIONAL)))
    (told,) = quote_document(priced)["reductions"]
    assert {
        "vehicle": "declared",
        "order_kind": "infrastructure",
        "reduction": "half",
        "names": {"vi": "Giảm", "en": "Reduction", "zh": None},
        "legal_reference": {"document": "18/2026/NQ-HĐND", "article": "Article 2"},
        "basis_points": 5_000,
        "amount_vnd": 175_000,
        "basis": "provisional",
        "source": "18/2026/NQ-HĐND, Article 2",
    } == told
    assert Basis.PROVISIONAL is priced.basis


def test_of_a_free_vehicle_nothing_is_taken_and_nothing_told() -> None:
    empty = replace(LYCHEE, goods=())
    free = quote_document(quote(EDITION, empty, rows(document())))
    if free["total_vnd"] == 0:
        assert "reductions" not in free


def test_what_no_reduction_asks_for_is_not_kept() -> None:
    some = Reductions([announced(document(payers=["9900123459"], products=["lychee"]))])
    none = Reductions()
    assert ("9900123459", None, None) == (
        some.payer("9900123459"), some.payer("9900123466"), none.payer("9900123459"),
    )  # fmt: skip
    goods = (GoodsValue(FRUIT, 1, "lychee"), GoodsValue(FRUIT, 2, "durian"), GoodsValue(FRUIT))
    assert ["lychee", None, None] == [one.product for one in some.goods(goods)]
    assert [None] * 3 == [one.product for one in none.goods(goods)]
    plain = facts_document(replace(LYCHEE, goods=none.goods(LYCHEE.goods), payer=None))
    assert ([[FRUIT, None]], False) == (plain["goods"], "payer" in plain)


shares = st.integers(1, BASIS_POINTS) | st.sampled_from([1, 3_333, 5_000, BASIS_POINTS])
scopes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "gates": st.sampled_from([["tan-thanh"], ["huu-nghi"]]),
        "directions": st.sampled_from([["export"], ["import"]]),
        "goods_groups": st.sampled_from([[FRUIT], ["ordinary", "empty"]]),
        "vehicle_classes": st.sampled_from([["2t-to-4t"], [CLASS]]),
    },
)


@st.composite
def many(draw: st.DrawFn) -> list[AnnouncedReduction]:
    """Draw reductions of any share, scope, days and knowledge."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        content = document(f"r{number}", draw(shares), **draw(scopes))
        first = FIRST + timedelta(days=draw(st.integers(0, 3)))
        end = draw(st.none() | st.integers(2, 5).map(lambda days: FIRST + timedelta(days=days + 2)))
        known = TOLD + timedelta(hours=draw(st.integers(0, 5)))
        one = announced(content, first, end, Known(known))
        if draw(st.booleans()):
            until = first + timedelta(days=draw(st.integers(0, 2)))
            if end is None or until < end:
                ended = Known(known, known + timedelta(hours=draw(st.integers(1, 5))))
                one = replace(one, known=ended, withdrawn_from=until)
        found.append(one)
    return found


days = st.integers(-1, 7).map(lambda number: FIRST + timedelta(days=number))
instants = st.integers(-1, 12).map(lambda hours: TOLD + timedelta(hours=hours))


@given(any_edition, loads(), many(), st.tuples(days, instants), st.randoms())
def test_a_price_is_the_sum_of_its_parts_never_below_nothing_in_any_order_of_rows(
    edition: Edition,
    load: FeeFacts,
    announcements: list[AnnouncedReduction],
    asked: tuple[date, datetime],
    random: Random,
) -> None:
    load, (on, known_at) = replace(load, gate="tan-thanh"), asked
    found = list(Reductions(announcements).on(on, known_at))
    priced = quote(edition, load, found)
    random.shuffle(found)
    random.shuffle(announcements)
    shuffled = Reductions(announcements).on(on, known_at)
    assert quote_document(priced) == quote_document(quote(edition, load, found))
    assert quote_document(priced) == quote_document(quote(edition, load, shuffled))
    made = quote_document(priced)
    assert priced.total_vnd == amount_of(made) == sum(priced.amounts_vnd.values())
    assert min(priced.amounts_vnd.values()) >= 0
    for line in priced.lines:
        taken = [one for one in priced.reductions if one.vehicle == line.vehicle]
        assert 0 <= sum(one.amount_vnd for one in taken) <= line.amount_vnd
        assert all(one.order_kind == line.order_kind and one.amount_vnd > 0 for one in taken)
    parts = [*made["lines"], *made.get("reductions", ())]
    assert weakest(Basis(one["basis"]) for one in parts) == priced.basis


@given(any_edition, loads(), many(), days)
def test_more_reductions_never_make_a_price_dearer(
    edition: Edition, load: FeeFacts, announcements: list[AnnouncedReduction], on: date
) -> None:
    found: Sequence[Reduction] = Reductions(announcements).on(on, LATER)
    totals = [quote(edition, load, found[:number]).total_vnd for number in range(len(found) + 1)]
    assert totals == sorted(totals, reverse=True)


def tariffs(announcements: Sequence[AnnouncedReduction]) -> Tariffs:
    force = [row for one in TARIFF_DOCUMENTS for row in parse_force(one)]
    return Tariffs([EDITION], force, (), Reductions(announcements))


@given(loads(), many(), days, instants)
def test_a_charge_is_derived_again_by_its_day_and_knowledge_whatever_is_announced_later(
    load: FeeFacts, announcements: list[AnnouncedReduction], on: date, known_at: datetime
) -> None:
    load = replace(load, gate="tan-thanh", payer="9900123459")
    book = tariffs(announcements)
    made = quote(EDITION, load, book.reductions.on(on, known_at))
    charge = Frozen(
        EDITION.code, on, known_at, facts_document(load), quote_document(made), made.total_vnd
    )
    assert load == read_facts(facts_document(load))
    assert () == differences_of(book, charge)
    later = Known(known_at + timedelta(seconds=1))
    more = [*announcements, announced(document("later", BASIS_POINTS), known=later)]
    assert () == differences_of(tariffs(more), charge)
    assert tariffs(more).known_at == max(
        at for one in more for at in (one.known.first, one.known.end) if at
    )


def test_a_reduction_that_a_charge_has_without_law_is_a_difference() -> None:
    book = tariffs([announced()])
    made = quote(EDITION, LYCHEE, book.reductions.on(FIRST, LATER))
    right = Frozen(
        EDITION.code, FIRST, LATER, facts_document(LYCHEE), quote_document(made), made.total_vnd
    )
    assert () == differences_of(book, right)
    assert (Difference.PRICE,) == differences_of(
        book, replace(right, known_at=TOLD - timedelta(seconds=1))
    )
    without = {name: value for name, value in right.quote.items() if name != "reductions"}
    assert (Difference.PRICE, Difference.TOTAL) == differences_of(
        book, replace(right, quote=without)
    )


def test_a_filter_finds_those_for_every_vehicle_of_a_kind_and_those_of_a_day() -> None:
    narrow = announced(document("narrow", gates=["tan-thanh"], directions=["export"]))
    wide = announced(document("wide"), first=END, end=None)
    gone = announced(document("gone"), known=Known(TOLD, LATER), withdrawn_from=FIRST)
    every = [narrow, wide, gone]
    today = FIRST

    def found(**where: Any) -> list[str]:
        return [one.code for one in every if ReductionFilter(**where).finds(one, today)]

    assert ["narrow", "wide", "gone"] == found()
    assert ["narrow", "wide", "gone"] == found(gate="tan-thanh", direction=Direction.EXPORT)
    assert ["wide", "gone"] == found(direction=Direction.IMPORT)
    assert ["narrow"] == found(on=FIRST)
    assert ["wide"] == found(on=END, goods_group="ordinary", journey=Journey.OWN_VEHICLE)
    states = [EditionState.IN_FORCE, EditionState.ANNOUNCED, EditionState.WITHDRAWN]
    assert states == [reduction_state(one, today) for one in every]
    assert ["wide"] == found(state=EditionState.ANNOUNCED)
    assert EditionState.ENDED is reduction_state(narrow, END)
