"""Who reads and answers a difficulty, and which public words give somebody away."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.difficulties import (
    Case,
    Leak,
    ensure_answerable,
    ensure_publishable,
    leaks,
    may_read,
)
from app.domain.errors import (
    DifficultyAnsweredError,
    DifficultyNotForPublicationError,
    DifficultyNotYoursError,
    DifficultyUnansweredError,
    DomainError,
)
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Role

AT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
COMPANY, SOMEBODY = uuid4(), uuid4()


def principal(role: Role, organisation: UUID | None = None, of: UUID | None = None) -> Principal:
    agency = Agency.CUSTOMS if role is Role.AGENCY else None
    return Principal(of or uuid4(), organisation or uuid4(), "somebody", role, agency)


def case(
    *,
    by: UUID | None = COMPANY,
    to: UUID | None = None,
    agreed: bool = True,
    answered: bool = False,
) -> Case:
    return Case(by, to, agreed, AT if answered else None)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        pytest.param(principal(Role.OFFICER), True, id="any officer"),
        pytest.param(principal(Role.BOARD), True, id="the board"),
        pytest.param(principal(Role.AUDITOR), True, id="the auditor"),
        pytest.param(principal(Role.COMPANY, COMPANY), True, id="the company that reported it"),
        pytest.param(principal(Role.COMPANY), False, id="another company"),
        pytest.param(principal(Role.AGENCY, of=SOMEBODY), True, id="the agency it is assigned to"),
        pytest.param(principal(Role.AGENCY), False, id="another agency"),
        pytest.param(principal(Role.YARD, COMPANY), False, id="a yard of that organisation"),
    ],
)
def test_who_may_read(who: Principal, *, expected: bool) -> None:
    assert expected == may_read(who, case(to=SOMEBODY))


def test_what_a_driver_reported_no_company_may_read() -> None:
    assert not may_read(principal(Role.COMPANY, COMPANY), case(by=None))


@pytest.mark.parametrize(
    ("who", "what", "error"),
    [
        pytest.param(principal(Role.OFFICER), case(), None, id="an officer"),
        pytest.param(principal(Role.BOARD), case(), None, id="the board"),
        pytest.param(principal(Role.YARD, of=SOMEBODY), case(to=SOMEBODY), None, id="assigned"),
        pytest.param(principal(Role.YARD), case(), DifficultyNotYoursError, id="not assigned"),
        pytest.param(
            principal(Role.OFFICER), case(answered=True), DifficultyAnsweredError, id="a second one"
        ),
    ],
)
def test_who_answers_and_once(who: Principal, what: Case, error: type[DomainError] | None) -> None:
    if error is None:
        ensure_answerable(who, what)
        return
    with pytest.raises(error):
        ensure_answerable(who, what)


def test_it_is_published_after_its_answer_and_where_the_reporter_agreed() -> None:
    ensure_publishable(case(answered=True))
    with pytest.raises(DifficultyUnansweredError):
        ensure_publishable(case())
    with pytest.raises(DifficultyNotForPublicationError):
        ensure_publishable(case(answered=True, agreed=False))


NAMES = ("Nguyễn Văn An", "Công ty Hoa Quả Bắc Giang", "12C00017", "An", "")


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        pytest.param("The list of growing areas was read a day late.", [], id="harmless"),
        pytest.param("GL-07 on 22 August 2026, 1,500 vehicles a day", [], id="codes and days"),
        pytest.param("Call 0912 345 678", [Leak.NUMBER], id="a phone"),
        pytest.param("Gọi +84-912-345-678", [Leak.NUMBER], id="a phone from abroad"),
        pytest.param("Lorry 29H-123.45 was let past", [Leak.PLATE], id="somebody else's plate"),
        pytest.param("xe 29h 12345 đi trước", [Leak.PLATE], id="a plate in small letters"),
        pytest.param("桂F12345 先走了", [Leak.PLATE], id="a Chinese plate"),
        pytest.param("write to an@example.vn", [Leak.ADDRESS], id="an address"),
        pytest.param("nguyễn  văn an was rude", [Leak.NAME], id="a name in small letters"),
        pytest.param("CÔNG TY HOA-QUẢ BẮC GIANG", [Leak.NAME], id="a company in capitals"),
        pytest.param("12 C 000.17", [Leak.PLATE, Leak.NAME], id="the plate, spelled apart"),
        pytest.param("An officer can answer", [], id="a name that is part of words"),
    ],
)
def test_public_words_give_nobody_away(wording: str, expected: list[Leak]) -> None:
    assert expected == list(leaks(wording, NAMES))


@given(
    st.text("abc đế.,", max_size=20),
    st.sampled_from([" ", "-", ".", ""]),
    st.lists(st.integers(0, 9), min_size=9, max_size=11),
)
def test_a_phone_is_found_however_it_is_written(around: str, mark: str, digits: list[int]) -> None:
    phone = mark.join(map(str, digits))
    assert Leak.NUMBER in leaks(f"{around} {phone} {around}", ())
