"""Stored events and leaves are told to the replay in the same words."""

from datetime import UTC, datetime
from uuid import UUID

from app.domain.log.retelling import NO_RATES, Told, replayed
from app.domain.replay import (
    Brought,
    Called,
    Entered,
    Gone,
    Held,
    LaneChanged,
    Left,
    Lifted,
    Moved,
    RatesChanged,
    Returned,
    replay,
)
from app.domain.sub_queues import Barrier, BarrierKind, SubQueue
from app.domain.vocabulary import Lane

ONE, OTHER = UUID(int=1), UUID(int=2)
RATES = {"green-season": 2, "green": 2, "ordinary": 1}
START = {
    "lane": "green",
    "rate": 2,
    "clock": 60,
    "carried": 5,
    "waits_from": "2026-05-04T14:00:00+07:00",
    "route": "1088-2-1089",
    "inside": True,
}
MORNING = datetime(2026, 5, 4, 7, tzinfo=UTC)
ROAD = SubQueue("1088-2-1089", inside=True)


def test_each_kind_has_its_word() -> None:
    skips = [
        {"reason": "held", "entry": str(OTHER)},
        {"reason": "closed", "entry": str(OTHER)},
        {"reason": "yards-full", "entry": str(OTHER), "route": None, "posted_by": "yard"},
    ]
    told: list[Told] = [
        ("rates.changed", None, {"rates": RATES, "clock": 0, "strict": ["green-season"]}),
        ("entry.registered", ONE, {"lane": "green"}),
        ("notice.posted", None, {}),
        ("waiting.started", ONE, START),
        ("waiting.moved", ONE, {"clock": 61}),
        ("lane.changed", ONE, {"lane": "ordinary", "rate": 1, "clock": 70, "carried": 25}),
        ("hold.placed", ONE, {"hold": "h"}),
        ("hold.lifted", ONE, {"hold": "h"}),
        ("call.made", ONE, {"clock": 80, "skips": skips, "points": 40}),
        ("call.missed", ONE, {"charges": 9}),
        ("call.excused", ONE, {"charges": 0}),
        ("call.withdrawn", ONE, {"charges": 0}),
        ("waiting.stopped", ONE, {"clock": 90, "carried": 36}),
        ("entry.diverted", ONE, {"earned": 36}),
        ("entry.joined", ONE, {"carried": 36, "holds": ["h"]}),
    ]
    full = Barrier(BarrierKind.YARDS_FULL, None, "yard")
    assert [
        RatesChanged(
            {Lane.GREEN_SEASON: 2, Lane.GREEN: 2, Lane.ORDINARY: 1}, 0, {Lane.GREEN_SEASON}
        ),
        Entered(ONE, Lane.GREEN, 2, 60, MORNING, 5, sub_queue=ROAD),
        Moved(ONE, SubQueue()),
        LaneChanged(ONE, Lane.ORDINARY, 1, 70, 25),
        Held(ONE, "h"),
        Lifted(ONE, "h"),
        *(Held(OTHER, "closed"), Called(ONE, 80, (full,), points=40), Lifted(OTHER, "closed")),
        *(Returned(ONE, 9), Returned(ONE), Returned(ONE)),
        Left(ONE, 90, 36),
        Gone(ONE, 36),
        Brought(ONE, 36, ["h"]),
    ] == list(replayed(told))


def test_who_waits_before_any_edition_is_a_fault() -> None:
    start = {**START, "carried": 0}
    assert ["rate"] == [
        one.fault for one in replay(replayed([("waiting.started", ONE, start)]), NO_RATES)
    ]
