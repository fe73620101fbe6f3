"""A tariff as a table and back: nothing is lost, and what is wrong is named by line and column."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.charges.drafts import content_of, faults_of
from app.domain.charges.table import COLUMNS, MOST_ROWS, Line, Read, read_table, table_of
from tests.domain.reference import TARIFF_DOCUMENTS, copy_of

BASE = content_of(TARIFF_DOCUMENTS[1])

texts = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=6)
names = texts.filter(bool)
plain = (
    st.none() | st.booleans() | st.integers(0, 10**12) | texts
    | st.sampled_from(["", "null", "true", "12", "[]", "{}", '"x"', "=1+1", "'=1", "-3", "#0"])
)  # fmt: skip
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


def lines_of(document: dict[str, Any]) -> list[Line]:
    _, *rows = table_of(document)
    return [(number, dict(zip(COLUMNS, row, strict=True))) for number, row in enumerate(rows, 2)]


def told(read: Read) -> list[tuple[int, str, str]]:
    return [(line, column, error.rule) for line, column, error in read.faults]


@pytest.mark.parametrize("document", TARIFF_DOCUMENTS, ids=lambda document: document["code"])
def test_an_edition_is_read_from_its_table_as_it_was(document: dict[str, Any]) -> None:
    read = read_table(lines_of(content_of(document)))
    assert (content_of(document), []) == (read.document, read.faults)


@given(
    st.dictionaries(names.filter(lambda name: name not in BASE), values, max_size=3),
    st.dictionaries(st.integers(0, 39), st.dictionaries(names, values, max_size=2), max_size=3),
    st.lists(texts.filter(bool), max_size=3),
    st.integers(0, 10**12),
)
@example({}, {}, ['"'], 0)
@example({}, {}, [' "thuế" và phí'], 0)
def test_whatever_an_edition_says_besides_is_read_as_it_was(
    more: dict[str, Any], on_cells: dict[int, dict[str, Any]], notes: list[str], amount: int
) -> None:
    document = copy_of(BASE) | more | {"notes": notes}
    for number, extra in on_cells.items():
        document["cells"][number] = extra | document["cells"][number]
    document["cells"][3]["amount_vnd"] = amount
    document["journeys"][0]["source"] = "=" + "".join(notes)
    read = read_table(lines_of(document))
    assert (document, []) == (read.document, read.faults)


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from(COLUMNS), plain), max_size=5))
def test_any_table_is_read_to_something_that_can_be_checked(
    changes: list[tuple[int, str, Any]],
) -> None:
    lines = lines_of(copy_of(BASE))
    for number, column, value in changes:
        line, row = lines[number % len(lines)]
        lines[number % len(lines)] = (line, {**row, column: value})
    read = read_table(lines)
    faults_of(read.document)


def spoiled(line: int, **cells: Any) -> Read:
    lines = lines_of(copy_of(BASE))
    lines[line - 2] = (line, {**lines[line - 2][1], **cells})
    return read_table(lines)


@pytest.mark.parametrize(
    ("line", "cells", "expected"),
    [
        (3, {"part": "gift"}, [(3, "part", "part-unknown")]),
        (42, {"goods_group": "gold"}, [(42, "goods_group", "row-unknown")]),
        (44, {"share": None}, [(44, "share", "row-unknown")]),
        (4, {"vehicle_class": "under-2t"}, [(4, "goods_group", "row-twice")]),
        (60, {"place": "nowhere"}, [(60, "place", "place-unfit")]),
        (60, {"place": "/a" * 5000}, [(60, "place", "place-unfit")]),
        (60, {"place": "/title/vi/x"}, [(60, "place", "place-twice")]),
        (60, {"place": "/title"}, [(60, "place", "place-twice")]),
        (60, {"value": '"open'}, [(60, "value", "value-unfit")]),
        (3, {"source": '"open'}, [(3, "source", "value-unfit")]),
    ],
)
def test_a_fault_of_the_table_has_line_and_column(
    line: int, cells: dict[str, Any], expected: list[tuple[int, str, str]]
) -> None:
    assert expected == told(spoiled(line, **cells))


def test_a_share_given_twice_is_named() -> None:
    lines = lines_of(copy_of(BASE))
    share = next(row for _, row in lines if row["part"] == "share")
    assert [(999, "share", "row-twice")] == told(read_table([*lines, (999, share)]))


def test_a_fault_of_the_edition_stands_where_its_value_stood() -> None:
    read = spoiled(5, value="1.5")
    (error,) = faults_of(read.document)
    assert ("/cells/3/amount_vnd", (5, "value")) == (error.pointer, read.at(error.pointer))
    assert (5, "goods_group") == read.at("/cells/3")
    assert read.at("/cells") is None


def test_a_table_has_an_end() -> None:
    rows = [(number, {"part": "cell"}) for number in range(2, MOST_ROWS + 4)]
    assert [(MOST_ROWS + 2, "part", "too-many-rows")] == told(read_table(rows))


def test_what_is_a_value_has_no_rows_of_numbers() -> None:
    lines: list[Line] = [
        (2, {"part": "fact", "place": "/journeys", "value": "x"}),
        (3, {"part": "share", "share": "inland-import", "value": 1}),
    ]
    assert [(3, "share", "row-unknown")] == told(read_table(lines))


def test_nothing_at_all_is_no_document() -> None:
    assert {"cells": []} == read_table([]).document
    root = read_table([(2, {"part": "fact", "place": "/#0", "value": "x"})])
    assert {"cells": []} == root.document
