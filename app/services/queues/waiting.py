"""The one place that starts, stops and moves waiting; every method asks under the queue's lock.

A lane is won or lost here too: the seasonal allotment is taken when a vehicle is in position.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain.call_numbers import shown_call
from app.domain.declaration import read_declaration
from app.domain.diversion import worth
from app.domain.editions import digest
from app.domain.findings import is_ready
from app.domain.green_lane import Season, Verdict
from app.domain.lane_grounds import Confirmation, GroundWord
from app.domain.misses import CallOutcome
from app.domain.policy import PolicyEdition
from app.domain.queue_order import Rates, Waiting, change_lane, change_rates, key_at, points
from app.domain.steps import Step, step
from app.domain.sub_queues import SubQueue
from app.domain.vocabulary import Direction, Lane, Queue, QueueMode, State
from app.models import Call, Entry, LaneGroundWord
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.declarations.assessment import Assessment
from app.services.queues.company_limits import CompanyLimits
from app.services.queues.grounds import lane_under, word_on

KEYED = frozenset({State.QUEUED, State.CALLED})
CAME = frozenset({"arrived", "admission", "exit"})
"""Why a called entry leaves the line that has followed its call."""
BEFORE_GATE = frozenset({State.REGISTERED, *KEYED})


def queue_of(entry: Entry) -> Queue:
    """Return the queue an entry belongs to."""
    return Queue(entry.gate_code, Direction(entry.direction))


def waiting(entry: Entry) -> Waiting:
    """Return an entry as the queue rule sees it."""
    if entry.queue_key is None or entry.waits_from is None:
        message = f"entry {entry.id} does not wait"
        raise ValueError(message)
    lane, key, since = Lane(entry.lane), entry.queue_key, entry.waits_from
    return Waiting(entry.id, lane, key, since, sub_queue_of(entry))


def sub_queue_of(entry: Entry) -> SubQueue:
    """Return the part of its queue in which an entry waits, or would wait."""
    return SubQueue(entry.route_code, entry.inside)


async def kept_edition(uow: UnitOfWork, today: Today, queue: Queue) -> PolicyEdition:
    """Return the edition under which the keys of a queue stand, else the one in force."""
    return edition_of(today, await uow.queues.edition(queue))


def edition_of(today: Today, code: str | None) -> PolicyEdition:
    """Return the edition of that code, the one in force where a queue never had any."""
    if code is None:
        return today.policy
    return today.reference.policy_codes[code]


class WaitingLine:
    """A queue's order, as this act finds and changes it; collects the events of the changes.

    `calls` are the open calls of the entries that are acted on, by their ids.
    """

    def __init__(self, uow: UnitOfWork, act: Act, queue: Queue) -> None:
        """Work on `queue`, whose lock the caller holds."""
        self._uow = uow
        self._act = act
        self.queue = queue
        self.calls: dict[UUID, Call] = {}
        self.events: list[Mapping[str, Any]] = []
        self._edition: PolicyEdition | None = None
        self.since: datetime | None = None
        self.sighting: UUID | None = None

    @property
    def clock(self) -> int:
        """The queue's open clock as this act reads it."""
        return self._act.reference.clock(self.queue).reading(self._act.now)

    @property
    def is_open(self) -> bool:
        """Whether the queue's clock runs."""
        return self._act.reference.clock(self.queue).is_open(self._act.now)

    @property
    def is_called(self) -> bool:
        """Whether the queue summons its vehicles today."""
        return self._act.reference.mode(self.queue, self._act.day) is QueueMode.CALLED

    def catch_up(self, act: Act) -> None:
        """Go by a later clock reading of the same act."""
        self._act = act

    async def edition(self) -> PolicyEdition:
        """Return the edition under which the keys of this queue stand.

        The first waiting start remembers the edition in force; a later edition replaces it under
        the exclusive lock only, with all keys (`Calling`).
        """
        if self._edition is None:
            code = await self._uow.queues.edition(self.queue) or await self._first_edition()
            self._edition = self._act.reference.policy_codes[code]
        return self._edition

    async def _first_edition(self) -> str:
        """Remember today's edition, or learn which one another first comer remembered just now."""
        today = self._act.policy
        if await self._uow.queues.set_edition(self.queue, today.code, replace=False):
            self.tell_rates(today)
            return today.code
        return await self._uow.queues.edition(self.queue) or today.code

    async def adopt(self, edition: PolicyEdition, everybody: Iterable[Entry]) -> None:
        """Go on under another edition: everybody who has a key keeps the points they have.

        Whose lane the edition does not have falls to that of its goods before; whom it gives one
        goes there after, so that each step is one that anybody can play again.
        """
        kept = await self.edition()
        everybody = list(everybody)
        for entry in everybody:
            if entry.lane not in edition.rates:
                self._change_lane(entry, lane_under(edition, entry), kept.rates)
            one = change_rates(waiting(entry), kept.rates, edition.rates, self.clock)
            entry.queue_key = one.key
        await self._uow.queues.set_edition(self.queue, edition.code, replace=True)
        self._edition = edition
        self.tell_rates(edition)
        for entry in everybody:
            if entry.confirmed_ground and entry.lane != lane_under(edition, entry):
                self._change_lane(entry, lane_under(edition, entry), edition.rates)
        await self._uow.flush()

    def tell_rates(self, edition: PolicyEdition) -> None:
        """Record from which reading of the clock on an edition's rates count."""
        self.events.append(
            self._act.event(
                "rates.changed", self.queue, None,
                clock=self.clock, policy=edition.code, rates=dict(edition.rates),
                strict=sorted(edition.strict), overrides=edition.override_budget,
                document=digest(self._act.reference.documents["policies"][edition.code]),
            )
        )  # fmt: skip

    async def follow(self, entry: Entry, assessed: Assessment) -> None:
        """Keep what the rules say now, and let the waiting of a called queue agree with it."""
        goods = await self.lane_of(entry, assessed.verdict)
        entry.findings = assessed.findings
        entry.verdict = assessed.verdict_document(goods, provisional=entry.presence_at is None)
        lane = goods if entry.confirmed_ground is None else await self._lane_by_ground(entry)
        ready = is_ready(entry.findings)
        state = State(entry.state)
        if state in KEYED and entry.lane != lane:
            self._change_lane(entry, lane, (await self.edition()).rates)
        entry.lane = lane.value
        if state is State.QUEUED and not ready:
            await self.leave(entry, why="unready")
            entry.state = step(state, Step.UNREADY).value
        elif state is State.REGISTERED:
            await self.begin(entry)

    async def _lane_by_ground(self, entry: Entry) -> Lane:
        """Return the lane of an entry with a ground, which lapses where it covers no more."""
        assert entry.confirmed_ground is not None
        said = Confirmation.parse(entry.confirmed_ground)
        if not said.covers(read_declaration(entry.declared)):
            entry.confirmed_ground = None
            self.say_ground(entry, said, GroundWord.LAPSED)
        code = await self._uow.queues.edition(self.queue)
        reference = self._act.reference
        edition = reference.policy_codes[code] if code else reference.policy_at(self._act.now)
        return lane_under(edition, entry)

    def say_ground(
        self, entry: Entry, said: Confirmation, word: GroundWord, reason: str | None = None
    ) -> LaneGroundWord:
        """Keep and tell what was said of an entry's ground; its lane follows."""
        row = word_on(self._act, entry, said, word, reason)
        self._uow.add(row)
        facts = {"lane": said.lane.value} if word is GroundWord.CONFIRMED else {}
        self._record(f"ground.{word}", entry, ground=said.ground, authority=row.authority, **facts)
        return row

    def stand(self, entry: Entry, yard: str | None, at: datetime | None = None) -> None:
        """Keep in which yard a vehicle stands since `at`, None for in none; its order stays.

        What is told late of an earlier instant does not change where the vehicle is now.
        """
        if at is not None and entry.moved_at is not None and at < entry.moved_at:
            return
        before = sub_queue_of(entry)
        entry.yard_code, entry.moved_at = yard, at or entry.moved_at
        entry.inside = self._act.reference.is_inside(yard, entry.gate_code)
        entry.awaits_place = entry.awaits_place and not entry.inside
        self.tell_moved(entry, before)

    def tell_moved(self, entry: Entry, before: SubQueue) -> None:
        """Record that a waiting or called entry has gone to another sub-queue."""
        if State(entry.state) in KEYED and sub_queue_of(entry) != before:
            self._record("waiting.moved", entry, route=entry.route_code, inside=entry.inside)

    async def begin(self, entry: Entry) -> None:
        """Let a registered entry wait, if it is ready, in position and has not put itself off.

        And if its company has no limit, or fewer waiting than that.
        """
        is_there = State(entry.state) is State.REGISTERED and entry.in_position
        is_fit = is_ready(entry.findings) and entry.deferred_until is None
        if not (is_there and is_fit and self.is_called):
            if entry.limited_until is not None:
                entry.left_line_at = self._act.now
            entry.limited_until = entry.limited_to = None
            return
        before = entry.limited_until
        if await CompanyLimits(self._uow, self._act).lets_wait(entry):
            await self._start(entry)
        elif entry.limited_until is not None and entry.limited_until != before:
            until = entry.limited_until.isoformat()
            self._record("entry.limited", entry, until=until, to=entry.limited_to)

    async def put_back(
        self,
        entry: Entry,
        wanted: Step,
        kind: str,
        charges: int = 0,
        **data: object,
    ) -> None:
        """Let a called entry wait again at a charge: it never stopped ageing.

        One that is unready by now does not: it stands still with what it has.
        """
        entry.queue_key, entry.awaits_place = waiting(entry).key + charges, False
        entry.state = step(State(entry.state), wanted).value
        self._record(kind, entry, charges=charges, **data)
        if not is_ready(entry.findings):
            await self.leave(entry, why="unready")
            entry.state = step(State.QUEUED, Step.UNREADY).value

    async def lane_of(self, entry: Entry, verdict: Verdict) -> Lane:
        """Return the lane of a verdict; a seasonal place is asked for once, in position only.

        It is one of the verdict's day, that of presence. Who found none left, or left out a paper
        on purpose, could else have one by amending at midnight, before others can come.
        """
        season = verdict.season
        if season is None or not verdict.eligible:
            return verdict.lane
        before_gate = State(entry.state) in BEFORE_GATE
        if entry.season_asked_on is None and entry.in_position and before_gate:
            await self._ask_season_place(entry, season, verdict.on)
        likely = entry.season_asked_on is None and before_gate
        return Lane.GREEN_SEASON if entry.season_on or likely else Lane.GREEN

    async def _ask_season_place(self, entry: Entry, season: Season, on: date) -> None:
        entry.season_asked_on = on
        taken = await self._uow.queues.take_season_place(
            season.product, entry.gate_code, on, season.daily_allotment
        )
        entry.season_on = on if taken else None

    async def leave(self, entry: Entry, *, why: str) -> None:
        """Take an entry out of the line; it keeps the points it has earned."""
        edition = await self.edition()
        entry.points_carried = points(waiting(entry), edition.rates, self.clock)
        entry.queue_key, entry.left_line_at = None, self._act.now
        self._end_call(entry, why)
        self._record("waiting.stopped", entry, carried=entry.points_carried, why=why)

    async def send_off(self, entry: Entry, there: Queue) -> int | None:
        """Let an entry go to another gate with the points it has; forget what is of this one.

        Return the open seconds it has waited here, None where it has not begun to.
        """
        edition = await kept_edition(self._uow, self._act, self.queue)
        if entry.queue_key is not None:
            await self.leave(entry, why="diverted")
        earned, waited = entry.points_carried, None
        if entry.waits_from is not None:
            waited = self._open_wait(entry.waits_from)
            mode = self._act.reference.mode(self.queue, self._act.day)
            rate = edition.rates[lane_under(edition, entry)]
            entry.points_carried = worth(earned, waited, rate, mode)
        entry.call_number = entry.season_asked_on = entry.season_on = None
        entry.awaits_place, entry.left_line_at = False, self._act.now
        facts = {"to": there.gate, "earned": earned, "carried": entry.points_carried}
        self._record("entry.diverted", entry, **facts, by=self._act.principal.authority)
        return waited

    def take_in(self, entry: Entry, here: Queue, waited: int | None, holds: Sequence[str]) -> None:
        """Expect an entry from another gate, its wait begun as many open seconds ago as there."""
        if waited is not None:
            clock = self._act.reference.clock(self.queue)
            entry.waits_from = clock.before(self._act.now, waited)
        facts = {"from": here.gate, "carried": entry.points_carried, "holds": list(holds)}
        since = entry.waits_from.isoformat() if entry.waits_from else None
        lane = (entry.confirmed_ground or {}).get("lane")
        self._record("entry.joined", entry, **facts, waits_from=since, by_ground=lane)

    def _open_wait(self, waits_from: datetime) -> int:
        clock = self._act.reference.clock(self.queue)
        return max(clock.seconds_between(waits_from, self._act.now), 0)

    def _end_call(self, entry: Entry, why: str) -> None:
        call = self.calls.pop(entry.id, None)
        if call is not None and call.outcome is None:
            came = CallOutcome.ANSWERED if why in CAME else CallOutcome.ENDED
            call.outcome, call.ended_at = came.value, self._act.now

    async def _start(self, entry: Entry) -> None:
        edition = await self.edition()
        rates, lane = edition.rates, lane_under(edition, entry)
        entry.lane = lane.value
        rests_on = {}
        if entry.waits_from is None:
            entry.waits_from = self.since or self._act.now
            if self.sighting is not None:
                rests_on["sighting"] = str(self.sighting)
            clock = self._act.reference.clock(self.queue).reading(entry.waits_from)
        else:
            clock = self.clock
        entry.queue_key = key_at(rates[lane], clock, entry.points_carried)
        entry.state = step(State.REGISTERED, Step.QUEUE).value
        if entry.call_number is None:
            entry.call_number = await self.next_number()
        self._record(
            "waiting.started",
            entry,
            clock=clock,
            lane=lane,
            rate=rates[lane],
            carried=entry.points_carried,
            waits_from=entry.waits_from.isoformat(),
            call_number=entry.call_number,
            route=entry.route_code,
            inside=entry.inside,
            **rests_on,
        )

    def _change_lane(self, entry: Entry, lane: Lane, rates: Rates) -> None:
        before = waiting(entry)
        after = change_lane(before, lane, rates, self.clock)
        entry.lane, entry.queue_key = lane.value, after.key
        said = entry.confirmed_ground
        carried = points(before, rates, self.clock)
        self._record(
            "lane.changed",
            entry,
            lane=lane,
            before=before.lane,
            rate=rates[lane],
            carried=carried,
            refused=entry.verdict["refused"],
            ground=said["ground"] if said and said["lane"] == lane else None,
        )

    async def next_number(self) -> str:
        """Return the next short number to call a vehicle by, such as `TT-0147`."""
        number = await self._uow.queues.next_number(self.queue, self._act.day)
        return shown_call(self._act.reference.gates[self.queue.gate].call_prefix, number)

    def _record(self, kind: str, entry: Entry, **data: object) -> None:
        event = self._act.event(kind, self.queue, entry.id, None, **{"clock": self.clock, **data})
        self.events.append(event)
