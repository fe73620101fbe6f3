"""Where a batch goes on: by its mode, by what was refused, by who cancels it."""

import pytest

from app.domain.batches import (
    NEXT,
    OVER,
    BatchMode,
    BatchState,
    after_cancellation,
    after_last_row,
    after_refusal,
    first_state,
)

ALL, BEST = BatchMode.ALL_OR_NOTHING, BatchMode.BEST_EFFORT
CHECKING, REGISTERING = BatchState.CHECKING, BatchState.REGISTERING
TAKING_BACK, REFUSED = BatchState.TAKING_BACK, BatchState.REFUSED


def test_only_all_or_nothing_begins_by_checking() -> None:
    assert CHECKING == first_state(ALL)
    assert REGISTERING == first_state(BEST)


@pytest.mark.parametrize(
    ("after", "state", "mode"),
    [
        pytest.param(CHECKING, CHECKING, ALL, id="all refusals are told at once"),
        pytest.param(TAKING_BACK, REGISTERING, ALL, id="what was registered is taken back"),
        pytest.param(REGISTERING, REGISTERING, BEST, id="best effort goes on"),
    ],
)
def test_a_refused_row(after: BatchState, state: BatchState, mode: BatchMode) -> None:
    assert after == after_refusal(state, mode)


@pytest.mark.parametrize(
    ("after", "state", "refused", "cancelled"),
    [
        pytest.param(REGISTERING, CHECKING, 0, False, id="nothing was refused"),
        pytest.param(REFUSED, CHECKING, 1, False, id="one row was refused"),
        pytest.param(BatchState.COMPLETED, REGISTERING, 7, False, id="all rows were done"),
        pytest.param(REFUSED, TAKING_BACK, 1, False, id="all was taken back"),
        pytest.param(BatchState.CANCELLED, TAKING_BACK, 0, True, id="on its company's word"),
    ],
)
def test_after_the_last_row(
    after: BatchState, state: BatchState, refused: int, cancelled: bool
) -> None:
    assert after == after_last_row(state, refused=refused, cancelled=cancelled)


@pytest.mark.parametrize(
    ("after", "state", "mode", "registered"),
    [
        pytest.param(BatchState.CANCELLED, REGISTERING, BEST, 9, id="best effort keeps it"),
        pytest.param(BatchState.CANCELLED, CHECKING, ALL, 0, id="nothing was registered yet"),
        pytest.param(BatchState.CANCELLED, REGISTERING, ALL, 0, id="nor is anything now"),
        pytest.param(TAKING_BACK, REGISTERING, ALL, 9, id="all or nothing takes it back"),
        pytest.param(TAKING_BACK, TAKING_BACK, ALL, 9, id="and goes on doing so"),
    ],
)
def test_a_cancellation(
    after: BatchState, state: BatchState, mode: BatchMode, registered: int
) -> None:
    assert after == after_cancellation(state, mode, registered=registered)


def test_whoever_is_not_over_knows_which_rows_are_next() -> None:
    assert set(BatchState) - OVER == {state for state, _ in NEXT}
