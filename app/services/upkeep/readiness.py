"""Whether a process may be sent work: the database, its schema, the clocks, the editions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.reference import Reference
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.reference_data import CONFIRMATIONS_NEEDED

SECOND = timedelta(seconds=1)
MOST_SKEW = 5 * SECOND


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is wrong with each part, None where nothing is."""

    database: str | None = None
    migrations: str | None = None
    clock: str | None = None
    editions: str | None = None

    @property
    def ready(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.database or self.migrations or self.clock or self.editions)


async def read_readiness(
    uow: UnitOfWork, reference: Reference, machine: datetime, head: str
) -> Readiness:
    """Return how fit the service is; `head` is the migration this release was written for."""
    applied, server = await uow.access.schema_and_time()
    skew = abs(server - machine)
    return Readiness(
        migrations=None if applied == head else f"{applied or 'none'} applied, {head} needed",
        clock=None if skew <= MOST_SKEW else f"{skew // SECOND} s apart from the database",
        editions=_editions(reference, reference.day(machine)),
    )


def _editions(reference: Reference, on: date) -> str | None:
    """Name the editions that wait for the board, but for those whose days are over."""
    waiting = [
        f"{edition.kind} {edition.code} needs confirmation by"
        f" {CONFIRMATIONS_NEEDED - len(edition.confirmed_by)} more of the board"
        for edition in reference.pending
        if not edition.is_over(on)
    ]
    return "; ".join(waiting) or None
