"""Why an entry is in its lane, at its place, and called or not: gathered, then decided purely."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.declaration import read_declaration
from app.domain.errors import EntryNotFoundError
from app.domain.explanation import (
    CallCase,
    Earned,
    GroundCase,
    LaneCase,
    PastCall,
    PlaceCase,
    Reason,
    Rival,
    Source,
    SourceKind,
    Stop,
    call_reasons,
    lane_reasons,
    place_reasons,
    source_of_skip,
)
from app.domain.green_lane import Season
from app.domain.lane_grounds import ground_on, standing
from app.domain.log.retelling import HELD
from app.domain.misses import CallOutcome
from app.domain.policy import PolicyEdition
from app.domain.queue_order import ahead_of, points
from app.domain.reference import Reference
from app.domain.vocabulary import Lane, QueueMode, State, Text
from app.models import Call, Entry, Hold
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.authorising import reached
from app.services.declarations.views import Place
from app.services.queues.barriers import Barriers
from app.services.queues.closing import POSTS_CLOSURES, by_notice, exclusion_of
from app.services.queues.notice_limits import used_up
from app.services.queues.places import Places
from app.services.queues.waiting import kept_edition, queue_of, sub_queue_of, waiting

PAUSED = "calls-paused"
CLOSED = "gate-closed"


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry with the reasons for where it stands, under the edition by which its lane earns.

    `ground` is the name of the ground that it declares.
    """

    entry: Entry
    edition: PolicyEdition
    reasons: Sequence[Reason]
    as_of: datetime
    ground: Text | None = None


class Explaining:
    """Explains where entries stand to their parties and to authorities."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction that only reads."""
        self._uow = uow
        self._act = act

    async def explain(self, entry_id: UUID) -> Explanation:
        """Return why an entry is in its lane, at its place, and called or not yet.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
            NoPolicyInForceError: no edition says what its lane earns.
        """
        await reached(self._uow, self._act, entry_id, Action.READ)
        found = await self._uow.standings.by_id(entry_id)
        if found is None:  # deleted in between
            raise EntryNotFoundError
        today = self._act.not_before(found.entry.changed_at)
        edition = await kept_edition(self._uow, today, queue_of(found.entry))
        place = await Places(self._uow, today).place(found.entry)
        calls = [_past(today, one) for one in await self._uow.queues.calls_of(entry_id)]
        case = _place_case(today, found.entry, edition, place, calls)
        queued = _Queued(self._uow, today, found.entry, edition)
        stops = await queued.stops(found.holds) if case.earned else ()
        rival = await queued.rival() if case.earned and case.earned.place > 1 else None
        verdict = found.entry.verdict
        season = _season(today.reference, verdict["season"])
        ground = _ground(today, found.entry)
        reasons = [
            *lane_reasons(LaneCase(case.lane, verdict, edition, season, ground)),
            *place_reasons(case),
        ]
        if calls or case.mode is QueueMode.CALLED:
            asked = CallCase(case.state, edition, case.earned, stops, rival, calls)
            reasons += call_reasons(asked)
        label = ground.row.label if ground else None
        return Explanation(found.entry, edition, reasons, today.now, label)


class _Queued:
    """What keeps a waiting entry from being called now, and who would be called before it."""

    def __init__(self, uow: UnitOfWork, today: Today, entry: Entry, edition: PolicyEdition) -> None:
        self._uow, self._today, self._entry = uow, today, entry
        self._edition, self._queue = edition, queue_of(entry)
        self._barriers = Barriers(uow, today, self._queue)

    async def stops(self, holds: Sequence[Hold]) -> Sequence[Stop]:
        """Return everything that stops it: its holds, what excludes it, barriers, the gate."""
        today, entry = self._today, self._entry
        found = [
            Stop(HELD, Source(SourceKind.HOLD, str(hold.id), hold.authority))
            for hold in holds
            if hold.lifted_at is None
        ]
        limits = await used_up(self._uow, today, self._queue)
        excluded = exclusion_of(today, entry, [one for one in limits if one.is_for_some])
        barrier = await self._barriers.before(sub_queue_of(entry))
        for_all = next((by_notice(one) for one in limits if not one.is_for_some), None)
        for why in (excluded, barrier, for_all):
            if why is not None:
                skip = why.document()
                found.append(Stop(skip["reason"], source_of_skip(skip)))
        return [*found, *self._of_the_gate()]

    def _of_the_gate(self) -> Iterator[Stop]:
        reference, now = self._today.reference, self._today.now
        pause = reference.notices.pause(self._queue, now)
        if pause is not None:
            yield Stop(PAUSED, Source(SourceKind.NOTICE, str(pause.id), pause.posted_by))
        elif not reference.clock(self._queue).is_open(now):
            yield Stop(CLOSED, Source(SourceKind.CALENDAR, self._queue.gate, POSTS_CLOSURES))

    async def rival(self) -> Rival | None:
        """Return the first of a lane's heads that may be called now and has the better claim."""
        clock = self._today.reference.clock(self._queue).reading(self._today.now)
        rates, strict = self._edition.rates, self._edition.strict
        heads = {one.id: one for one in await self._uow.lines.heads(self._queue)}
        everybody = [waiting(one) for one in heads.values()]
        for head in ahead_of(waiting(self._entry), everybody, rates, clock, strict=strict):
            entry = heads[head.id]
            is_free = exclusion_of(self._today, entry) is None
            if is_free and await self._barriers.before(head.sub_queue) is None:
                return Rival(entry.call_number, head.lane, points(head, rates, clock))
        return None


def _place_case(
    today: Today,
    entry: Entry,
    edition: PolicyEdition,
    place: Place | None,
    calls: Sequence[PastCall],
) -> PlaceCase:
    queued, limited = entry.state == State.QUEUED, entry.limited_until
    return PlaceCase(
        state=State(entry.state),
        lane=Lane(entry.lane),
        mode=today.reference.mode(queue_of(entry), today.day),
        edition=edition,
        in_position=entry.in_position,
        findings=entry.findings,
        deferred_until=entry.deferred_until,
        limited=(limited, entry.limited_to or 0) if limited else None,
        earned=_earned(place) if place and queued else None,
        arrival_place=place.place if place and not queued else None,
        calls=calls,
    )


def _earned(place: Place) -> Earned:
    ahead = {Lane(lane): count for lane, count in place.ahead.items()}
    return Earned(place.place, ahead, place.points or 0, place.open_wait_seconds)


def _past(today: Today, call: Call) -> PastCall:
    return PastCall(
        at=call.called_at,
        policy=today.reference.policy_codes[call.policy_code],
        lane=Lane(call.lane),
        points=call.points,
        call_number=call.call_number,
        window_ends_at=call.window_ends_at,
        outcome=CallOutcome(call.outcome) if call.outcome else None,
        charge=call.charge or 0,
        heads=call.heads,
        skips=call.skips,
        overridden=call.override_id is not None,
    )


def _ground(today: Today, entry: Entry) -> GroundCase | None:
    """Return the ground that an entry declares; of one that no row has any more, as it was last."""
    declaration = read_declaration(entry.declared)
    said = standing(entry.confirmed_ground, declaration)
    rows = [one for one in today.reference.lane_grounds if one.code == declaration.lane_ground]
    row = ground_on(rows, declaration.lane_ground, today.day) or next(reversed(rows), None)
    return GroundCase(row, said, suspended=bool(entry.discrepancies)) if row else None


def _season(reference: Reference, code: str | None) -> Season | None:
    return next((one for one in reference.lane_rows.produce.seasons if one.code == code), None)
