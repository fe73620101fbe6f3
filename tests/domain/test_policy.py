"""Policy editions: what the published default says, which day has which, what is refused."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import (
    FieldError,
    NoPolicyInForceError,
    OverlappingValidityError,
    PolicyUnfitError,
)
from app.domain.policy import Policies, PolicyEdition, parse_policy
from app.domain.queue_order import slowdown_thousandths
from app.domain.substitution import SubstitutionRule
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Direction, Lane, QueueMode, State

REFERENCE = Path(__file__).parents[2] / "app" / "reference" / "queue-policy.json"
DOCUMENT: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
FIRST_DAY = date(2022, 2, 21)


@pytest.fixture
def edition() -> PolicyEdition:
    return parse_policy(DOCUMENT)


def test_the_default_edition_says_what_it_is(edition: PolicyEdition) -> None:
    assert ("queue-policy-2022-02", False) == (edition.code, edition.official)
    assert Validity(FIRST_DAY) == edition.valid
    assert edition.title["en"] == "Queue policy (default edition)"
    assert "at least half as long" in edition.bound["en"]
    assert {Basis.PROVISIONAL} == {row.evidence.basis for row in edition.lanes}


def test_rates_differ_by_lane(edition: PolicyEdition) -> None:
    assert {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1} == edition.rates
    assert frozenset() == edition.strict


def test_a_call_stands_by_where_it_finds_the_vehicle(edition: PolicyEdition) -> None:
    assert timedelta(minutes=30) == edition.window("inside-gate")
    assert timedelta(minutes=60) == edition.window("outside-gate")
    assert (10, 45) == (edition.reminder_minutes, edition.lead_minutes)
    assert {"inside-gate", "outside-gate"} == edition.in_position


def test_a_vehicle_is_substituted_once_and_looked_at_first(edition: PolicyEdition) -> None:
    assert SubstitutionRule(max_per_entry=1, needs_check=True) == edition.substitution


def test_the_first_miss_is_charged_and_the_second_ends(edition: PolicyEdition) -> None:
    first, second = edition.miss(1), edition.miss(2)
    assert (60, None) == (first.charge_minutes, first.ending)
    assert 7200 == first.charge(edition.rates[Lane.GREEN])
    assert (0, State.NO_SHOW) == (second.charge_minutes, second.ending)
    assert second == edition.miss(3)
    assert "gate-overrunning" in edition.uncounted


def test_a_deferral_is_chosen_once_and_before_the_call(edition: PolicyEdition) -> None:
    assert 1 == edition.deferral.max_per_entry
    assert (240, 360, 480, 600) == edition.deferral.choices_minutes
    assert edition.deferral.only_before_call


@pytest.mark.parametrize(
    ("gate", "direction", "mode"),
    [
        ("tan-thanh", Direction.EXPORT, QueueMode.CALLED),
        ("tan-thanh", Direction.IMPORT, QueueMode.ARRIVAL_ORDER),
        ("coc-nam", Direction.EXPORT, QueueMode.ARRIVAL_ORDER),
        ("dong-dang-rail", Direction.EXPORT, None),
    ],
)
def test_a_queue_runs_in_its_mode(
    edition: PolicyEdition, gate: str, direction: Direction, mode: QueueMode | None
) -> None:
    assert mode is edition.mode_of(gate, direction)


def test_the_published_slow_downs_are_computed(edition: PolicyEdition) -> None:
    assert [1237, 1176, 1446] == [
        slowdown_thousandths(edition.rates, said.shares_percent) for said in edition.predictions
    ]


def test_an_edition_is_in_force_from_its_first_day(edition: PolicyEdition) -> None:
    policies = Policies([edition])
    assert edition is policies.in_force(FIRST_DAY)
    with pytest.raises(NoPolicyInForceError) as refusal:
        policies.in_force(FIRST_DAY - timedelta(days=1))
    assert {"day": "2022-02-20"} == refusal.value.facts
    assert edition is policies.get(FIRST_DAY)
    assert policies.get(FIRST_DAY - timedelta(days=1)) is None


def test_the_next_edition_begins_on_the_day_that_ends_the_one_before(
    edition: PolicyEdition,
) -> None:
    turn = date(2026, 6, 1)
    before = replace(edition, valid=Validity(FIRST_DAY, turn))
    after = replace(edition, code="queue-policy-2026-06", valid=Validity(turn))
    policies = Policies([after, before])
    assert before is policies.in_force(turn - timedelta(days=1))
    assert after is policies.in_force(turn)


def test_two_editions_never_share_a_day(edition: PolicyEdition) -> None:
    with pytest.raises(OverlappingValidityError):
        Policies([edition, replace(edition, valid=Validity(date(2026, 6, 1)))])


def test_a_strict_season_is_read_and_its_prediction_asked_for() -> None:
    document = deepcopy(DOCUMENT)
    document["lanes"][0]["strict_within_allotment"] = True
    document["predicted_slowdown"]["worked_examples"] = [
        {
            "capacity_share_percent": {"green-season": 20, "green": 30},
            "slowdown_thousandths": 1538,
        }
    ]
    assert {Lane.GREEN_SEASON} == parse_policy(document).strict


@pytest.mark.parametrize(
    ("changed", "value", "error"),
    [
        pytest.param(
            "/lanes/1/rate",
            0,
            FieldError("/lanes/1/rate", "whole-and-positive", 0),
            id="a lane that would never be called",
        ),
        pytest.param(
            "/lanes/0/rate",
            True,
            FieldError("/lanes/0/rate", "whole-and-positive", value=True),
            id="a rate that is no number",
        ),
        pytest.param(
            "/lanes/2/code",
            "green",
            FieldError("/lanes", "every-lane-once"),
            id="a lane left out",
        ),
        pytest.param(
            "/predicted_slowdown/worked_examples/0/capacity_share_percent",
            {"relief": 10},
            FieldError(
                "/predicted_slowdown/worked_examples/0/capacity_share_percent",
                "lane-of-the-edition",
            ),
            id="a share of a lane that there is not",
        ),
        pytest.param(
            "/lanes/1/strict_within_allotment",
            True,
            FieldError("/lanes/1/strict_within_allotment", "season-only", "green"),
            id="a strict lane without allotment",
        ),
        pytest.param(
            "/call/windows/0/called_from",
            "outside-gate",
            FieldError("/call/windows", "window-for-every-position", "inside-gate"),
            id="a position without window",
        ),
        pytest.param(
            "/no_show/steps/0/miss",
            2,
            FieldError("/no_show/steps", "numbered-from-one"),
            id="misses that do not count up",
        ),
        pytest.param(
            "/no_show/steps/1/effect",
            "back-in-queue",
            FieldError("/no_show/steps", "last-one-ends"),
            id="misses without end",
        ),
        pytest.param(
            "/no_show/steps",
            [],
            FieldError("/no_show/steps", "last-one-ends"),
            id="no misses at all",
        ),
        pytest.param(
            "/queues/1/gates/0",
            "tan-thanh",
            FieldError("/queues", "queue-once", "tan-thanh/export"),
            id="one queue in two modes",
        ),
        pytest.param(
            "/limits/substitution_same_company_and_goods/keeps_place",
            False,
            FieldError(
                "/limits/substitution_same_company_and_goods/keeps_place", "place-kept", value=False
            ),
            id="a substitution that costs the place",
        ),
        pytest.param(
            "/expiry",
            {"days": 0, "basis": "provisional", "source": "somebody"},
            FieldError("/expiry/days", "whole-and-positive", 0),
            id="an entry that ends on the day it comes",
        ),
        pytest.param(
            "/predicted_slowdown/worked_examples/0/slowdown_thousandths",
            1236,
            FieldError(
                "/predicted_slowdown/worked_examples/0/slowdown_thousandths", "as-computed", 1237
            ),
            id="a slow-down made to look smaller",
        ),
    ],
)
def test_an_edition_that_contradicts_itself_is_refused(
    changed: str, value: object, error: FieldError
) -> None:
    document = deepcopy(DOCUMENT)
    *way, last = [int(it) if it.isdigit() else it for it in changed.split("/")[1:]]
    part: Any = document
    for it in way:
        part = part[it]
    part[last] = value
    with pytest.raises(PolicyUnfitError) as refusal:
        parse_policy(document)
    assert (error,) == refusal.value.errors
