"""The green-lane verdict: every rule of the day is asked, and every refusal told at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.green_lane.conditions import Case, LaneRows
from app.domain.green_lane.facts import LaneFacts
from app.domain.green_lane.produce import Season
from app.domain.green_lane.rule import Condition, Rule
from app.domain.green_lane.rules import RULES
from app.domain.vocabulary import Basis, Lane, weakest


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules of one legal day say of one entry.

    `lane` is without a season place; `season` is the one whose allotment may give a faster lane
    (`lane_with`). `considered` and `refused` are rule codes, ascending. `conditional`: the lane is
    kept on a certificate that is requested or sampled only. `basis` is the weakest of the rules.
    """

    eligible: bool
    lane: Lane
    conditional: bool
    refused: tuple[str, ...]
    considered: tuple[str, ...]
    season: Season | None
    basis: Basis
    on: date


def judge(facts: LaneFacts, on: date, rows: LaneRows, *, rules: Iterable[Rule] = RULES) -> Verdict:
    """Return the verdict on `facts` for the legal day `on`, by rules that read nothing else.

    `on` is the day of presence; before it, of the planned arrival. A day on which no rule was in
    force had no green lane: nobody is eligible, and `considered` is empty.
    """
    case = Case.of(facts, on, rows)
    considered = [rule for rule in rules if rule.valid.covers(on)]
    refused = tuple(sorted(rule.code for rule in considered if not rule.test(case)))
    eligible = bool(considered) and not refused
    kept_by = _conditions(considered, case) if eligible else []
    return Verdict(
        eligible=eligible,
        lane=Lane.GREEN if eligible else Lane.ORDINARY,
        conditional=bool(kept_by),
        refused=refused,
        considered=tuple(sorted(rule.code for rule in considered)),
        season=_season(case) if eligible else None,
        basis=_basis(considered, kept_by),
        on=on,
    )


def lane_with(verdict: Verdict, *, admitted: bool) -> Lane:
    """Return the lane once it is known whether the season's allotment admitted the vehicle."""
    return verdict.season.lane if verdict.season and admitted else verdict.lane


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain JSON values; sentences are found by the rules' codes."""
    return {
        "on": verdict.on.isoformat(),
        "eligible": verdict.eligible,
        "lane": verdict.lane.value,
        "conditional": verdict.conditional,
        "refused": list(verdict.refused),
        "considered": list(verdict.considered),
        "season": verdict.season.code if verdict.season else None,
        "basis": verdict.basis.value,
    }


def _conditions(considered: Iterable[Rule], case: Case) -> list[Condition]:
    found = (rule.condition for rule in considered if rule.condition is not None)
    return [condition for condition in found if condition.holds(case)]


def _season(case: Case) -> Season | None:
    """Return the season of the goods at this gate, where the gate runs that lane on the day."""
    found = (product.season_at(case.facts.gate_code, case.on) for product in case.listed)
    return next((season for season in found if season and season.lane in case.lanes), None)


def _basis(considered: Iterable[Rule], kept_by: Iterable[Condition]) -> Basis:
    found = [*(rule.evidence for rule in considered), *(one.evidence for one in kept_by)]
    return weakest(evidence.basis for evidence in found) if found else Basis.PROVISIONAL
