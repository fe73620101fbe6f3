"""Personal data whose time is over are erased, a small batch at a time, with an event each.

Each call is one batch of its own transaction: it may be killed at any instant, and any number may
run. What is erased is columns; that somebody drove, and which purposes were done with it, stays.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from app.domain.personal import EVERYTHING, Personal
from app.domain.retention import Record
from app.models import Difficulty, Entry, Member, Refund, Strike
from app.repositories.retention import COLUMNS, HASHES, Cutoffs
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

BATCH: Final = 100
OVER, ASKED = "retention", "subject-request"
"""Why something was erased, as its event says it."""

Events = Sequence[Mapping[str, Any]]


class Forgetting:
    """Erases what no purpose keeps any more."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def drivers(self, limit: int = BATCH) -> int:
        """Erase of some ended entries what is over of their drivers; return of how many.

        Raises:
            NoValueError: no row says how long they are kept.
        """
        cutoffs = self._cutoffs(asked=False)
        found = await self._uow.retention.over(cutoffs, limit)
        return await self._erase(found, cutoffs, OVER)

    async def drivers_as_asked(self, limit: int = BATCH) -> int:
        """Do the same for drivers who asked: what does not withstand that is over at once.

        Raises:
            NoValueError.
        """
        cutoffs = self._cutoffs(asked=True)
        found = await self._uow.retention.over_as_asked(cutoffs, limit)
        return await self._erase(found, cutoffs, ASKED)

    async def difficulties(self, limit: int = BATCH) -> int:
        """Make empty what was said in difficulties that were answered long ago; return how many.

        Raises:
            NoValueError.
        """
        before = self._before(Record.DIFFICULTY)
        found = await self._uow.retention.difficulties_over(before, limit)
        await self._uow.records.insert_events(self.silence(found, OVER))
        return len(found)

    async def strikes(self, limit: int = BATCH) -> int:
        """Make empty what both sides said of strikes decided long ago; return how many.

        Raises:
            NoValueError.
        """
        found = await self._uow.retention.strikes_over(self._before(Record.STRIKE), limit)
        for one in found:
            one.appeal = one.decision_reason = self._act.tools.cipher.encrypt("")
            one.erased_at = self._act.now
        await self._uow.flush()
        await self._uow.records.insert_events([self._of_strike(one) for one in found])
        return len(found)

    async def members(self, limit: int = BATCH) -> int:
        """Make empty name and address of members who were disabled long ago; return of how many.

        Raises:
            NoValueError.
        """
        found = await self._uow.retention.members_over(self._before(Record.MEMBER), limit)
        for one in found:
            one.display_name = one.email = self._act.tools.cipher.encrypt("")
            one.identity = one.identity_hash = None
            one.email_hash, one.erased_at = None, self._act.now
        await self._uow.flush()
        await self._uow.records.insert_events([self._of_member(one) for one in found])
        return len(found)

    async def payees(self, limit: int = BATCH) -> int:
        """Make empty who was paid refunds, and into which account, long ago; return of how many.

        Raises:
            NoValueError.
        """
        found = await self._uow.retention.refunds_over(self._before(Record.REFUND_PAYEE), limit)
        for one in found:
            one.payee_name = one.payee_account = self._act.tools.cipher.encrypt("")
            one.erased_at = self._act.now
        await self._uow.flush()
        await self._uow.records.insert_events([self._of_refund(one) for one in found])
        return len(found)

    async def purposes(self, limit: int = BATCH) -> int:
        """Erase what payers wrote long ago to money that waits for nobody; return of how many.

        Raises:
            NoValueError.
        """
        before = self._before(Record.PAYMENT_PURPOSE)
        return await self._uow.retention.forget_purposes(before, limit)

    async def reads(self, limit: int = BATCH) -> int:
        """Delete readings of long ago; return how many.

        Raises:
            NoValueError.
        """
        return await self._uow.retention.forget_reads(self._before(Record.PERSONAL_READ), limit)

    async def messages(self, limit: int = BATCH) -> int:
        """Delete messages to drivers of long ago; return how many.

        Raises:
            NoValueError.
        """
        before = self._before(Record.DRIVER_MESSAGE)
        return await self._uow.driver_messages.forget(before, limit)

    def silence(self, found: Sequence[Difficulty], cause: str) -> Events:
        """Make empty what was said in difficulties, and return the events of it."""
        act = self._act
        for one in found:
            one.words = act.tools.cipher.encrypt("")
            one.answer = act.tools.cipher.encrypt("") if one.answer else None
            one.erased_at = act.now
        return [
            act.event("difficulty.erased", None, one.entry_id, difficulty=str(one.id), cause=cause)
            for one in found
        ]

    async def _erase(self, found: Collection[Any], cutoffs: Cutoffs, cause: str) -> int:
        entries = await self._uow.retention.locked(found) if found else ()
        events = []
        for entry in entries:
            over = [one for one in present(entry) if is_over(entry, cutoffs[one])]
            if over:  # nobody was quicker
                erase(entry, over)
                events.append(self.of_driver(entry, over, cause))
        await self._uow.flush()
        await self._uow.records.insert_events(events)
        empty = [entry.id for entry in entries if not present(entry)]
        await self._uow.retention.done(empty, self._act.now)
        return len(events)

    def of_driver(self, entry: Entry, fields: Sequence[Personal], cause: str) -> Mapping[str, Any]:
        """Return the event that fields of a driver were erased, and why."""
        names = [field.value for field in fields]
        return self._act.event("entry.driver_erased", None, entry.id, fields=names, cause=cause)

    def _of_strike(self, one: Strike) -> Mapping[str, Any]:
        return self._act.event("strike.erased", None, one.entry_id, strike=str(one.id), cause=OVER)

    def _of_refund(self, one: Refund) -> Mapping[str, Any]:
        told = {"refund": str(one.id), "cause": OVER}
        return self._act.event("refund.payee_erased", None, one.entry_id, None, **told)

    def _of_member(self, one: Member) -> Mapping[str, Any]:
        told = {"organisation": str(one.organisation_id), "member": str(one.id)}
        return self._act.event("member.erased", None, None, None, **told, cause=OVER)

    def _cutoffs(self, *, asked: bool) -> Cutoffs:
        reference, day = self._act.reference, self._act.day
        since = {
            field: reference.retention.field_kept_since(field, day, asked=asked)
            for field in EVERYTHING
        }
        return {field: reference.begin_of(on) for field, on in since.items()}

    def _before(self, record: Record) -> datetime:
        reference = self._act.reference
        return reference.begin_of(reference.retention.kept_since(record, self._act.day))


def present(entry: Entry) -> list[Personal]:
    """Return what is kept of the driver of an entry."""
    return [field for field in EVERYTHING if getattr(entry, COLUMNS[field].key) is not None]


def is_over(entry: Entry, before: datetime) -> bool:
    """Tell whether an entry has ended before an instant."""
    return entry.ended_at is not None and entry.ended_at < before


def erase(entry: Entry, fields: Sequence[Personal]) -> None:
    """Forget fields of an entry's driver, and what they were found by."""
    for field in fields:
        setattr(entry, COLUMNS[field].key, None)
        if field in HASHES:
            setattr(entry, HASHES[field].key, None)
