"""What drivers were told of their waits is kept, and held against what came."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.reference import Reference
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.scoring import Scoring
from app.services.upkeep.reference_data import read_reference

BATCH = 1000
Sessions = async_sessionmaker[AsyncSession]


def machine_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


class ScoreKeeper:
    """Keeps and scores the expected waits of all queues; several keepers keep the same."""

    def __init__(self, *, is_production: bool) -> None:
        """Begin without reference data; in production business time is the machine's."""
        self._is_production = is_production
        self._reference: Reference | None = None
        self.machine_now = machine_now

    async def keep(self, sessions: Sessions) -> int:
        """Keep what is due, score what was called, fold what is over; return how much was done.

        Scores come before yesterday is folded, each in a small transaction of its own.
        """
        done = 0
        for what in (Scoring.keep, Scoring.score, Scoring.fold):
            async with sessions.begin() as session:
                done += await what(await self._scoring(session))
        forgotten = BATCH
        while forgotten == BATCH:
            async with sessions.begin() as session:
                forgotten = await (await self._scoring(session)).forget(BATCH)
        return done

    async def _scoring(self, session: AsyncSession) -> Scoring:
        uow = UnitOfWork(session)
        pulse, strict = await uow.access.pulse(), self._is_production
        if self._reference is None or self._reference.revision != pulse.revision:
            self._reference = await read_reference(uow, unofficial_needs_confirmation=strict)
        machine = self.machine_now()
        moved = None if strict else pulse.clock
        now = moved.at(machine) if moved else machine.replace(microsecond=0)
        return Scoring(uow, Today(now, self._reference))
