"""The sources of partners' messages: registered by officers, trusted so far and no further."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.errors import SourceNotFoundError, UnknownCodeError
from app.domain.exchange import LISTS_SOURCES, AdapterKind, Standpoint, ensure_fit, seen_of
from app.domain.vocabulary import Direction
from app.models import Source
from app.repositories.exchange import Registered
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

__all__ = ["NewSource", "Registered", "Sources"]

ORGANISATION, YARD = "/organisation", "/yard"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source to be registered, of an organisation by its name."""

    code: str
    adapter: AdapterKind
    organisation: str
    at: Standpoint


class Sources:
    """Registers sources, changes how far they are trusted, retires them."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def register(self, new: NewSource) -> Registered:
        """Register a source.

        Raises:
            SourceUnfitError, SourceExistsError.
            UnknownCodeError: there is no such organisation, gate or yard.
        """
        organisation = await self._uow.access.organisation(new.organisation)
        if organisation is None:
            raise UnknownCodeError.at(ORGANISATION, new.organisation)
        self._ensure_known(new.at)
        ensure_fit(new.adapter, new.at)
        source = row_of(new, organisation.id, self._act.principal.id, self._act.now)
        source.id = self._act.tools.new_id()
        self._uow.add(source)
        return await self._tell("source.registered", source)

    async def change(
        self, code: str, changes: Mapping[str, Any], *, retired: bool | None
    ) -> Registered:
        """Change where a source looks and how far it is trusted; retire it, or take it back.

        Raises:
            SourceNotFoundError, SourceUnfitError.
        """
        source = await self._uow.exchange.locked_source(code)
        if source is None:
            raise SourceNotFoundError
        at = replace(_standpoint(source), **changes)
        ensure_fit(AdapterKind(source.adapter), at)
        source.direction, source.way = at.direction, at.way
        source.least_confidence, source.repeat_seconds = at.least_confidence, at.repeat_seconds
        if retired is not None:
            source.retired_at = (source.retired_at or self._act.now) if retired else None
        return await self._tell("source.changed", source)

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Registered]:
        """Return up to `limit` sources after a cursor: all, or those of one's own organisation."""
        whose = seen_of(self._act.principal, LISTS_SOURCES)
        return await self._uow.exchange.sources(whose, after, limit)

    def _ensure_known(self, at: Standpoint) -> None:
        if at.gate is not None:
            self._act.reference.gate(at.gate)
        if at.yard is not None and at.yard not in self._act.reference.yards:
            raise UnknownCodeError.at(YARD, at.yard)

    async def _tell(self, kind: str, source: Source) -> Registered:
        await self._uow.flush()
        facts = {
            "source": source.code,
            "adapter": source.adapter,
            "least_confidence": source.least_confidence,
            "retired": source.retired_at is not None,
        }
        await self._uow.records.insert_events([self._act.event(kind, None, None, None, **facts)])
        return await self._uow.exchange.registered(source.id)


def row_of(new: NewSource, organisation_id: UUID, registered_by: UUID, at: datetime) -> Source:
    """Return the row of a new source."""
    return Source(
        code=new.code,
        adapter=new.adapter.value,
        organisation_id=organisation_id,
        gate_code=new.at.gate,
        yard_code=new.at.yard,
        direction=new.at.direction,
        way=new.at.way,
        least_confidence=new.at.least_confidence,
        repeat_seconds=new.at.repeat_seconds,
        registered_at=at,
        registered_by=registered_by,
    )


def _standpoint(source: Source) -> Standpoint:
    return Standpoint(
        gate=source.gate_code,
        yard=source.yard_code,
        direction=Direction(source.direction) if source.direction else None,
        way=source.way,
        least_confidence=source.least_confidence,
        repeat_seconds=source.repeat_seconds,
    )
