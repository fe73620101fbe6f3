"""The green lane: facts from the declaration, verdict from the rules of the day.

This is where a reader enters: the rules stand in `app/domain/green_lane`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.declaration import Declaration
from app.domain.green_lane import LaneFacts, Verdict, judge, verdict_document
from app.domain.reference import Reference
from app.domain.vocabulary import Lane
from app.services.declarations.situation import Situation


def lane_facts(
    reference: Reference,
    declaration: Declaration,
    situation: Situation,
) -> LaneFacts:
    """Return what the rules may read of a declaration; the customs channel is not among it."""
    papers = declaration.papers
    produce = reference.lane_rows.produce
    numbers = [one.declaration_number or "" for one in declaration.consignments]
    return LaneFacts(
        gate_code=declaration.gate,
        direction=declaration.direction,
        goods_groups=declaration.goods_groups,
        product_codes=tuple(
            produce.code_of(line.hs_code, line.product) for line in declaration.lines
        ),
        phytosanitary_certificate_no=papers.phytosanitary_certificate_number,
        phytosanitary_status=papers.phytosanitary_status,
        growing_area_code=papers.growing_area_code,
        packing_house_code=papers.packing_house_code,
        test_documents=papers.test_documents,
        # Goods of which one part has no declaration have none.
        customs_declaration_no=min(numbers, key=lambda number: bool(number.strip()), default=None),
        declared_at=situation.declared_at,
        presence_at=situation.presence_at,
        open_discrepancies=tuple(sorted(situation.discrepancies)),
    )


def judge_declaration(
    reference: Reference,
    declaration: Declaration,
    *,
    now: datetime,
    situation: Situation,
) -> Verdict:
    """Return the verdict of the day of presence; before it, of the planned arrival or today."""
    on = reference.day(situation.presence_at or declaration.planned_arrival_at or now)
    facts = lane_facts(reference, declaration, situation)
    return judge(facts, on, reference.lane_rows)


def document_of(verdict: Verdict, lane: Lane, *, provisional: bool) -> Mapping[str, Any]:
    """Return a verdict as stored: with the lane it led to, provisional until in position."""
    return {**verdict_document(verdict), "lane": lane.value, "provisional": provisional}
