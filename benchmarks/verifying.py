"""How fast a log is verified: hashes, dates, and the queue played again, with thousands waiting.

The log is made here: an edition, 5,000 vehicles that begin to wait, then calls and more of them.
Both verifiers read the same leaves from memory.
"""

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from app.domain.log.canonical import canonical
from app.domain.log.leaves import Clock, LoggedEvent, leaf_of, seal
from app.domain.log.merkle import leaf_hash
from app.domain.log.tiles import grow
from app.domain.log.verifying import outages_in, verify
from app.domain.queue_order import Waiting, key_at
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList
from benchmarks.rows import MORNING, House

PROGRAM = Path(__file__).parents[1] / "tools/verify_log.py"
RATES = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}
WAITING, LEAVES, ROUNDS = 5_000, 50_000, 3
BATCH = 10
HIDDEN = "sha256:" + "0" * 64

Told = tuple[str, UUID | None, dict[str, Any]]


@dataclass(frozen=True)
class Verifications:
    """Leaves that each verifier looks at in a second, by its name."""

    rates: Mapping[str, float]

    @property
    def slowest(self) -> float:
        """The rate of the slower one."""
        return min(self.rates.values())


def measure_verifying(house: House) -> Verifications:
    """Let both verifiers go through one log, in turn."""
    leaves = list(
        _sealed(_story(200 if house.quick else WAITING), 5_000 if house.quick else LEAVES)
    )
    verifiers: dict[str, Callable[[], bool]] = {
        "gate verify": lambda: _verified(leaves),
        "tools/verify_log.py": lambda: _checked(leaves),
    }
    seconds: dict[str, list[float]] = {name: [] for name in verifiers}
    for _ in range(ROUNDS):
        for name, check in verifiers.items():
            began = time.process_time()
            if not check():
                message = f"{name} does not verify an honest log"
                raise RuntimeError(message)
            seconds[name].append(time.process_time() - began)
    return Verifications(
        {name: len(leaves) / statistics.median(spent) for name, spent in seconds.items()}
    )


def _verified(leaves: Sequence[bytes]) -> bool:
    grow({}, 0, [leaf_hash(leaf) for leaf in leaves])
    return verify(leaves, outages_in(leaves)).wrong is None


def _checked(leaves: Sequence[bytes]) -> bool:
    theirs = program()
    list(theirs.tiles_of([theirs.leaf_hash(leaf) for leaf in leaves]))
    return theirs.check_rules(leaves)[0] is None


@cache
def program() -> ModuleType:
    """Return the program that strangers check a log by; it shares no code with the service."""
    spec = importlib.util.spec_from_file_location("verify_log", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _story(waiting: int) -> Iterator[Told]:
    """Yield what happens, a second each: `waiting` come, then each call is followed by one more."""
    line, second = WaitingList(RATES), 0
    rates = {lane.value: rate for lane, rate in RATES.items()}
    yield "rates.changed", None, {"clock": 0, "policy": "p", "rates": rates, "strict": []}
    while True:
        second += 1
        yield _start(line, second)
        if second > waiting:
            second += 1
            choice = line.call(second)
            assert choice is not None
            yield _call(line, choice.ranked, second)
            second += 1
            entry = choice.first.id
            stopped = {"clock": second, "carried": line.leave(entry, second), "why": "arrived"}
            yield "waiting.stopped", entry, stopped


def _start(line: WaitingList, second: int) -> Told:
    entry, lane = UUID(int=second), (Lane.ORDINARY, Lane.GREEN, Lane.ORDINARY)[second % 3]
    since = MORNING + timedelta(seconds=second)
    line.enter(Waiting(entry, lane, key_at(RATES[lane], second), since))
    data = {
        "clock": second, "lane": lane, "rate": RATES[lane], "carried": 0, "route": None,
        "waits_from": since.isoformat(), "call_number": "TT-0001", "inside": False,
    }  # fmt: skip
    return "waiting.started", entry, data


def _call(line: WaitingList, ranked: Sequence[Waiting], second: int) -> Told:
    heads = [
        {
            "entry": str(one.id), "lane": one.lane.value, "rate": RATES[one.lane],
            "points": line.points(one.id, second), "waits_from": one.waits_from.isoformat(),
            "open_wait": second - one.id.int,
        }
        for one in ranked
    ]  # fmt: skip
    data = {
        "clock": second, "points": heads[0]["points"], "policy": "p", "call_number": "TT-0001",
        "heads": heads, "skips": [], "override": None,
    }  # fmt: skip
    return "call.made", ranked[0].id, data


def _sealed(story: Iterator[Told], count: int) -> Iterator[bytes]:
    """Yield up to `count` leaves of a story, sealed ten at a time."""
    for first in range(0, count, BATCH + 1):
        events = [next(story) for _ in range(BATCH)]
        leaves = [_leaf(number, *told) for number, told in enumerate(events, first)]
        newest = _at(events[-1][2]["clock"])
        yield canonical(seal(newest, BATCH, Clock.TIME))
        yield from leaves


def _leaf(number: int, kind: str, entry: UUID | None, data: dict[str, Any]) -> bytes:
    at = _at(data["clock"])
    event = LoggedEvent(number + 1, UUID(int=number), kind, entry, at, at, data)
    return canonical(leaf_of(event, {"plate": HIDDEN, "company": HIDDEN}))


def _at(second: int) -> datetime:
    return MORNING + timedelta(seconds=second)
