"""Registration: one transaction, one answer with findings, verdict, price and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from app.core.ciphers import hash_of_token
from app.domain.declaration import Declaration, read_declaration
from app.domain.errors import (
    DuplicateReferenceError,
    FieldError,
    PlateAlreadyRegisteredError,
    QuoteUnfitError,
)
from app.domain.hold_scope import scopes_of
from app.domain.quotes import POINTER
from app.domain.vocabulary import Direction, Queue, State
from app.models import Charge, Entry, Hold, Order
from app.repositories.rows import as_stored
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.scoped_holds import held_from_the_start
from app.services.declarations.amendment import Amendment
from app.services.declarations.assessment import Assessment, assess
from app.services.declarations.contests import Contests
from app.services.declarations.declaring import (
    Document,
    Driver,
    declared_columns,
    ensure_known,
    personal_columns,
)
from app.services.declarations.entries import Entries
from app.services.declarations.kept_quotes import KeptQuotes
from app.services.declarations.papers import papers_running_out
from app.services.declarations.situation import Situation
from app.services.declarations.views import Beside, EntryView, progress_of, steps_of
from app.services.fees import Binding, Priced, Promise, charge_of


class Registration:
    """Registers entries for a company."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def register(self, document: Document, driver: Driver) -> EntryView:
        """Store a new entry, or complete the one a yard or guard opened for this plate.

        Raises:
            UnknownCodeError, PlateMissingError: the request must change.
            PlateAlreadyRegisteredError: this company has an open entry on the plate already.
            QuoteUnfitError: the quote that it names is not the price of this.
        """
        declaration = read_declaration(document)
        others, stops = await self._meet(declaration)
        seen = next((other for other in others if self._is_meant(other, declaration)), None)
        if seen is None:
            rivals = await Contests(self._uow, self._act).rivals(others)
            return await self._store(document, declaration, driver, (rivals, stops))
        if document.get("quote"):  # what was seen is priced by what is known now
            raise QuoteUnfitError(errors=(FieldError(POINTER, "quote-vehicle-seen"),))
        entry = await Amendment(self._uow, self._act).complete(seen, document, driver, others)
        return await Entries(self._uow, self._act).view(entry, with_place=True)

    async def check(self, document: Document) -> None:
        """Refuse what `register` would refuse now; nothing is stored.

        Raises:
            UnknownCodeError, PlateMissingError, PlateAlreadyRegisteredError: as it would.
            DuplicateReferenceError: the company used its reference before.
            QuoteUnfitError: as it would.
        """
        declaration = read_declaration(document)
        await self._meet(declaration)
        await self._promised(document, declaration)
        own = document.get("client_reference")
        company = self._act.principal.organisation_id
        if own is not None and await self._uow.entries.has_reference(company, own):
            raise DuplicateReferenceError

    async def _meet(self, declaration: Declaration) -> tuple[Sequence[Entry], Sequence[UUID]]:
        """Return the open entries on the plate, and the holds that what is declared meets."""
        plate, direction = ensure_known(self._act.reference, declaration), declaration.direction
        await self._uow.entries.lock_plate(plate, direction)
        scopes = scopes_of(plate, declaration.containers, declaration.declaration_numbers)
        others, stops = await self._uow.entries.open_or_held(plate, direction, scopes)
        self._ensure_first(others)
        return others, stops

    def _ensure_first(self, others: Sequence[Entry]) -> None:
        for other in others:
            if other.organisation_id == self._act.principal.organisation_id:
                raise PlateAlreadyRegisteredError(
                    errors=(
                        FieldError("/vehicle/tractor_plate", PlateAlreadyRegisteredError.code),
                    ),
                    reference=other.reference,
                )

    def _is_meant(self, entry: Entry, declaration: Declaration) -> bool:
        """Tell whether an entry that nobody registered is the one that is declared now.

        In a yard that serves several gates nobody knew which one the vehicle was bound for.
        """
        if entry.organisation_id is not None:
            return False
        yard = self._act.reference.yards.get(entry.yard_code or "")
        serves = yard.serves if yard and entry.arrived_at is None else ()
        return declaration.gate in {entry.gate_code, *serves}

    async def _store(
        self,
        document: Document,
        declaration: Declaration,
        driver: Driver,
        met: tuple[Sequence[Entry], Sequence[UUID]],
    ) -> EntryView:
        """Store a new entry that met rivals on its plate, and holds on what it declares."""
        rivals, stops = met
        act, contested = self._act, bool(rivals)
        contests = Contests(self._uow, act).mark(rivals)
        situation = Situation(declared_at=act.now, contested=contested)
        promise = await self._promised(document, declaration)
        known_at = promise.known_at if promise else None
        assessed = assess(act, declaration, driver.name, situation, known_at)
        columns = self._columns(document, declaration, driver, assessed, contested=contested)
        columns["held"] = bool(stops)
        priced = None
        if assessed.quote is not None:
            binding = Binding(
                columns["id"], columns["gate_code"], assessed.priced_on, "registered",
                promise=promise,
            )  # fmt: skip
            priced = charge_of(act, assessed.quote, binding)
        events = [self._registered(columns, assessed, priced), *contests]
        if priced is None:
            await self._uow.entries.insert(columns, events=events)
        else:
            await self._uow.entries.insert(
                columns, priced.charge, priced.orders, events, priced.postings
            )
        holds = await self._stop(columns, stops)
        return self._view(columns, priced, Beside(holds=holds, declaration=declaration), driver)

    async def _promised(self, document: Document, declaration: Declaration) -> Promise | None:
        """Return by what is charged, where a quote is named."""
        named = document.get("quote")
        if named is None:
            return None
        return await KeptQuotes(self._uow, self._act).promised(UUID(named), declaration)

    async def _stop(self, columns: dict[str, Any], stops: Sequence[UUID]) -> Sequence[Hold]:
        if not stops:
            return ()
        queue = Queue(columns["gate_code"], Direction(columns["direction"]))
        holds, events = await held_from_the_start(self._uow, self._act, queue, columns["id"], stops)
        await self._uow.records.insert_events(events)
        return holds

    def _view(
        self,
        columns: Mapping[str, Any],
        priced: Priced | None,
        beside: Beside,
        driver: Driver,
    ) -> EntryView:
        act, entry = self._act, as_stored(Entry, columns)
        orders = [as_stored(Order, order) for order in priced.orders] if priced else []
        papers = papers_running_out(act, entry)
        beside = replace(beside, orders=orders, papers=papers)
        progress = progress_of(act.reference, entry, act.day, beside)
        return EntryView(
            entry=entry,
            charge=as_stored(Charge, priced.charge) if priced else None,
            orders=orders,
            driver=driver,
            holds=beside.holds,
            next_steps=steps_of(act.reference, progress),
            papers=papers,
        )

    def _columns(
        self,
        document: Document,
        declaration: Declaration,
        driver: Driver,
        assessed: Assessment,
        *,
        contested: bool,
    ) -> dict[str, Any]:
        act = self._act
        identity = act.tools.new_id()
        token = act.tools.tokens.tracking(identity, 1)
        lane = assessed.likely_lane
        return {
            "id": identity,
            "reference": act.tools.reference_of(identity),
            "state": State.REGISTERED.value,
            "version": 1,
            "organisation_id": act.principal.organisation_id,
            "registered_by": act.principal.id,
            "registered_at": act.now,
            "changed_at": act.now,
            **declared_columns(document, declaration),
            **personal_columns(act.tools.cipher, asdict(driver)),
            "findings": assessed.findings,
            "verdict": assessed.verdict_document(lane, provisional=True),
            "lane": lane.value,
            "contested": contested,
            "held": False,
            "inside": False,
            "awaits_place": False,
            "in_position": False,
            "points_carried": 0,
            "tracking_version": 1,
            "tracking_hash": hash_of_token(token),
        }

    def _registered(
        self, columns: Mapping[str, Any], assessed: Assessment, priced: Priced | None
    ) -> Mapping[str, Any]:
        queue = Queue(columns["gate_code"], Direction(columns["direction"]))
        return self._act.event(
            "entry.registered",
            queue,
            columns["id"],
            lane=columns["lane"],
            refused=list(assessed.verdict.refused),
            findings=[
                {"rule": one["rule"], "pointer": one["pointer"]} for one in assessed.findings
            ],
            charge=str(priced.charge["id"]) if priced else None,
        )
