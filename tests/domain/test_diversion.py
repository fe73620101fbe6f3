"""Diversion: who may send a vehicle on, where to, and what it takes along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.diversion import asked_anew, diverted, ensure_other_queue, worth
from app.domain.errors import DiversionAfterCallError, DiversionUnfitError, StepRefusedError
from app.domain.required_checks import CheckKind
from app.domain.vocabulary import Direction, Queue, QueueMode, State

HERE, THERE = Queue("tan-thanh", Direction.EXPORT), Queue("huu-nghi", Direction.EXPORT)
BY_COMPANY = {State.REGISTERED, State.QUEUED}
BY_OFFICER = BY_COMPANY | {State.CALLED, State.ARRIVED}


@pytest.mark.parametrize("state", State)
def test_a_company_sends_on_before_the_call_and_an_officer_until_the_gate(state: State) -> None:
    if state in BY_OFFICER:
        assert State.REGISTERED is diverted(state, by_officer=True)
    else:
        with pytest.raises(StepRefusedError):
            diverted(state, by_officer=True)
    if state in BY_COMPANY:
        assert State.REGISTERED is diverted(state, by_officer=False)
    elif state in BY_OFFICER:
        with pytest.raises(DiversionAfterCallError):
            diverted(state, by_officer=False)


@pytest.mark.parametrize(
    ("there", "mode", "rule"),
    [
        pytest.param(HERE, QueueMode.CALLED, "same-gate", id="its own gate"),
        pytest.param(THERE, None, "gate-without-queue", id="a gate without queue"),
    ],
)
def test_a_vehicle_goes_to_another_gate_that_has_a_queue(
    there: Queue, mode: QueueMode | None, rule: str
) -> None:
    with pytest.raises(DiversionUnfitError) as failure:
        ensure_other_queue(HERE, there, mode)
    assert [("/gate", rule)] == [(one.pointer, one.rule) for one in failure.value.errors]


@pytest.mark.parametrize("mode", QueueMode)
def test_another_gate_with_a_queue_will_do(mode: QueueMode) -> None:
    ensure_other_queue(HERE, THERE, mode)


@given(earned=st.integers(-(10**6), 10**6), waited=st.integers(0, 10**6), rate=st.integers(1, 9))
def test_the_points_earned_come_along_as_they_are(earned: int, waited: int, rate: int) -> None:
    assert earned == worth(earned, waited, rate, QueueMode.CALLED)


@given(earned=st.integers(-(10**6), 10**6), waited=st.integers(0, 10**6), rate=st.integers(1, 9))
def test_where_nobody_earns_points_the_wait_is_worth_its_rate(
    earned: int, waited: int, rate: int
) -> None:
    points = worth(earned, waited, rate, QueueMode.ARRIVAL_ORDER)
    assert points in {earned, waited * rate}
    assert points >= max(earned, waited * rate)


def test_what_one_gate_confirmed_of_the_vehicle_there_another_asks_again() -> None:
    done = [CheckKind.MEDICAL, CheckKind.CUSTOMS_ENTRY, CheckKind.BORDER_GUARD_ENTRY]
    assert [CheckKind.BORDER_GUARD_ENTRY, CheckKind.CUSTOMS_ENTRY] == asked_anew(done)
    assert [] == asked_anew([CheckKind.PLANT_QUARANTINE])
