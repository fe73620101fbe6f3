"""The rules that every leaf of a log keeps, by their codes, and how to say that one does not."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.replay import Fault


class Why(StrEnum):
    """Which rule a leaf breaks; those of the queue itself are in `app.domain.replay.Fault`.

    The first five are about what was signed, the others about what leaves say.
    """

    SIGNATURE = "signature"
    TILE = "tile"
    ROOT = "root"
    FORK = "fork"
    SHORTER = "shorter"
    FORM = "form"
    BATCH = "batch"
    OFFICERS = "officers"
    SEALED_BACK = "sealed-back"
    CLOCK_KIND = "clock-kind"
    NUMBER = "number"
    SEALED_LATE = "sealed-late"
    BACK_DATED = "back-dated"
    SIGHTING = "sighting"
    OPEN_CLOCK = "open-clock"
    BEFORE_CALL = "before-call"
    POLICY = "policy"
    WEEK = "week"
    HEADS = "heads"
    SKIP = "skip"
    CHARGE = "charge"
    OTHER_GATE = "other-gate"


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a leaf breaks, and by what, in a sentence."""

    why: Why | Fault
    said: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first leaf of a log that is not as the rules have it."""

    leaf: int
    why: Why | Fault
    said: str
