"""What a company declares about one entry, read from the stored document.

The document has the shape of the API's `EntryIn` without personal data. Its identifiers are read
once, here, so that findings, columns and rules all see the same normalised values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.identifiers import Reading, Status, plate_key, read
from app.domain.vocabulary import Direction, Journey

EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Identified:
    """An identifier where it stands in the document: JSON pointer and reading."""

    pointer: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One kind of goods: weights in kg, value in whole VND, codes as declared."""

    goods_group: str
    product: str | None
    hs_code: str | None
    gross_kg: int | None
    customs_value_vnd: int | None


@dataclass(frozen=True, slots=True)
class Consignment:
    """The goods under one customs declaration."""

    declaration_number: str | None
    regime: str | None
    lines: tuple[GoodsLine, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What decides a vehicle's fee class: registered payload in kg, container length in feet."""

    payload_kg: int | None
    container_length_ft: int | None


@dataclass(frozen=True, slots=True)
class Papers:
    """Export papers of farm produce."""

    phytosanitary_certificate_number: str | None
    phytosanitary_status: str | None
    growing_area_code: str | None
    packing_house_code: str | None
    test_documents: tuple[str, ...]
    two_way_registration_number: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """One entry as declared, with its identifiers read."""

    gate: str
    route: str | None
    direction: Direction
    journey: Journey
    planned_arrival_at: datetime | None
    lane_ground: str | None
    country: str
    two_way: bool
    unit_id: str | None
    load: Load
    receiving: tuple[Load, ...]
    consignments: tuple[Consignment, ...]
    papers: Papers
    identifiers: tuple[Identified, ...]

    @property
    def lines(self) -> tuple[GoodsLine, ...]:
        """All goods lines, over all consignments."""
        return tuple(line for consignment in self.consignments for line in consignment.lines)

    @property
    def goods_groups(self) -> tuple[str, ...]:
        """The group of each line; an entry without consignment is an empty vehicle."""
        return tuple(line.goods_group for line in self.lines) or (EMPTY,)

    @property
    def declaration_numbers(self) -> tuple[str, ...]:
        """The customs declarations carried, normalised."""
        return self._normalised("/consignments/", "/declaration_number")

    @property
    def tractor_plate(self) -> str | None:
        """What the vehicle is found by: its plate, or the unit id of one without driver."""
        at = "/vehicle/tractor_plate"
        plates = (one.reading.raw for one in self.identifiers if one.pointer == at)
        return plate_key(next(plates, None) or "") or plate_key(self.unit_id or "") or None

    @property
    def payer_tax_code(self) -> str | None:
        """The normalised tax code of whoever pays, where it is not the declarant."""
        return next(iter(self._normalised("/payer/tax_code", "")), None)

    @property
    def containers(self) -> tuple[str, ...]:
        """The normalised container numbers on the vehicle."""
        return self._normalised("/vehicle/containers/", "/number")

    @property
    def owners(self) -> dict[str, str]:
        """The tax codes of the goods' owners as far as they can be read, by pointer."""
        return {
            one.pointer: one.reading.normalised
            for one in self.identifiers
            if one.reading.normalised and one.pointer.endswith("/owner_tax_code")
        }

    def _normalised(self, start: str, end: str) -> tuple[str, ...]:
        return tuple(
            one.reading.normalised
            for one in self.identifiers
            if one.reading.normalised
            and one.pointer.startswith(start)
            and one.pointer.endswith(end)
        )


def read_declaration(document: Mapping[str, Any]) -> Declaration:
    """Return the declaration in `document`, which the API has validated in shape and types."""
    vehicle = document.get("vehicle") or {}
    planned = document.get("planned_arrival_at")
    return Declaration(
        gate=document["gate"],
        route=document.get("route"),
        direction=Direction(document["direction"]),
        journey=Journey(document["journey"]),
        planned_arrival_at=datetime.fromisoformat(planned) if planned else None,
        lane_ground=document.get("lane_ground"),
        country=vehicle.get("country") or "VN",
        two_way=bool(vehicle.get("two_way")),
        unit_id=vehicle.get("unit_id"),
        load=_load(vehicle),
        receiving=tuple(_load(one) for one in document.get("receiving_vehicles") or ()),
        consignments=tuple(_consignment(one) for one in document.get("consignments") or ()),
        papers=_papers(document.get("documents") or {}),
        identifiers=tuple(_identifiers(document)),
    )


def _load(vehicle: Mapping[str, Any]) -> Load:
    lengths = [box["length_ft"] for box in vehicle.get("containers") or () if box.get("length_ft")]
    return Load(vehicle.get("payload_kg"), sum(lengths) if lengths else None)


def _consignment(document: Mapping[str, Any]) -> Consignment:
    lines = tuple(
        GoodsLine(
            goods_group=line["goods_group"],
            product=line.get("product"),
            hs_code=read("hs-code", line.get("hs_code")).normalised,
            gross_kg=line.get("gross_kg"),
            customs_value_vnd=line.get("customs_value_vnd"),
        )
        for line in document.get("lines") or ()
    )
    return Consignment(document.get("declaration_number"), document.get("regime"), lines)


def _papers(document: Mapping[str, Any]) -> Papers:
    certificate = document.get("phytosanitary_certificate") or {}
    return Papers(
        phytosanitary_certificate_number=certificate.get("number"),
        phytosanitary_status=certificate.get("status"),
        growing_area_code=document.get("growing_area_code"),
        packing_house_code=document.get("packing_house_code"),
        test_documents=tuple(document.get("test_documents") or ()),
        two_way_registration_number=(document.get("two_way_registration") or {}).get("number"),
    )


def _identifiers(document: Mapping[str, Any]) -> Iterator[Identified]:
    """Read every identifier that is given; a missing one is no finding of this kind."""
    yield from _of_vehicle("/vehicle", document.get("vehicle") or {})
    for index, vehicle in enumerate(document.get("receiving_vehicles") or ()):
        yield from _of_vehicle(f"/receiving_vehicles/{index}", vehicle)
    for index, consignment in enumerate(document.get("consignments") or ()):
        yield from _of_consignment(f"/consignments/{index}", consignment, document["direction"])
    papers = document.get("documents") or {}
    yield from _given("/documents/growing_area_code", "growing-area-code", papers)
    yield from _given("/documents/packing_house_code", "packing-house-code", papers)
    yield from _given("/payer/tax_code", "tax-code", document.get("payer") or {})


def _of_vehicle(at: str, vehicle: Mapping[str, Any]) -> Iterator[Identified]:
    plate = "plate-cn" if vehicle.get("country") == "CN" else "plate-vn"
    yield from _given(f"{at}/tractor_plate", plate, vehicle)
    yield from _given(f"{at}/trailer_plate", f"{plate}-trailer", vehicle)
    for index, box in enumerate(vehicle.get("containers") or ()):
        yield from _given(f"{at}/containers/{index}/number", "container", box)


def _of_consignment(
    at: str, consignment: Mapping[str, Any], direction: str
) -> Iterator[Identified]:
    yield from _given(f"{at}/declaration_number", f"customs-declaration-{direction}", consignment)
    yield from _given(f"{at}/owner_tax_code", "tax-code", consignment)
    for index, line in enumerate(consignment.get("lines") or ()):
        yield from _given(f"{at}/lines/{index}/hs_code", "hs-code", line)


def _given(pointer: str, kind: str, holder: Mapping[str, Any]) -> Iterator[Identified]:
    raw = holder.get(pointer.rpartition("/")[2]) or ""
    if not raw.strip():
        return
    reading = read(kind, raw)
    if kind == "tax-code" and reading.status is Status.INVALID:
        # Since 1 July 2025 persons and households use their personal number as tax code.
        personal = read("personal-tax-number", raw)
        reading = reading if personal.status is Status.INVALID else personal
    yield Identified(pointer, reading)
