"""A ranking finds by searching what comparing with everybody finds."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.queue_order import Rates, Waiting, bounds
from app.domain.ranking import Ranking
from app.domain.sub_queues import WHOLE, SubQueue
from app.domain.vocabulary import Lane
from tests.domain.test_queue_order import anybody, one, rates_of_lanes, strict_lanes

INSIDE = SubQueue(None, inside=True)
SOMEWHERE = st.sampled_from((WHOLE, INSIDE, SubQueue("1119-1120")))
standing = st.lists(
    st.builds(lambda one, where: replace(one, sub_queue=where), anybody, SOMEWHERE),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(standing, anybody, rates_of_lanes, st.integers(0, 40), strict_lanes)
def test_a_search_counts_whom_the_bounds_cover(
    crowd: list[Waiting], asker: Waiting, rates: Rates, clock: int, strict: frozenset[Lane]
) -> None:
    """Of each lane and sub-queue as many as are called before the one who asks."""
    before = bounds(asker, rates, clock, strict=strict)
    covered = Counter(
        (it.lane, it.sub_queue) for it in crowd if it.lane in before and before[it.lane].covers(it)
    )
    assert covered == Ranking(crowd).count_before(before)


def test_the_sub_queues_of_a_ranking_are_those_in_which_somebody_waits() -> None:
    """Nobody else is asked about."""
    here, there = one(number=1), replace(one(number=2), sub_queue=INSIDE)
    assert frozenset() == Ranking([]).sub_queues
    assert frozenset({WHOLE, INSIDE}) == Ranking([here, here, there]).sub_queues
