"""Batches done: row by row as a single registration is, in small transactions, each once.

A chunk of rows and what became of them are one transaction. So a worker that is killed leaves no
row half done and none done twice, and nobody who registers a truck waits for a whole fleet.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import structlog

from app.core.database import is_lasting
from app.core.logs import outline
from app.domain.batches import (
    NEXT,
    BatchMode,
    BatchState,
    RowOutcome,
    after_last_row,
    after_refusal,
)
from app.domain.declaration import Declaration, read_declaration
from app.domain.errors import (
    DomainError,
    DuplicateReferenceError,
    FieldError,
    PlateAlreadyRegisteredError,
    RowFailedError,
    UnavailableError,
)
from app.domain.identifiers import plate_key
from app.models import Batch, BatchRow
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.passage import Passage
from app.services.declarations.batches import go_on
from app.services.declarations.declaring import Document, Driver
from app.services.declarations.registration import Registration

CHUNK = 25
"""Rows a transaction: their plates are locked until its end, and nobody places a scoped hold."""
REASON = "batch-taken-back"
FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""Mistakes of ours that one row brings out; they break no other row, and trying again is no use."""
log = structlog.get_logger()


class Read(NamedTuple):
    """What a row declares."""

    document: Document
    driver: Driver


class Named(NamedTuple):
    """By what its sender knows a row: its own reference, and the plate or the unit's number."""

    client_reference: str | None
    plate: str | None


class RowReader(Protocol):
    """How the API reads a row, and what is kept of why one was refused."""

    def read(self, text: str) -> Read:
        """Return what a row declares.

        Raises:
            DomainError: as a request with the same body is refused.
        """

    def named(self, text: str) -> Named:
        """Return by what its sender knows a row that could not be read, as far as that is fit."""

    def kept(self, refusal: DomainError) -> dict[str, Any]:
        """Return what is stored of a refusal: nothing personal."""


@dataclass(slots=True)
class Taken:
    """A row that is being done: what it declares, and its entry or why it is refused."""

    row: BatchRow
    read: Read | None = None
    declaration: Declaration | None = None
    entry_id: UUID | None = None
    refusal: DomainError | None = None


Do = Callable[[Taken], Awaitable[UUID | None]]


class BatchWork:
    """Does the next rows of a batch, for the one who holds its lock."""

    def __init__(self, uow: UnitOfWork, act: Act, batch: Batch, reader: RowReader) -> None:
        """Work within one transaction, for the act of who sent the batch."""
        self._uow = uow
        self._act = act
        self._batch = batch
        self._reader = reader

    async def do(self) -> int:
        """Do the next rows, or what follows the last one; return how many rows were done."""
        batch, state = self._batch, BatchState(self._batch.state)
        taking_back = state is BatchState.TAKING_BACK
        rows = await self._uow.batches.next_rows(
            batch.id, NEXT[state, BatchMode(batch.mode)], 1 if taking_back else CHUNK
        )
        if not rows:
            await self._end_of(state)
        elif taking_back:
            await self._take_back(rows[0])
        else:
            await self._do_rows(
                rows, self._check if state is BatchState.CHECKING else self._register
            )
        return len(rows)

    async def _do_rows(self, rows: Sequence[BatchRow], do: Do) -> None:
        """Do rows in the order of their queues and plates, in which everybody takes locks."""
        taken = [self._open(row) for row in rows]
        declared = [one.declaration for one in taken if one.declaration]
        plates = [(one.tractor_plate, one.direction) for one in declared if one.tractor_plate]
        await self._uow.entries.lock_plates(plates)
        for one in sorted(taken, key=_order):
            if one.read is not None:
                await self._try(one, do)
        # Only now: what is changed while rows are tried would go with one that is refused.
        for one in taken:
            self._settle(one)
        batch, state = self._batch, BatchState(self._batch.state)
        if any(one.refusal for one in taken):
            batch.state = after_refusal(state, BatchMode(batch.mode)).value
        await self._uow.flush()

    def _open(self, row: BatchRow) -> Taken:
        """Return what a row declares; of one that cannot be read, note what it calls itself."""
        text = self._act.tools.cipher.decrypt(row.sealed or b"")
        try:
            read = self._reader.read(text)
            return Taken(row, read, read_declaration(read.document))
        except DomainError as refusal:
            named = self._reader.named(text)
            row.client_reference = named.client_reference
            row.plate = plate_key(named.plate or "") or None
            return Taken(row, refusal=refusal)
        except FAULTS as error:
            return Taken(row, refusal=self._failed(error))

    async def _try(self, one: Taken, do: Do) -> None:
        """Do a row, or keep why it is refused.

        Raises:
            Exception: what trying again later may cure.
        """
        try:
            async with self._uow.attempt():
                one.entry_id = await do(one)
        except UnavailableError:
            raise
        except DomainError as refusal:
            one.refusal = refusal
        except FAULTS as error:
            one.refusal = self._failed(error)
        except Exception as error:
            if not is_lasting(error):
                raise
            one.refusal = self._failed(error)

    def _failed(self, error: Exception) -> DomainError:
        """Log what nobody foresaw; without its traceback, which may show what was declared."""
        log.error("row failed", batch=str(self._batch.id), error=outline(error))
        return RowFailedError()

    async def _check(self, one: Taken) -> None:
        assert one.read is not None
        await Registration(self._uow, self._act).check(one.read.document)

    async def _register(self, one: Taken) -> UUID:
        assert one.read is not None
        view = await Registration(self._uow, self._act).register(*one.read)
        return view.entry.id

    def _settle(self, one: Taken) -> None:
        """Note what became of a row, and by what its company knows it."""
        row, batch = one.row, self._batch
        if one.read is not None and one.declaration is not None:
            row.client_reference = one.read.document.get("client_reference")
            row.plate, row.direction = one.declaration.tractor_plate, one.declaration.direction
        batch.checked += BatchState(batch.state) is BatchState.CHECKING
        if one.refusal is not None:
            self._refuse(row, one.refusal)
        elif one.entry_id is None:
            row.outcome = RowOutcome.CHECKED.value
        else:
            row.outcome, row.entry_id, row.sealed = RowOutcome.REGISTERED.value, one.entry_id, None
            batch.registered += 1
            batch.done += 1

    def _refuse(self, row: BatchRow, refusal: DomainError) -> None:
        row.outcome, row.sealed = RowOutcome.REFUSED.value, None
        row.problem = self._reader.kept(refusal)
        self._batch.refused += 1
        self._batch.done += 1

    async def _take_back(self, row: BatchRow) -> None:
        """Cancel the entry of a row; one that has come too far stays, and the row says why."""
        assert row.entry_id is not None
        try:
            async with self._uow.attempt():
                await Passage(self._uow, self._act).cancel(row.entry_id, REASON)
        except UnavailableError:
            raise
        except DomainError as refusal:
            row.problem = self._reader.kept(refusal)
        else:
            row.outcome = RowOutcome.TAKEN_BACK.value
            self._batch.registered -= 1
        await self._uow.flush()

    async def _end_of(self, state: BatchState) -> None:
        """Let the batch go on after the last row that its state had."""
        batch = self._batch
        if state is BatchState.CHECKING:
            await self._refuse_twins()
        cancelled = batch.cancelled_at is not None
        after = after_last_row(state, refused=batch.refused, cancelled=cancelled)
        await go_on(self._uow, self._act, batch, after)

    async def _refuse_twins(self) -> None:
        """Refuse what a row says again of a vehicle, or of a reference, of an earlier one."""
        for row, by_plate in await self._uow.batches.twins(self._batch.id):
            kind = PlateAlreadyRegisteredError if by_plate else DuplicateReferenceError
            pointer = "/vehicle/tractor_plate" if by_plate else "/client_reference"
            self._refuse(row, kind(errors=[FieldError(pointer, kind.code)]))
        await self._uow.flush()


async def give_up(uow: UnitOfWork, act: Act, batch: Batch) -> None:
    """End a batch for whose sender nothing is done any more; what it registered stays."""
    batch.cancelled_at = act.now
    await go_on(uow, act, batch, BatchState.CANCELLED)


def _order(one: Taken) -> tuple[str, str, str]:
    declared = one.declaration
    if declared is None:
        return ("", "", "")
    return (declared.gate, declared.direction.value, declared.tractor_plate or "")
