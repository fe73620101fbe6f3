#!/usr/bin/env python3
"""Check the public log of a border gate's queue: that it is one log, and that it kept its rules.

    python verify_log.py https://gate.example --gate tan-thanh --direction export
    python verify_log.py ./saved --kept my-checkpoint.txt

It needs Python 3.11 and `cryptography`, and shares no code with the service: it was written after
`docs/log-format.md`. It reads a service, or a folder in which `--save` kept what one gave.
It ends with 0 where the log holds, with 1 where it does not and says the first wrong leaf and why,
and with 2 where it could not be checked.
"""

import argparse
import base64
import hashlib
import heapq
import json
import re
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import weakref
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PAGE = 1000
TOLD = 10_000  # after so many leaves it says how far it is
ARCHIVE_PAGE = 200
WIDTH = 256
PATIENCE_SECONDS = 60
TRIES = 20
MINUTE = 60
BITS = 1024
SIGHTING_SERVES = 12 * 3600
LARGEST = 2**53 - 1
LEGAL_SECONDS = 7 * 3600  # legal days are those of UTC+7


class UncheckedError(Exception):
    """Something that is needed for checking is not there or cannot be read."""


class Wrong(NamedTuple):
    """The first leaf that is wrong, by its index from 0; which rule, and what it says."""

    leaf: int
    rule: str
    said: str


class BrokenError(Exception):
    """A leaf breaks a rule."""

    def __init__(self, rule: str, said: str) -> None:
        super().__init__(said)
        self.rule = rule


# --- Where it comes from ------------------------------------------------------------------------


class Service:
    """A service that is asked over the network."""

    def __init__(self, url: str, gate: str, direction: str) -> None:
        self.base = url.rstrip("/") + "/v1/log/"
        self.queue = f"{urllib.parse.quote(gate, safe='')}/{direction}/"
        self.gate, self.direction = gate, direction

    def key(self) -> bytes:
        return self.get("key")

    def checkpoint(self) -> bytes:
        return self.get(f"{self.queue}checkpoint")

    def tile(self, path: str) -> bytes:
        return self.get(f"{self.queue}tile/{path}")

    def leaves(self, size: int, progress: Callable[[int], None] = lambda _: None) -> "Spool":
        return Spool(self._fetched(size, progress))

    def _fetched(self, size: int, progress: Callable[[int], None]) -> Iterator[bytes]:
        done = 0
        while done < size:
            limit = min(PAGE, size - done)
            lines = self.get(f"{self.queue}leaves?from={done}&limit={limit}").split(b"\n")[:-1]
            if not lines:
                raise UncheckedError(f"the service gave {done} of {size} leaves")
            yield from lines
            done += len(lines)
            if done % TOLD < PAGE or done == size:
                progress(done)

    def archive(self) -> Iterator[str]:
        after, more = 0, True
        while more:
            page = json.loads(
                self.get(f"{self.queue}checkpoints?after={after}&limit={ARCHIVE_PAGE}")
            )
            for item in page["items"]:
                after = item["size"]
                yield item["note"]
            more = page["more"]

    def get(self, path: str) -> bytes:
        """Return what a path below `/v1/log/` answers; this is the one way to the network."""
        request = urllib.request.Request(self.base + path, headers={"Accept": "*/*"})
        for _ in range(TRIES):
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                if error.code not in {429, 503}:
                    raise UncheckedError(f"{self.base}{path}: {error}") from error
                time.sleep(min(int(error.headers.get("Retry-After") or 1), PATIENCE_SECONDS))
            except OSError as error:
                raise UncheckedError(f"{self.base}{path}: {error}") from error
        raise UncheckedError(f"{self.base}{path}: the service stays busy")


class Spool:
    """Leaves in a file that goes when nobody needs it, so that a log of any length fits."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - it is read as often as needed
        weakref.finalize(self, self.file.close)
        for leaf in leaves:
            self.file.write(leaf + b"\n")

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(0)
        for line in self.file:
            yield line[:-1]


class Lines:
    """The first leaves of a file that was saved."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size

    def __iter__(self) -> Iterator[bytes]:
        done = 0
        with self.path.open("rb") as file:
            while done < self.size and (line := file.readline()).endswith(b"\n"):
                done += 1
                yield line[:-1]
        if done < self.size:
            raise UncheckedError(f"{self.path} has {done} of {self.size} leaves")


class Folder:
    """What was saved before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self) -> bytes:
        return self._read("key.json")

    def checkpoint(self) -> bytes:
        return self._read("checkpoint")

    def tile(self, path: str) -> bytes:
        return self._read(f"tile/{path}")

    def leaves(self, size: int, progress: Callable[[int], None] = lambda _: None) -> Lines:
        self._need("leaves.ndjson")
        progress(size)
        return Lines(self.folder / "leaves.ndjson", size)

    def archive(self) -> Iterator[str]:
        yield from json.loads(self._read("checkpoints.json"))

    def _read(self, name: str) -> bytes:
        self._need(name)
        return (self.folder / name).read_bytes()

    def _need(self, name: str) -> None:
        try:
            (self.folder / name).stat()
        except OSError as error:
            raise UncheckedError(f"{self.folder / name}: {error.strerror}") from error


# --- What was signed: C2SP signed-note and tlog-checkpoint --------------------------------------


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


class Key(NamedTuple):
    """A public key with the name that it signs under: `name+id+base64(type byte, 32 bytes)`."""

    name: str
    id: bytes
    public: bytes


def read_key(text: str) -> Key:
    name, _, rest = text.strip().partition("+")
    written, _, value = rest.partition("+")
    raw = base64.b64decode(value, validate=True)
    found = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] != 1 or found.hex() != written:
        raise UncheckedError(f"{text!r} is no key of a signed note")
    return Key(name, found, raw[1:])


def read_checkpoint(note: str) -> Checkpoint:
    body = note.partition("\n\n")[0] + "\n"
    lines = body.split("\n")
    if len(lines) != 4 or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]):
        raise UncheckedError("this is no checkpoint of a log")
    root = base64.b64decode(lines[2], validate=True)
    if len(root) != 32:
        raise UncheckedError("the root of the checkpoint is not 32 bytes long")
    return Checkpoint(lines[0], int(lines[1]), root)


def is_signed(note: str, keys: Sequence[Key]) -> bool:
    """Tell whether one of these keys has signed a note under the name of its log."""
    body, gap, lines = note.rpartition("\n\n")
    text = body + "\n"
    origin = text.split("\n")[0]
    for line in lines.splitlines() if gap else ():
        found = re.fullmatch(r"— (\S+) (\S+)", line)
        raw = base64.b64decode(found[2]) if found else b""
        for key in keys:
            if found and found[1] == origin == key.name and raw[:4] == key.id:
                try:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
                except InvalidSignature:
                    continue
                return True
    return False


# --- The tree: RFC 6962 -------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf; it keeps the roots of complete subtrees, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.whole: list[bytes] = []

    def add(self, hashed: bytes) -> None:
        size = self.size
        while size & 1:
            hashed = node_hash(self.whole.pop(), hashed)
            size >>= 1
        self.whole.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        if not self.whole:
            return hashlib.sha256().digest()
        found = self.whole[-1]
        for left in reversed(self.whole[:-1]):
            found = node_hash(left, found)
        return found


def tile_path(level: int, number: int, width: int) -> str:
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    return f"{level}/{path}" + ("" if width == WIDTH else f".p/{width}")


def tiles_of(hashes: Iterable[bytes]) -> Iterator[tuple[int, int, list[bytes]]]:
    """Yield every tile over these leaves, once it is full or they end: level, number, hashes."""
    rows: list[list[bytes]] = []
    numbers: list[int] = []
    for one in hashes:
        level, hashed = 0, one
        while True:
            if level == len(rows):
                rows.append([])
                numbers.append(0)
            rows[level].append(hashed)
            if len(rows[level]) < WIDTH:
                break
            yield level, numbers[level], rows[level]
            tree = Tree()
            for part in rows[level]:
                tree.add(part)
            rows[level], numbers[level] = [], numbers[level] + 1
            level, hashed = level + 1, tree.root()
    yield from ((level, numbers[level], row) for level, row in enumerate(rows) if row)


# --- The form of leaves -------------------------------------------------------------------------

ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AT = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z")
HIDDEN = re.compile("sha256:[0-9a-f]{64}")
BARRIERS = {
    "route-used-up", "yards-full", "route-closed", "route-paused", "route-capacity",
    "route-counterpart-limit",
}  # fmt: skip
BY_NOTICE = {"closure", "pause", "capacity", "counterpart-limit"}

# What the fields are: i number, s text, b flag, t instant, u id, l texts, c commitment, r numbers
# by name; all but flags, lists and commitments may be null.
FIELDS_OF: dict[str, dict[str, str]] = {
    kind: dict(field.split(":") for field in fields.split())
    for kind, fields in {
        "rates.changed": "clock:i policy:s rates:r strict:l overrides:i document:s",
        "waiting.started": "clock:i carried:i lane:s rate:i route:s inside:b waits_from:t"
        " call_number:s sighting:u plate:c company:c",
        "plate.contested": "sighting:u plate:c",
        "waiting.moved": "clock:i route:s inside:b",
        "waiting.stopped": "clock:i carried:i why:s",
        "lane.changed": "clock:i carried:i lane:s rate:i before:s refused:l ground:s",
        "ground.confirmed": "clock:i ground:s authority:s lane:s officer:c",
        "ground.withdrawn": "clock:i ground:s authority:s officer:c",
        "ground.lapsed": "clock:i ground:s authority:s",
        "entry.diverted": "clock:i carried:i to:s earned:i by:s",
        "entry.joined": "clock:i carried:i from:s holds:l waits_from:t by_ground:s plate:c"
        " company:c",
        "entry.substituted": "substitution:s plate:c",
        "entry.deferred": "until:t",
        "entry.limited": "clock:i until:t to:i",
        "entry.arrived": "backfilled:b",
        "entry.admitted": "backfilled:b",
        "entry.no_show": "call:s number:i",
        "entry.cancelled": "",
        "entry.revoked": "",
        "entry.turned_back": "backfilled:b",
        "hold.placed": "hold:s authority:s",
        "hold.lifted": "hold:s authority:s",
        "call.made": "clock:i call:s points:i policy:s call_number:s override:u heads:H skips:S",
        "override.made": "clock:i override:u due:u reason:s week:s number:i budget:i"
        " proposed_by:c confirmed_by:c approved_by:c",
        "call.missed": "clock:i charges:i call:s number:i faults:l",
        "call.excused": "clock:i charges:i call:s number:i faults:l",
        "call.withdrawn": "clock:i charges:i call:s",
        "calls.stopped": "clock:i entry:u lane:s points:i reason:s posted_by:s route:s",
        "notice.posted": "notice:s notice_kind:s starts_at:t ends_at:t route:s per_hour:i"
        " per_day:i",
        "notice.lifted": "notice:s lifted_at:t",
        "outage.reported": "outage:s starts_at:t ends_at:t officer:c",
        "outage.signed": "outage:s starts_at:t ends_at:t officer:c first_officer:c",
        "strike.given": "strike:s call:s",
    }.items()
}
HEAD = {"entry": "u", "lane": "s", "rate": "i", "points": "i", "waits_from": "t", "open_wait": "i"}
SKIP = {"entry": "u", "lane": "s", "points": "i", "reason": "s", "posted_by": "s"}
BARRED = {**SKIP, "route": "s", "notice": "s"}

LANES = (
    "relief", "defence", "live-animals", "medicines", "green-season", "green", "ordinary",
)  # fmt: skip
"""Every lane that this program knows; an edition has those that `rates.changed` gives a rate."""
OF_GOODS = {"green-season", "green", "ordinary"}
"""The lanes that need no confirmed ground."""

ORDERS = {
    "rates.changed", "waiting.started", "waiting.moved", "waiting.stopped", "lane.changed",
    "ground.confirmed", "ground.withdrawn", "ground.lapsed",
    "entry.diverted", "entry.joined", "hold.placed", "hold.lifted", "override.made", "call.made",
    "call.missed", "call.excused", "call.withdrawn",
}  # fmt: skip
"""The kinds that say who is next."""
OVER = {"entry.admitted", "entry.no_show", "entry.cancelled", "entry.revoked"}
"""After these an entry does not wait again; what comes later of it is as of a new one."""


def is_form(form: str, value: Any) -> bool:
    """Tell whether a value has the form of its field."""
    if form in "bcl" or form in "HS":
        return {
            "b": lambda: type(value) is bool,
            "c": lambda: isinstance(value, str) and HIDDEN.fullmatch(value) is not None,
            "l": lambda: (
                isinstance(value, list) and all(one is None or type(one) is str for one in value)
            ),
            "H": lambda: isinstance(value, list) and all(are_forms(HEAD, head) for head in value),
            "S": lambda: (
                isinstance(value, list)
                and all(
                    are_forms(BARRED if skip["reason"] in BARRIERS else SKIP, skip)
                    for skip in value
                )
            ),
        }[form]()
    if form == "r":
        return all(type(one) is str for one in value) and all(
            one is None or type(one) is int for one in value.values()
        )
    if value is None:
        return True
    if form == "i":
        return type(value) is int
    if type(value) is not str:
        return False
    return (
        form == "s"
        or (form == "u" and ID.fullmatch(value) is not None)
        or (form == "t" and is_instant(value))
    )


def are_forms(forms: dict[str, str], data: Any) -> bool:
    """Tell whether an object has fields of these forms and no others."""
    return isinstance(data, dict) and all(
        name in forms and is_form(forms[name], value) for name, value in data.items()
    )


def is_instant(text: str) -> bool:
    if AT.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def seconds(text: Any) -> int:
    """Return an instant in seconds since 1970."""
    if type(text) is not str or not is_instant(text):
        raise BrokenError("form", f"{text!r} is no instant in UTC")
    return int(datetime.fromisoformat(text).timestamp())


def told(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _no_fraction(text: str) -> None:
    raise BrokenError("form", f"{text} is no whole number")


def _whole(text: str) -> int:
    if abs(int(text)) > LARGEST:
        raise BrokenError("form", f"{text} is too large")
    return int(text)


def read_leaf(raw: bytes) -> dict[str, Any]:
    """Return what a leaf says; its bytes must be the only ones that say it."""
    found = json.loads(raw, parse_float=_no_fraction, parse_constant=_no_fraction, parse_int=_whole)
    again = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if again.encode() != raw or not has_ascii_keys(found):
        raise BrokenError("form", "it is not canonical JSON")
    if type(found["kind"]) is not str:
        raise BrokenError("form", "its kind is no text")
    return dict(found)


def has_ascii_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and has_ascii_keys(part) for key, part in value.items())
    return not isinstance(value, list) or all(has_ascii_keys(part) for part in value)


# --- The queue rule -----------------------------------------------------------------------------


class Entry:
    """One vehicle as the rule sees it; its key says how many points it has at any clock."""

    __slots__ = (
        "began",
        "by_ground",
        "called",
        "causes",
        "charge_under",
        "kept",
        "key",
        "lane",
        "stamp",
        "waits",
        "waits_from",
        "where",
    )

    def __init__(self) -> None:
        self.waits = self.called = False
        self.causes: set[str] = set()
        self.kept = 0
        self.lane, self.key, self.waits_from = "", 0, ""
        self.where: tuple[str | None, bool] = (None, False)
        self.stamp = 0
        self.began: int | None = None
        self.charge_under = ""
        self.by_ground: str | None = None


class Line:
    """Everybody who waits: of each lane and part of the queue a heap, partly out of date."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.rates: dict[str, int] = dict.fromkeys(LANES, 0)
        self.strict: set[str] = set()
        self.heaps: dict[tuple[str, tuple[str | None, bool]], list[tuple[int, str, str, int]]] = {}
        self.budget: int | None = None
        self.stamps = 0

    def of(self, entry: str) -> Entry:
        return self.entries.setdefault(entry, Entry())

    def waiting(self, entry: str) -> Entry:
        """Return an entry that waits or is called."""
        one = self.entries.get(entry)
        if one is None or not one.waits:
            raise BrokenError("not-waiting", f"{entry} does not wait")
        return one

    def points(self, one: Entry, clock: int) -> int:
        return self.rates[one.lane] * clock - one.key

    def stand(self, entry: str, one: Entry) -> None:
        """Let an entry stand where its key, lane and part have it from now on.

        No stamp comes twice: who was forgotten and comes anew has left old ranks in the heaps.
        """
        self.stamps += 1
        one.stamp = self.stamps
        if one.waits and not one.called and not one.causes:
            heap = self.heaps.setdefault((one.lane, one.where), [])
            heapq.heappush(heap, (one.key, one.waits_from, entry, one.stamp))

    def head(self, heap: list[tuple[int, str, str, int]]) -> str | None:
        while heap:
            entry, stamp = heap[0][2:]
            one = self.entries.get(entry)
            is_last = one is not None and one.stamp == stamp
            if one is not None and is_last and one.waits and not one.called and not one.causes:
                return entry
            heapq.heappop(heap)
        return None

    def due(self, clock: int, barriers: Sequence[dict[str, Any]]) -> str | None:
        """Return whom the rule calls next."""
        best: tuple[bool, int, int, str, str] | None = None
        for (lane, where), heap in self.heaps.items():
            if any(bars(barrier, where) for barrier in barriers):
                continue
            entry = self.head(heap)
            if entry is not None:
                one = self.entries[entry]
                rank = (
                    lane not in self.strict, -self.points(one, clock), -self.rates[lane],
                    one.waits_from, entry,
                )  # fmt: skip
                best = rank if best is None else min(best, rank)
        return None if best is None else best[-1]


def bars(barrier: dict[str, Any], where: tuple[str | None, bool]) -> bool:
    """Tell whether a barrier stops a part of the queue: that of its route, or all outside."""
    route = barrier["route"]
    return not where[1] if route is None else where[0] == route


class Rules:
    """Goes through a log leaf by leaf and stops at the first that breaks a rule."""

    def __init__(self, outages: Sequence[tuple[int, int]]) -> None:
        self.outages = outages
        self.line = Line()
        self.left, self.last_number, self.sealed_at = 0, 0, -(2**62)
        self.clock_kind: str | None = None
        self.numbers: dict[int, int] = {}
        self.over: set[str] = set()
        self.last_call = -(2**62)
        self.starts: dict[str, str] = {}
        self.announced: dict[str, str] = {}
        self.sightings: dict[str, tuple[int, str | None]] = {}
        self.tells_plates = False
        self.served: set[str] = set()
        self.readings: list[tuple[int, int]] = []
        self.policy: str | None = None
        self.notices: dict[str, list[Any]] = {}
        self.costs: dict[tuple[str, Any], int] = {}
        self.overrides: dict[str, tuple[str, dict[str, Any]]] = {}
        self.made: dict[str, int] = {}
        self.counts = dict.fromkeys(
            (
                "batches", "calls", "overrides", "by_outage", "by_sighting", "by_bare_sighting",
                "unknown",
            ), 0
        )  # fmt: skip

    def take(self, raw: bytes) -> None:
        leaf = read_leaf(raw)
        if leaf["kind"] == "seal":
            self.seal(leaf)
        elif self.left == 0:
            raise BrokenError("batch", "a seal must stand here")
        else:
            self.left -= 1
            self.event(leaf)

    def end(self) -> None:
        if self.left:
            raise BrokenError("batch", f"{self.left} leaves of the last batch are not there")

    # --- batches and dates

    def seal(self, leaf: dict[str, Any]) -> None:
        if (
            leaf.keys() != {"clock", "kind", "leaves", "sealed_at"}
            or type(leaf["leaves"]) is not int
        ):
            raise BrokenError("form", "not a seal as the format has it")
        if self.left or leaf["leaves"] < 1:
            raise BrokenError(
                "batch", f"{self.left} leaves missing before, {leaf['leaves']} to come"
            )
        sealed_at = seconds(leaf["sealed_at"])
        if leaf["clock"] not in {"time", "sandbox"}:
            raise BrokenError("form", "a clock that nobody knows")
        if sealed_at < self.sealed_at:
            raise BrokenError("sealed-back", f"the seal before is of {told(self.sealed_at)}")
        if self.clock_kind not in {None, leaf["clock"]}:
            raise BrokenError("clock-kind", f"the seals before go by the clock {self.clock_kind}")
        self.sealed_at, self.clock_kind = sealed_at, leaf["clock"]
        self.left, self.last_number = leaf["leaves"], 0
        self.counts["batches"] += 1

    def event(self, leaf: dict[str, Any]) -> None:
        if leaf.keys() != {"at", "data", "entry", "id", "kind", "number", "occurred_at"}:
            raise BrokenError("form", "not an event as the format has it")
        number, entry, kind, data = leaf["number"], leaf["entry"], leaf["kind"], leaf["data"]
        if type(number) is not int or number <= self.last_number or not self.is_new(number):
            raise BrokenError("number", f"{number} after {self.last_number}, or a second time")
        self.last_number = number
        if not ID.fullmatch(leaf["id"]) or not (entry is None or ID.fullmatch(entry)):
            raise BrokenError("form", "an id is not written as such")
        at, occurred_at = seconds(leaf["at"]), seconds(leaf["occurred_at"])
        forms = FIELDS_OF.get(kind)
        if forms is None:
            self.counts["unknown"] += 1
            return
        for name, value in data.items():
            if name in forms and not is_form(forms[name], value):
                raise BrokenError("form", f"{name} has not the form of the log")
        if kind == "outage.signed" and not is_two(data):
            raise BrokenError("officers", "an outage that two different officers have not signed")
        self.dates(kind, entry, at, occurred_at, data)
        if kind == "rates.changed":
            self.change_rates(data)
        step = STEPS.get(kind)
        if step is not None and entry is not None:
            step(self, entry, data)
        self.beside(kind, entry, occurred_at, data)
        if entry is not None:
            self.forget(kind, entry)

    def is_new(self, number: int) -> bool:
        """Keep a number, as a bit, and tell whether it was not there before."""
        place, bit = divmod(number, BITS)
        before = self.numbers.get(place, 0)
        self.numbers[place] = before | 1 << bit
        return self.numbers[place] != before

    def forget(self, kind: str, entry: str) -> None:
        """Forget who does not come back, once it waits no more and no word on it stands."""
        if kind in OVER:
            self.over.add(entry)
        if entry in self.over:
            one = self.line.entries.get(entry)
            if one is None or not (one.waits or one.causes or one.by_ground):
                self.line.entries.pop(entry, None)
                self.starts.pop(entry, None)
                self.announced.pop(entry, None)
                self.over.discard(entry)

    def dates(
        self, kind: str, entry: str | None, at: int, occurred_at: int, data: dict[str, Any]
    ) -> None:
        if kind in ORDERS or kind == "plate.contested":
            self.in_time(at)
        if kind in ORDERS and occurred_at < self.last_call:
            raise BrokenError("before-call", f"the last call was at {told(self.last_call)}")
        read_at = occurred_at
        if kind == "plate.contested":
            self.see(data["sighting"], at, data.get("plate"))
        elif kind == "waiting.started" and entry is not None:
            read_at = self.begin(entry, occurred_at, data)
        elif entry is not None:
            self.expect(kind, entry, data)
        if data.get("clock") is not None:
            self.read_clock(read_at, data["clock"])
        if kind == "call.made":
            self.last_call = occurred_at

    def in_time(self, at: int) -> None:
        if not (self.is_sandbox or abs(self.sealed_at - at) <= MINUTE or self.is_out(at)):
            raise BrokenError("sealed-late", f"recorded {told(at)}, sealed {told(self.sealed_at)}")

    def see(self, sighting: str | None, at: int, plate: str | None) -> None:
        if sighting is None or sighting in self.sightings:
            raise BrokenError("sighting", f"{sighting} names none, or is told twice")
        if plate is None and self.tells_plates:
            raise BrokenError("sighting", f"{sighting} commits to no plate, unlike those before")
        self.tells_plates = plate is not None
        self.sightings[sighting] = (at, plate)

    def expect(self, kind: str, entry: str, data: dict[str, Any]) -> None:
        """Keep what a leaf says of the beginning of a wait that comes later."""
        if kind in {"entry.deferred", "entry.limited"}:
            if self.is_fresh(seconds(data["until"])):
                self.announced[entry] = data["until"]
        elif kind == "entry.joined":
            self.starts.pop(entry, None)
            if data["waits_from"] is not None:
                self.starts[entry] = data["waits_from"]

    @property
    def is_sandbox(self) -> bool:
        return self.clock_kind == "sandbox"

    def is_fresh(self, at: int) -> bool:
        return self.is_sandbox or self.sealed_at - at <= MINUTE

    def is_out(self, at: int) -> bool:
        return any(starts <= at < ends for starts, ends in self.outages)

    def begin(self, entry: str, occurred_at: int, data: dict[str, Any]) -> int:
        """Let a wait begin, or go on; return when its open clock was read."""
        since, sighting = data["waits_from"], data.get("sighting")
        if sighting is not None:
            self.serve(sighting, seconds(since), data.get("plate"))
        if entry in self.starts:
            if self.starts[entry] != since:
                raise BrokenError("back-dated", f"{since}, before {self.starts[entry]}")
            return occurred_at
        at, self.starts[entry] = seconds(since), since
        if sighting is None and not (self.is_fresh(at) or self.announced.get(entry) == since):
            self.counts["by_outage"] += 1
            if not self.is_out(at):
                raise BrokenError("back-dated", f"from {since}, sealed {told(self.sealed_at)}")
        return at

    def serve(self, sighting: str, since: int, plate: str | None) -> None:
        """A sighting serves one wait of the same plate, which begins no earlier than it."""
        seen_at, seen = self.sightings.get(sighting, (None, None))
        is_old = self.sealed_at - since > SIGHTING_SERVES + MINUTE and not self.is_sandbox
        if seen_at is None or since < seen_at or sighting in self.served or is_old:
            raise BrokenError("sighting", f"{sighting} gives no wait from {told(since)}")
        if seen is not None and seen != plate:
            raise BrokenError("sighting", f"not the plate that was seen: {sighting}")
        self.served.add(sighting)
        self.counts["by_sighting"] += 1
        self.counts["by_bare_sighting"] += seen is None

    def read_clock(self, at: int, clock: int) -> None:
        """The open clock never runs back, nor faster than time."""
        reading = (at, clock)
        place = bisect_left(self.readings, reading)
        if self.readings[place : place + 1] == [reading]:
            return
        if place:
            ensure_clock(self.readings[place - 1], reading)
        if place < len(self.readings):
            ensure_clock(reading, self.readings[place])
        self.readings.insert(place, reading)
        for middle in (place + 1, place, place - 1):  # what follows from both beside it may go
            if 0 < middle < len(self.readings) - 1:
                earlier, later = self.readings[middle - 1], self.readings[middle + 1]
                if later[1] - earlier[1] in {0, later[0] - earlier[0]}:
                    del self.readings[middle]

    # --- who is next

    def change_rates(self, data: dict[str, Any]) -> None:
        line, rates, clock = self.line, data["rates"], data["clock"]
        if not {*rates, *data["strict"]} <= set(LANES):
            raise BrokenError("form", "a lane that nobody knows")
        for entry, one in line.entries.items():
            if one.waits and one.lane not in rates:
                raise BrokenError("lane", f"{entry} waits in {one.lane}, which has no rate")
        for one in line.entries.values():
            if one.waits:
                one.key = rates[one.lane] * clock - line.points(one, clock)
        line.rates, line.strict, line.budget = rates, set(data["strict"]), data.get("overrides")
        line.heaps.clear()
        for entry, one in line.entries.items():
            line.stand(entry, one)

    def start(self, entry: str, data: dict[str, Any]) -> None:
        line, one = self.line, self.line.of(entry)
        lane, rate, carried = data["lane"], data["rate"], data["carried"]
        self.ensure_rate(lane, rate)
        self.ensure_ground(entry, one, lane)
        if one.waits:
            raise BrokenError("waits-already", f"{entry} waits already")
        if one.kept != carried:
            raise BrokenError("points", f"it left with {one.kept}")
        one.waits, one.lane, one.waits_from = True, lane, data["waits_from"]
        one.key = rate * data["clock"] - carried
        one.where = (data.get("route"), data.get("inside", False))
        line.stand(entry, one)

    def move(self, entry: str, data: dict[str, Any]) -> None:
        one = self.line.waiting(entry)
        one.where = (data.get("route"), data.get("inside", False))
        self.line.stand(entry, one)

    def stop(self, entry: str, data: dict[str, Any]) -> None:
        one = self.line.waiting(entry)
        one.kept = self.ensure_points(one, data["clock"], data.get("carried"))
        one.waits = one.called = False

    def change_lane(self, entry: str, data: dict[str, Any]) -> None:
        line, one, lane = self.line, self.line.waiting(entry), data["lane"]
        self.ensure_rate(lane, data["rate"])
        self.ensure_ground(entry, one, lane)
        if data["carried"] is None:
            raise BrokenError("points", "it does not say with how many it changes lane")
        earned = self.ensure_points(one, data["clock"], data["carried"])
        one.lane, one.key = lane, line.rates[lane] * data["clock"] - earned
        line.stand(entry, one)

    def confirm_ground(self, entry: str, data: dict[str, Any]) -> None:
        if data["lane"] not in LANES:
            raise BrokenError("form", "a lane that nobody knows")
        self.line.of(entry).by_ground = data["lane"]

    def end_ground(self, entry: str, _: dict[str, Any]) -> None:
        one = self.line.of(entry)
        if one.by_ground is None:
            raise BrokenError("ground", f"{entry} has no confirmed ground")
        one.by_ground = None

    def ensure_ground(self, entry: str, one: Entry, lane: str) -> None:
        """Refuse a lane that goods do not give to who has no confirmed ground for it."""
        if lane not in OF_GOODS and one.by_ground != lane:
            raise BrokenError("ground", f"{entry} has no confirmed ground for {lane}")

    def ensure_rate(self, lane: str, said: int) -> None:
        """Refuse a lane that the edition in force does not have, and a rate that is not its own."""
        rates = self.line.rates
        if lane not in LANES:
            raise BrokenError("form", "a lane that nobody knows")
        if lane not in rates:
            raise BrokenError("lane", f"the edition in force has no {lane}")
        if said != rates[lane]:
            raise BrokenError("rate", f"the rate of {lane} is {rates[lane]}")

    def ensure_points(self, one: Entry, clock: int, said: int | None) -> int:
        points = self.line.points(one, clock)
        if said not in {None, points}:
            raise BrokenError("points", f"it has {points}")
        return points

    def divert(self, entry: str, data: dict[str, Any]) -> None:
        one = self.line.of(entry)
        if one.waits:
            raise BrokenError("waits-already", f"{entry} still waits here")
        if one.kept != data["earned"]:
            raise BrokenError("points", f"it left with {one.kept}")
        one.kept, one.causes, one.by_ground = 0, set(), None

    def join(self, entry: str, data: dict[str, Any]) -> None:
        one = self.line.of(entry)
        if one.waits:
            raise BrokenError("waits-already", f"{entry} waits already")
        if data.get("by_ground") not in {None, *LANES}:
            raise BrokenError("form", "a lane that nobody knows")
        one.kept, one.by_ground = data["carried"], data.get("by_ground")
        one.causes.update(data["holds"])

    def hold(self, entry: str, data: dict[str, Any]) -> None:
        self.line.of(entry).causes.add(data["hold"])

    def lift(self, entry: str, data: dict[str, Any]) -> None:
        one = self.line.of(entry)
        if data["hold"] not in one.causes:
            raise BrokenError("not-held", f"{data['hold']} does not hold it")
        one.causes.discard(data["hold"])
        self.line.stand(entry, one)

    def override(self, entry: str, data: dict[str, Any]) -> None:
        needed = {"override", "due", "reason", "week", "number", "budget", "proposed_by"}
        if not needed <= data.keys() or data["override"] is None:
            raise BrokenError("form", "an override that does not say all that it must")
        self.overrides[data["override"]] = (entry, data)

    def call(self, entry: str, data: dict[str, Any]) -> None:
        line, clock = self.line, data["clock"]
        barriers = [skip for skip in data["skips"] if skip["reason"] in BARRIERS]
        skipped = {
            skip["entry"] for skip in data["skips"]
            if skip["reason"] not in BARRIERS and skip["reason"] != "held"
        }  # fmt: skip
        if not all("posted_by" in barrier for barrier in barriers):
            raise BrokenError("form", "a barrier of which nobody says that it stands")
        one = line.waiting(entry)
        self.ensure_ground(entry, one, one.lane)
        for other in skipped:
            line.of(other).causes.add("skipped")
        due = line.due(clock, barriers)
        is_free = (
            not one.called and not one.causes and not any(bars(it, one.where) for it in barriers)
        )
        for other in skipped:
            line.of(other).causes.discard("skipped")
        if data.get("override"):
            if not (is_free and self.is_complete(entry, data["override"], due)):
                raise BrokenError("override", f"no complete override; the rule calls {due}")
        elif due != entry:
            raise BrokenError("call", f"the rule calls {due}")
        self.ensure_points(one, clock, data.get("points"))
        one.called = True
        for other in skipped:
            line.stand(other, line.of(other))
        made = self.overrides.pop(data.get("override") or "", None)
        if made is not None:
            self.made[made[1]["week"]] = self.made.get(made[1]["week"], 0) + 1

    def is_complete(self, entry: str, override: str, due: str | None) -> bool:
        """Tell whether two officers, a reason and past the budget the board stand behind it."""
        who, facts = self.overrides.get(override, (None, {}))
        if who != entry or facts["due"] != due:
            return False
        budget = facts["budget"] if self.line.budget is None else self.line.budget
        words = [facts["proposed_by"], facts.get("confirmed_by")]
        if facts["number"] > budget:
            words.append(facts.get("approved_by"))
        are_two = all(words) and len(set(words)) == len(words)
        return (
            are_two
            and bool(facts["reason"])
            and facts["number"] == self.made.get(facts["week"], 0) + 1
        )

    def put_back(self, entry: str, data: dict[str, Any]) -> None:
        one = self.line.waiting(entry)
        if not one.called:
            raise BrokenError("not-called", f"{entry} was not called")
        one.called = False
        one.key += data["charges"]
        self.line.stand(entry, one)

    # --- what stands beside

    def beside(self, kind: str, entry: str | None, at: int, data: dict[str, Any]) -> None:
        if kind == "notice.posted":
            ends_at = None if data["ends_at"] is None else seconds(data["ends_at"])
            self.notices[data["notice"]] = [
                data["notice_kind"],
                seconds(data["starts_at"]),
                ends_at,
            ]
        elif kind == "notice.lifted" and data["notice"] in self.notices:
            self.notices[data["notice"]][2] = seconds(data["lifted_at"])
        elif kind == "rates.changed":
            self.policy = data["policy"]
        elif entry is not None:
            self.of_entry(kind, entry, at, data)

    def of_entry(self, kind: str, entry: str, at: int, data: dict[str, Any]) -> None:
        one = self.line.of(entry)
        if kind == "waiting.started" and one.began is None:
            one.began = data["clock"]
        elif kind == "entry.joined":
            one.began = None if data["waits_from"] is None else -1  # it began by another clock
        elif kind == "override.made" and data["week"] != monday(at):
            raise BrokenError("week", f"the week is that of {monday(at)}")
        elif kind == "call.made":
            one.charge_under = data["policy"]
            self.counts["calls"] += 1
            self.counts["overrides"] += bool(data.get("override"))
            self.explained(entry, at, data)
        elif kind == "call.missed":
            minutes, rest = divmod(data["charges"], self.line.rates[one.lane] * MINUTE)
            miss = (one.charge_under, data["number"])
            if rest or minutes < 0 or self.costs.setdefault(miss, minutes) != minutes:
                raise BrokenError("charge", f"the miss costs {data['charges']}")
        elif kind in {"call.excused", "call.withdrawn"} and data["charges"] != 0:
            raise BrokenError("charge", f"{kind} costs {data['charges']}")

    def explained(self, entry: str, at: int, data: dict[str, Any]) -> None:
        if data["policy"] != self.policy:
            raise BrokenError("policy", f"the edition in force is {self.policy}")
        if not data.get("override") and [head["entry"] for head in data["heads"]][:1] != [entry]:
            raise BrokenError("heads", "the first of those who were compared is not who is called")
        for head in data["heads"]:
            if not self.is_head(head, data["clock"]):
                raise BrokenError("heads", f"{head['entry']} does not wait so")
        for skip in data["skips"]:
            if not self.is_skip(skip, at, data["clock"]):
                raise BrokenError("skip", f"{skip['entry']} is not kept from being called so")

    def is_head(self, head: dict[str, Any], clock: int) -> bool:
        one = self.line.entries.get(head["entry"])
        if one is None or not one.waits:
            return False
        waited = head["open_wait"]
        if one.began is not None and one.began >= 0:
            waited = clock - one.began
        return {
            "entry": head["entry"], "lane": one.lane, "rate": self.line.rates[one.lane],
            "points": self.line.points(one, clock), "waits_from": one.waits_from,
            "open_wait": waited,
        } == head  # fmt: skip

    def is_skip(self, skip: dict[str, Any], at: int, clock: int) -> bool:
        one, reason = self.line.entries.get(skip["entry"]), skip["reason"]
        if one is None or not one.waits or one.called:
            return False
        if (one.lane, self.line.points(one, clock)) != (skip["lane"], skip["points"]):
            return False
        if reason in BARRIERS:
            notice = skip.get("notice")
            is_there = notice is None or (
                notice in self.notices and in_force(self.notices[notice], at)
            )
            return bars(skip, one.where) and is_there
        if reason == "held":
            return bool(one.causes)
        return reason not in BY_NOTICE or any(
            notice[0] == reason and in_force(notice, at) for notice in self.notices.values()
        )


STEPS: dict[str, Callable[[Rules, str, dict[str, Any]], None]] = {
    "waiting.started": Rules.start,
    "waiting.moved": Rules.move,
    "waiting.stopped": Rules.stop,
    "lane.changed": Rules.change_lane,
    "entry.diverted": Rules.divert,
    "entry.joined": Rules.join,
    "ground.confirmed": Rules.confirm_ground,
    "ground.withdrawn": Rules.end_ground,
    "ground.lapsed": Rules.end_ground,
    "hold.placed": Rules.hold,
    "hold.lifted": Rules.lift,
    "override.made": Rules.override,
    "call.made": Rules.call,
    "call.missed": Rules.put_back,
    "call.excused": Rules.put_back,
    "call.withdrawn": Rules.put_back,
}


def ensure_clock(earlier: tuple[int, int], later: tuple[int, int]) -> None:
    if not 0 <= later[1] - earlier[1] <= later[0] - earlier[0]:
        raise BrokenError(
            "open-clock", f"{earlier[1]} at {told(earlier[0])}, {later[1]} at {told(later[0])}"
        )


def in_force(notice: Sequence[Any], at: int) -> bool:
    return bool(notice[1] <= at and (notice[2] is None or at < notice[2]))


def monday(at: int) -> str:
    """Return the first day of the legal week of an instant."""
    day = datetime.fromtimestamp(at + LEGAL_SECONDS, UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def is_two(data: dict[str, Any]) -> bool:
    first, second = data.get("first_officer"), data.get("officer")
    return first is not None and second is not None and first != second


UNREADABLE = (
    ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip
"""Whatever a leaf may be made to raise."""


def outages_in(leaves: Iterable[bytes]) -> list[tuple[int, int]]:
    """Return when the gate could record nothing, as two officers signed, anywhere in the log."""
    found = []
    for raw in leaves:
        if b'"kind":"outage.signed"' in raw:
            try:
                data = read_leaf(raw)["data"]
                if is_two(data):
                    found.append((seconds(data["starts_at"]), seconds(data["ends_at"])))
            except (BrokenError, *UNREADABLE):
                continue  # it is judged in its turn
    return found


def check_rules(
    leaves: Iterable[bytes], progress: Callable[[int], None] = lambda _: None
) -> tuple[Wrong | None, Rules]:
    """Return the first leaf that breaks a rule, and what was counted up to there."""
    rules = Rules(outages_in(leaves))
    done = 0
    try:
        for raw in leaves:
            rules.take(raw)
            done += 1
            if done % TOLD == 0:
                progress(done)
        rules.end()
    except BrokenError as broken:
        return Wrong(done, broken.rule, str(broken)), rules
    except UNREADABLE as error:
        return Wrong(done, "form", f"{type(error).__name__}: {error}"), rules
    return None, rules


# --- All of it ----------------------------------------------------------------------------------


def check_tree(
    source: Service | Folder, leaves: Iterable[bytes], checkpoint: Checkpoint
) -> Wrong | None:
    """Compare the leaves with the tiles, which name the wrong one, and with the root."""
    tree = Tree()

    def hashes() -> Iterator[bytes]:
        for leaf in leaves:
            hashed = leaf_hash(leaf)
            tree.add(hashed)
            yield hashed

    for level, number, part in tiles_of(hashes()):
        given = source.tile(tile_path(level, number, len(part)))
        for place, one in enumerate(part):
            if given[place * 32 : place * 32 + 32] != one:
                first = (number * WIDTH + place) * WIDTH**level
                return Wrong(first, "tile", f"its hash is not that of tile {level}/{number}")
    if tree.root() != checkpoint.root:
        return Wrong(0, "root", "the leaves do not make the root that was signed")
    return None


def check_old(leaves: Iterable[bytes], old: Iterable[Checkpoint], whose: str) -> Wrong | None:
    """Compare the log with what was signed of it before, the smallest first: it begins with it."""
    tree, last_good, rest = Tree(), 0, iter(leaves)
    for checkpoint in old:
        while tree.size < checkpoint.size:
            leaf = next(rest, None)
            if leaf is None:
                said = f"{whose} is of {checkpoint.size} leaves, the log has {tree.size}"
                return Wrong(tree.size, "shorter", said)
            tree.add(leaf_hash(leaf))
        if tree.root() != checkpoint.root:
            said = f"the first {checkpoint.size} leaves are not those of {whose}"
            return Wrong(last_good, "fork", said)
        last_good = checkpoint.size
    return None


def archived(
    source: Service | Folder, keys: Sequence[Key], newest: Checkpoint
) -> Iterator[Checkpoint]:
    """Yield what the archive has; what was sealed since it was asked for `newest` may go beyond."""
    for note in source.archive():
        one = signed(note, keys, "a checkpoint of the archive")
        if one.origin != newest.origin:
            raise UncheckedError(f"a checkpoint is of another log: {one.origin}")
        if (
            one.size > newest.size
            and read_checkpoint(source.checkpoint().decode()).size >= one.size
        ):
            return
        yield one


def keys_of(source: Service | Folder, origin: str, pinned: Sequence[str]) -> list[Key]:
    """Return the keys that may sign for a log: those that are given, else those it publishes."""
    if pinned:
        return [read_key(key) for key in pinned]
    logs = json.loads(source.key())["logs"]
    found = [read_key(key) for log in logs if log["origin"] == origin for key in log["keys"]]
    if not found:
        raise UncheckedError(f"no key is published for {origin}")
    return found


def signed(note: str, keys: Sequence[Key], what: str) -> Checkpoint:
    checkpoint = read_checkpoint(note)
    if not is_signed(note, keys):
        raise BrokenError("signature", f"{what} is signed by no key of this log")
    return checkpoint


class Checked(NamedTuple):
    """What was found: the newest checkpoint, what is wrong in the order of checks, counts."""

    checkpoint: Checkpoint | None
    wrong: list[Wrong]
    rules: Rules


def check(
    source: Service | Folder,
    kept: Sequence[str] = (),
    pinned: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Checked:
    """Check everything of a log; go on after what is wrong, for each check finds other cheats."""
    note = source.checkpoint().decode()
    checkpoint = read_checkpoint(note)
    keys = keys_of(source, checkpoint.origin, pinned)
    wrong: list[Wrong | None] = []
    rules = Rules(())
    try:
        signed(note, keys, "the checkpoint")
        mine = [signed(one, keys, "the checkpoint that you kept") for one in kept]
        strangers = [one.origin for one in mine if one.origin != checkpoint.origin]
        if strangers:
            raise UncheckedError(f"a checkpoint is of another log: {strangers[0]}")
        say(f"{checkpoint.origin}: {checkpoint.size} leaves, signed; reading them")
        leaves = source.leaves(
            checkpoint.size, lambda done: say(f"{done} of {checkpoint.size} leaves read")
        )
        say("comparing them with the tiles and the root that was signed")
        wrong.append(check_tree(source, leaves, checkpoint))
        say(f"comparing them with the archive of checkpoints, and {len(mine)} of yours")
        mine.sort(key=lambda one: one.size)
        wrong.append(check_old(leaves, mine, "the checkpoint that you kept"))
        archive = archived(source, keys, checkpoint)
        wrong.append(check_old(leaves, archive, "a checkpoint of the archive"))
    except BrokenError as error:
        return Checked(checkpoint, [Wrong(0, error.rule, str(error))], rules)
    say("playing the queue again")
    broken, rules = check_rules(
        leaves, lambda done: say(f"{done} of {checkpoint.size} leaves played")
    )
    wrong.append(broken)
    return Checked(checkpoint, [one for one in wrong if one is not None], rules)


def save(source: Service, folder: Path) -> None:
    """Keep what a service gives, so that it can be checked later and without a network."""
    note = source.checkpoint()
    size = read_checkpoint(note.decode()).size
    leaves = source.leaves(size)

    def write(name: str, parts: Iterable[bytes]) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("wb") as file:
            file.writelines(parts)

    old = [one for one in source.archive() if read_checkpoint(one).size <= size]
    write("key.json", [source.key()])
    write("checkpoint", [note])
    write("checkpoints.json", [json.dumps(old).encode()])
    write("leaves.ndjson", (leaf + b"\n" for leaf in leaves))
    for level, number, part in tiles_of(map(leaf_hash, leaves)):
        path = tile_path(level, number, len(part))
        write(f"tile/{path}", [source.tile(path)])


def report(found: Checked) -> Iterator[str]:
    """Yield what a person reads."""
    rules, counts = found.rules, found.rules.counts
    for wrong in found.wrong:
        yield f"WRONG  leaf {wrong.leaf}: {wrong.said} ({wrong.rule})"
    if found.wrong:
        return
    size = found.checkpoint.size if found.checkpoint else 0
    yield f"HOLDS  {size} leaves in {counts['batches']} batches, {counts['calls']} calls"
    yield f"       {counts['overrides']} calls out of turn, each on the word of two officers"
    yield f"       {counts['by_outage']} waits that rest on an outage which two officers signed"
    yield f"       {counts['by_sighting']} waits that rest on a sighting of a contested plate"
    if counts["by_bare_sighting"]:
        yield f"       {counts['by_bare_sighting']} of them do not say which plate was seen"
    if counts["unknown"]:
        yield f"       {counts['unknown']} leaves of kinds that this program does not know"
    if rules.is_sandbox:
        yield "       a sandbox: its clock jumps, so dates were not checked against seals"
    yield "       Keep the checkpoint: with it you will know if this log is ever rewritten."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return how it ends."""
    parser = argparse.ArgumentParser(description="Check the public log of a border gate's queue.")
    parser.add_argument("source", help="the address of a service, or a folder that --save made")
    parser.add_argument("--gate", help="of a service: the gate, such as tan-thanh")
    parser.add_argument("--direction", choices=("export", "import"), default="export")
    parser.add_argument("--kept", action="append", default=[], help="a checkpoint that you kept")
    parser.add_argument(
        "--key", action="append", default=[], help="trust this key only: name+id+key"
    )
    parser.add_argument("--save", type=Path, help="keep everything in this folder, too")
    parser.add_argument("--quiet", action="store_true", help="say only what was found")
    asked = parser.parse_args(arguments)
    try:
        return run(asked)
    except (UncheckedError, OSError, *UNREADABLE) as error:
        print(f"NOT CHECKED  {type(error).__name__}: {error}", file=sys.stderr)
        return 2


def run(asked: argparse.Namespace) -> int:
    """Check what was asked for."""
    source: Service | Folder = Folder(Path(asked.source))
    if asked.source.startswith(("http://", "https://")):
        if not asked.gate:
            raise UncheckedError("--gate says which log of the service is meant")
        source = Service(asked.source, asked.gate, asked.direction)
        if asked.save:
            save(source, asked.save)
            source = Folder(asked.save)

    def say(text: str) -> None:
        if not asked.quiet:
            print(text, file=sys.stderr, flush=True)

    kept = [Path(one).read_text("utf-8") for one in asked.kept]
    found = check(source, kept, asked.key, say)
    for line in report(found):
        print(line)
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
