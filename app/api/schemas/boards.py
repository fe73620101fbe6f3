"""Boards as bytes: made once for all readers of a second, the same on every route."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.api.schemas.answers import estimate_out
from app.api.schemas.log import known_sealed_out
from app.api.schemas.notices import notice_told_out
from app.api.schemas.queues import AccuracyOut, CalledOut, LaneStatusOut, QueueOut, QueuesOut
from app.domain.questions import CallMade
from app.domain.vocabulary import Queue
from app.services.publishing.boards import LaneBoard, QueueBoard


@dataclass(frozen=True, slots=True)
class Boards:
    """All boards of one moment, ready to send; `drawn` is what the bytes were made of."""

    all: bytes
    one: Mapping[Queue, bytes]
    drawn: Mapping[Queue, QueueBoard]


def boards_of(boards: Mapping[Queue, QueueBoard]) -> Boards:
    """Return the bytes of all boards."""
    out = {queue: queue_out(board) for queue, board in boards.items()}
    every = QueuesOut(items=list(out.values()))
    body = every.__pydantic_serializer__.to_json(every)
    one = {queue: board.__pydantic_serializer__.to_json(board) for queue, board in out.items()}
    return Boards(body, one, boards)


def queue_out(board: QueueBoard) -> QueueOut:
    """Return one queue as everybody may see it."""
    return QueueOut(
        gate=board.queue.gate,
        direction=board.queue.direction,
        mode=board.mode,
        names=board.gate.names,
        open=board.is_open,
        changes_at=board.changes_at,
        calls_paused=board.is_paused,
        notices=[notice_told_out(notice) for notice in board.notices],
        waiting=board.waiting,
        not_ready=board.not_ready,
        on_the_way=board.on_the_way,
        oldest_wait_seconds=board.oldest_wait,
        lanes=[_lane_out(lane) for lane in board.lanes],
        called_now=[_called_out(call) for call in board.called_now],
        next_numbers=list(board.next_numbers),
        calls_per_hour=board.calls_per_hour,
        policy=board.policy,
        log=known_sealed_out(board.log),
        as_of=board.as_of,
    )


def _lane_out(lane: LaneBoard) -> LaneStatusOut:
    return LaneStatusOut(
        lane=lane.lane,
        rate=lane.rate,
        waiting=lane.waiting,
        oldest_wait_seconds=lane.oldest_wait,
        expected_wait=estimate_out(lane.expected),
        last_week=AccuracyOut(
            median_error_seconds=lane.last_week.median_error,
            inside_percent=lane.last_week.inside_percent,
            sample=lane.last_week.sample,
            reason=lane.last_week.reason,
        ),
    )


def _called_out(call: CallMade) -> CalledOut:
    return CalledOut(
        call_number=call.call_number,
        lane=call.lane,
        called_at=call.called_at,
        window_ends_at=call.window_ends_at,
    )
