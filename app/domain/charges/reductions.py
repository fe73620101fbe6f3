"""Reductions: what a dated row takes off a price, by which law, and for whom; all of it: exemption.

Nothing that we found names a reduction or an exemption of this fee, so there are none until the
board announces one. Nor does anything say what happens where several are for one vehicle; this is
ours: each takes its share of the vehicle's full price, the greatest share first and of equals the
first by code, until nothing is left. So what a vehicle pays depends on no order of rows, and is
never less than nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from app.domain.charges.facts import FeeFacts, GoodsValue
from app.domain.charges.knowledge import Known
from app.domain.charges.lines import Line
from app.domain.money import share_of
from app.domain.rows import Row, evidence, text
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence, Text

Codes = frozenset[str]
SCOPES: Final = (
    "gates", "directions", "journeys", "goods_groups", "vehicle_classes", "products", "payers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """For which vehicles a reduction is; of what is empty, for any.

    `goods_groups` has the group that prices the load, `products` every product that may be in it,
    `payers` the tax codes of the companies that entries declare as who pays.
    """

    gates: Codes = frozenset()
    directions: Codes = frozenset()
    journeys: Codes = frozenset()
    goods_groups: Codes = frozenset()
    vehicle_classes: Codes = frozenset()
    products: Codes = frozenset()
    payers: Codes = frozenset()

    def takes_in(self, facts: FeeFacts, line: Line) -> bool:
        """Tell whether it is for one vehicle of a movement.

        Of a mixed load every product must be named, or one box would take the rest along.
        """
        asked = (
            (self.gates, facts.gate),
            (self.directions, facts.direction),
            (self.journeys, facts.journey),
            (self.goods_groups, line.goods_group),
            (self.vehicle_classes, line.vehicle_class),
            (self.payers, facts.payer),
        )
        return all(not codes or found in codes for codes, found in asked) and (
            not self.products or facts.products <= self.products
        )


@dataclass(frozen=True, slots=True)
class Reduction:
    """What is taken off on the legal days of `valid`, as was known at the instants `known`.

    `basis_points` of the full price; 10,000 are all of it. `document` and `article` are the law's.
    """

    code: str
    names: Text
    document: str
    article: str | None
    basis_points: int
    scope: Scope
    evidence: Evidence
    valid: Validity
    known: Known

    def holds(self, on: date, known_at: datetime | None) -> bool:
        """Tell whether it rules on a day by the knowledge of an instant; None asks the latest."""
        return self.known.covers(known_at) and self.valid.covers(on)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one reduction takes off what one vehicle pays, in whole VND; never nothing."""

    vehicle: str
    order_kind: str
    reduction: Reduction
    amount_vnd: int


def taken_off(
    lines: Iterable[Line], facts: FeeFacts, reductions: Iterable[Reduction]
) -> Iterator[Taken]:
    """Yield what reductions take off the lines of a price, in whatever order they come.

    Each is rounded once, and none takes more than those before it have left.
    """
    in_order = sorted(reductions, key=lambda one: (-one.basis_points, one.code))
    for line in lines:
        left = line.amount_vnd
        for one in in_order:
            if not one.scope.takes_in(facts, line):
                continue
            amount = min(left, share_of(line.amount_vnd, one.basis_points))
            if amount:
                left -= amount
                yield Taken(line.vehicle, line.order_kind, one, amount)


def taken_document(taken: Taken) -> dict[str, Any]:
    """Return what a reduction took off as plain JSON values, to store with a charge."""
    one = taken.reduction
    return {
        "vehicle": taken.vehicle,
        "order_kind": taken.order_kind,
        "reduction": one.code,
        "names": dict(one.names),
        "legal_reference": {"document": one.document, "article": one.article},
        "basis_points": one.basis_points,
        "amount_vnd": taken.amount_vnd,
        "basis": one.evidence.basis.value,
        "source": one.evidence.source,
    }


@dataclass(frozen=True, slots=True)
class AnnouncedReduction:
    """A reduction that the board has announced: on which days it is to rule, by its document.

    It is known from `known.first`. `known.end` is when it was withdrawn: from then on it was known
    to rule up to the day `withdrawn_from`, if on any.
    """

    document: Row
    valid: Validity
    known: Known
    withdrawn_from: date | None = None
    withdrawal_reason: str | None = None

    @property
    def code(self) -> str:
        """By what it is known."""
        return str(self.document["code"])

    @property
    def rules(self) -> Validity | None:
        """The days on which it rules by the latest knowledge; None: it never does."""
        first, end = self.valid.first, self.withdrawn_from or self.valid.end
        return None if first and end and end <= first else Validity(first, end)

    @property
    def rows(self) -> Iterator[Reduction]:
        """What was known of it at every time; at each instant one row at most."""
        yield parse_reduction(self.document, self.valid, self.known)
        if self.known.end is not None and self.rules is not None:
            yield parse_reduction(self.document, self.rules, Known(self.known.end))


def parse_reduction(document: Row, valid: Validity, known: Known) -> Reduction:
    """Return what a document takes off on some days, as was known at some instants."""
    legal = document["legal_reference"]
    return Reduction(
        code=document["code"],
        names=text(document["names"]),
        document=legal["document"],
        article=legal["article"],
        basis_points=document["basis_points"],
        scope=parse_scope(document["scope"]),
        evidence=evidence(document),
        valid=valid,
        known=known,
    )


def parse_scope(scope: Mapping[str, Sequence[str]]) -> Scope:
    """Return for whom a document is; of what it leaves out, for any."""
    return Scope(*(frozenset(scope.get(part, ())) for part in SCOPES))


class Reductions:
    """Every reduction that was ever announced, and what was known of each."""

    __slots__ = ("_payers", "_products", "announced", "rows")

    announced: tuple[AnnouncedReduction, ...]
    rows: tuple[Reduction, ...]

    def __init__(self, announced: Iterable[AnnouncedReduction] = ()) -> None:
        """Keep them, by their codes."""
        self.announced = tuple(sorted(announced, key=lambda one: one.code))
        self.rows = tuple(row for one in self.announced for row in one.rows)
        self._payers = frozenset(code for row in self.rows for code in row.scope.payers)
        self._products = frozenset(code for row in self.rows for code in row.scope.products)

    @property
    def turns(self) -> Iterator[datetime]:
        """The instants at which something else became known of them."""
        for one in self.announced:
            yield from (at for at in (one.known.first, one.known.end) if at)

    def on(self, day: date, known_at: datetime | None = None) -> tuple[Reduction, ...]:
        """Return those of a legal day, by the latest knowledge or by that of an instant."""
        return tuple(row for row in self.rows if row.holds(day, known_at))

    def payer(self, tax_code: str | None) -> str | None:
        """Return a payer's tax code where some reduction names it.

        Of all others nothing is frozen with a charge: it would change no price.
        """
        return tax_code if tax_code in self._payers else None

    def goods(self, lines: Iterable[GoodsValue]) -> tuple[GoodsValue, ...]:
        """Return goods lines with their products where some reduction names them, and no others."""
        return tuple(
            line
            if line.product is None or line.product in self._products
            else replace(line, product=None)
            for line in lines
        )


NO_REDUCTIONS: Final = Reductions()
