"""A form becomes the document that the API takes, and a document fills a form."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.forms import document_of, pointers_of

NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
LEAVES = st.from_regex(r"[A-Za-z0-9 ]*[A-Za-z]", fullmatch=True)
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
        ),
        max_leaves=6,
    ),
)


@given(DOCUMENTS)
def test_a_document_fills_a_form_that_becomes_it_again(document: dict[str, Any]) -> None:
    assert document == document_of(pointers_of(document))


@pytest.mark.parametrize(
    ("text", "value"),
    [("250", 250), ("0", 0), ("2.5", "2.5"), ("-3", "-3"), ("١٢", "١٢"), ("9" * 16, "9" * 16)],
)
def test_what_is_no_whole_number_stays_text_for_the_api_to_refuse(text: str, value: object) -> None:
    assert {"weight_kg": value} == document_of({"/weight_kg": text}, whole={"weight_kg"})


def test_yes_and_no_are_said_and_what_is_empty_is_not() -> None:
    fields = {"/empty": "", "key": "k", "/a/chilled": "yes", "/b/chilled": "no"}
    expected = {"a": {"chilled": True}, "b": {"chilled": False}}
    assert expected == document_of(fields, flags={"chilled"})


def test_rows_that_were_left_empty_close_up() -> None:
    fields = {"/goods/0/name": "", "/goods/10/name": "b", "/goods/2/name": "a"}
    assert {"goods": [{"name": "a"}, {"name": "b"}]} == document_of(fields)
