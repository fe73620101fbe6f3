"""Bundles: orders of one payer that are paid by one code, all of them or none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action, decide, house
from app.domain.errors import BundleNotFoundError, BundleUnfitError, FieldError
from app.domain.money_in import OwedState, bundle_state
from app.domain.payers import Payer
from app.models import Order, PaymentBundle
from app.repositories.receipts import Basis
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached_all
from app.services.fees import code_of
from app.services.money.payers import of_payer
from app.services.money.receipts import payer_from

# The edges show these and never ask for them: they import them from here.
__all__ = ["Bundle", "Bundles", "PaymentBundle"]

ORDERS = "/orders"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle with its orders as they stand, and what that makes of it."""

    row: PaymentBundle
    orders: Sequence[Order]

    @property
    def state(self) -> OwedState:
        """Whether it can be paid."""
        return bundle_state([(OwedState(one.state), one.payment_id) for one in self.orders])


class Bundles:
    """Makes bundles, and shows them to who made them and to who takes the money."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def make(self, order_ids: Sequence[UUID]) -> Bundle:
        """Let orders be paid by one code.

        Raises:
            BundleUnfitError: naming each that is not there, not due, or another payer's.
        """
        wanted = list(dict.fromkeys(order_ids))
        found = await self._reached(wanted)
        bases = await self._uow.receipts.bases(list(found))
        payers = {one: payer_from(basis) for one, basis in bases.items()}
        if errors := tuple(_faults(wanted, bases, payers)):
            raise BundleUnfitError(errors=errors)
        orders = [found[one] for one in wanted]
        bundle = self._row(orders, payers[wanted[0]])
        await self._uow.payments.insert_bundle(bundle, wanted)
        await self._uow.records.insert_events(
            [
                self._act.event(
                    "bundle.made", None, None, organisation=str(bundle.organisation_id),
                    bundle=str(bundle.id), orders=len(orders), amount_vnd=bundle.amount_vnd,
                )
            ]
        )  # fmt: skip
        return Bundle(bundle, orders)

    async def get(self, bundle_id: UUID) -> Bundle:
        """Return a bundle.

        Raises:
            BundleNotFoundError.
        """
        principal, row = self._act.principal, await self._uow.payments.bundle(bundle_id)
        if row is None or not decide(
            principal, Action.ORDERS, house(principal, row.organisation_id)
        ):
            raise BundleNotFoundError
        return Bundle(row, await self._uow.payments.orders_of_bundle(row.id))

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Bundle]:
        """Return up to `limit` bundles after a cursor that the principal may see, newest first."""
        sees_all = decide(self._act.principal, Action.ORDERS)
        whose = None if sees_all else self._act.principal.organisation_id
        rows = await self._uow.payments.bundles(whose, after, limit)
        orders = await self._uow.payments.orders_of_bundles([one.id for one in rows])
        return [Bundle(row, orders.get(row.id, ())) for row in rows]

    async def _reached(self, order_ids: Sequence[UUID]) -> Mapping[UUID, Order]:
        """Return the orders that the principal may see, by their ids."""
        orders = await self._uow.payments.orders_by_id(order_ids)
        entry_ids = {one.entry_id for one in orders}
        entries = await reached_all(self._uow, self._act, entry_ids, Action.ORDERS)
        theirs = {one.id for one in entries}
        return {
            one.id: one
            for one in orders
            if one.entry_id in theirs
            or decide(self._act.principal, Action.ORDERS, of_payer(self._act, one))
        }

    def _row(self, orders: Sequence[Order], payer: Payer) -> PaymentBundle:
        act, identity = self._act, self._act.tools.new_id()
        return PaymentBundle(
            id=identity,
            code=code_of(act, identity),
            amount_vnd=sum(one.amount_vnd for one in orders),
            payer=payer.document(),
            created_at=act.now,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
        )


def _faults(
    wanted: Sequence[UUID], bases: Mapping[UUID, Basis], payers: Mapping[UUID, Payer]
) -> Iterator[FieldError]:
    """Yield what is wrong with each order that is to be bundled, in the order given."""
    first = next((payers[one].known_as for one in wanted if one in payers), None)
    for number, one in enumerate(wanted):
        pointer = f"{ORDERS}/{number}"
        if one not in bases:
            yield FieldError(pointer, "order-not-found", str(one))
        elif bases[one].order.state != "due":
            yield FieldError(pointer, "order-not-due", bases[one].order.code)
        elif payers[one].known_as != first:
            yield FieldError(pointer, "other-payer", bases[one].order.code)
