"""Announced reductions as everybody looks for them: where each stands, and for whom it is."""

from dataclasses import dataclass
from datetime import date

from app.domain.charges import AnnouncedReduction, parse_scope
from app.domain.editions import EditionState
from app.domain.vocabulary import Direction, Journey


def reduction_state(one: AnnouncedReduction, today: date) -> EditionState:
    """Return where an announced reduction stands; one that is to end rules until its last day."""
    rules = one.rules
    if rules is None:
        return EditionState.WITHDRAWN
    if rules.covers(today):
        return EditionState.IN_FORCE
    ended = rules.end is not None and rules.end <= today
    return EditionState.ENDED if ended else EditionState.ANNOUNCED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReductionFilter:
    """What a list of reductions is narrowed to; one for any gate is for each of them."""

    on: date | None = None
    state: EditionState | None = None
    gate: str | None = None
    direction: Direction | None = None
    journey: Journey | None = None
    goods_group: str | None = None

    def finds(self, one: AnnouncedReduction, today: date) -> bool:
        """Tell whether a reduction is looked for, by what is known now."""
        return (
            self._is_for(one)
            and self.state in {None, reduction_state(one, today)}
            and (self.on is None or (one.rules is not None and one.rules.covers(self.on)))
        )

    def _is_for(self, one: AnnouncedReduction) -> bool:
        scope = parse_scope(one.document["scope"])
        asked = (
            (scope.gates, self.gate),
            (scope.directions, self.direction),
            (scope.journeys, self.journey),
            (scope.goods_groups, self.goods_group),
        )
        return all(code is None or not codes or code in codes for codes, code in asked)
