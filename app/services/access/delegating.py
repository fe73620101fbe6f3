"""Delegating: a declarant lets others be parties of an entry, or of all; each side may end it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action, decide, sides_of
from app.domain.delegations import (
    MOST_OF_AN_ENTRY,
    Asked,
    Ending,
    Taker,
    ended_before,
    ensure_grantable,
    is_over,
)
from app.domain.errors import (
    DelegationNotFoundError,
    DelegationUnfitError,
    FieldError,
    PartiesFullError,
)
from app.domain.organisations import OrganisationKind
from app.domain.questions import DelegationFilter
from app.models import Delegation, Entry
from app.repositories.delegations import Between
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached, related

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Between", "Delegating", "Delegation"]

ENDS = {Ending.REVOKED: Action.DELEGATE, Ending.REFUSED: Action.REFUSE}


class Delegating:
    """Lets organisations in, and takes them out again."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def grant(self, entry_id: UUID, asked: Asked) -> Between:
        """Let an organisation be a party of one entry, from now on or for a time.

        Raises:
            EntryNotFoundError, DelegationExistsError, PartiesFullError.
            DelegationUnfitError: it cannot be let in so, or nobody has declared the entry yet.
        """
        found = await reached(self._uow, self._act, entry_id, Action.DELEGATE)
        entry = await self._uow.entries.locked(found.id)
        self._act = self._act.not_before(entry.changed_at)
        if entry.organisation_id is None:
            raise DelegationUnfitError(errors=(FieldError("/entry", "unregistered"),))
        granted = await self._new(entry.organisation_id, asked, entry)
        if await self._uow.delegations.count_open(entry.id) >= MOST_OF_AN_ENTRY:
            raise PartiesFullError(most=MOST_OF_AN_ENTRY)
        entry.changed_at = self._act.now
        return await self._keep(granted)

    async def grant_all(self, asked: Asked) -> Between:
        """Let an organisation be a party of all entries of one's own, from now on or for a time.

        Raises:
            DelegationUnfitError, DelegationExistsError.
        """
        return await self._keep(await self._new(self._act.principal.organisation_id, asked, None))

    async def of_entry(
        self, entry_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Between]:
        """Return up to `limit` of an entry after a cursor, newest first.

        The declarant and authorities see all of them, a party its own.

        Raises:
            EntryNotFoundError.
        """
        principal = self._act.principal
        _, relations = await related(self._uow, self._act, entry_id, Action.READ)
        sees_all = decide(principal, Action.READ) or decide(principal, Action.DELEGATE, relations)
        own = None if sees_all else principal.organisation_id
        return await self._uow.delegations.of_entry(entry_id, own, after, limit)

    async def page(
        self, where: DelegationFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Between]:
        """Return up to `limit` that the principal's organisation gave, or received."""
        organisation = self._act.principal.organisation_id
        return await self._uow.delegations.page(organisation, where, after, limit)

    async def end(self, delegation_id: UUID, ending: Ending) -> Between:
        """End a delegation from one side: the next request finds it ended.

        Raises:
            DelegationNotFoundError: none of that id, or not the principal's to end so.
            DelegationEndedError: it has ended otherwise.
        """
        one = await self._uow.delegations.locked(delegation_id)
        if one is None or not self._may(ENDS[ending], one):
            raise DelegationNotFoundError
        if not ended_before(one.ending, ending):
            self._end(one, ending)
            await self._tell(f"party.{ending}", one)
        return await self._uow.delegations.get(one.id)

    def _may(self, action: Action, one: Delegation) -> bool:
        sides = sides_of(self._act.principal, one.grantor_id, one.organisation_id)
        return decide(self._act.principal, action, sides)

    async def _new(self, grantor_id: UUID, asked: Asked, entry: Entry | None) -> Delegation:
        """Return what is to be kept; the same whose time is over makes room."""
        act = self._act
        found = await self._uow.delegations.taker(asked)
        named = None
        if found is not None:
            named = Taker(found.id, OrganisationKind(found.kind), found.verified)
        taker = ensure_grantable(asked, grantor_id, named, act.now)
        before = await self._uow.delegations.same(
            grantor_id, taker.id, entry.id if entry else None, asked.party.value
        )
        if before is not None and is_over(before.ends_at, act.now):
            self._end(before, Ending.OVER)
            await self._uow.flush()
        return Delegation(
            id=act.tools.new_id(),
            grantor_id=grantor_id,
            organisation_id=taker.id,
            party=asked.party.value,
            entry_id=entry.id if entry else None,
            registered_at=entry.registered_at if entry else None,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            granted_at=act.now,
            granted_by=act.principal.id,
        )

    async def _keep(self, one: Delegation) -> Between:
        self._uow.add(one)
        await self._tell("party.granted", one)
        return await self._uow.delegations.get(one.id)

    def _end(self, one: Delegation, ending: Ending) -> None:
        one.ended_at, one.ended_by = self._act.now, self._act.principal.id
        one.ending = ending.value

    async def _tell(self, kind: str, one: Delegation) -> None:
        await self._uow.flush()
        facts = {
            "delegation": str(one.id),
            "party": one.party,
            "grantor": str(one.grantor_id),
            "organisation": str(one.organisation_id),
        }
        event = self._act.event(kind, None, one.entry_id, None, **facts)
        await self._uow.records.insert_events([event])
