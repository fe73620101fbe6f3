"""The day as it happens: everybody acts at their minute, and the next thing follows the answers.

The business clock stands still while a minute is played and is then moved on, so the machine's
speed changes no wait and no order: two runs tell one story. Within a minute, what puts vehicles
into a queue comes before the calls, and those before everything else; the rest is sent at once.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import partial
from typing import Any

from app.demo.client import Client, Json
from app.demo.days import GATES
from app.demo.declarations import certificate, declaration, instant
from app.demo.failures import DemoError
from app.demo.plan import CALL_EVERY, CALLS_BEGIN, Plan, Trouble, Truck
from app.demo.tally import Answers
from app.domain.vocabulary import Direction

YARDS: Mapping[str, str] = {"huu-nghi": "xuan-cuong", "tan-thanh": "bao-nguyen"}
OFFICERS: Mapping[str, str] = dict(zip(GATES, ("officer-1", "officer-2"), strict=True))
ROUND = 10  # minutes between two rounds in which agencies confirm what they have checked
ROWS = 100  # checks in one request
HELD_FROM, HELD_TO = 10, 150
AMENDED_AFTER = 20
PAID_AFTER = 5
LAST_CALL = 2
COUNTING_SECONDS = 120
END_OF_DAY = 20 * 60 + 1  # the Board counts who stands at 20:00
PAGE = 200

Act = Callable[[], Awaitable[None]]
Watch = Callable[[str, int], None]
"""Told the time of day, and how many vehicles are through."""


class Phase(IntEnum):
    """The order of acts within a minute."""

    DECLARE = 0
    MOVE = 1
    CALL = 2
    PASS = 3
    CHECK = 4


@dataclass
class Visit:
    """One vehicle on its way, with what the API last said of it."""

    truck: Truck
    entry: Json
    calls: int = 0
    held: str | None = None
    after_checks: Act | None = None
    unchecked: int = 0

    @property
    def path(self) -> str:
        """Where the entry is."""
        return f"/v1/entries/{self.entry['id']}"

    @property
    def company(self) -> str:
        """Who declared it."""
        return "app"


@dataclass
class _Queue:
    """How far the calls of a gate are: who is still to be called, until when somebody may miss."""

    left: int
    open_until: datetime | None = None


@dataclass
class Player:
    """Plays one plan."""

    client: Client
    plan: Plan
    watch: Watch
    minute: int = 0
    answers: Answers = field(default_factory=Answers)

    def __post_init__(self) -> None:
        """Begin with an empty agenda."""
        self._agenda: defaultdict[int, defaultdict[Phase, list[Act]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._checks: defaultdict[str, list[tuple[Visit, str]]] = defaultdict(list)
        self._visits: dict[str, Visit] = {}
        waiting = Counter(
            truck.gate for truck in self.plan.trucks if truck.direction is Direction.EXPORT
        )
        self._queues = {gate: _Queue(waiting[gate]) for gate in GATES if waiting[gate]}

    async def play(self) -> Answers:
        """Play the day from midnight to its end; return what was answered.

        Raises:
            DemoError: a request failed that the plan does not foresee.
        """
        await self._go_to(0)
        for truck in self.plan.trucks:
            self._at(truck.registers, Phase.DECLARE, partial(self._register, truck))
        for gate in self._queues:
            self._at(CALLS_BEGIN, Phase.CALL, partial(self._call, gate))
        while self._agenda:
            await self._play_minute(min(self._agenda))
        await self._read_reports()
        return self.answers

    async def _play_minute(self, minute: int) -> None:
        await self._go_to(minute)
        acts = self._agenda[minute]
        for phase in Phase:
            await _together(acts.pop(phase, ()))
        del self._agenda[minute]
        self.watch(f"{minute // 60:02}:{minute % 60:02}", self.answers.through)

    async def _go_to(self, minute: int) -> None:
        self.minute = minute
        await self.client.move_clock(instant(self.plan.day.day, minute))

    def _at(self, minute: int, phase: Phase, act: Act) -> None:
        self._agenda[minute][phase].append(act)

    def _in(self, minutes: int, act: Act, phase: Phase = Phase.PASS) -> None:
        self._at(self.minute + minutes, phase, act)

    # --- before the gate -----------------------------------------------------------------------

    async def _register(self, truck: Truck) -> None:
        visit = Visit(truck, {})
        body = declaration(truck, self.plan.day.day)
        retry = f"demo-{truck.number}"
        visit.entry = await self.client.post(
            "register_entry", "/v1/entries", visit.company, body, retry
        )
        self._visits[visit.entry["id"]] = visit
        if truck.pays_early:
            self._in(PAID_AFTER, partial(self._pay, visit), Phase.DECLARE)
        if truck.direction is Direction.EXPORT:
            self._at(truck.comes, Phase.MOVE, partial(self._come, visit))
        else:
            self._at(truck.comes, Phase.PASS, partial(self._arrive, visit))
        if truck.trouble is Trouble.AMENDED:
            amend = partial(self._amend, visit)
            self._at(truck.comes + AMENDED_AFTER, Phase.DECLARE, amend)
        if truck.trouble is Trouble.HELD:
            self._at(truck.comes + HELD_FROM, Phase.MOVE, partial(self._hold, visit))
            self._at(truck.comes + HELD_TO, Phase.MOVE, partial(self._lift, visit))

    async def _come(self, visit: Visit) -> None:
        yard = YARDS[visit.truck.gate]
        body = {"reference": visit.entry["reference"], "way": "in"}
        seen = await self.client.post(
            "record_movement", f"/v1/yards/{yard}/movements", "yard", body
        )
        self.answers.movements.append(seen)
        await self.client.get("get_place", f"{visit.path}/place", visit.company)

    async def _amend(self, visit: Visit) -> None:
        body = {"documents": {"phytosanitary_certificate": certificate(visit.truck)}}
        version = visit.entry["version"]
        visit.entry = await self.client.patch(
            "amend_entry", visit.path, visit.company, body, version
        )
        self.answers.amended += 1

    async def _hold(self, visit: Visit) -> None:
        body = {"reason": "The seal is to be compared with the declaration"}
        hold = await self.client.post("place_hold", f"{visit.path}/holds", "customs", body)
        visit.held = hold["id"]
        self.answers.held += 1

    async def _lift(self, visit: Visit) -> None:
        path, body = f"{visit.path}/holds/{visit.held}/lift", {"reason": "The seal is right"}
        await self.client.post("lift_hold", path, "customs", body)

    async def _call(self, gate: str) -> None:
        """Call the next ones, again and again until nobody is left who may be called."""
        queue, path = self._queues[gate], f"/v1/gates/{gate}/queues/export/calls"
        body, retry = {"count": self.plan.calls[gate]}, f"demo-{gate}-{self.minute}"
        made = await self.client.post("call_next_vehicles", path, OFFICERS[gate], body, retry)
        await self.client.get("list_queues", "/v1/queues")
        for call in made["calls"]:
            self._follow(queue, call)
        self.answers.calls[gate] += made["calls"]
        now = datetime.fromisoformat(instant(self.plan.day.day, self.minute))
        if queue.left or (queue.open_until is not None and now <= queue.open_until):
            self._in(CALL_EVERY, partial(self._call, gate), Phase.CALL)

    def _follow(self, queue: _Queue, call: Json) -> None:
        """Let a called vehicle come, or miss its call."""
        visit = self._visits[call["entry"]]
        visit.calls += 1
        never = visit.truck.trouble is Trouble.NO_SHOW
        misses = never or (visit.truck.trouble is Trouble.LATE and visit.calls == 1)
        if misses:
            queue.open_until = datetime.fromisoformat(call["window_ends_at"])
        else:
            self._in(visit.truck.approach, partial(self._arrive, visit))
        # Whoever never comes is called twice; only then is nobody left.
        if not misses or (never and visit.calls == LAST_CALL):
            queue.left -= 1

    # --- at the gate ---------------------------------------------------------------------------

    async def _arrive(self, visit: Visit) -> None:
        truck = visit.truck
        body = {"gate": truck.gate, "reference": visit.entry["reference"]}
        await self.client.post("record_arrival", "/v1/arrivals", "border_guard", body)
        visit.entry = await self.client.get("get_entry", visit.path, "border_guard")
        self._in(truck.before, partial(self._check, visit, "admission", self._admit))

    async def _check(
        self, visit: Visit, before: str, then: Callable[[Visit], Awaitable[None]]
    ) -> None:
        """Have the agencies confirm in their next round what the API says is still missing."""
        steps = [step for step in visit.entry["next_steps"] if step["facts"].get("check")]
        wanted = [step for step in steps if step["facts"]["before"] == before]
        visit.unchecked, visit.after_checks = len(wanted), partial(then, visit)
        for step in wanted:
            self._checks[step["who"]].append((visit, step["facts"]["check"]))
        if not wanted:
            self._in(1, visit.after_checks)
            return
        due = self.minute - self.minute % ROUND + ROUND
        if self._flush not in self._agenda[due][Phase.CHECK]:
            self._at(due, Phase.CHECK, self._flush)

    async def _flush(self) -> None:
        """Send what every agency has confirmed since its last round."""
        pending, self._checks = self._checks, defaultdict(list)
        await _together(
            partial(self._confirm, who, rows[begin : begin + ROWS])
            for who, rows in pending.items()
            for begin in range(0, len(rows), ROWS)
        )

    async def _confirm(self, who: str, rows: Sequence[tuple[Visit, str]]) -> None:
        checks = [
            {"entry": visit.entry["id"], "kind": kind, "result": "passed"} for visit, kind in rows
        ]
        told = await self.client.post("record_checks", "/v1/checks", who, {"checks": checks})
        if told["refused"]:
            problems = [row["problem"] for row in told["checks"] if row["problem"]]
            message = f"POST /v1/checks as {who}: {problems[0]['code']}: {problems[0]['detail']}"
            raise DemoError(message)
        self.answers.checks += len(rows)
        for visit, _ in rows:
            visit.unchecked -= 1
            if visit.unchecked == 0 and visit.after_checks is not None:
                self._in(1, visit.after_checks)

    async def _admit(self, visit: Visit) -> None:
        visit.entry = await self.client.post(
            "record_admission", f"{visit.path}/admission", "border_guard", {}
        )
        await self._receive(visit)
        inside = partial(self._check, visit, "release", self._ask_release)
        self._in(visit.truck.inside, inside)

    async def _receive(self, visit: Visit) -> None:
        """Let in what takes over the goods: the border guard and customs both record it."""
        for vehicle in visit.entry["declared"]["receiving_vehicles"]:
            body = {"plate": vehicle["tractor_plate"], "way": "in"}
            for who in ("border_guard", "customs"):
                await self.client.post(
                    "record_receiving_vehicle", f"{visit.path}/receiving-vehicles", who, body
                )

    async def _ask_release(self, visit: Visit) -> None:
        """Pay what is due and ask for the release; the hasty ask first and pay then."""
        if visit.truck.trouble is Trouble.HASTY:
            await self._release(visit)
        self._in(1, partial(self._pay, visit))
        self._in(2, partial(self._release, visit))

    async def _pay(self, visit: Visit) -> None:
        for order in visit.entry["orders"]:
            if order["state"] == "due":
                body = {"amount": order["amount"], "source_reference": f"FT-{order['code']}"}
                path, retry = f"/v1/orders/{order['id']}/payments", f"demo-{order['code']}"
                await self.client.post("record_payment", path, "bank", body, retry)

    async def _release(self, visit: Visit) -> None:
        path, officer = f"{visit.path}/release", OFFICERS[visit.truck.gate]
        given, answer = await self.client.try_post("release_entry", path, officer)
        if given:
            visit.entry = answer
            self._in(1, partial(self._check, visit, "exit", self._leave))
            return
        if visit.truck.trouble is not Trouble.HASTY:
            message = f"POST {path} as {officer}: {answer['code']}: {answer['errors']}"
            raise DemoError(message)
        self.answers.unreleased.append(answer)

    async def _leave(self, visit: Visit) -> None:
        await self.client.post("record_exit", f"{visit.path}/exit", "border_guard", {})
        self.answers.through += 1

    # --- after the day -------------------------------------------------------------------------

    async def _read_reports(self) -> None:
        """Read the day back as auditors and everybody see it, when all of it is counted."""
        day = self.plan.day.day
        for gate in GATES:
            for direction in Direction:
                where = {"gate": gate, "direction": direction.value}
                self.answers.entries += await self._pages("/v1/entries", **where)
        for gate in self._queues:
            path = f"/v1/gates/{gate}/queues/export/calls"
            self.answers.outcomes[gate] = await self._pages(path)
        days = {"from_day": day.isoformat()}
        self.answers.daily = await self._counted("get_daily_report", "/v1/reports/daily", days)
        self.answers.waits = await self._counted("get_waits_report", "/v1/reports/waits", days)

    async def _pages(self, path: str, **where: str) -> list[Json]:
        operation = "list_entries" if path == "/v1/entries" else "list_calls"
        asked: dict[str, Any] = {**where, "limit": PAGE}
        found: list[Json] = []
        while True:
            page = await self.client.get(operation, path, "auditor", **asked)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            asked["cursor"] = page["next_cursor"]

    async def _counted(self, operation: str, path: str, days: Mapping[str, str]) -> Json:
        """Return a report when workers have counted everything; moving the clock draws it anew."""
        report: Json = {}
        for _ in range(COUNTING_SECONDS):
            await self._go_to(END_OF_DAY)
            report = await self.client.get(operation, path, None, **days)
            if report["recorded_until"] == report["as_of"]:
                return report
            await asyncio.sleep(1)
        message = f"GET {path}: not everything was counted in {COUNTING_SECONDS} s"
        raise DemoError(message)


async def _together(acts: Iterable[Act]) -> None:
    """Do acts at once, as many as the client lets; the first failure ends them all."""
    try:
        async with asyncio.TaskGroup() as group:
            for act in acts:
                group.create_task(_awaited(act))
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _awaited(act: Act) -> None:
    await act()
