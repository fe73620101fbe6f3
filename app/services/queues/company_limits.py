"""The limit of a company that missed many calls: few of its entries wait, derived from strikes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.deadlines import DeadlineKind
from app.domain.strikes import Limited, Struck, limit_on, look_back
from app.domain.vocabulary import Direction, Queue
from app.models import Call, Entry, Strike
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.due import due


async def limit_of(uow: UnitOfWork, today: Today, organisation_id: UUID) -> Limited | None:
    """Return the limit of a company today; None where it has none."""
    return limit_on(await strikes_of(uow, today, organisation_id), today.day)


async def strikes_of(uow: UnitOfWork, today: Today, organisation_id: UUID) -> Sequence[Struck]:
    """Return the strikes of a company that may bear on a limit today."""
    editions = today.reference.policy_codes
    limits = {code: one.company_limit for code, one in editions.items() if one.company_limit}
    if not limits:
        return ()
    since = today.day - look_back(limits.values())
    found = await uow.strikes.counting(organisation_id, since)
    return [Struck(on, limits[code]) for on, code in found if code in limits]


class CompanyLimits:
    """Keeps companies to their limits; every method asks under the entry's queue's lock."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def lets_wait(self, entry: Entry) -> bool:
        """Tell whether an entry may begin to wait; if not, keep until when and how many may.

        Who waits already is not asked. What keeps an entry out ends by a deadline of its own; where
        there is room for it all the same, a worker's next round lets it in.
        """
        limit = await self._full(entry)
        until = self._act.reference.begin_of(limit.until) if limit else None
        if limit is not None and until is not None and until != entry.limited_until:
            self._uow.add(due(self._act, entry, DeadlineKind.LIMIT_END, until))
        entry.limited_until, entry.limited_to = until, limit.most_waiting if limit else None
        return limit is None

    async def strike(self, entry: Entry, call: Call, at: datetime) -> list[Mapping[str, Any]]:
        """Give the company of an entry a strike, where the edition of the day limits companies.

        Return the events of it, which the caller stores.

        Of an entry that nobody declared, or that an app declared for somebody unknown to us, no
        company is to blame.
        """
        on = self._act.reference.day(at)
        edition = self._act.reference.policies.get(on)
        if entry.organisation_id is None or edition is None or edition.company_limit is None:
            return []
        if not await self._uow.strikes.is_company(entry.registered_by):
            return []
        strike = Strike(
            id=self._act.tools.new_id(),
            organisation_id=entry.organisation_id,
            entry_id=entry.id,
            call_id=call.id,
            gate_code=entry.gate_code,
            policy_code=edition.code,
            struck_at=at,
            struck_on=on,
        )
        self._uow.add(strike)
        queue = Queue(entry.gate_code, Direction(entry.direction))
        facts = {"strike": str(strike.id), "call": str(call.id)}
        return [self._act.event("strike.given", queue, entry.id, at, **facts)]

    async def _full(self, entry: Entry) -> Limited | None:
        """Return the limit of an entry's company where as many wait as it allows."""
        company = entry.organisation_id
        limit = await limit_of(self._uow, self._act, company) if company else None
        if company is None or limit is None:
            return None
        if not await self._uow.strikes.try_lock_company(company):
            return limit  # another of its company begins to wait, and may take the last place
        waiting = await self._uow.strikes.count_waiting(company)
        return limit if waiting >= limit.most_waiting else None
