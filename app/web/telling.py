"""How times are told to people who wait: lengths, times of day, from when to when.

`static/board.js` tells them in the same words; a test compares the two.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app.api.texts import BEIJING, Language
from app.domain.gates import HANOI
from app.web.words import WORDS

DASH: Final = "\N{EN DASH}"
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
FIVE: Final = 5 * MINUTE
PATTERNS: Final = (
    "moment",
    "minutes",
    "hours",
    "hours-minutes",
    "about",
    "too-few",
    "unknown",
    "as-of",
    "old",
)
TOO_FEW: Final = "too-few-recent-calls"


class Telling:
    """Times in one reader's language, as of an instant: what is on another day says so."""

    def __init__(self, language: Language, as_of: str) -> None:
        """Tell times as of an instant."""
        self._language = language
        self._day = _local(as_of).date()

    def span(self, seconds: int) -> str:
        """Return a length of time: to the minute, from an hour on to five minutes."""
        if seconds < MINUTE:
            return self._say("moment")
        if seconds < HOUR:
            return self._say("minutes", minutes=seconds // MINUTE)
        rounded = (seconds + FIVE // 2) // FIVE * FIVE
        hours, minutes = rounded // HOUR, rounded % HOUR // MINUTE
        key = "hours-minutes" if minutes else "hours"
        return self._say(key, hours=hours, minutes=minutes)

    def at(self, instant: str) -> str:
        """Return a time of day in Hanoi, with its day where that is another one."""
        at = _local(instant)
        told = f"{at:%H:%M}" if at.date() == self._day else f"{at:%H:%M %d/%m}"
        return f"{told}（北京{at.astimezone(BEIJING):%H:%M}）" if self._is_zh else told

    def between(self, first: str, last: str) -> str:
        """Return from when to when, the day once."""
        begin, end = _local(first), _local(last)
        told = f"{begin:%H:%M}{DASH}{end:%H:%M}"
        if begin.date() != self._day:
            told += f" {begin:%d/%m}"
        if not self._is_zh:
            return told
        theirs = [f"{at.astimezone(BEIJING):%H:%M}" for at in (begin, end)]
        return f"{told}（北京{DASH.join(theirs)}）"

    def expected(self, wait: Mapping[str, Any]) -> str:
        """Return how long somebody will wait who comes now."""
        if wait["likely_seconds"] is None:
            return self._say("too-few" if wait["reason"] == TOO_FEW else "unknown")
        return self._say("about", span=self.span(wait["likely_seconds"]))

    def expected_at(self, wait: Mapping[str, Any]) -> str:
        """Return between when the call is expected; nothing where nobody knows."""
        if wait["earliest_at"] is None or wait["latest_at"] is None:
            return ""
        return self.between(wait["earliest_at"], wait["latest_at"])

    @property
    def _is_zh(self) -> bool:
        return self._language is Language.ZH

    def _say(self, key: str, **facts: str | int) -> str:
        return WORDS.say(f"telling.{key}", self._language, facts)


def patterns_in(language: Language) -> Mapping[str, str]:
    """Return the sentences that the script fills."""
    return {key: WORDS.text(f"telling.{key}")[language.value] or "" for key in PATTERNS}


def _local(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(HANOI)
