"""Checks of many entries at once, requested and waived checks."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.problems import Problem
from app.api.schemas.entries import CheckIn, CheckOut
from app.api.schemas.types import Choice, Id, Label, Open, Out, Reference
from app.api.schemas.types import In as Sent
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
