"""What somebody may do with an entry, on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.types import Open, Out
from app.domain.authorisation import Action
from app.domain.vocabulary import Party
from app.services.declarations.powers import Powers


class PowersOut(Out):
    """What you may do with an entry: show no button for anything else."""

    relations: Annotated[list[Annotated[Party, Open]], Field(examples=[["carrier"]])]
    """What your organisation is to it; authorities are nothing to any."""
    actions: Annotated[
        list[Annotated[Action, Open]],
        Field(
            description="What may be done with it by who you are and what your organisation is to"
            " it. Whether your credential has the scope and the entry is as far, its operation"
            " says.",
            examples=[["read", "amend-vehicle", "substitute", "defer"]],
        ),
    ]
    orders: list[UUID]
    """Those of its orders that you may look at on their own, and pay."""


def powers_out(powers: Powers) -> PowersOut:
    """Return what somebody may do with an entry."""
    relations = [party for party in Party if party in powers.relations]
    return PowersOut(relations=relations, actions=powers.actions, orders=powers.orders)
