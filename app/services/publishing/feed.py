"""The feed of events: positions are given after commit, and each company reads its own range.

Safe to run several at a time and to stop at any instant: positions are given under one lock, in one
transaction with how far they go. An event that is committed late gets a later position, so whoever
asks for what comes after a position misses none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.domain.authorisation import Action, decide
from app.domain.errors import FeedForgottenError, FeedPositionUnknownError
from app.domain.events import EVENTS, FOR_ALL, FOR_SIDES, OF_ENTRIES, kinds_for, told_to
from app.domain.feed import KEPT, MARGIN
from app.domain.principal import Principal
from app.domain.questions import DoneEvent, FeedQuestion, ToldEvent
from app.repositories.feed import Found, Unnumbered
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import related
from app.services.publishing.deliveries import News, heard

EVENTS_A_TURN = 1000
BEYOND = 2**63 - 1
"""No position is higher."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events after a position, where to go on, whether more are there, and where the feed ends."""

    events: Sequence[ToldEvent]
    after: int
    more: bool
    newest: int


class Numbering:
    """Gives positions to events that were committed."""

    def __init__(self, uow: UnitOfWork, now: datetime) -> None:
        """Work within one transaction, at an instant of the machine's clock."""
        self._uow = uow
        self._now = now

    async def number(self) -> int:
        """Give up to `EVENTS_A_TURN` events their positions and return how many got one.

        None does while somebody else gives positions, who will have seen the same.
        """
        feed = self._uow.feed
        if not await feed.lock(ripe=self._now - MARGIN):
            return 0
        position, horizon, seen = await feed.standing()
        found = await feed.unnumbered(horizon.settled_to, EVENTS_A_TURN)
        await self._give(position, found)
        last = found[-1].number if len(found) == EVENTS_A_TURN else None
        moved = horizon.follow(seen, last, self._now)
        if found or moved != horizon:
            await feed.advance(position + len(found), moved)
        return len(found)

    async def forget(self, limit: int) -> int:
        """Delete up to `limit` positions that are older than they are kept; return how many."""
        return await self._uow.feed.forget(self._now - KEPT, limit)

    async def _give(self, position: int, found: Sequence[Unnumbered]) -> None:
        if not found:
            return
        news = [_news(*one) for one in enumerate(found, start=position + 1)]
        items = [
            {
                "position": one.position,
                "event_number": one.number,
                "for_all": one.for_all,
                "at": self._now,
            }
            for one in news
        ]
        readers = [
            {"organisation_id": who, "position": one.position}
            for one in news
            for who in sorted(one.companies)
        ]
        listeners = await self._uow.webhooks.listeners()
        await self._uow.feed.insert(items, readers, heard(news, listeners, self._now))


class Feed:
    """What one principal may read of the feed."""

    def __init__(self, uow: UnitOfWork, principal: Principal) -> None:
        """Ask within one transaction for `principal`."""
        self._uow = uow
        self._principal = principal

    @staticmethod
    def reader_of(principal: Principal) -> UUID | None:
        """Return whose range is read; None for authorities, who read everything.

        So does who collects, and is told the kinds of money.
        """
        is_authority = decide(principal, Action.READ) or kinds_for(principal.role) is not None
        return None if is_authority else principal.organisation_id

    async def end(self, where: FeedQuestion) -> FeedPage:
        """Return an empty page where the feed ends: what comes next comes after it."""
        found = await self._after(BEYOND, where, 1)
        return FeedPage([], found.newest, more=False, newest=found.newest)

    async def page(self, where: FeedQuestion, after: int | None, limit: int) -> FeedPage:
        """Return up to `limit` events after a position, or from the oldest that is kept.

        Raises:
            FeedForgottenError: what came after it is kept no more.
            FeedPositionUnknownError: nothing has a position that high.
        """
        found = await self._after(after or 0, where, limit)
        if after is not None and after < found.forgotten_to:
            raise FeedForgottenError(oldest=found.forgotten_to)
        if after is not None and after > found.newest:
            raise FeedPositionUnknownError(newest=found.newest)
        on = found.scanned_to if found.is_full else found.newest
        return FeedPage(found.events, on or found.newest, found.is_full, found.newest)

    async def _after(self, position: int, where: FeedQuestion, limit: int) -> Found:
        """Return what lies after a position of what the principal is told."""
        told = kinds_for(self._principal.role)
        if told is not None:
            where = replace(where, kinds=told if where.kinds is None else told & where.kinds)
        return await self._uow.feed.after(position, self.reader_of(self._principal), where, limit)


async def history(  # noqa: PLR0913 - whose, of what, and which page of it
    uow: UnitOfWork, act: Act, entry_id: UUID, after: int, limit: int, *, newest_first: bool
) -> Sequence[DoneEvent]:
    """Return up to `limit` events of an entry after a number, in order of their numbers.

    Raises:
        EntryNotFoundError.
    """
    _, relations = await related(uow, act, entry_id, Action.READ)
    kinds = OF_ENTRIES
    if decide(act.principal, Action.READ):
        kinds = frozenset(EVENTS)
    elif decide(act.principal, Action.DELEGATE, relations):
        kinds = OF_ENTRIES | FOR_SIDES
    return await uow.feed.of_entry(entry_id, kinds, after, limit, newest_first=newest_first)


def _news(position: int, one: Unnumbered) -> News:
    return News(
        position=position,
        number=one.number,
        kind=one.kind,
        entry=one.entry,
        gate=one.gate,
        companies=told_to(one.kind, one.concerned),
        for_all=one.kind in FOR_ALL,
    )
