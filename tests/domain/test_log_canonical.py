"""The same facts have the same bytes; what languages disagree about has none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.log.canonical import LARGEST, NotCanonicalError, canonical

KEYS = st.text(st.characters(max_codepoint=127), max_size=6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXTS
VALUES = st.recursive(
    LEAVES, lambda some: st.lists(some, max_size=4) | st.dictionaries(KEYS, some, max_size=4)
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param(b'{"a":[1,null,true],"b":{}}', {"b": {}, "a": (1, None, True)}, id="sorted"),
        pytest.param(
            b'"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f/"', '\b\t\n\f\r"\\\0\x1f/', id="escapes"
        ),
        pytest.param('"Tân Thanh\x7f\u2028"'.encode(), "Tân Thanh\x7f\u2028", id="others as is"),
        pytest.param(b"-9007199254740991", -LARGEST, id="the largest integer"),
    ],
)
def test_it_is_written_as_rfc_8785_says(written: bytes, value: object) -> None:
    assert written == canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": [1.5]}, id="a fraction"),
        pytest.param(LARGEST + 1, id="an integer that a double cannot hold"),
        pytest.param({1: "a"}, id="a key that is no text"),
        pytest.param({"ä": 1}, id="a key beyond ASCII"),
        pytest.param(["\ud800"], id="a lone surrogate"),
        pytest.param(b"raw", id="bytes"),
    ],
)
def test_what_has_no_only_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical(value)


@given(VALUES)
def test_what_is_read_back_is_the_same_and_written_the_same(value: object) -> None:
    written = canonical(value)
    assert value == json.loads(written)
    assert written == canonical(json.loads(written))
    assert b"\n" not in written
