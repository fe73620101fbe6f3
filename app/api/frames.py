"""What listeners are told of boards: the newest words on each queue, and since when they stand.

A board moves with every second: `as_of`, and the waits of whoever waits. That alone is news once a
minute of business time; whatever else is shown differently is news at once. The words of a stream
are those of server-sent events.
"""

import hashlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from app.api.schemas.boards import Boards, queue_out
from app.api.schemas.queues import GoneOut, StillOut
from app.api.schemas.types import Out
from app.domain.expected_wait import unknown
from app.domain.vocabulary import Direction, Queue
from app.services.publishing.boards import LaneBoard, QueueBoard

PING: Final = b": ping\n\n"
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Which(NamedTuple):
    """The queues that somebody listens to: of a gate, in a direction; None is any."""

    gate: str | None = None
    direction: Direction | None = None

    def has(self, queue: Queue) -> bool:
        """Tell whether `queue` is one of them."""
        return self.gate in {None, queue.gate} and self.direction in {None, queue.direction}


@dataclass(frozen=True, slots=True)
class _Told:
    """The newest words on a queue, what they show, and the version that showed it first.

    What is gone shows nothing.
    """

    words: bytes
    shown: bytes
    since: int


class Frames:
    """The words on every queue, made once for all listeners of a process.

    A version is one after the other here; what stands in `id` is the same in every process.
    """

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.version = 0
        self._boards: Boards | None = None
        self._told: dict[Queue, _Told] = {}
        self._made: dict[Hashable, bytes] = {}

    def take(self, boards: Boards) -> bool:
        """Go by `boards`, the newest; tell whether they show something else than those before."""
        if boards is self._boards:
            return False
        version = self.version + 1
        told = {
            queue: self._board_told(queue, board, boards.one[queue], version)
            for queue, board in boards.drawn.items()
        }
        told |= {queue: self._gone(queue, version) for queue in self._told.keys() - told.keys()}
        has_news = any(one.since == version for one in told.values())
        self.version += has_news
        self._boards, self._told = boards, told
        self._made.clear()
        return has_news

    def since(self, which: Which, version: int, ping: bytes = b"") -> bytes:
        """Return what whoever knows `version` is to be told of some queues; empty: nothing.

        A ping comes last.
        """
        key = (which, version, ping)
        if key not in self._made:
            self._made[key] = self._words(which, version) + ping
        return self._made[key]

    def id_of(self, which: Which) -> bytes:
        """Return what names the state of some queues, as listeners send it back."""
        if which not in self._made:
            shown = sorted((queue, told.shown) for queue, told in self._of(which))
            whole = b"\n".join(words for _, words in shown if words)
            self._made[which] = hashlib.blake2b(whole, digest_size=12).hexdigest().encode()
        return self._made[which]

    def still(self) -> bytes:
        """Return the words that what was told holds as of now."""
        boards = self._boards.drawn.values() if self._boards else ()
        as_of = next((board.as_of for board in boards), None)
        return b"" if as_of is None else _event("still", StillOut(as_of=as_of)) + b"\n"

    def _words(self, which: Which, version: int) -> bytes:
        news = [
            told.words
            for _, told in self._of(which)
            # Whoever knows nothing has nothing that could be gone.
            if told.since > version and (version or told.shown)
        ]
        return b"\n".join(news) + b"id: " + self.id_of(which) + b"\n\n" if news else b""

    def _of(self, which: Which) -> Iterator[tuple[Queue, _Told]]:
        return ((queue, told) for queue, told in self._told.items() if which.has(queue))

    def _board_told(self, queue: Queue, board: QueueBoard, body: bytes, version: int) -> _Told:
        shown = _bytes(queue_out(_settled(board)))
        before = self._told.get(queue)
        since = before.since if before and before.shown == shown else version
        return _Told(b"event: board\ndata: " + body + b"\n", shown, since)

    def _gone(self, queue: Queue, version: int) -> _Told:
        before = self._told[queue]
        if not before.shown:
            return before
        out = GoneOut(gate=queue.gate, direction=queue.direction)
        return _Told(_event("gone", out), b"", version)


def _settled(board: QueueBoard) -> QueueBoard:
    """Return what a board shows: of what moves by time alone, only in which minute it is."""
    moves = board.oldest_wait is not None or any(lane.expected.seconds for lane in board.lanes)
    return replace(
        board,
        as_of=board.as_of.replace(second=0, microsecond=0) if moves else NEVER,
        oldest_wait=None,
        lanes=[_settled_lane(lane) for lane in board.lanes],
        calls_per_hour=None,  # it is counted of the calls, over an hour that begins later and later
    )


def _settled_lane(lane: LaneBoard) -> LaneBoard:
    expected = unknown(lane.expected.reason or "", lane.expected.sample)
    return replace(lane, oldest_wait=None, expected=expected)


def _event(name: str, out: Out) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + _bytes(out) + b"\n"


def _bytes(out: Out) -> bytes:
    return out.__pydantic_serializer__.to_json(out)
