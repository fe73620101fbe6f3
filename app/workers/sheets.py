"""Queue sheets in a folder, fresh enough to call by when everything else has failed."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.publishing.sheets import Sheet, Sheets
from app.services.upkeep.reference_data import read_reference

SHEET_SECONDS: Final = 600


def machine_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


class SheetWriter:
    """Writes the sheet of every gate that has a queue; several writers write the same."""

    def __init__(
        self, folder: Path, render: Callable[[Sheet], str], *, is_production: bool
    ) -> None:
        """Write into `folder` what `render` makes of a sheet."""
        self._folder = folder
        self._render = render
        self._is_production = is_production
        self.machine_now = machine_now

    async def write(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Write all sheets anew and return how many; each is whole at any instant.

        None is written while no policy edition is in force, for nobody is ordered then.
        """
        async with sessions() as session:
            uow = UnitOfWork(session)
            today = await self._today(uow)
            gates = sorted({queue.gate for queue in today.reference.queues(today.day)})
            pages = {}
            for gate in gates:
                pages[gate] = self._render(await Sheets(uow, today).sheet(gate))
        for gate, page in pages.items():
            self._put(f"{gate}.html", page)
        return len(pages)

    async def _today(self, uow: UnitOfWork) -> Today:
        strict, pulse = self._is_production, await uow.access.pulse()
        reference = await read_reference(uow, unofficial_needs_confirmation=strict)
        machine = self.machine_now()
        moved = None if strict else pulse.clock
        return Today(moved.at(machine) if moved else machine.replace(microsecond=0), reference)

    def _put(self, name: str, page: str) -> None:
        """Replace a file at once; it names plates, so only the owner reads it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.{os.getpid()}"
        unfinished.touch(mode=0o600)
        unfinished.write_text(page, "utf-8")
        unfinished.replace(self._folder / name)
