"""Quotes on the wire: what is asked about vehicles nobody registered, what each would pay."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.schemas.entries import ChargeLineOut
from app.api.schemas.evidence import EvidenceOut, Label, label_of
from app.api.schemas.reductions import ReducedLineOut
from app.api.schemas.types import (
    Amount,
    Choice,
    Code,
    Day,
    In,
    Instant,
    Kilograms,
    Open,
    Out,
    RawIdentifier,
    Vnd,
    with_offset,
)
from app.api.schemas.yard_services import YardServicesIn, YardServicesOut
from app.api.texts import Language
from app.domain.charges import GoodsValue, Payload, Quote, Rate
from app.domain.charges.lines import Line
from app.domain.charges.reductions import Taken, taken_document
from app.domain.vocabulary import Basis, Direction, Evidence, Journey
from app.domain.yard_services import Stay, VehicleKind
from app.services.declarations.quotes import Asked

MOST_VEHICLES = 100
_ONE_KNOWLEDGE = ("one_knowledge", "either known_on or known_at")
EXAMPLE: JsonDict = {
    "on": "2026-05-15",
    "vehicles": [
        {
            "gate": "tan-thanh",
            "direction": "export",
            "goods": [{"goods_group": "fresh-produce-export"}],
            "payload_kg": 15000,
        },
        {
            "gate": "huu-nghi",
            "direction": "import",
            "journey": "transshipment",
            "goods": [{"goods_group": "ordinary"}],
            "payload_kg": 8000,
            "receiving_vehicles": [{"payload_kg": 8000}, {"container_length_ft": 20}],
        },
    ],
}

KEPT_EXAMPLE: JsonDict = {
    "on": "2026-05-15",
    "gate": "tan-thanh",
    "direction": "export",
    "goods": [{"goods_group": "fresh-produce-export"}],
    "payload_kg": 15000,
}


class QuotedGoodsIn(In):
    """One kind of goods on the vehicle."""

    goods_group: Annotated[Code, Field(examples=["fresh-produce-export"])]
    customs_value_vnd: Vnd | None = None
    """Needed on every line where the goods are of more than one group."""
    product: Annotated[Code | None, Field(examples=["lychee"])] = None
    """Asked for by some reductions."""


class QuotedPayloadIn(In):
    """What gives a vehicle its class; one of the two is needed."""

    payload_kg: Kilograms | None = None
    """Registered payload."""
    container_length_ft: Annotated[int | None, Field(ge=1, le=240, examples=[40])] = None
    """The lengths of the containers on it, added up."""

    def payload(self) -> Payload:
        """Return what the tariff reads of it."""
        return Payload(self.payload_kg, self.container_length_ft)


class QuotedVehicleIn(QuotedPayloadIn):
    """One vehicle's movement; without goods it is empty."""

    gate: Annotated[Code, Field(examples=["tan-thanh"])]
    direction: Choice[Direction]
    journey: Choice[Journey] = Journey.OWN_VEHICLE
    goods: Annotated[list[QuotedGoodsIn], Field(max_length=50)] = []
    receiving_vehicles: Annotated[list[QuotedPayloadIn], Field(max_length=20)] = []
    """The vehicles that take over transshipped goods."""
    payer_tax_code: Annotated[RawIdentifier | None, Field(examples=["9900123459"])] = None
    """Of who is to be declared as who pays; asked for by some reductions."""

    def asked(self) -> Asked:
        """Return the question as the service reads it."""
        return Asked(
            self.gate,
            self.direction,
            self.journey,
            tuple(
                GoodsValue(line.goods_group, line.customs_value_vnd, line.product)
                for line in self.goods
            ),
            self.payload(),
            tuple(one.payload() for one in self.receiving_vehicles),
            self.payer_tax_code,
        )


class AskedVehicleIn(QuotedVehicleIn):
    """One vehicle's movement, and what else may come to it."""

    yard_services: YardServicesIn | None = None
    """Services of a yard to estimate beside the fee, by the prices that its operator asks."""

    def stay(self) -> Stay | None:
        """Return what is asked of a yard; a vehicle with containers is one of containers there."""
        if self.yard_services is None:
            return None
        is_bare = self.container_length_ft is None
        return self.yard_services.stay(VehicleKind.TRUCK if is_bare else VehicleKind.CONTAINER)


class QuotesIn(In):
    """Up to a hundred vehicles on one day."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    on: Day | None = None
    """The day of arrival at the gate, past or announced; today where none is given."""
    known_on: Day | None = None
    """Ask what was known when that day ended; the latest knowledge where none is given."""
    known_at: Instant | None = None
    """Ask what was known at that instant, as an earlier answer or a charge has it."""
    vehicles: Annotated[list[AskedVehicleIn], Field(min_length=1, max_length=MOST_VEHICLES)]

    @model_validator(mode="after")
    def _one_knowledge(self) -> Self:
        if self.known_on is not None and self.known_at is not None:
            raise PydanticCustomError(*_ONE_KNOWLEDGE)
        return self


class QuoteLineOut(ChargeLineOut):
    """What one vehicle pays: cell x multiplier x share, each with what it rests on."""

    tariff: str
    provisional: bool
    """`true` where a number of this line is not the law's; no money may be collected on it."""


class OrderAmountOut(Out):
    """What goes to the order of one kind."""

    order_kind: Annotated[str, Field(examples=["infrastructure"])]
    label: Label
    amount: Amount


class QuoteOut(Out):
    """The price of one vehicle's movement, with every reason for it."""

    goods_group: str
    goods_group_label: Label
    goods_group_basis: EvidenceOut | None
    """What chose the goods group of a mixed load; null where only one is declared."""
    vehicle_class: str
    vehicle_class_label: Label
    vehicle_class_basis: EvidenceOut
    """How the class of the vehicle was found."""
    basis: Annotated[Basis, Open]
    """The weakest basis of the lines and reductions."""
    provisional: bool
    lines: list[QuoteLineOut]
    reductions: list[ReducedLineOut]
    """What is taken off the lines, and by which law."""
    amounts: list[OrderAmountOut]
    """By kind of order, also where it is nothing."""
    total: Amount
    """The fee alone: the lines, less the reductions."""
    yard_services: YardServicesOut | None
    """What services of a yard may come to; null where nobody asked. No part of the fee."""


class KeptQuoteIn(QuotedVehicleIn):
    """One vehicle's movement on a day that is not over, to be promised a price."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEPT_EXAMPLE]})

    on: Day | None = None
    """The day of arrival at the gate; today where none is given."""


class KeptQuoteOut(Out):
    """A price that is promised: who registers with it while it holds is charged that price."""

    id: UUID
    gate: Annotated[str, Field(examples=["tan-thanh"])]
    tariff: Annotated[str, Field(examples=["tariff-2025-09"])]
    official: bool
    """`false` while any number of the edition is not the law's."""
    on: Day
    known_at: Instant | None
    """The newest knowledge of the editions by which it was priced."""
    goods_group: str
    goods_group_basis: EvidenceOut | None
    """What chose the goods group of a mixed load; null where only one is declared."""
    vehicle_class: str
    vehicle_class_basis: EvidenceOut
    """How the class of the vehicle was found."""
    basis: Annotated[Basis, Open]
    """The weakest basis of the lines and reductions."""
    lines: list[ChargeLineOut]
    reductions: list[ReducedLineOut]
    """What is taken off the lines, and by which law."""
    total: Amount
    """The lines, less the reductions."""
    created_at: Instant
    expires_at: Instant
    """From then on it is not charged; no quote outlives its edition."""
    entry: UUID | None
    """The entry that was registered with it: a quote is the price of one."""


class KeptQuotesOut(Page[KeptQuoteOut]):
    """One page of quotes, the newest first."""


class QuotesOut(Out):
    """A price for every vehicle asked about, in that order."""

    on: Day
    known_on: Day | None
    known_at: Instant | None
    """The newest knowledge of the editions that was asked; asked with it, the price stays."""
    tariff: Annotated[str, Field(examples=["tariff-2025-09"])]
    official: bool
    """`false` while any number of the edition is not the law's."""
    quotes: list[QuoteOut]
    total: Amount


def quotes_document(
    quotes: Sequence[Quote],
    on: date,
    known: tuple[date | None, datetime | None],
    language: Language,
    services: Iterable[YardServicesOut | None],
) -> dict[str, Any]:
    """Return the prices of a day, all by one edition, as the values of a `QuotesOut`.

    `known` is by which knowledge: the day that was asked for, if any, and the instant. `services`
    are those of yards, of each quote.

    Plain values, because this is asked a thousand times for each entry: making models of them
    first takes longer than pricing. A test holds every golden answer against the schema.
    """
    edition, (known_on, known_at) = quotes[0].edition, known
    return {
        "on": on,
        "known_on": known_on,
        "known_at": with_offset(known_at) if known_at else None,
        "tariff": edition.code,
        "official": edition.official,
        "quotes": [
            _quote(quote, yard, language) for quote, yard in zip(quotes, services, strict=True)
        ],
        "total": _vnd(sum(one.total_vnd for one in quotes)),
    }


def _quote(quote: Quote, services: YardServicesOut | None, language: Language) -> dict[str, Any]:
    edition, basis = quote.edition, quote.basis
    return {
        "goods_group": quote.goods_group,
        "goods_group_label": label_of(edition.groups[quote.goods_group].label, language),
        "goods_group_basis": _evidence(quote.group_basis) if quote.group_basis else None,
        "vehicle_class": quote.vehicle_class,
        "vehicle_class_label": _class_label(quote, language),
        "vehicle_class_basis": _evidence(quote.class_basis),
        "basis": basis.value,
        "provisional": basis is Basis.PROVISIONAL,
        "lines": [_line(line, edition.code) for line in quote.lines],
        "reductions": [_reduced(one) for one in quote.reductions],
        "amounts": [
            {
                "order_kind": kind,
                "label": label_of(label, language),
                "amount": _vnd(quote.amount(kind)),
            }
            for kind, label in edition.order_kinds.items()
        ],
        "total": _vnd(quote.total_vnd),
        "yard_services": services,
    }


def _class_label(quote: Quote, language: Language) -> str:
    code = quote.vehicle_class
    found = next(one.label for one in quote.edition.classes if one.code == code)
    return label_of(found, language)


def _line(line: Line, tariff: str) -> dict[str, Any]:
    basis = line.basis
    return {
        "vehicle": line.vehicle,
        "order_kind": line.order_kind,
        "vehicle_class": line.vehicle_class,
        "goods_group": line.goods_group,
        "cell": _rate(line.cell),
        "multiplier_basis_points": _rate(line.multiplier),
        "share_basis_points": _rate(line.share),
        "amount": _vnd(line.amount_vnd),
        "basis": basis.value,
        "tariff": tariff,
        "provisional": basis is Basis.PROVISIONAL,
    }


def _reduced(taken: Taken) -> dict[str, Any]:
    document = taken_document(taken)
    document["amount"] = _vnd(document.pop("amount_vnd"))
    return document


def _rate(rate: Rate) -> dict[str, Any]:
    found = rate.evidence
    return {"value": rate.value, "basis": found.basis.value, "source": found.source}


def _evidence(found: Evidence) -> dict[str, Any]:
    return {"basis": found.basis.value, "source": found.source}


def _vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}
