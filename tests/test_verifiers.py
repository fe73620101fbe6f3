"""Two verifiers that share no code: honest histories verify, and of 500 cheats both find each.

Of 150 where nobody waits for CI: each kind of cheat in two histories or more.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count, islice
from random import Random
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from app.domain.log.canonical import canonical
from app.domain.log.checkpoints import Checkpoint
from app.domain.log.continuing import Continuing
from app.domain.log.leaves import LOGGED, Clock, LoggedEvent, leaf_of, seal
from app.domain.log.merkle import leaf_hash
from app.domain.log.retelling import KINDS, NO_RATES
from app.domain.log.rules import Why, Wrong
from app.domain.log.tiles import Tile, grow, root_in
from app.domain.log.verifying import outages_in, verify
from app.domain.replay import Fault
from app.domain.sub_queues import BarrierKind
from app.domain.vocabulary import Lane
from tests import published
from tests.conftest import by_depth
from tests.histories import history, seal_up
from tests.tampering import BY_RULE, ON_FILES

STEPS = 250
LOTS = 5
OF_A_LOT, FOUND_BY_RULES = by_depth(30, 100), by_depth(20, 80)
A_TURN = by_depth(4, 1)


@pytest.fixture(scope="session")
def program() -> ModuleType:
    return published.program()


@cache
def honest(seed: int, steps: int = STEPS) -> tuple[bytes, ...]:
    return tuple(seal_up(history(seed, steps)))


def by_rules(leaves: Sequence[bytes]) -> Wrong | None:
    return verify(leaves, outages_in(leaves)).wrong


def tree(leaves: Sequence[bytes]) -> dict[Tile, bytes]:
    return grow({}, 0, [leaf_hash(leaf) for leaf in leaves])


def beside(
    leaves: Sequence[bytes], told: dict[Tile, bytes] | None = None, kept: Iterable[Checkpoint] = ()
) -> dict[str, int]:
    """Return which leaf is wrong by what was signed of the log, for each rule."""
    tiles = tree(leaves) if told is None else told
    looking = Continuing(lambda tile, _: tiles.get(tile, b""), kept)
    for leaf in leaves:
        looking.take(leaf_hash(leaf))
    return {one.why.value: one.leaf for one in looking.end(signed(leaves, len(leaves)))}


def signed(leaves: Sequence[bytes], size: int) -> Checkpoint:
    return Checkpoint("origin", size, root_in(tree(leaves[:size]), size))


@pytest.mark.parametrize("seed", range(by_depth(1, 3)))
def test_a_history_of_thousands_verifies_by_both(program: ModuleType, seed: int) -> None:
    leaves = honest(seed, 4000)
    verdict = verify(leaves, outages_in(leaves))
    wrong, rules = program.check_rules(leaves)
    assert (None, None) == (verdict.wrong, wrong)
    counts = rules.counts
    assert (verdict.batches, verdict.calls) == (counts["batches"], counts["calls"])
    assert (verdict.overrides, verdict.by_outage) == (counts["overrides"], counts["by_outage"])
    assert 500 <= verdict.calls
    assert verdict.by_sighting == counts["by_sighting"]
    assert 0 == verdict.by_bare_sighting == counts["by_bare_sighting"]
    assert min(verdict.overrides, verdict.by_outage, verdict.by_sighting) > 0
    told = {json.loads(leaf)["kind"] for leaf in leaves}
    assert set(KINDS) <= told


def test_a_sandbox_verifies_whenever_it_was_sealed(program: ModuleType) -> None:
    leaves = seal_up(history(1, 300), Clock.SANDBOX)
    late = [leaf.replace(b'"sealed_at":"2026', b'"sealed_at":"2027') for leaf in leaves]
    assert None is by_rules(late)
    assert Clock.SANDBOX is verify(late, ()).clock
    assert program.check_rules(late)[1].is_sandbox
    assert None is program.check_rules(late)[0]


def cheats(lot: int) -> Iterator[tuple[str, bool, tuple[bytes, ...], list[bytes]]]:
    """Yield a lot of cheats: which one, whether a rule must find it, before and after."""
    random = Random(lot)  # noqa: S311 - cheats that can be tried again
    for number in range(OF_A_LOT):
        tampers = BY_RULE if number % 2 else ON_FILES
        tamper = tampers[number // 2 % len(tampers)]
        before = honest(lot * 8 + number % 8)
        after = tamper(list(before), random)
        if tuple(after) != before:
            yield tamper.__name__, tamper in BY_RULE, before, after


@pytest.mark.parametrize("lot", range(LOTS))
def test_every_cheat_is_found_and_named_and_both_agree(program: ModuleType, lot: int) -> None:
    """By the rules alone; else by who kept a checkpoint, though everything was signed anew."""
    found_by_rule = 0
    for name, is_by_rule, before, after in cheats(lot):
        ours, theirs = by_rules(after), program.check_rules(after)[0]
        said = name, ours, theirs
        assert (ours and ours.leaf) == (theirs and theirs.leaf), said
        assert ours is not None or not is_by_rule, said
        found_by_rule += ours is not None
        kept = [signed(before, len(before) // 2), signed(before, len(before))]
        theirs = program.check_old(after, kept, "yours")
        assert {theirs.rule: theirs.leaf} == beside(after, kept=kept), said
    assert found_by_rule > FOUND_BY_RULES


@pytest.mark.parametrize("lot", range(LOTS))
def test_a_leaf_that_is_not_the_one_in_the_tree_is_named_exactly(lot: int) -> None:
    for name, _, before, after in cheats(lot):
        first = next(
            (at for at, pair in enumerate(zip(before, after, strict=False)) if len(set(pair)) > 1),
            min(len(before), len(after)),
        )
        assert first == beside(after, tree(before)).get("tile", len(after)), name


ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**53 - 1, "", "x", [], {}, [None], [{}], str(UUID(int=1)),
    "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59Z",
)  # fmt: skip
Place = tuple[str | int, ...]


def places_in(value: Any, above: Place = ()) -> Iterator[Place]:
    """Yield where values stand in a leaf: of objects all, of lists the first."""
    inner = value.items() if isinstance(value, dict) else ()
    for name, part in inner or (enumerate(value[:1]) if isinstance(value, list) else ()):
        yield (*above, name)
        yield from places_in(part, (*above, name))


def odd_at(leaf: bytes, place: Place) -> Iterator[bytes]:
    """Yield a leaf without what stands at a place, and with odd values there."""
    told = json.loads(leaf)
    spot = told
    for name in place[:-1]:
        spot = spot[name]
    del spot[place[-1]]
    yield canonical(told)
    for odd in ODD:
        if isinstance(spot, list):
            spot[:] = [odd]
        else:
            spot[place[-1]] = odd
        yield canonical(told)


def told_in_short_logs() -> dict[tuple[str, ...], tuple[Sequence[bytes], int]]:
    """Return a log and a place in it for each kind, and for calls by what was skipped first."""
    found: dict[tuple[str, ...], tuple[Sequence[bytes], int]] = {}
    for seed in range(300):
        leaves = honest(seed, 12)
        for at, leaf in enumerate(leaves):
            told = json.loads(leaf)
            data = told.get("data", {})
            skipped = [skip["reason"] for skip in data.get("skips", [])[:1]]
            out_of_turn = ["out of turn"] if data.get("override") else []
            found.setdefault((told["kind"], *skipped, *out_of_turn), (leaves, at))
    return found


def test_an_odd_value_wherever_it_stands_is_the_same_to_both(program: ModuleType) -> None:
    """At every place, each of the values by turns or all of them."""
    cases, turns = told_in_short_logs(), count()
    assert set(KINDS) <= {kind for kind, *_ in cases}
    for case, (leaves, at) in cases.items():
        for place in places_in(json.loads(leaves[at])):
            for odd in islice(odd_at(leaves[at], place), next(turns) % A_TURN, None, A_TURN):
                told = [*leaves[:at], odd, *leaves[at + 1 :]]
                ours, theirs = by_rules(told), program.check_rules(told)[0]
                assert (ours and ours.leaf) == (theirs and theirs.leaf), (case, place, odd)


NESTED = b"[" * 100_000
BEFORE_ALL_CALENDARS = {"at": "0001-01-01T00:00:00+01:00"}


@pytest.mark.parametrize("odd", [NESTED, b"7", b"\xff", BEFORE_ALL_CALENDARS])
def test_a_leaf_made_to_break_its_reader_is_named_by_both(
    program: ModuleType, odd: bytes | dict[str, str]
) -> None:
    first, leaf, *others = honest(0)
    told = odd if isinstance(odd, bytes) else canonical({**json.loads(leaf), **odd})
    ensure_unreadable(program, [first, told, *others], at=1)


def test_a_miss_where_nobody_earns_anything_is_named_by_both(program: ModuleType) -> None:
    """A whole minute of no points is nothing that a charge could be counted in."""
    at = datetime(2026, 5, 4, tzinfo=UTC)
    start = {
        "clock": 0, "lane": "ordinary", "rate": 0, "carried": 0, "waits_from": at.isoformat(),
        "route": None, "inside": False,
    }  # fmt: skip
    head = {name: start[name] for name in ("lane", "rate", "waits_from")}
    heads = [{**head, "entry": str(UUID(int=1)), "points": 0, "open_wait": 0}]
    told: list[tuple[str, dict[str, Any]]] = [
        ("rates.changed", {"clock": 0, "policy": "p", "rates": NO_RATES, "strict": []}),
        ("waiting.started", start),
        ("call.made", {"clock": 0, "points": 0, "policy": "p", "heads": heads, "skips": []}),
        ("call.missed", {"clock": 0, "charges": 60, "call": "c", "number": 1, "faults": []}),
    ]
    leaves = [canonical(seal(at, len(told), Clock.TIME))]
    for number, (kind, data) in enumerate(told, start=1):
        event = LoggedEvent(number, UUID(int=number), kind, UUID(int=1), at, at, data)
        leaves.append(canonical(leaf_of(event, {})))
    ensure_unreadable(program, leaves, at=4)


def ensure_unreadable(program: ModuleType, leaves: Sequence[bytes], *, at: int) -> None:
    ours, theirs = by_rules(leaves), program.check_rules(leaves)[0]
    assert ours is not None
    assert theirs is not None
    assert (at, "form") == (ours.leaf, ours.why) == (theirs.leaf, theirs.rule)


def test_the_program_knows_the_same_kinds_fields_and_lanes(program: ModuleType) -> None:
    known = {kind: {*one.fields, *one.commits} for kind, one in LOGGED.items()}
    assert known == {kind: set(fields) for kind, fields in program.FIELDS_OF.items()}
    assert list(program.LANES) == [lane.value for lane in Lane]
    assert program.ORDERS == set(KINDS)


def test_the_page_for_strangers_names_every_kind_field_and_rule() -> None:
    page = (published.PROGRAM.parents[1] / "docs/log-format.md").read_text("utf-8")
    named = set(re.findall("`([^`]+)`", re.sub("```.*?```", "", page, flags=re.DOTALL)))
    rules = {*Why, *Fault}
    fields = {name for one in LOGGED.values() for name in (*one.fields, *one.commits)}
    assert set() == {*LOGGED, *fields, *rules} - named
    assert set() == {one.value for one in BarrierKind} - named
