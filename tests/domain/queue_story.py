"""A queue at random, told as the service stores it: deeds are drawn, calls go by the rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from app.domain.certificate import Told
from app.domain.queue_order import Waiting, key_at
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList

NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
RATES = {
    Lane.RELIEF: 4, Lane.LIVE_ANIMALS: 2, Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1,
}  # fmt: skip
PLACE = {"route": None, "inside": False}

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["start"] * 4 + ["call"] * 5
            + ["miss", "excuse", "hold", "lift", "stop", "back", "lane", "carry", "arrive"]
        ),
        st.integers(0, 11),
        st.sampled_from(list(RATES)),
        st.integers(0, 3),
    ),
    min_size=20, max_size=60,
)  # fmt: skip

LAST = [("start", 12, Lane.ORDINARY, 1), ("start", 13, Lane.ORDINARY, 1)]
"""Two more who wait at the end of a story, so that there is somebody to call out of turn."""


def who(number: int) -> UUID:
    return UUID(int=number + 1)


@dataclass
class Story:
    """What happened so far, and the list of those who wait, by the rule."""

    strict: Sequence[Lane] = ()
    told: list[Told] = field(default_factory=list)
    clock: int = 0
    line: WaitingList = field(default_factory=lambda: WaitingList(RATES))
    lanes: dict[UUID, Lane] = field(default_factory=dict)
    since: dict[UUID, datetime] = field(default_factory=dict)
    resting: dict[UUID, int] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.line.strict = frozenset(self.strict)
        rates = {lane.value: rate for lane, rate in RATES.items()}
        strict = [lane.value for lane in self.strict]
        self.tell("rates.changed", None, policy="p", rates=rates, strict=strict)

    @property
    def now(self) -> datetime:
        return NINE + timedelta(seconds=self.clock)

    def tell(self, kind: str, entry: UUID | None, **data: Any) -> None:
        number = len(self.told) + 1
        self.told.append(Told(number, self.now, kind, entry, {"clock": self.clock, **data}))

    def call(self, entry: UUID, skips: Sequence[dict[str, Any]] = ()) -> None:
        """Call an entry, whether or not it is due."""
        heads = [
            {
                "entry": str(one.id), "lane": one.lane.value, "rate": RATES[one.lane],
                "points": self.line.points(one.id, self.clock),
                "waits_from": one.waits_from.isoformat(),
                "open_wait": int((self.now - one.waits_from).total_seconds()),
            }
            for one in [self.line.get(entry)]
        ]  # fmt: skip
        self.tell(
            "call.made", entry, call_number=f"N-{entry.int:04}", skips=list(skips), heads=heads,
            points=self.line.points(entry, self.clock), policy="p",
        )  # fmt: skip
        self.line.take(entry)


def _start(story: Story, entry: UUID, lane: Lane, carried: int = 0) -> None:
    if entry in story.line or entry in story.gone:
        return
    lane = story.lanes.setdefault(entry, lane)
    carried = story.resting.pop(entry, carried)
    since = story.since.setdefault(entry, story.now)
    key = key_at(RATES[lane], story.clock, carried)
    story.line.enter(Waiting(entry, lane, key, since))
    story.tell(
        "waiting.started", entry, lane=lane.value, rate=RATES[lane], carried=carried,
        waits_from=since.isoformat(), call_number=f"N-{entry.int:04}", **PLACE,
    )  # fmt: skip


def _stop(story: Story, entry: UUID, why: str) -> None:
    if entry in story.line and (why == "arrived") == story.line.is_called(entry):
        story.resting[entry] = story.line.leave(entry, story.clock)
        story.tell("waiting.stopped", entry, carried=story.resting[entry], why=why)
        if why == "arrived":
            story.gone.add(entry)


def _miss(story: Story, entry: UUID, kind: str, charges: int) -> None:
    if story.line.is_called(entry):
        story.line.put_back(entry, charges)
        story.tell(kind, entry, charges=charges, faults=[] if charges else ["authority-hold"])


def _hold(story: Story, entry: UUID) -> None:
    story.line.hold(entry, "hold")
    story.tell("hold.placed", entry, hold="hold", authority="customs")


def _lift(story: Story, entry: UUID) -> None:
    story.line.lift(entry, "hold")
    story.tell("hold.lifted", entry, hold="hold", authority="customs")


def _lane(story: Story, entry: UUID, lane: Lane) -> None:
    if entry in story.line and story.lanes[entry] is not lane:
        carried = story.line.points(entry, story.clock)
        before, story.lanes[entry] = story.lanes[entry], lane
        story.line.change_lane(entry, lane, story.clock)
        story.tell(
            "lane.changed", entry, lane=lane.value, rate=RATES[lane], carried=carried,
            before=before.value, refused=[],
        )  # fmt: skip


def _call(story: Story) -> None:
    choice = story.line.due(story.clock)
    if choice is not None:
        story.call(choice.first.id)


def told_by(steps: Sequence[tuple[str, int, Lane, int]], strict: Sequence[Lane] = ()) -> Story:
    """Return the story of these steps; one that cannot happen does not."""
    story = Story(strict)
    for what, number, lane, seconds in steps:
        story.clock += seconds
        _DEEDS[what](story, who(number), lane)
    return story


_DEEDS: dict[str, Callable[[Story, UUID, Lane], None]] = {
    "start": _start,
    "back": _start,
    "carry": lambda story, entry, lane: _start(story, entry, lane, 5),
    "call": lambda story, _entry, _lane: _call(story),
    "miss": lambda story, entry, _: _miss(story, entry, "call.missed", 6),
    "excuse": lambda story, entry, _: _miss(story, entry, "call.excused", 0),
    "hold": lambda story, entry, _: _hold(story, entry),
    "lift": lambda story, entry, _: _lift(story, entry),
    "stop": lambda story, entry, _: _stop(story, entry, "unready"),
    "arrive": lambda story, entry, _: _stop(story, entry, "arrived"),
    "lane": _lane,
}
