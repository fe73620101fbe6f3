"""`gate verify`: the logs of a service checked from outside, by the rules that it goes by itself.

Everything is fetched as any stranger would. `tools/verify_log.py` checks the same and shares no
code with the service; who does not trust the service takes that.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

import httpx

from app.core.signing import has_signed
from app.domain.log.checkpoints import (
    Checkpoint,
    KeyType,
    NoteError,
    read_checkpoint,
    read_key,
    read_note,
)
from app.domain.log.continuing import Continuing
from app.domain.log.crossing import Crossings, unlike_other
from app.domain.log.leaves import Clock
from app.domain.log.merkle import leaf_hash
from app.domain.log.rules import Why, Wrong
from app.domain.log.tiles import Tile, path_of
from app.domain.log.verifying import Verdict, outages_in, verify

PAGE: Final = 1000
ARCHIVE_PAGE: Final = 200
TOLD: Final = 10_000
"""After how many leaves it is said how far it is."""
PATIENCE_SECONDS: Final = 60
TRIES: Final = 20
BUSY: Final = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})
UNREADABLE: Final = (
    httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, LookupError, TypeError, AttributeError,
    RecursionError,
)  # fmt: skip


class UncheckedError(Exception):
    """What is needed for checking could not be had; the text says what."""


class UnsignedError(Exception):
    """No key of a log has signed what is told to be a checkpoint of it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one log: in `wrong` first what was signed, then the first wrong leaf."""

    origin: str
    size: int
    verdict: Verdict | None
    wrong: Sequence[Wrong]


class PublicLog:
    """The log of one queue, as anybody reads it."""

    def __init__(self, http: httpx.Client, told: dict[str, Any]) -> None:
        """Read the log that `/v1/log/key` tells of."""
        self._http = http
        self.gate, self.direction = str(told["gate"]), str(told["direction"])
        self._path = f"/v1/log/{self.gate}/{self.direction}"
        self.origin: str = told["origin"]
        self.keys = [read_key(key) for key in told["keys"]]

    def checkpoint(self) -> str | None:
        """Return the newest checkpoint; None where nothing was sealed yet."""
        answer = _get(self._http, f"{self._path}/checkpoint", httpx.codes.NOT_FOUND)
        return None if answer.status_code == httpx.codes.NOT_FOUND else answer.text

    def archive(self) -> Iterator[str]:
        """Yield every checkpoint there was, oldest first."""
        after, more = 0, True
        while more:
            asked = f"{self._path}/checkpoints?after={after}&limit={ARCHIVE_PAGE}"
            page = _get(self._http, asked).json()
            for item in page["items"]:
                after = item["size"]
                yield item["note"]
            more = page["more"]

    def leaves(self, size: int, say: Callable[[str], None]) -> Iterator[bytes]:
        """Yield the first `size` leaves.

        Raises:
            UncheckedError: there are fewer.
        """
        done = 0
        while done < size:
            asked = f"{self._path}/leaves?from={done}&limit={min(PAGE, size - done)}"
            lines = _get(self._http, asked).content.split(b"\n")[:-1]
            if not lines:
                message = f"{self.origin}: only {done} of {size} leaves are given"
                raise UncheckedError(message)
            yield from lines
            done += len(lines)
            if done % TOLD < PAGE or done == size:
                say(f"{self.origin}: {done} of {size} leaves read")

    def tile(self, tile: Tile, width: int) -> bytes:
        """Return a tile of so many hashes."""
        return _get(self._http, f"{self._path}/{path_of(tile, width)}").content

    def signed(self, note: str) -> Checkpoint | None:
        """Return the checkpoint of a note, None where no key of this log has signed it.

        Raises:
            NoteError: it is none.
        """
        read = read_note(note)
        lines = [(key, one) for key in self.keys for one in read.signatures if key.made(one)]
        is_ours = any(
            key.name == self.origin
            and key.type is KeyType.NOTE
            and has_signed(key.public, read.text, one.value)
            for key, one in lines
        )
        found = read_checkpoint(read.text)
        return found if is_ours and found.origin == self.origin else None


def check_service(
    url: str,
    queue: tuple[str | None, str | None],
    kept: Sequence[Path],
    say: Callable[[str], None],
) -> Iterator[Checked]:
    """Yield what is found of each log of a service, or of those of one gate or direction.

    Raises:
        UncheckedError: something that is needed could not be had or read.
    """
    try:
        with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as http:
            notes = [path.read_text("utf-8") for path in kept]
            told = _get(http, "/v1/log/key").json()["logs"]
            logs = [PublicLog(http, one) for one in told if _is_meant(one, queue)]
            if not logs:
                message = "the service has no such log"
                raise UncheckedError(message)
            mine = _by_log(notes, logs)
            found = {
                log: one for log in logs if (one := _found(log, mine[log.origin], say)) is not None
            }
            yield from _beside_each_other(found)
    except NoteError as error:
        message = f"this is no signed note: {str(error)[:80]!r}"
        raise UncheckedError(message) from error
    except UNREADABLE as error:
        message = f"{type(error).__name__}: {error}"
        raise UncheckedError(message) from error


def _by_log(notes: Sequence[str], logs: Sequence[PublicLog]) -> Mapping[str, Sequence[str]]:
    """Return the checkpoints that were kept by the names of the logs; none is left aside.

    Raises:
        UncheckedError: one is of no log that is to be checked.
    """
    mine: dict[str, list[str]] = {log.origin: [] for log in logs}
    for note in notes:
        origin = note.partition("\n")[0]
        if origin not in mine:
            message = f"a checkpoint that you kept is of no log here: {origin[:80]!r}"
            raise UncheckedError(message)
        mine[origin].append(note)
    return mine


def _found(log: PublicLog, kept: Sequence[str], say: Callable[[str], None]) -> Checked | None:
    """Return what is found of a log, None where nothing was sealed in it."""
    newest = log.checkpoint()
    if newest is not None:
        return _check(log, newest, kept, say)
    return (
        Checked(log.origin, 0, None, [Wrong(0, Why.SHORTER, "nothing is left")]) if kept else None
    )


def _beside_each_other(found: Mapping[PublicLog, Checked]) -> Iterator[Checked]:
    """Yield what was found of each log, and where it differs from that of another gate."""
    sound: dict[str, dict[str, Crossings]] = {}
    for log, one in found.items():
        if one.verdict is not None and not one.wrong:
            sound.setdefault(log.direction, {})[log.gate] = one.verdict.crossings
    for log, one in found.items():
        others = sound.get(log.direction, {})
        wrong = unlike_other(log.gate, others[log.gate], others) if log.gate in others else None
        yield one if wrong is None else replace(one, wrong=[wrong])


def _check(log: PublicLog, note: str, kept: Sequence[str], say: Callable[[str], None]) -> Checked:
    try:
        return _checked(log, _signed(log, note), kept, say)
    except UnsignedError:
        said = "a checkpoint is signed by no key of this log"
        return Checked(log.origin, 0, None, [Wrong(0, Why.SIGNATURE, said)])


def _checked(
    log: PublicLog, newest: Checkpoint, kept: Sequence[str], say: Callable[[str], None]
) -> Checked:
    """Go through a log twice, the second time from a file: what was signed, then the rules.

    Raises:
        UnsignedError: no key of the log has signed one of its checkpoints.
    """
    size, beside = newest.size, Continuing(log.tile, _older(log, newest, kept))
    with TemporaryFile() as file:
        outages = outages_in(_read(log.leaves(size, say), beside, file))
        file.seek(0)
        verdict = verify(_told(file, f"{log.origin}: {{}} of {size} leaves played", say), outages)
    played = [] if verdict.wrong is None else [verdict.wrong]
    return Checked(log.origin, size, verdict, [*beside.end(newest), *played])


def _read(leaves: Iterable[bytes], beside: Continuing, file: IO[bytes]) -> Iterator[bytes]:
    """Yield leaves, each compared with what was signed and kept in a file."""
    for leaf in leaves:
        beside.take(leaf_hash(leaf))
        file.write(leaf + b"\n")
        yield leaf


def _told(file: IO[bytes], words: str, say: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the leaves of a file, and say how far it is."""
    for done, line in enumerate(file):
        if done and done % TOLD == 0:
            say(words.format(done))
        yield line[:-1]


def _older(log: PublicLog, newest: Checkpoint, kept: Sequence[str]) -> Iterator[Checkpoint]:
    """Return the checkpoints of the archive and those that were kept, the smallest first.

    Raises:
        UnsignedError: no key of the log has signed one.
    """
    mine = sorted((_signed(log, one) for one in kept), key=_size)
    return merge(_archive(log, newest), mine, key=_size)


def _archive(log: PublicLog, newest: Checkpoint) -> Iterator[Checkpoint]:
    """Yield what the archive has; what was sealed while it was read goes beyond `newest`."""
    for note in log.archive():
        one = _signed(log, note)
        if one.size > newest.size:
            now = log.signed(log.checkpoint() or "")
            if now is not None and now.size >= one.size:
                return
        yield one


def _signed(log: PublicLog, note: str) -> Checkpoint:
    found = log.signed(note)
    if found is None:
        raise UnsignedError
    return found


def _size(checkpoint: Checkpoint) -> int:
    return checkpoint.size


def report(found: Checked) -> Iterator[str]:
    """Yield what a person reads of one log."""
    verdict = found.verdict
    if found.wrong or verdict is None:
        for one in found.wrong:
            yield f"WRONG  {found.origin}, leaf {one.leaf}: {one.said} ({one.why.value})"
        return
    yield f"HOLDS  {found.origin}: {found.size} leaves in {verdict.batches} batches"
    yield f"       {verdict.calls} calls, {verdict.overrides} of them out of turn, each by two"
    yield f"       {verdict.by_outage} waits rest on an outage that two officers signed"
    yield f"       {verdict.by_sighting} waits rest on an earlier sighting of a contested plate"
    if verdict.by_bare_sighting:
        yield f"       {verdict.by_bare_sighting} of these do not say which plate was seen"
    if verdict.unknown:
        yield f"       {verdict.unknown} leaves of kinds that this version does not know"
    if verdict.clock is Clock.SANDBOX:
        yield "       a sandbox: its clock jumps, so dates were not held against the seals"


def _is_meant(told: dict[str, Any], queue: tuple[str | None, str | None]) -> bool:
    return all(
        asked in {None, told[name]}
        for asked, name in zip(queue, ("gate", "direction"), strict=True)
    )


def _get(http: httpx.Client, path: str, *fine: int) -> httpx.Response:
    """Return an answer, after what a service that is busy asks to wait.

    Raises:
        httpx.HTTPError: it does not answer, or refuses.
    """
    answer = http.get(path)
    for _ in range(TRIES):
        if answer.status_code not in BUSY:
            break
        time.sleep(min(int(answer.headers.get("retry-after", "1")), PATIENCE_SECONDS))
        answer = http.get(path)
    if answer.status_code not in fine:
        answer.raise_for_status()
    return answer
