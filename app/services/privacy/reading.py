"""Reading a driver's data in full: for a purpose, on record before the answer leaves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.personal import (
    Personal,
    Purpose,
    ReadWay,
    ensure_sought,
    fields_for,
    shown,
)
from app.domain.questions import ReadFilter
from app.models import Entry, PersonalRead
from app.repositories.personal import Reading
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.declarations.assessment import driver_of
from app.services.declarations.declaring import key_of
from app.services.declarations.entries import Entries
from app.services.declarations.views import EntryView

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["FullDriver", "PersonalReading", "Reading", "values_of"]


@dataclass(frozen=True, slots=True)
class FullDriver:
    """What was read of a driver, in clear: `values` has None for what the purpose does not need."""

    entry: Entry
    fields: Sequence[Personal]
    values: Mapping[Personal, str | None]


class PersonalReading:
    """Reads drivers' data, finds drivers, and shows who did either."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def read(self, entry_id: UUID, purpose: Purpose) -> FullDriver:
        """Return what a purpose needs of the driver of an entry; a company reads of its own.

        Raises:
            PurposeForbiddenError: the purpose is not the principal's.
            EntryNotFoundError: none of that id, or not the principal's own.
        """
        fields = fields_for(self._act.principal, purpose, self._act.day)
        entry = await reached(self._uow, self._act, entry_id, Action.PERSONAL)
        await self.record([entry], fields, purpose, ReadWay.ENTRY)
        return FullDriver(entry, fields, shown(fields, values_of(self._act, entry)))

    async def find(
        self,
        field: Personal,
        number: str,
        purpose: Purpose,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[EntryView]:
        """Return up to `limit` entries of the driver with a document number or phone, masked.

        The last of so many only tells that there are more: it is not shown, and not recorded.

        Raises:
            PurposeForbiddenError: the purpose is not the principal's, or does not need the field.
        """
        ensure_sought(self._act.principal, purpose, field, self._act.day)
        hashes = self._act.tools.cipher.hashes_to_find(key_of(field, number))
        found = await self._uow.personal.entries_of(
            self._act.principal, field, hashes, after, limit
        )
        await self.record(found[: limit - 1] or [None], [field], purpose, ReadWay.SEARCH)
        return await Entries(self._uow, self._act).briefs(found)

    async def page(
        self, where: ReadFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Reading]:
        """Return up to `limit` readings after a cursor that the principal may know of."""
        return await self._uow.personal.reads(self._act.principal, where, after, limit)

    async def record(
        self,
        entries: Iterable[Entry | None],
        fields: Sequence[Personal],
        purpose: Purpose,
        way: ReadWay,
    ) -> None:
        """Keep who reads what of these entries, and for what; None where nobody was found."""
        act = self._act
        reads = (
            PersonalRead(
                id=act.tools.new_id(),
                entry_id=entry.id if entry else None,
                company_id=entry.organisation_id if entry else None,
                way=way.value,
                purpose=purpose.value,
                fields=[field.value for field in fields],
                read_at=act.now,
                principal_id=act.principal.id,
                organisation_id=act.principal.organisation_id,
            )
            for entry in entries
        )
        self._uow.add(*reads)
        await self._uow.flush()


def values_of(act: Act, entry: Entry) -> Mapping[Personal, str | None]:
    """Return a driver's data in clear; whoever passes them on has recorded it."""
    return {Personal(name): value for name, value in asdict(driver_of(act, entry)).items()}
