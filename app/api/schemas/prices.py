"""Checks of all charges on the wire: how many were derived again, and which differ."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import Day, Instant, Open, Out
from app.api.texts import CATALOGUE, Language
from app.domain.charges import Difference
from app.services.money.price_checking import PriceCheck


class PriceDifferenceOut(Out):
    """In what a charge is not what its facts, day and knowledge give."""

    rule: Annotated[Difference, Open]
    message: str


class WrongChargeOut(Out):
    """A charge that is not what it should be."""

    charge: UUID
    entry: UUID
    differences: list[PriceDifferenceOut]


class PriceCheckOut(Out):
    """All charges derived again on a legal day, from what was frozen with them."""

    day: Day
    started_at: Instant
    finished_at: Instant | None
    """Null while it goes on."""
    checked: int
    without_facts: int
    """Of those, charges of releases that froze no facts: held against their edition by lines."""
    differing: Annotated[int, Field(examples=[0])]
    charges: list[WrongChargeOut]
    """The first hundred of those that differ."""


class PriceChecksOut(Page[PriceCheckOut]):
    """One page of checks, the last first."""


def price_check_out(check: PriceCheck, language: Language) -> PriceCheckOut:
    """Return what a check found."""
    return PriceCheckOut(
        day=check.day,
        started_at=check.started_at,
        finished_at=check.finished_at,
        checked=check.checked,
        without_facts=check.without_facts,
        differing=check.differing,
        charges=[
            WrongChargeOut(
                charge=UUID(one["charge"]),
                entry=UUID(one["entry"]),
                differences=[_difference(rule, language) for rule in one["rules"]],
            )
            for one in check.differences
        ],
    )


def _difference(rule: str, language: Language) -> PriceDifferenceOut:
    message = CATALOGUE.say(f"price-difference.{rule}", language)
    return PriceDifferenceOut(rule=Difference(rule), message=message)
