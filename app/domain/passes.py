"""Passes: what the gate says in writing about an entry, and whether it holds where it is shown.

A pass names the vehicle, its gate and direction, and from when to when it opens the gate. Who has
the published keys and the list of passes that hold no more can check it alone; `docs/pass.md` has
the algorithm. A pass is made of the entry as it is, so as long as nothing of what it says changes
it is the same pass; what was handed out before is compared with the entry as it is now. It says who
is expected, never that papers are in order or that nobody stops the vehicle.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.domain.errors import NoPassError
from app.domain.identifiers import plate_key
from app.domain.misses import CallOutcome, Window
from app.domain.steps import ENDINGS
from app.domain.vocabulary import Direction, Queue, QueueMode, State

VERSION: Final = 1
TYPE: Final = "gate-pass"
"""What a signed pass says of itself to be (`typ`): no other signed text is taken for one."""

LIST_TYPE: Final = "gate-pass-revocations"
DAYS: Final = 2
"""The legal days on which a pass without a window holds: that of the asking, and the next."""

_ID_BYTES: Final = 9
_LAST: Final = 253_402_300_799  # the last second of the year 9999


class PassUse(StrEnum):
    """What a pass is good for; `yard` names a vehicle that nobody has called yet."""

    YARD = "yard"
    GATE = "gate"


class Refusal(StrEnum):
    """Why a pass is refused; each has a sentence of its own."""

    SIGNATURE_INVALID = "signature-invalid"
    KEY_UNKNOWN = "key-unknown"
    VERSION_UNKNOWN = "version-unknown"
    OTHER_GATE = "other-gate"
    OTHER_DIRECTION = "other-direction"
    WRONG_PLATE = "wrong-plate"
    NOT_CALLED = "not-called"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Revocation(StrEnum):
    """Why a pass that was handed out holds no more."""

    CANCELLED = State.CANCELLED.value
    REVOKED = State.REVOKED.value
    NO_SHOW = State.NO_SHOW.value
    EXPIRED = State.EXPIRED.value
    TURNED_BACK = State.TURNED_BACK.value
    CROSSED = State.CROSSED.value
    DIVERTED = "diverted"
    PLATE_CHANGED = "plate-changed"
    ADMITTED = "admitted"
    CALL_TAKEN_BACK = "call-taken-back"
    NOT_HANDED_OUT = "not-handed-out"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass says; `opens_at` is in, `expires_at` out, as a call's window is."""

    id: str
    reference: str
    plate: str
    queue: Queue
    use: PassUse
    call_number: str | None
    opens_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bearer:
    """The entry of a pass as it is now, and how its queue runs."""

    entry_id: UUID
    reference: str
    plate: str | None
    queue: Queue
    mode: QueueMode | None
    state: State


@dataclass(frozen=True, slots=True)
class Summoned:
    """The call that an entry follows."""

    call_id: UUID
    number: str
    window: Window


@dataclass(frozen=True, slots=True)
class Shown:
    """Where and when somebody shows a pass, and on which plate; a `direction` may be left open."""

    plate: str
    gate: str
    at: datetime
    use: PassUse = PassUse.GATE
    direction: Direction | None = None


def use_of(state: State, mode: QueueMode | None) -> PassUse | None:
    """Return what a pass of an entry is good for; None where it can have none any more.

    Called queues open the gate to whom they call; others to whoever comes. Who is in the gate
    needs no pass, and another vehicle must not come in by it.
    """
    if state in {State.CALLED, State.ARRIVED}:
        return PassUse.GATE
    if state in {State.REGISTERED, State.QUEUED}:
        return PassUse.GATE if mode is QueueMode.ARRIVAL_ORDER else PassUse.YARD
    return None


def issue(bearer: Bearer, call: Summoned | None, until: datetime) -> Pass:
    """Return the pass of an entry: for the window of its `call`, or `until` where it has none.

    Raises:
        NoPassError: the entry is in the gate or has ended, or nobody knows its plate.
    """
    use = use_of(bearer.state, bearer.mode)
    if use is None or bearer.plate is None:
        raise NoPassError(state=bearer.state)
    made = Pass(
        id="",
        reference=bearer.reference,
        plate=bearer.plate,
        queue=bearer.queue,
        use=use,
        call_number=call.number if call else None,
        opens_at=call.window.starts_at if call else None,
        expires_at=call.window.ends_at if call else until,
    )
    return replace(made, id=_identity(made, bearer, call))


def _identity(made: Pass, bearer: Bearer, call: Summoned | None) -> str:
    """Return the id of all that a pass says; who does not know the entry's id cannot guess it."""
    about = [str(bearer.entry_id), str(call.call_id) if call else None, claims_of(made)]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest[:_ID_BYTES]).decode()


def claims_of(made: Pass) -> dict[str, Any]:
    """Return a pass as it is signed: short names, for each letter makes the QR code denser."""
    claims = {
        "v": VERSION,
        "jti": made.id,
        "ref": made.reference,
        "pla": made.plate,
        "gat": made.queue.gate,
        "dir": made.queue.direction.value,
        "use": made.use.value,
        "num": made.call_number,
        "nbf": int(made.opens_at.timestamp()) if made.opens_at else None,
        "exp": int(made.expires_at.timestamp()),
    }
    return {name: value for name, value in claims.items() if value is not None}


def read_claims(claims: Mapping[str, Any]) -> Pass | None:
    """Return the pass that signed claims say; None where they are of a version not known here."""
    texts = [claims.get(name) for name in ("jti", "ref", "pla", "gat")]
    if claims.get("v") != VERSION or not all(isinstance(one, str) for one in texts):
        return None
    try:
        return Pass(
            id=claims["jti"],
            reference=claims["ref"],
            plate=claims["pla"],
            queue=Queue(claims["gat"], Direction(claims["dir"])),
            use=PassUse(claims["use"]),
            call_number=_text(claims.get("num")),
            opens_at=_instant(claims["nbf"]) if "nbf" in claims else None,
            expires_at=_instant(claims["exp"]),
        )
    except (KeyError, ValueError):
        return None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError


def _instant(value: object) -> datetime:
    if isinstance(value, int) and 0 <= value <= _LAST:
        return datetime.fromtimestamp(value, UTC)
    raise ValueError


def check(presented: Pass, shown: Shown, revoked: Revocation | None) -> tuple[Refusal, ...]:
    """Return every reason to refuse a pass where it is shown; none, and it holds.

    In a yard nobody asks whether the vehicle is called, nor whether its window has begun.
    """
    return tuple(_reasons(presented, shown, revoked))


def _reasons(presented: Pass, shown: Shown, revoked: Revocation | None) -> Iterator[Refusal]:
    at_gate = shown.use is PassUse.GATE
    if shown.gate != presented.queue.gate:
        yield Refusal.OTHER_GATE
    if shown.direction not in {None, presented.queue.direction}:
        yield Refusal.OTHER_DIRECTION
    if plate_key(shown.plate) != presented.plate:
        yield Refusal.WRONG_PLATE
    if at_gate and presented.use is PassUse.YARD:
        yield Refusal.NOT_CALLED
    if at_gate and presented.opens_at is not None and shown.at < presented.opens_at:
        yield Refusal.NOT_YET_VALID
    if shown.at >= presented.expires_at:
        yield Refusal.EXPIRED
    if revoked is not None:
        yield Refusal.REVOKED


def broken_by(
    handed: Pass, bearer: Bearer, outcome: CallOutcome | None, *, of_call: bool
) -> Revocation | None:
    """Return what ended a pass that was handed out; None while it holds.

    `outcome` is that of the call it was made for, if it was made for one (`of_call`). A pass that
    names a vehicle in yards is not ended by its call or its admission: it opens no gate.
    """
    if bearer.state in ENDINGS:
        return Revocation(bearer.state.value)
    if bearer.queue != handed.queue:
        return Revocation.DIVERTED
    if bearer.plate != handed.plate:
        return Revocation.PLATE_CHANGED
    if handed.use is PassUse.YARD:
        return None
    now = use_of(bearer.state, bearer.mode)
    if now is None:
        return Revocation.ADMITTED
    stands = outcome in {None, CallOutcome.ANSWERED} if of_call else now is PassUse.GATE
    return None if stands else Revocation.CALL_TAKEN_BACK
