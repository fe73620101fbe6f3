"""Passes: made of an entry as it is, checked where they are shown, listed when they hold no more.

Handing one out writes its row, for the list; nothing that happens to an entry writes any, so that
no call, arrival or ending costs more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.signing import SignatureError, Signers, UnknownKeyError, Verifier
from app.domain.authorisation import Action
from app.domain.log.checkpoints import Sealed
from app.domain.misses import CallOutcome, Window
from app.domain.passes import (
    DAYS,
    TYPE,
    VERSION,
    Bearer,
    Pass,
    PassUse,
    Refusal,
    Revocation,
    Shown,
    Summoned,
    broken_by,
    check,
    claims_of,
    issue,
    read_claims,
)
from app.domain.vocabulary import Direction, Queue, QueueMode, State
from app.models import Entry
from app.repositories.passes import Handed
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.authorising import reached
from app.services.declarations.entries import entry_of_link
from app.services.queues.waiting import queue_of

PART = 500


@dataclass(frozen=True, slots=True)
class SignedPass:
    """A pass, the text that is its QR code, and how its queue's log stands."""

    said: Pass
    jws: str
    log: Sealed | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a shown text says, as far as it is a pass of ours, and every reason to refuse it."""

    said: Pass | None
    refused: tuple[Refusal, ...]
    revoked: Revocation | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Revoked:
    """The passes that hold no more though they have not expired, as of a whole minute."""

    as_of: datetime
    passes: Mapping[str, Revocation]

    def claims(self) -> Mapping[str, int | Mapping[str, str]]:
        """Return the list as it is signed."""
        passes = {id_: why.value for id_, why in self.passes.items()}
        return {"v": VERSION, "iat": int(self.as_of.timestamp()), "passes": passes}


class Passes:
    """Hands passes out and checks them."""

    def __init__(self, uow: UnitOfWork, today: Today, signers: Signers) -> None:
        """Work within one transaction, with the keys that sign."""
        self._uow = uow
        self._today = today
        self._signers = signers
        self._modes: dict[Queue, QueueMode | None] = {}  # a list asks for thousands

    async def of_entry(self, entry_id: UUID, act: Act) -> SignedPass:
        """Return the pass of an entry that the principal may see.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
            NoPassError: it is in the gate or has ended.
        """
        return await self._hand_out(await reached(self._uow, act, entry_id, Action.SHOW))

    async def of_link(self, token: str) -> SignedPass:
        """Return the pass of the entry that a tracking token opens.

        Raises:
            TrackingNotFoundError: the token is wrong or has been revoked.
            NoPassError: the entry is in the gate or has ended.
        """
        return await self._hand_out(await entry_of_link(self._uow, token))

    async def check(self, text: str, shown: Shown) -> Checked:
        """Return whether what somebody shows holds there, by the entry as it is now."""
        said = read_pass(self._signers.ed25519, text)
        if isinstance(said, Refusal):
            return Checked(None, (said,))
        handed = await self._uow.passes.handed(said.id)
        revoked = self._broken(handed) if handed else Revocation.NOT_HANDED_OUT
        state = State(handed.state) if handed else None
        return Checked(said, check(said, shown, revoked), revoked, state)

    async def revoked(self) -> Revoked:
        """Return the passes that hold no more; what happens after the minute may be missing.

        They are read in parts, between which others are answered.
        """
        now = self._today.now
        found: dict[str, Revocation] = {}
        part = await self._uow.passes.unexpired(now, "", PART)
        while part:
            found |= {one.id: why for one in part if (why := self._broken(one)) is not None}
            more = len(part) == PART
            part = await self._uow.passes.unexpired(now, part[-1].id, PART) if more else ()
        return Revoked(now.replace(second=0), found)

    async def _hand_out(self, entry: Entry) -> SignedPass:
        if entry.state == State.CALLED:  # its call may be answered or taken back just now
            entry = await self._uow.entries.locked(entry.id)
        call = await self._summons(entry)
        until = self._today.reference.begin_of(self._today.day + timedelta(days=DAYS))
        said = issue(self._bearer(entry), call, until)
        await self._uow.passes.keep(_row(said, entry, call, self._today.now))
        jws = self._signers.ed25519.sign(claims_of(said), TYPE)
        return SignedPass(said, jws, self._today.logs.get(said.queue))

    async def _summons(self, entry: Entry) -> Summoned | None:
        is_called = entry.state == State.CALLED
        call = await self._uow.queues.open_call(entry.id) if is_called else None
        if call is None:
            return None
        begins = call.window_starts_at or call.called_at
        return Summoned(call.id, call.call_number, Window(begins, call.window_ends_at))

    def _mode(self, queue: Queue) -> QueueMode | None:
        if queue not in self._modes:
            self._modes[queue] = self._today.reference.mode(queue, self._today.day)
        return self._modes[queue]

    def _bearer(self, entry: Entry) -> Bearer:
        return Bearer(
            entry_id=entry.id,
            reference=entry.reference,
            plate=entry.tractor_plate,
            queue=queue_of(entry),
            mode=self._mode(queue_of(entry)),
            state=State(entry.state),
        )

    def _broken(self, one: Handed) -> Revocation | None:
        now = Queue(one.gate_now, Direction(one.direction_now))
        bearer = Bearer(
            entry_id=one.entry_id,
            reference=one.reference,
            plate=one.plate_now,
            queue=now,
            mode=self._mode(now),
            state=State(one.state),
        )
        outcome = CallOutcome(one.outcome) if one.outcome else None
        return broken_by(_said(one), bearer, outcome, of_call=one.of_call)


def read_pass(verifier: Verifier, text: str) -> Pass | Refusal:
    """Return what a text says that is a pass and that we have signed, else why it is none."""
    try:
        said = read_claims(verifier.verify(text, TYPE))
    except UnknownKeyError:
        return Refusal.KEY_UNKNOWN
    except SignatureError:
        return Refusal.SIGNATURE_INVALID
    return said or Refusal.VERSION_UNKNOWN


def _row(
    said: Pass, entry: Entry, call: Summoned | None, now: datetime
) -> Mapping[str, str | UUID | datetime | None]:
    return {
        "id": said.id,
        "entry_id": entry.id,
        "call_id": call.call_id if call else None,
        "gate_code": said.queue.gate,
        "direction": said.queue.direction.value,
        "plate": said.plate,
        "use": said.use.value,
        "opens_at": said.opens_at,
        "expires_at": said.expires_at,
        "handed_at": now,
    }


def _said(one: Handed) -> Pass:
    """Return what a pass says that was handed out, save the call number, which ends none."""
    return Pass(
        id=one.id,
        reference=one.reference,
        plate=one.plate,
        queue=Queue(one.gate, Direction(one.direction)),
        use=PassUse(one.use),
        call_number=None,
        opens_at=one.opens_at,
        expires_at=one.expires_at,
    )
