"""Taking partners' messages in: each once, each answered by itself."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from app.domain.errors import (
    DomainError,
    FieldError,
    MessageChangedError,
    MessageNotOfSourceError,
    SourceNotFoundError,
    SourceNotYoursError,
    SourceRetiredError,
)
from app.domain.exchange import MessageState, is_of, is_one_of
from app.models import Message, Source
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.exchange.adapters import adapter_of
from app.services.exchange.handling import Handling
from app.services.exchange.told import Document, Told, read_told

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Intake", "Message", "Outcome"]

Said = Literal["applied", "repeated", "quarantined", "already-known", "rejected"]
ADAPTER, REFERENCE = "/adapter", "/source_reference"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one message as it was sent; a rejected one is not kept."""

    source_reference: str
    said: Said
    message: Message | None = None
    refusal: DomainError | None = None


class Intake:
    """Takes the messages of a source."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._handling = Handling(uow, act)
        self._done: dict[UUID, DomainError | None] = {}

    async def receive(self, code: str, documents: Sequence[Document]) -> Sequence[Outcome]:
        """Take messages and return what came of each, in the order sent.

        Each comes once, however often it is sent; they are looked at in the order in which they
        happened. One that is refused spoils no other, and may be sent again.

        Raises:
            SourceNotFoundError, SourceRetiredError, SourceNotYoursError.
        """
        source = await self._own(code)
        told = [read_told(one, source) for one in documents]
        rows: dict[str, Mapping[str, Any]] = {}
        for one in told:
            if one.facts["adapter"] == source.adapter:
                rows.setdefault(one.source_reference, self._row(source, one))
        new = await self._uow.exchange.take(rows.values()) if rows else frozenset()
        kept = await self._uow.exchange.by_references(source.id, rows)
        fresh = [one for one in told if self._is_new(kept, new, one)]
        if fresh:
            await self._handling.lock(source, fresh)
        outcomes: dict[int, Outcome] = {}
        for index in sorted(range(len(told)), key=lambda index: (told[index].occurred_at, index)):
            outcomes[index] = await self._take(source, told[index], kept, new)
        await self._handling.store()
        await self._uow.exchange.drop([one for one, why in self._done.items() if why is not None])
        return [outcomes[index] for index in range(len(told))]

    async def _own(self, code: str) -> Source:
        principal, source = self._act.principal, await self._uow.exchange.source(code)
        if source is None or not is_of(principal, source.organisation_id):
            raise SourceNotFoundError
        if source.retired_at is not None:
            raise SourceRetiredError
        if not is_one_of(principal, adapter_of(source.adapter).senders):
            raise SourceNotYoursError(authority=principal.authority)
        return source

    def _row(self, source: Source, told: Told) -> Mapping[str, Any]:
        """Return a message as it is kept from now on, or until it is refused."""
        return {
            "id": self._act.tools.new_id(),
            "source_id": source.id,
            "source_reference": told.source_reference,
            "fingerprint": fingerprint(told.facts),
            "body": dict(told.facts),
            "plate": told.names.plate,
            "declaration_number": told.names.declaration,
            "occurred_at": told.occurred_at,
            "received_at": self._act.now,
            "sent_by": self._act.principal.id,
            "state": MessageState.TAKEN.value,
            "tried_at": self._act.now,
        }

    def _is_new(self, kept: Mapping[str, Message], new: Collection[UUID], told: Told) -> bool:
        message = kept.get(told.source_reference)
        return message is not None and message.id in new

    async def _take(
        self, source: Source, told: Told, kept: Mapping[str, Message], new: Collection[UUID]
    ) -> Outcome:
        reference = told.source_reference
        if told.facts["adapter"] != source.adapter:
            error = FieldError(ADAPTER, MessageNotOfSourceError.code, source.adapter)
            return Outcome(
                reference, "rejected",
                refusal=MessageNotOfSourceError(errors=(error,), adapter=source.adapter),
            )  # fmt: skip
        message = kept[reference]
        if message.fingerprint != fingerprint(told.facts):
            error = FieldError(REFERENCE, MessageChangedError.code)
            return Outcome(reference, "rejected", refusal=MessageChangedError(errors=(error,)))
        if message.id not in new:
            return Outcome(reference, "already-known", message)
        if message.id not in self._done:
            self._done[message.id] = await self._handled(source, told, message)
            return self._first_answer(message)
        if (refusal := self._done[message.id]) is not None:  # twice in this request
            return Outcome(reference, "rejected", refusal=refusal)
        return Outcome(reference, "already-known", message)

    async def _handled(self, source: Source, told: Told, message: Message) -> DomainError | None:
        """Handle a message and return why it is refused, if it is."""
        try:
            await self._handling.handle(source, told, message)
        except DomainError as refusal:
            return refusal
        return None

    def _first_answer(self, message: Message) -> Outcome:
        refusal = self._done[message.id]
        if refusal is not None:
            return Outcome(message.source_reference, "rejected", refusal=refusal)
        said: Mapping[str, Said] = {
            MessageState.APPLIED: "applied",
            MessageState.REPEATED: "repeated",
            MessageState.QUARANTINED: "quarantined",
        }
        return Outcome(message.source_reference, said[message.state], message)


def fingerprint(document: Document) -> bytes:
    """Return what makes it the same message: its body, however it was written."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
