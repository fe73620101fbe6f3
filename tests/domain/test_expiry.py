"""When an entry that was never ready in time ends: days after whatever spoke for it last."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.expiry import ExpiryRule, read_expiry
from app.domain.policy import parse_policy
from app.domain.vocabulary import Basis, Evidence
from tests.domain.test_policy import DOCUMENT

EVIDENCE = Evidence(Basis.PROVISIONAL, "somebody")
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def test_an_edition_that_does_not_say_has_our_default() -> None:
    rule = parse_policy(DOCUMENT).expiry
    assert (7, Basis.PROVISIONAL) == (rule.days, rule.evidence.basis)
    assert "our default" in rule.evidence.source


def test_an_edition_may_say_otherwise() -> None:
    document = deepcopy(DOCUMENT)
    document["expiry"] = {"days": 3, "basis": "published", "source": "somebody"}
    assert ExpiryRule(3, Evidence(Basis.PUBLISHED, "somebody")) == read_expiry(document)


@pytest.mark.parametrize(("days", "ends_on"), [(1, 13), (7, 19)])
def test_the_days_after_are_whole_legal_days(days: int, ends_on: int) -> None:
    assert date(2026, 3, ends_on) == ExpiryRule(days, EVIDENCE).ends_on(date(2026, 3, 11))


@given(DAYS, DAYS, st.integers(1, 1000))
def test_who_is_looked_for_is_who_has_ended(spoken_on: date, today: date, days: int) -> None:
    rule = ExpiryRule(days, EVIDENCE)
    assert (rule.ends_on(spoken_on) <= today) == (spoken_on < rule.ended_before(today))


@given(DAYS, st.integers(1, 1000))
def test_whatever_speaks_for_an_entry_later_never_ends_it_sooner(on: date, days: int) -> None:
    rule = ExpiryRule(days, EVIDENCE)
    assert rule.ends_on(on) < rule.ends_on(on + timedelta(days=1))
