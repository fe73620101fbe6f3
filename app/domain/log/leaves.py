"""What stands in the log of a queue: which events, which of their fields, in which form.

A leaf is plain JSON without a number that is not whole. `LOGGED` lists what the replay of the queue
rule and the public reports need; what is not in it never enters a log: no goods, no person, no
business. Plates, companies and officers stand there as commitments, SHA-256 over a salt and the
value, which only who is given the salt can open. Source: design, section 7; `docs/log-format.md`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from app.domain.contested import SIGHTED
from app.domain.sub_queues import BarrierKind
from app.domain.vocabulary import Direction, Queue

Leaf = dict[str, Any]
"""A leaf before it is written as canonical JSON."""
Read = Callable[[Any], Any]
"""Gives a field of an event in the form of the log; what has another form raises."""

SEAL: Final = "seal"
SALT_BYTES: Final = 16
_COMMITMENT: Final = re.compile("sha256:[0-9a-f]{64}")


class Clock(StrEnum):
    """By what the seals are dated: the time, or a sandbox's clock that jumps and runs faster."""

    TIME = "time"
    SANDBOX = "sandbox"


class What(StrEnum):
    """What a commitment hides."""

    PLATE = "plate"
    COMPANY = "company"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A committed event of a queue, as it is stored."""

    number: int
    id: UUID
    kind: str
    entry: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Logged:
    """What is written of one kind of event: fields of its data, and what it commits to."""

    fields: Mapping[str, Read]
    commits: Mapping[str, What]


def instant(at: datetime) -> str:
    """Return an instant as leaves have it: UTC, whole seconds, `Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _of(kinds: tuple[type, ...], value: object) -> object:
    """Return a value of one of these types, exactly; a flag is no number."""
    if type(value) not in kinds:
        message = f"{value!r} has no form of the log"
        raise TypeError(message)
    return value


def _instant(value: str | None) -> str | None:
    return None if value is None else instant(datetime.fromisoformat(value))


def _list(read: Read, values: list[Any]) -> list[Any]:
    return [read(value) for value in values]


def _fields(fields: Mapping[str, Read], data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: read(data[name]) for name, read in fields.items() if name in data}


def _numbers(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str.__str__(name): _number(number) for name, number in value.items()}


_number: Final[Read] = partial(_of, (int, type(None)))
_flag: Final[Read] = partial(_of, (bool,))


def _code(value: str | None) -> str | None:
    """Return a code or id; an enumeration's member as its plain value."""
    return None if value is None else str.__str__(value)


def _id(value: str | None) -> str | None:
    """Return an id in the one way to write it."""
    return None if value is None else str(UUID(value))


_codes: Final[Read] = partial(_list, _code)

_CLOCK: Final[Mapping[str, Read]] = {"clock": _number}
_CARRIED: Final[Mapping[str, Read]] = {**_CLOCK, "carried": _number}
_PLACE: Final[Mapping[str, Read]] = {"route": _code, "inside": _flag}
_LANE: Final[Mapping[str, Read]] = {**_CARRIED, "lane": _code, "rate": _number}
_CHARGED: Final[Mapping[str, Read]] = {**_CLOCK, "charges": _number, "call": _code}
_MISSED: Final[Mapping[str, Read]] = {**_CHARGED, "number": _number, "faults": _codes}
_GROUND: Final[Mapping[str, Read]] = {**_CLOCK, "ground": _code, "authority": _code}
_HOLD: Final[Mapping[str, Read]] = {"hold": _code, "authority": _code}
_OUTAGE: Final[Mapping[str, Read]] = {
    "outage": _code,
    "starts_at": _instant,
    "ends_at": _instant,
}
_HEAD: Final[Mapping[str, Read]] = {
    "entry": _id,
    "lane": _code,
    "rate": _number,
    "points": _number,
    "waits_from": _instant,
    "open_wait": _number,
}
_SKIPPED: Final[Mapping[str, Read]] = {
    "entry": _id,
    "lane": _code,
    "points": _number,
    "reason": _code,
    "posted_by": _code,
}
_BARRED: Final[Mapping[str, Read]] = {**_SKIPPED, "route": _code, "notice": _code}
_BARRIERS: Final = frozenset(BarrierKind)


def _skip(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a skip without what would tell its goods: a notice may be about one goods group."""
    return _fields(_BARRED if value["reason"] in _BARRIERS else _SKIPPED, value)


_STOPPED: Final[Mapping[str, Read]] = {**_CLOCK, **_SKIPPED}
_OF_ENTRY: Final = {"plate": What.PLATE, "company": What.COMPANY}
_OFFICER: Final = {"officer": What.OFFICER}
_NOTHING: Final[Mapping[str, What]] = {}


def _logged(fields: Mapping[str, Read], commits: Mapping[str, What] = _NOTHING) -> Logged:
    return Logged(fields, commits)


LOGGED: Final[Mapping[str, Logged]] = {
    "rates.changed": _logged(
        {
            **_CLOCK,
            "policy": _code,
            "rates": _numbers,
            "strict": _codes,
            "overrides": _number,
            "document": _code,
        }
    ),
    "waiting.started": _logged(
        {**_LANE, **_PLACE, "waits_from": _instant, "call_number": _code, "sighting": _id},
        _OF_ENTRY,
    ),
    SIGHTED: _logged({"sighting": _id}, {"plate": What.PLATE}),
    "waiting.moved": _logged({**_CLOCK, **_PLACE}),
    "waiting.stopped": _logged({**_CARRIED, "why": _code}),
    "lane.changed": _logged({**_LANE, "before": _code, "refused": _codes, "ground": _code}),
    "ground.confirmed": _logged({**_GROUND, "lane": _code}, _OFFICER),
    "ground.withdrawn": _logged(_GROUND, _OFFICER),
    "ground.lapsed": _logged(_GROUND),
    "entry.diverted": _logged({**_CARRIED, "to": _code, "earned": _number, "by": _code}),
    "entry.joined": _logged(
        {
            **_CARRIED,
            "from": _code,
            "holds": _codes,
            "waits_from": _instant,
            "by_ground": _code,
        },
        _OF_ENTRY,
    ),
    "entry.substituted": _logged({"substitution": _code}, {"plate": What.PLATE}),
    "entry.deferred": _logged({"until": _instant}),
    "entry.limited": _logged({**_CLOCK, "until": _instant, "to": _number}),
    "entry.arrived": _logged({"backfilled": _flag}),
    "entry.admitted": _logged({"backfilled": _flag}),
    "entry.no_show": _logged({"call": _code, "number": _number}),
    "entry.cancelled": _logged({}),
    "entry.revoked": _logged({}),
    "entry.turned_back": _logged({"backfilled": _flag}),
    "hold.placed": _logged(_HOLD),
    "hold.lifted": _logged(_HOLD),
    "call.made": _logged(
        {
            **_CLOCK,
            "call": _code,
            "points": _number,
            "policy": _code,
            "call_number": _code,
            "override": _id,
            "heads": partial(_list, partial(_fields, _HEAD)),
            "skips": partial(_list, _skip),
        }
    ),
    "override.made": _logged(
        {
            **_CLOCK,
            "override": _id,
            "due": _id,
            "reason": _code,
            "week": _code,
            "number": _number,
            "budget": _number,
        },
        dict.fromkeys(("proposed_by", "confirmed_by", "approved_by"), What.OFFICER),
    ),
    "call.missed": _logged(_MISSED),
    "call.excused": _logged(_MISSED),
    "call.withdrawn": _logged(_CHARGED),
    "calls.stopped": _logged({**_STOPPED, "route": _code}),
    "notice.posted": _logged(
        {
            "notice": _code,
            "notice_kind": _code,
            "starts_at": _instant,
            "ends_at": _instant,
            "route": _code,
            "per_hour": _number,
            "per_day": _number,
        }
    ),
    "notice.lifted": _logged({"notice": _code, "lifted_at": _instant}),
    "outage.reported": _logged(_OUTAGE, _OFFICER),
    "outage.signed": _logged(_OUTAGE, {**_OFFICER, "first_officer": What.OFFICER}),
    "strike.given": _logged({"strike": _code, "call": _code}),
}
"""Every kind of event that a log has; a field that an event lacks its leaf lacks, too."""


def is_logged(kind: str) -> bool:
    """Tell whether events of a kind stand in the logs of their queues."""
    return kind in LOGGED


def queue_of(kind: str, gate: str | None, direction: str | None) -> Queue | None:
    """Return in whose log an event stands; None where it is of no queue or its kind is not logged.

    What is about a whole gate is told as an event of each of its queues.
    """
    if gate is None or direction is None or not is_logged(kind):
        return None
    return Queue(gate, Direction(direction))


def commits(kind: str) -> Mapping[str, What]:
    """Return the fields of a leaf that are commitments, where their values are known.

    `plate` and `company` are of the event's entry; a waiting start has them only where it is the
    entry's first in this log, a substitution has the plate that goes on. A sighting has the plate
    that was seen, and a start that names it has that very commitment again. `officer` is the
    principal who acted, `first_officer` who acted first of two, whom the event's data name; so do
    those of an override, under the names of their fields.
    """
    return LOGGED[kind].commits


def commitment(salt: bytes, what: What, value: str) -> str:
    """Return the commitment to a value under a salt of 128 fresh random bits.

    The two officers of one leaf are committed to under one salt, so that anybody sees that they are
    two: other values under one salt have other commitments.
    """
    if len(salt) != SALT_BYTES:
        message = f"a salt has {SALT_BYTES} bytes"
        raise ValueError(message)
    return f"sha256:{sha256(salt + f'{what.value}:{value}'.encode()).hexdigest()}"


def leaf_of(event: LoggedEvent, commitments: Mapping[str, str]) -> Leaf:
    """Return the leaf of an event whose kind is logged, with the commitments it is given."""
    logged = LOGGED[event.kind]
    hidden = {field: commitments[field] for field in logged.commits if field in commitments}
    return {
        "at": instant(event.recorded_at),
        "data": {**_fields(logged.fields, event.data), **hidden},
        "entry": None if event.entry is None else str(event.entry),
        "id": str(event.id),
        "kind": event.kind,
        "number": event.number,
        "occurred_at": instant(event.occurred_at),
    }


def unlike(kind: str, data: Mapping[str, Any]) -> str | None:
    """Return the first field of a leaf that has not the form of the log, None where all have.

    A field that nobody knows is passed over: later versions may tell more.
    """
    logged = LOGGED[kind]
    for name, value in data.items():
        if name in logged.commits:
            fits = isinstance(value, str) and _COMMITMENT.fullmatch(value) is not None
        else:
            read = logged.fields.get(name)
            fits = read is None or _fits(read, value)
        if not fits:
            return name
    return None


def _fits(read: Read, value: object) -> bool:
    try:
        return bool(read(value) == value)
    except (TypeError, ValueError, KeyError, AttributeError):
        return False


def seal(sealed_at: datetime, leaves: int, clock: Clock) -> Leaf:
    """Return the leaf that begins a batch: when it was sealed, and how many leaves follow it."""
    return {
        "clock": clock.value,
        "kind": SEAL,
        "leaves": leaves,
        "sealed_at": instant(sealed_at),
    }
