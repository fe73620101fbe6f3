"""What a worker writes down of itself, so that metrics and `gate doctor` can tell whether it lives.

Each process adds to one row per job, to all of them together and once in a while: a row a second
would be the busiest of all, and each by itself would be a commit beside those of requests.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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

    def __init__(
        self,
        job: str,
        every_seconds: float,
        pause: float = PULSE_SECONDS,
        beside: list["Pulses"] | None = None,
    ) -> None:
        """Begin with nothing; it is written every `pause` seconds, and after each failure.

        With it is written what is told of the jobs `beside`, among which this is from now on.
        """
        self.job = job
        self._every_seconds = round(every_seconds)
        self._process = f"{socket.gethostname()}:{os.getpid()}"
        self._pause = pause
        self._written_at: float | None = None
        self._beside = [] if beside is None else beside
        self._beside.append(self)
        self._work = self._nothing()

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Time what is done within, and log it; a failure ends here."""
        turn = Turn(monotonic())
        try:
            yield turn
        except Exception as error:  # noqa: BLE001 - it stops no other job
            turn.error = error
        self._work = _sum(self._work, turn)
        _tell(self.job, turn)

    async def write(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        """Write it down where that is due; what cannot be written now is kept for later."""
        now = monotonic()
        if self._work.succeeded and self._written_at and now - self._written_at < self._pause:
            return
        taken = {one: one.take(now) for one in self._beside if one.has_news}
        try:
            async with sessions.begin() as session:
                await UnitOfWork(session).upkeep.note(taken.values())
        except Exception as error:  # noqa: BLE001 - it stops no job either
            log.warning("pulse not written", job=self.job, error=outline(error))
            for one, work in taken.items():
                one.give_back(work)

    @property
    def has_news(self) -> bool:
        """Whether it was done since that was last written."""
        return self._work.runs > 0

    def take(self, now: float) -> Work:
        """Return what is to be written, and begin anew: others go on while it is."""
        work, self._work, self._written_at = self._work, self._nothing(), now
        return work

    def give_back(self, work: Work) -> None:
        """Keep what could not be written together with what was done meanwhile."""
        newer, self._written_at = self._work, None
        self._work = replace(
            newer if newer.runs else work,
            runs=work.runs + newer.runs,
            failures=work.failures + newer.failures,
            done=work.done + newer.done,
            took_ms=work.took_ms + newer.took_ms,
        )

    def _nothing(self) -> Work:
        return Work(
            self.job, self._process, self._every_seconds, runs=0, failures=0, done=0,
            took_ms=0, last_took_ms=0, succeeded=True,
        )  # fmt: skip


def _sum(work: Work, turn: Turn) -> Work:
    """Return what was done with one turn more."""
    took_ms = turn.took_ms
    return replace(
        work,
        runs=work.runs + 1,
        failures=work.failures + (turn.error is not None),
        done=work.done + turn.done,
        took_ms=work.took_ms + took_ms,
        last_took_ms=took_ms,
        succeeded=turn.error is None,
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
