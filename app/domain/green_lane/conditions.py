"""The tests of the green-lane rules: one question each, asked of one case; True passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from app.domain.green_lane.catalogue import Produce
from app.domain.green_lane.facts import LaneFacts, PhytosanitaryStatus
from app.domain.green_lane.produce import Product
from app.domain.rows import Row, evidence
from app.domain.validity import Validity
from app.domain.vocabulary import Direction, Evidence, Lane

FRESH_PRODUCE = "fresh-produce-export"
GROWING_AREA, PACKING_HOUSE = "growing-area-code", "packing-house-code"
LABORATORY_TESTS = frozenset({"auramine-o-test", "cadmium-test"})
AWAITED = frozenset({PhytosanitaryStatus.REQUESTED, PhytosanitaryStatus.SAMPLED})


@dataclass(frozen=True, slots=True)
class LaneDays:
    """Days on which a gate runs these lanes."""

    valid: Validity
    lanes: frozenset[Lane]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class LaneRows:
    """The dated rows that the rules read: lane days by gate code, and the list of produce."""

    lane_days: Mapping[str, tuple[LaneDays, ...]]
    produce: Produce

    def lanes_at(self, gate_code: str, day: date) -> frozenset[Lane]:
        """Return the green lanes that a gate runs on a day; none is an answer."""
        rows = (row for row in self.lane_days.get(gate_code, ()) if row.valid.covers(day))
        return frozenset(lane for row in rows for lane in row.lanes)


def parse_lane_days(gate: Mapping[str, Any]) -> tuple[LaneDays, ...]:
    """Return the `green_lane_rows` of a gate's reference row."""
    return tuple(_lane_days(row) for row in gate["green_lane_rows"])


def _lane_days(row: Row) -> LaneDays:
    return LaneDays(Validity.parse(row), frozenset(map(Lane, row["lanes"])), evidence(row))


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the rules: the facts, the day, and what the rows say of the goods that day.

    `lanes` are those the gate runs, `listed` the declared products that are on the list, `papers`
    the documents that these ask for.
    """

    facts: LaneFacts
    on: date
    lanes: frozenset[Lane]
    listed: tuple[Product, ...]
    papers: frozenset[str]

    @classmethod
    def of(cls, facts: LaneFacts, on: date, rows: LaneRows) -> Self:
        """Return the case of `facts` on a legal day of the gate."""
        known = rows.produce.products
        listed = tuple(known[code] for code in dict.fromkeys(facts.product_codes) if code in known)
        papers = frozenset[str]().union(*(product.papers_on(on) for product in listed))
        return cls(facts, on, rows.lanes_at(facts.gate_code, on), listed, papers)


def is_export(case: Case) -> bool:
    """GL-01."""
    return case.facts.direction == Direction.EXPORT


def gate_runs_a_green_lane(case: Case) -> bool:
    """GL-02."""
    return bool(case.lanes)


def goods_are_fresh_produce(case: Case) -> bool:
    """GL-03."""
    return all(group == FRESH_PRODUCE for group in case.facts.goods_groups)


def products_are_listed_and_fresh(case: Case) -> bool:
    """GL-04; none declared, or a line of which nobody knows the product, fails."""
    declared = set(case.facts.product_codes)
    fresh = {product.code for product in case.listed if product.green_lane}
    return bool(declared) and declared == fresh


def products_may_enter_china(case: Case) -> bool:
    """GL-05; unlisted products are left to GL-04."""
    return all(product.is_open(case.on) for product in case.listed)


def certificate_is_there_or_awaited(case: Case) -> bool:
    """GL-06."""
    facts = case.facts
    if facts.phytosanitary_status == PhytosanitaryStatus.REJECTED:
        return False
    return is_given(facts.phytosanitary_certificate_no) or facts.phytosanitary_status in AWAITED


def certificate_is_awaited(case: Case) -> bool:
    """GL-06 is kept on a certificate requested or sampled only: there is no number yet."""
    facts = case.facts
    return facts.phytosanitary_status in AWAITED and not is_given(
        facts.phytosanitary_certificate_no
    )


def growing_area_is_given(case: Case) -> bool:
    """GL-07; its form is a warning elsewhere."""
    return GROWING_AREA not in case.papers or is_given(case.facts.growing_area_code)


def packing_house_is_given(case: Case) -> bool:
    """GL-08; its form is a warning elsewhere."""
    return PACKING_HOUSE not in case.papers or is_given(case.facts.packing_house_code)


def tests_are_attached(case: Case) -> bool:
    """GL-09."""
    return (case.papers & LABORATORY_TESTS).issubset(case.facts.test_documents)


def customs_declaration_is_given(case: Case) -> bool:
    """GL-10."""
    return is_given(case.facts.customs_declaration_no)


def declared_before_presence(case: Case) -> bool:
    """GL-11, compared as instants; an entry that nobody declared fails once it is there."""
    facts = case.facts
    if facts.presence_at is None:
        return True
    return facts.declared_at is not None and facts.declared_at < facts.presence_at


def one_kind_of_produce(case: Case) -> bool:
    """GL-12."""
    return len(set(case.facts.product_codes)) <= 1


def no_open_discrepancy(case: Case) -> bool:
    """GL-13."""
    return not case.facts.open_discrepancies


def is_given(value: str | None) -> bool:
    """Tell whether a text holds more than white space."""
    return bool(value and value.strip())
