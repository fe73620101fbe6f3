"""Amending and completing: declared data change, the place stays; price and verdict follow.

What binds a place to a vehicle and its goods (gate, plates, container, seal, declaration) is not
amended, or a place could be sold.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.declaration import read_declaration
from app.domain.errors import (
    EntryEndedError,
    EntryNotFoundError,
    FieldError,
    NotAmendableError,
    StaleVersionError,
)
from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.assessment import Assessment, driver_name_of, reassess
from app.services.declaring import (
    Document,
    Driver,
    declared_columns,
    ensure_known,
    personal_columns,
)
from app.services.fees import Charging
from app.services.waiting import WaitingLine, join_line

FIXED = ("gate", "direction", "journey", "receiving_vehicles")
FIXED_OF_VEHICLE = (
    "tractor_plate", "country", "unit_id", "trailer_plate", "containers", "seal_numbers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Certificate:
    """Quarantine's word on the phytosanitary certificate."""

    status: str
    number: str | None


def certified(declared: Document, certificate: Certificate) -> dict[str, Any]:
    """Return the declared document with the certificate as quarantine says."""
    papers = dict(declared.get("documents") or {})
    known = papers.get("phytosanitary_certificate") or {}
    papers["phytosanitary_certificate"] = {
        **known,
        "status": certificate.status,
        "number": certificate.number or known.get("number"),
    }
    return {**declared, "documents": papers}


def merged(document: Document, patch: Document) -> dict[str, Any]:
    """Return `document` changed as a JSON merge patch (RFC 7396) says."""
    result = dict(document)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def ensure_amendable(before: Document, after: Document) -> None:
    """Refuse what only substitution, or cancelling and registering anew, may change.

    Raises:
        NotAmendableError: names every such field.
    """
    errors = tuple(FieldError(pointer, NotAmendableError.code) for pointer in _fixed(before, after))
    if errors:
        raise NotAmendableError(errors=errors)


def _fixed(before: Document, after: Document) -> Iterator[str]:
    for key in FIXED:
        if _plain(before.get(key)) != _plain(after.get(key)):
            yield f"/{key}"
    was, now = before.get("vehicle") or {}, after.get("vehicle") or {}
    for key in FIXED_OF_VEHICLE:
        if _plain(was.get(key)) != _plain(now.get(key)):
            yield f"/vehicle/{key}"
    yield from _fixed_declarations(
        before.get("consignments") or (), after.get("consignments") or ()
    )


def _plain(value: object) -> object:
    """Return a value in which absent and empty are the same."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if _plain(one) is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value] or None
    return value


def _fixed_declarations(was: Sequence[Document], now: Sequence[Document]) -> Iterator[str]:
    """Goods may change inside the same customs declaration; a missing number may be added."""
    if len(now) != len(was):
        yield "/consignments"
    for index, (old, new) in enumerate(zip(was, now, strict=False)):
        given = old.get("declaration_number")
        if given and given != new.get("declaration_number"):
            yield f"/consignments/{index}/declaration_number"


class Amendment:
    """Changes what was declared of an entry that is already there."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def amend(
        self,
        entry_id: UUID,
        versions: Collection[int],
        patch: Document,
        driver: Mapping[str, str | None] | None,
    ) -> Entry:
        """Change declared data of a version the caller read; the place is kept.

        Raises:
            EntryNotFoundError, StaleVersionError, EntryEndedError, NotAmendableError,
            UnknownCodeError.
        """
        entry, line = await self._under_lock(entry_id)
        if entry.version not in versions:
            raise StaleVersionError(version=entry.version)
        if State(entry.state) in ENDINGS:
            raise EntryEndedError(state=entry.state)
        document = merged(entry.declared, patch)
        ensure_amendable(entry.declared, document)
        self._declare(entry, document, driver)
        entry.version += 1
        data = {"pointers": sorted(f"/{key}" for key in patch), "version": entry.version}
        await self._follow(entry, line, "entry.amended", "amended", data)
        return entry

    async def complete(self, entry_id: UUID, document: Document, driver: Driver) -> Entry:
        """Give an unregistered entry its declarant; ready and in position it begins to wait."""
        entry, line = await self._under_lock(entry_id)
        entry.organisation_id = self._act.principal.organisation_id
        entry.registered_by = self._act.principal.id
        entry.registered_at = self._act.now
        self._declare(entry, dict(document), vars_of(driver))
        await self._follow(entry, line, "entry.registered", "registered", {"completed": True})
        return entry

    async def _under_lock(self, entry_id: UUID) -> tuple[Entry, WaitingLine]:
        entry = await self._uow.entries.by_id(entry_id)
        principal = self._act.principal
        if entry is None or not (
            principal.sees_all or entry.organisation_id in {None, principal.organisation_id}
        ):
            raise EntryNotFoundError
        self._act, entry, line = await join_line(self._uow, self._act, entry)
        return entry, line

    def _declare(
        self, entry: Entry, document: dict[str, Any], driver: Mapping[str, str | None] | None
    ) -> None:
        declaration = read_declaration(document)
        ensure_known(self._act.reference, declaration)
        plate = entry.tractor_plate
        for column, value in declared_columns(document, declaration).items():
            setattr(entry, column, value)
        entry.tractor_plate = declaration.tractor_plate or plate
        if driver is not None:
            given = Driver(**driver)
            for column, sealed in personal_columns(self._act.tools.cipher, given).items():
                setattr(entry, column, sealed)

    async def _follow(
        self, entry: Entry, line: WaitingLine, kind: str, cause: str, data: Mapping[str, Any]
    ) -> Assessment:
        """Judge and price anew, let waiting follow, write what happened."""
        act = self._act
        assessed = reassess(act, entry, driver_name_of(act, entry))
        await line.follow(entry, assessed)
        events = await Charging(self._uow, act).reprice(
            entry, line.queue, assessed.quote, assessed.priced_on, cause
        )
        entry.changed_at = act.now
        await self._uow.flush()
        first = act.event(kind, line.queue, entry.id, **data)
        await self._uow.records.insert_events([first, *line.events, *events])
        return assessed


def vars_of(driver: Driver) -> Mapping[str, str | None]:
    """Return a driver's fields by name."""
    return {
        "name": driver.name, "document_number": driver.document_number, "phone": driver.phone,
    }  # fmt: skip
