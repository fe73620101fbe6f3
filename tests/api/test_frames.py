"""What listeners are told of boards, without a clock, a line or a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.api.frames import Frames, Which
from app.api.schemas.boards import Boards, boards_of
from app.domain.expected_wait import unknown
from app.domain.gates import Gate, Mode
from app.domain.vocabulary import Direction, Lane, Queue, QueueMode, Text
from app.domain.wait_scores import NOT_SCORED
from app.services.publishing.boards import LaneBoard, QueueBoard
from tests.streams import Event, event_of

NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
ALL = Which()
NAMES: Text = {"vi": "Cửa khẩu", "en": "Gate", "zh": "口岸"}
LANE = LaneBoard(Lane.ORDINARY, 1, 0, None, unknown("too-few-recent-calls"), NOT_SCORED)
HERE, THERE, BACK = (
    Queue("tan-thanh", Direction.EXPORT),
    Queue("huu-nghi", Direction.EXPORT),
    Queue("tan-thanh", Direction.IMPORT),
)


def board(queue: Queue, waiting: int = 0, seconds: int = 0) -> QueueBoard:
    """Return a queue as it stands some seconds after nine; who waits has since nine."""
    waits = seconds if waiting else None
    return QueueBoard(
        queue=queue,
        mode=QueueMode.CALLED,
        gate=Gate(queue.gate, Mode.ROAD, "TT", NAMES),
        is_open=True,
        changes_at=None,
        notices=[],
        waiting=waiting,
        not_ready=0,
        on_the_way=0,
        oldest_wait=waits,
        lanes=[replace(LANE, waiting=waiting, oldest_wait=waits)],
        called_now=[],
        next_numbers=[],
        calls_per_hour=seconds,
        policy="queue-policy-2022-02",
        log=None,
        as_of=NINE + timedelta(seconds=seconds),
    )


def drawn(*boards: QueueBoard) -> Boards:
    return boards_of({one.queue: one for one in boards})


def events(words: bytes) -> list[Event]:
    """Return the events of some words, all of which must be whole."""
    *blocks, rest = words.decode().split("\n\n")
    assert rest == ""
    return [event_of(block) for block in blocks]


def test_who_knows_nothing_is_told_every_board_and_names_them_by_the_last_id() -> None:
    frames = Frames()
    assert frames.take(drawn(board(HERE), board(THERE), board(BACK)))
    told = events(frames.since(ALL, 0))
    assert [HERE, THERE, BACK] == [one.queue for one in told]
    assert [None, None, frames.id_of(ALL).decode()] == [one.id for one in told]


def test_the_data_are_the_bytes_of_the_endpoint() -> None:
    frames, boards = Frames(), drawn(board(HERE, 3))
    frames.take(boards)
    assert [boards.one[HERE].decode()] == [one.data for one in events(frames.since(ALL, 0))]


def test_only_what_changed_is_told_to_who_knows_the_rest() -> None:
    frames = Frames()
    frames.take(drawn(board(HERE), board(THERE)))
    before = frames.version
    assert frames.take(drawn(board(HERE), board(THERE, 1)))
    assert [THERE] == [one.queue for one in events(frames.since(ALL, before))]
    assert b"" == frames.since(Which("tan-thanh"), before)
    assert b"" == frames.since(ALL, frames.version)


def test_who_missed_several_states_is_told_the_newest_of_each_queue() -> None:
    frames = Frames()
    frames.take(drawn(board(HERE), board(THERE), board(BACK)))
    before = frames.version
    for waiting in (1, 2, 3):
        frames.take(drawn(board(HERE, waiting), board(THERE), board(BACK)))
    frames.take(drawn(board(HERE, 3), board(THERE, 4), board(BACK)))
    told = events(frames.since(ALL, before))
    assert [(HERE, 3), (THERE, 4)] == [(one.queue, one.json()["waiting"]) for one in told]


@pytest.mark.parametrize(
    ("waiting", "seconds", "is_news"),
    [(0, 0, False), (0, 59, False), (0, 3600, False), (1, 59, False), (1, 60, True)],
)
def test_time_alone_is_news_once_a_minute_where_somebody_waits(
    waiting: int, seconds: int, is_news: bool
) -> None:
    frames = Frames()
    frames.take(drawn(board(HERE, waiting)))
    named = frames.id_of(ALL)
    assert is_news == frames.take(drawn(board(HERE, waiting, seconds)))
    assert is_news == (named != frames.id_of(ALL))


def test_who_comes_between_two_news_is_told_the_newest_board_all_the_same() -> None:
    frames = Frames()
    frames.take(drawn(board(HERE)))
    frames.take(drawn(board(HERE, 0, 30)))
    assert "2026-03-11T09:00:30+07:00" == events(frames.since(ALL, 0))[0].json()["as_of"]
    assert "2026-03-11T09:00:30+07:00" == events(frames.still())[0].json()["as_of"]


def test_an_id_names_what_a_stream_shows_and_no_more() -> None:
    one, other = Frames(), Frames()
    one.take(drawn(board(HERE), board(THERE, 1)))
    other.take(drawn(board(THERE, 2)))
    other.take(drawn(board(THERE, 3), board(HERE, 0, 12)))
    assert one.id_of(Which("tan-thanh")) == other.id_of(Which("tan-thanh"))
    assert one.id_of(Which("huu-nghi")) != other.id_of(Which("huu-nghi"))
    assert one.id_of(ALL) != other.id_of(ALL)


def test_a_queue_that_is_no_more_is_told_once_to_who_knew_it() -> None:
    frames = Frames()
    frames.take(drawn(board(HERE), board(THERE)))
    before = frames.version
    assert frames.take(drawn(board(HERE)))
    (gone,) = events(frames.since(ALL, before))
    assert ("gone", {"gate": "huu-nghi", "direction": "export"}) == (gone.name, gone.json())
    assert [HERE] == [one.queue for one in events(frames.since(ALL, 0))]
    assert not frames.take(drawn(board(HERE)))
    fresh = Frames()
    fresh.take(drawn(board(HERE)))
    assert fresh.id_of(ALL) == frames.id_of(ALL)
    before = frames.version
    assert frames.take(drawn(board(HERE), board(THERE)))
    (back,) = events(frames.since(ALL, before))
    assert ("board", THERE) == (back.name, back.queue)


def test_before_anything_was_drawn_nothing_is_told() -> None:
    assert b"" == Frames().since(ALL, 0)
    assert b"" == Frames().still()
