"""Inspections on the wire: what an officer finds, and what that does to the price."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.schemas.types import (
    Amount,
    Code,
    In,
    Instant,
    Kilograms,
    Label,
    Open,
    Out,
    Reference,
)
from app.api.texts import CATALOGUE, Language
from app.domain.charges.changes import Cause
from app.services.crossing.inspecting import Inspection, InspectionReport

WORDS = ("payload_kg", "container_length_ft", "goods_group")
_NOTHING_FOUND = ("nothing_found", "one of payload_kg, container_length_ft and goods_group")


class InspectionIn(In):
    """What was found in the place of what is declared.

    What is left out stays as it counts by now; null is as declared again.
    """

    payload_kg: Kilograms | None = None
    """The registered payload, which decides the vehicle class of the fee."""
    container_length_ft: Annotated[int | None, Field(ge=0, le=240, examples=[40])] = None
    """The lengths of the containers on it, added up; 0: there is none."""
    goods_group: Annotated[Code | None, Field(examples=["ordinary"])] = None
    """The group of the tariff that prices the whole load."""
    reason: Annotated[Label, Field(examples=["Weighed again: 7.9 t instead of 20 t"])]
    document_reference: Annotated[Label | None, Field(examples=["CAN-2026-0417"])] = None
    """The paper of it, such as the weighbridge's."""
    occurred_at: Instant | None = None
    source_reference: Reference | None = None
    """Your own; the same is recorded once."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set.intersection(WORDS):
            raise PydanticCustomError(*_NOTHING_FOUND)
        return self

    def report(self) -> InspectionReport:
        """Return what was found as the service reads it."""
        return InspectionReport(
            words={one: getattr(self, one) for one in WORDS if one in self.model_fields_set},
            reason=self.reason,
            document_reference=self.document_reference,
            occurred_at=self.occurred_at,
            source_reference=self.source_reference,
        )


class FoundOut(Out):
    """What was found and counts for the fee; null is as declared."""

    payload_kg: int | None
    container_length_ft: int | None
    goods_group: str | None


class PriceCauseOut(Out):
    """Something that makes a price another than the one before."""

    cause: Annotated[Cause, Open]
    before: str | int
    after: str | int
    message: str


class AskedOut(Out):
    """An order or a refund for a part of the difference."""

    id: UUID
    code: str
    amount: Amount


class InspectedPriceOut(Out):
    """The new price against the one before: by how much, why, and how the difference is settled."""

    charge: UUID
    before: Amount | None
    """Null: there was none."""
    after: Amount
    change: Amount
    """By how much it is more; less than nothing where it is less."""
    because: list[PriceCauseOut]
    orders: list[AskedOut]
    """What is still to be paid of it: less what was paid before."""
    refunds: list[AskedOut]
    """What is due back of what was paid."""
    cancelled_refunds: list[UUID]
    """What was due back before, and is no more."""


class InspectionOut(Out):
    """What an officer found, and what came of it."""

    id: UUID
    entry: UUID
    authority: Annotated[str, Field(examples=["customs"])]
    found: FoundOut
    """What counts from then on, earlier words included."""
    reason: str | None
    document_reference: str | None
    occurred_at: Instant
    recorded_at: Instant
    backfilled: bool
    price: InspectedPriceOut | None
    """Null: the price is as it was."""


class InspectionsOut(Out):
    """All that was found of an entry, oldest first."""

    items: list[InspectionOut]


def inspection_out(one: Inspection, language: Language) -> InspectionOut:
    """Return an inspection."""
    return InspectionOut(
        id=one.id,
        entry=one.entry_id,
        authority=one.authority,
        found=found_out(one.found),
        reason=one.reason,
        document_reference=one.document_reference,
        occurred_at=one.occurred_at,
        recorded_at=one.recorded_at,
        backfilled=one.backfilled,
        price=_price_change_out(one.outcome, language) if one.outcome else None,
    )


def found_out(found: Mapping[str, Any]) -> FoundOut:
    """Return what counts of what was found."""
    return FoundOut(**{word: found.get(word) for word in WORDS})


def _price_change_out(outcome: Mapping[str, Any], language: Language) -> InspectedPriceOut:
    before, after = outcome["before_vnd"], outcome["after_vnd"]
    return InspectedPriceOut(
        charge=UUID(outcome["charge"]),
        before=None if before is None else Amount.vnd(before),
        after=Amount.vnd(after),
        change=Amount.vnd(after - (before or 0)),
        because=[_cause_out(one, language) for one in outcome["changes"]],
        orders=[_asked_out(one) for one in outcome["orders"]],
        refunds=[_asked_out(one) for one in outcome["refunds"]],
        cancelled_refunds=[UUID(one) for one in outcome["cancelled"]],
    )


def _cause_out(one: Mapping[str, Any], language: Language) -> PriceCauseOut:
    message = CATALOGUE.say(f"price-change.{one['cause']}", language, one)
    return PriceCauseOut(
        cause=one["cause"], before=one["before"], after=one["after"], message=message
    )


def _asked_out(one: Mapping[str, Any]) -> AskedOut:
    return AskedOut(id=UUID(one["id"]), code=one["code"], amount=Amount.vnd(one["amount_vnd"]))
