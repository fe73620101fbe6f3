"""Sub-queues: what one barrier stops together, and that heads of the others are enough."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.queue_order import Rates, Waiting, choose, heads
from app.domain.sub_queues import (
    WHOLE,
    Barrier,
    BarrierKind,
    SubQueue,
    read_barrier,
    sub_queues,
    unbarred,
)
from app.domain.vocabulary import Lane

MORNING = datetime(2026, 5, 4, 7, tzinfo=UTC)
ROUTES = ("1088-2-1089", "1090-1091")
EVERYWHERE = sub_queues(ROUTES)

instants = st.integers(0, 6).map(lambda after: MORNING + timedelta(seconds=after))
anybody = st.builds(
    Waiting, st.uuids(), st.sampled_from(Lane), st.integers(-30, 30), instants,
    st.sampled_from(EVERYWHERE),
)  # fmt: skip
crowds = st.lists(anybody, max_size=12, unique_by=lambda one: one.id)
rates_of_lanes = st.fixed_dictionaries({lane: st.integers(1, 6) for lane in Lane})
barred_routes = st.sets(st.sampled_from(ROUTES))


FULL = Barrier(BarrierKind.YARDS_FULL, None, "yard")


def used_up(route: str) -> Barrier:
    return Barrier(BarrierKind.ROUTE_USED_UP, route, "board")


def test_a_gate_with_two_routes_has_six_sub_queues() -> None:
    assert 6 == len(set(EVERYWHERE))
    assert {None, *ROUTES} == {one.route for one in EVERYWHERE}
    assert (SubQueue(None, inside=True), WHOLE) == sub_queues(())


@pytest.mark.parametrize(
    ("route", "stopped"),
    [
        pytest.param(ROUTES[0], True, id="bound to it"),
        pytest.param(ROUTES[1], False, id="bound to another"),
        pytest.param(None, False, id="bound to none"),
    ],
)
@pytest.mark.parametrize("inside", [True, False])
def test_a_route_that_is_used_up_stops_who_is_bound_to_it(
    route: str | None, stopped: bool, inside: bool
) -> None:
    assert stopped == used_up(ROUTES[0]).stops(SubQueue(route, inside))


@pytest.mark.parametrize("route", [None, *ROUTES])
def test_full_yards_stop_who_stands_outside_wherever_bound(route: str | None) -> None:
    assert FULL.stops(SubQueue(route, inside=False))
    assert not FULL.stops(SubQueue(route, inside=True))


@pytest.mark.parametrize("barrier", [used_up(ROUTES[0]), FULL], ids=["a route", "the yards"])
def test_a_barrier_is_read_as_it_was_stored(barrier: Barrier) -> None:
    assert barrier == read_barrier({"entry": "somebody", "points": 7, **barrier.document()})


@pytest.mark.parametrize("reason", ["held", "pre-registered-only"])
def test_what_stops_one_entry_is_no_barrier(reason: str) -> None:
    assert read_barrier({"reason": reason, "posted_by": "customs", "cause": None}) is None


@given(crowds, rates_of_lanes, st.integers(0, 40), barred_routes)
def test_comparing_the_heads_of_what_is_not_barred_is_comparing_everybody_there(
    crowd: list[Waiting], rates: Rates, clock: int, barred: set[str]
) -> None:
    open_ = unbarred(EVERYWHERE, map(used_up, barred))
    free = [one for one in crowd if one.sub_queue.route not in barred]
    of_heads = choose(
        [head for part in open_ for head in heads(it for it in free if it.sub_queue == part)],
        rates,
        clock,
    )
    of_everybody = choose(free, rates, clock)
    assert (of_everybody and of_everybody.first) == (of_heads and of_heads.first)
    assert (of_everybody and of_everybody.earned) == (of_heads and of_heads.earned)


@given(crowds, rates_of_lanes, st.integers(0, 40), barred_routes)
def test_barring_whom_the_rule_chose_one_by_one_ends_at_the_first_who_is_free(
    crowd: list[Waiting], rates: Rates, clock: int, barred: set[str]
) -> None:
    left, met = list(crowd), list[Barrier]()
    choice = choose(heads(left), rates, clock)
    while choice is not None and choice.first.sub_queue.route in barred:
        met.append(used_up(choice.first.sub_queue.route))
        left = [one for one in left if one.sub_queue in unbarred(EVERYWHERE, met)]
        choice = choose(heads(left), rates, clock)
    free = choose([one for one in crowd if one.sub_queue.route not in barred], rates, clock)
    assert (free and free.first) == (choice and choice.first)
    assert len(met) == len(set(met)) <= len(barred)
