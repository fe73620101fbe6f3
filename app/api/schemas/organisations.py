"""Organisations on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import Choice, In, Instant, Label, Open, Out, RawIdentifier
from app.domain.organisations import OrganisationKind
from app.domain.vocabulary import Agency
from app.services.access.organisations import Organisation


class OrganisationIn(In):
    """A new organisation."""

    name: Annotated[Label, Field(examples=["Công ty TNHH Ví Dụ"])]
    kind: Choice[OrganisationKind]
    """What it is; the role of all who act for it goes with it."""
    agency: Choice[Agency] | None = None
    """Which agency it is; for the kind `agency`, and only for it."""
    tax_code: Annotated[RawIdentifier | None, Field(examples=["9900123459"])] = None
    """A company needs one; its check digit is looked at."""


class VerificationIn(In):
    """What the board has found of a company."""

    verified: bool
    """Whether it may act on entries."""
    reason: Label | None = None
    """Why not; needed where it is not verified."""


class OrganisationOut(Out):
    """An organisation."""

    id: UUID
    name: Annotated[str, Field(examples=["Sandbox company 1"])]
    kind: Annotated[OrganisationKind, Open]
    agency: Annotated[Agency, Open] | None
    tax_code: Annotated[str | None, Field(examples=["9900123466"])]
    verified: bool
    """A company that is not reads, and manages itself; it registers nothing yet."""
    doubt: str | None
    """Why the board took its confirmation back."""
    created_at: Instant


class OrganisationsOut(Page[OrganisationOut]):
    """One page of organisations, newest first."""


def organisation_out(one: Organisation) -> OrganisationOut:
    """Return an organisation as everybody sees it who may."""
    return OrganisationOut.model_validate(one, from_attributes=True)
