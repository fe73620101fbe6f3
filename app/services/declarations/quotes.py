"""Prices without registering: many vehicles, one day, all of them or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.charges import FeeFacts, GoodsValue, Payload, Quote, quote
from app.domain.errors import FieldError, TariffRefusalError, UnknownCodeError
from app.domain.identifiers import Kind, read
from app.domain.reference import Reference
from app.domain.vocabulary import Direction, Journey
from app.domain.yard_services import Estimate, Stay

MOST_REFUSALS = 100
"""More would only repeat themselves; those of the first vehicles are told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One vehicle's movement as it was asked about; `gate` is a code."""

    gate: str
    direction: Direction
    journey: Journey
    goods: tuple[GoodsValue, ...]
    vehicle: Payload
    receiving: tuple[Payload, ...]
    payer_tax_code: str | None = None


def quote_all(
    reference: Reference,
    asked: Sequence[Asked],
    on: date,
    known_at: datetime | None = None,
    *,
    at: str = "/vehicles/{}",
) -> tuple[Quote, ...]:
    """Return the price of every vehicle by the edition of `on`, as known now or at `known_at`.

    `at` is where in the request a vehicle stands, by its number.

    Raises:
        UnknownCodeError: a gate or goods group that no row knows; all of them are named.
        TariffRefusalError: the tariff has no price for some vehicle; nothing is priced then. The
            code is that of the first refusal, the errors name all by vehicle.
    """
    if unknown := tuple(_unknown(reference, asked, at)):
        raise UnknownCodeError(errors=unknown[:MOST_REFUSALS], value=unknown[0].value)
    edition = reference.tariffs.in_force(on, known_at)
    reductions = reference.tariffs.reductions.on(on, known_at)
    quotes: list[Quote] = []
    refused: list[TariffRefusalError] = []
    errors: list[FieldError] = []
    for number, one in enumerate(asked):
        try:
            quotes.append(quote(edition, _facts(reference, one), reductions))
        except TariffRefusalError as refusal:
            refused.append(refusal)
            errors += (_in_request(at.format(number), one, error) for error in refusal.errors)
    if refused:
        raise type(refused[0])(errors=errors[:MOST_REFUSALS])
    return tuple(quotes)


def estimate_all(
    reference: Reference, stays: Sequence[Stay | None], on: date, *, at: str = "/vehicles/{}"
) -> Sequence[Estimate | None]:
    """Return what yards would ask of each vehicle for which somebody wants to know.

    Raises:
        UnknownCodeError, NoYardPriceError: a yard or service that no row knows, or has no price.
    """
    return [
        _estimate(reference, stay, on, f"{at.format(number)}/yard_services") if stay else None
        for number, stay in enumerate(stays)
    ]


def _estimate(reference: Reference, stay: Stay, on: date, at: str) -> Estimate:
    if stay.yard not in reference.yards:
        pointer = f"{at}/yard"
        raise UnknownCodeError.at(pointer, stay.yard)
    return reference.yard_services.estimate(stay, on, at)


def _facts(reference: Reference, asked: Asked) -> FeeFacts:
    named = reference.tariffs.reductions
    return FeeFacts(
        reference.gates[asked.gate].mode,
        asked.direction,
        asked.journey,
        named.goods(asked.goods),
        asked.vehicle,
        asked.receiving,
        asked.gate,
        named.payer(_read(asked.payer_tax_code)),
    )


def _read(tax_code: str | None) -> str | None:
    """Return a tax code as a declaration would be read; one that is none names nobody."""
    return read(Kind.TAX_CODE, tax_code).normalised if tax_code else None


def _unknown(reference: Reference, asked: Sequence[Asked], at: str) -> Iterator[FieldError]:
    # Before any edition is confirmed no group is known; pricing says what is missing.
    groups = {group for one in reference.tariffs.editions.values() for group in one.groups}
    for number, vehicle in enumerate(asked):
        if vehicle.gate not in reference.gates:
            pointer = f"{at.format(number)}/gate"
            yield FieldError(pointer, UnknownCodeError.code, vehicle.gate)
        for index, line in enumerate(vehicle.goods):
            if groups and line.goods_group not in groups:
                pointer = f"{at.format(number)}/goods/{index}/goods_group"
                yield FieldError(pointer, UnknownCodeError.code, line.goods_group)


# Where the tariff's own facts stand in a request.
_POINTERS = {"mode": "/gate", "vehicle": "", "receiving": "/receiving_vehicles", "goods": "/goods"}


def _in_request(vehicle: str, asked: Asked, error: FieldError) -> FieldError:
    """Return a refusal with its pointer into the request."""
    head, slash, rest = error.pointer[1:].partition("/")
    pointer = f"{vehicle}{_POINTERS[head]}"
    if head == "mode":
        return FieldError(pointer, error.rule, asked.gate)
    if head == "goods" and not asked.goods:  # an empty vehicle has no line to point at
        return FieldError(pointer, error.rule, error.value)
    return FieldError(f"{pointer}{slash}{rest}", error.rule, error.value)
