"""What was committed is sealed in the logs, a moment later."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.logs import outline
from app.repositories.unit_of_work import UnitOfWork
from app.services.log.sealing import Sealer, Sealing, Turn
from app.workers.today import Todays

SEALING_SECONDS = 5
"""How often it is looked for news that nothing told of; it is sealed within ten."""
SEALING_RESTS = 2
"""What came meanwhile is one batch: each costs the same, however much is in it."""
log = structlog.get_logger()


class LogStoppedError(Exception):
    """Logs cannot be gone on with; those of other queues were."""


class SealingWorker:
    """Seals the events of all queues; several at once, or killed ones, seal each event once."""

    def __init__(self, sealer: Sealer, todays: Todays) -> None:
        """Seal by `sealer`; go by the time of `todays`."""
        self._sealer = sealer
        self._todays = todays

    async def seal(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Seal everything that has a position, in small transactions; return how many events.

        Raises:
            LogStoppedError: the logs of some queues cannot be gone on with; the others were.
        """
        done, turn = 0, Turn(is_full=True)
        while turn.is_full:
            async with sessions.begin() as session:
                uow = UnitOfWork(session)
                today = await self._todays.today(uow)
                turn = await Sealing(uow, today.now, self._sealer).seal()
            done += turn.events
        if turn.stopped:
            raise self._stopped(turn)
        return done

    def _stopped(self, turn: Turn) -> LogStoppedError:
        for queue, error in turn.stopped.items():
            said = {"gate": queue.gate, "direction": queue.direction.value}
            log.error("log stopped", **said, error=outline(error))
        return LogStoppedError(", ".join(f"{it.gate} ({it.direction})" for it in turn.stopped))
