"""Grounds of lanes on the wire: which there are, and what was said of an entry's."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.evidence import DatedOut, Label, TextOut, label_of
from app.api.schemas.types import Code, In, Instant, Open, Out
from app.api.schemas.types import Label as Said
from app.api.texts import Language
from app.domain.lane_grounds import GroundWord, LaneGround
from app.domain.vocabulary import Lane
from app.services.crossing.lane_grounds import LaneGroundWord

Ground = Annotated[Code, Field(examples=["disaster-relief"])]


class GroundConfirmationIn(In):
    """That an authority confirms the ground that an entry declares."""

    ground: Ground
    document_reference: Annotated[Said, Field(examples=["QĐ-412/2026"])]
    """The paper on which it rests."""
    reason: Annotated[Said, Field(examples=["Rice for the flooded districts, seen with its order"])]


class GroundWithdrawalIn(In):
    """That an authority takes a confirmation back, and why."""

    ground: Ground
    reason: Annotated[Said, Field(examples=["The order names another vehicle"])]


class GroundWordOut(Out):
    """A word on the ground of an entry."""

    id: UUID
    entry: UUID
    ground: Ground
    word: Annotated[GroundWord, Open]
    """`lapsed`: other goods or another ground were declared, and nobody has confirmed those."""
    document_reference: str | None
    reason: str | None
    authority: Annotated[str, Field(examples=["customs"])]
    said_at: Instant


class GroundWordsOut(Out):
    """All that was said of an entry's grounds, oldest first."""

    items: list[GroundWordOut]


class LaneGroundOut(DatedOut):
    """For what a vehicle may belong to a lane not of its goods, and by whose word."""

    code: Ground
    lane: Annotated[Lane, Open]
    """The lane that it gives where the policy edition in force has it."""
    names: TextOut
    label: Label
    papers: TextOut
    """What is shown to whoever confirms it."""
    confirmed_by: Annotated[list[str], Field(examples=[["board", "customs"]])]


class LaneGroundsOut(Out):
    """All grounds of a day, or all there ever were."""

    items: list[LaneGroundOut]


def ground_word_out(one: LaneGroundWord) -> GroundWordOut:
    """Return a word on the ground of an entry."""
    return GroundWordOut(
        id=one.id,
        entry=one.entry_id,
        ground=one.ground,
        word=one.word,
        document_reference=one.document_reference,
        reason=one.reason,
        authority=one.authority,
        said_at=one.said_at,
    )


def lane_grounds_out(
    rows: Iterable[LaneGround], on: date | None, language: Language
) -> LaneGroundsOut:
    """Return the grounds of a legal day; without it all, with their days."""
    found = [one for one in rows if on is None or one.valid.covers(on)]
    return LaneGroundsOut(items=[_lane_ground_out(one, language) for one in found])


def _lane_ground_out(one: LaneGround, language: Language) -> LaneGroundOut:
    return LaneGroundOut(
        code=one.code,
        lane=one.lane,
        names=TextOut.model_validate(one.label),
        label=label_of(one.label, language),
        papers=TextOut.model_validate(one.papers),
        confirmed_by=[by.value for by in one.confirmed_by],
        valid_from=one.valid.first,
        valid_to=one.valid.end,
        basis=one.evidence.basis,
        source=one.evidence.source,
    )
