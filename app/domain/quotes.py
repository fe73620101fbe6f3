"""Quotes that are kept: until when each holds, and whether an entry is what was quoted.

A quote is priced by the knowledge of the instant at which it was made. While it holds, an edition
that is announced afterwards changes nothing of it; the law of the day of arrival still decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from app.domain.charges import (
    Edition,
    FeeFacts,
    Reduction,
    Tariffs,
    quote,
    quote_document,
    read_facts,
)
from app.domain.errors import FieldError, NoTariffInForceError, TariffRefusalError
from app.domain.gates import ZONE

VALID_FOR: Final = timedelta(hours=72)
"""How long a quote holds; our number, no source names one."""
POINTER: Final = "/quote"
NOT_AS_QUOTED: Final = "not-as-quoted"

_DECLARED_AT: Final = {
    "mode": "/gate", "direction": "/direction", "journey": "/journey", "goods": "/consignments",
    "vehicle": "/vehicle", "receiving": "/receiving_vehicles", "gate": "/gate",
    "payer": "/payer/tax_code",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptQuote:
    """What was quoted: by which edition and knowledge, on which facts, and the price itself."""

    tariff: str
    known_at: datetime | None
    facts: Mapping[str, Any]
    price: Mapping[str, Any]
    expires_at: datetime


def holds_until(tariffs: Tariffs, tariff: str, last: datetime, zone: tzinfo = ZONE) -> datetime:
    """Return the instant from which a quote does not hold: `last`, or when its edition ends.

    By what is known now: an edition may end sooner than was known when the quote was made.
    """
    end = tariffs.end_of(tariff)
    return min(last, datetime.combine(end, time(), zone)) if end else last


def unfit(
    kept: KeptQuote, facts: FeeFacts, on: date, tariffs: Tariffs, now: datetime
) -> Iterator[FieldError]:
    """Yield why a quote is not the price of an entry with these facts that arrives on a day.

    Facts that change nothing of the price may differ: it holds for any load of the same class.
    """
    end = holds_until(tariffs, kept.tariff, kept.expires_at)
    if now >= end:
        yield FieldError(POINTER, "quote-expired", end.isoformat())
    if not _is_of(kept, on, tariffs):
        yield FieldError("/planned_arrival_at", NOT_AS_QUOTED, on.isoformat())
        return
    price = Pricing(tariffs.editions[kept.tariff], tariffs.reductions.on(on, kept.known_at))
    if price.of(read_facts(kept.facts)) != kept.price:  # another day, another reduction
        yield FieldError("/planned_arrival_at", NOT_AS_QUOTED, on.isoformat())
        return
    # Two facts may stand at one place of a declaration.
    at = dict.fromkeys(_DECLARED_AT[part] for part in _different(kept, facts, price))
    yield from (FieldError(pointer, NOT_AS_QUOTED) for pointer in at)


@dataclass(frozen=True, slots=True)
class Pricing:
    """By what a price is made on one day, as was known at one instant."""

    edition: Edition
    reductions: tuple[Reduction, ...]

    def of(self, facts: FeeFacts) -> dict[str, Any] | None:
        """Return the price of facts; None where the tariff refuses them."""
        try:
            return quote_document(quote(self.edition, facts, self.reductions))
        except TariffRefusalError:
            return None


def _different(kept: KeptQuote, facts: FeeFacts, price: Pricing) -> list[str]:
    """Return the facts that make another price; all that differ where no one does so alone."""
    if price.of(facts) == kept.price:
        return []
    quoted = read_facts(kept.facts)
    parts = [one for one in _DECLARED_AT if getattr(facts, one) != getattr(quoted, one)]
    alone = [replace(quoted, **{one: getattr(facts, one)}) for one in parts]
    changes = [price.of(one) != kept.price for one in alone]
    return [one for one, differs in zip(parts, changes, strict=True) if differs] or parts


def _is_of(kept: KeptQuote, on: date, tariffs: Tariffs) -> bool:
    """Tell whether the quote's edition was known, then, to rule on a day."""
    try:
        return tariffs.in_force(on, kept.known_at).code == kept.tariff
    except NoTariffInForceError:
        return False
