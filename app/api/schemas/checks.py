"""Checks of many entries at once, requested and waived checks."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.problems import Problem
from app.api.schemas.entries import CheckIn, CheckOut
from app.api.schemas.types import Choice, Id, Instant, Label, Open, Out, RawIdentifier, Reference
from app.api.schemas.types import In as Sent
from app.domain.hold_scope import ScopeKind
from app.domain.required_checks import CheckKind
from app.domain.vocabulary import Direction, State

MOST_CHECKS = 100


class CheckRowIn(CheckIn):
    """A check of one of many entries."""

    entry: Id


class ChecksIn(Sent):
    """Checks of up to a hundred entries; each is taken or refused by itself."""

    checks: Annotated[list[CheckRowIn], Field(min_length=1, max_length=MOST_CHECKS)]


class CheckRowOut(Out):
    """What became of one row, in the order sent."""

    entry: UUID
    recorded: bool
    check: CheckOut | None
    """The check, as it stands now; null where the row was refused."""
    problem: Problem | None
    """Why the row was refused; its pointers are into the request that had all rows."""


class ChecksOut(Out):
    """What became of each row, in the order sent."""

    checks: list[CheckRowOut]
    refused: Annotated[int, Field(examples=[0])]
    """How many rows were refused."""


class CheckRequestIn(Sent):
    """A kind of check that is asked for, or waived, with the reason."""

    kind: Choice[CheckKind]
    reason: Label
    source_reference: Reference | None = None


class CheckRequestOut(Out):
    """A request that nobody has answered yet, with the entry it is about."""

    request: CheckOut
    entry: UUID
    reference: str
    gate: str
    direction: Annotated[Direction, Open]
    state: Annotated[State, Open]
    plate: str | None
    yard: str | None


class CheckRequestsOut(Page[CheckRequestOut]):
    """One page of the requests that nobody has answered."""


class ScopedHoldIn(Sent):
    """A stop on a vehicle or a consignment: by exactly one of its names."""

    plate: Annotated[RawIdentifier | None, Field(examples=["12C-000.17"])] = None
    container_number: Annotated[RawIdentifier | None, Field(examples=["CSQU3054383"])] = None
    declaration_number: Annotated[RawIdentifier | None, Field(examples=["309900000015"])] = None
    reason: Label
    source_reference: Reference | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "ScopedHoldIn":
        if len(self.named) != 1:
            code, text = "one_scope", "exactly one of plate, container and declaration number"
            raise PydanticCustomError(code, text)
        return self

    @property
    def named(self) -> list[tuple[ScopeKind, str]]:
        """What the hold is on, as it was typed."""
        given = ((kind, getattr(self, kind.value)) for kind in ScopeKind)
        return [(kind, raw) for kind, raw in given if raw is not None]


class ScopedHoldOut(Out):
    """An authority's stop on a vehicle or a consignment, for every open entry that matches."""

    id: UUID
    scope: Annotated[ScopeKind, Open]
    value: Annotated[str, Field(examples=["12C00017"])]
    authority: Annotated[str, Field(examples=["customs"])]
    reason: str
    placed_at: Instant
    lift_agreed_at: Instant | None
    """When the first of two members of the board agreed to lift it."""
    lifted_at: Instant | None
    lift_reason: str | None


class ScopedHoldsOut(Page[ScopedHoldOut]):
    """One page of the holds on vehicles and consignments."""


class ScopedHoldChangeOut(Out):
    """A scoped hold, and the entries that this request stopped or freed."""

    hold: ScopedHoldOut
    entries: list[UUID]
