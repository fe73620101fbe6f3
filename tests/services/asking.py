"""What may be asked of two gates, and the chances of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from app.domain.notices import NoticeKind, Wanted
from app.domain.vocabulary import Direction
from tests.races.house import fruit, truck
from tests.services.plain.vehicles import GATES, ROUTES, STOPS, TAN_THANH, YARDS

BOXES = ("CSQU3054383", "MSKU0000006")
FRUIT = "fresh-produce-export"
PLANNED = "2026-06-10T15:00:00+07:00"
LIMITS = [NoticeKind.CAPACITY, NoticeKind.COUNTERPART_LIMIT]

plates = st.integers(0, 6).map(lambda number: f"12C{number:05d}")
companies = st.sampled_from(["company-1", "company-2"])
goods = st.sampled_from([None, "lychee", "lychee", "durian"])
boxes = st.lists(st.sampled_from(BOXES), max_size=2, unique=True)
is_planned = st.sampled_from([True, True, True, True, False])
gates = st.sampled_from([TAN_THANH, TAN_THANH, *GATES])
yards = st.sampled_from([*YARDS])
some = st.integers(0, 1000)
kinds = st.sampled_from([*sorted(STOPS), *LIMITS])
directions = st.sampled_from([None, Direction.EXPORT, Direction.IMPORT])
scopes = st.sampled_from([(False, False)] * 3 + [(True, False), (False, True), (True, True)])
lengths = st.sampled_from([None, 10, 90])


def route_of(gate: str, number: int) -> str | None:
    """Return one of the routes of a gate, or none."""
    routes = (*ROUTES[gate], None)
    return routes[number % len(routes)]


@dataclass(frozen=True)
class Asked:
    """What a company registers."""

    plate: str
    gate: str
    number: int
    goods: str | None
    boxes: list[str] = field(default_factory=list)
    planned: bool = True
    company: str = "company-1"

    @property
    def route(self) -> str | None:
        return route_of(self.gate, self.number)

    @property
    def document(self) -> dict[str, Any]:
        number = int(self.plate[-5:])
        more = {"gate": self.gate, **({"route": self.route} if self.route else {})}
        document = fruit(number, self.goods, **more) if self.goods else truck(number, **more)
        document["vehicle"]["containers"] = [{"number": box} for box in self.boxes]
        if not self.planned:
            del document["planned_arrival_at"]
        return document


@dataclass(frozen=True)
class Posted:
    """A notice that somebody posts: `scope` is whether of a route, and whether of fruit."""

    kind: NoticeKind
    gate: str
    direction: Direction | None
    scope: tuple[bool, bool]
    minutes: int | None
    most: int

    def wanted(self, now: datetime) -> Wanted:
        of_route, of_fruit = self.scope
        limits = self.kind in LIMITS
        return Wanted(
            self.kind,
            self.gate,
            "Mưa",
            direction=self.direction,
            route=ROUTES[self.gate][-1] if of_route else None,
            goods_group=FRUIT if of_fruit else None,
            ends_at=now + timedelta(minutes=self.minutes) if self.minutes else None,
            per_hour=self.most if limits and self.minutes else None,
            per_day=self.most if limits and not self.minutes else None,
        )
