"""A bell: who waits for rows is woken by the commit that stored some, without asking for it.

It carries nothing, and it may be missed, as the commits of other processes are: whoever is woken
looks at the rows, and looks now and then without being woken.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable


class Bell:
    """Rings within one process for the tables in which a transaction stored rows."""

    def __init__(self) -> None:
        """Begin with nobody listening."""
        self._ears: defaultdict[str, list[asyncio.Event]] = defaultdict(list)

    def ear(self, tables: Iterable[str]) -> asyncio.Event:
        """Return what is set from now on whenever one of `tables` got rows; its owner clears it."""
        ear = asyncio.Event()
        for table in tables:
            self._ears[table].append(ear)
        return ear

    def ring(self, tables: Iterable[str]) -> None:
        """Wake who waits for rows of one of `tables`."""
        for table in tables:
            for ear in self._ears.get(table, ()):
                ear.set()
