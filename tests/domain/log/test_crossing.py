"""Two logs beside each other: who joins at a gate is who left the other, with what it had."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.log.crossing import Crossings, unlike_other
from app.domain.log.leaves import Clock
from app.domain.log.verifying import verify
from tests.domain.log.test_verifying import ONE, Event, at, leaves_of, waits

WAITED = 90


def leaves_for(to: str = "here", carried: int = WAITED, second: int = 100) -> list[Event]:
    """Return how an entry leaves that began to wait at ten seconds."""
    stop = ("waiting.stopped", ONE, second, {"clock": second, "carried": WAITED})
    gone = {"clock": second, "to": to, "earned": WAITED, "carried": carried, "by": "board"}
    return [waits(), stop, ("entry.diverted", ONE, second, gone)]


def joins(origin: str = "there", second: int = 100, **more: Any) -> list[Event]:
    """Return how an entry joins; the open clock of its gate reads the seconds, too."""
    told = {"clock": second, "from": origin, "carried": WAITED, "holds": [], "waits_from": at(10)}
    return [("entry.joined", ONE, second, {**told, **more})]


def read(events: list[Event], until: int = 200) -> Crossings:
    post = ("notice.lifted", None, until, {"notice": "n", "lifted_at": at(until)})
    verdict = verify(leaves_of(*events, post, clock=Clock.TIME), ())
    assert None is verdict.wrong
    return verdict.crossings


def said(there: list[Event], here: list[Event], until: int = 200) -> str | None:
    logs = {"there": read(there, until), "here": read(here)}
    wrong = unlike_other("here", logs["here"], logs)
    assert wrong is None or (3, "other-gate") == (wrong.leaf, wrong.why)
    return None if wrong is None else wrong.said


def test_who_joins_with_what_it_left_with_is_told_alike() -> None:
    assert None is said(leaves_for(), joins())
    assert None is said(leaves_for(carried=45), joins(carried=45))


@pytest.mark.parametrize(
    ("there", "here", "words"),
    [
        pytest.param(
            leaves_for(carried=45), joins(), "it joins with 90 points and left there with 45",
            id="points made up",
        ),
        pytest.param(
            leaves_for(), joins(waits_from=at(5)), "it had waited 90 open seconds at there",
            id="a longer wait",
        ),
        pytest.param(
            leaves_for(), joins(waits_from=None), "it had begun to wait at there", id="no wait"
        ),
        pytest.param(
            leaves_for("elsewhere"), joins(), "the log of there does not tell that it left",
            id="it went elsewhere",
        ),
        pytest.param(
            [waits()], joins(), "the log of there does not tell that it left", id="it never left"
        ),
    ],
)  # fmt: skip
def test_what_is_not_as_the_other_log_has_it_is_named(
    there: list[Event], here: list[Event], words: str
) -> None:
    assert words == said(there, here)


def test_what_the_other_log_may_tell_yet_is_waited_for() -> None:
    assert None is said([waits()], joins(), until=150)


def test_a_wait_that_did_not_begin_there_is_not_counted_there() -> None:
    """Of a queue that goes by arrival no log tells when a wait began."""
    gone = {"clock": 100, "to": "here", "earned": 0, "carried": WAITED, "by": "board"}
    assert None is said([("entry.diverted", ONE, 100, gone)], joins())
    assert None is said([("entry.diverted", ONE, 100, gone)], joins(waits_from=None))


def test_of_a_log_that_is_not_there_nothing_is_said() -> None:
    here = read(joins())
    assert None is unlike_other("here", here, {"here": here})


def test_it_may_go_and_come_again() -> None:
    """The second time its wait did not begin there: points alone are compared."""
    here, there = Crossings(lambda *_: True), Crossings(lambda *_: True)
    gone = {"to": "here", "clock": 100}
    came = {"from": "there", "clock": 100, "waits_from": None}
    entry, later = UUID(ONE), datetime(2026, 5, 4, tzinfo=UTC) + timedelta(minutes=9)
    there.leave(entry, {**gone, "carried": 5}, None, has_begun=False)
    there.leave(entry, {**gone, "carried": 7}, None, has_begun=False)
    there.sealed_at = later
    for leaf, carried in enumerate((5, 7)):
        here.join(leaf, entry, {**came, "carried": carried})
    assert None is unlike_other("here", here, {"there": there})
    here.join(2, entry, {**came, "carried": 7})
    wrong = unlike_other("here", here, {"there": there})
    assert wrong is not None
    assert 2 == wrong.leaf
