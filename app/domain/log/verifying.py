"""Whether the leaves of a log keep the rules: its batches, its dates, and the queue rule itself.

Everything is found from the leaves alone, one after the other; what was signed of them is checked
elsewhere. The first leaf that breaks a rule is named, and which rule. Nothing after it is looked
at: what follows from a false leaf is false, too. `docs/log-format.md` has the rules for whoever
writes another verifier; `tools/verify_log.py` is one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from app.domain.log.calls import Calls
from app.domain.log.canonical import canonical
from app.domain.log.crossing import JOINED, LEFT, Crossings
from app.domain.log.dating import Dates, read_instant
from app.domain.log.leaves import LOGGED, SEAL, Clock, unlike
from app.domain.log.retelling import CALL_MADE, NO_RATES, retold
from app.domain.log.rules import Broken, Why, Wrong
from app.domain.outages import SignedOutage
from app.domain.replay import Found, follow
from app.domain.waiting_list import WaitingList

Json = Mapping[str, Any]

OVER: Final = frozenset({"entry.admitted", "entry.no_show", "entry.cancelled", "entry.revoked"})
"""After what an entry does not wait again; what comes later of it is as of a new one."""
BITS: Final = 1024

_SIGNED: Final = "outage.signed"
_EVENT: Final = {"at", "data", "entry", "id", "kind", "number", "occurred_at"}
# Whatever a leaf may be made to raise: odd types, nesting, instants that no calendar has.
_UNREADABLE: Final = (
    ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip
_SEALED: Final = {"clock", "kind", "leaves", "sealed_at"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of a log: how much was looked at, and the first leaf that is wrong.

    `by_outage` counts waits that began before they could be sealed, on the word of two officers;
    `by_sighting` those that count from an earlier sighting of a contested plate, and of these
    `by_bare_sighting` those whose sighting does not commit to the plate;
    `crossings` tell who came from other gates and went there;
    `unknown` the leaves of kinds that this verifier does not know, which order nothing.
    """

    leaves: int
    batches: int
    calls: int
    overrides: int
    by_outage: int
    by_sighting: int
    by_bare_sighting: int
    unknown: int
    clock: Clock | None
    crossings: Crossings
    wrong: Wrong | None


def verify(leaves: Iterable[bytes], outages: Iterable[SignedOutage]) -> Verdict:
    """Return what is found of a log whose leaves are given in their order.

    `outages` are those that `outages_in` finds in the whole log: one that is signed after a wait
    covers it as well.
    """
    verifier = Verifier(outages)
    for leaf in leaves:
        broken = verifier.take(leaf)
        if broken is not None:
            return verifier.verdict(broken)
    return verifier.verdict(verifier.end())


def outages_in(leaves: Iterable[bytes]) -> list[SignedOutage]:
    """Return the outages of a log that two different officers have signed."""
    found = (_outage(leaf) for leaf in leaves if b'"kind":"outage.signed"' in leaf)
    return [one for one in found if one is not None]


def _outage(leaf: bytes) -> SignedOutage | None:
    """Return the outage of a leaf, None where it does not count; it is judged in its turn."""
    try:
        data = _read(leaf)["data"]
        if _is_signed(data):
            return SignedOutage(read_instant(data["starts_at"]), read_instant(data["ends_at"]))
    except _UNREADABLE:
        pass
    return None


def _is_signed(data: Json) -> bool:
    """Tell whether two different officers have signed an outage."""
    first, second = data.get("first_officer"), data.get("officer")
    return None not in {first, second} and first != second


class Numbers:
    """Which numbers there were, a bit each: they are many, and lie close together."""

    def __init__(self) -> None:
        """Begin with none."""
        self._bits: dict[int, int] = {}

    def add(self, number: int) -> bool:
        """Keep a number and tell whether it is new."""
        place, bit = divmod(number, BITS)
        before = self._bits.get(place, 0)
        self._bits[place] = after = before | 1 << bit
        return after != before


class Verifier:
    """Goes through a log leaf by leaf."""

    def __init__(self, outages: Iterable[SignedOutage]) -> None:
        """Begin before the first leaf."""
        self._line = WaitingList(NO_RATES)
        self._dates = Dates(outages)
        self._calls = Calls(self._line)
        self._crossings = Crossings(self._dates.could_read)
        self._numbers = Numbers()
        self._over: set[UUID] = set()
        self._counts = dict.fromkeys(("leaves", "batches", "calls", "overrides", "unknown"), 0)
        self._left = self._last = 0

    def take(self, leaf: bytes) -> Broken | None:
        """Go on with a leaf; return the first rule that it breaks."""
        try:
            read = _read(leaf)
            broken = next(self._leaf(read), None)
        except _UNREADABLE as error:
            broken = Broken(Why.FORM, f"{type(error).__name__}: {error}")
        self._counts["leaves"] += broken is None
        return broken

    def end(self) -> Broken | None:
        """Return what is wrong where the log ends: its last batch must be whole."""
        if self._left:
            return Broken(Why.BATCH, f"{self._left} leaves of the last batch are not there")
        return None

    def verdict(self, broken: Broken | None) -> Verdict:
        """Return what was found, `broken` by the leaf after those that were taken."""
        dates, at = self._dates, self._counts["leaves"]
        wrong = None if broken is None else Wrong(at, broken.why, broken.said)
        return Verdict(
            **self._counts,
            by_outage=dates.by_outage,
            by_sighting=dates.by_sighting,
            by_bare_sighting=dates.by_bare_sighting,
            clock=dates.clock,
            crossings=self._crossings,
            wrong=wrong,
        )

    def _leaf(self, leaf: Json) -> Iterator[Broken]:
        if leaf["kind"] == SEAL:
            yield from self._batch(leaf)
        elif self._left == 0:
            yield Broken(Why.BATCH, "a seal must stand here")
        else:
            self._left -= 1
            yield from self._event(leaf)

    def _batch(self, leaf: Json) -> Iterator[Broken]:
        _ensure(leaf.keys() == _SEALED, type(leaf["leaves"]) is int)
        if self._left:
            yield Broken(Why.BATCH, f"{self._left} leaves of the batch before are not there")
        if leaf["leaves"] < 1:
            yield Broken(Why.BATCH, "an empty batch")
        yield from self._dates.seal(read_instant(leaf["sealed_at"]), Clock(leaf["clock"]))
        self._crossings.sealed_at = read_instant(leaf["sealed_at"])
        self._left, self._last = leaf["leaves"], 0
        self._counts["batches"] += 1

    def _event(self, leaf: Json) -> Iterator[Broken]:
        _ensure(leaf.keys() == _EVENT, type(leaf["number"]) is int)
        number, kind, data = leaf["number"], leaf["kind"], leaf["data"]
        if number <= self._last:
            yield Broken(Why.NUMBER, f"number {number} after {self._last}")
        if not self._numbers.add(number):
            yield Broken(Why.NUMBER, f"number {number} stands in the log twice")
        self._last = number
        entry = None if leaf["entry"] is None else UUID(leaf["entry"])
        _ensure(str(UUID(leaf["id"])) == leaf["id"], leaf["entry"] == (entry and str(entry)))
        at = read_instant(leaf["at"]), read_instant(leaf["occurred_at"])
        if kind not in LOGGED:
            self._counts["unknown"] += 1
            return
        unlike_field = unlike(kind, data)
        if unlike_field is not None:
            yield Broken(Why.FORM, f"{unlike_field} has not the form of the log")
        if kind == _SIGNED and not _is_signed(data):
            yield Broken(Why.OFFICERS, "an outage that two different officers have not signed")
        yield from self._dates.event(kind, entry, at, data)
        yield from self._follow(kind, entry, data)
        yield from self._calls.event(kind, entry, at[1], data)
        if entry is not None:
            self._cross(kind, entry, data)
            self._forget(kind, entry)
        self._counts["calls"] += kind == CALL_MADE
        self._counts["overrides"] += kind == CALL_MADE and bool(data.get("override"))

    def _cross(self, kind: str, entry: UUID, data: Json) -> None:
        """Keep what another gate's log must tell, too."""
        if kind == LEFT:
            began, has_begun = self._calls.began(entry), self._calls.has_begun(entry)
            self._crossings.leave(entry, data, began, has_begun=has_begun)
        elif kind == JOINED:
            self._crossings.join(self._counts["leaves"], entry, data)

    def _forget(self, kind: str, entry: UUID) -> None:
        """Forget who does not come back, once it waits no more and no word on it stands."""
        if kind in OVER:
            self._over.add(entry)
        if entry in self._over and self._line.forget(entry):
            self._dates.forget(entry)
            self._calls.forget(entry)
            self._over.discard(entry)

    def _follow(self, kind: str, entry: UUID | None, data: Json) -> Iterator[Broken]:
        for event in retold(kind, entry, data):
            yield from map(_told, follow(self._line, event))


def _read(leaf: bytes) -> Json:
    """Return what a leaf says.

    Raises:
        ValueError, TypeError, KeyError: it is no leaf in the form of the log.
    """
    read: Json = json.loads(leaf)
    _ensure(canonical(read) == leaf, type(read["kind"]) is str)
    return read


def _ensure(*hold: bool) -> None:
    """Go on where all of it holds.

    Raises:
        ValueError: something does not.
    """
    if not all(hold):
        message = "not in the form of the log"
        raise ValueError(message)


def _told(found: Found) -> Broken:
    fault, due, made = found
    return Broken(fault, f"the rule gives {due}, the leaf has {made}")
