"""A charge made again from what was frozen with it, to see that it says what the law said.

Facts, day and knowledge give the edition and the price; both must be those that the charge has.
Charges of releases that froze no facts are held against their edition line by line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.domain.charges.edition import Edition
from app.domain.charges.facts import read_facts
from app.domain.charges.force import Tariffs
from app.domain.charges.quote import quote, quote_document
from app.domain.charges.reductions import Reduction
from app.domain.errors import TariffRefusalError
from app.domain.money import share_of


class Difference(StrEnum):
    """In what a charge is not what it should be."""

    UNREADABLE = "unreadable"
    EDITION = "edition"
    REFUSED = "refused"
    PRICE = "price"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A charge as it was stored; `facts` and `known_at` are None where none were frozen."""

    tariff_code: str
    priced_on: date
    known_at: datetime | None
    facts: Mapping[str, Any] | None
    quote: Mapping[str, Any]
    total_vnd: int


def differences_of(tariffs: Tariffs, charge: Frozen) -> tuple[Difference, ...]:
    """Return in what a charge differs from what its facts, day and knowledge give; none is right.

    An unreadable charge is a difference too: whoever changed it may have changed any part.
    """
    try:
        return tuple(_differences(tariffs, charge))
    except (KeyError, TypeError, ValueError):
        return (Difference.UNREADABLE,)


def _differences(tariffs: Tariffs, charge: Frozen) -> Iterator[Difference]:
    edition = tariffs.editions[charge.tariff_code]
    if not _ruled(tariffs, charge):
        yield Difference.EDITION
    if charge.facts is None:
        if not _follows(edition, charge.quote):
            yield Difference.PRICE
    else:
        reductions = tariffs.reductions.on(charge.priced_on, charge.known_at)
        yield from _of_price(edition, reductions, charge.facts, charge.quote)
    amounts = amount_of(charge.quote)
    if not amounts == charge.quote["total_vnd"] == charge.total_vnd:
        yield Difference.TOTAL


def _ruled(tariffs: Tariffs, charge: Frozen) -> bool:
    """Tell whether the edition was that of the day, by the knowledge that was frozen.

    Without it, by that of any time: nobody knows by which it was priced.
    """
    rows = (row for row in tariffs.force if row.edition == charge.tariff_code)
    if charge.known_at is None:
        return any(row.valid.covers(charge.priced_on) for row in rows)
    return any(row.holds(charge.priced_on, charge.known_at) for row in rows)


def amount_of(document: Mapping[str, Any]) -> int:
    """Return what the lines of a stored quote come to, less what its reductions take off."""
    full: int = sum(line["amount_vnd"] for line in document["lines"])
    taken: int = sum(one["amount_vnd"] for one in document.get("reductions", ()))
    return full - taken


def _of_price(
    edition: Edition,
    reductions: Iterable[Reduction],
    facts: Mapping[str, Any],
    found: Mapping[str, Any],
) -> Iterator[Difference]:
    try:
        made = quote_document(quote(edition, read_facts(facts), reductions))
    except TariffRefusalError:
        yield Difference.REFUSED
        return
    # A charge may say more than this release derives, never anything else.
    told = {"reductions": (), **made}
    if any(found.get(name, ()) != value for name, value in told.items()):
        yield Difference.PRICE


def _follows(edition: Edition, found: Mapping[str, Any]) -> bool:
    """Tell whether every line is made of rates that the edition has, and rounded as it is."""
    shares = {(share.order_kind, share.rate.value) for share in edition.shares.values()}
    for line in found["lines"]:
        cell = edition.cells[line["goods_group"], line["vehicle_class"]]
        factor = edition.multiplier(line["goods_group"], cell).value
        share = line["share_basis_points"]["value"]
        said = (line["cell_vnd"]["value"], line["multiplier_basis_points"]["value"])
        amount = share_of(cell.value, factor, share)
        if said != (cell.value, factor) or line["amount_vnd"] != amount:
            return False
        if (line["order_kind"], share) not in shares:
            return False
    return True
