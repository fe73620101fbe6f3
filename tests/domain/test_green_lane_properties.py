"""What holds for any entry on any day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.green_lane import RULES, LaneFacts, PhytosanitaryStatus, judge, lane_with
from app.domain.vocabulary import Direction, Lane
from tests.domain.reference import GATES, LANE_ROWS

codes = st.sampled_from([*LANE_ROWS.produce.products, "avocado", ""])
texts = st.none() | st.sampled_from(["", " ", "VN-LSOR-0001"])
instants = st.none() | st.datetimes(
    min_value=datetime(2025, 6, 10),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2025, 6, 11),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)
days = st.dates(min_value=date(2022, 1, 1), max_value=date(2027, 12, 31))
entries = st.builds(
    LaneFacts,
    gate_code=st.sampled_from([*GATES, "tan-thanh"]),
    direction=st.sampled_from(Direction),
    goods_groups=st.lists(st.sampled_from(["fresh-produce-export", "ordinary"])).map(tuple),
    product_codes=st.lists(codes, max_size=3).map(tuple),
    phytosanitary_certificate_no=texts,
    phytosanitary_status=st.none() | st.sampled_from(PhytosanitaryStatus),
    growing_area_code=texts,
    packing_house_code=texts,
    test_documents=st.lists(st.sampled_from(["auramine-o-test", "cadmium-test"])).map(tuple),
    customs_declaration_no=texts,
    declared_at=instants,
    presence_at=instants,
    open_discrepancies=st.sampled_from([(), ("plate-mismatch",)]),
)
LYCHEE = LaneFacts(
    gate_code="tan-thanh",
    direction=Direction.EXPORT,
    goods_groups=("fresh-produce-export",),
    product_codes=("lychee",),
    phytosanitary_status="sampled",
    growing_area_code="VN-LSOR-0001",
    packing_house_code="VN-LSPH-0001",
    customs_declaration_no="309900000001",
)


@given(entries, days, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_changes_no_verdict(
    facts: LaneFacts, on: date, random: Random
) -> None:
    shuffled = random.sample(RULES, len(RULES))

    assert judge(facts, on, LANE_ROWS) == judge(facts, on, LANE_ROWS, rules=shuffled)


@given(entries, days, st.randoms(use_true_random=False))
def test_the_order_of_the_goods_changes_no_verdict(
    facts: LaneFacts, on: date, random: Random
) -> None:
    products = tuple(random.sample(facts.product_codes, len(facts.product_codes)))
    groups = tuple(random.sample(facts.goods_groups, len(facts.goods_groups)))
    shuffled = replace(facts, product_codes=products, goods_groups=groups)

    assert judge(facts, on, LANE_ROWS) == judge(shuffled, on, LANE_ROWS)


@given(entries | st.just(LYCHEE), days)
def test_a_verdict_is_all_of_a_piece(facts: LaneFacts, on: date) -> None:
    verdict = judge(facts, on, LANE_ROWS)

    assert verdict.eligible is (bool(verdict.considered) and not verdict.refused)
    assert verdict.eligible is (verdict.lane is Lane.GREEN)
    assert set(verdict.refused) <= set(verdict.considered)
    assert list(verdict.refused) == sorted(verdict.refused)
    assert verdict.eligible or (verdict.season, verdict.conditional) == (None, False)
    assert lane_with(verdict, admitted=False) is verdict.lane


@given(entries, days)
def test_a_rule_taken_away_takes_away_its_refusal_and_no_other(facts: LaneFacts, on: date) -> None:
    refused = judge(facts, on, LANE_ROWS).refused

    for gone in refused:
        fewer = [rule for rule in RULES if rule.code != gone]
        expected = tuple(code for code in refused if code != gone)
        assert expected == judge(facts, on, LANE_ROWS, rules=fewer).refused


@given(st.integers(min_value=0, max_value=1_000))
def test_exactly_the_first_two_hundred_of_a_day_find_a_place(admitted_today: int) -> None:
    season = judge(LYCHEE, date(2025, 6, 10), LANE_ROWS).season

    assert season is not None
    assert (admitted_today < 200) is season.has_place(admitted_today)
