"""What waits in quarantine: a work list for people, tried again by itself when something is new."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.domain.errors import (
    DomainError,
    EntryNotFoundError,
    FieldError,
    MessageNotFoundError,
    MessageNotYoursError,
    MessageResolvedError,
)
from app.domain.exchange import MessageState, may_resolve, seen_of
from app.domain.questions import QuarantineFilter
from app.models import Message, Source
from app.repositories.exchange import Sought, Waiting
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.exchange.adapters import adapter_of
from app.services.exchange.handling import Handling
from app.services.exchange.told import read_told

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Message", "Quarantine", "Waiting"]

TRIED_FOR = timedelta(hours=48)
"""Since when a message must have come to be tried again by itself."""
KEPT_FOR = timedelta(days=90)
"""How long a message is kept that waits no more."""


class Quarantine:
    """Works off the messages that nobody could be found for."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def page(
        self, where: QuarantineFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Waiting]:
        """Return up to `limit` waiting messages after a cursor, the longest waiting first."""
        whose = seen_of(self._act.principal)
        return await self._uow.exchange.quarantine(whose, where, after, limit)

    async def resolve(self, message_id: UUID, entry_id: UUID | None, reason: str) -> Waiting:
        """Apply a waiting message to an entry that a person names, or discard it; once.

        It is applied as its sender's word.

        Raises:
            MessageNotFoundError, MessageNotYoursError, MessageResolvedError, EntryNotFoundError.
            DomainError: why the sender's word is not taken of that entry.
        """
        waiting = await self._waiting(message_id)
        message, source = waiting
        if entry_id is None:
            message.state = MessageState.DISCARDED.value
        else:
            await self._apply(message, source, entry_id)
        message.resolved_at, message.resolved_by = self._act.now, self._act.principal.id
        message.resolution = reason
        await self._settle(self._act, message)
        return waiting

    async def try_again(self, message_id: UUID) -> bool:
        """Look at a waiting message once more, and tell whether it waits no longer."""
        found = await self._uow.exchange.locked(message_id)
        if found is None or found.message.state != MessageState.QUARANTINED:
            return False
        message, source = found
        act = await self._as_sender(message)
        handling, told = Handling(self._uow, act), read_told(message.body, source)
        await handling.lock(source, [told])
        try:
            await handling.handle(source, told, message)
        except DomainError:  # the sender may no longer say so, or its vehicle is busy
            await self._uow.exchange.put_back(message_id, self._act.now)
            return False
        if message.state == MessageState.QUARANTINED:
            await self._uow.flush()
            return False
        await self._settle(act, message)
        return True

    async def _waiting(self, message_id: UUID) -> Waiting:
        """Return a message that waits, kept from others until the transaction ends."""
        found, principal = await self._uow.exchange.locked(message_id), self._act.principal
        if found is None or seen_of(principal) not in {None, found.source.organisation_id}:
            raise MessageNotFoundError
        witnesses = adapter_of(found.source.adapter).witnesses
        if not may_resolve(principal, found.source.organisation_id, witnesses):
            raise MessageNotYoursError(authority=principal.authority)
        if found.message.state != MessageState.QUARANTINED:
            raise MessageResolvedError(state=found.message.state)
        return found

    async def _apply(self, message: Message, source: Source, entry_id: UUID) -> None:
        known = await self._uow.exchange.known(Sought(since=message.occurred_at, ids=(entry_id,)))
        if not known:
            raise EntryNotFoundError(errors=(FieldError("/entry", EntryNotFoundError.code),))
        told = read_told(message.body, source)
        handling = Handling(self._uow, await self._as_sender(message))
        await handling.lock(source, [told], entry_id)
        await handling.handle(source, told, message, entry_id)

    async def _as_sender(self, message: Message) -> Act:
        """Return the act as the sender's: what is applied later is still that principal's word."""
        return replace(self._act, principal=await self._uow.exchange.sender(message.sent_by))

    async def _settle(self, act: Act, message: Message) -> None:
        handling = Handling(self._uow, act)
        handling.tell("message.settled", message, state=message.state, reason=message.reason)
        await handling.store()
