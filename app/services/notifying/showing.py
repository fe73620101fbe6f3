"""What the driver of an entry was told, as its company and the authorities see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.driver_messages import Said
from app.models import DriverMessage
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.declarations.assessment import driver_of
from app.services.declarations.entries import entry_of_link
from app.services.notifying.facts import said

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["DriverMessage", "DriverMessages", "Shown", "told_by_link"]


MOST_BY_LINK: Final = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, what its text names, and the phone that the entry has now, to be masked."""

    message: DriverMessage
    said: Said
    phone: str | None


class DriverMessages:
    """Shows what drivers were told."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def page(self, entry_id: UUID, action: Action, after: int, limit: int) -> Sequence[Shown]:
        """Return up to `limit` messages of an entry above an event's number, oldest first.

        `action` is what the principal must be allowed with the entry.

        Raises:
            EntryNotFoundError.
        """
        act = self._act
        entry = await reached(self._uow, act, entry_id, action)
        phone = driver_of(act, entry).phone
        found = await self._uow.driver_messages.of_entry(entry_id, after, limit)
        return [Shown(one, said(act, one, entry, call), phone) for one, call in found]


async def told_by_link(uow: UnitOfWork, token: str) -> Sequence[DriverMessage]:
    """Return what the driver was told of the entry that a tracking token opens, oldest first.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    entry = await entry_of_link(uow, token)
    found = await uow.driver_messages.of_entry(entry.id, 0, MOST_BY_LINK)
    return [message for message, _ in found]
