"""Batches: many vehicles declared in one file, each row an entry of its own or refused."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

MOST_ROWS: Final = 5000
MOST_OPEN: Final = 10
"""How many batches of a company may be open at once."""
KEPT: Final = timedelta(days=30)
"""How long what became of a batch can be read after its end; its rows go as they are done."""


class FileFormat(StrEnum):
    """How a batch was written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class BatchMode(StrEnum):
    """What a row that is refused means to the others."""

    BEST_EFFORT = "best-effort"
    ALL_OR_NOTHING = "all-or-nothing"


class BatchState(StrEnum):
    """Where a batch stands; all or nothing begins by checking, and may have to take back."""

    CHECKING = "checking"
    REGISTERING = "registering"
    TAKING_BACK = "taking_back"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RowOutcome(StrEnum):
    """What became of a row; `left_out` are those that the end of their batch came before."""

    WAITING = "waiting"
    CHECKED = "checked"
    REGISTERED = "registered"
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    TAKEN_BACK = "taken_back"


OVER: Final = frozenset({BatchState.COMPLETED, BatchState.REFUSED, BatchState.CANCELLED})
NEXT: Final = {
    (BatchState.CHECKING, BatchMode.ALL_OR_NOTHING): RowOutcome.WAITING,
    (BatchState.REGISTERING, BatchMode.ALL_OR_NOTHING): RowOutcome.CHECKED,
    (BatchState.REGISTERING, BatchMode.BEST_EFFORT): RowOutcome.WAITING,
    (BatchState.TAKING_BACK, BatchMode.ALL_OR_NOTHING): RowOutcome.REGISTERED,
}
"""Which rows are next, by state and mode."""


def first_state(mode: BatchMode) -> BatchState:
    """Return where a batch begins."""
    return BatchState.CHECKING if mode is BatchMode.ALL_OR_NOTHING else BatchState.REGISTERING


def after_refusal(state: BatchState, mode: BatchMode) -> BatchState:
    """Return where a batch stands when rows of it were refused just now.

    Who checks goes on, so that all refusals are told at once. Who registers all or nothing checked
    before; what was registered since is taken back.
    """
    if state is BatchState.REGISTERING and mode is BatchMode.ALL_OR_NOTHING:
        return BatchState.TAKING_BACK
    return state


def after_last_row(state: BatchState, *, refused: int, cancelled: bool) -> BatchState:
    """Return where a batch goes on that has no row left for its state."""
    if state is BatchState.CHECKING:
        return BatchState.REFUSED if refused else BatchState.REGISTERING
    if state is BatchState.TAKING_BACK:
        return BatchState.CANCELLED if cancelled else BatchState.REFUSED
    return BatchState.COMPLETED


def after_cancellation(state: BatchState, mode: BatchMode, *, registered: int) -> BatchState:
    """Return where a batch goes on that its company cancels: best effort keeps what it has."""
    if mode is BatchMode.ALL_OR_NOTHING and registered and state is not BatchState.CHECKING:
        return BatchState.TAKING_BACK
    return BatchState.CANCELLED
