"""Passes: who has one, what it says, where it is refused, and when it holds no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import NoPassError
from app.domain.misses import CallOutcome, Window
from app.domain.passes import (
    Bearer,
    Pass,
    PassUse,
    Refusal,
    Revocation,
    Shown,
    Summoned,
    broken_by,
    check,
    claims_of,
    issue,
    read_claims,
    use_of,
)
from app.domain.steps import ENDINGS
from app.domain.vocabulary import Direction, Queue, QueueMode, State

NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
HALF_PAST = NINE + timedelta(minutes=30)
UNTIL = datetime(2026, 3, 12, 17, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TAN_THANH = Queue("tan-thanh", Direction.EXPORT)
BEARER = Bearer(UUID(int=1), "E4K7-9QXPM2", "12C00017", TAN_THANH, QueueMode.CALLED, State.QUEUED)
CALLED = replace(BEARER, state=State.CALLED)
COMER = replace(BEARER, mode=QueueMode.ARRIVAL_ORDER, state=State.REGISTERED)
CALL = Summoned(UUID(int=2), "TT-0147", Window(NINE, HALF_PAST))
SHOWN = Shown("12C-000.17", "tan-thanh", NINE)

INSTANTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 - given one
).map(lambda at: at.replace(microsecond=0))  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
PASSES = st.builds(
    Pass,
    id=TEXTS,
    reference=TEXTS,
    plate=TEXTS,
    queue=st.builds(Queue, TEXTS, st.sampled_from(Direction)),
    use=st.sampled_from(PassUse),
    call_number=st.none() | TEXTS,
    opens_at=st.none() | INSTANTS,
    expires_at=INSTANTS,
)
BEARERS = st.builds(
    Bearer,
    entry_id=st.uuids(),
    reference=TEXTS,
    plate=st.sampled_from(["12C00017", "15C00001"]),
    queue=st.builds(Queue, st.sampled_from(["tan-thanh", "huu-nghi"]), st.sampled_from(Direction)),
    mode=st.none() | st.sampled_from(QueueMode),
    state=st.sampled_from([state for state in State if use_of(state, None)]),
)


def made(bearer: Bearer) -> tuple[Pass, bool]:
    """Return the pass of an entry, and whether it is for a call."""
    of_call = bearer.state is State.CALLED
    return issue(bearer, CALL if of_call else None, UNTIL), of_call


# --- who has one ---------------------------------------------------------------------------------

USES = {
    State.REGISTERED: (PassUse.YARD, PassUse.GATE),
    State.QUEUED: (PassUse.YARD, PassUse.GATE),
    State.CALLED: (PassUse.GATE, PassUse.GATE),
    State.ARRIVED: (PassUse.GATE, PassUse.GATE),
}


@pytest.mark.parametrize("state", State)
def test_an_entry_has_a_pass_until_it_is_in_the_gate(state: State) -> None:
    """By state: what its pass is good for where queues call, and where they do not."""
    uses = (use_of(state, QueueMode.CALLED), use_of(state, QueueMode.ARRIVAL_ORDER))
    assert USES.get(state, (None, None)) == uses
    if uses[0] is None:
        with pytest.raises(NoPassError) as refused:
            issue(replace(BEARER, state=state), None, UNTIL)
        assert {"state": state} == refused.value.facts


def test_a_vehicle_without_plate_has_no_pass() -> None:
    with pytest.raises(NoPassError):
        issue(replace(BEARER, plate=None), None, UNTIL)


def test_a_call_gives_a_pass_for_its_window_and_number() -> None:
    said = issue(CALLED, CALL, UNTIL)
    assert (PassUse.GATE, "TT-0147") == (said.use, said.call_number)
    assert (NINE, HALF_PAST) == (said.opens_at, said.expires_at)


def test_without_a_call_it_holds_until_an_instant_and_from_none() -> None:
    said = issue(BEARER, None, UNTIL)
    assert (PassUse.YARD, None, None, UNTIL) == (
        said.use, said.call_number, said.opens_at, said.expires_at,
    )  # fmt: skip


CHANGES: dict[str, Callable[[], Pass]] = {
    "another entry": lambda: issue(replace(CALLED, entry_id=UUID(int=9)), CALL, UNTIL),
    "another plate": lambda: issue(replace(CALLED, plate="15C00001"), CALL, UNTIL),
    "another gate": lambda: issue(
        replace(CALLED, queue=Queue("huu-nghi", Direction.EXPORT)), CALL, UNTIL
    ),
    "another call": lambda: issue(CALLED, replace(CALL, call_id=UUID(int=9)), UNTIL),
    "another window": lambda: issue(
        CALLED, replace(CALL, window=Window(NINE, HALF_PAST + SECOND)), UNTIL
    ),
    "no call yet": lambda: issue(BEARER, None, UNTIL),
}


def test_a_pass_is_the_same_until_what_it_says_changes() -> None:
    ids = {name: change().id for name, change in CHANGES.items()}
    assert issue(CALLED, CALL, UNTIL) == issue(CALLED, CALL, UNTIL + SECOND)
    assert len(CHANGES) + 1 == len({issue(CALLED, CALL, UNTIL).id, *ids.values()})


def test_an_id_is_short_and_stays_the_same_over_releases() -> None:
    """Another way to make it would let nothing be known of any pass handed out before."""
    assert ("xd2kLl0SgrNC", "7uQWeyMAcZjZ") == (
        issue(BEARER, None, UNTIL).id,
        issue(CALLED, CALL, UNTIL).id,
    )


# --- what it says --------------------------------------------------------------------------------


@given(PASSES)
def test_what_is_signed_is_read_as_it_was_meant(said: Pass) -> None:
    assert said == read_claims(claims_of(said))


def test_the_claims_are_as_documented() -> None:
    assert {
        "v": 1, "jti": issue(CALLED, CALL, UNTIL).id, "ref": "E4K7-9QXPM2", "pla": "12C00017",
        "gat": "tan-thanh", "dir": "export", "use": "gate", "num": "TT-0147",
        "nbf": 1773194400, "exp": 1773196200,
    } == claims_of(issue(CALLED, CALL, UNTIL))  # fmt: skip


CLAIMS = claims_of(issue(CALLED, CALL, UNTIL))
NOT_ONES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.just([])
)


@pytest.mark.parametrize("name", CLAIMS.keys() - {"num", "nbf"})
def test_a_pass_that_lacks_something_is_not_read(name: str) -> None:
    assert read_claims({key: value for key, value in CLAIMS.items() if key != name}) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("v", 2), ("dir", "north"), ("use", "exit"), ("exp", -1), ("exp", 2**60), ("exp", 1.5),
     ("nbf", "1"), ("nbf", None), ("num", 7), ("pla", ["12C00017"])],
)  # fmt: skip
def test_a_pass_of_another_form_is_not_read(name: str, value: Any) -> None:
    assert read_claims({**CLAIMS, name: value}) is None


@given(st.dictionaries(st.sampled_from(sorted(CLAIMS)), NOT_ONES))
def test_whatever_was_signed_is_read_or_is_none(changes: dict[str, Any]) -> None:
    said = read_claims({**CLAIMS, **changes})
    assert said is None or said == read_claims(claims_of(said))


# --- where it is refused -------------------------------------------------------------------------


@pytest.mark.parametrize("plate", ["12C-000.17", "12c 00017", " 12C00017 "])
def test_a_pass_holds_for_its_plate_in_any_spelling(plate: str) -> None:
    assert () == check(issue(CALLED, CALL, UNTIL), replace(SHOWN, plate=plate), None)


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        pytest.param(NINE - SECOND, (Refusal.NOT_YET_VALID,), id="a second before"),
        pytest.param(NINE, (), id="the first second"),
        pytest.param(HALF_PAST - SECOND, (), id="the last second"),
        pytest.param(HALF_PAST, (Refusal.EXPIRED,), id="the end"),
    ],
)
def test_a_window_is_half_open(at: datetime, refused: tuple[Refusal, ...]) -> None:
    assert refused == check(issue(CALLED, CALL, UNTIL), replace(SHOWN, at=at), None)


def test_in_a_yard_nobody_asks_for_a_call_nor_whether_its_window_has_begun() -> None:
    in_yard = replace(SHOWN, use=PassUse.YARD, at=NINE - SECOND)
    assert () == check(issue(BEARER, None, UNTIL), in_yard, None)
    assert () == check(issue(CALLED, CALL, UNTIL), in_yard, None)
    assert (Refusal.NOT_CALLED,) == check(issue(BEARER, None, UNTIL), SHOWN, None)
    assert (Refusal.EXPIRED,) == check(issue(BEARER, None, UNTIL), replace(in_yard, at=UNTIL), None)


WRONG: dict[Refusal, Callable[[Shown], Shown]] = {
    Refusal.OTHER_GATE: lambda shown: replace(shown, gate="huu-nghi"),
    Refusal.OTHER_DIRECTION: lambda shown: replace(shown, direction=Direction.IMPORT),
    Refusal.WRONG_PLATE: lambda shown: replace(shown, plate="12C-000.18"),
    Refusal.NOT_YET_VALID: lambda shown: replace(shown, at=NINE - SECOND),
    Refusal.EXPIRED: lambda shown: replace(shown, at=HALF_PAST),
    Refusal.REVOKED: lambda shown: shown,
}


@given(st.sets(st.sampled_from(sorted(WRONG))), st.sampled_from([None, Direction.EXPORT]))
def test_whatever_is_wrong_is_said_at_once_and_nothing_else(
    wrong: set[Refusal], direction: Direction | None
) -> None:
    wrong -= {Refusal.NOT_YET_VALID} if Refusal.EXPIRED in wrong else set()
    shown = replace(SHOWN, direction=direction)
    for one in wrong:
        shown = WRONG[one](shown)
    revoked = Revocation.CANCELLED if Refusal.REVOKED in wrong else None
    refused = check(issue(CALLED, CALL, UNTIL), shown, revoked)
    assert wrong == set(refused)
    assert [one for one in Refusal if one in wrong] == list(refused)


# --- when it holds no more -----------------------------------------------------------------------


@given(BEARERS)
def test_a_pass_holds_as_long_as_nothing_happens(bearer: Bearer) -> None:
    said, of_call = made(bearer)
    assert broken_by(said, bearer, None, of_call=of_call) is None


@given(BEARERS, st.sampled_from(sorted(ENDINGS)))
def test_every_ending_ends_every_pass_and_is_its_reason(bearer: Bearer, ending: State) -> None:
    said, of_call = made(bearer)
    after = replace(bearer, state=ending)
    assert Revocation(ending.value) is broken_by(said, after, None, of_call=of_call)


@given(BEARERS, BEARERS)
def test_a_pass_that_opens_a_gate_holds_only_while_another_would(now: Bearer, then: Bearer) -> None:
    """Whatever became of the entry: what it may not be given now, nothing from before gives."""
    said, of_call = made(then)
    why = broken_by(said, now, None, of_call=of_call)
    if why is None:
        assert (said.queue, said.plate) == (now.queue, now.plate)
        assert of_call or said.use is PassUse.YARD or use_of(now.state, now.mode) is PassUse.GATE


CAME_IN = (State.IN_GATE, State.RELEASED)
ARRIVED = replace(CALLED, state=State.ARRIVED)


@pytest.mark.parametrize(
    ("handed", "now", "outcome", "why"),
    [
        pytest.param(CALLED, ARRIVED, CallOutcome.ANSWERED, None, id="it came as called"),
        pytest.param(
            CALLED, BEARER, CallOutcome.WITHDRAWN, Revocation.CALL_TAKEN_BACK, id="a mistaken call"
        ),
        pytest.param(
            CALLED, BEARER, CallOutcome.MISSED, Revocation.CALL_TAKEN_BACK, id="a missed call"
        ),
        pytest.param(
            CALLED, BEARER, CallOutcome.EXCUSED, Revocation.CALL_TAKEN_BACK, id="an excused one"
        ),
        *(
            pytest.param(
                before,
                replace(before, state=state),
                CallOutcome.ANSWERED,
                Revocation.ADMITTED,
                id=f"{state} after {before.state}",
            )
            for state in CAME_IN
            for before in (CALLED, ARRIVED, COMER)
        ),
        *(
            pytest.param(BEARER, replace(BEARER, state=state), None, None, id=f"a yard's, {state}")
            for state in (State.CALLED, State.ARRIVED, *CAME_IN)
        ),
        pytest.param(
            COMER,
            replace(COMER, mode=QueueMode.CALLED),
            None,
            Revocation.CALL_TAKEN_BACK,
            id="an edition from which on the gate calls",
        ),
        pytest.param(
            BEARER,
            replace(BEARER, queue=Queue("huu-nghi", Direction.EXPORT)),
            None,
            Revocation.DIVERTED,
            id="another gate",
        ),
        pytest.param(
            BEARER, replace(BEARER, plate="15C00001"), None, Revocation.PLATE_CHANGED, id="a plate"
        ),
    ],
)
def test_what_happens_to_an_entry_ends_its_passes_or_does_not(
    handed: Bearer, now: Bearer, outcome: CallOutcome | None, why: Revocation | None
) -> None:
    said, of_call = made(handed)
    assert why == broken_by(said, now, outcome, of_call=of_call)
