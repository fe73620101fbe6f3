"""What a driver is told by text message: of which events, until when, and why sometimes nothing.

Messages are kept apart from events: an event says what happened, a message is what a telephone is
rung for. Instants are business time. A message about a call is worth nothing once its window is
over; the others are for a few hours.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.domain.findings import is_ready
from app.domain.steps import ENDINGS
from app.domain.vocabulary import Language, State, Text
from app.domain.webhooks import Answer, retry_pause

NEWS_LASTS: Final = timedelta(hours=6)
"""How long it is worth telling that a call is over."""
AHEAD: Final = timedelta(hours=12)
"""How long before its planned arrival a driver is told that papers are missing."""
WORTH_ANOTHER_TRY: Final = frozenset({408, 425, 429})
REFUSALS: Final = range(400, 500)


class MessageKind(StrEnum):
    """What a message tells; codes are never reused."""

    CALL = "call"
    REMINDER = "reminder"
    MISSED = "missed"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"
    NO_SHOW = "no-show"
    PAPERS = "papers"


class MessageState(StrEnum):
    """What became of a message; `would_be_sent` is a sandbox's that has no gateway."""

    PENDING = "pending"
    SENT = "sent"
    WOULD_BE_SENT = "would_be_sent"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class Reason(StrEnum):
    """Why a message was not sent."""

    NO_PHONE = "no-phone"
    PHONE_UNUSABLE = "phone-unusable"
    TOO_LATE = "too-late"
    CALL_OVER = "call-over"
    ENTRY_ENDED = "entry-ended"
    IN_ORDER = "in-order-meanwhile"
    ARRIVAL_MOVED = "arrival-moved"
    REFUSED = "refused-by-gateway"


KINDS: Final[Mapping[str, MessageKind]] = {
    "call.made": MessageKind.CALL,
    "call.reminded": MessageKind.REMINDER,
    "call.missed": MessageKind.MISSED,
    "call.excused": MessageKind.EXCUSED,
    "call.withdrawn": MessageKind.WITHDRAWN,
    "entry.no_show": MessageKind.NO_SHOW,
    "entry.registered": MessageKind.PAPERS,
    "entry.amended": MessageKind.PAPERS,
}
"""The events of which drivers are told, by what they are told."""
OF_OPEN_CALLS: Final = frozenset({MessageKind.CALL, MessageKind.REMINDER})
BEFORE_CALLS: Final = frozenset({State.REGISTERED, State.QUEUED})
LACKING: Final = frozenset({"declaration-number-missing"})
"""Warnings that say that a paper is missing; what blocks does so anyhow."""
LANGUAGES: Final[Mapping[str, Language]] = {"VN": Language.VI, "CN": Language.ZH}


@dataclass(frozen=True, slots=True)
class ToTell:
    """An event of which a driver may be told; `call` is the one that its data name."""

    kind: str
    occurred_at: datetime
    call: UUID | None = None


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call: when it was made, when its window ends, and whether it is still to be followed."""

    id: UUID
    called_at: datetime
    window_ends_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What is asked of an entry; `country` is its vehicle's.

    `is_in_order`: nothing blocks it, and no paper is missing or runs out before it is to arrive.
    `told_for` are the instants from which it has been, or will be, told that this is not so.
    """

    state: State
    country: str
    has_phone: bool
    is_in_order: bool
    planned_arrival_at: datetime | None
    told_for: Collection[datetime] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that is to be sent within a time, or a `reason` why it is not."""

    kind: MessageKind
    language: Language
    sends_from: datetime
    sends_until: datetime
    call: UUID | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the text of a message names: no person, no plate.

    `ends_at` is the end of the call's window, or the planned arrival where there is no call.
    """

    kind: MessageKind
    language: Language
    gate: Text
    call_number: str | None
    starts_at: datetime | None
    ends_at: datetime
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """What goes to the gateway; whoever prints it sees neither number nor text."""

    id: UUID
    kind: MessageKind
    to: str = field(repr=False)
    text: str = field(repr=False)


def choose(
    event: ToTell, entry: EntryFacts, calls: Iterable[CallFacts], now: datetime
) -> Planned | None:
    """Return what the driver of an entry is told of an event; None where it is no news for one."""
    kind = KINDS.get(event.kind)
    if kind is None:
        return None
    language = language_for(entry.country)
    if kind is MessageKind.PAPERS:
        return _papers(entry, language, now)
    call = _call_of(event, calls)
    if call is None:
        return None
    awaited = kind in OF_OPEN_CALLS
    until = call.window_ends_at if awaited else event.occurred_at + NEWS_LASTS
    planned = Planned(kind, language, event.occurred_at, until, call.id)
    return replace(planned, reason=unfit(planned, entry, call, now))


def unfit(
    planned: Planned, entry: EntryFacts, call: CallFacts | None, now: datetime
) -> Reason | None:
    """Return why a message is not to be sent any more; asked when it is made, and before it goes.

    `call` is the one that it is about, as it is now.
    """
    if now >= planned.sends_until:
        return Reason.TOO_LATE
    if entry.state in ENDINGS and planned.kind is not MessageKind.NO_SHOW:
        return Reason.ENTRY_ENDED
    if planned.kind in OF_OPEN_CALLS and not (call and call.is_open):
        return Reason.CALL_OVER
    if planned.kind is MessageKind.PAPERS and (reason := _outdated(planned, entry)):
        return reason
    return None if entry.has_phone else Reason.NO_PHONE


def is_in_order(findings: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether no stored finding blocks an entry or says that a paper is missing."""
    stored = list(findings)
    return is_ready(stored) and not any(one["rule"] in LACKING for one in stored)


def language_for(country: str) -> Language:
    """Return the language of a driver by the vehicle's country: nothing else is declared."""
    return LANGUAGES.get(country, Language.EN)


def after(
    answer: Answer, attempts: int, chance: int, now: datetime
) -> tuple[MessageState, datetime | None]:
    """Return what a message is after so many attempts, and when it is due again.

    `now` is the machine's time; a refusal is not tried again, save where another try is asked for.
    """
    if answer.error is None:
        return MessageState.SENT, None
    if answer.status in REFUSALS and answer.status not in WORTH_ANOTHER_TRY:
        return MessageState.GIVEN_UP, None
    return MessageState.PENDING, now + retry_pause(attempts, chance)


def without_marks(text: str) -> str:
    """Return Vietnamese as telephones have always written it: no marks, so that more fits in."""
    parts = unicodedata.normalize("NFD", text.translate({ord("đ"): "d", ord("Đ"): "D"}))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def segments(text: str) -> int:
    """Return how many SMS a text takes: 160 signs of GSM 03.38 or 70 of UCS-2, less in a chain."""
    if set(text) <= _BASIC | _EXTENDED:
        length, alone, chained = len(text) + sum(sign in _EXTENDED for sign in text), 160, 153
    else:
        length, alone, chained = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // chained)


# GSM 03.38, without the letters that Latin and Greek alphabets share signs for.
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")


def _papers(entry: EntryFacts, language: Language, now: datetime) -> Planned | None:
    """Return the message that papers are missing, shortly before the vehicle is to come, once."""
    planned_at = entry.planned_arrival_at
    if planned_at is None or now >= planned_at or planned_at - AHEAD in entry.told_for:
        return None
    if entry.is_in_order or entry.state not in BEFORE_CALLS:
        return None
    planned = Planned(MessageKind.PAPERS, language, planned_at - AHEAD, planned_at)
    return replace(planned, reason=unfit(planned, entry, None, now))


def _outdated(planned: Planned, entry: EntryFacts) -> Reason | None:
    if entry.is_in_order or entry.state not in BEFORE_CALLS:
        return Reason.IN_ORDER
    return None if entry.planned_arrival_at == planned.sends_until else Reason.ARRIVAL_MOVED


def _call_of(event: ToTell, calls: Iterable[CallFacts]) -> CallFacts | None:
    """Return the call that an event is about: the one it names, or the one made just then."""
    if event.call is not None:
        return next((one for one in calls if one.id == event.call), None)
    made = [one for one in calls if one.called_at == event.occurred_at]
    return max(made, key=lambda one: one.id, default=None)
