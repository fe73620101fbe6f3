"""Services of yards on the wire: what they cost, and what a stay may come to."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.api.schemas.evidence import EvidenceOut, Label, label_of
from app.api.schemas.types import Amount, Choice, Code, Day, In, Open, Out
from app.api.texts import Language
from app.domain.charges import Rate
from app.domain.gates import Yard
from app.domain.vocabulary import Basis, Lane
from app.domain.yard_services import (
    Estimate,
    Schedule,
    Service,
    ServiceLine,
    Stay,
    Unit,
    VehicleKind,
)

LONGEST_STAY = 366 * 24 * 60
MOST_SERVICES = 20


class YardServicesIn(In):
    """Services of a yard for this vehicle, to be estimated beside the fee."""

    yard: Annotated[Code, Field(examples=["xuan-cuong"])]
    services: Annotated[
        list[Annotated[Code, Field(examples=["entry-ticket"])]],
        Field(min_length=1, max_length=MOST_SERVICES),
    ]
    """Their codes, as `GET /v1/yards/{yard}/services` has them; one that is named twice counts
    twice."""
    stay_minutes: Annotated[int, Field(ge=0, le=LONGEST_STAY, examples=[1440])] = 0
    """How long it stays in the yard; the entry ticket covers 24 hours."""
    gate_delay_minutes: Annotated[int, Field(ge=0, le=LONGEST_STAY, examples=[0])] = 0
    """What of it the gate has caused: taken off for produce in a green lane."""
    lane: Choice[Lane] = Lane.ORDINARY

    def stay(self, kind: VehicleKind) -> Stay:
        """Return the question as the rules read it."""
        return Stay(
            self.yard, self.services, kind, self.lane, self.stay_minutes, self.gate_delay_minutes
        )


class ServicePriceOut(EvidenceOut):
    """What a service costs one kind of vehicle, without value added tax."""

    vehicle_kind: Annotated[VehicleKind, Open]
    price: Amount
    provisional: bool


class YardServiceOut(EvidenceOut):
    """A service of a yard; a kind of vehicle without a price cannot have it."""

    code: Annotated[str, Field(examples=["entry-ticket"])]
    label: Label
    unit: Annotated[Unit, Open]
    """Of what each price is: an entry, a vehicle, each started 24 hours after the first 24."""
    note: str | None
    prices: list[ServicePriceOut]


class VatOut(EvidenceOut):
    """The value added tax in basis points, 10,000 being all of a price."""

    basis_points: Annotated[int, Field(examples=[1000])]


class YardScheduleOut(Out):
    """The prices of a yard on some days; they are its operator's, and no part of the fee."""

    code: Annotated[str, Field(examples=["yard-services-2025"])]
    label: Label
    valid_from: Day | None
    valid_to: Day | None
    """The first day on which they hold no more; null is open."""
    official: bool
    provisional: bool
    """`true` where a number is our own: no money may be collected on it."""
    vat: VatOut
    """The value added tax, which no price has in it."""
    services: list[YardServiceOut]


class YardSchedulesOut(Out):
    """What a yard asks for its services, by its days."""

    yard: str
    operator: str | None
    """Whose prices they are, and who is paid."""
    items: list[YardScheduleOut]
    """The earliest days first."""


class ServiceLineOut(Out):
    """One service: so many times its price, without tax."""

    service: Annotated[str, Field(examples=["overnight"])]
    label: Label
    unit: Annotated[Unit, Open]
    price: Amount
    quantity: int
    amount: Amount
    basis: Annotated[Basis, Open]
    provisional: bool


class YardServicesOut(Out):
    """What services of a yard may come to. It is not the fee: no order or receipt has it."""

    yard: str
    operator: str | None
    """Who asks for it, and is paid."""
    schedule: Annotated[str, Field(examples=["yard-services-2025"])]
    vehicle_kind: Annotated[VehicleKind, Open]
    lines: list[ServiceLineOut]
    net: Amount
    vat_basis_points: Annotated[int, Field(examples=[1000])]
    vat: Amount
    """The value added tax on all of it, rounded once."""
    gross: Amount
    basis: Annotated[Basis, Open]
    """The weakest basis of the prices and the tax."""
    provisional: bool


def schedules_out(
    yard: Yard, schedules: Iterable[Schedule], language: Language
) -> YardSchedulesOut:
    """Return what a yard asks for."""
    items = [_schedule(one, language) for one in schedules]
    return YardSchedulesOut(yard=yard.code, operator=operator_of(yard), items=items)


def operator_of(yard: Yard) -> str | None:
    """Return who runs a yard, where that is known."""
    row = yard.document["operator"]
    return row["name"] if row else None


def _schedule(one: Schedule, language: Language) -> YardScheduleOut:
    services = one.services.values()
    rates = [one.vat, *(rate for each in services for rate in each.prices.values())]
    return YardScheduleOut(
        code=one.code,
        label=label_of(one.title, language),
        valid_from=one.valid.first,
        valid_to=one.valid.end,
        official=one.official,
        provisional=any(_is_provisional(rate) for rate in rates),
        vat=VatOut(basis_points=one.vat.value, **_evidence(one.vat)),
        services=[_service(each, language) for each in services],
    )


def _service(one: Service, language: Language) -> YardServiceOut:
    return YardServiceOut(
        code=one.code,
        label=label_of(one.label, language),
        unit=one.unit,
        note=one.note,
        prices=[
            ServicePriceOut(
                vehicle_kind=kind,
                price=Amount.vnd(rate.value),
                provisional=_is_provisional(rate),
                **_evidence(rate),
            )
            for kind, rate in one.prices.items()
        ],
        basis=one.evidence.basis,
        source=one.evidence.source,
    )


def _evidence(rate: Rate) -> Mapping[str, Any]:
    return {"basis": rate.evidence.basis, "source": rate.evidence.source}


def _is_provisional(rate: Rate) -> bool:
    return rate.evidence.basis is Basis.PROVISIONAL


def estimates_out(
    found: Iterable[Estimate | None], yards: Mapping[str, Yard], language: Language
) -> list[YardServicesOut | None]:
    """Return what services may come to, for each vehicle of which that was asked."""
    return [_estimate(one, yards[one.stay.yard], language) if one else None for one in found]


def _estimate(found: Estimate, yard: Yard, language: Language) -> YardServicesOut:
    return YardServicesOut(
        yard=yard.code,
        operator=operator_of(yard),
        schedule=found.schedule.code,
        vehicle_kind=found.stay.kind,
        lines=[_line(one, language) for one in found.lines],
        net=Amount.vnd(found.net_vnd),
        vat_basis_points=found.schedule.vat.value,
        vat=Amount.vnd(found.vat_vnd),
        gross=Amount.vnd(found.net_vnd + found.vat_vnd),
        basis=found.basis,
        provisional=found.basis is Basis.PROVISIONAL,
    )


def _line(one: ServiceLine, language: Language) -> ServiceLineOut:
    return ServiceLineOut(
        service=one.service.code,
        label=label_of(one.service.label, language),
        unit=one.service.unit,
        price=Amount.vnd(one.price.value),
        quantity=one.quantity,
        amount=Amount.vnd(one.amount_vnd),
        basis=one.price.evidence.basis,
        provisional=_is_provisional(one.price),
    )
