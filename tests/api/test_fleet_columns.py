"""The table of columns, and cells as people write them."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.api.fleet.cells import Cell, value_of
from app.api.fleet.columns import BY_NAME, COLUMNS, Column, Kind, column_of, put, taken
from app.api.schemas.declarations import EntryIn
from app.api.texts import CATALOGUE, Language

JSON_ONLY = {"/receiving_vehicles/0/containers"}
"""What only JSON can say."""


def leaves(model: type[BaseModel], at: str = "") -> Iterator[str]:
    """Yield a pointer to every field of a model that is no object, of lists to their first item."""
    for name, field in model.model_fields.items():
        yield from _of(field.annotation, f"{at}/{name}")


def _of(annotation: Any, pointer: str) -> Iterator[str]:
    models = [
        one for one in _flat(annotation) if isinstance(one, type) and issubclass(one, BaseModel)
    ]
    is_list = any(getattr(one, "__origin__", None) is list for one in _flat(annotation))
    if not models:
        yield pointer
    for model in models:
        yield from leaves(model, f"{pointer}/0" if is_list else pointer)


def _flat(annotation: Any) -> Iterator[Any]:
    yield annotation
    for one in get_args(annotation):
        yield from _flat(one)


def test_every_field_of_a_declaration_has_a_column() -> None:
    known = {column.pointer for column in COLUMNS}
    fields = {
        pointer for pointer in leaves(EntryIn)
        if not any(pointer.startswith(only) for only in JSON_ONLY)
    }  # fmt: skip
    assert set() == fields - known


def test_names_and_pointers_are_unique_and_explained() -> None:
    assert len(COLUMNS) == len({column.name for column in COLUMNS})
    assert len(COLUMNS) == len({column.pointer for column in COLUMNS})
    for column in COLUMNS:
        assert all(CATALOGUE.say(column.key, language) for language in Language)


@given(st.dictionaries(st.sampled_from(COLUMNS), st.integers(), max_size=12))
def test_what_is_put_into_a_document_is_taken_out_again(cells: dict[Column, int]) -> None:
    document: dict[str, Any] = {}
    for column, value in cells.items():
        put(document, column.pointer, value)
    for column in COLUMNS:
        found = taken(document, column.pointer)
        assert cells.get(column) == (None if found in ({}, []) else found)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_pointer_is_about_its_column(column: Column) -> None:
    assert column == column_of(column.pointer)
    assert column == column_of(f"{column.pointer}/3")


def test_a_pointer_to_more_than_one_column_is_about_the_first() -> None:
    assert BY_NAME["goods_group"] == column_of("/consignments/0/lines/0")
    assert BY_NAME["declaration_number"] == column_of("/consignments/0")
    assert None is column_of("/column 57")


CELLS = [
    (Kind.NUMBER, "15000", 15000),
    (Kind.NUMBER, "15.000", 15000),
    (Kind.NUMBER, "1,234,567", 1234567),
    (Kind.NUMBER, " 14\u00a0000 ", 14000),
    (Kind.NUMBER, "15000,0", 15000),
    (Kind.NUMBER, "15.5", "15.5"),
    (Kind.NUMBER, "1" * 30, "1" * 30),
    (Kind.NUMBER, 8000.0, 8000),
    (Kind.NUMBER, 8000.5, 8000.5),
    (Kind.NUMBER, True, True),
    (Kind.TEXT, 309900000015.0, "309900000015"),
    (Kind.TEXT, "'=1+1", "=1+1"),
    (Kind.TEXT, "'quoted'", "'quoted'"),
    (Kind.TEXT, "  12C ", "  12C "),
    (Kind.FLAG, "CÓ", True),
    (Kind.FLAG, False, False),
    (Kind.FLAG, 1.0, True),
    (Kind.FLAG, "perhaps", "perhaps"),
    (Kind.DAY, "21/2/2026", "2026-02-21"),
    (Kind.DAY, "2026-02-21T00:00:00", "2026-02-21"),
    (Kind.DAY, "soon", "soon"),
    (Kind.INSTANT, "21/02/2026 8:05", "2026-02-21T08:05:00+07:00"),
    (Kind.INSTANT, "2026-02-21T08:05:09", "2026-02-21T08:05:09+07:00"),
    (Kind.INSTANT, "21.02.2026 08h05", "2026-02-21T08:05:00+07:00"),
    (Kind.INSTANT, "2026-02-21T08:05:00Z", "2026-02-21T08:05:00Z"),
    (Kind.INSTANT, "2026-02-21", "2026-02-21"),
    (Kind.TEXTS, "a; b,c|d\n", ["a", "b", "c", "d"]),
    (Kind.TEXT, "  ", None),
    (Kind.NUMBER, None, None),
]


@pytest.mark.parametrize(("kind", "cell", "value"), CELLS)
def test_a_cell_is_read_as_people_mean_it(kind: Kind, cell: Cell, value: object) -> None:
    read = value_of(kind, cell)
    assert (value, type(value)) == (read, type(read))


@given(st.sampled_from(Kind), st.one_of(st.text(), st.floats(), st.integers(), st.booleans()))
def test_any_cell_has_a_value_of_json_or_none(kind: Kind, cell: Cell) -> None:
    assert isinstance(value_of(kind, cell), str | int | float | bool | list | None)
