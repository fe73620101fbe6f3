"""The way of an entry: one table of steps; observations are never refused.

A permission or an act of ours is a step: outside the table it is refused. An observation is what
somebody saw happen: it is always taken, and where it contradicts the table it names the exception
to open. Endings are final.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from app.domain.errors import StepRefusedError
from app.domain.vocabulary import State


class Step(StrEnum):
    """What may move an entry from state to state."""

    QUEUE = "queue"
    UNREADY = "unready"
    DEFER = "defer"
    DIVERT = "divert"
    CALL = "call"
    MISS = "miss"
    WITHDRAW = "withdraw"
    ARRIVE = "arrive"
    ARRIVE_IN_ORDER = "arrive_in_order"
    ADMIT = "admit"
    RELEASE = "release"
    TAKE_BACK = "take_back"
    EXIT = "exit"
    ACCEPT = "accept"
    TURN_BACK = "turn_back"
    CANCEL = "cancel"
    REVOKE = "revoke"
    NO_SHOW = "no_show"
    EXPIRE = "expire"


class ExceptionCode(StrEnum):
    """How an observation contradicts the table; stands in a review list until settled."""

    ARRIVED_UNCALLED = "arrived-uncalled"
    ADMITTED_UNCALLED = "admitted-uncalled"
    EXIT_WITHOUT_RELEASE = "exit-without-release"
    TURNED_BACK_UNARRIVED = "turned-back-unarrived"
    OBSERVED_AFTER_END = "observed-after-end"


class Observed(NamedTuple):
    """Where an entry stands after an observation, and the exception that it opens, if any."""

    state: State
    exception: ExceptionCode | None = None


Observation = Literal[
    Step.ARRIVE, Step.ARRIVE_IN_ORDER, Step.ADMIT, Step.EXIT, Step.ACCEPT, Step.TURN_BACK
]

ENDINGS = frozenset(
    {
        State.CROSSED,
        State.CANCELLED,
        State.REVOKED,
        State.NO_SHOW,
        State.EXPIRED,
        State.TURNED_BACK,
    }
)
OPEN_STATES = frozenset(State) - ENDINGS

STEPS: Mapping[tuple[State, Step], State] = {
    (State.REGISTERED, Step.QUEUE): State.QUEUED,
    (State.QUEUED, Step.UNREADY): State.REGISTERED,
    (State.QUEUED, Step.DEFER): State.REGISTERED,
    (State.QUEUED, Step.CALL): State.CALLED,
    **{
        (state, Step.DIVERT): State.REGISTERED
        for state in (State.REGISTERED, State.QUEUED, State.CALLED, State.ARRIVED)
    },
    (State.CALLED, Step.MISS): State.QUEUED,
    (State.CALLED, Step.WITHDRAW): State.QUEUED,
    (State.CALLED, Step.NO_SHOW): State.NO_SHOW,
    (State.CALLED, Step.ARRIVE): State.ARRIVED,
    (State.REGISTERED, Step.ARRIVE_IN_ORDER): State.ARRIVED,
    (State.ARRIVED, Step.ADMIT): State.IN_GATE,
    (State.IN_GATE, Step.RELEASE): State.RELEASED,
    # What a release rests on may fall until the vehicle has left.
    (State.RELEASED, Step.TAKE_BACK): State.IN_GATE,
    (State.RELEASED, Step.EXIT): State.CROSSED,
    (State.ARRIVED, Step.TURN_BACK): State.TURNED_BACK,
    (State.IN_GATE, Step.TURN_BACK): State.TURNED_BACK,
    (State.RELEASED, Step.TURN_BACK): State.TURNED_BACK,
    (State.REGISTERED, Step.CANCEL): State.CANCELLED,
    (State.QUEUED, Step.CANCEL): State.CANCELLED,
    (State.CALLED, Step.CANCEL): State.CANCELLED,
    (State.REGISTERED, Step.EXPIRE): State.EXPIRED,
    **{(state, Step.REVOKE): State.REVOKED for state in OPEN_STATES},
}

_UNCALLED = Observed(State.IN_GATE, ExceptionCode.ADMITTED_UNCALLED)
_UNRELEASED = Observed(State.CROSSED, ExceptionCode.EXIT_WITHOUT_RELEASE)

# What was seen although the table has no such step. An uncalled truck that came up or was sent
# away keeps its place: it may yet be called. Who is in the gate or has left it waits no more.
_BESIDE_THE_TABLE: Mapping[tuple[State, Step], Observed] = {
    (State.REGISTERED, Step.ARRIVE): Observed(State.REGISTERED, ExceptionCode.ARRIVED_UNCALLED),
    (State.QUEUED, Step.ARRIVE): Observed(State.QUEUED, ExceptionCode.ARRIVED_UNCALLED),
    # An edition may change a queue's mode while entries wait or are called: arrival decides then.
    (State.QUEUED, Step.ARRIVE_IN_ORDER): Observed(State.ARRIVED),
    (State.CALLED, Step.ARRIVE_IN_ORDER): Observed(State.ARRIVED),
    (State.REGISTERED, Step.ADMIT): _UNCALLED,
    (State.QUEUED, Step.ADMIT): _UNCALLED,
    (State.CALLED, Step.ADMIT): _UNCALLED,
    **{(state, Step.EXIT): _UNRELEASED for state in OPEN_STATES},
    **{
        (before, Step.TURN_BACK): Observed(after, ExceptionCode.TURNED_BACK_UNARRIVED)
        for before, after in {
            State.REGISTERED: State.REGISTERED,
            State.QUEUED: State.QUEUED,
            State.CALLED: State.TURNED_BACK,
        }.items()
    },
}


# Several who stand at the gate tell the same end; the other side takes in whom we saw leave.
_AGREES = frozenset(
    {
        (State.CROSSED, Step.EXIT),
        (State.CROSSED, Step.ACCEPT),
        (State.TURNED_BACK, Step.TURN_BACK),
    }
)


def step(state: State, wanted: Step) -> State:
    """Return the state after a step.

    Raises:
        StepRefusedError: the table has no such step from this state.
    """
    if (state, wanted) not in STEPS:
        raise StepRefusedError(state=state, step=wanted)
    return STEPS[state, wanted]


def observed(state: State, seen: Observation) -> Observed:
    """Return where an entry stands after somebody saw `seen`; never refused.

    What was seen before (a second camera, a late record of the arrival, the exit that another guard
    has told) changes nothing and opens nothing. Nor does the other side's acceptance of a vehicle.
    """
    if state in ENDINGS and (state, seen) not in _AGREES:
        return Observed(state, ExceptionCode.OBSERVED_AFTER_END)
    if (state, seen) in STEPS:
        return Observed(STEPS[state, seen])
    return _BESIDE_THE_TABLE.get((state, seen), Observed(state))
