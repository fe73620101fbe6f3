"""What a plate camera read: taken where it is sure and known, repeated, or nobody's guess.

A camera is sure of a plate to so many percent. What it is not sure of gives nobody a position: it
waits in quarantine with those it may have been, and a person decides. The rules are ours; no
published text has any.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.domain.exchange import Decision, Known, QuarantineReason, of_time, quarantined
from app.domain.vocabulary import Direction

# Signs that cameras take for each other. A sign may be of several groups.
_CONFUSED: Final = ("0ODQ", "1ILT", "2Z", "4A", "5S", "6G", "7T", "8B", "VY", "UV", "CG", "MN")


class SeenClass(StrEnum):
    """What kind of vehicle a camera takes it for."""

    ARTICULATED = "articulated"
    RIGID = "rigid"
    VAN = "van"
    BUS = "bus"
    CAR = "car"
    MOTORCYCLE = "motorcycle"


_CARRIES_NO_LOAD: Final = frozenset({SeenClass.BUS, SeenClass.CAR, SeenClass.MOTORCYCLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One reading: plates without marks, the surest alternative first; confidence in percent.

    `direction` is None where neither camera nor source tells it.
    """

    plate: str
    confidence: int
    at: datetime
    alternatives: tuple[str, ...] = ()
    direction: Direction | None = None


def decide(read: Read, least_confidence: int, known: Collection[Known]) -> Decision:
    """Return whose a reading is, from the entries that it may be of.

    A sure reading of a plate that is known in its direction is of that entry, and one that nobody
    has registered is of an unregistered vehicle. Everything else waits for a person: an unsure
    reading, one in the other direction, and an unknown plate with a known alternative.
    """
    exact = [one for one in known if one.plate == read.plate]
    ahead = of_time([one for one in exact if read.direction in {None, one.direction}], read.at)
    guesses = [*of_time(exact, read.at), *guessed(read, known)]
    if read.confidence < least_confidence:
        return quarantined(QuarantineReason.LOW_CONFIDENCE, guesses)
    if ahead:
        return _known(read, ahead)
    if astray := _open(exact):
        return quarantined(QuarantineReason.DIRECTION_DIFFERS, astray)
    if guesses := guessed(read, known):
        return quarantined(QuarantineReason.PERHAPS_MISREAD, guesses)
    if read.direction is None:
        return quarantined(QuarantineReason.DIRECTION_UNKNOWN)
    return Decision()


def _known(read: Read, ahead: Sequence[Known]) -> Decision:
    """Return the entry; one of several on a plate is found as for anybody who reports one."""
    if read.direction is None and len({one.direction for one in ahead}) > 1:
        return quarantined(QuarantineReason.DIRECTION_UNKNOWN, ahead)
    return (
        Decision(entries=tuple(ahead[:1])) if len(ahead) == 1 else Decision(candidates=tuple(ahead))
    )


def guessed(read: Read, known: Collection[Known]) -> list[Known]:
    """Return the open entries whose plates are alternatives, then those that look alike."""
    plates = dict.fromkeys((*read.alternatives, *sorted(lookalikes(read.plate))))
    plates.pop(read.plate, None)
    return [
        one
        for plate in plates
        for one in _open(known)
        if one.plate == plate and read.direction in {None, one.direction}
    ]


def _open(known: Collection[Known]) -> list[Known]:
    found = [one for one in known if one.ended_at is None]
    return sorted(found, key=lambda one: (one.registered_at, one.id))


def lookalikes(plate: str) -> frozenset[str]:
    """Return the plates that differ in one sign which cameras take for another."""
    return frozenset(
        plate[:at] + other + plate[at + 1 :]
        for at, sign in enumerate(plate)
        for group in _CONFUSED
        if sign in group
        for other in group
        if other != sign
    )


def repeats(at: datetime, earlier: datetime, seconds: int) -> bool:
    """Tell whether a reading of a plate at `at` is of the passage that was read at `earlier`."""
    return abs(at - earlier) <= timedelta(seconds=seconds)


def contradicts(declared: Mapping[str, Any], seen: SeenClass | None) -> bool:
    """Tell whether a vehicle of that class cannot be the one that is declared.

    A bus, a car or a motorcycle carries no goods through the gate; a van draws neither the trailer
    nor the container that is declared. Lorries are told apart too badly to contradict anything.
    """
    if seen in _CARRIES_NO_LOAD:
        return True
    vehicle = declared.get("vehicle") or {}
    drawn = bool(vehicle.get("trailer_plate") or vehicle.get("containers"))
    return drawn and seen is SeenClass.VAN
