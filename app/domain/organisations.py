"""Organisations: what they are, which role acts for them, and who manages whom."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.domain import identifiers
from app.domain.authorisation import Action, decide, house
from app.domain.errors import (
    FieldError,
    OrganisationNotFoundError,
    OrganisationUnfitError,
    RoleForbiddenError,
    ScopeMissingError,
)
from app.domain.identifiers import Kind
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Role, Scope


class OrganisationKind(StrEnum):
    """What an organisation is; whoever acts for it has the one role that goes with it."""

    COMPANY = "company"
    CENTRE = "centre"
    AGENCY = "agency"
    YARD = "yard"
    BANK = "bank"
    COLLECTOR = "collector"
    BOARD = "board"
    AUDITOR = "auditor"
    APP = "app"
    OPERATOR = "operator"


ROLES: Final[Mapping[OrganisationKind, Role]] = MappingProxyType(
    {
        OrganisationKind.COMPANY: Role.COMPANY,
        OrganisationKind.CENTRE: Role.OFFICER,
        OrganisationKind.AGENCY: Role.AGENCY,
        OrganisationKind.YARD: Role.YARD,
        OrganisationKind.BANK: Role.BANK,
        OrganisationKind.COLLECTOR: Role.COLLECTOR,
        OrganisationKind.BOARD: Role.BOARD,
        OrganisationKind.AUDITOR: Role.AUDITOR,
        OrganisationKind.APP: Role.APP,
        OrganisationKind.OPERATOR: Role.ADMIN,
    }
)
KINDS: Final[Mapping[Role, OrganisationKind]] = MappingProxyType(
    {role: kind for kind, role in ROLES.items()}
)
OVERSEERS: Final = frozenset({Role.BOARD, Role.ADMIN})
"""They make organisations, and manage the members, clients and keys of all of them."""


def admitted_tax_code(
    kind: OrganisationKind, agency: Agency | None, tax_code: str | None
) -> str | None:
    """Return the tax code, as it is stored, of an organisation that may be made so.

    Raises:
        OrganisationUnfitError: a company without a valid tax code; an agency that does not say
            which, or something else that says so.
    """
    if errors := tuple(_faults(kind, agency, tax_code)):
        raise OrganisationUnfitError(errors=errors)
    return tax_code and identifiers.read(Kind.TAX_CODE, tax_code).normalised


def _faults(
    kind: OrganisationKind, agency: Agency | None, tax_code: str | None
) -> Iterator[FieldError]:
    if tax_code is None:
        if kind is OrganisationKind.COMPANY:
            yield FieldError("/tax_code", "required")
    elif identifiers.read(Kind.TAX_CODE, tax_code).normalised is None:
        yield FieldError("/tax_code", "tax-code-invalid", tax_code)
    if kind is OrganisationKind.AGENCY and agency is None:
        yield FieldError("/agency", "required")
    if kind is not OrganisationKind.AGENCY and agency is not None:
        yield FieldError("/agency", "not-null", agency.value)


def ensure_supervision(principal: Principal, kind: OrganisationKind, *, wanted: bool) -> None:
    """Refuse to make a supervisor of whoever cannot be one, or by whoever may not make one.

    Raises:
        OrganisationUnfitError: only agencies have supervisors.
        RoleForbiddenError: an agency does not name its own, who waives checks and lifts holds.
    """
    if wanted and kind is not OrganisationKind.AGENCY:
        raise OrganisationUnfitError(errors=(FieldError("/supervisor", "supervisor-of-agencies"),))
    if wanted and not oversees(principal):
        raise RoleForbiddenError(role=principal.authority)


def oversees(principal: Principal) -> bool:
    """Tell whether a principal looks after the organisations of others."""
    return principal.role in OVERSEERS


def sees(principal: Principal, organisation_id: UUID) -> bool:
    """Tell whether a principal may look at an organisation: its own, or any of whoever sees all."""
    return decide(principal, Action.HOUSE, house(principal, organisation_id))


def ensure_manages(principal: Principal, organisation_id: UUID) -> None:
    """Refuse whoever manages neither all organisations nor this one.

    Raises:
        OrganisationNotFoundError: whose organisation it is, nobody else learns.
    """
    if not decide(principal, Action.MANAGE, house(principal, organisation_id)):
        raise OrganisationNotFoundError


def ensure_within(scopes: frozenset[Scope], held: frozenset[Scope]) -> None:
    """Refuse to give scopes that the giver has not.

    Raises:
        ScopeMissingError: naming the first of them.
    """
    for scope in Scope:
        if scope in scopes - held:
            raise ScopeMissingError(scope=scope.value)
