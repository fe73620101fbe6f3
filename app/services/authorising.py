"""Entries for an act: found, and given out only where the principal may do that act with them.

The one way from an id to an entry for whoever asks with a key; what is found and not theirs is as
if it were not there.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from app.domain.authorisation import Action, Relation, decide
from app.domain.errors import EntryNotFoundError
from app.domain.principal import Principal
from app.models import Entry
from app.repositories.entries import Related
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act


async def reached(uow: UnitOfWork, act: Act, entry_id: UUID, *actions: Action) -> Entry:
    """Return an entry with which the principal may do one of these actions.

    Raises:
        EntryNotFoundError: none of that id, or the principal may do none of them with it.
    """
    return (await related(uow, act, entry_id, *actions)).entry


async def related(uow: UnitOfWork, act: Act, entry_id: UUID, *actions: Action) -> Related:
    """Return an entry as `reached` does, with what the principal is to it.

    Raises:
        EntryNotFoundError: as `reached`.
    """
    found = await uow.entries.related(entry_id, act.principal, act.now)
    if found is None or not _may(act.principal, found, actions):
        raise EntryNotFoundError
    return found


async def reached_all(
    uow: UnitOfWork, act: Act, entry_ids: Collection[UUID], action: Action
) -> Sequence[Entry]:
    """Return those of some entries with which the principal may do something."""
    found = await uow.entries.all_related(entry_ids, act.principal, act.now)
    return [one.entry for one in found if _may(act.principal, one, [action])]


async def reaches(uow: UnitOfWork, act: Act, entry_id: UUID, action: Action) -> bool:
    """Tell whether the principal may do something with an entry."""
    found = await uow.entries.related(entry_id, act.principal, act.now)
    return found is not None and _may(act.principal, found, [action])


async def relations_with(uow: UnitOfWork, act: Act, entry_id: UUID) -> frozenset[Relation]:
    """Return what the principal is to an entry, to be asked with what it is to a part of it."""
    found = await uow.entries.related(entry_id, act.principal, act.now)
    return frozenset(found.relations) if found else frozenset()


def _may(principal: Principal, found: Related, actions: Collection[Action]) -> bool:
    return any(decide(principal, action, found.relations) for action in actions)
