"""What a draft of a tariff would have changed in a month, from the frozen facts of its charges."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.domain.charges import Tariffs, parse_edition
from app.domain.charges.effect import Effect
from app.domain.errors import ProposalNotFoundError
from app.repositories.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MonthsEffect:
    """The effect of a draft on the charges of a month, of which `first` is the first day."""

    code: str
    first: date
    end: date
    effect: Effect


def month_of(first: date) -> tuple[date, date]:
    """Return the first day of a month and that of the next."""
    return first, (first + timedelta(days=31)).replace(day=1)


def last_month(today: date) -> date:
    """Return the first day of the month before a day's."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


async def effect_of(
    uow: UnitOfWork, tariffs: Tariffs, proposal_id: UUID, month: date
) -> MonthsEffect:
    """Return what a draft would have changed in the month that begins on `month`.

    Each entry counts once, by the charge that holds, with the reductions that this was made with.
    They come a few at a time: it takes no more memory for a million than for a hundred.

    Raises:
        ProposalNotFoundError: there is none of that id.
    """
    proposal = await uow.tariff_editions.get(proposal_id)
    if proposal is None:
        raise ProposalNotFoundError
    first, end = month_of(month)
    effect = Effect(parse_edition(proposal.document), tariffs.reductions)
    async for charge in uow.prices.charged_on(first, end):
        effect.add(charge)
    return MonthsEffect(proposal.code, first, end, effect)
