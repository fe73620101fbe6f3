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
    "vehicle": "/vehicle", "receiving": "/receiving_vehicles",
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
    else:
        parts = _different(kept, facts, tariffs.editions[kept.tariff])
        yield from (FieldError(_DECLARED_AT[part], NOT_AS_QUOTED) for part in parts)


def _different(kept: KeptQuote, facts: FeeFacts, edition: Edition) -> list[str]:
    """Return the facts that make another price; all that differ where no one does so alone."""
    if _price(facts, edition) == kept.price:
        return []
    quoted = read_facts(kept.facts)
    parts = [one for one in _DECLARED_AT if getattr(facts, one) != getattr(quoted, one)]
    alone = [replace(quoted, **{one: getattr(facts, one)}) for one in parts]
    dearer = [_price(one, edition) != kept.price for one in alone]
    return [one for one, changes in zip(parts, dearer, strict=True) if changes] or parts


def _is_of(kept: KeptQuote, on: date, tariffs: Tariffs) -> bool:
    """Tell whether the quote's edition was known, then, to rule on a day."""
    try:
        return tariffs.in_force(on, kept.known_at).code == kept.tariff
    except NoTariffInForceError:
        return False


def _price(facts: FeeFacts, edition: Edition) -> dict[str, Any] | None:
    try:
        return quote_document(quote(edition, facts))
    except TariffRefusalError:
        return None
