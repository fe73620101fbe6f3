"""Who reads which of a driver's data, for what."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import PurposeForbiddenError
from app.domain.personal import (
    EVERYTHING,
    PURPOSES,
    Personal,
    Purpose,
    ensure_sought,
    fields_for,
    shown,
)
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Role

ID = UUID(int=1)
FIRST = date(2022, 2, 21)


def principal(who: Role | Agency) -> Principal:
    agency = who if isinstance(who, Agency) else None
    role = Role.AGENCY if isinstance(who, Agency) else who
    return Principal(ID, ID, "somebody", role, agency)


NOBODYS = (
    Role.YARD,
    Role.BANK,
    Role.COLLECTOR,
    Role.AUDITOR,
    Role.ADMIN,
    Agency.MEDICAL,
    Agency.TRANSPORT,
)


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_one_row_that_is_in_force_from_the_first_day(purpose: Purpose) -> None:
    rows = [row for row in PURPOSES if row.purpose is purpose]
    assert [True] == [row.valid.covers(FIRST) for row in rows]
    assert all(row.fields and row.readers and row.because for row in rows)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("who", NOBODYS)
def test_who_has_no_purpose_reads_nothing(purpose: Purpose, who: Role | Agency) -> None:
    with pytest.raises(PurposeForbiddenError) as raised:
        fields_for(principal(who), purpose, FIRST)
    assert {"purpose": purpose.value, "role": str(who)} == raised.value.facts


def test_before_the_first_day_nobody_reads_anything() -> None:
    with pytest.raises(PurposeForbiddenError):
        fields_for(principal(Role.BOARD), Purpose.SUBJECT_REQUEST, date(2022, 2, 20))


def test_a_guard_compares_the_paper_and_rings_nobody_for_it() -> None:
    guard = principal(Agency.BORDER_GUARD)
    assert (Personal.NAME, Personal.DOCUMENT_NUMBER) == fields_for(
        guard, Purpose.BORDER_CONTROL, FIRST
    )
    with pytest.raises(PurposeForbiddenError) as raised:
        ensure_sought(guard, Purpose.BORDER_CONTROL, Personal.PHONE, FIRST)
    assert ["/phone"] == [one.pointer for one in raised.value.errors]
    ensure_sought(guard, Purpose.BORDER_CONTROL, Personal.DOCUMENT_NUMBER, FIRST)


@given(st.sets(st.sampled_from(Personal)))
def test_what_is_not_asked_for_is_not_shown(fields: set[Personal]) -> None:
    values = dict.fromkeys(EVERYTHING, "kept")
    assert {one: "kept" if one in fields else None for one in EVERYTHING} == shown(fields, values)
