"""Queue sheets in a folder, fresh enough to call by when everything else has failed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing.sheets import Sheet, Sheets
from app.workers.today import Todays

SHEET_SECONDS: Final = 600


class SheetWriter:
    """Writes the sheet of every gate that has a queue; several writers write the same."""

    def __init__(self, folder: Path, render: Callable[[Sheet], str], todays: Todays) -> None:
        """Write into `folder` what `render` makes of a sheet."""
        self._folder = folder
        self._render = render
        self._todays = todays

    async def write(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Write all sheets anew and return how many; each is whole at any instant.

        None is written while no policy edition is in force, for nobody is ordered then.
        """
        async with sessions() as session:
            uow = UnitOfWork(session)
            today = await self._todays.today(uow)
            gates = sorted({queue.gate for queue in today.reference.queues(today.day)})
            pages = {}
            for gate in gates:
                pages[gate] = self._render(await Sheets(uow, today).sheet(gate))
        for gate, page in pages.items():
            self._put(f"{gate}.html", page)
        return len(pages)

    def _put(self, name: str, page: str) -> None:
        """Replace a file at once; it names plates, so only the owner reads it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.{os.getpid()}"
        unfinished.touch(mode=0o600)
        unfinished.write_text(page, "utf-8")
        unfinished.replace(self._folder / name)
