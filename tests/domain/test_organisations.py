"""What organisations are, and who manages whom."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.errors import (
    OrganisationNotFoundError,
    OrganisationUnfitError,
    RoleForbiddenError,
    ScopeMissingError,
)
from app.domain.organisations import (
    KINDS,
    ROLES,
    OrganisationKind,
    admitted_tax_code,
    ensure_manages,
    ensure_supervision,
    ensure_within,
    sees,
)
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Role, Scope

OWN, OTHER = uuid4(), uuid4()
VALID, INVALID = "9900123459", "9900123458"
COMPANY, AGENCY, YARD = OrganisationKind.COMPANY, OrganisationKind.AGENCY, OrganisationKind.YARD


def principal(role: Role, organisation: UUID = OWN) -> Principal:
    return Principal(uuid4(), organisation, "somebody", role)


def test_each_kind_acts_in_a_role_of_its_own() -> None:
    assert set(OrganisationKind) == ROLES.keys()
    assert set(Role) == KINDS.keys()


@pytest.mark.parametrize(
    ("kind", "agency", "tax_code", "faults"),
    [
        pytest.param(COMPANY, None, VALID, {}, id="a company"),
        pytest.param(COMPANY, None, None, {"/tax_code": "required"}, id="without a tax code"),
        pytest.param(
            COMPANY, None, INVALID, {"/tax_code": "tax-code-invalid"}, id="with a wrong digit"
        ),
        pytest.param(
            COMPANY, Agency.CUSTOMS, None, {"/tax_code": "required", "/agency": "not-null"},
            id="all at once",
        ),
        pytest.param(AGENCY, Agency.CUSTOMS, None, {}, id="an agency"),
        pytest.param(AGENCY, None, None, {"/agency": "required"}, id="that does not say which"),
        pytest.param(YARD, None, None, {}, id="a yard needs no tax code"),
        pytest.param(YARD, None, INVALID, {"/tax_code": "tax-code-invalid"}, id="but no wrong one"),
    ],
)  # fmt: skip
def test_what_an_organisation_says_of_itself_goes_together(
    kind: OrganisationKind, agency: Agency | None, tax_code: str | None, faults: dict[str, str]
) -> None:
    if not faults:
        assert tax_code == admitted_tax_code(kind, agency, tax_code)
        return
    with pytest.raises(OrganisationUnfitError) as refused:
        admitted_tax_code(kind, agency, tax_code)
    assert faults == {one.pointer: one.rule for one in refused.value.errors}


def test_a_tax_code_is_stored_in_one_spelling() -> None:
    assert "9900123459001" == admitted_tax_code(COMPANY, None, " 9900123459-001 ")


@pytest.mark.parametrize("role", Role)
def test_one_manages_ones_own_and_the_board_and_the_operator_all(role: Role) -> None:
    ensure_manages(principal(role), OWN)
    assert sees(principal(role), OWN)
    if role in {Role.BOARD, Role.ADMIN}:
        ensure_manages(principal(role), OTHER)
        assert sees(principal(role), OTHER)
        return
    with pytest.raises(OrganisationNotFoundError):
        ensure_manages(principal(role), OTHER)
    assert (role is Role.AUDITOR) is sees(principal(role), OTHER)


def test_the_board_names_supervisors_of_agencies_and_an_agency_does_not() -> None:
    agency = principal(Role.AGENCY)
    ensure_supervision(agency, AGENCY, wanted=False)
    ensure_supervision(principal(Role.BOARD), AGENCY, wanted=True)
    with pytest.raises(RoleForbiddenError):
        ensure_supervision(agency, AGENCY, wanted=True)
    with pytest.raises(OrganisationUnfitError):
        ensure_supervision(principal(Role.BOARD), YARD, wanted=True)


@given(some.frozensets(some.sampled_from(Scope)), some.frozensets(some.sampled_from(Scope)))
def test_nobody_gives_a_scope_that_it_has_not(
    scopes: frozenset[Scope], held: frozenset[Scope]
) -> None:
    missing = [scope for scope in Scope if scope in scopes and scope not in held]
    if not missing:
        ensure_within(scopes, held)
        return
    with pytest.raises(ScopeMissingError) as refused:
        ensure_within(scopes, held)
    assert {"scope": missing[0].value} == refused.value.facts
