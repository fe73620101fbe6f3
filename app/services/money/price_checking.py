"""All charges are derived again once a legal day: the law of their day gives what they say.

A turn takes one window of charges and remembers where it ended: it may be killed at any instant and
run in any number, and holds no more than a window.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Final

from app.domain.charges import differences_of
from app.models import PriceCheck
from app.repositories.prices import FrozenCharge
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today

__all__ = ["PriceCheck", "PriceChecking", "PriceChecks"]

WINDOW: Final = 100
NAMED: Final = 100
"""How many charges at fault a check names; where there are more, something else is wrong."""


class PriceChecking:
    """Derives charges again, window by window."""

    def __init__(self, uow: UnitOfWork, today: Today) -> None:
        """Work within one transaction."""
        self._uow = uow
        self._today = today

    async def turn(self, size: int = WINDOW) -> int | None:
        """Derive the next charges of this day's check again; None: it is done, or somebody does it.

        Return how many they were.
        """
        if not await self._uow.prices.alone():
            return None
        check = await self._uow.prices.last_check()
        if check is None or (check.finished_at and check.day < self._today.day):
            check = self._begin()
        if check.finished_at is not None:
            return None
        found = await self._uow.prices.charges_after(check.last_id, size)
        # One made meanwhile may know of an edition that was not read yet: the next turn does.
        charges = list(takewhile(self._is_read, found))
        self._note(check, charges)
        if len(found) < size and len(charges) == len(found):
            check.finished_at = self._today.now
        await self._uow.flush()
        return len(charges)

    def _is_read(self, charge: FrozenCharge) -> bool:
        """Tell whether the reference data at hand have what the charge was priced by."""
        read_at = self._today.reference.tariffs.known_at
        return charge.known_at is None or (read_at is not None and charge.known_at <= read_at)

    def _begin(self) -> PriceCheck:
        check = PriceCheck(
            day=self._today.day,
            started_at=self._today.now,
            checked=0,
            without_facts=0,
            differing=0,
            differences=[],
        )
        self._uow.add(check)
        return check

    def _note(self, check: PriceCheck, charges: Sequence[FrozenCharge]) -> None:
        tariffs = self._today.reference.tariffs
        wrong = [(one, found) for one in charges if (found := differences_of(tariffs, one.frozen))]
        named: list[dict[str, Any]] = [
            {"charge": str(one.id), "entry": str(one.entry_id), "rules": list(found)}
            for one, found in wrong
        ]
        check.checked += len(charges)
        check.without_facts += sum(one.facts is None for one in charges)
        check.differing += len(wrong)
        check.differences = [*check.differences, *named][:NAMED]
        if charges:
            check.last_id = charges[-1].id


class PriceChecks:
    """How the checks of prices went."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Ask within one transaction."""
        self._uow = uow

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[PriceCheck]:
        """Return up to `limit` checks after a cursor, the last first."""
        return await self._uow.prices.checks(after, limit)
