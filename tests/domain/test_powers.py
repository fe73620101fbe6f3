"""Who may waive which check: a table, and its boundary days."""

from datetime import date
from uuid import UUID

import pytest

from app.domain.powers import WAIVERS, Power, WaiverRow, may_waive
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
