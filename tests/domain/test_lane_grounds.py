"""Grounds of lanes: on which days, by whose word, for which goods."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.declaration import Declaration, read_declaration
from app.domain.lane_grounds import (
    Confirmation,
    findings_of_ground,
    goods_of,
    ground_on,
    parse_lane_grounds,
    standing,
)
from app.domain.vocabulary import BASIC_LANES, Lane
from tests.domain.reference import reference

ROWS = parse_lane_grounds(reference("lane-grounds")["rows"])
FIRST, DAY = date(2022, 2, 21), date(2026, 3, 11)
RICE = {"goods_group": "ordinary", "product": None, "hs_code": "1006.30.99", "gross_kg": 7000}
TENTS = {"goods_group": "ordinary", "hs_code": "6306.22.00", "gross_kg": 900}


def declared(ground: str | None = "disaster-relief", *lines: dict[str, Any]) -> Declaration:
    goods = [{"declaration_number": "300000000001", "lines": list(lines or [RICE])}]
    return read_declaration(
        {
            "gate": "tan-thanh", "direction": "export", "journey": "own_vehicle",
            "vehicle": {}, "consignments": goods, "lane_ground": ground,
        }
    )  # fmt: skip


def said(declaration: Declaration) -> Confirmation:
    return Confirmation("disaster-relief", Lane.RELIEF, "board", "Q-1", goods_of(declaration))


@pytest.mark.parametrize(
    ("code", "lane", "confirmers"),
    [
        ("disaster-relief", Lane.RELIEF, ["board", "customs"]),
        ("defence-goods", Lane.DEFENCE, ["border_guard"]),
        ("live-animals", Lane.LIVE_ANIMALS, ["animal_quarantine", "customs"]),
        ("medicines", Lane.MEDICINES, ["customs", "medical"]),
    ],
)
def test_a_ground_gives_its_lane_by_whose_word_its_row_says_from_its_first_day(
    code: str, lane: Lane, confirmers: list[str]
) -> None:
    row = ground_on(ROWS, code, FIRST)
    assert row is not None
    assert (lane, confirmers) == (row.lane, [one.value for one in row.confirmed_by])
    assert ground_on(ROWS, code, date(2022, 2, 20)) is None


def test_every_lane_that_goods_do_not_give_has_a_ground_and_no_other_has_one() -> None:
    assert set(Lane) - BASIC_LANES == {one.lane for one in ROWS}


def test_a_ground_ends_on_the_day_that_its_row_says() -> None:
    row = {**reference("lane-grounds")["rows"][0], "valid_to": "2026-03-12"}
    rows = parse_lane_grounds([row])
    assert ground_on(rows, row["code"], DAY) is not None
    assert ground_on(rows, row["code"], date(2026, 3, 12)) is None


ALL = frozenset(Lane)


@pytest.mark.parametrize(
    ("ground", "is_said", "on", "lanes", "expected"),
    [
        pytest.param(None, False, DAY, ALL, [], id="none declared"),
        pytest.param(
            "disaster-relief", False, DAY, ALL, [("ground-unconfirmed", "board, customs")],
            id="nobody has confirmed it, and who may",
        ),
        pytest.param("disaster-relief", True, DAY, ALL, [], id="confirmed"),
        pytest.param(
            "disaster-relief", True, date(2022, 2, 20), ALL, [], id="confirmed, and no row any more"
        ),
        pytest.param(
            "disaster-relief", True, DAY, BASIC_LANES, [("ground-without-lane", "disaster-relief")],
            id="no such lane in the edition",
        ),
        pytest.param(
            "disaster-relief", False, date(2022, 2, 20), ALL,
            [("ground-without-lane", "disaster-relief")], id="no row on that day",
        ),
    ],
)  # fmt: skip
def test_a_ground_that_gives_nothing_says_why(
    ground: str | None, is_said: bool, on: date, lanes: frozenset[Lane], expected: Any
) -> None:
    declaration = declared(ground)
    word = said(declaration) if is_said else None
    found = findings_of_ground(declaration, word, ROWS, on, lanes)
    assert expected == [(one.rule, one.value) for one in found]


@pytest.mark.parametrize(
    ("after", "stands"),
    [
        pytest.param(declared("disaster-relief", {**RICE, "gross_kg": 1}), True, id="less of it"),
        pytest.param(declared("disaster-relief", RICE, RICE), False, id="another line"),
        pytest.param(declared("disaster-relief", TENTS), False, id="other goods"),
        pytest.param(declared("medicines"), False, id="another ground"),
        pytest.param(declared(None), False, id="no ground any more"),
    ],
)
def test_a_confirmation_stands_for_the_ground_and_the_goods_that_it_was_given_for(
    after: Declaration, stands: bool
) -> None:
    word = said(declared())
    assert (word if stands else None) == standing(word.document(), after)
    assert standing(None, after) is None


groups = st.sampled_from(["ordinary", "fresh-produce-export"])
lines = st.fixed_dictionaries(
    {"goods_group": groups, "product": st.none() | st.sampled_from(["durian", "rice"])}
)


@given(st.lists(lines, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_lines_is_no_matter_and_what_is_stored_is_read_back(
    found: list[dict[str, Any]], random: Any
) -> None:
    word = said(declared("disaster-relief", *found))
    random.shuffle(found)
    assert word.covers(declared("disaster-relief", *found))
    assert word == Confirmation.parse(word.document())
