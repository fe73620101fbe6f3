"""What a stranger says of a queue who has nothing but its sealed log."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.domain.log.verifying import outages_in, verify
from app.workers.feeding import number_events
from app.workers.sealing import SealingWorker
from app.workers.today import Todays
from tests.logs import ensure_whole, log_of, sealer
from tests.races.house import QUEUE, House


async def broken_in(house: House) -> Sequence[Any]:
    """Seal what has happened, and return what is wrong with the log of the queue."""
    at = house.clock() + timedelta(seconds=1)
    worker = SealingWorker(sealer(), Todays(is_production=True, machine_now=lambda: at))
    await number_events(house.sessions)
    await worker.seal(house.sessions)
    log = await log_of(house.sessions, QUEUE)
    ensure_whole(log)
    leaves = [text.encode() for text in log.texts]
    return [one for one in [verify(leaves, outages_in(leaves)).wrong] if one is not None]
