"""A queue's board as people read it: its state in words, its figures as text by their names.

`static/board.js` writes the same texts when a board changes; what it cannot write it fetches, which
is what `rare` tells: the page is drawn anew where that differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.api.texts import Language
from app.web.telling import DASH, Telling

Board = Mapping[str, Any]
NONE: Final = DASH
BETWEEN: Final = " · "
STOPS: Final = ("closed", "paused")
TONES: Final = {
    "open": "go", "paused": "act", "closed": "stop", "excluded": "act", "limited": "act",
}  # fmt: skip
"""Colours of the states of queues, and of what notices do."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call that stands."""

    number: str
    lane: str
    until: str


@dataclass(frozen=True, slots=True)
class Face:
    """One queue, ready to be drawn."""

    board: Board
    facts: Mapping[str, str]
    called: Sequence[Called]
    """The newest first."""
    until: str | None
    """When its state changes."""

    @property
    def queue(self) -> str:
        """Return the queue's gate and direction."""
        return f"{self.board['gate']}/{self.board['direction']}"

    @property
    def state(self) -> str:
        """Return `open`, `paused` or `closed`."""
        if self.board["calls_paused"]:
            return "paused"
        return "open" if self.board["open"] else "closed"

    @property
    def tone(self) -> str:
        """Return the colour of its state."""
        return TONES[self.state]

    @property
    def calls(self) -> bool:
        """Whether vehicles are called here, else they go in as they came."""
        return bool(self.board["mode"] == "called")

    @property
    def stops(self) -> Sequence[Board]:
        """Return the notices by which nobody is called."""
        return [one for one in self.board["notices"] if one["effect"] in STOPS]

    @property
    def lanes(self) -> Sequence[str]:
        """Return the lanes that vehicles wait in."""
        return [one["lane"] for one in self.board["lanes"]]

    @property
    def rare(self) -> str:
        """Return what seldom changes, as a text to be compared."""
        board = self.board
        notices = [f"{one['id']} {one['ends_at'] or ''}" for one in board["notices"]]
        parts = [str(board["open"]).lower(), board["changes_at"] or "",
                 str(board["calls_paused"]).lower(), board["policy"]]  # fmt: skip
        return "|".join([*parts, *notices, *self.lanes])


def are_alike(faces: Sequence[Face]) -> bool:
    """Tell whether queues are in the same state, until the same time; nothing is like none."""
    return len({(face.state, face.until) for face in faces}) == 1


def face_of(board: Board, language: Language) -> Face:
    """Return a queue's board as its readers see it."""
    telling = Telling(language, board["as_of"])
    called = [
        Called(one["call_number"], one["lane"], telling.at(one["window_ends_at"]))
        for one in reversed(board["called_now"])
    ]
    until = telling.at(board["changes_at"]) if board["changes_at"] else None
    return Face(board, _facts(board, telling), called, until)


def _facts(board: Board, telling: Telling) -> Mapping[str, str]:
    names = ("waiting", "not_ready", "on_the_way", "calls_per_hour")
    facts = {name: NONE if board[name] is None else str(board[name]) for name in names}
    facts["called"] = str(len(board["called_now"]))
    facts["next"] = BETWEEN.join(board["next_numbers"]) or NONE
    facts["oldest"] = _span(board["oldest_wait_seconds"], telling)
    for one in board["lanes"]:
        lane, wait = one["lane"], one["expected_wait"]
        facts[f"{lane}.waiting"] = str(one["waiting"])
        facts[f"{lane}.oldest"] = _span(one["oldest_wait_seconds"], telling)
        facts[f"{lane}.expected"] = telling.expected(wait)
        facts[f"{lane}.expected_at"] = telling.expected_at(wait)
    return facts | _log_facts(board["log"], telling)


def _log_facts(log: Board | None, telling: Telling) -> dict[str, str]:
    if log is None:
        return dict.fromkeys(("log.size", "log.root", "log.sealed_at"), NONE)
    return {
        "log.size": str(log["size"]),
        "log.root": log["root"],
        "log.sealed_at": telling.at(log["sealed_at"]),
    }


def _span(seconds: int | None, telling: Telling) -> str:
    return NONE if seconds is None else telling.span(seconds)
