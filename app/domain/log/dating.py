"""Whether the dates of leaves can be true: seals, waits, and readings of the open clock.

Nobody can be slipped in with yesterday's age: what orders a queue is sealed within a minute of its
recording, and a wait begins within a minute of its seal. What is older rests on an outage leaf, on
an earlier leaf that announced it, on one that told of a vehicle with a contested plate (each serves
one wait, of the same plate), or on the gate that the entry came from. In a sandbox the clock jumps
and runs faster, so there seals only never go back.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.domain.contested import SERVES, SIGHTED
from app.domain.log.leaves import Clock, instant
from app.domain.log.retelling import CALL_MADE, KINDS
from app.domain.log.rules import Broken, Why
from app.domain.outages import SignedOutage

MOST: Final = timedelta(minutes=1)
"""How far what a leaf tells may lie from its seal."""

_KINDS: Final = frozenset(KINDS)
_SECOND: Final = timedelta(seconds=1)


def read_instant(text: str) -> datetime:
    """Return the instant of a leaf.

    Raises:
        ValueError, TypeError: it is not written as `instant` writes it.
    """
    at = datetime.fromisoformat(text)
    if instant(at) != text:
        raise ValueError(text)
    return at


class Dates:
    """What the leaves up to here have said of times."""

    def __init__(self, outages: Iterable[SignedOutage]) -> None:
        """Begin before the first leaf; `outages` are those of the whole log."""
        self._outages = list(outages)
        self._sealed_at = self._last_call = datetime.min.replace(tzinfo=UTC)
        self._starts: dict[UUID, datetime] = {}
        self._announced: dict[UUID, datetime] = {}
        self._sightings: dict[str, tuple[datetime, str | None]] = {}
        self._tells_plates = False
        self._served: set[str] = set()
        self._readings: list[tuple[datetime, int]] = []
        self.clock: Clock | None = None
        self.by_outage = self.by_sighting = self.by_bare_sighting = 0

    def seal(self, sealed_at: datetime, clock: Clock) -> Iterator[Broken]:
        """Begin a batch; yield what is wrong with its seal."""
        if sealed_at < self._sealed_at:
            yield Broken(Why.SEALED_BACK, f"the seal before is of {instant(self._sealed_at)}")
        if self.clock not in {None, clock}:
            yield Broken(Why.CLOCK_KIND, f"the seals before go by the clock {self.clock}")
        self._sealed_at, self.clock = sealed_at, clock

    def event(
        self, kind: str, entry: UUID | None, at: tuple[datetime, datetime], data: Mapping[str, Any]
    ) -> Iterator[Broken]:
        """Go on with an event, recorded and happened `at`; yield what of it cannot be true."""
        recorded_at, read_at = at
        if kind in _KINDS:
            yield from self._orders(recorded_at, read_at)
        if kind == SIGHTED:
            yield from self._see(data["sighting"], recorded_at, data.get("plate"))
        elif entry is not None and kind == "waiting.started":
            since = read_instant(data["waits_from"])
            read_at = read_at if entry in self._starts else since
            yield from self._rest(data.get("sighting"), since, data.get("plate"))
            yield from self._start(entry, since, data.get("sighting"))
        elif entry is not None:
            self._expect(kind, entry, data)
        if data.get("clock") is not None:
            yield from self._read(read_at, data["clock"])
        if kind == CALL_MADE:
            self._last_call = read_at

    def _orders(self, recorded_at: datetime, occurred_at: datetime) -> Iterator[Broken]:
        yield from self._in_time(recorded_at)
        if occurred_at < self._last_call:
            yield Broken(Why.BEFORE_CALL, f"the last call was at {instant(self._last_call)}")

    def _in_time(self, recorded_at: datetime) -> Iterator[Broken]:
        late = self._sealed_at - recorded_at
        is_near = self.clock is Clock.SANDBOX or -MOST <= late <= MOST
        if not (is_near or self._is_covered(recorded_at)):
            said = f"recorded {instant(recorded_at)}, sealed {instant(self._sealed_at)}"
            yield Broken(Why.SEALED_LATE, said)

    def _see(
        self, sighting: str | None, recorded_at: datetime, plate: str | None
    ) -> Iterator[Broken]:
        """Keep when a vehicle with a contested plate was told of; once, and as it was seen.

        Logs of earlier releases do not say which plate. One that has said it once always does.
        """
        yield from self._in_time(recorded_at)
        if sighting is None or sighting in self._sightings:
            yield Broken(Why.SIGHTING, f"{sighting} names none, or is told twice")
        elif plate is None and self._tells_plates:
            yield Broken(Why.SIGHTING, f"{sighting} does not commit to a plate, as others before")
        else:
            self._tells_plates = plate is not None
            self._sightings[sighting] = recorded_at, plate

    def _rest(self, sighting: str | None, since: datetime, plate: str | None) -> Iterator[Broken]:
        """Let a sighting serve a wait: it was told no later than that begins, and serves no other.

        Nor for longer than it may, so that nobody can lay up sightings for those who pay later; nor
        of another plate: both commit to it under one salt, so that anybody sees it is the same.
        """
        if sighting is None:
            return
        told_at, seen = self._sightings.get(sighting, (None, None))
        is_old = self._sealed_at - since > SERVES + MOST and self.clock is not Clock.SANDBOX
        if told_at is None or since < told_at or sighting in self._served or is_old:
            yield Broken(Why.SIGHTING, f"{sighting} gives no wait from {instant(since)}")
        if seen not in {None, plate}:
            yield Broken(Why.SIGHTING, f"the plate is not the one of the sighting {sighting}")
        self._served.add(sighting)
        self.by_sighting += 1
        self.by_bare_sighting += seen is None

    def _start(self, entry: UUID, since: datetime, sighting: str | None) -> Iterator[Broken]:
        known = self._starts.get(entry)
        self._starts[entry] = since
        if known is not None and known != since:
            yield Broken(Why.BACK_DATED, f"from {instant(since)}, before from {instant(known)}")
        if known is None and sighting is None and not self._may_begin(entry, since):
            said = f"from {instant(since)}, sealed {instant(self._sealed_at)}"
            yield Broken(Why.BACK_DATED, said)

    def _expect(self, kind: str, entry: UUID, data: Mapping[str, Any]) -> None:
        """Keep what an earlier leaf says of the beginning of a wait."""
        if kind in {"entry.deferred", "entry.limited"}:
            until = read_instant(data["until"])
            if self._is_fresh(until):
                self._announced[entry] = until
        elif kind == "entry.joined" and data["waits_from"] is None:
            self._starts.pop(entry, None)
        elif kind == "entry.joined":
            self._starts[entry] = read_instant(data["waits_from"])

    def _may_begin(self, entry: UUID, since: datetime) -> bool:
        if self._is_fresh(since) or self._announced.get(entry) == since:
            return True
        self.by_outage += 1
        return self._is_covered(since)

    def _is_fresh(self, at: datetime) -> bool:
        return self.clock is Clock.SANDBOX or self._sealed_at - at <= MOST

    def _is_covered(self, at: datetime) -> bool:
        return any(outage.covers(at) for outage in self._outages)

    def could_read(self, at: datetime, clock: int) -> bool:
        """Tell whether the open clock may have stood so, by the readings that there are."""
        return next(self._against((at, clock)), None) is None

    def _read(self, at: datetime, clock: int) -> Iterator[Broken]:
        """Keep a reading of the open clock, which never runs back, nor faster than time."""
        reading, known = (at, clock), self._readings
        place = bisect_left(known, reading)
        if known[place : place + 1] == [reading]:
            return
        yield from self._against(reading)
        known.insert(place, reading)
        self._thin_out(place)

    def _against(self, reading: tuple[datetime, int]) -> Iterator[Broken]:
        """Yield what of the readings beside it cannot be true together with one."""
        known = self._readings
        place = bisect_left(known, reading)
        for (earlier, less), (later, more) in (
            *((one, reading) for one in known[max(place - 1, 0) : place]),
            *((reading, one) for one in known[place : place + 1]),
        ):
            if not 0 <= more - less <= (later - earlier) // _SECOND:
                said = f"{less} at {instant(earlier)}, {more} at {instant(later)}"
                yield Broken(Why.OPEN_CLOCK, said)

    def _thin_out(self, place: int) -> None:
        """Drop readings near `place` that follow from both beside them.

        Between two of them the clock stood, or it ran all the time: what lies in the middle can be
        no other. So a day leaves a handful of readings, however many vehicles came.
        """
        known = self._readings
        for middle in (place + 1, place, place - 1):
            if 0 < middle < len(known) - 1:
                (earlier, less), (later, more) = known[middle - 1], known[middle + 1]
                if more - less in {0, (later - earlier) // _SECOND}:
                    del known[middle]

    def forget(self, entry: UUID) -> None:
        """Forget an entry that does not come back."""
        self._starts.pop(entry, None)
        self._announced.pop(entry, None)
