"""What reports count of an entry: when it came to a gate, how and when it left, what it waited.

A stay is derived from an entry's own rows and may be made anew at any time with the same result.
Days are legal days of the gate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

from app.domain.vocabulary import Direction, Lane, State

STOCK_TIME: Final = time(20)
"""When the Board counts who still waits (`xe tồn`), local time; the layout of 22 August 2024."""

FRUIT: Final = "fresh-produce-export"
NEW_VEHICLE: Final = "self-driven-import"


class Cargo(StrEnum):
    """The Board's split of vehicles: two for each direction."""

    FRUIT = "fruit"
    OTHER = "other"
    GOODS = "goods"
    NEW_VEHICLES = "new-vehicles"


class Outcome(StrEnum):
    """How a stay at a gate ended; an ending without passage is no traffic."""

    PASSED = "passed"
    TURNED_ROUND = "turned-round"
    TURNED_BACK = "turned-back"
    ENDED = "ended"


CARGO_OF: Final[Mapping[Direction, tuple[Cargo, Cargo]]] = {
    Direction.EXPORT: (Cargo.FRUIT, Cargo.OTHER),
    Direction.IMPORT: (Cargo.GOODS, Cargo.NEW_VEHICLES),
}
_LEFT: Final[Mapping[State, tuple[Outcome, str]]] = {
    State.CROSSED: (Outcome.PASSED, "exit"),
    State.TURNED_BACK: (Outcome.TURNED_BACK, "refusal"),
}
_MAY_WAIT_ON: Final = frozenset({State.REGISTERED, State.QUEUED, State.CALLED})


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation as far as it tells when a vehicle went through; `recorded_at` orders them."""

    kind: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """What an entry waited, in open seconds, and the instant its waiting was over."""

    seconds: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """The rows of one entry that a stay is derived from.

    `declared_at` is None where nobody has declared it. `wait` is None while it may still go on.
    `diverted_at` is when it turned round to another gate, where the stay is at one that it left.
    """

    direction: Direction
    lane: Lane
    state: State
    goods_groups: Sequence[str]
    declared_at: datetime | None
    presence_at: datetime | None
    ended_at: datetime | None
    diverted_at: datetime | None = None
    seen: Sequence[Seen]
    wait: Wait | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One entry at one gate, as reports count it.

    It is in the stock of the days from `stock_from` (in) to `stock_to` (out, None: still here),
    without declaration before `declared_from`. `left_*` and `waited_*` are None until they are so.
    """

    lane: Lane
    cargo: Cargo
    outcome: Outcome | None
    left_on: date | None
    left_hour: int | None
    stock_from: date
    stock_to: date | None
    declared_from: date | None
    waited: int | None
    waited_on: date | None
    waited_hour: int | None


def cargo_of(direction: Direction, goods_groups: Iterable[str]) -> Cargo:
    """Return which column of the Board's report a vehicle belongs to.

    One line of fresh produce makes a vehicle fruit, for it spoils; an import is a new vehicle when
    that is all it carries. An empty vehicle counts with other exports, or with goods.
    """
    groups = set(goods_groups)
    if direction is Direction.EXPORT:
        return Cargo.FRUIT if FRUIT in groups else Cargo.OTHER
    return Cargo.NEW_VEHICLES if groups == {NEW_VEHICLE} else Cargo.GOODS


def goods_groups_in(document: Mapping[str, Any]) -> list[str]:
    """Return the goods group of each line of a declared document."""
    consignments = document.get("consignments") or ()
    return [line["goods_group"] for one in consignments for line in one.get("lines") or ()]


def stock_day(at: datetime, zone: tzinfo) -> date:
    """Return the first day whose 20:00 is not before `at`: who comes then is in its stock."""
    local = at.astimezone(zone)
    late = local.time() > STOCK_TIME
    return local.date() + timedelta(days=1 if late else 0)


def is_over(state: State) -> bool:
    """Tell whether an entry in `state` waits no more and cannot be put back."""
    return state not in _MAY_WAIT_ON


def stay_of(facts: EntryFacts, zone: tzinfo) -> Stay | None:
    """Return the stay of an entry; None where it never came."""
    outcome, left_at = _leaving(facts)
    came_at = facts.presence_at or (left_at if outcome is Outcome.PASSED else None)
    if came_at is None:
        return None
    # What is entered late may say that a vehicle left before it came.
    came_at = min(came_at, left_at) if left_at else came_at
    stock_from = stock_day(came_at, zone)
    stock_to = stock_day(left_at, zone) if left_at else None
    left = left_at.astimezone(zone) if left_at else None
    over = facts.wait.until.astimezone(zone) if facts.wait else None
    return Stay(
        lane=facts.lane,
        cargo=cargo_of(facts.direction, facts.goods_groups),
        outcome=outcome,
        left_on=left.date() if left else None,
        left_hour=left.hour if left else None,
        stock_from=stock_from,
        stock_to=stock_to,
        declared_from=_declared_from(facts.declared_at, stock_from, stock_to, zone),
        waited=facts.wait.seconds if facts.wait else None,
        waited_on=over.date() if over else None,
        waited_hour=over.hour if over else None,
    )


def _leaving(facts: EntryFacts) -> tuple[Outcome | None, datetime | None]:
    """Return how and when it left: as somebody saw it, else as its ending was written down."""
    if facts.diverted_at is not None:
        return Outcome.TURNED_ROUND, facts.diverted_at
    if facts.ended_at is None:
        return None, None
    outcome, kind = _LEFT.get(facts.state, (Outcome.ENDED, ""))
    told = sorted(
        (one for one in facts.seen if one.kind == kind and one.recorded_at <= facts.ended_at),
        key=lambda one: one.recorded_at,
    )
    # The last that was told by then is the one that ended it.
    return outcome, told[-1].occurred_at if told else facts.ended_at


def _declared_from(
    declared_at: datetime | None, first: date, end: date | None, zone: tzinfo
) -> date | None:
    if declared_at is None:
        return None
    day = max(first, stock_day(declared_at, zone))
    return day if end is None or day < end else None
