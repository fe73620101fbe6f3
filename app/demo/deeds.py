"""What happens at a gate in no particular order: one request after the other, drawn at random.

Pure and seeded. What is drawn follows from what was answered: only what was registered comes into
a yard, is looked at and is tracked.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count, cycle
from random import Random
from typing import Any

from app.demo.client import Json
from app.demo.days import GATES
from app.demo.declarations import declaration
from app.demo.plan import Plan
from app.demo.player import OFFICERS, YARDS
from app.domain.vocabulary import Direction

KEPT = 500  # of the entries that were registered last
PLATES = 99_999
DONE, MADE = frozenset({200}), frozenset({201})
NOWHERE = "00000000-0000-0000-0000-000000000000"
COMPANY = "app"


@dataclass(frozen=True, slots=True)
class Deed:
    """One request, and the statuses by which it went as it should."""

    operation: str
    method: str
    path: str
    who: str | None
    expected: frozenset[int] = DONE
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Deeds:
    """Draws one deed after the other."""

    def __init__(self, plan: Plan, day: date, dice: Random) -> None:
        """Register vehicles such as the plan has, for `day`; two runs have other plates."""
        self._dice = dice
        self._day = day
        self._run = f"{dice.getrandbits(64):016x}"
        self._numbers = count(1)
        self._first = dice.randrange(PLATES)
        self._trucks = cycle(dice.sample(plan.trucks, len(plan.trucks)))
        self._coming: deque[Json] = deque(maxlen=KEPT)
        self.known: deque[Json] = deque(maxlen=KEPT)
        """What was registered last."""
        drawn: Mapping[Callable[[], Deed], int] = {
            self._register: 24,
            self._come: 16,
            self._read_board: 20,
            self._track: 12,
            self._read_entry: 8,
            self._read_place: 6,
            self._list_entries: 4,
            self._call: 4,
            self._err: 6,
        }
        self._drawn, self._weights = [*drawn], [*drawn.values()]

    def __iter__(self) -> Iterator[Deed]:
        """Yield deeds without end."""
        while True:
            (draw,) = self._dice.choices(self._drawn, self._weights)
            yield draw()

    def learn(self, entry: Json) -> None:
        """Note what was registered: it will come, and be looked at."""
        self._coming.append(entry)
        self.known.append(entry)

    def _register(self) -> Deed:
        number = next(self._numbers)
        truck = replace(next(self._trucks), number=(self._first + number) % PLATES + 1)
        body = {**declaration(truck, self._day), "client_reference": f"{self._run}-{number}"}
        # Its plate may be that of an earlier run, which has not left.
        return self._post("register_entry", "/v1/entries", COMPANY, body, MADE | {409})

    def _come(self) -> Deed:
        if not self._coming:
            return self._register()
        entry = self._coming.popleft()
        gate = entry["gate"]
        if entry["direction"] == Direction.EXPORT:
            body = {"reference": entry["reference"], "way": "in"}
            path = f"/v1/yards/{YARDS[gate]}/movements"
            return self._post("record_movement", path, "yard", body)
        body = {"reference": entry["reference"], "gate": gate}
        return self._post("record_arrival", "/v1/arrivals", "border_guard", body)

    def _call(self) -> Deed:
        gate = self._dice.choice(GATES)
        path = f"/v1/gates/{gate}/queues/export/calls"
        # At night the gate is closed, and nobody is called.
        return self._post("call_next_vehicles", path, OFFICERS[gate], {"count": 1}, MADE | {409})

    def _read_board(self) -> Deed:
        path = self._dice.choice(
            ["/v1/queues", *(f"/v1/gates/{gate}/queues/export" for gate in GATES)]
        )
        operation = "list_queues" if path == "/v1/queues" else "get_queue"
        return Deed(operation, "GET", path, None)

    def _track(self) -> Deed:
        entry = self._one()
        if entry is None:
            return self._read_board()
        return Deed("track_entry", "GET", f"/v1/tracking/{entry['tracking']['token']}", None)

    def _read_entry(self) -> Deed:
        entry = self._one()
        if entry is None:
            return self._list_entries()
        return Deed("get_entry", "GET", f"/v1/entries/{entry['id']}", COMPANY)

    def _read_place(self) -> Deed:
        entry = self._one()
        if entry is None:
            return self._list_entries()
        return Deed("get_place", "GET", f"/v1/entries/{entry['id']}/place", COMPANY)

    def _list_entries(self) -> Deed:
        return Deed("list_entries", "GET", "/v1/entries?limit=20", COMPANY)

    def _err(self) -> Deed:
        """Send what is wrong, and must be refused as it should be."""
        wrong = (
            Deed("wrong: no key", "GET", "/v1/entries", None, frozenset({401})),
            Deed(
                "wrong: no such entry", "GET", f"/v1/entries/{NOWHERE}", COMPANY, frozenset({404})
            ),
            Deed(
                "wrong: no such field",
                "POST",
                "/v1/entries",
                COMPANY,
                frozenset({422}),
                {"gatte": 1},
            ),
            Deed("wrong: not its role", "POST", "/v1/entries", "auditor", frozenset({403}), {}),
        )
        return self._dice.choice(wrong)

    def _one(self) -> Json | None:
        return self._dice.choice(self.known) if self.known else None

    def _post(
        self,
        operation: str,
        path: str,
        who: str,
        body: dict[str, Any],
        expected: frozenset[int] = MADE,
    ) -> Deed:
        headers = {"Idempotency-Key": f"{self._run}-{next(self._numbers)}"}
        return Deed(operation, "POST", path, who, expected, body, headers)
