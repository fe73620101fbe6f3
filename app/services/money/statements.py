"""Statements of banks: each row is matched as a notification is, once by the bank's reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.domain.authorisation import Action, decide
from app.domain.errors import DomainError, UnknownCodeError
from app.domain.money_in import PaymentState, codes_in
from app.domain.organisations import OrganisationKind
from app.models import Payment
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.applying import Applying, CameIn, ensure_same
from app.services.money.matching import Matching, Named

BANK = "query:bank"


class RowSaid(StrEnum):
    """What became of a row: it pays or waits for a review, it was known, or it is refused."""

    TAKEN = "taken"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of one row of a statement."""

    line: int
    source_reference: str
    said: RowSaid
    payment: Payment | None = None
    state: PaymentState | None = None
    refusal: DomainError | None = None


# The edges show these and never ask for them: they import them from here.
__all__ = ["Booked", "RowSaid", "Statements"]


class Statements:
    """Takes statements of a bank."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def bank(self, named: UUID | None) -> UUID:
        """Return whose statement it is: a bank's own, or of the bank that who collects names.

        Raises:
            UnknownCodeError: there is no such bank, or it is another's.
        """
        principal = self._act.principal
        own = None if decide(principal, Action.SETTLE) else principal.organisation_id
        wanted = named or own
        found = await self._uow.organisations.get(wanted) if wanted else None
        is_bank = found is not None and found.kind == OrganisationKind.BANK.value
        if wanted is None or not is_bank or own not in {None, wanted}:
            raise UnknownCodeError.at(BANK, str(named or ""))
        return wanted

    async def take(self, rows: Sequence[tuple[int, CameIn]]) -> Sequence[Booked]:
        """Take rows with the lines where they stand, in their order; none of it is lost.

        Everything that they name is held at once, as all take it, so that nothing is waited for
        row by row. A row that is refused spoils no other.
        """
        if not rows:
            return []
        bank = rows[0][1].organisation_id
        references = {came.source_reference for _, came in rows}
        found = await self._uow.payments.received_from(bank, references)
        known = {one.payment.source_reference: (one.payment, one.state) for one in found}
        new = [came for _, came in rows if came.source_reference not in known]
        applying = Applying(self._uow, self._act)
        named = await self._held(applying, new)
        return [await self._row(applying, line, came, known, named) for line, came in rows]

    async def _row(
        self,
        applying: Applying,
        line: int,
        came: CameIn,
        known: dict[str, tuple[Payment, PaymentState]],
        named: Mapping[str, Named],
    ) -> Booked:
        reference = came.source_reference
        if (before := known.get(reference)) is not None:
            try:
                ensure_same(before[0], came)
            except DomainError as refusal:
                return Booked(line, reference, RowSaid.REFUSED, refusal=refusal)
            return Booked(line, reference, RowSaid.KNOWN, *before)
        wanted = [named[code] for code in codes_in(came.purpose or "") if code in named]
        matched = await Matching(self._uow, self._act).decide(applying, came, wanted)
        state = PaymentState.APPLIED if matched.paid else PaymentState.UNDER_REVIEW
        known[reference] = matched.payment, state
        return Booked(line, reference, RowSaid.TAKEN, *known[reference])

    async def _held(self, applying: Applying, new: Sequence[CameIn]) -> Mapping[str, Named]:
        """Return what new rows name by its code, each order of it held."""
        codes = {code for came in new for code in codes_in(came.purpose or "")}
        named = await Matching(self._uow, self._act).named(codes)
        orders = {order.id: order for one in named for order in one.orders}
        if not orders:
            return {}
        held = {one.id: one for one in await applying.hold(orders.values())}
        whole = (replace(one, orders=[held[each.id] for each in one.orders]) for one in named)
        return {one.owed.code: one for one in whole}
