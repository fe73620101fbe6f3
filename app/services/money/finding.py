"""Orders as they are looked for at a window: by a code, or by what is known of the vehicle."""

from collections.abc import Sequence
from typing import Any

from app.domain.questions import OrderFilter
from app.repositories.money import FoundOrder
from app.repositories.unit_of_work import UnitOfWork

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["FoundOrder", "found_orders"]


async def found_orders(
    uow: UnitOfWork, where: OrderFilter, after: Sequence[Any] | None, limit: int
) -> Sequence[FoundOrder]:
    """Return up to `limit` orders after a cursor of what somebody names, newest first."""
    return await uow.money.page(where, after, limit)
