"""The table of steps: endings are final, permissions may be refused, observations never are."""

from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.domain.errors import StepRefusedError
from app.domain.steps import (
    ENDINGS,
    OPEN_STATES,
    STEPS,
    ExceptionCode,
    Observation,
    Observed,
    Step,
    observed,
    step,
)
from app.domain.vocabulary import State

OBSERVATIONS: tuple[Observation, ...] = get_args(Observation)
AGREEING = {
    (State.CROSSED, Step.EXIT),
    (State.CROSSED, Step.ACCEPT),
    (State.TURNED_BACK, Step.TURN_BACK),
}
UNCALLED = ExceptionCode.ARRIVED_UNCALLED
ADMITTED = ExceptionCode.ADMITTED_UNCALLED
UNRELEASED = ExceptionCode.EXIT_WITHOUT_RELEASE
UNARRIVED = ExceptionCode.TURNED_BACK_UNARRIVED


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("queue call arrive admit release exit", id="called, straight through"),
        pytest.param("arrive_in_order admit release exit", id="in order of arrival"),
        pytest.param("queue unready queue call miss call arrive admit release exit", id="a miss"),
        pytest.param("queue call withdraw call arrive admit release exit", id="a call withdrawn"),
    ],
)
def test_a_vehicle_crosses(way: str) -> None:
    state = State.REGISTERED
    for name in way.split():
        state = step(state, Step(name))
    assert State.CROSSED is state


@pytest.mark.parametrize(
    ("way", "ending"),
    [
        ("expire", State.EXPIRED),
        ("cancel", State.CANCELLED),
        ("queue cancel", State.CANCELLED),
        ("queue call cancel", State.CANCELLED),
        ("queue call no_show", State.NO_SHOW),
        ("queue call arrive turn_back", State.TURNED_BACK),
        ("queue call arrive admit turn_back", State.TURNED_BACK),
        ("queue call arrive admit release turn_back", State.TURNED_BACK),
    ],
)
def test_a_vehicle_ends_before_it_crosses(way: str, ending: State) -> None:
    state = State.REGISTERED
    for name in way.split():
        state = step(state, Step(name))
    assert ending is state


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_whatever_is_open_can_be_revoked(state: State) -> None:
    assert State.REVOKED is step(state, Step.REVOKE)


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_whatever_is_open_can_be_reached_and_can_end(state: State) -> None:
    assert state is State.REGISTERED or state in STEPS.values()
    assert any(after in ENDINGS for (before, _), after in STEPS.items() if before is state)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("wanted", Step)
def test_a_step_outside_the_table_is_refused_and_says_which(state: State, wanted: Step) -> None:
    if (state, wanted) in STEPS:
        assert STEPS[state, wanted] is step(state, wanted)
    else:
        with pytest.raises(StepRefusedError) as refusal:
            step(state, wanted)
        assert {"state": state, "step": wanted} == refusal.value.facts


def test_the_table_leads_out_of_no_ending() -> None:
    assert not [before for before, _ in STEPS if before in ENDINGS]


@pytest.mark.parametrize(
    ("state", "seen", "after", "exception"),
    [
        (State.CALLED, Step.ARRIVE, State.ARRIVED, None),
        (State.REGISTERED, Step.ARRIVE, State.REGISTERED, UNCALLED),
        (State.QUEUED, Step.ARRIVE, State.QUEUED, UNCALLED),
        (State.ARRIVED, Step.ARRIVE, State.ARRIVED, None),
        (State.IN_GATE, Step.ARRIVE, State.IN_GATE, None),
        (State.REGISTERED, Step.ARRIVE_IN_ORDER, State.ARRIVED, None),
        (State.QUEUED, Step.ARRIVE_IN_ORDER, State.ARRIVED, None),
        (State.CALLED, Step.ARRIVE_IN_ORDER, State.ARRIVED, None),
        (State.RELEASED, Step.ARRIVE_IN_ORDER, State.RELEASED, None),
        (State.ARRIVED, Step.ADMIT, State.IN_GATE, None),
        (State.REGISTERED, Step.ADMIT, State.IN_GATE, ADMITTED),
        (State.QUEUED, Step.ADMIT, State.IN_GATE, ADMITTED),
        (State.CALLED, Step.ADMIT, State.IN_GATE, ADMITTED),
        (State.IN_GATE, Step.ADMIT, State.IN_GATE, None),
        (State.RELEASED, Step.ADMIT, State.RELEASED, None),
        (State.RELEASED, Step.EXIT, State.CROSSED, None),
        (State.REGISTERED, Step.EXIT, State.CROSSED, UNRELEASED),
        (State.QUEUED, Step.EXIT, State.CROSSED, UNRELEASED),
        (State.CALLED, Step.EXIT, State.CROSSED, UNRELEASED),
        (State.ARRIVED, Step.EXIT, State.CROSSED, UNRELEASED),
        (State.IN_GATE, Step.EXIT, State.CROSSED, UNRELEASED),
        (State.IN_GATE, Step.TURN_BACK, State.TURNED_BACK, None),
        (State.REGISTERED, Step.TURN_BACK, State.REGISTERED, UNARRIVED),
        (State.QUEUED, Step.TURN_BACK, State.QUEUED, UNARRIVED),
        (State.CALLED, Step.TURN_BACK, State.TURNED_BACK, UNARRIVED),
        (State.CROSSED, Step.EXIT, State.CROSSED, None),
        (State.CROSSED, Step.ACCEPT, State.CROSSED, None),
        (State.RELEASED, Step.ACCEPT, State.RELEASED, None),
        (State.REGISTERED, Step.ACCEPT, State.REGISTERED, None),
        (State.TURNED_BACK, Step.TURN_BACK, State.TURNED_BACK, None),
    ],
)
def test_an_observation_is_taken(
    state: State, seen: Observation, after: State, exception: ExceptionCode | None
) -> None:
    assert Observed(after, exception) == observed(state, seen)


@pytest.mark.parametrize(
    ("ending", "seen"),
    [
        (ending, seen)
        for ending in sorted(ENDINGS)
        for seen in OBSERVATIONS
        if (ending, seen) not in AGREEING
    ],
)
def test_an_observation_after_the_end_changes_nothing_and_opens_an_exception(
    ending: State, seen: Observation
) -> None:
    assert Observed(ending, ExceptionCode.OBSERVED_AFTER_END) == observed(ending, seen)


class EntryWay(RuleBasedStateMachine):
    """One entry under whatever may be asked of it and seen of it, in any order."""

    # How far along a vehicle is seen to be; a release may be taken back, nothing else.
    STAGES: Mapping[State, int] = {State.ARRIVED: 0, State.IN_GATE: 1, State.RELEASED: 1}

    def __init__(self) -> None:
        super().__init__()
        self.states = [State.REGISTERED]

    @property
    def state(self) -> State:
        return self.states[-1]

    @rule(wanted=st.sampled_from(Step))
    def ask(self, wanted: Step) -> None:
        try:
            after = step(self.state, wanted)
        except StepRefusedError:
            assert (self.state, wanted) not in STEPS
        else:
            # Who turns round begins anew at another gate.
            self.states = [after] if wanted is Step.DIVERT else [*self.states, after]

    @rule(seen=st.sampled_from(OBSERVATIONS))
    def see(self, seen: Observation) -> None:
        after, exception = observed(self.state, seen)
        is_regular = (self.state, seen) in STEPS
        assert not (is_regular and exception)
        assert is_regular or exception or after in {self.state, State.ARRIVED}
        self.states.append(after)

    @invariant()
    def endings_are_final(self) -> None:
        ended = [state for state in self.states if state in ENDINGS]
        assert len(set(ended)) <= 1
        assert not ended or self.state in ENDINGS

    @invariant()
    def who_was_in_the_gate_never_waits_again(self) -> None:
        stages = [self.STAGES[state] for state in self.states if state in self.STAGES]
        assert sorted(stages) == stages
        assert not stages or self.state in {*self.STAGES, *ENDINGS}


TestEntryWay = EntryWay.TestCase
