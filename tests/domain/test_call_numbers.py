"""Numbers by which gates call, however they are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.call_numbers import read_call, shown_call

PREFIXES = {"tan-thanh": "TT", "huu-nghi": "HN"}


@pytest.mark.parametrize(
    ("text", "gate", "expected"),
    [
        ("TT-0012", None, ("tan-thanh", "TT-0012")),
        (" tt 12", "huu-nghi", ("tan-thanh", "TT-0012")),
        ("12", "huu-nghi", ("huu-nghi", "HN-0012")),
        ("12", None, None),
        ("12", "nowhere", None),
        ("XX-12", "tan-thanh", None),
        ("12C-000.17", "tan-thanh", None),
        ("12345", "tan-thanh", None),
        ("", "tan-thanh", None),
    ],
)
def test_a_number_is_one_of_its_prefix_or_of_the_gate_where_it_is_said(
    text: str, gate: str | None, expected: tuple[str, str] | None
) -> None:
    assert expected == read_call(text, PREFIXES, gate)


@given(st.sampled_from(sorted(PREFIXES)), st.integers(0, 9999))
def test_what_a_board_shows_is_read_as_it_was_meant(gate: str, number: int) -> None:
    shown = shown_call(PREFIXES[gate], number)
    assert (gate, shown) == read_call(shown, PREFIXES) == read_call(str(number), PREFIXES, gate)
