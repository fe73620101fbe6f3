"""Spans: what was done when and for how long, kept until somebody fetches them.

Whoever records one gives it codes and ids only, as metrics and log lines have them: never an
address, a body or what a validation refused, in which plates, names and phones stand.
"""

import os
import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

MOST: Final = 4096
"""How many are kept; while a collector is away the oldest go first."""
CHANCES: Final = 2**64

# Zeros alone are nobody's id.
_TRACEPARENT = re.compile(
    rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?"
)


Attributes = Mapping[str, str | int | Sequence[str]]


class SpanKind(IntEnum):
    """Whether somebody asked for it, as OpenTelemetry numbers them."""

    INTERNAL = 1
    SERVER = 2


@dataclass(frozen=True, slots=True)
class Span:
    """One thing done; ids are hexadecimal, instants nanoseconds since 1970, no parent is empty."""

    name: str
    kind: SpanKind
    trace_id: str
    span_id: str
    parent_id: str
    began_at: int
    ended_at: int
    attributes: Attributes
    failed: bool


class Spans:
    """The spans of one process: a share of what it does, and whatever failed."""

    def __init__(self, ratio: float, most: int = MOST) -> None:
        """Keep the share `ratio`, from 0 to 1; systems that ask and keep the same, keep alike."""
        self._limit = round(ratio * CHANCES)
        self._kept: deque[Span] = deque(maxlen=most)

    def record(  # noqa: PLR0913 - the parts of a span
        self,
        name: str,
        seconds: float,
        attributes: Attributes,
        *,
        failed: bool,
        kind: SpanKind = SpanKind.INTERNAL,
        traceparent: bytes = b"",
    ) -> None:
        """Keep what has just ended, if it is of the share or failed.

        `traceparent` is the header of W3C Trace Context: by it the span joins the asker's trace.
        """
        trace_id, parent_id = _asked_by(traceparent) or (os.urandom(16).hex(), "")
        if not failed and int(trace_id[16:], 16) >= self._limit:
            return
        ended_at = time.time_ns()
        began_at = ended_at - round(seconds * 1e9)
        span_id = os.urandom(8).hex()
        self._kept.append(
            Span(name, kind, trace_id, span_id, parent_id, began_at, ended_at, attributes, failed)
        )

    def take(self) -> list[Span]:
        """Return what was kept, the oldest first, and keep it no longer."""
        taken = list(self._kept)
        self._kept.clear()
        return taken

    def give_back(self, spans: Sequence[Span]) -> None:
        """Keep again what could not be sent, as far as newer ones leave room."""
        room = (self._kept.maxlen or 0) - len(self._kept)
        self._kept.extendleft(reversed(spans[max(len(spans) - room, 0) :]))


def _asked_by(traceparent: bytes) -> tuple[str, str] | None:
    """Return trace and span of who asked; None where the header is missing or malformed."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    trace_id, parent_id = found.groups()
    return trace_id.decode(), parent_id.decode()
