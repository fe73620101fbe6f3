"""What officers find counts for the price, and for how long; why one price is another."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import GoodsValue, Payload, quote, quote_document
from app.domain.charges.changes import Cause, changes_of
from app.domain.charges.facts import EMPTY, FeeFacts
from app.domain.inspections import NOTHING_FOUND, Found, still_found
from app.domain.vocabulary import Journey
from tests.domain.reference import EDITION, TARIFFS
from tests.domain.test_charges_properties import loads
from tests.domain.test_charges_reductions import FRUIT, LYCHEE, document, rows

findings = st.builds(
    Found,
    st.none() | st.integers(0, 60_000),
    st.none() | st.integers(0, 90),
    st.none() | st.sampled_from(["ordinary", EMPTY]),
)


@pytest.mark.parametrize(
    ("found", "vehicle_class", "group"),
    [
        pytest.param(NOTHING_FOUND, "10t-to-18t", FRUIT, id="nothing"),
        pytest.param(Found(payload_kg=9_999), "4t-to-10t", FRUIT, id="under the bound"),
        pytest.param(Found(payload_kg=10_000), "10t-to-18t", FRUIT, id="at the bound"),
        pytest.param(Found(payload_kg=17_999), "10t-to-18t", FRUIT, id="under the next"),
        pytest.param(Found(payload_kg=18_000), "18t-and-over", FRUIT, id="at the next"),
        pytest.param(Found(container_length_ft=40), "18t-and-over", FRUIT, id="a container"),
        pytest.param(Found(container_length_ft=0), "10t-to-18t", FRUIT, id="no container"),
        pytest.param(Found(goods_group="ordinary"), "10t-to-18t", "ordinary", id="other goods"),
        pytest.param(Found(goods_group=EMPTY), "10t-to-18t", EMPTY, id="nothing on it"),
    ],
)
def test_what_was_found_is_priced(found: Found, vehicle_class: str, group: str) -> None:
    priced = quote(EDITION, found.of(LYCHEE))
    assert (vehicle_class, group) == (priced.vehicle_class, priced.goods_group)


def test_an_empty_vehicle_may_be_found_laden() -> None:
    empty = replace(LYCHEE, goods=())
    assert (GoodsValue("ordinary"),) == Found(goods_group="ordinary").of(empty).goods


@given(findings, st.dictionaries(st.sampled_from(["payload_kg", "container_length_ft"]),
                                 st.none() | st.integers(0, 50_000)), loads())  # fmt: skip
def test_words_are_kept_as_they_were_said_and_one_that_is_taken_back_is_gone(
    found: Found, words: dict[str, Any], load: FeeFacts
) -> None:
    assert found == Found.parse(found.document())
    after = found.said(words)
    for name in ("payload_kg", "container_length_ft", "goods_group"):
        assert getattr(after, name) == words.get(name, getattr(found, name))
    back = after.said(dict.fromkeys(("payload_kg", "container_length_ft", "goods_group")))
    assert (None, load) == (back.document(), back.of(load))


@given(findings, loads())
def test_one_group_that_was_found_needs_no_values(found: Found, load: FeeFacts) -> None:
    seen = found.of(load)
    if found.goods_group is not None:
        assert {found.goods_group} == set(seen.goods_groups)
    assert (load.journey, load.receiving) == (seen.journey, seen.receiving)


@pytest.mark.parametrize(
    ("vehicle", "left"),
    [
        pytest.param({"tractor_plate": "A"}, ("payload_kg", "goods_group"), id="the same"),
        pytest.param(
            {"tractor_plate": "A", "payload_kg": 1, "containers": []},
            ("payload_kg", "goods_group"),
            id="the same, weighing less on paper",
        ),
        pytest.param({"tractor_plate": "B"}, ("goods_group",), id="another tractor"),
        pytest.param({"tractor_plate": "A", "trailer_plate": "T"}, ("goods_group",), id="trailer"),
    ],
)
def test_what_was_found_of_a_vehicle_ends_with_it(
    vehicle: dict[str, Any], left: tuple[str, ...]
) -> None:
    found = {"payload_kg": 20_000, "goods_group": "ordinary"}
    after = still_found(found, {"vehicle": {"tractor_plate": "A"}}, {"vehicle": vehicle})
    assert {name: found[name] for name in left} == after
    assert still_found(None, {}, {"vehicle": vehicle}) is None
    only = still_found({"payload_kg": 1}, {}, {"vehicle": vehicle})
    assert only is None


def test_every_reason_for_another_price_is_told() -> None:
    before = quote_document(quote(EDITION, LYCHEE))
    assert () == changes_of(before, before)
    heavy = replace(
        LYCHEE,
        vehicle=Payload(20_000),
        goods=(GoodsValue("ordinary"),),
        journey=Journey.TRANSSHIPMENT,
        receiving=(Payload(8_000), Payload(2_000)),
    )
    after = quote_document(quote(EDITION, heavy, rows(document())))
    told = {one.cause: (one.before, one.after) for one in changes_of(before, after)}
    assert (FRUIT, "ordinary") == told[Cause.GOODS_GROUP]
    assert ("10t-to-18t", "18t-and-over") == told[Cause.VEHICLE_CLASS]
    assert ("", "half") == told[Cause.REDUCTIONS]
    assert ("", "4t-to-10t, 2t-to-4t") == told[Cause.VEHICLES]
    assert Cause.TARIFF not in told
    old = quote_document(quote(TARIFFS.editions["tariff-2019-01"], LYCHEE))
    assert Cause.TARIFF in {one.cause for one in changes_of(old, before)}
