"""Clients: systems that act for an organisation, and the keys by which they are known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.errors import (
    ClientDisabledError,
    ClientNotFoundError,
    KeyEndedError,
    KeyNotFoundError,
    LastManagerError,
    OrganisationNotFoundError,
)
from app.domain.organisations import (
    ROLES,
    OrganisationKind,
    ensure_manages,
    ensure_supervision,
    ensure_within,
)
from app.domain.vocabulary import Scope
from app.models import ApiKey, Organisation, Principal
from app.repositories.unit_of_work import UnitOfWork
from app.services.access.organisations import managed
from app.services.act import Act

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["ApiKey", "Clients", "Given", "Keyring", "Principal", "has_ended"]


class Given(NamedTuple):
    """A key that was given just now, with its text, which nobody sees again."""

    key: ApiKey
    text: str


class Clients:
    """Makes, shows, disables the clients of organisations."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def make(self, organisation_id: UUID, name: str, *, supervisor: bool) -> Principal:
        """Make a client of an organisation, which has no key yet.

        Raises:
            OrganisationNotFoundError.
            OrganisationUnfitError, RoleForbiddenError: it is to be a supervisor; see
                `ensure_supervision`.
            NameTakenError: somebody acts under that name.
        """
        owner = await managed(self._uow, self._act, organisation_id)
        ensure_supervision(self._act.principal, OrganisationKind(owner.kind), wanted=supervisor)
        client = new_principal(self._act, owner, name, supervisor=supervisor)
        self._uow.add(client)
        await self._uow.flush()
        await self._uow.organisations.reread(client)
        await self._tell("client.made", client)
        return client

    async def page(
        self, organisation_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Principal]:
        """Return up to `limit` clients of an organisation after a cursor, newest first.

        Raises:
            OrganisationNotFoundError.
        """
        ensure_manages(self._act.principal, organisation_id)
        if await self._uow.organisations.get(organisation_id) is None:
            raise OrganisationNotFoundError
        return await self._uow.organisations.clients(organisation_id, after, limit)

    async def get(self, client_id: UUID) -> Principal:
        """Return a client.

        Raises:
            ClientNotFoundError.
        """
        return await found_client(self._uow, self._act, client_id)

    async def disable(self, client_id: UUID) -> Principal:
        """Let all keys and tokens of a client open nothing, from now on.

        Raises:
            ClientNotFoundError, LastManagerError.
        """
        client = await found_client(self._uow, self._act, client_id)
        if client.revoked_at is None:
            client.revoked_at = self._act.now
            await self._tell("client.disabled", client)
            await ensure_somebody_manages(self._uow, self._act, client.organisation_id)
        return client

    async def enable(self, client_id: UUID) -> Principal:
        """Let the keys of a client open what they did, those that were not revoked meanwhile.

        Raises:
            ClientNotFoundError.
        """
        client = await found_client(self._uow, self._act, client_id)
        if client.revoked_at is not None:
            client.revoked_at = None
            await self._tell("client.enabled", client)
        return client

    async def _tell(self, kind: str, client: Principal) -> None:
        await self._uow.flush()
        told = {"organisation": str(client.organisation_id), "client": str(client.id)}
        event = self._act.event(kind, None, None, None, **told)
        await self._uow.records.insert_events([event])


class Keyring:
    """Gives, shows, rotates and revokes the keys of clients; keys live by the machine's clock."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def give(self, client_id: UUID, scopes: frozenset[Scope], lasts: timedelta) -> Given:
        """Give a client one more key, of no scope that the giver has not.

        Raises:
            ClientNotFoundError, ClientDisabledError, ScopeMissingError.
        """
        client = await found_client(self._uow, self._act, client_id)
        given = await self._new(client, scopes, lasts)
        await self._tell("key.given", client, given.key, scopes=given.key.scopes)
        return given

    async def page(
        self, client_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[ApiKey]:
        """Return up to `limit` keys of a client after a cursor, newest first.

        Raises:
            ClientNotFoundError.
        """
        await found_client(self._uow, self._act, client_id)
        return await self._uow.keys.page(client_id, after, limit)

    async def clock(self) -> datetime:
        """Return the time by which keys expire."""
        return await self._uow.keys.clock()

    async def rotate(self, key_id: UUID, overlap: timedelta, lasts: timedelta) -> Given:
        """Give a new key of the same scopes, and let the old one open for the overlap only.

        Raises:
            KeyNotFoundError, ClientDisabledError, ScopeMissingError.
            KeyEndedError: there is nothing to overlap with.
        """
        key, client = await self._found(key_id)
        if has_ended(key, await self.clock()):
            raise KeyEndedError
        given = await self._new(client, frozenset(map(Scope, key.scopes)), lasts)
        await self._uow.keys.end(key, overlap)
        await self._tell("key.rotated", client, key, by=str(given.key.id))
        return given

    async def revoke(self, key_id: UUID) -> ApiKey:
        """Let a key and its tokens open nothing from now on, in any process; once is enough.

        Raises:
            KeyNotFoundError, LastManagerError.
        """
        key, client = await self._found(key_id)
        if key.revoked_at is None:
            await self._uow.keys.revoke(key)
            await self._tell("key.revoked", client, key)
            await ensure_somebody_manages(self._uow, self._act, client.organisation_id)
        return key

    async def _found(self, key_id: UUID) -> tuple[ApiKey, Principal]:
        owner = await self._uow.keys.owner(key_id)
        if owner is None:
            raise KeyNotFoundError
        try:
            client = await found_client(self._uow, self._act, owner)
        except ClientNotFoundError:
            raise KeyNotFoundError from None
        return await self._uow.keys.get(key_id), client

    async def _new(self, client: Principal, scopes: frozenset[Scope], lasts: timedelta) -> Given:
        ensure_within(scopes, self._act.principal.scopes)
        if client.revoked_at is not None:
            raise ClientDisabledError
        made = self._act.tools.keys.make(client.role)
        return Given(await self._uow.keys.add(client.id, made, scopes, lasts), made.text)

    async def _tell(self, kind: str, client: Principal, key: ApiKey, **more: object) -> None:
        told = {"organisation": str(client.organisation_id), "client": str(client.id)}
        event = self._act.event(kind, None, None, None, **told, key=str(key.id), **more)
        await self._uow.records.insert_events([event])


def new_principal(act: Act, owner: Organisation, name: str, *, supervisor: bool) -> Principal:
    """Return somebody who acts for an organisation, in the role that goes with its kind."""
    return Principal(
        id=act.tools.new_id(),
        organisation_id=owner.id,
        name=name,
        role=ROLES[OrganisationKind(owner.kind)].value,
        agency=owner.agency,
        supervisor=supervisor,
    )


def has_ended(key: ApiKey, now: datetime) -> bool:
    """Tell whether a key opens nothing any more at an instant of the machine's clock."""
    return key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)


async def found_client(uow: UnitOfWork, act: Act, client_id: UUID) -> Principal:
    """Return a client whose organisation the principal manages, locked against others who do.

    Raises:
        ClientNotFoundError: none of that id, or not the principal's to manage.
    """
    client = await uow.organisations.client(client_id)
    if client is None:
        raise ClientNotFoundError
    try:
        await managed(uow, act, client.organisation_id)
    except OrganisationNotFoundError:
        raise ClientNotFoundError from None
    # What was read before the lock may have changed since.
    await uow.organisations.reread(client)
    return client


async def ensure_somebody_manages(uow: UnitOfWork, act: Act, organisation_id: UUID) -> None:
    """Refuse, after the fact, what leaves nobody of the principal's own organisation to manage it.

    Whoever looks after all organisations may do that to another.

    Raises:
        LastManagerError
    """
    await uow.flush()
    is_own = act.principal.organisation_id == organisation_id
    if is_own and not await uow.keys.anybody_manages(organisation_id):
        raise LastManagerError
