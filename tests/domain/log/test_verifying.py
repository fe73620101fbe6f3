"""Each rule of a log by its smallest case: what keeps it, and the leaf that breaks it."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.log.canonical import canonical
from app.domain.log.checkpoints import Checkpoint
from app.domain.log.continuing import Continuing
from app.domain.log.dating import Dates
from app.domain.log.leaves import Clock, LoggedEvent, instant, leaf_of, seal
from app.domain.log.merkle import leaf_hash
from app.domain.log.rules import Wrong
from app.domain.log.tiles import Tile, grow, root_in
from app.domain.log.verifying import OVER, outages_in, verify
from app.domain.outages import SignedOutage
from tests import published

SEVEN = datetime(2026, 5, 4, tzinfo=UTC)
ONE, OTHER = str(UUID(int=1)), str(UUID(int=2))
ROAD, NOTICE = "1088-2-1089", "a notice"
FIRST_OFFICER, SECOND_OFFICER = (f"sha256:{digit * 64}" for digit in "12")
RATES = {"green-season": 3, "green": 2, "ordinary": 1}
EDITION = ("rates.changed", None, 0, {"clock": 0, "policy": "p", "rates": RATES, "strict": []})

Event = tuple[str, str | None, int, dict[str, Any]]


def at(second: int) -> str:
    return instant(SEVEN + timedelta(seconds=second))


def waits(entry: str = ONE, second: int = 10, since: int | None = None, **more: Any) -> Event:
    clock = second if since is None else since
    data = {"lane": "ordinary", "rate": 1, "clock": clock, "carried": 0, "waits_from": at(clock)}
    return "waiting.started", entry, second, {**data, "route": None, "inside": False, **more}


def head(entry: str = ONE, second: int = 100, began: int = 10, **more: Any) -> dict[str, Any]:
    earned = second - began
    told = {"entry": entry, "lane": "ordinary", "rate": 1, "points": earned, "open_wait": earned}
    return {**told, "waits_from": at(began), **more}


def call(entry: str = ONE, second: int = 100, began: int = 10, **more: Any) -> Event:
    data = {
        "clock": second,
        "points": second - began,
        "policy": "p",
        "heads": [head(entry, second, began)],
        "skips": [],
    }
    return "call.made", entry, second, {**data, **more}


def skip(reason: str, entry: str = ONE, points: int = 90, **more: Any) -> dict[str, Any]:
    told = {"entry": entry, "lane": "ordinary", "points": points, "reason": reason}
    return {**told, "posted_by": "board", **more}


def back(kind: str, charges: int, second: int = 200, **more: Any) -> Event:
    return kind, ONE, second, {"clock": second, "charges": charges, "call": "c", **more}


def post(kind: str, second: int = 60, ends: int | None = None, **more: Any) -> Event:
    told = {"notice": NOTICE, "notice_kind": kind, "starts_at": at(second), "route": None}
    ends_at = None if ends is None else at(ends)
    return "notice.posted", None, second, {**told, "ends_at": ends_at, **more}


def outage(kind: str = "outage.signed", starts: int = 0, ends: int = 3600, **more: Any) -> Event:
    told = {"outage": "o", "starts_at": at(starts), "ends_at": at(ends)}
    return kind, None, ends, {**told, **more}


SIGNED = outage()
SIGHTING, NIGHT = str(UUID(int=99)), 12 * 3600
PLATE, OTHER_PLATE = (f"sha256:{digit * 64}" for digit in "ab")


def see(second: int = 50, sighting: str | None = SIGHTING, **more: str) -> Event:
    return "plate.contested", None, second, {"sighting": sighting, **more}


def named(entry: str = ONE, second: int = 900, since: int = 50, **more: str) -> Event:
    return waits(entry, second, since, sighting=SIGHTING, **more)


def leaves_of(
    *events: Event,
    clock: Clock = Clock.TIME,
    officers: tuple[str, ...] = (FIRST_OFFICER, SECOND_OFFICER),
) -> list[bytes]:
    """Return a log in which each event is sealed as it happened, an edition first."""
    leaves = []
    words = dict(zip(("first_officer", "officer"), officers, strict=False))
    words |= {"proposed_by": FIRST_OFFICER, "confirmed_by": SECOND_OFFICER}
    for number, (kind, entry, second, data) in enumerate((EDITION, *events), start=1):
        happened = SEVEN + timedelta(seconds=second)
        who = None if entry is None else UUID(entry)
        event = LoggedEvent(number, UUID(int=number), kind, who, happened, happened, data)
        leaves.append(canonical(seal(happened, 1, clock)))
        leaves.append(canonical(leaf_of(event, words | _plate(data))))
    return leaves


def _plate(data: dict[str, Any]) -> dict[str, str]:
    return {"plate": data["plate"]} if "plate" in data else {}


def found(leaves: list[bytes]) -> Wrong | None:
    return verify(leaves, outages_in(leaves)).wrong


def why(leaves: list[bytes]) -> tuple[int, str] | None:
    wrong = found(leaves)
    return None if wrong is None else (wrong.leaf, wrong.why.value)


def override(**more: Any) -> Event:
    told = {"override": str(UUID(int=9)), "due": ONE, "reason": "medical", "week": "2026-05-04"}
    return "override.made", OTHER, 100, {"clock": 100, **told, "number": 1, "budget": 1, **more}


OUT_OF_TURN = call(OTHER, began=50, override=str(UUID(int=9)), heads=[head(OTHER, began=50)])


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([waits(), call(), back("call.withdrawn", 0)], id="called and taken back"),
        pytest.param([waits(since=-40, clock=0)], id="under a minute before its seal"),
        pytest.param([waits(), ("entry.substituted", ONE, 20, {})], id="another truck goes on"),
        pytest.param(
            [
                waits(),
                call(),
                back("call.missed", 3600, number=1),
                call(second=4000, points=390, heads=[head(second=4000, points=390)]),
                back("call.missed", 3600, 5000, number=1),
            ],
            id="the same miss costs the same",
        ),
        pytest.param(
            [outage("outage.reported"), SIGNED, waits(second=3700, since=50)], id="outage"
        ),
        pytest.param(
            [waits(second=3700, since=50), outage(starts=0, ends=3800)], id="signed afterwards"
        ),
        pytest.param([see(), named()], id="named after it was seen"),
        pytest.param([see(), named(since=800)], id="ready after it was seen"),
        pytest.param([see(), named(second=50 + NIGHT)], id="named at the end of a night"),
        pytest.param([see(plate=PLATE), named(plate=PLATE)], id="of the plate that was seen"),
        pytest.param([see(), see(60, ONE, plate=PLATE)], id="a later release says which plate"),
        pytest.param(
            [("entry.deferred", ONE, 5, {"until": at(500)}), waits(second=900, since=500)],
            id="who was put off begins at the second that was told",
        ),
        pytest.param(
            [
                (
                    "entry.joined",
                    ONE,
                    5,
                    {"clock": 5, "carried": 9, "holds": [], "waits_from": None},
                ),
                waits(second=10, carried=9),
                call(points=99, heads=[head(points=99)]),
            ],
            id="who comes without a wait begins one",
        ),
        pytest.param(
            [
                (
                    "entry.joined",
                    ONE,
                    900,
                    {"clock": 900, "carried": 9, "holds": [], "waits_from": at(-500)},
                ),
                waits(second=900, carried=9, waits_from=at(-500)),
                call(
                    second=901,
                    points=10,
                    heads=[head(second=901, points=10, waits_from=at(-500), open_wait=1401)],
                ),
            ],
            id="who comes with a wait goes on with it",
        ),
        pytest.param(
            [
                *(waits(), waits(OTHER, 50), post("closure")),
                call(OTHER, began=50, skips=[skip("closure")]),
            ],
            id="whom a notice excludes is skipped",
        ),
        pytest.param(
            [
                *(waits(), waits(OTHER, 50)),
                call(OTHER, began=50, skips=[skip("intake-suspended")]),
            ],
            id="whom the calendar excludes is skipped",
        ),
        pytest.param(
            [
                *(waits(route=ROAD), waits(OTHER, 50), post("closure", route=ROAD)),
                call(OTHER, began=50, skips=[skip("route-closed", route=ROAD, notice=NOTICE)]),
            ],
            id="a closed route is skipped",
        ),
        pytest.param(
            [
                *(waits(), ("hold.placed", ONE, 20, {"hold": "h"}), waits(OTHER, 50)),
                call(OTHER, began=50, skips=[skip("held")]),
            ],
            id="who is held is skipped",
        ),
        pytest.param([waits(), waits(OTHER, 50), override(), OUT_OF_TURN], id="out of turn"),
    ],
)
def test_what_keeps_the_rules_verifies(events: list[Event]) -> None:
    assert None is why(leaves_of(*events))


@pytest.mark.parametrize(
    ("events", "rule"),
    [
        pytest.param([waits(since=-61, clock=0)], "back-dated", id="a minute before its seal"),
        pytest.param(
            [
                waits(),
                ("waiting.stopped", ONE, 20, {"clock": 20, "carried": 10}),
                waits(second=30, waits_from=at(5), carried=10),
            ],
            "back-dated",
            id="another beginning",
        ),
        pytest.param(
            [("entry.deferred", ONE, 900, {"until": at(500)}), waits(second=901, since=500)],
            "back-dated",
            id="put off to what was over",
        ),
        pytest.param(
            [waits(), waits(OTHER, 20, clock=9)], "open-clock", id="a clock that runs back"
        ),
        pytest.param(
            [waits(), waits(OTHER, 20, clock=21)], "open-clock", id="a clock that runs ahead"
        ),
        pytest.param([named()], "sighting", id="an invented sighting"),
        pytest.param([named(second=60)], "sighting", id="an invented one just now"),
        pytest.param([see(), named(since=49)], "sighting", id="before it was seen"),
        pytest.param([see(), named(second=900 + NIGHT)], "sighting", id="seen too long ago"),
        pytest.param(
            [see(), named(), named(OTHER, 901)], "sighting", id="a sighting that has served"
        ),
        pytest.param([see(), see(60)], "sighting", id="a sighting told twice"),
        pytest.param([see(sighting=None)], "sighting", id="a sighting of nothing"),
        pytest.param(
            [see(plate=PLATE), named(plate=OTHER_PLATE)], "sighting", id="another plate than seen"
        ),
        pytest.param([see(plate=PLATE), named()], "sighting", id="no plate, though one was seen"),
        pytest.param(
            [see(plate=PLATE), see(60, ONE)], "sighting", id="no plate, though others had one"
        ),
        pytest.param([waits(carried=5)], "points", id="points from nowhere"),
        pytest.param([waits(), call(policy="q")], "policy", id="another edition"),
        pytest.param([waits(), call(heads=[])], "heads", id="nobody was compared"),
        pytest.param([waits(), call(heads=[head(points=91)])], "heads", id="other points"),
        pytest.param(
            [waits(), call(heads=[head(), head(OTHER)])],
            "heads",
            id="who does not wait was compared",
        ),
        pytest.param([waits(), call(skips=[skip("held", OTHER)])], "skip", id="who does not wait"),
        pytest.param(
            [waits(), waits(OTHER, 50), call(skips=[skip("held", OTHER, 51)])],
            "skip",
            id="points of a skip",
        ),
        pytest.param(
            [waits(), waits(OTHER, 50), call(skips=[skip("held", OTHER, 50)])],
            "skip",
            id="nothing holds it",
        ),
        pytest.param(
            [waits(), waits(OTHER, 50), call(OTHER, began=50, skips=[skip("closure")])],
            "skip",
            id="no such notice",
        ),
        pytest.param(
            [
                *(waits(route=ROAD), waits(OTHER, 50), post("closure", route=ROAD, ends=80)),
                call(OTHER, began=50, skips=[skip("route-closed", route=ROAD, notice=NOTICE)]),
            ],
            "skip",
            id="a notice that is over",
        ),
        pytest.param(
            [
                *(waits(route=ROAD), waits(OTHER, 50), post("closure", route=ROAD)),
                ("notice.lifted", None, 70, {"notice": NOTICE, "lifted_at": at(70)}),
                call(OTHER, began=50, skips=[skip("route-closed", route=ROAD, notice=NOTICE)]),
            ],
            "skip",
            id="a notice that was lifted",
        ),
        pytest.param(
            [
                ("notice.lifted", None, 5, {"notice": "?", "lifted_at": at(5)}),
                waits(),
                waits(OTHER, 50),
                call(OTHER, began=50),
            ],
            "call",
            id="not its turn",
        ),
        pytest.param(
            [waits(), call(), back("call.withdrawn", 1)], "charge", id="taken back at a cost"
        ),
        pytest.param(
            [waits(), call(), back("call.missed", 61, number=1)], "charge", id="no whole minute"
        ),
        pytest.param([waits(), call(), back("call.missed", -60, number=1)], "charge", id="a gift"),
        pytest.param(
            [("hold.placed", ONE, 5, {"hold": "h"}), ("hold.lifted", ONE, 6, {"hold": "i"})],
            "not-held",
            id="a hold that nobody placed",
        ),
        pytest.param([call()], "not-waiting", id="who never waited"),
        pytest.param(
            [back("call.missed", 0, number=1)], "not-waiting", id="missed by who never waited"
        ),
        pytest.param([waits(), call(), waits(OTHER, 99)], "before-call", id="before the last call"),
        pytest.param([waits(), waits(OTHER, 50), OUT_OF_TURN], "override", id="no officer's word"),
        pytest.param([override(week="2026-04-27")], "week", id="another week"),
        pytest.param([waits(rate="1")], "form", id="a rate in words"),
        pytest.param([waits(lane="fast")], "form", id="a lane that nobody knows"),
        pytest.param([waits(waits_from=None)], "form", id="no beginning"),
    ],
)
def test_the_last_leaf_is_named_by_the_rule_that_it_breaks(events: list[Event], rule: str) -> None:
    newest = max(second for _, _, second, _ in events)
    leaves = [*leaves_of(*events[:-1]), *_raw(len(events) + 1, events[-1], newest)]
    assert (len(leaves) - 1, rule) == why(leaves)


def _raw(number: int, event: Event, sealed_at: int) -> list[bytes]:
    """Return seal and leaf of an event, told as it is, whatever its form."""
    kind, entry, second, data = event
    words = {"proposed_by": FIRST_OFFICER, "confirmed_by": SECOND_OFFICER}
    told = {**data, **(words if kind == "override.made" else {})}
    leaf = {
        "at": at(second), "data": told, "entry": entry, "id": str(UUID(int=number)), "kind": kind,
        "number": number, "occurred_at": at(second),
    }  # fmt: skip
    begun = seal(SEVEN + timedelta(seconds=sealed_at), 1, Clock.TIME)
    return [canonical(begun), canonical(leaf)]


@pytest.mark.parametrize("officers", [(FIRST_OFFICER, FIRST_OFFICER), (FIRST_OFFICER,), ()])
def test_an_outage_is_signed_by_two(officers: tuple[str, ...]) -> None:
    leaves = leaves_of(SIGNED, officers=officers)
    assert (3, "officers") == why(leaves)
    assert [] == outages_in(leaves)


def test_an_outage_that_cannot_be_read_counts_for_nothing() -> None:
    leaves = leaves_of(SIGNED)
    assert [SignedOutage(SEVEN, SEVEN + timedelta(hours=1))] == outages_in(leaves)
    assert [] == outages_in([leaves[-1].replace(b"starts_at", b"begins_at")])
    assert [] == outages_in([leaves[-1][:-1]])


def edited(at: int, **more: Any) -> Callable[[list[bytes]], list[bytes]]:
    def edit(leaves: list[bytes]) -> list[bytes]:
        leaf = canonical({**json.loads(leaves[at]), **more})
        return [*leaves[:at], leaf, *leaves[at + 1 :]]

    return edit


@pytest.mark.parametrize(
    ("edit", "leaf", "rule"),
    [
        pytest.param(lambda leaves: leaves[1:], 0, "batch", id="no seal first"),
        pytest.param(lambda leaves: leaves[:-1], 3, "batch", id="a batch cut short"),
        pytest.param(lambda leaves: [*leaves[:1], *leaves[2:]], 1, "batch", id="a leaf is gone"),
        pytest.param(edited(2, leaves=0), 2, "batch", id="an empty batch"),
        pytest.param(edited(2, leaves=True), 2, "form", id="a number that is none"),
        pytest.param(edited(2, more=1), 2, "form", id="a seal that says more"),
        pytest.param(edited(2, clock="sand"), 2, "form", id="an unknown clock"),
        pytest.param(edited(2, clock="sandbox"), 2, "clock-kind", id="another clock"),
        pytest.param(edited(2, sealed_at=at(-1)), 2, "sealed-back", id="sealed before"),
        pytest.param(edited(2, sealed_at="2026-05-04"), 2, "form", id="a day is no instant"),
        pytest.param(edited(2, sealed_at=at(71)), 3, "sealed-late", id="sealed a minute late"),
        pytest.param(edited(3, number=1), 3, "number", id="a number twice"),
        pytest.param(edited(3, number=0), 3, "number", id="a number below"),
        pytest.param(edited(3, id="7"), 3, "form", id="no id"),
        pytest.param(
            edited(3, entry=ONE.upper().replace("-", "")), 3, "form", id="an id in other words"
        ),
        pytest.param(edited(3, more=1), 3, "form", id="an event that says more"),
        pytest.param(edited(3, kind=None), 3, "form", id="no kind"),
        pytest.param(lambda leaves: [*leaves[:3], leaves[3] + b" "], 3, "form", id="not canonical"),
        pytest.param(lambda leaves: [*leaves[:3], b"[]"], 3, "form", id="no object"),
        pytest.param(lambda leaves: [*leaves[:3], b"{"], 3, "form", id="no JSON"),
    ],
)
def test_batches_and_forms(
    edit: Callable[[list[bytes]], list[bytes]], leaf: int, rule: str
) -> None:
    assert (leaf, rule) == why(edit(leaves_of(waits())))


def test_numbers_grow_inside_a_batch_only() -> None:
    leaves = edited(1, number=7)(leaves_of(waits()))
    assert None is why(leaves)
    whole = [edited(0, leaves=2)(leaves)[0], leaves[1], leaves[3]]
    assert (2, "number") == why(whole)


def test_kinds_and_fields_that_nobody_knows_are_passed_over_and_counted() -> None:
    leaves = edited(3, kind="entry.praised")(leaves_of(waits(), waits(OTHER, 20, praise="much")))
    verdict = verify(leaves, ())
    assert (1, None, 6) == (verdict.unknown, verdict.wrong, verdict.leaves)
    more = leaves_of(waits())
    told = json.loads(more[-1])
    told["data"]["praise"] = "much"
    assert None is why([*more[:-1], canonical(told)])


@pytest.mark.parametrize(
    ("name", "value"),
    [("plate", "14C-123.45"), ("plate", 1), ("plate", "sha256:00"), ("inside", 1), ("route", 7)],
)
def test_a_field_has_its_form(name: str, value: Any) -> None:
    leaves = leaves_of(waits())
    told = json.loads(leaves[-1])
    told["data"][name] = value
    assert (3, "form") == why([*leaves[:-1], canonical(told)])


def test_in_a_sandbox_a_wait_may_be_of_any_age_but_its_seals_never_go_back() -> None:
    leaves = leaves_of(waits(second=3700, since=50), clock=Clock.SANDBOX)
    assert None is why(leaves)
    assert Clock.SANDBOX is verify(leaves, ()).clock
    assert (2, "sealed-back") == why(edited(2, sealed_at=at(-1))(leaves))


def tiles_of(leaves: list[bytes]) -> dict[Tile, bytes]:
    return grow({}, 0, [leaf_hash(leaf) for leaf in leaves])


def signed(leaves: list[bytes], origin: str = "o") -> Checkpoint:
    tiles = tiles_of(leaves)
    return Checkpoint(origin, len(leaves), root_in(tiles, len(leaves)))


def beside(
    leaves: list[bytes],
    newest: Checkpoint,
    told: dict[Tile, bytes] | None = None,
    kept: Iterable[Checkpoint] = (),
) -> list[tuple[int, str]]:
    """Return what is wrong of leaves beside the tiles of a log and what was signed of it."""
    tiles = tiles_of(leaves) if told is None else told
    looking = Continuing(lambda tile, width: tiles[tile][: width * 32], kept)
    for leaf in leaves:
        looking.take(leaf_hash(leaf))
    return [(one.leaf, one.why.value) for one in looking.end(newest)]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 600])
def test_a_leaf_that_is_not_the_one_of_its_tile_is_named(size: int) -> None:
    leaves = [b"%d" % number for number in range(size)]
    newest, at = signed(leaves), size // 2
    assert [] == beside(leaves, newest)
    other = [*leaves[:at], b"x", *leaves[at + 1 :]]
    assert [(at, "tile")] == beside(leaves, newest, tiles_of(other))
    assert [(at, "tile"), (0, "root")] == beside(other, newest, tiles_of(leaves))


def test_a_tile_above_that_is_not_made_of_those_below_is_named() -> None:
    leaves = [b"%d" % number for number in range(600)]
    made = tiles_of(leaves)
    above = {**made, Tile(1, 0): made[Tile(1, 0)][:32] + bytes(32)}
    assert [(256, "tile")] == beside(leaves, signed(leaves), above)
    assert [(512, "tile")] == beside(leaves, signed(leaves), {**made, Tile(0, 2): b""})


def test_a_log_goes_on_with_every_checkpoint_that_was_kept() -> None:
    leaves = [b"%d" % number for number in range(9)]
    kept = [signed([]), signed(leaves[:4]), signed(leaves)]
    assert [] == beside(leaves, kept[-1], kept=kept)
    other = [*leaves[:5], b"x", *leaves[6:]]
    assert [(0, "root"), (4, "fork")] == beside(other, kept[-1], kept=kept)
    assert [(8, "shorter")] == beside(leaves[:8], signed(leaves[:8]), kept=kept)
    assert [(0, "root")] == beside([], kept[-1])


def test_of_the_open_clock_so_much_is_kept_as_the_rest_follows_from() -> None:
    """However many vehicles come by day and night, and in whichever order they are told."""
    day, night = range(10, 600, 7), range(700, 900, 9)
    readings = [*((second, second) for second in day), *((second, 600) for second in night)]
    for order in (readings, readings[::-1], readings[::2] + readings[1::2]):
        dates = Dates(())
        for second, clock in order:
            then = SEVEN + timedelta(seconds=second)
            facts = dates.event("waiting.moved", UUID(ONE), (then, then), {"clock": clock})
            assert [] == [one for one in facts if one.why == "open-clock"]
        assert 4 == len(dates._readings)  # noqa: SLF001 - what is kept cannot be asked for


@pytest.mark.parametrize("ending", sorted(OVER))
def test_a_ground_may_be_taken_back_of_who_does_not_come_back(ending: str) -> None:
    """It is known until then: a second time there is none to take back."""
    said = {"clock": 20, "ground": "disaster-relief", "authority": "customs"}
    told: list[Event] = [
        ("ground.confirmed", ONE, 20, {**said, "lane": "relief"}),
        (ending, ONE, 30, {}),
        ("ground.withdrawn", ONE, 40, said),
    ]
    assert None is why(leaves_of(*told))
    assert (9, "ground") == why(leaves_of(*told, ("ground.lapsed", ONE, 50, said)))
    wrong, _ = published.program().check_rules(leaves_of(*told))
    assert None is wrong


def test_who_comes_as_a_new_one_does_not_stand_where_it_stood() -> None:
    """Though it was forgotten, and waits under the id it had, it is behind who came before."""
    told: list[Event] = [
        waits(second=0),
        waits(OTHER),
        ("waiting.stopped", ONE, 80, {"clock": 80, "carried": 80}),
        ("entry.cancelled", ONE, 81, {}),
        waits(second=90),
        call(began=90),
    ]
    leaves = leaves_of(*told)
    assert (13, "call") == why(leaves)
    wrong, _ = published.program().check_rules(leaves)
    assert (13, "call") == (wrong.leaf, wrong.rule)


@pytest.mark.parametrize("ending", sorted(OVER))
def test_who_does_not_come_back_is_forgotten(ending: str) -> None:
    """What is told of it later is as of a new entry; a hold that is there may still be lifted."""
    begun: list[Event] = [waits(), ("hold.placed", ONE, 20, {"hold": "h"})]
    ended: list[Event] = [
        (ending, ONE, 30, {}),
        ("waiting.stopped", ONE, 31, {"clock": 31, "carried": 21}),
        ("hold.lifted", ONE, 40, {"hold": "h"}),
    ]
    assert None is why(leaves_of(*begun, *ended, waits(second=50)))
    assert (11, "back-dated") == why(leaves_of(*begun, *ended[1:], waits(second=50)))
