"""What holds for any edition and any load, not only for the golden rows."""

import json
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import (
    Edition,
    FeeFacts,
    GoodsValue,
    Payload,
    facts_document,
    parse_edition,
    quote,
    quote_document,
    read_facts,
)
from app.domain.vocabulary import Direction, Journey, weakest
from tests.domain.reference import TARIFF_DOCUMENTS, TARIFFS, copy_of

payloads = st.builds(
    Payload,
    st.integers(min_value=0, max_value=60_000),
    st.none() | st.integers(min_value=1, max_value=90),
)
directions = st.sampled_from(Direction)


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """A table of any prices that do not fall with the class, any factor and any shares."""
    document = copy_of(TARIFF_DOCUMENTS[1])
    free = {group["code"] for group in document["goods_groups"] if not group["chargeable"]}
    for group in {cell["goods_group"] for cell in document["cells"]} - free:
        cells = [cell for cell in document["cells"] if cell["goods_group"] == group]
        amounts = draw(st.lists(st.integers(0, 10_000_000), min_size=5, max_size=5))
        for cell, amount in zip(cells, sorted(amounts), strict=True):
            cell["amount_vnd"] = amount
    document["multipliers"][0]["factor_basis_points"] = draw(st.integers(0, 99_999))
    for journey in document["journeys"]:
        journey["basis_points"] = draw(st.integers(0, 30_000))
    return parse_edition(document)


any_edition = st.sampled_from(list(TARIFFS.editions.values())) | editions()


@st.composite
def loads(draw: st.DrawFn, *, most_lines: int = 3) -> FeeFacts:
    direction = draw(directions)
    groups = [
        group.code
        for group in TARIFFS.editions["tariff-2025-09"].groups.values()
        if direction in group.directions
    ]
    line = st.builds(GoodsValue, st.sampled_from(groups), st.integers(0, 3))
    journey = draw(st.sampled_from(Journey))
    receiving = st.lists(payloads, max_size=3) if journey is Journey.TRANSSHIPMENT else st.just([])
    return FeeFacts(
        mode="road",
        direction=direction,
        journey=journey,
        goods=tuple(draw(st.lists(line, max_size=most_lines))),
        vehicle=draw(payloads),
        receiving=tuple(draw(receiving)),
    )


@given(any_edition, loads())
def test_the_total_is_the_sum_of_its_lines_and_of_its_orders(
    edition: Edition, load: FeeFacts
) -> None:
    priced = quote(edition, load)

    assert priced.total_vnd == sum(line.amount_vnd for line in priced.lines)
    assert priced.total_vnd == sum(priced.amounts_vnd.values())
    assert 1 + len(load.receiving) == len(priced.lines)


@given(any_edition, loads())
def test_every_line_is_cell_times_multiplier_times_share_rounded_once(
    edition: Edition, load: FeeFacts
) -> None:
    for line in quote(edition, load).lines:
        exact = line.cell.value * line.multiplier.value * line.share.value
        assert abs(line.amount_vnd * 10_000**2 - exact) * 2 <= 10_000**2


@given(any_edition, loads(most_lines=1), st.integers(0, 60_000), st.integers(0, 40))
def test_more_weight_or_a_longer_container_never_costs_less(
    edition: Edition, load: FeeFacts, more_kg: int, more_ft: int
) -> None:
    light = load.vehicle
    heavy = Payload(
        (light.payload_kg or 0) + more_kg,
        (light.container_length_ft or 0) + more_ft if light.container_length_ft else None,
    )
    heavier = FeeFacts(load.mode, load.direction, load.journey, load.goods, heavy, load.receiving)

    assert quote(edition, load).total_vnd <= quote(edition, heavier).total_vnd


@given(any_edition, loads(), st.randoms(use_true_random=False))
def test_the_order_of_goods_lines_changes_no_price(
    edition: Edition, load: FeeFacts, random: Random
) -> None:
    goods = list(load.goods)
    random.shuffle(goods)

    shuffled = replace(load, goods=tuple(goods))
    assert quote_document(quote(edition, load)) == quote_document(quote(edition, shuffled))


@given(any_edition, loads())
def test_a_mixed_load_is_priced_by_a_line_of_the_highest_value(
    edition: Edition, load: FeeFacts
) -> None:
    priced = quote(edition, load)
    highest = max((line.customs_value_vnd or 0 for line in load.goods), default=0)

    if len(set(load.goods_groups)) > 1:
        assert GoodsValue(priced.goods_group, highest) in load.goods
    else:
        assert {priced.goods_group} == set(load.goods_groups)
    assert {priced.goods_group} == {line.goods_group for line in priced.lines}


@given(any_edition, loads())
def test_every_line_tells_what_it_was_made_of(edition: Edition, load: FeeFacts) -> None:
    document = quote_document(quote(edition, load))

    for line in document["lines"]:
        parts = [line["cell_vnd"], line["multiplier_basis_points"], line["share_basis_points"]]
        assert edition.code == line["tariff"]
        assert all(part["source"] and part["value"] >= 0 for part in parts)
        assert weakest(part["basis"] for part in parts) == line["basis"]


@given(loads())
def test_facts_are_read_as_they_were_frozen(load: FeeFacts) -> None:
    assert load == read_facts(json.loads(json.dumps(facts_document(load))))
