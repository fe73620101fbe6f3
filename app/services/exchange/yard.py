"""A yard's own system: vehicles that go in and out."""

from collections.abc import Sequence

from app.domain.exchange import Decision, Known, match
from app.domain.vocabulary import Agency, Role
from app.models import Source
from app.services.exchange.seeing import record_of, see
from app.services.exchange.told import Adapter, Desk, Record, Told


def decide(told: Told, _: Source, known: Sequence[Known]) -> Decision:
    """Return the entry that is meant; a plate that fits none or several is found as ever.

    So an unknown one opens an unregistered entry, and a contested one an exception.
    """
    decision = match(told.names, known, told.occurred_at)
    if decision.reason is None or told.names.reference is not None:
        return decision
    return Decision()


async def apply(desk: Desk, entries: Sequence[Known]) -> Sequence[Record]:
    """Record the movement."""
    return [record_of(await see(desk, entries, way=desk.told.facts["way"]))]


ADAPTER = Adapter(
    senders={Role.YARD}, witnesses={Role.YARD, Role.OFFICER, *Agency}, decide=decide, apply=apply
)
