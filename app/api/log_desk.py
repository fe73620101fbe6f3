"""The public log without a key: what reads it, and how a witness's word gets into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.api.schemas.log import CheckpointOut, checkpoint_out
from app.api.state import Process
from app.domain.log.checkpoints import origin_of
from app.domain.vocabulary import Queue
from app.repositories.constraints import named_failures
from app.repositories.unit_of_work import UnitOfWork
from app.services.log.reading import Log


@asynccontextmanager
async def reading_log(process: Process, queue: Queue) -> AsyncIterator[Log]:
    """Let a visitor read the log of a queue, which may have none."""
    async with process.reading() as uow:
        yield Log(uow, queue)


async def cosign(process: Process, queue: Queue, note: str) -> CheckpointOut:
    """Keep what known witnesses have signed of a checkpoint.

    Raises:
        CosignatureRefusedError.
    """
    origin = origin_of(process.settings.log_origin, queue.gate, queue.direction)
    with named_failures():
        async with process.sessions.begin() as session:
            log = Log(UnitOfWork(session), queue)
            kept = await log.cosign(note, origin, process.witnesses, process.machine_now())
            return checkpoint_out(kept)
