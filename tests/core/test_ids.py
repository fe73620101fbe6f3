"""References that people read aloud: how they are written, and read back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import is_reference, read_reference, reference_of


@given(st.integers(0, 2**128 - 1))
def test_every_reference_is_one_however_it_is_typed(number: int) -> None:
    reference = reference_of(UUID(int=number))
    assert is_reference(reference)
    assert reference == read_reference(reference.lower().replace("-", " "))


@pytest.mark.parametrize(
    "text",
    ["", "E", "-", "12C-000.17", "E4K7-9QXPM", "E4K7-9QXPM23", "E4K79-QXPM2", "F4K7-9QXPM2",
     "E4K7-9QXPMU", "E4K79QXPM2", "e4K7-9QXPM2", "E4K7-9QXPM2\n"],
)  # fmt: skip
def test_what_is_written_otherwise_is_none(text: str) -> None:
    assert not is_reference(text)
