"""Quotes that are kept for a company: made, looked at, and charged where it registers with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action, decide, house
from app.domain.charges import Quote, facts_document, quote_document
from app.domain.declaration import Declaration
from app.domain.errors import FieldError, QuoteNotFoundError, QuoteUnfitError
from app.domain.quotes import POINTER, VALID_FOR, KeptQuote, holds_until, unfit
from app.models import QuoteRow
from app.repositories.rows import as_stored
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.declarations.quotes import Asked, quote_all
from app.services.fees import Promise, fee_facts

__all__ = ["KeptQuotes", "KeptView", "QuoteRow"]


@dataclass(frozen=True, slots=True)
class KeptView:
    """A kept quote, and the entry that was registered with it, if one was."""

    quote: QuoteRow
    entry_id: UUID | None = None


class KeptQuotes:
    """Keeps quotes of a company and tells of them."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def make(self, asked: Asked, on: date) -> KeptView:
        """Keep the price of one vehicle that is to arrive on a day.

        Raises:
            UnknownCodeError, TariffRefusalError: as an answer that is not kept.
            QuoteUnfitError: the day is over; nothing can be promised for it.
        """
        if on < self._act.day:
            wrong = FieldError("/on", "day-not-over", on.isoformat())
            raise QuoteUnfitError(errors=(wrong,))
        (priced,) = quote_all(self._act.reference, [asked], on, at="")
        columns = self._columns(asked.gate, priced, on)
        await self._uow.quotes.insert(columns)
        return KeptView(as_stored(QuoteRow, columns))

    async def get(self, quote_id: UUID) -> KeptView:
        """Return a quote of the company.

        Raises:
            QuoteNotFoundError.
        """
        found = await self._uow.quotes.get(quote_id)
        if found is None or not self._is_own(found[0]):
            raise QuoteNotFoundError
        return KeptView(*found)

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[KeptView]:
        """Return up to `limit` quotes of the company after a cursor, newest first."""
        company = self._act.principal.organisation_id
        return [KeptView(*one) for one in await self._uow.quotes.page(company, after, limit)]

    async def promised(self, quote_id: UUID, declaration: Declaration) -> Promise:
        """Return by what an entry is charged that is registered with a quote.

        Raises:
            QuoteUnfitError: there is no such quote, it holds no more, or what is declared differs.
        """
        found = await self._uow.quotes.get(quote_id)
        if found is None or not self._is_own(found[0]):
            missing = FieldError(POINTER, QuoteNotFoundError.code, str(quote_id))
            raise QuoteUnfitError(errors=(missing,))
        kept, reference = found[0], self._act.reference
        quote = KeptQuote(kept.tariff_code, kept.known_at, kept.facts, kept.quote, kept.expires_at)
        on = reference.day(declaration.planned_arrival_at or self._act.now)
        facts = fee_facts(reference, declaration)
        if errors := tuple(unfit(quote, facts, on, reference.tariffs, self._act.now)):
            raise QuoteUnfitError(errors=errors)
        return Promise(kept.id, kept.known_at)

    def _is_own(self, quote: QuoteRow) -> bool:
        principal = self._act.principal
        return decide(principal, Action.KEEP, house(principal, quote.organisation_id))

    def _columns(self, gate: str, priced: Quote, on: date) -> dict[str, Any]:
        act, tariffs = self._act, self._act.reference.tariffs
        return {
            "id": act.tools.new_id(),
            "organisation_id": act.principal.organisation_id,
            "principal_id": act.principal.id,
            "gate_code": gate,
            "tariff_code": priced.edition.code,
            "priced_on": on,
            "known_at": tariffs.known_at,
            "facts": facts_document(priced.facts),
            "total_vnd": priced.total_vnd,
            "quote": quote_document(priced),
            "created_at": act.now,
            "expires_at": holds_until(tariffs, priced.edition.code, act.now + VALID_FOR),
        }
