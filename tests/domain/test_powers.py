"""Who may waive which check and who may lift which hold: tables, boundary days and instants."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.powers import (
    WAIVERS,
    Lifting,
    Placed,
    Power,
    WaiverRow,
    lifting,
    may_waive,
)
from app.domain.principal import Principal
from app.domain.required_checks import CheckKind, parse_required_checks
from app.domain.validity import Validity
from app.domain.vocabulary import Agency, Role
from tests.domain.reference import reference

CHECKS = parse_required_checks(reference("required-checks"))
DAY = date(2026, 3, 11)
ONE, ORGANISATION = UUID(int=1), UUID(int=2)
OWN = {
    Agency.CUSTOMS: {
        CheckKind.CUSTOMS_REGISTRATION, CheckKind.CUSTOMS_ENTRY, CheckKind.TRANSSHIPMENT,
        CheckKind.CUSTOMS_CLEARANCE, CheckKind.YARD_EXIT,
    },
    Agency.BORDER_GUARD: {CheckKind.BORDER_GUARD_ENTRY, CheckKind.BORDER_GUARD_EXIT},
    Agency.MEDICAL: {CheckKind.MEDICAL},
    Agency.PLANT_QUARANTINE: {CheckKind.PLANT_QUARANTINE},
    Agency.ANIMAL_QUARANTINE: {CheckKind.ANIMAL_QUARANTINE},
    Agency.TRANSPORT: {CheckKind.TRANSPORT_LICENCE},
}  # fmt: skip


def one(role: Role, agency: Agency | None = None, *, supervisor: bool = False) -> Principal:
    return Principal(ONE, ORGANISATION, "somebody", role, agency, supervisor=supervisor)


def waived_by(principal: Principal) -> set[CheckKind]:
    return {kind for kind in CheckKind if may_waive(principal, kind, CHECKS, DAY)}


@pytest.mark.parametrize("agency", Agency)
def test_a_supervisor_waives_the_kinds_of_its_own_agency(agency: Agency) -> None:
    assert OWN[agency] == waived_by(one(Role.AGENCY, agency, supervisor=True))


def test_a_member_of_the_board_waives_any_kind() -> None:
    assert set(CheckKind) == waived_by(one(Role.BOARD))


@pytest.mark.parametrize(
    "principal",
    [
        *(pytest.param(one(Role.AGENCY, agency), id=agency) for agency in Agency),
        *(
            pytest.param(one(role), id=role)
            for role in Role
            if role not in {Role.BOARD, Role.AGENCY}
        ),
    ],
)
def test_nobody_else_waives_anything(principal: Principal) -> None:
    assert not waived_by(principal)


@pytest.mark.parametrize(
    ("day", "may"),
    [
        pytest.param(date(2022, 2, 20), False, id="the day before registration was mandatory"),
        pytest.param(date(2022, 2, 21), True, id="the first day"),
    ],
)
def test_waiving_begins_with_mandatory_registration(day: date, *, may: bool) -> None:
    assert may is may_waive(one(Role.BOARD), CheckKind.MEDICAL, CHECKS, day)
    assert 1 == len(WAIVERS)


def test_a_row_may_leave_out_kinds_and_powers() -> None:
    row = WaiverRow(frozenset({CheckKind.MEDICAL}), frozenset({Power.SUPERVISOR}), Validity())
    supervisor = one(Role.AGENCY, Agency.MEDICAL, supervisor=True)
    assert may_waive(supervisor, CheckKind.MEDICAL, CHECKS, DAY, [row])
    assert not may_waive(one(Role.BOARD), CheckKind.MEDICAL, CHECKS, DAY, [row])
    customs = one(Role.AGENCY, Agency.CUSTOMS, supervisor=True)
    assert not may_waive(customs, CheckKind.CUSTOMS_ENTRY, CHECKS, DAY, [row])


# --- who lifts a hold ---------------------------------------------------------------------------

PLACED_AT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
HOLD = Placed("customs", ORGANISATION, PLACED_AT)
OTHER = UUID(int=3)


def at_other_desk(
    role: Role, agency: Agency | None = None, *, supervisor: bool = False
) -> Principal:
    return replace(one(role, agency, supervisor=supervisor), organisation_id=OTHER)


def lifted(principal: Principal, hours: int, seconds: int = 0) -> Lifting:
    now = PLACED_AT + timedelta(hours=hours, seconds=seconds)
    return lifting(principal, HOLD, now, DAY)


def test_who_placed_a_hold_lifts_it_at_any_time() -> None:
    for hours in (0, 23, 24, 1000):
        assert Lifting.ALONE is lifted(one(Role.AGENCY, Agency.CUSTOMS), hours)


@pytest.mark.parametrize(
    ("principal", "stale"),
    [
        pytest.param(
            at_other_desk(Role.AGENCY, Agency.CUSTOMS, supervisor=True), Lifting.ALONE,
            id="the agency's supervisor",
        ),
        pytest.param(at_other_desk(Role.BOARD), Lifting.WITH_ANOTHER, id="a member of the board"),
        pytest.param(
            at_other_desk(Role.AGENCY, Agency.CUSTOMS), Lifting.NOT, id="another desk of the agency"
        ),
        pytest.param(
            at_other_desk(Role.AGENCY, Agency.MEDICAL, supervisor=True), Lifting.NOT,
            id="another agency's supervisor",
        ),
        pytest.param(one(Role.OFFICER), Lifting.NOT, id="an officer of the same house"),
    ],
)  # fmt: skip
def test_a_stale_hold_is_lifted_by_the_supervisor_or_by_two_of_the_board(
    principal: Principal, stale: Lifting
) -> None:
    assert Lifting.NOT is lifted(principal, 23, 3599)
    assert stale is lifted(principal, 24)
    assert stale is lifted(principal, 24 * 30)


@pytest.mark.parametrize(
    ("day", "say"),
    [
        pytest.param(date(2022, 2, 20), Lifting.NOT, id="the day before"),
        pytest.param(date(2022, 2, 21), Lifting.WITH_ANOTHER, id="the first day"),
    ],
)
def test_staleness_begins_with_mandatory_registration(day: date, say: Lifting) -> None:
    now = PLACED_AT + timedelta(days=2)
    assert say is lifting(at_other_desk(Role.BOARD), HOLD, now, day)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_whoever_may_lift_a_hold_may_still_do_so_later(earlier: int, more: int) -> None:
    for principal in (at_other_desk(Role.BOARD), one(Role.AGENCY, Agency.CUSTOMS)):
        if lifted(principal, 0, earlier) is not Lifting.NOT:
            assert lifted(principal, 0, earlier) is lifted(principal, 0, earlier + more)
