"""Kept quotes: until when they hold, and which facts may differ."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import (
    FeeFacts,
    Force,
    GoodsValue,
    Known,
    Payload,
    Tariffs,
    facts_document,
    quote,
    quote_document,
)
from app.domain.quotes import NOT_AS_QUOTED, KeptQuote, holds_until, unfit
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Direction, Evidence, Journey
from tests.domain.reference import TARIFFS

EVIDENCE = Evidence(Basis.PROVISIONAL, "a test")
EDITION = TARIFFS.editions["tariff-2025-09"]
NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
ON = date(2026, 3, 11)
FACTS = FeeFacts(
    "road", Direction.EXPORT, Journey.OWN_VEHICLE,
    (GoodsValue("fresh-produce-export"),), Payload(15_000, None),
)  # fmt: skip


def in_force(first: date, end: date | None) -> Tariffs:
    force = Force(EDITION.code, Validity(first, end), Known(), EVIDENCE)
    return Tariffs([EDITION], [force])


def kept(facts: FeeFacts = FACTS, **changes: Any) -> KeptQuote:
    whole: dict[str, Any] = {
        "tariff": EDITION.code, "known_at": None, "facts": facts_document(facts),
        "price": quote_document(quote(EDITION, facts)), "expires_at": NOW + timedelta(hours=72),
        **changes,
    }  # fmt: skip
    return KeptQuote(**whole)


def why(facts: FeeFacts, on: date = ON, tariffs: Tariffs = TARIFFS) -> list[str]:
    return [error.pointer for error in unfit(kept(), facts, on, tariffs, NOW)]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        pytest.param(None, NOW + timedelta(hours=72), id="no end is known"),
        pytest.param(date(2026, 3, 13), datetime(2026, 3, 12, 17, tzinfo=UTC), id="it ends sooner"),
        pytest.param(date(2026, 4, 1), NOW + timedelta(hours=72), id="it ends later"),
    ],
)
def test_no_quote_outlives_its_edition(end: date | None, expected: datetime) -> None:
    tariffs = in_force(date(2026, 1, 1), end)
    assert expected == holds_until(tariffs, EDITION.code, NOW + timedelta(hours=72))


def test_an_edition_that_is_not_to_rule_promises_nothing() -> None:
    assert holds_until(Tariffs([EDITION], []), EDITION.code, NOW) < NOW


def test_a_day_on_which_no_edition_rules_is_not_as_quoted() -> None:
    tariffs = in_force(date(2026, 1, 1), None)
    assert ["/planned_arrival_at"] == why(FACTS, date(2025, 12, 31), tariffs)
    assert [] == why(FACTS, date(2026, 1, 1), tariffs)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"vehicle": Payload(17_999, None)}, [], id="the class is the same"),
        pytest.param({"vehicle": Payload(18_000, None)}, ["/vehicle"], id="the next class"),
        pytest.param({"goods": (GoodsValue("fresh-produce-export", 5),)}, [], id="a value more"),
        pytest.param({"vehicle": Payload(None, None)}, ["/vehicle"], id="no class"),
    ],
)
def test_what_makes_another_price_is_named(changes: dict[str, Any], expected: list[str]) -> None:
    assert expected == why(replace(FACTS, **changes))


@given(st.integers(1, 40_000), st.sampled_from(("fresh-produce-export", "ordinary", "ore-export")))
def test_a_quote_fits_exactly_what_makes_its_price(payload_kg: int, group: str) -> None:
    facts = replace(FACTS, vehicle=Payload(payload_kg, None), goods=(GoodsValue(group),))
    is_same = quote_document(quote(EDITION, facts)) == kept().price
    found = list(unfit(kept(), facts, ON, TARIFFS, NOW))
    assert is_same is (not found)
    assert all(one.rule == NOT_AS_QUOTED for one in found)
