"""Reading entries: one, many, and by the tracking token that a driver holds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.ciphers import hash_of_token
from app.domain.errors import EntryNotFoundError, TrackingNotFoundError
from app.domain.questions import EntryFilter
from app.models import Call, Entry, ExceptionCase
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.assessment import driver_name_of
from app.services.places import Places
from app.services.views import Beside, EntryView, progress_of, steps_of


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
        entry = await self._uow.entries.get(entry_id, self._act.principal)
        if entry is None:
            raise EntryNotFoundError
        return await self.view(entry)

    async def page(
        self, where: EntryFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[EntryView]:
        """Return up to `limit` entries after a cursor, with their orders; checks are left out."""
        entries = await self._uow.entries.page(self._act.principal, where, after, limit)
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
                driver_name=driver_name_of(self._act, entry),
            )
            for entry in entries
        ]

    async def view(self, entry: Entry) -> EntryView:
        """Return everything that stands beside an entry."""
        act, uow = self._act, self._uow
        orders = await uow.money.orders(entry.id)
        checks = await uow.records.checks(entry.id)
        holds = await uow.records.holds([entry.id])
        beside = Beside(orders=orders, checks=checks, holds=holds)
        progress = progress_of(act.reference, entry, act.day, beside)
        return EntryView(
            entry=entry,
            charge=await uow.money.charge(entry.id),
            orders=orders,
            driver_name=driver_name_of(act, entry),
            checks=checks,
            holds=holds,
            next_steps=steps_of(act.reference, progress),
            place=await Places(uow, act).place(entry),
            tracking_token=act.tools.tokens.tracking(entry.id, entry.tracking_version),
        )

    async def renew_tracking(self, entry_id: UUID) -> str:
        """Revoke the tracking link of an entry and return the token of a new one.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
        """
        found = await self._uow.entries.get(entry_id, self._act.principal)
        if found is None:
            raise EntryNotFoundError
        entry = await self._uow.entries.locked(found.id)
        entry.tracking_version += 1
        token = self._act.tools.tokens.tracking(entry.id, entry.tracking_version)
        entry.tracking_hash = hash_of_token(token)
        await self._uow.flush()
        return token

    async def exceptions(self, entry: Entry) -> Sequence[ExceptionCase]:
        """Return what contradicted the rules on an entry."""
        return await self._uow.records.exceptions(entry.id)


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a tracking link shows: progress and place, the newest call, what last moved it."""

    view: EntryView
    call: Call | None
    moved_by: str | None


async def tracked(uow: UnitOfWork, today: Today, token: str) -> Tracked:
    """Return what a tracking token opens; nothing personal is read.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    entry = await uow.entries.by_tracking(hash_of_token(token))
    if entry is None:
        raise TrackingNotFoundError
    orders = await uow.money.orders(entry.id)
    checks = await uow.records.checks(entry.id)
    holds = await uow.records.holds([entry.id])
    beside = Beside(orders=orders, checks=checks, holds=holds)
    progress = progress_of(today.reference, entry, today.day, beside)
    places = Places(uow, today)
    moved = await places.last_move(entry)
    view = EntryView(
        entry=entry,
        charge=None,
        orders=orders,
        next_steps=steps_of(today.reference, progress),
        place=await places.place(entry),
    )
    return Tracked(view, await uow.queues.last_call(entry.id), moved.kind if moved else None)
