"""Diversion: a vehicle turns around to another gate of the zone and keeps what it has waited.

Kept are two numbers. The points it has earned, at the rates of its lanes and with its charges, come
along unchanged; and so do the open seconds that it has waited, by the clock of the gate it leaves:
its wait counts as begun so many open seconds ago by the clock of the gate it goes to. From then on
the rate of the lane that the new gate's rules give counts. A queue in order of arrival gives no
points: there the wait itself is worth the rate of the entry's lane. Source: the Board counts
vehicles that turn around to another gate each day (`quay đầu`); that they keep it is our decision.
"""

from collections.abc import Iterable
from typing import Final

from app.domain.errors import DiversionAfterCallError, DiversionUnfitError, FieldError
from app.domain.required_checks import CheckKind
from app.domain.steps import Step, step
from app.domain.vocabulary import Queue, QueueMode, State

OF_THE_GATE: Final = frozenset(
    {
        CheckKind.BORDER_GUARD_ENTRY,
        CheckKind.CUSTOMS_ENTRY,
        CheckKind.YARD_EXIT,
        CheckKind.BORDER_GUARD_EXIT,
    }
)
"""What is confirmed of a vehicle at one gate; another gate confirms it anew."""


def ensure_other_queue(here: Queue, there: Queue, mode: QueueMode | None) -> None:
    """Refuse a gate that is the entry's own, or has no queue in its direction.

    Raises:
        DiversionUnfitError.
    """
    rule = "same-gate" if here == there else "gate-without-queue" if mode is None else None
    if rule is not None:
        raise DiversionUnfitError(errors=(FieldError("/gate", rule, there.gate),))


def diverted(state: State, *, by_officer: bool) -> State:
    """Return the state of an entry that goes to another gate: there it begins as registered.

    A company may send its vehicle on before the call: afterwards it would dodge what a missed call
    costs. Who is in the gate is turned back, not round.

    Raises:
        StepRefusedError: it is in the gate or has ended.
        DiversionAfterCallError: it is called or has come, and no officer orders it.
    """
    after = step(state, Step.DIVERT)
    if not by_officer and state not in {State.REGISTERED, State.QUEUED}:
        raise DiversionAfterCallError(state=state)
    return after


def worth(earned: int, waited: int, rate: int, mode: QueueMode | None) -> int:
    """Return the points that come along: those earned, or in order of arrival what the wait gave.

    `waited` are open seconds, `rate` is that of the entry's lane.
    """
    return max(earned, waited * rate) if mode is QueueMode.ARRIVAL_ORDER else earned


def asked_anew(passed: Iterable[CheckKind]) -> list[CheckKind]:
    """Return the kinds of check that the other gate has to confirm again."""
    return sorted(OF_THE_GATE & set(passed))
