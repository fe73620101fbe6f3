"""Batches of vehicles are registered, a chunk of each in turn, so that a fleet delays no truck."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.batches import KEPT
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.declarations.batch_work import BatchWork, RowReader, give_up
from app.workers.today import Todays

MOST_TURNS = 200
"""How often each batch has its turn before the job tells what it has done."""
FORGOTTEN = 20
Sessions = async_sessionmaker[AsyncSession]


class BatchWorker:
    """Does batches; any number of workers may, and one may be killed at any instant."""

    def __init__(self, tools: Tools, todays: Todays, reader: RowReader) -> None:
        """Make identities with `tools`, go by `todays`, read rows as the API does."""
        self._tools = tools
        self._todays = todays
        self._reader = reader

    async def do_batches(self, sessions: Sessions) -> int:
        """Do what is open; return how many rows were done.

        Raises:
            Exception: what stopped a batch; the others were done, and it is tried again next time.
        """
        total, stopped = 0, dict[UUID, Exception]()
        for _ in range(MOST_TURNS):
            async with sessions.begin() as session:
                waiting = await UnitOfWork(session).batches.open()
            turn = [one for one in waiting if one not in stopped]
            done = [await self._try(sessions, batch_id, stopped) for batch_id in turn]
            total += sum(filter(None, done))
            if not any(one is not None for one in done):
                break
        for error in stopped.values():
            raise error
        return total

    async def _try(
        self, sessions: Sessions, batch_id: UUID, stopped: dict[UUID, Exception]
    ) -> int | None:
        """Do as `_do`; keep what stops this batch, so that it stops no other."""
        try:
            return await self._do(sessions, batch_id)
        except Exception as error:  # noqa: BLE001 - it is raised when the others are done
            stopped[batch_id] = error
            return None

    async def _do(self, sessions: Sessions, batch_id: UUID) -> int | None:
        """Do the next rows of a batch; None where somebody else does, or it has ended."""
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            batch = await uow.batches.take(batch_id)
            if batch is None:
                return None
            today = await self._todays.today(uow)
            sender = await uow.access.acting(batch.principal_id)
            if sender is None:
                service = await uow.access.service()
                await give_up(uow, Act(today.now, today.reference, service, self._tools), batch)
                return 0
            act = Act(today.now, today.reference, sender, self._tools)
            return await BatchWork(uow, act, batch, self._reader).do()

    async def forget(self, sessions: Sessions) -> int:
        """Forget what ended long ago, in small transactions; return how many batches."""
        forgotten, count = 0, FORGOTTEN
        while count == FORGOTTEN:
            async with sessions.begin() as session:
                uow = UnitOfWork(session)
                today = await self._todays.today(uow)
                count = await uow.batches.forget(today.now - KEPT, FORGOTTEN)
            forgotten += count
        return forgotten
