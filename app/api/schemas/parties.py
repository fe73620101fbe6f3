"""Parties of entries on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.schemas.types import Id, In, Instant, Open, Out, RawIdentifier
from app.domain import identifiers
from app.domain.delegations import Asked, Ending
from app.domain.identifiers import Kind
from app.domain.vocabulary import Party
from app.services.access.delegating import Between

_ONE_ORGANISATION = (
    "one_organisation",
    "an organisation's id or its tax code is needed, and only one of them",
)


class PartyIn(In):
    """Who is to be which party, named by id or by tax code; its time is half-open."""

    party: Annotated[Literal["carrier", "owner", "payer"], Field(examples=["carrier"])]
    """`carrier`: amends vehicle and driver, substitutes, defers. `payer`: reads orders."""
    organisation: Id | None = None
    tax_code: Annotated[RawIdentifier | None, Field(examples=["9900123473"])] = None
    starts_at: Instant | None = None
    """Null: at once."""
    ends_at: Instant | None = None
    """Null: until it is revoked or refused; the instant itself is out."""

    @model_validator(mode="after")
    def _names_one(self) -> "PartyIn":
        if (self.organisation is None) == (self.tax_code is None):
            raise PydanticCustomError(*_ONE_ORGANISATION)
        return self

    def asked(self) -> Asked:
        """Return what is asked for, a tax code as it is stored."""
        read = identifiers.read(Kind.TAX_CODE, self.tax_code)
        return Asked(
            party=Party(self.party),
            organisation=self.organisation,
            tax_code=read.normalised,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )


class PartyOut(Out):
    """An organisation that is let be a party of an entry, or of all entries of another."""

    id: UUID
    party: Annotated[Party, Open]
    organisation: UUID
    organisation_name: Annotated[str, Field(examples=["Sandbox company 2"])]
    grantor: UUID
    grantor_name: Annotated[str, Field(examples=["Sandbox company 1"])]
    """Who declared the entry, or whose entries they are."""
    entry: UUID | None
    """Null: all entries of the grantor."""
    reference: Annotated[str | None, Field(examples=["E4K7-9QXPM2"])]
    starts_at: Instant | None
    ends_at: Instant | None
    granted_at: Instant
    granted_by: Annotated[str, Field(examples=["company-1"])]
    ended_at: Instant | None
    ended_by: str | None
    ending: Annotated[Ending, Open] | None
    """`revoked` by its grantor or an officer, `refused` by the party; `over`: granted anew."""


class PartiesOut(Page[PartyOut]):
    """One page of parties, newest first."""


def party_out(one: Between) -> PartyOut:
    """Return a delegation as either side sees it."""
    row = one.delegation
    return PartyOut(
        id=row.id,
        party=Party(row.party),
        organisation=row.organisation_id,
        organisation_name=one.organisation,
        grantor=row.grantor_id,
        grantor_name=one.grantor,
        entry=row.entry_id,
        reference=one.reference,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        granted_at=row.granted_at,
        granted_by=one.granted_by,
        ended_at=row.ended_at,
        ended_by=one.ended_by,
        ending=Ending(row.ending) if row.ending else None,
    )
