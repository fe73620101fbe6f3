"""What somebody may do with one entry and its orders, by the tables of `authorisation`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.authorisation import Action, Relation, decide
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import related
from app.services.money.payers import of_payer


@dataclass(frozen=True, slots=True)
class Powers:
    """What a principal is to an entry, what it may do with it, and which orders it may open."""

    relations: frozenset[Relation]
    actions: Sequence[Action]
    orders: Sequence[UUID]


async def powers_over(uow: UnitOfWork, act: Act, entry_id: UUID) -> Powers:
    """Return what the principal may do with an entry.

    Raises:
        EntryNotFoundError: none of that id, or not the principal's to see.
    """
    found, relations = await related(uow, act, entry_id, Action.READ)
    orders = await uow.money.orders(found.id)
    return Powers(
        relations,
        [one for one in Action if decide(act.principal, one, relations)],
        [
            one.id
            for one in orders
            if decide(act.principal, Action.ORDERS, relations | of_payer(act, one))
        ],
    )
