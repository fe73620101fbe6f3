"""What one process keeps for all its requests: caches of rows, and clocks read at the edge."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.front import Shelf
from app.api.live import Bounds, Live, Studio, Tell
from app.api.memory import Moments
from app.api.paging import Cursors
from app.api.schemas.boards import Boards, boards_of
from app.api.watching import Watch
from app.core.bells import Bell
from app.core.config import Settings
from app.core.database import is_passing
from app.core.ringing import ELSEWHERE
from app.domain.log.checkpoints import Sealed
from app.domain.occupancy import Occupancy
from app.domain.principal import Credential, CredentialKind
from app.domain.questions import ClockRow
from app.domain.reference import Reference
from app.domain.vocabulary import Queue
from app.models import Event
from app.repositories.feed import News
from app.repositories.unit_of_work import UnitOfWork
from app.services.access.sessions import Clock as SessionClock
from app.services.act import Today, Tools
from app.services.crossing.passes import Passes, Revoked
from app.services.log.reading import witnesses_of
from app.services.publishing.boards import read_boards
from app.services.publishing.reports import Reports
from app.services.queues.expected import Forecast, renew_forecasts
from app.services.queues.order import KeptOrder
from app.services.upkeep.readiness import Readiness, read_readiness
from app.services.upkeep.reference_data import read_reference
from app.services.upkeep.vitals import Vitals, read_vitals

SECOND = 1.0
SHELF_HOLDS = 50_000
YARDS = "yards"
VITALS = "vitals"
REVOKED = "revoked"
REPORT_SECONDS = 10.0
REPORTS_KEPT = 64
REVOKED_SECONDS = 10.0
FORECAST_SECONDS = 5.0
AHEAD_SECONDS = 1.5
"""So long before its end a forecast is made anew where somebody listens: a look and a half."""
ORDER_SECONDS = 60.0
"""So long a queue's order is kept to be looked at again, where nobody looked meanwhile."""
QUEUES_KEPT = 1000


def machine_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


@dataclass
class Process:
    """One per process; rows are the truth, and a revision says when a cache is old."""

    settings: Settings
    sessions: async_sessionmaker[AsyncSession]
    tools: Tools
    cursors: Cursors
    schema_head: str
    readers: async_sessionmaker[AsyncSession] | None = None
    bell: Bell = field(default_factory=Bell)
    tell_drawing: Tell = lambda _: None
    machine_now: Callable[[], datetime] = machine_now
    reference: Reference | None = None
    clock: ClockRow | None = None
    forecasts: Moments[Forecast] = field(
        default_factory=lambda: Moments(FORECAST_SECONDS, QUEUES_KEPT)
    )
    orders: Moments[KeptOrder] = field(
        default_factory=lambda: Moments(SECOND, QUEUES_KEPT, longer=ORDER_SECONDS)
    )
    logs: Mapping[Queue, Sealed] = field(default_factory=dict)
    reading_files: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    shelf: Shelf = field(default_factory=lambda: Moments(SECOND, SHELF_HOLDS))
    keys_used: set[UUID] = field(default_factory=set)
    sessions_used: set[UUID] = field(default_factory=set)
    _boards: Moments[Boards] = field(default_factory=lambda: Moments(SECOND, 1))
    _yards: Moments[Occupancy] = field(default_factory=lambda: Moments(SECOND, 1))
    _vitals: Moments[Vitals] = field(default_factory=lambda: Moments(SECOND, 1))
    _revoked: Moments[Revoked] = field(default_factory=lambda: Moments(REVOKED_SECONDS, 1))
    _reports: Moments[bytes] = field(default_factory=lambda: Moments(REPORT_SECONDS, REPORTS_KEPT))

    def __post_init__(self) -> None:
        """Let one reading of the reference data serve all who wait for it."""
        self._reading = asyncio.Lock()
        self._drawing = asyncio.Lock()
        self._reporting = asyncio.Lock()
        self._counting = asyncio.Lock()
        self._feeling = asyncio.Lock()
        self.watch = Watch(self._news)
        ear = self.bell.ear((Event.__tablename__, ELSEWHERE))
        studio = Studio(self.redraw, self.look_ahead, self.tell_drawing)
        self.live = Live(studio, ear, Bounds.of(self.settings))
        self._revoking = asyncio.Lock()
        self.witnesses = witnesses_of(self.settings.log_witnesses)

    def now(self, clock: ClockRow | None) -> datetime:
        """Return business time in whole seconds: the machine's, unless the sandbox moved it."""
        machine = self.machine_now()
        if clock is None or self.settings.is_production:
            return machine.replace(microsecond=0)
        return clock.at(machine)

    async def today(self) -> Today:
        """Return what a visitor asks with, from memory; at most a second old."""
        now, reference = self.now(self.clock), await self.reference_at(None)
        return Today(now, reference, forecasts=self.forecasts, orders=self.orders, logs=self.logs)

    async def reference_at(self, revision: int | None, uow: UnitOfWork | None = None) -> Reference:
        """Return the reference data of `revision` or later, read where memory has older ones.

        Whoever has a transaction gives it: a full pool of requests that each wait for one more
        connection would wait for ever.
        """
        if (known := self._known(revision)) is not None:
            return known
        async with self._reading:
            if (known := self._known(revision)) is None:
                self.reference = known = await self._read(uow)
                # What was drawn rests on what has changed.
                self.forget()
        return known

    def _known(self, revision: int | None) -> Reference | None:
        """Return the reference data in memory, where they are no older than `revision`."""
        known = self.reference
        return known if known and (revision is None or revision <= known.revision) else None

    async def boards(self) -> Boards:
        """Return all boards, drawn once a second for whoever asks.

        Those are kept for the reference data that they were drawn by: what was on its way to be
        drawn when a notice came is drawn again.
        """
        kept = self._boards.get(self._revision)
        if kept is not None:
            return kept
        async with self._drawing:
            while (kept := self._boards.get(self._revision)) is None:
                await self._draw()
            return kept

    async def redraw(self) -> Boards:
        """Return all boards as they are now, whenever they were drawn before.

        A notice that another process posted is read with them.
        """
        await self.pulse()
        async with self._drawing:
            return await self._draw()

    async def look_ahead(self) -> None:
        """Make the forecasts anew that end before boards are drawn next: that takes a long time.

        Reading and rolling a queue of 4,800 takes three times as long as drawing all boards.
        """
        ending = [key for key in self.forecasts.ending(AHEAD_SECONDS) if isinstance(key, Queue)]
        if ending:
            today = await self.today()
            async with self.sessions() as session:
                await renew_forecasts(UnitOfWork(session), today, ending)

    async def end(self) -> None:
        """Let all go who wait for events or listen to boards: the process is to stop."""
        await self.live.end()
        await self.watch.end()

    async def occupancy(self) -> Occupancy:
        """Return who stands in which yard, counted once a second for whoever asks."""
        kept = self._yards.get(YARDS)
        if kept is not None:
            return kept
        async with self._counting:
            return self._yards.get(YARDS) or await self._count()

    async def revocations(self) -> Revoked:
        """Return the passes that hold no more, read every ten seconds for whoever asks."""
        kept = self._revoked.get(REVOKED)
        if kept is not None:
            return kept
        async with self._revoking:
            return self._revoked.get(REVOKED) or await self._revoke()

    async def report(
        self,
        wanted: Hashable,
        today: Today,
        draw: Callable[[Reports], Awaitable[bytes]],
        seconds: float = REPORT_SECONDS,
    ) -> bytes:
        """Return a report that is at most some `seconds` old.

        One is drawn at a time: anybody may ask for a year, and calls need the database too.
        """
        kept = self._reports.get(wanted)
        if kept is not None:
            return kept
        async with self._reporting:
            kept = self._reports.get(wanted)
            if kept is None:
                kept = await self._report(today, draw)
                self._reports.put(wanted, kept, monotonic() + seconds)
            return kept

    @property
    def boards_until(self) -> float | None:
        """The instant until which the boards that were drawn last may be shown."""
        return self._boards.until(self._revision)

    @property
    def _revision(self) -> int | None:
        return self.reference.revision if self.reference else None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """Let a visitor ask what changes nothing."""
        async with (self.readers or self.sessions)() as session:
            yield UnitOfWork(session)

    def move_clock(self, clock: ClockRow) -> None:
        """Go by a business clock that was moved just now; what was drawn before is old."""
        self.clock = clock
        self.forget()

    def forget(self) -> None:
        """Have boards, tracking answers, reports, forecasts and lists drawn anew."""
        self._boards.clear()
        self._yards.clear()
        self._vitals.clear()
        self._revoked.clear()
        self.forecasts.clear()
        self.orders.clear()
        self._reports.clear()
        self.shelf.clear()

    async def pulse(self) -> None:
        """Learn what others changed: the reference data, the sandbox's clock, the logs."""
        async with self.reading() as uow:
            pulse = await uow.access.pulse()
            self.clock, self.logs = pulse.clock, pulse.logs
            await self.reference_at(pulse.revision, uow)

    async def store_uses(self) -> None:
        """Write down which keys and sessions were used since; of a broken try, none."""
        keys, self.keys_used = self.keys_used, set()
        sessions, self.sessions_used = self.sessions_used, set()
        if keys or sessions:
            async with self.sessions.begin() as session:
                uow = UnitOfWork(session)
                if keys:
                    await uow.keys.used(keys)
                if sessions:
                    await uow.sessions.seen(sessions, self.machine_now())

    def told_of(self, credential: Credential) -> None:
        """Remember that a credential was used, until that is stored."""
        is_session = credential.kind is CredentialKind.SESSION
        (self.sessions_used if is_session else self.keys_used).add(credential.id)

    @property
    def session_clock(self) -> SessionClock:
        """By what sessions begin and end, at this instant."""
        settings = self.settings
        return SessionClock(self.machine_now(), settings.session_lasts, settings.session_idle)

    async def readiness(self) -> Readiness:
        """Return how fit this process is to be sent work."""
        try:
            async with self.sessions() as session:
                uow = UnitOfWork(session)
                reference = await self.reference_at(None, uow)
                return await read_readiness(uow, reference, self.machine_now(), self.schema_head)
        except Exception as error:
            if not is_passing(error):
                raise
            return Readiness(database="not reached")

    async def vitals(self) -> Vitals:
        """Return what a scrape tells, read once a second for whoever asks."""
        kept = self._vitals.get(VITALS)
        if kept is not None:
            return kept
        async with self._feeling:
            return self._vitals.get(VITALS) or await self._feel()

    async def _feel(self) -> Vitals:
        """Return the vitals; of a database that is away or of another release, no more than that.

        What fails in between is away now, and was there a moment ago.
        """
        readiness = await self.readiness()
        vitals = Vitals(readiness, {}, (), (), {})
        if readiness.database is None and readiness.migrations is None:
            try:
                boards = (await self.boards()).drawn
                async with self.sessions() as session:
                    uow = UnitOfWork(session)
                    vitals = await read_vitals(uow, await self.today(), readiness, boards)
            except Exception as error:
                if not is_passing(error):
                    raise
        self._vitals.put(VITALS, vitals)
        return vitals

    async def _news(self, after: int) -> News:
        async with self.reading() as uow:
            return await uow.feed.news(after)

    async def _draw(self) -> Boards:
        today = await self.today()
        async with self.sessions() as session:
            drawn = boards_of(await read_boards(UnitOfWork(session), today))
        self._boards.put(today.reference.revision, drawn)
        return drawn

    async def _count(self) -> Occupancy:
        today = await self.today()
        async with self.sessions() as session:
            counted = Occupancy(await UnitOfWork(session).yards.occupied(), today.now)
        self._yards.put(YARDS, counted)
        return counted

    async def _revoke(self) -> Revoked:
        today = await self.today()
        async with self.sessions() as session:
            found = await Passes(UnitOfWork(session), today, self.tools.signers).revoked()
        self._revoked.put(REVOKED, found)
        return found

    async def _report(self, today: Today, draw: Callable[[Reports], Awaitable[bytes]]) -> bytes:
        async with self.sessions() as session:
            return await draw(Reports(UnitOfWork(session), today))

    async def _read(self, uow: UnitOfWork | None) -> Reference:
        strict = self.settings.is_production
        if uow is not None:
            return await read_reference(uow, unofficial_needs_confirmation=strict)
        async with self.sessions() as session:
            return await read_reference(UnitOfWork(session), unofficial_needs_confirmation=strict)
