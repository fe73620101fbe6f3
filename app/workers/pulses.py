"""What a worker writes down of itself, so that metrics and `gate doctor` can tell whether it lives.

Each process adds to one row per job, once in a while: a row a second would be the busiest of all.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.database import is_passing
from app.core.logs import outline
from app.domain.vitals import Work
from app.repositories.unit_of_work import UnitOfWork

PULSE_SECONDS = 10.0
log = structlog.get_logger()


@dataclass
class Turn:
    """One time that a job is done: how much it did, and what stopped it."""

    began: float
    done: int = 0
    error: Exception | None = None

    @property
    def took(self) -> float:
        """The seconds since it began."""
        return monotonic() - self.began

    @property
    def took_ms(self) -> int:
        """The milliseconds since it began."""
        return round(self.took * 1000)


class Pulses:
    """What one process did of one job since it last wrote that down."""

    def __init__(self, job: str, every_seconds: float, pause: float = PULSE_SECONDS) -> None:
        """Begin with nothing; it is written every `pause` seconds, and after each failure."""
        self._job = job
        self._every_seconds = round(every_seconds)
        self._process = f"{socket.gethostname()}:{os.getpid()}"
        self._pause = pause
        self._written_at: float | None = None
        self._forget()

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Time what is done within, and log it; a failure ends here."""
        turn = Turn(monotonic())
        try:
            yield turn
        except Exception as error:  # noqa: BLE001 - it stops no other job
            turn.error = error
        self._add(turn)
        _tell(self._job, turn)

    async def write(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        """Write it down where that is due; what cannot be written now is kept for later."""
        now = monotonic()
        if self._succeeded and self._written_at and now - self._written_at < self._pause:
            return
        try:
            async with sessions.begin() as session:
                await UnitOfWork(session).upkeep.note(self._work())
        except Exception as error:  # noqa: BLE001 - it stops no job either
            log.warning("pulse not written", job=self._job, error=outline(error))
            return
        self._written_at = now
        self._forget()

    def _forget(self) -> None:
        self._runs = self._failures = self._done = self._took_ms = self._last_took_ms = 0
        self._succeeded = True

    def _add(self, turn: Turn) -> None:
        self._last_took_ms = turn.took_ms
        self._runs += 1
        self._took_ms += self._last_took_ms
        self._done += turn.done
        self._failures += turn.error is not None
        self._succeeded = turn.error is None

    def _work(self) -> Work:
        return Work(
            job=self._job,
            process=self._process,
            every_seconds=self._every_seconds,
            runs=self._runs,
            failures=self._failures,
            done=self._done,
            took_ms=self._took_ms,
            last_took_ms=self._last_took_ms,
            succeeded=self._succeeded,
        )


def _tell(job: str, turn: Turn) -> None:
    """Log a turn; one in which there was nothing to do, quietly."""
    if turn.error is None:
        tell = log.info if turn.done else log.debug
        tell("job", job=job, done=turn.done, ms=turn.took_ms)
    elif is_passing(turn.error):
        log.warning("database away", job=job, error=type(turn.error).__name__)
    else:
        log.error("job failed", job=job, error=outline(turn.error), ms=turn.took_ms)
