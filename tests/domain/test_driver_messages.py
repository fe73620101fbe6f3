"""What drivers are told, when that is too late, in which language, and how many SMS it takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.driver_messages import (
    AHEAD,
    KINDS,
    NEWS_LASTS,
    CallFacts,
    EntryFacts,
    MessageKind,
    MessageState,
    Planned,
    Reason,
    ToTell,
    after,
    choose,
    is_in_order,
    language_for,
    segments,
    unfit,
    without_marks,
)
from app.domain.events import EVENTS
from app.domain.steps import ENDINGS
from app.domain.vocabulary import Language, State
from app.domain.webhooks import Answer, AttemptError

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
CALL = CallFacts(UUID(int=7), NOW, NOW + HOUR, is_open=True)
OVER = replace(CALL, is_open=False)
ENTRY = EntryFacts(State.CALLED, "VN", has_phone=True, is_in_order=True, planned_arrival_at=None)
UNREADY = replace(
    ENTRY, state=State.REGISTERED, is_in_order=False, planned_arrival_at=NOW + timedelta(days=1)
)
MADE = ToTell("call.made", NOW)
MISSED = ToTell("call.missed", NOW, CALL.id)
AMENDED = ToTell("entry.amended", NOW)
CALLED = Planned(MessageKind.CALL, Language.VI, NOW, NOW + HOUR, CALL.id)
PAPERS = Planned(
    MessageKind.PAPERS, Language.VI, NOW + timedelta(hours=12), NOW + timedelta(days=1)
)


def test_every_event_that_is_told_is_one_that_is_written() -> None:
    assert KINDS.keys() <= EVENTS.keys()
    assert set(KINDS.values()) == set(MessageKind)


@pytest.mark.parametrize(
    ("expected", "event", "entry", "calls"),
    [
        pytest.param(CALLED, MADE, ENTRY, [CALL], id="a call"),
        pytest.param(
            replace(CALLED, kind=MessageKind.REMINDER), replace(MISSED, kind="call.reminded"),
            ENTRY, [CALL], id="its reminder",
        ),
        pytest.param(
            replace(CALLED, kind=MessageKind.MISSED, sends_until=NOW + NEWS_LASTS),
            MISSED, replace(ENTRY, state=State.QUEUED), [OVER], id="a miss",
        ),
        pytest.param(
            replace(CALLED, kind=MessageKind.NO_SHOW, sends_until=NOW + NEWS_LASTS),
            replace(MISSED, kind="entry.no_show"), replace(ENTRY, state=State.NO_SHOW), [OVER],
            id="the last miss, which ends the entry",
        ),
        pytest.param(
            replace(CALLED, reason=Reason.CALL_OVER), MADE, ENTRY, [OVER], id="a call that is over"
        ),
        pytest.param(
            replace(CALLED, reason=Reason.NO_PHONE), MADE, replace(ENTRY, has_phone=False), [CALL],
            id="nobody to ring",
        ),
        pytest.param(
            replace(CALLED, language=Language.ZH), MADE, replace(ENTRY, country="CN"), [CALL],
            id="a vehicle from China",
        ),
        pytest.param(PAPERS, AMENDED, UNREADY, [], id="papers are missing"),
        pytest.param(
            PAPERS, AMENDED, replace(UNREADY, state=State.QUEUED), [], id="while it waits"
        ),
        pytest.param(
            None, AMENDED, replace(UNREADY, told_for=[PAPERS.sends_from]), [], id="told already"
        ),
        pytest.param(None, AMENDED, replace(UNREADY, is_in_order=True), [], id="ready"),
        pytest.param(None, AMENDED, replace(UNREADY, state=State.CALLED), [], id="it is called"),
        pytest.param(
            None, AMENDED, replace(UNREADY, planned_arrival_at=None), [], id="nothing is planned"
        ),
        pytest.param(
            None, AMENDED, replace(UNREADY, planned_arrival_at=NOW), [], id="it should be there"
        ),
        pytest.param(None, ToTell("order.paid", NOW), ENTRY, [CALL], id="no news for a driver"),
        pytest.param(None, MISSED, ENTRY, [], id="a call that is not there"),
        pytest.param(None, replace(MADE, occurred_at=NOW - HOUR), ENTRY, [CALL], id="another call"),
    ],
)  # fmt: skip
def test_a_driver_is_told(
    expected: Planned | None, event: ToTell, entry: EntryFacts, calls: list[CallFacts]
) -> None:
    assert expected == choose(event, entry, calls, NOW)


def test_of_two_calls_made_in_one_second_the_later_is_told() -> None:
    later = replace(CALL, id=UUID(int=9))
    told = choose(MADE, ENTRY, [later, OVER], NOW)
    assert told is not None
    assert (later.id, None) == (told.call, told.reason)


@pytest.mark.parametrize(
    ("expected", "planned", "entry", "call", "now"),
    [
        pytest.param(None, CALLED, ENTRY, CALL, NOW + HOUR - SECOND, id="the last second"),
        pytest.param(Reason.TOO_LATE, CALLED, ENTRY, CALL, NOW + HOUR, id="the window's end"),
        pytest.param(Reason.CALL_OVER, CALLED, ENTRY, OVER, NOW, id="withdrawn meanwhile"),
        pytest.param(Reason.CALL_OVER, CALLED, ENTRY, None, NOW, id="no call"),
        pytest.param(None, PAPERS, UNREADY, None, NOW, id="still not ready"),
        pytest.param(
            Reason.IN_ORDER, PAPERS, replace(UNREADY, is_in_order=True), None, NOW, id="corrected"
        ),
        pytest.param(
            Reason.ARRIVAL_MOVED, PAPERS, replace(UNREADY, planned_arrival_at=NOW + HOUR), None,
            NOW, id="planned otherwise",
        ),
        pytest.param(
            Reason.NO_PHONE, PAPERS, replace(UNREADY, has_phone=False), None, NOW,
            id="the phone was erased",
        ),
    ],
)  # fmt: skip
def test_before_it_goes_it_is_looked_at_again(
    expected: Reason | None,
    planned: Planned,
    entry: EntryFacts,
    call: CallFacts | None,
    now: datetime,
) -> None:
    assert expected == unfit(planned, entry, call, now)


ENTRIES = st.builds(
    EntryFacts,
    st.sampled_from(State),
    st.just("VN"),
    has_phone=st.booleans(),
    is_in_order=st.booleans(),
    planned_arrival_at=st.just(NOW + 24 * HOUR),
)


@given(st.sampled_from(sorted(KINDS)), ENTRIES, st.booleans(), st.integers(-48, 48))
def test_nothing_is_planned_that_is_not_worth_it(
    kind: str, entry: EntryFacts, is_open: bool, hours: int
) -> None:
    """Whatever is to be sent is for a telephone, in time, and of an entry that goes on."""
    call, now = replace(CALL, is_open=is_open), NOW + hours * HOUR
    named = None if kind == "call.made" else CALL.id
    planned = choose(ToTell(kind, NOW, named), entry, [call], now)
    if planned is None or planned.reason is not None:
        return
    assert entry.has_phone
    assert now < planned.sends_until
    assert entry.state not in ENDINGS or planned.kind is MessageKind.NO_SHOW
    assert is_open or planned.kind not in {MessageKind.CALL, MessageKind.REMINDER}
    assert planned.kind is not MessageKind.PAPERS or not entry.is_in_order
    assert unfit(planned, entry, call, now) is None


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        pytest.param(MessageState.SENT, Answer(202, None), id="taken"),
        pytest.param(MessageState.GIVEN_UP, Answer(400, AttemptError.STATUS), id="refused"),
        pytest.param(MessageState.PENDING, Answer(429, AttemptError.STATUS), id="too many"),
        pytest.param(MessageState.PENDING, Answer(503, AttemptError.STATUS), id="down"),
        pytest.param(MessageState.PENDING, Answer(302, AttemptError.REDIRECT), id="redirected"),
        pytest.param(MessageState.PENDING, Answer(None, AttemptError.TIMEOUT), id="hung"),
    ],
)
def test_what_is_refused_is_given_up_and_all_else_is_tried_again(
    expected: MessageState, answer: Answer
) -> None:
    state, due_at = after(answer, 1, 500, NOW)
    assert expected is state
    assert (expected is MessageState.PENDING) is (due_at is not None)


@pytest.mark.parametrize(("country", "expected"), [("VN", "vi"), ("CN", "zh"), ("LA", "en")])
def test_the_vehicles_country_tells_the_language(country: str, expected: str) -> None:
    assert expected == language_for(country)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (1, "a" * 160), (2, "a" * 161), (2, "a" * 306), (3, "a" * 307), (2, "[" * 81),
        (1, "ạ" * 70), (2, "ạ" * 71), (1, ""),
    ],
)  # fmt: skip
def test_sms_are_counted_as_networks_do(expected: int, text: str) -> None:
    assert expected == segments(text)


@given(st.text("aăâbđeêưởợĐỲ ÁỹẢ", max_size=160))
def test_vietnamese_without_marks_fits_where_it_fitted_with_them(text: str) -> None:
    plain = without_marks(text)
    assert plain.isascii()
    assert len(plain) == len(text)
    assert 1 == segments(plain)


def test_half_a_day_ahead_there_is_time_to_act() -> None:
    assert timedelta(hours=12) == AHEAD


@pytest.mark.parametrize(
    ("expected", "severity", "rule"),
    [
        (True, "warning", "phone-in-name"),
        (False, "warning", "declaration-number-missing"),
        (False, "blocking", "plate-invalid"),
    ],
)
def test_an_entry_is_in_order_where_no_paper_is_missing(
    expected: bool, severity: str, rule: str
) -> None:
    assert expected is is_in_order([{"severity": severity, "rule": rule}])
    assert is_in_order([])
