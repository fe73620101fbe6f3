"""Members: people who act for an organisation once they have signed in.

Their names and addresses are personal data: encrypted, found by a keyed hash, in no event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.errors import (
    MemberExistsError,
    MemberNotFoundError,
    OrganisationNotFoundError,
)
from app.domain.members import MemberRole, email_key, scopes_of
from app.domain.organisations import (
    OrganisationKind,
    ensure_manages,
    ensure_supervision,
    ensure_within,
)
from app.domain.principal import PrincipalKind
from app.models import Member, Principal
from app.repositories.unit_of_work import UnitOfWork
from app.services.access.clients import ensure_somebody_manages, new_principal
from app.services.access.organisations import managed
from app.services.act import Act

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Known", "Members", "Person"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is invited: the name that acts are told by, the person's own name and address."""

    name: str
    display_name: str
    email: str
    role: MemberRole
    personal: bool
    supervisor: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A member with name and address in clear, for those who manage the organisation."""

    principal: Principal
    member: Member
    display_name: str
    email: str


class Members:
    """Invites, shows, changes and disables the members of organisations."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def invite(self, organisation_id: UUID, person: Person) -> Known:
        """Let a person sign in for an organisation, with no scope that who invites has not.

        Raises:
            OrganisationNotFoundError, ScopeMissingError, NameTakenError.
            MemberExistsError: that address is a member's of this organisation.
            OrganisationUnfitError, RoleForbiddenError: it is to be a supervisor; see
                `ensure_supervision`.
        """
        owner = await managed(self._uow, self._act, organisation_id)
        kind = OrganisationKind(owner.kind)
        ensure_supervision(self._act.principal, kind, wanted=person.supervisor)
        self._ensure_grantable(person.role, personal=person.personal)
        cipher, email = self._act.tools.cipher, email_key(person.email)
        if await self._uow.members.by_email(organisation_id, cipher.hashes_to_find(email)):
            raise MemberExistsError
        principal = new_principal(self._act, owner, person.name, supervisor=person.supervisor)
        principal.kind = PrincipalKind.PERSON.value
        member = Member(
            id=principal.id,
            organisation_id=organisation_id,
            role=person.role.value,
            personal=person.personal,
            display_name=cipher.encrypt(person.display_name),
            email=cipher.encrypt(email),
            email_hash=cipher.hash_to_find(email),
            invited_at=self._act.now,
        )
        await self._uow.members.add(principal, member)
        await self._tell("member.invited", member, role=member.role, personal=member.personal)
        return self._opened(principal, member)

    async def page(
        self, organisation_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Known]:
        """Return up to `limit` members of an organisation after a cursor, newest first.

        Raises:
            OrganisationNotFoundError.
        """
        ensure_manages(self._act.principal, organisation_id)
        if await self._uow.organisations.get(organisation_id) is None:
            raise OrganisationNotFoundError
        found = await self._uow.members.page(organisation_id, after, limit)
        return [self._opened(principal, member) for principal, member in found]

    async def get(self, member_id: UUID) -> Known:
        """Return a member.

        Raises:
            MemberNotFoundError.
        """
        return self._opened(*await self._found(member_id))

    async def change(self, member_id: UUID, role: MemberRole, *, personal: bool) -> Known:
        """Give a member another role, from the next request of its sessions on.

        Raises:
            MemberNotFoundError, ScopeMissingError, LastManagerError.
        """
        principal, member = await self._found(member_id)
        self._ensure_grantable(role, personal=personal)
        if (member.role, member.personal) != (role, personal):
            member.role, member.personal = role.value, personal
            await self._tell("member.changed", member, role=member.role, personal=personal)
            await ensure_somebody_manages(self._uow, self._act, member.organisation_id)
        return self._opened(principal, member)

    async def disable(self, member_id: UUID) -> Known:
        """Let a member act no more, from now on.

        Raises:
            MemberNotFoundError, LastManagerError.
        """
        principal, member = await self._found(member_id)
        if principal.revoked_at is None:
            principal.revoked_at = self._act.now
            await self._uow.sessions.end_all(member_id)
            await self._tell("member.disabled", member)
            await ensure_somebody_manages(self._uow, self._act, member.organisation_id)
        return self._opened(principal, member)

    async def enable(self, member_id: UUID) -> Known:
        """Let a member that was disabled sign in again, with no scope that who enables has not.

        Raises:
            MemberNotFoundError, ScopeMissingError.
        """
        principal, member = await self._found(member_id)
        if member.erased_at is not None:  # nobody knows any more who that was
            raise MemberNotFoundError
        if principal.revoked_at is not None:
            self._ensure_grantable(MemberRole(member.role), personal=member.personal)
            principal.revoked_at = None
            await self._tell("member.enabled", member)
        return self._opened(principal, member)

    def _ensure_grantable(self, role: MemberRole, *, personal: bool) -> None:
        ensure_within(scopes_of(role, personal=personal), self._act.principal.scopes)

    async def _found(self, member_id: UUID) -> tuple[Principal, Member]:
        owner = await self._uow.members.organisation_of(member_id)
        if owner is None:
            raise MemberNotFoundError
        try:
            await managed(self._uow, self._act, owner)
        except OrganisationNotFoundError:
            raise MemberNotFoundError from None
        return await self._uow.members.get(member_id)

    def _opened(self, principal: Principal, member: Member) -> Known:
        cipher = self._act.tools.cipher
        return Known(
            principal, member, cipher.decrypt(member.display_name), cipher.decrypt(member.email)
        )

    async def _tell(self, kind: str, member: Member, **more: object) -> None:
        await self._uow.flush()
        told = {"organisation": str(member.organisation_id), "member": str(member.id)}
        event = self._act.event(kind, None, None, None, **told, **more)
        await self._uow.records.insert_events([event])
