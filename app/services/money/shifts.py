"""Cashiers' shifts: a till is opened, takes exactly what is due, and closes with what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.books import postings_of_shift
from app.domain.errors import (
    ShiftClosedError,
    ShiftNotFoundError,
    UnknownCodeError,
)
from app.domain.money_in import Channel, codes_in
from app.domain.questions import ShiftFilter
from app.domain.tills import Pile, Taken, counted, document_of, ensure_own, expected
from app.models import Shift
from app.repositories.shifts import Manned
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.applying import Applying, CameIn
from app.services.money.matching import Matched, Matching, ensure_due
from app.services.money.posting import posting_rows

# The edges show these and never ask for them: they import them from here.
__all__ = ["Shifts", "Till"]


CODE = "/code"


@dataclass(frozen=True, slots=True)
class Till:
    """A shift with what came into its till."""

    manned: Manned
    taken: Taken

    @property
    def expected_vnd(self) -> int:
        """The cash that it should hold now, or should have held when it was closed."""
        shift = self.manned.shift
        if shift.expected_vnd is not None:
            return shift.expected_vnd
        return expected(shift.float_vnd, self.taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Money that is handed over at a desk for what a code names."""

    code: str
    amount_vnd: int
    channel: Channel
    source_reference: str | None = None


class Shifts:
    """Opens, fills and closes tills."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def open(self, gate: str, float_vnd: int) -> Till:
        """Open the principal's till at a gate, with so much change in it.

        Raises:
            GateNotFoundError, UnknownCodeError: there is no such gate.
            ShiftOpenError: the principal has one open already.
        """
        act = self._act
        shift = Shift(
            id=act.tools.new_id(),
            gate_code=act.reference.gate(gate).code,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            float_vnd=float_vnd,
            opened_at=act.now,
        )
        self._uow.add(shift)
        await self._uow.flush()
        await self._tell("shift.opened", shift, float_vnd=float_vnd)
        return await self.get(shift.id)

    async def get(self, shift_id: UUID) -> Till:
        """Return a shift, whosever it is.

        Raises:
            ShiftNotFoundError.
        """
        found = await self._uow.shifts.get(shift_id)
        if found is None:
            raise ShiftNotFoundError
        return Till(found, (await self._uow.shifts.taken([shift_id]))[shift_id])

    async def page(
        self, where: ShiftFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Till]:
        """Return up to `limit` shifts after a cursor, the newest first."""
        found = await self._uow.shifts.page(where, after, limit)
        taken = await self._uow.shifts.taken([one.shift.id for one in found])
        return [Till(one, taken[one.shift.id]) for one in found]

    async def taken_by(self) -> str:
        """Return the name of whoever takes the money; ask before any is taken."""
        found = await self._uow.organisations.get(self._act.principal.organisation_id)
        assert found is not None
        return found.name

    async def take(self, shift_id: UUID, handed: Handed) -> Matched:
        """Take exactly what an order or bundle asks for into the principal's own open till.

        Raises:
            ShiftNotFoundError, ShiftNotYoursError, ShiftClosedError.
            UnknownCodeError: the code names nothing, or more than one thing.
            OrderNotDueError, BundleNotDueError, AmountMismatchError: nothing was taken.
            RetryCollisionError: its reference was used before.
        """
        shift = await self._held(shift_id)
        ensure_own(self._act.principal, shift.principal_id)
        matching = Matching(self._uow, self._act)
        named = await matching.named(codes_in(handed.code))
        if len(named) != 1:
            raise UnknownCodeError.at(CODE, handed.code)
        applying = Applying(self._uow, self._act)
        one = named[0].of(await applying.hold(named[0].orders))
        ensure_due(one.owed, handed.amount_vnd)
        came = CameIn(
            amount_vnd=handed.amount_vnd,
            source_reference=handed.source_reference or str(self._act.tools.new_id()),
            channel=handed.channel,
            organisation_id=self._act.principal.organisation_id,
            shift_id=shift.id,
            till=shift.gate_code,
        )
        return Matched(await applying.take(came, one.orders, one.bundle), one.orders)

    async def close(self, shift_id: UUID, total_vnd: int | None, piles: Sequence[Pile]) -> Till:
        """Close a till with what was counted; a difference is posted and stays to be explained.

        A colleague may close one that was forgotten, and stands in it as who counted.

        Raises:
            ShiftNotFoundError, ShiftClosedError, CountUnfitError.
        """
        shift = await self._held(shift_id, to_close=True)
        counted_vnd = counted(total_vnd, piles)
        taken = (await self._uow.shifts.taken([shift_id]))[shift_id]
        expected_vnd = expected(shift.float_vnd, taken)
        shift.closed_at, shift.closed_by = self._act.now, self._act.principal.id
        shift.expected_vnd, shift.counted_vnd = expected_vnd, counted_vnd
        shift.denominations = dict(document_of(piles) or {}) or None
        await self._uow.flush()
        postings = postings_of_shift(shift.id, shift.gate_code, expected_vnd, counted_vnd)
        await self._uow.books.post(posting_rows(self._act, postings))
        told = {"expected_vnd": expected_vnd, "counted_vnd": counted_vnd}
        await self._tell("shift.closed", shift, **told)
        return await self.get(shift_id)

    async def _held(self, shift_id: UUID, *, to_close: bool = False) -> Shift:
        shift = await self._uow.shifts.held(shift_id, to_close=to_close)
        if shift is None:
            raise ShiftNotFoundError
        if shift.closed_at is not None:
            raise ShiftClosedError
        return shift

    async def _tell(self, kind: str, shift: Shift, **amounts: int) -> None:
        facts = {"shift": str(shift.id), "gate": shift.gate_code, **amounts}
        await self._uow.records.insert_events([self._act.event(kind, None, None, None, **facts)])
