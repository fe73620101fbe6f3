"""Reading entries: one, many, where one stands, and by the tracking token a driver holds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.core.ciphers import hash_of_token
from app.domain.authorisation import Action
from app.domain.errors import EntryNotFoundError, TrackingNotFoundError
from app.domain.questions import EntryCounts, EntryFilter
from app.domain.travel_times import Departure, departure
from app.domain.vocabulary import State
from app.models import Entry
from app.repositories.standings import Found
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.authorising import reached
from app.services.declarations.assessment import driver_of
from app.services.declarations.papers import papers_running_out
from app.services.declarations.views import (
    Beside,
    EntryView,
    LastCall,
    Standing,
    progress_of,
    steps_of,
)
from app.services.queues.closing import notices_about
from app.services.queues.places import Places


class Entries:
    """Gathers what answers show of entries."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def get(self, entry_id: UUID) -> EntryView:
        """Return an entry with everything beside it.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
        """
        return await self.view(await self._reached(entry_id, Action.READ))

    async def page(
        self, where: EntryFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[EntryView]:
        """Return up to `limit` entries after a cursor, with their orders; checks are left out."""
        return await self.briefs(
            await self._uow.entries.page(self._act.principal, where, after, limit, at=self._act.now)
        )

    async def counts(self) -> EntryCounts:
        """Count the open entries that the principal may read."""
        return await self._uow.entries.counts(self._act.principal, at=self._act.now)

    async def briefs(self, entries: Sequence[Entry]) -> Sequence[EntryView]:
        """Return entries as lists show them, with their orders."""
        ids = [entry.id for entry in entries]
        charges = {charge.entry_id: charge for charge in await self._uow.money.charges_of(ids)}
        orders = defaultdict(list)
        for order in await self._uow.money.orders_of(ids):
            orders[order.entry_id].append(order)
        return [
            EntryView(
                entry=entry,
                charge=charges.get(entry.id),
                orders=orders[entry.id],
                driver=driver_of(self._act, entry),
                papers=papers_running_out(self._act, entry),
            )
            for entry in entries
        ]

    async def view(self, entry: Entry, *, with_place: bool = False) -> EntryView:
        """Return everything that stands beside an entry; its place only where asked for."""
        act, uow = self._act, self._uow
        place = await Places(uow, act).place(entry) if with_place else None
        papers = papers_running_out(act, entry, place.expected.latest_at if place else None)
        beside = replace(await _beside(uow, entry), papers=papers)
        charges = await uow.money.charges(entry.id)
        progress = progress_of(act.reference, entry, act.day, beside)
        return EntryView(
            entry=entry,
            charge=next((one for one in charges if one.superseded_at is None), None),
            superseded=[one for one in charges if one.superseded_at is not None],
            orders=beside.orders,
            driver=driver_of(act, entry),
            checks=beside.checks,
            holds=beside.holds,
            exceptions=await uow.records.exceptions(entry.id),
            next_steps=steps_of(act.reference, progress),
            place=place,
            papers=papers,
        )

    async def standing(self, entry_id: UUID) -> Standing:
        """Return where an entry stands: its place, what is missing and due, what moved it last.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
        """
        await self._reached(entry_id, Action.READ)
        found = await self._uow.standings.by_id(entry_id)
        if found is None:  # deleted in between
            raise EntryNotFoundError
        return await standing_of(self._uow, self._act, found)

    async def tracking(self, entry_id: UUID) -> str:
        """Return the token of an entry's tracking link.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's own.
        """
        entry = await self._reached(entry_id, Action.TRACK)
        return self._act.tools.tokens.tracking(entry.id, entry.tracking_version)

    async def renew_tracking(self, entry_id: UUID) -> str:
        """Revoke the tracking link of an entry and return the token of a new one.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's own.
        """
        found = await self._reached(entry_id, Action.TRACK)
        entry = await self._uow.entries.locked(found.id)
        entry.tracking_version += 1
        token = self._act.tools.tokens.tracking(entry.id, entry.tracking_version)
        entry.tracking_hash = hash_of_token(token)
        await self._uow.flush()
        return token

    async def _reached(self, entry_id: UUID, action: Action) -> Entry:
        return await reached(self._uow, self._act, entry_id, action)


async def standing_of(uow: UnitOfWork, today: Today, found: Found) -> Standing:
    """Return where an entry stands; nothing personal is read."""
    entry = found.entry
    place = await Places(uow, today).place(entry)
    papers = papers_running_out(today, entry, place.expected.latest_at if place else None)
    beside = Beside(found.orders, found.checks, found.holds, papers=papers)
    progress = progress_of(today.reference, entry, today.day, beside)
    return Standing(
        entry=entry,
        orders=found.orders,
        next_steps=steps_of(today.reference, progress),
        place=place,
        last_call=await _last_call(uow, today, found),
        moved=found.moved,
        notices=notices_about(today, entry),
        departure=_departure(today, found),
    )


async def _last_call(uow: UnitOfWork, today: Today, found: Found) -> LastCall | None:
    """Return the newest call of an entry and, while it is awaited, what it brings not to come."""
    call, entry = found.call, found.entry
    if call is None or entry.state != State.CALLED:
        return LastCall(call, None) if call else None
    edition = today.reference.policy_codes[call.policy_code]
    return LastCall(call, edition.miss(await uow.queues.count_misses(entry.id) + 1))


def _departure(today: Today, found: Found) -> Departure | None:
    """Return when a called vehicle that stands in a yard leaves it; None for any other."""
    call, entry = found.call, found.entry
    yard = today.reference.yards.get(entry.yard_code or "")
    if call is None or entry.state != State.CALLED or yard is None:
        return None
    travel = yard.travel_times.get(entry.gate_code, today.reference.day(call.called_at))
    starts_at = call.window_starts_at or call.called_at
    return departure(travel, call.called_at, starts_at, call.window_ends_at) if travel else None


async def tracked(uow: UnitOfWork, today: Today, token: str) -> Standing:
    """Return where the entry stands that a tracking token opens.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    return await standing_of(uow, today, await opened_by(uow, token))


async def entry_of_link(uow: UnitOfWork, token: str) -> Entry:
    """Return the entry that a tracking token opens; nothing personal is read.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    return (await opened_by(uow, token)).entry


async def opened_by(uow: UnitOfWork, token: str) -> Found:
    """Return the entry that a tracking token opens, with what stands beside it.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    found = await uow.standings.by_tracking(hash_of_token(token))
    if found is None:
        raise TrackingNotFoundError
    return found


async def _beside(uow: UnitOfWork, entry: Entry) -> Beside:
    return Beside(
        orders=await uow.money.orders(entry.id),
        checks=await uow.records.checks(entry.id),
        holds=await uow.records.holds([entry.id]),
    )
