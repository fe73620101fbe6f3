"""What an entry declares, in the names of the WCO Data Model's goods declaration (DEC).

Which of our fields belongs to which name is our reading; `docs/exchange.md` has the table. Nothing
personal is among them, and what is empty is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.vocabulary import Direction

Document = Mapping[str, Any]
EDITION: Final = "DEC 3.6"
"""The document and version whose names these are."""
ROAD: Final = "3"
"""Mode of transport, UNECE Recommendation 19."""
HS: Final = "HS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """An entry as it is passed on: its reference, where it goes and stands, what it declares."""

    reference: str
    direction: Direction
    gate: str
    yard: str | None
    declarant: str | None
    declared: Document


def declarations(one: Carried) -> list[dict[str, Any]]:
    """Return one declaration for each consignment; an empty vehicle has none."""
    return [_declaration(one, each) for each in one.declared.get("consignments") or ()]


def _declaration(one: Carried, consignment: Document) -> dict[str, Any]:
    lines = consignment["lines"]
    is_export = one.direction is Direction.EXPORT
    owner = _id(consignment.get("owner_tax_code"))
    return _filled(
        FunctionalReferenceID=one.reference,
        ID=consignment.get("declaration_number"),
        TypeCode="EX" if is_export else "IM",
        GoodsItemQuantity=len(lines),
        Declarant=_id(one.declarant),
        Exporter=owner if is_export else None,
        ExitOffice=_id(one.gate) if is_export else None,
        PresentationOffice=None if is_export else _id(one.gate),
        BorderTransportMeans=_vehicle(one.declared["vehicle"]),
        GoodsShipment=_filled(
            Importer=None if is_export else owner,
            Consignment=_consignment(one),
            GovernmentAgencyGoodsItem=[
                _item(number, line, consignment.get("regime"))
                for number, line in enumerate(lines, start=1)
            ],
        ),
    )


def _vehicle(vehicle: Document) -> dict[str, Any]:
    return _filled(
        ID=vehicle.get("tractor_plate") or vehicle.get("unit_id"),
        RegistrationNationalityCode=vehicle.get("country"),
        ModeCode=ROAD,
    )


def _consignment(one: Carried) -> dict[str, Any]:
    vehicle = one.declared["vehicle"]
    boxes = [box["number"] for box in vehicle.get("containers") or ()]
    trailer = "Departure" if one.direction is Direction.EXPORT else "Arrival"
    return _filled(
        ContainerCode="1" if boxes else "0",
        GoodsLocation=_id(one.yard),
        TransportEquipment=_equipment(boxes, vehicle.get("seal_numbers") or ()),
        **{f"{trailer}TransportMeans": _id(vehicle.get("trailer_plate"))},
    )


def _equipment(boxes: Sequence[str], seals: Iterable[str]) -> list[dict[str, Any]]:
    """Return the containers; which seal is on which is not declared, so the first has them all."""
    sealed = [{"SequenceNumeric": number, "ID": seal} for number, seal in enumerate(seals, start=1)]
    return [
        _filled(SequenceNumeric=number, ID=box, Seal=sealed if number == 1 else None)
        for number, box in enumerate(boxes, start=1)
    ]


def _item(number: int, line: Document, regime: str | None) -> dict[str, Any]:
    value, hs_code = line.get("customs_value_vnd"), line.get("hs_code")
    return _filled(
        SequenceNumeric=number,
        CustomsValueAmount=_filled(value=value, currencyID="VND") if value is not None else None,
        Commodity=_filled(
            Description=line.get("name") or line.get("product"),
            Classification=_filled(ID=hs_code, IdentificationTypeCode=HS) if hs_code else None,
            GoodsMeasure=_filled(
                GrossMassMeasure=_measure(line.get("gross_kg"), "KGM"),
                TariffQuantity=_measure(line.get("quantity"), line.get("unit")),
            ),
        ),
        GovernmentProcedure=_filled(CurrentCode=regime),
        Origin=_filled(CountryCode=line.get("origin")),
    )


def _measure(value: int | None, unit: str | None) -> dict[str, Any] | None:
    return None if value is None else _filled(value=value, unitCode=unit)


def _id(value: str | None) -> dict[str, Any]:
    return _filled(ID=value)


def _filled(**members: object) -> dict[str, Any]:
    """Return what is not empty."""
    return {name: one for name, one in members.items() if one not in (None, {}, [], "")}
