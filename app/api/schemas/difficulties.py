"""Difficulties on the wire: what was reported, whose turn it is, what everybody may read of it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.schemas.reports import METHOD, HeadingOut, heading_members, named, titles
from app.api.schemas.types import PERSONAL, Code, Day, Id, In, Instant, Out, Words
from app.api.spreadsheets import Cell
from app.api.texts import CATALOGUE, Language
from app.domain.difficulties import Subject
from app.domain.reference import Reference
from app.domain.reports import PERCENTILES, DifficultiesCounted
from app.services.crossing.difficulties import Difficulty, Reported, Told
from app.services.publishing.reports import DifficultiesReport

_ABOUT_NOTHING = ("about_nothing", "an entry, a gate or a rule is needed")
_GATE_OF_ENTRY = ("gate_of_entry", "the gate is that of the entry")
Rule = Annotated[Code, Field(examples=["GL-07"])]
Private = Annotated[Words, PERSONAL]


class LinkedDifficultyIn(In):
    """A difficulty with the entry of a tracking link."""

    words: Private
    """What is the matter. Only you and those who answer will read it."""
    rule: Rule | None = None
    """The rule it is about, by the code in which an answer named it."""
    may_publish: bool = False
    """Whether it may be published with its answer, in the board's words and without any name."""


class DifficultyIn(LinkedDifficultyIn):
    """A difficulty with an entry, a gate or a rule."""

    entry: Id | None = None
    gate: Annotated[Code | None, Field(examples=["tan-thanh"])] = None
    """A gate; of an entry it is known."""

    @model_validator(mode="after")
    def _about_something(self) -> "DifficultyIn":
        if self.entry is None and self.gate is None and self.rule is None:
            raise PydanticCustomError(*_ABOUT_NOTHING)
        if self.entry is not None and self.gate is not None:
            raise PydanticCustomError(*_GATE_OF_ENTRY)
        return self

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.entry, self.gate, self.rule)


class DifficultyAnswerIn(In):
    """The answer to a difficulty."""

    reason: Private
    """What is done about it, or why not. Only the reporter and those who answer will read it."""


class PublicationIn(In):
    """What everybody may read of a difficulty: the board's wording, in which nobody is named."""

    question: Private
    answer: Private


class DifficultyBriefOut(Out):
    """A difficulty without its words: what it is about, whose turn it is, how far it is."""

    id: UUID
    gate: str | None
    entry: UUID | None
    reference: str | None
    rule: str | None
    by_driver: bool
    """Reported by a tracking link."""
    may_publish: bool
    """Whether the reporter agreed that it be published without names."""
    reported_at: Instant
    assigned_to: Annotated[str | None, Field(examples=["officer-2"])]
    assigned_at: Instant | None
    answered_at: Instant | None
    answered_by: Annotated[str | None, Field(examples=["officer-2"])]
    answer_seconds: int | None
    published_at: Instant | None


class DifficultyOut(DifficultyBriefOut):
    """A difficulty with its words and its answer."""

    words: Annotated[str, PERSONAL]
    reason: Annotated[str | None, PERSONAL]
    """What it was answered."""
    public_question: str | None
    public_answer: str | None


class DifficultiesOut(Page[DifficultyBriefOut]):
    """One page of difficulties, without their words."""


class LinkedDifficultyOut(Out):
    """A difficulty that a driver reported by a tracking link, and what it was answered."""

    id: UUID
    rule: str | None
    reported_at: Instant
    answered_at: Instant | None
    reason: Annotated[str | None, PERSONAL]
    """What it was answered."""


class LinkedDifficultiesOut(Out):
    """What was reported by a tracking link, newest first, fifty at most."""

    items: list[LinkedDifficultyOut]


class PublishedDifficultyOut(Out):
    """A difficulty as everybody may read it: nobody is named, no vehicle and no company."""

    id: UUID
    gate: str | None
    rule: str | None
    question: str
    answer: str
    reported_on: Day
    answered_on: Day
    published_on: Day


class PublishedDifficultiesOut(Page[PublishedDifficultyOut]):
    """One page of what everybody may read."""


class DifficultiesLineOut(Out):
    """How many difficulties with a gate were reported and answered, and how long answers took."""

    gate: Annotated[str | None, Field(examples=["tan-thanh"])]
    """null: all that were asked for, those about a rule alone included."""
    reported: int
    answered: int
    open: int
    """Not answered at the end of the period."""
    oldest_open_at: Instant | None
    p50_seconds: Annotated[int | None, Field(examples=[5400])]
    """Half of those answered in the period were answered no later; null where none was."""
    p90_seconds: int | None
    p95_seconds: int | None


class DifficultiesReportOut(HeadingOut):
    """Difficulties reported and answered, open ones, and the time to answer."""

    method: Annotated[str, Field(examples=[METHOD])]
    """`nearest-rank`: the shortest time that at least that share of answers did not exceed."""
    lines: list[DifficultiesLineOut]


def difficulty_brief_out(found: Reported) -> DifficultyBriefOut:
    """Return a difficulty as lists show it."""
    return DifficultyBriefOut(**_brief(found))


def difficulty_out(told: Told) -> DifficultyOut:
    """Return a difficulty to those who may read it."""
    one = told.reported.difficulty
    return DifficultyOut(
        **_brief(told.reported),
        words=told.words,
        reason=told.answer,
        public_question=one.public_question,
        public_answer=one.public_answer,
    )


def _brief(found: Reported) -> dict[str, object]:
    one = found.difficulty
    took = one.answered_at - one.reported_at if one.answered_at else None
    return {
        "id": one.id,
        "gate": one.gate_code,
        "entry": one.entry_id,
        "reference": found.reference,
        "rule": one.rule,
        "by_driver": one.reported_by is None,
        "may_publish": one.may_publish,
        "reported_at": one.reported_at,
        "assigned_to": found.assigned_to,
        "assigned_at": one.assigned_at,
        "answered_at": one.answered_at,
        "answered_by": found.answered_by,
        "answer_seconds": int(took.total_seconds()) if took else None,
        "published_at": one.published_at,
    }


def linked_out(one: Difficulty, answer: str | None) -> LinkedDifficultyOut:
    """Return a difficulty to whoever holds the link by which it was reported."""
    return LinkedDifficultyOut(
        id=one.id,
        rule=one.rule,
        reported_at=one.reported_at,
        answered_at=one.answered_at,
        reason=answer,
    )


def published_out(one: Difficulty, reference: Reference) -> PublishedDifficultyOut:
    """Return a difficulty to everybody."""
    return PublishedDifficultyOut(
        id=one.id,
        gate=one.gate_code,
        rule=one.rule,
        question=one.public_question or "",
        answer=one.public_answer or "",
        reported_on=reference.day(one.reported_at),
        answered_on=_day(one.answered_at, reference),
        published_on=_day(one.published_at, reference),
    )


def published_place(one: Difficulty) -> tuple[datetime, UUID]:
    """Return where a difficulty stands in the list of what everybody may read."""
    assert one.published_at is not None
    return one.published_at, one.id


def _day(at: datetime | None, reference: Reference) -> date:
    assert at is not None
    return reference.day(at)


def difficulties_out(report: DifficultiesReport, reference: Reference) -> DifficultiesReportOut:
    """Return a report of difficulties."""
    lines = [_line(one) for one in report.lines]
    return DifficultiesReportOut(
        **heading_members(report.heading, reference), method=METHOD, lines=lines
    )


def difficulties_rows(
    report: DifficultiesReport, reference: Reference, language: Language
) -> Iterator[Sequence[Cell]]:
    """Yield a row for each gate, then one for all; times are seconds."""
    yield titles(
        language, "area", "name", "reported", "answered", "open", "oldest_open",
        "answer_p50", "answer_p90", "answer_p95",
    )  # fmt: skip
    for one in report.lines:
        yield (
            one.gate,
            named(one.gate, reference, language)
            if one.gate
            else CATALOGUE.say("report.all", language),
            one.reported,
            one.answered,
            one.open,
            one.oldest.astimezone(reference.zone).isoformat() if one.oldest else None,
            *_ranks(one),
        )


def _line(one: DifficultiesCounted) -> DifficultiesLineOut:
    half, most, nearly = _ranks(one)
    return DifficultiesLineOut(
        gate=one.gate,
        reported=one.reported,
        answered=one.answered,
        open=one.open,
        oldest_open_at=one.oldest,
        p50_seconds=half,
        p90_seconds=most,
        p95_seconds=nearly,
    )


def _ranks(one: DifficultiesCounted) -> Sequence[int | None]:
    return one.ranks or (None,) * len(PERCENTILES)
