"""What a broken constraint means to the rules, by the constraint's name."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from app.domain.errors import (
    DelegationExistsError,
    DomainError,
    DuplicateReferenceError,
    NameTakenError,
    OrganisationExistsError,
    PlateAlreadyRegisteredError,
    QuoteUsedError,
    RefundReferenceTakenError,
    RemittanceReferenceTakenError,
    RetryCollisionError,
    RetryMismatchError,
    ShiftOpenError,
    SignInFailedError,
    SourceExistsError,
    SubstitutionOpenError,
)

BY_NAME: dict[str, type[DomainError]] = {
    "uq_entries_organisation_id_client_reference": DuplicateReferenceError,
    "uq_entries_open_plate": PlateAlreadyRegisteredError,
    "uq_observations_organisation_id_source_reference": RetryCollisionError,
    "uq_checks_organisation_id_source_reference": RetryCollisionError,
    "uq_holds_organisation_id_source_reference": RetryCollisionError,
    "uq_scoped_holds_organisation_id_source_reference": RetryCollisionError,
    "uq_payments_organisation_id_source_reference": RetryCollisionError,
    "uq_payments_organisation_id_message_id": RetryMismatchError,
    "uq_bank_secrets_organisation_id": RetryCollisionError,
    "uq_charges_quote_id": QuoteUsedError,
    "uq_refunds_paid_reference": RefundReferenceTakenError,
    "uq_receptions_organisation_id_source_reference": RetryCollisionError,
    "uq_shifts_open": ShiftOpenError,
    "uq_sources_code": SourceExistsError,
    "uq_substitutions_open": SubstitutionOpenError,
    "uq_organisations_name": OrganisationExistsError,
    "uq_sessions_state_hash": SignInFailedError,
    "uq_organisations_tax_code": OrganisationExistsError,
    "uq_delegations_of_entry": DelegationExistsError,
    "uq_delegations_of_all": DelegationExistsError,
    "uq_principals_name": NameTakenError,
    "uq_remittances_reference": RemittanceReferenceTakenError,
    "pk_stored_answers": RetryCollisionError,
}


@contextmanager
def named_failures() -> Iterator[None]:
    """Raise the domain's error where a constraint is broken that has a name in the rules.

    Raises:
        DomainError: the rule that the constraint guards.
    """
    try:
        yield
    except IntegrityError as error:
        known = translated(error)
        if known is None:
            raise
        raise known from error


def translated(error: IntegrityError) -> DomainError | None:
    """Return the domain's name for a broken constraint, None where it has none."""
    said = (error.orig, getattr(error.orig, "__cause__", None))
    names = (getattr(one, "constraint_name", None) for one in said)
    known = next((BY_NAME[name] for name in names if name in BY_NAME), None)
    return known() if known else None
