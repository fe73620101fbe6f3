"""What `make simulate` plays, for a few days: everybody is there, and each rule does as it says."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.queue_order import slowdown_thousandths
from app.domain.replay import Called, Entered, Event, Left, replay
from app.domain.vocabulary import Lane
from benchmarks.simulation.__main__ import ATTACKS, RESULT, RULES, SHAPES, simulated
from benchmarks.simulation.attacks import reseller, rival
from benchmarks.simulation.figures import compared, contenders, described, mean_wait, slowdown_over
from benchmarks.simulation.playing import Call, Played, check, play
from benchmarks.simulation.rules import ByPoints, ByTurns, first_come
from benchmarks.simulation.traffic import PRODUCE, draw, draw_even, published_site, site_clock

SITE = published_site()
RATES = SITE.edition.rates
DAYS = 10  # with a day of less capacity, so that a backlog grows
NAMES = [one.code for one in contenders(RATES)]
seeds = st.integers(0, 10_000)


@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
@settings(max_examples=5)
@given(seed=seeds)
def test_every_truck_that_came_is_called_once_or_waits(place: int, seed: int) -> None:
    traffic = draw(SITE, days=DAYS, seed=seed)
    played = play(traffic, contenders(RATES)[place].make())
    met = [*(call.truck for call in played.calls), *played.waiting]
    assert sorted(truck.id for truck in traffic.trucks) == sorted(truck.id for truck in met)
    assert all(call.wait >= 0 for call in played.calls)
    assert all(one.clock < other.clock for one, other in pairwise(played.calls))


@settings(max_examples=5)
@given(seed=seeds)
def test_no_rule_leaves_the_gate_idle_while_somebody_waits(seed: int) -> None:
    traffic = draw(SITE, days=DAYS, seed=seed)
    made = {
        tuple(call.clock for call in play(traffic, one.make()).calls) for one in contenders(RATES)
    }
    assert 1 == len(made)


@settings(max_examples=5)
@given(seed=seeds)
def test_of_any_two_that_wait_our_rule_calls_the_one_it_promised(seed: int) -> None:
    """Each pair is looked at, and the rule is not asked."""
    played = play(draw(SITE, days=DAYS, seed=seed), ByPoints(RATES))
    assert [] == list(_broken(played))
    kept = check(played, RATES)
    assert (0, 0) == (kept.inversions, kept.breaches)
    assert kept.overtakes > 0


def test_a_broken_promise_is_seen() -> None:
    played = play(draw(SITE, days=DAYS, seed=1), ByTurns())
    assert list(_broken(played))
    assert check(played, RATES).inversions > 0


def test_the_products_own_replay_finds_nothing_in_what_was_played() -> None:
    played = play(draw(SITE, days=DAYS, seed=1), ByPoints(RATES))
    assert [] == replay(_told(played), RATES)


def test_where_trucks_come_evenly_the_equation_is_right() -> None:
    traffics = (draw_even(SITE, days=20, seed=seed) for seed in range(6))
    even = slowdown_over(SITE, traffics, _nothing)
    predicted, measured = even["predicted_thousandths"], even["measured_thousandths"]
    assert measured == pytest.approx(predicted, rel=0.03)


def test_of_a_share_that_is_less_than_its_traffic_the_priority_lane_becomes_the_slow_one() -> None:
    traffic = draw(SITE, days=DAYS, seed=1)
    usual, turns, ours = (play(traffic, one) for one in (first_come(), ByTurns(), ByPoints(RATES)))
    for lane in PRODUCE:
        assert mean_wait(ours, lane) < mean_wait(usual, lane) < mean_wait(turns, lane)
    slow = mean_wait(turns, Lane.ORDINARY), mean_wait(usual, Lane.ORDINARY)
    assert sorted(slow) == list(slow)


def test_a_reseller_moves_no_call_and_would_where_registering_counts() -> None:
    found = reseller(draw(SITE, days=DAYS, seed=1), RATES, 1)
    assert (0, 0) == (found["ours"]["theirs"]["moved"], found["ours"]["others"]["moved"])
    elsewhere = found["first-registered"]
    assert elsewhere["theirs"]["mean"] < 0 < elsewhere["others"]["mean"]


def test_a_rival_delays_nobody_whose_pass_is_read() -> None:
    traffic = draw(SITE, days=DAYS, seed=1)
    found = rival(traffic, SITE, site_clock(SITE, DAYS), 1)
    read, named, seen, owned = (
        found[how]["theirs"]["mean"]
        for how in ("by-reference", "by-plate-at-once", "by-plate-alone", "first-registered-owns")
    )
    assert 0 == found["by-reference"]["others"]["moved"]
    assert 0 == read <= named <= seen < owned


def test_the_same_seed_finds_the_same_and_tells_of_each_queue() -> None:
    told: list[None] = []
    one, other = (
        simulated(SITE, days=DAYS, seed=7, seeds=1, told=lambda: told.append(None))
        for _ in range(2)
    )
    assert one == other
    assert 2 * (RULES + ATTACKS + SHAPES) == len(told)


def test_the_page_is_of_sixty_days_as_they_would_be_played_now() -> None:
    found = json.loads(RESULT.read_text("utf-8"))
    traffic = draw(SITE, days=60, seed=found["made_with"]["seed"])
    assert 60 == found["made_with"]["days"]
    assert found.items() >= described(SITE, 60, traffic).items()
    assert compared(traffic, RATES, _nothing) == found["rules"]
    ours = found["rules"][0]
    assert ("ours", 0, 0) == (ours["rule"], ours["inversions"], ours["breaches"])
    shares = {Lane(lane): part for lane, part in found["shares_percent"].items()}
    assert slowdown_thousandths(RATES, shares) == ours["predicted_thousandths"]
    assert ours["measured_thousandths"] == pytest.approx(ours["predicted_thousandths"], rel=0.03)


def test_what_the_page_says_in_words_is_what_was_found() -> None:
    found = json.loads(RESULT.read_text("utf-8"))
    traffic, season, told = found["traffic"], found["season"], found["equation"]
    assert sum(traffic["came"].values()) < 3 * traffic["came_closed"]
    assert season["most_a_day"] <= season["allotment"]
    even, calm, real = (
        told[how]["measured_thousandths"] / told[how]["predicted_thousandths"]
        for how in ("even", "calm", "real")
    )
    assert even == pytest.approx(1, abs=0.005)
    assert 1 < real < calm


def test_on_the_page_are_the_reseller_and_the_rival_as_they_would_be_played_now() -> None:
    found = json.loads(RESULT.read_text("utf-8"))
    seed = found["made_with"]["seed"]
    traffic = draw(SITE, days=60, seed=seed)
    assert reseller(traffic, RATES, seed) == found["reseller"]
    assert rival(traffic, SITE, site_clock(SITE, 60), seed) == found["rival"]
    untouched = (found["reseller"]["ours"], found["rival"]["by-reference"])
    assert {0} == {told[whose]["moved"] for told in untouched for whose in ("theirs", "others")}


def _nothing() -> None:
    """Tell nobody."""


def _broken(played: Played) -> Iterator[tuple[Call, Call]]:
    """Yield each call with a later one, of somebody who waited then, that should have been it."""
    for place, call in enumerate(played.calls):
        for later in played.calls[place + 1 :]:
            waited = call.clock - later.truck.clock
            if waited < 0:
                continue
            own, its = RATES[call.truck.lane], RATES[later.truck.lane]
            began_earlier = (later.truck.waits_from, later.truck.id) < (
                call.truck.waits_from, call.truck.id,
            )  # fmt: skip
            if (
                (own == its and began_earlier)
                or (its > own and waited >= call.wait)
                or (its < own and call.wait * own < waited * its)
            ):
                yield call, later


def _told(played: Played) -> list[Event]:
    """Return what was played as events, in their order."""
    trucks = [*(call.truck for call in played.calls), *played.waiting]
    told: list[tuple[int, int, list[Event]]] = [
        (one.clock, 0, [Entered(one.id, one.lane, RATES[one.lane], one.clock, one.waits_from)])
        for one in trucks
    ]
    told += [
        (call.clock, 1, [Called(call.truck.id, call.clock), Left(call.truck.id, call.clock)])
        for call in played.calls
    ]
    return [event for _, _, events in sorted(told, key=lambda one: one[:2]) for event in events]
