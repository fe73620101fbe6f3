"""Giving work to somebody by name: an officer, a member of the board, an agency or a yard."""

from uuid import UUID

from app.domain.errors import UnknownCodeError
from app.domain.review import ASSIGNABLE
from app.domain.vocabulary import Role
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

ASSIGNED_TO = "/assigned_to"


async def assignee(uow: UnitOfWork, act: Act, name: str | None) -> UUID:
    """Return who is meant by a name; nobody named, it is who asks.

    Raises:
        UnknownCodeError: nobody of that name, or nobody who takes such work.
    """
    if name is None:
        return act.principal.id
    found = await uow.access.principal(name)
    if found is None or found.revoked_at is not None or Role(found.role) not in ASSIGNABLE:
        raise UnknownCodeError.at(ASSIGNED_TO, name)
    return found.id
