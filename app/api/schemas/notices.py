"""Notices on the wire: as they are posted, on boards for all languages, and in the reader's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import Choice, Code, In, Instant, Label, Open, Out, Words
from app.api.texts import CATALOGUE, Language, moment
from app.domain import notices as domain
from app.domain.notices import Effect, NoticeKind, Wanted
from app.domain.vocabulary import Direction
from app.services.queues.noticing import Notice, counted

Said = Annotated[Words, Field(examples=["Tạm dừng do mưa lớn"])]
Vehicles = Annotated[int, Field(ge=0, le=100_000, examples=[120])]


class NoticeTextIn(In):
    """What a notice says; who reads another language gets the English, else the Vietnamese."""

    vi: Said
    en: Said | None = None
    zh: Said | None = None


class NoticeIn(In):
    """A statement about a gate."""

    kind: Choice[NoticeKind]
    gate: Code
    direction: Choice[Direction] | None = None
    """Without it, both directions, each for itself."""
    route: Code | None = None
    """A route of the gate: only vehicles that are bound to it are meant."""
    goods_group: Code | None = None
    """Of a closure, a pause or a limit: only vehicles that carry it are meant."""
    starts_at: Instant | None = None
    """Without it, now; up to a minute ago is now, earlier is refused."""
    ends_at: Instant | None = None
    """Without it, until the notice is lifted."""
    per_hour: Vehicles | None = None
    """Of a limit: vehicles that may be called in any hour."""
    per_day: Vehicles | None = None
    """Of a limit: vehicles that may be called on a legal day."""
    text: NoticeTextIn

    def wanted(self) -> Wanted:
        """Return the notice that is asked for."""
        named = {name: getattr(self, name) for name in NoticeIn.model_fields if name != "text"}
        return Wanted(**named, **self.text.model_dump())


class NoticeLiftIn(In):
    """Why a notice ends."""

    reason: Annotated[Label, Field(examples=["The rain has stopped"])]


class NoticeTextOut(Out):
    """What a notice says."""

    vi: str
    en: str | None
    zh: str | None


class NoticeToldOut(Out):
    """A notice with what it does while it is in force."""

    id: UUID
    kind: Annotated[NoticeKind, Open]
    effect: Annotated[Effect, Open]
    """`closed` and `paused` stop the open clock and all calls, `excluded` the calls of some."""
    direction: Annotated[Direction, Open] | None
    """`null` is both."""
    route: str | None
    goods_group: str | None
    """`null` is all goods."""
    starts_at: Instant
    ends_at: Instant | None
    """`null` is until it is lifted; where it was lifted before its end, the instant of that."""
    per_hour: int | None
    per_day: int | None
    posted_by: Annotated[str, Field(examples=["officer"])]
    """The authority that posted it."""
    text: NoticeTextOut


class NoticeReadOut(NoticeToldOut):
    """A notice in the reader's language."""

    label: Annotated[str, Field(examples=["Pause because of heavy rain"])]
    """The text in the language of the request, else in English, else in Vietnamese."""
    message: Annotated[str, Field(examples=["Nobody is called until this notice is lifted."])]
    """What it does, and until when."""


class NoticeOut(NoticeReadOut):
    """A notice with who posted and lifted it when."""

    gate: str
    in_force: bool
    posted_at: Instant
    lifted_at: Instant | None
    lift_reason: str | None


class NoticesOut(Page[NoticeOut]):
    """One page of notices."""


def notice_told_out(notice: domain.Notice) -> NoticeToldOut:
    """Return a notice as boards show it to everybody."""
    return NoticeToldOut(**_told(notice))


def notice_read_out(notice: domain.Notice, language: Language) -> NoticeReadOut:
    """Return a notice that is in force to its reader."""
    return NoticeReadOut(**_told(notice), **_read(notice, language))


def notice_out(row: Notice, now: datetime, language: Language) -> NoticeOut:
    """Return a stored notice."""
    notice = counted(row)
    return NoticeOut(
        **_told(notice),
        **_read(notice, language),
        gate=notice.gate,
        in_force=notice.is_in_force(now),
        posted_at=row.posted_at,
        lifted_at=row.lifted_at,
        lift_reason=row.lift_reason,
    )


def _told(notice: domain.Notice) -> Mapping[str, Any]:
    same = (
        "id", "kind", "effect", "direction", "route", "goods_group", "starts_at", "ends_at",
        "per_hour", "per_day", "posted_by",
    )  # fmt: skip
    return {
        **{name: getattr(notice, name) for name in same},
        "text": NoticeTextOut.model_validate(notice.text),
    }


def _read(notice: domain.Notice, language: Language) -> Mapping[str, Any]:
    text, ends_at = notice.text, notice.ends_at
    key = f"notice.{notice.effect}" if ends_at else f"notice.{notice.effect}.open"
    facts = {"until": moment(ends_at, language)} if ends_at else {}
    facts["most"] = _most(notice, language)
    return {
        "label": text[language.value] or text["en"] or text["vi"],
        "message": CATALOGUE.say(key, language, facts),
    }


def _most(notice: domain.Notice, language: Language) -> str:
    """Return how many vehicles a limit lets be called; nothing for what limits none."""
    limits = dict(notice.limits)
    facts = {f"per_{period}": number for period, number in limits.items()}
    return CATALOGUE.say(f"notice.most.{'-'.join(limits)}", language, facts) if limits else ""
