"""The edge that jobs ask: business time and the reference data it is to be read by."""

from collections.abc import Callable
from datetime import UTC, datetime

from app.domain.reference import Reference
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.upkeep.reference_data import read_reference


def machine_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


class Todays:
    """What a job of one process asks with; reference data are read again where they changed."""

    def __init__(
        self, *, is_production: bool, machine_now: Callable[[], datetime] = machine_now
    ) -> None:
        """Begin without reference data; in production business time is the machine's."""
        self._is_production = is_production
        self.reference: Reference | None = None
        self.machine_now = machine_now

    async def today(self, uow: UnitOfWork) -> Today:
        """Return business time in whole seconds, and the reference data as they stand."""
        pulse, strict = await uow.access.pulse(), self._is_production
        if self.reference is None or self.reference.revision != pulse.revision:
            self.reference = await read_reference(uow, unofficial_needs_confirmation=strict)
        machine = self.machine_now()
        moved = None if strict else pulse.clock
        now = moved.at(machine) if moved else machine.replace(microsecond=0)
        return Today(now, self.reference)
