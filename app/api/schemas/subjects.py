"""What a person may ask, on the wire: all that is kept of them, and what of it was forgotten."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.personal import PersonalReadOut, personal_read_out
from app.api.schemas.types import PERSONAL, Day, Instant, Open, Out
from app.domain.personal import Personal
from app.domain.retention import Decision, KeptBy, Outcome
from app.domain.vocabulary import Direction, State
from app.services.privacy.subjects import Asked, Kept, Reported


class KeeperOut(Out):
    """For what purpose a field is kept, and until when."""

    purpose: Annotated[str, Field(examples=["border-control"])]
    days: int
    """For so many legal days after the end of the entry."""
    until: Day | None
    """The first legal day on which this purpose keeps it no more; null while the entry is open."""
    withstands: bool
    """Whether it keeps it although the person asks to be erased."""
    basis: str
    source: str


class KeptFieldOut(Out):
    """One field in full, and what keeps it."""

    field: Annotated[Personal, Open]
    value: Annotated[str, PERSONAL]
    kept_for: list[KeeperOut]


class KeptWordsOut(Out):
    """What was said by the tracking link of an entry, and what it was answered."""

    id: UUID
    reported_at: Instant
    words: Annotated[str, PERSONAL]
    """Empty where they were erased."""
    reason: Annotated[str | None, PERSONAL]
    erased_at: Instant | None


class KeptEntryOut(Out):
    """All that is kept of a person with one entry."""

    entry: UUID
    reference: str
    gate: str
    direction: Annotated[Direction, Open]
    state: Annotated[State, Open]
    plate: str | None
    company: str | None
    """Who declared it."""
    registered_at: Instant
    ended_at: Instant | None
    driver: list[KeptFieldOut]
    difficulties: list[KeptWordsOut]
    reads: list[PersonalReadOut]
    """Who read it in full before, oldest first."""


class SubjectExportOut(Page[KeptEntryOut]):
    """One page of all that is kept of a person, newest entry first."""


class DecisionOut(Out):
    """What became of one field, and why."""

    field: Annotated[Personal, Open]
    outcome: Annotated[Outcome, Open]
    kept_by: Annotated[KeptBy, Open] | None
    """`entry-open`: the vehicle is on its way. `retention`: a purpose that withstands requests."""
    purpose: str | None
    until: Day | None
    """The legal day on which the workers erase it; null where it is not known yet."""


class ErasureOut(Out):
    """What became of one entry when its driver asked to be forgotten."""

    entry: UUID
    reference: str
    fields: list[DecisionOut]
    words_erased: int
    """How many difficulties, reported by its link, were made empty."""
    words_kept: int
    """How many nobody has answered yet; they are erased by their own retention."""


class ErasuresOut(Out):
    """What was erased and what was not, entry by entry."""

    items: list[ErasureOut]
    complete: bool
    """Whether these are all entries of the person; else the same request goes on."""


def kept_entry_out(kept: Kept) -> KeptEntryOut:
    """Return all that is kept with one entry."""
    entry = kept.entry
    return KeptEntryOut(
        entry=entry.id,
        reference=entry.reference,
        gate=entry.gate_code,
        direction=Direction(entry.direction),
        state=State(entry.state),
        plate=entry.tractor_plate,
        company=kept.company,
        registered_at=entry.registered_at,
        ended_at=entry.ended_at,
        driver=[_field(kept, field) for field in kept.keepers],
        difficulties=[_words(one) for one in kept.reported],
        reads=[personal_read_out(one) for one in kept.reads],
    )


def _field(kept: Kept, field: Personal) -> KeptFieldOut:
    keepers = [
        KeeperOut(
            purpose=row.purpose,
            days=row.days,
            until=until,
            withstands=row.withstands,
            basis=row.evidence.basis.value,
            source=row.evidence.source,
        )
        for row, until in kept.keepers[field]
    ]
    return KeptFieldOut(field=field, value=kept.values[field] or "", kept_for=keepers)


def _words(one: Reported) -> KeptWordsOut:
    return KeptWordsOut(
        id=one.difficulty.id,
        reported_at=one.difficulty.reported_at,
        words=one.words,
        reason=one.answer,
        erased_at=one.difficulty.erased_at,
    )


def erasures_out(asked: Sequence[Asked], *, complete: bool) -> ErasuresOut:
    """Return what became of every entry."""
    items = [
        ErasureOut(
            entry=one.entry.id,
            reference=one.entry.reference,
            fields=[_decision(decision) for decision in one.decisions],
            words_erased=one.words_erased,
            words_kept=one.words_kept,
        )
        for one in asked
    ]
    return ErasuresOut(items=items, complete=complete)


def _decision(one: Decision) -> DecisionOut:
    return DecisionOut(
        field=one.field,
        outcome=one.outcome,
        kept_by=one.by,
        purpose=one.purpose,
        until=one.until,
    )
