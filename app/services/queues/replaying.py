"""Replay: what was stored of a queue, played again by the rule: how who cheats is caught."""

from app.domain.log.retelling import KINDS, NO_RATES, replayed
from app.domain.replay import Difference, replay
from app.domain.vocabulary import Queue
from app.repositories.unit_of_work import UnitOfWork


async def differences(uow: UnitOfWork, queue: Queue) -> list[Difference]:
    """Return where the stored events of a queue are not what the rule gives; none where all is.

    Reads every event of the queue's order into memory.
    """
    return replay(replayed(await uow.records.told(queue, KINDS)), NO_RATES)
