"""The Board's reports: what was recorded and what was published, never the two in one figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.errors import EmptyValidityError, PeriodTooLongError, UnknownCodeError
from app.domain.log.checkpoints import Sealed
from app.domain.reports import (
    Area,
    DifficultiesCounted,
    Line,
    Recorded,
    Service,
    Slot,
    Total,
    WaitsCounted,
    days_of,
    line_of,
    totals_of,
)
from app.domain.stays import stock_day
from app.domain.vocabulary import Queue
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.publishing.fairness import FairnessReport, fairness_of
from app.services.publishing.hours import HOURS, GateHours, hours_of


class Split(StrEnum):
    """What the rows of a daily report are split by, besides day and area."""

    GATE = "gate"
    LANE = "lane"
    HOUR = "hour"


class WaitSplit(StrEnum):
    """What waits are split by, besides queue and lane."""

    PERIOD = "period"
    DAY = "day"
    HOUR = "hour"


MOST_DAYS: Mapping[Split, int] = {Split.GATE: 366, Split.LANE: 366, Split.HOUR: 31}
MOST_WAIT_DAYS = 366


@dataclass(frozen=True, slots=True)
class Asked:
    """The period and the area of a report; no area means all of them."""

    first: date
    end: date
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report covers, when it was made, and until when what was recorded is in it."""

    first: date
    end: date
    areas: Sequence[Area]
    as_of: datetime
    recorded_until: datetime


@dataclass(frozen=True, slots=True)
class DailyReport:
    """Figures a day and area, in order of day, then of area, then of lane or hour.

    `logs` are how the public logs of these gates stand.
    """

    heading: Heading
    lines: Sequence[Line]
    logs: Mapping[Queue, Sealed]


@dataclass(frozen=True, slots=True)
class CumulativeReport:
    """Totals since a day, by area."""

    heading: Heading
    totals: Sequence[tuple[Area, Sequence[Total]]]


@dataclass(frozen=True, slots=True)
class WaitsReport:
    """Waits of every queue asked for, in order of queue, slot and lane."""

    heading: Heading
    waits: Sequence[WaitsCounted]


@dataclass(frozen=True, slots=True)
class DifficultiesReport:
    """Difficulties by gate in order of gates, then of all that were asked for."""

    heading: Heading
    lines: Sequence[DifficultiesCounted]


class Reports:
    """Reads the reports; needs nothing but what anybody may ask with."""

    def __init__(self, uow: UnitOfWork, today: Today) -> None:
        """Work within one transaction that only reads."""
        self._uow = uow
        self._today = today

    async def daily(self, asked: Asked, by: Split) -> DailyReport:
        """Return the figures of each day; a day that is not over yet has what there is so far.

        Raises:
            EmptyValidityError, PeriodTooLongError, UnknownCodeError.
        """
        heading = await self._heading(asked, MOST_DAYS[by])
        recorded = await self._recorded(heading, by)
        service = await self._service()
        lines = [
            line_of(area, slot, service, recorded, self._today.reference.volumes)
            for day in days_of(heading.first, heading.end)
            for area in heading.areas
            if by is Split.GATE or service.serves(area, day)
            for slot in self._slots(day, by)
        ]
        gates = _gates(heading.areas)
        logs = {queue: head for queue, head in self._today.logs.items() if queue.gate in gates}
        return DailyReport(heading, lines, logs)

    async def cumulative(self, asked: Asked) -> CumulativeReport:
        """Return the totals since a day: printed parts, recorded parts, and the days unknown.

        Raises:
            EmptyValidityError, UnknownCodeError.
        """
        heading = await self._heading(asked, None)
        recorded = await self._recorded(heading, Split.GATE, with_stock=False)
        service = await self._service()
        volumes = self._today.reference.volumes
        return CumulativeReport(
            heading,
            [
                (area, totals_of(area, (heading.first, heading.end), service, recorded, volumes))
                for area in heading.areas
            ],
        )

    async def waits(self, asked: Asked, by: WaitSplit) -> WaitsReport:
        """Return how long vehicles waited whose waiting was over in the period.

        Raises:
            EmptyValidityError, PeriodTooLongError, UnknownCodeError.
        """
        heading = await self._heading(asked, MOST_WAIT_DAYS)
        gates = _gates(heading.areas)
        found = await self._uow.stays.waits(heading.first, heading.end, gates, by.value)
        known = {(one.queue, one.slot, one.lane): one for one in found}
        slots: Mapping[WaitSplit, Sequence[date | int | None]] = {
            WaitSplit.PERIOD: [None],
            WaitSplit.DAY: days_of(heading.first, heading.end),
            WaitSplit.HOUR: HOURS,
        }
        return WaitsReport(
            heading,
            [
                known.get((queue, slot, lane)) or WaitsCounted(queue, lane, slot, 0, ())
                for queue in self._queues(gates)
                for slot in slots[by]
                for lane in (None, *self._today.reference.lanes)
            ],
        )

    async def difficulties(self, asked: Asked) -> DifficultiesReport:
        """Return what was reported and answered in the period, and what was open at its end.

        Of all areas, those about a rule and no gate are counted, too. Nothing is counted late.

        Raises:
            EmptyValidityError, PeriodTooLongError, UnknownCodeError.
        """
        heading = await self._heading(asked, MOST_WAIT_DAYS)
        gates = _gates(heading.areas)
        first, end = map(self._today.reference.begin_of, (heading.first, heading.end))
        wanted = None if asked.area is None else gates
        found = await self._uow.difficulties.counted(first, min(end, self._until), wanted)
        known = {one.gate: one for one in found}
        return DifficultiesReport(
            replace(heading, recorded_until=self._today.now),
            [known.get(gate) or DifficultiesCounted.none(gate) for gate in (*gates, None)],
        )

    async def fairness(self, gate: str, day: date) -> FairnessReport:
        """Return how fair the queues of a gate were on a day.

        Raises:
            GateNotFoundError.
        """
        return await fairness_of(self._uow, self._today, gate, day)

    async def hours(self, gate: str) -> GateHours:
        """Return today at a gate, hour by hour.

        Raises:
            GateNotFoundError.
        """
        return await hours_of(self._uow, self._today, gate)

    @property
    def _until(self) -> datetime:
        """The end of what has happened: the second after now."""
        return self._today.now + timedelta(seconds=1)

    def _queues(self, gates: Sequence[str]) -> list[Queue]:
        today = self._today
        return [one for one in today.reference.queues(today.day) if one.gate in gates]

    async def _heading(self, asked: Asked, most: int | None) -> Heading:
        if asked.first >= asked.end:
            first, end = asked.first.isoformat(), asked.end.isoformat()
            raise EmptyValidityError(first=first, end=end)
        if most is not None and (asked.end - asked.first).days > most:
            raise PeriodTooLongError(most=most)
        areas = self._areas(asked.area)
        tomorrow = self._today.day + timedelta(days=1)
        progress = await self._uow.stays.progress()
        uncounted = await self._uow.stays.uncounted_since(progress.seen_to)
        return Heading(
            first=asked.first,
            end=max(asked.first, min(asked.end, tomorrow)),
            areas=areas,
            as_of=self._today.now,
            recorded_until=min(filter(None, (uncounted, self._today.now))),
        )

    def _areas(self, code: str | None) -> list[Area]:
        """Return the areas in published order, then the gates; or the one of that code."""
        reference = self._today.reference
        groups = reference.documents["gates"]["areas"]
        every = [
            *(Area(one["code"], tuple(one["gate_codes"]), is_gate=False) for one in groups),
            *(Area(gate, (gate,), is_gate=True) for gate in reference.gates),
        ]
        chosen = [area for area in every if code in {None, area.code}]
        if not chosen:
            pointer = "query:area"
            raise UnknownCodeError.at(pointer, str(code))
        return chosen

    def _slots(self, day: date, by: Split) -> list[Slot]:
        if by is Split.LANE:
            return [Slot(day, lane=lane) for lane in self._today.reference.lanes]
        if by is Split.HOUR:
            return [Slot(day, hour=hour) for hour in HOURS]
        return [Slot(day)]

    async def _service(self) -> Service:
        since = await self._uow.stays.served_since()
        return Service({gate: self._today.reference.day(at) for gate, at in since.items()})

    async def _recorded(self, heading: Heading, by: Split, *, with_stock: bool = True) -> Recorded:
        gates, period = _gates(heading.areas), (heading.first, heading.end)
        counted = await self._uow.stays.counted(*period, gates, by.value)
        if by is not Split.GATE or not with_stock:
            return Recorded(counted)
        standing = await self._uow.stays.standing(*period, gates)
        today = self._today
        return Recorded(counted, standing, stock_day(today.now, today.reference.zone))


def _gates(areas: Sequence[Area]) -> list[str]:
    return sorted({gate for area in areas for gate in area.gates})
