"""What a vehicle owes: facts from the declaration, price from the edition of the day.

This is where a reader enters: the rules stand in `app/domain/charges`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.charges import (
    FeeFacts,
    GoodsValue,
    Payload,
    Quote,
    facts_document,
    quote,
    quote_document,
)
from app.domain.charges.changes import Change, changes_of
from app.domain.declaration import Declaration, Load
from app.domain.errors import (
    Fact,
    TariffRefusalError,
)
from app.domain.findings import Finding, blocking
from app.domain.inspections import NOTHING_FOUND, Found
from app.domain.reference import Reference
from app.domain.vocabulary import Queue
from app.models import Charge, Entry, Order
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.posting import rows_of_new_orders, rows_of_superseded
from app.services.money.refunds import Refunds, Repaid, repaid

KINDS = ("infrastructure", "transfer")
ARRIVED = "arrived"


def fee_facts(reference: Reference, declaration: Declaration) -> FeeFacts:
    """Return what the tariff and its reductions ask of a declaration."""
    reductions = reference.tariffs.reductions
    return FeeFacts(
        mode=reference.gate(declaration.gate).mode,
        direction=declaration.direction,
        journey=declaration.journey,
        goods=reductions.goods(
            GoodsValue(line.goods_group, line.customs_value_vnd, line.product)
            for line in declaration.lines
        ),
        vehicle=_payload(declaration.load),
        receiving=tuple(_payload(load) for load in declaration.receiving),
        gate=declaration.gate,
        payer=reductions.payer(declaration.payer_tax_code),
    )


def _payload(load: Load) -> Payload:
    return Payload(load.payload_kg, load.container_length_ft)


def price(
    reference: Reference, facts: FeeFacts, on: date, known_at: datetime | None = None
) -> Quote:
    """Return the price of a day, by what is known now or was known at `known_at`.

    Raises:
        TariffRefusalError: the tariff has no price for these facts; never a price of zero.
    """
    tariffs = reference.tariffs
    return quote(tariffs.in_force(on, known_at), facts, tariffs.reductions.on(on, known_at))


def price_or_finding(
    reference: Reference,
    declaration: Declaration,
    on: date,
    known_at: datetime | None = None,
    found: Found = NOTHING_FOUND,
) -> tuple[Quote | None, tuple[Finding, ...]]:
    """Return the price of what was found and declared, or the findings that stand in for it."""
    facts = found.of(fee_facts(reference, declaration))
    try:
        return price(reference, facts, on, known_at), ()
    except TariffRefusalError as refusal:
        return None, tuple(
            blocking(error.rule, _in_declaration(error.pointer, declaration), _plain(error.value))
            for error in refusal.errors
        )


def _in_declaration(pointer: str, declaration: Declaration) -> str:
    """Return where in a declaration the fee facts' `pointer` came from."""
    head, _, rest = pointer[1:].partition("/")
    if head != "goods":
        whole = {"on": "/planned_arrival_at", "mode": "/gate", "receiving": "/receiving_vehicles"}
        return whole.get(head, f"/{head}") + (f"/{rest}" if rest else "")
    number, _, field = rest.partition("/")
    return f"{_line_pointers(declaration)[int(number)]}/{field}"


def _line_pointers(declaration: Declaration) -> list[str]:
    return [
        f"/consignments/{at}/lines/{number}"
        for at, consignment in enumerate(declaration.consignments)
        for number, _ in enumerate(consignment.lines)
    ] or ["/consignments"]


def _plain(value: Fact) -> str | int | None:
    return value if isinstance(value, str | int) else None


class Promise(NamedTuple):
    """A kept quote that an entry is charged by, and the knowledge by which it was priced."""

    quote_id: UUID
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Binding:
    """To which entry a price is bound: for which day, why, what was paid before and by whom.

    Both by kind of order; who pays, where somebody was named for the order of before. `promise` is
    the kept quote that it was registered with.
    """

    entry_id: UUID
    gate: str
    on: date
    cause: str
    paid: Mapping[str, int] = field(default_factory=dict)
    payers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """A charge, its orders and their postings, as columns to store."""

    charge: Mapping[str, Any]
    orders: Sequence[Mapping[str, Any]]
    postings: Sequence[Mapping[str, Any]]


def charge_of(act: Act, quoted: Quote, binding: Binding) -> Priced:
    """Return the charge that binds a quote to an entry; its orders ask less what was paid."""
    promise = binding.promise
    charge = {
        "id": act.tools.new_id(),
        "entry_id": binding.entry_id,
        "quote_id": promise.quote_id if promise else None,
        "tariff_code": quoted.edition.code,
        "priced_on": binding.on,
        "total_vnd": quoted.total_vnd,
        "known_at": promise.known_at if promise else act.reference.tariffs.known_at,
        "facts": facts_document(quoted.facts),
        "quote": quote_document(quoted),
        "cause": binding.cause,
        "created_at": act.now,
    }
    orders = list(_orders(act, charge, quoted, binding))
    postings = rows_of_new_orders(act, binding.gate, quoted.edition, charge, orders)
    return Priced(charge, orders, postings)


def _orders(
    act: Act, charge: Mapping[str, Any], quoted: Quote, binding: Binding
) -> Iterator[Mapping[str, Any]]:
    for kind in KINDS:
        due = quoted.amount(kind) - binding.paid.get(kind, 0)
        if due <= 0:
            continue
        identity, payer = act.tools.new_id(), binding.payers.get(kind)
        yield {
            "id": identity,
            "code": code_of(act, identity),
            "entry_id": charge["entry_id"],
            "charge_id": charge["id"],
            "gate_code": binding.gate,
            "kind": kind,
            "amount_vnd": due,
            "state": "due",
            "created_at": act.now,
            "payer": payer,
            "payer_tax_code": payer["tax_code"] if payer else None,
        }


def code_of(act: Act, identity: UUID) -> str:
    """Return the code by which whatever may be paid is named in the text of a transfer."""
    return f"{act.day:%Y%m%d}-{act.tools.reference_of(identity)[1:].replace('-', '')}"


@dataclass(frozen=True, slots=True)
class Repriced:
    """What became of the charge of an entry, and the events of it; without a charge, nothing.

    `before_vnd` is what the charge before it asked for, None where there was none. `orders` ask for
    what is due now, `refunds` are due by it, and `cancelled` were due before.
    """

    events: Sequence[Mapping[str, Any]] = ()
    charge: Mapping[str, Any] | None = None
    before_vnd: int | None = None
    changes: Sequence[Change] = ()
    orders: Sequence[Mapping[str, Any]] = ()
    refunds: Sequence[Mapping[str, Any]] = ()
    cancelled: Sequence[UUID] = ()


class Charging:
    """What happens to the charge of an entry that is already there."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def reprice(
        self, entry: Entry, queue: Queue, quoted: Quote | None, on: date, cause: str
    ) -> Repriced:
        """Supersede the charge where edition or amount differ; what was paid counts towards it.

        Where the new price is more, orders ask for the difference; where it is less, the difference
        is due back.
        """
        current = await self._uow.money.charge(entry.id)
        if quoted is None or not _differs(current, quoted):
            return Repriced()
        if current is not None and cause != ARRIVED and self._is_promised(current, quoted, on):
            return Repriced()
        # A payment under way is waited for, or it would be lost.
        orders = await self._uow.money.orders(entry.id, locked=True)
        given_up = await self._give_up(queue, current, orders)
        payers = {one.kind: one.payer for one in orders if one.payer}
        back = await self._back(orders, quoted)
        binding = Binding(entry.id, queue.gate, on, cause, back.kept, payers)
        priced = charge_of(self._act, quoted, binding)
        await self._uow.money.insert(priced.charge, priced.orders, [*given_up, *priced.postings])
        follows = Refunds(self._uow, self._act)
        refunds = await follows.follow(entry, priced.charge["id"], back)
        done = Repriced(
            charge=priced.charge,
            before_vnd=current.total_vnd if current else None,
            changes=changes_of(current.quote, priced.charge["quote"]) if current else (),
            orders=priced.orders,
            refunds=refunds,
            cancelled=back.cancelled,
        )
        made = self._made(queue, entry, current, done)
        return replace(done, events=[made, *follows.events(entry, back, refunds)])

    async def _give_up(
        self, queue: Queue, current: Charge | None, orders: Sequence[Order]
    ) -> Sequence[Mapping[str, Any]]:
        """Supersede a charge, if there is one, and return the postings of what was asked for."""
        if current is None:
            return []
        rows = rows_of_superseded(self._act, queue.gate, current, orders)
        await self._uow.money.supersede(current.id, self._act.now)
        return rows

    def _made(
        self, queue: Queue, entry: Entry, current: Charge | None, done: Repriced
    ) -> Mapping[str, Any]:
        """Return the event of a new charge, which says by how much and why it is another."""
        assert done.charge is not None
        total, before = done.charge["total_vnd"], done.before_vnd
        return self._act.event(
            "charge.made",
            queue,
            entry.id,
            charge=str(done.charge["id"]),
            tariff=done.charge["tariff_code"],
            total_vnd=total,
            change_vnd=None if before is None else total - before,
            changes=[one.cause.value for one in done.changes],
            cause=done.charge["cause"],
            supersedes=str(current.id) if current else None,
        )

    def _is_promised(self, current: Charge, quoted: Quote, on: date) -> bool:
        """Tell whether an entry has its price by a quote, which these facts still have."""
        if current.quote_id is None:
            return False
        try:
            promised = price(self._act.reference, quoted.facts, on, current.known_at)
        except TariffRefusalError:
            return False
        return quote_document(promised) == current.quote

    async def _back(self, orders: Sequence[Order], quoted: Quote) -> Repaid:
        """Return what is ours of what was paid, and what of it goes back by the new price."""
        paid = [one.id for one in orders if one.state == "paid"]
        refunds = await self._uow.refunds.of_orders(paid) if paid else []
        return repaid(orders, refunds, quoted.amounts_vnd)


def _differs(current: Charge | None, quoted: Quote) -> bool:
    return current is None or current.quote != quote_document(quoted)
