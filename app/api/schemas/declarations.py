"""Declarations on the wire: what a company says of a vehicle, its goods and papers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.schemas.types import (
    PERSONAL,
    Choice,
    Code,
    Day,
    Feet,
    Id,
    In,
    Instant,
    Kilograms,
    Label,
    Patch,
    RawIdentifier,
    Reference,
    Remark,
    Vnd,
)
from app.domain.green_lane import PhytosanitaryStatus
from app.domain.vocabulary import Direction, Journey

Country = Literal["VN", "CN"]
UnitId = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,31}$", examples=["AGV-0017"])]


class ContainerIn(In):
    """A container on the vehicle."""

    number: RawIdentifier
    length_ft: Feet | None = None


class VehicleIn(In):
    """The vehicle that moves through the gate; one without driver has a `unit_id` for a plate."""

    country: Country = "VN"
    tractor_plate: Annotated[RawIdentifier | None, Field(examples=["12C-000.17"])] = None
    unit_id: UnitId | None = None
    """The number of a vehicle that nobody drives; it stands in for the plate."""
    trailer_plate: Annotated[RawIdentifier | None, Field(examples=["12R-000.44"])] = None
    payload_kg: Kilograms | None = None
    """Registered payload; it decides the vehicle class of the fee."""
    own_weight_kg: Kilograms | None = None
    containers: Annotated[list[ContainerIn], Field(max_length=4)] = []
    seal_numbers: Annotated[list[RawIdentifier], Field(max_length=10)] = []
    two_way: bool | None = None
    """It carries other goods back, as an entry of its own; the pilot's conditions are told of."""


class ReceivingVehicleIn(In):
    """A vehicle that takes over transshipped goods."""

    country: Country = "VN"
    tractor_plate: RawIdentifier | None = None
    trailer_plate: RawIdentifier | None = None
    payload_kg: Kilograms | None = None
    containers: Annotated[list[ContainerIn], Field(max_length=4)] = []


class GoodsLineIn(In):
    """One kind of goods."""

    goods_group: Annotated[Code, Field(examples=["fresh-produce-export"])]
    """The group of the tariff that prices the goods; declared here, checked by an officer."""
    product: Annotated[Code | None, Field(examples=["lychee"])] = None
    hs_code: Annotated[RawIdentifier | None, Field(examples=["0810.90.20"])] = None
    name: Label | None = None
    gross_kg: Kilograms | None = None
    quantity: Annotated[int | None, Field(ge=0, le=10**12)] = None
    unit: Annotated[str | None, Field(max_length=20, pattern=r"^[\w .%/-]*$")] = None
    customs_value_vnd: Vnd | None = None
    origin: Annotated[str | None, Field(pattern="^[A-Z]{2}$", examples=["VN"])] = None


class ConsignmentIn(In):
    """The goods under one customs declaration."""

    declaration_number: Annotated[RawIdentifier | None, Field(examples=["309900000015"])] = None
    regime: Annotated[str | None, Field(pattern="^[A-Z][0-9]{2}$", examples=["B11"])] = None
    customs_channel: Annotated[str | None, Field(pattern="^(green|yellow|red)$")] = None
    """Decided by customs; it never decides the lane."""
    owner_tax_code: Annotated[RawIdentifier | None, Field(examples=["9900123459"])] = None
    """The enterprise whose goods they are; a two-way vehicle carries those of one."""
    lines: Annotated[list[GoodsLineIn], Field(min_length=1, max_length=50)]
    """A customs declaration has 50 lines at most."""


class CertificateIn(In):
    """The phytosanitary certificate."""

    number: Annotated[Label | None, Field(examples=["KD-2026-00001"])] = None
    status: Choice[PhytosanitaryStatus] | None = None
    valid_until: Day | None = None
    """The last legal day on which it holds."""


class DatedDocumentIn(In):
    """A document that holds for some time."""

    number: Label | None = None
    valid_until: Day | None = None
    """The last legal day on which it holds."""


class DocumentsIn(In):
    """Export papers of farm produce, and documents of the vehicle; what expires is watched."""

    phytosanitary_certificate: CertificateIn | None = None
    growing_area_code: Annotated[RawIdentifier | None, Field(examples=["VN-LSOR-0001"])] = None
    packing_house_code: Annotated[RawIdentifier | None, Field(examples=["VN-LSPH-0001"])] = None
    test_documents: Annotated[list[Code], Field(max_length=20, examples=[["cadmium-test"]])] = []
    transport_licence: DatedDocumentIn | None = None
    """The licence for international road transport."""
    vehicle_inspection: DatedDocumentIn | None = None
    insurance: DatedDocumentIn | None = None
    two_way_registration: DatedDocumentIn | None = None
    """The need for a two-way vehicle, as registered with the border guard and customs."""


class DriverIn(In):
    """Who drives: kept encrypted, masked in answers, never in events or logs."""

    name: Annotated[Label | None, PERSONAL] = None
    document_number: Annotated[Label | None, PERSONAL] = None
    phone: Annotated[Label | None, PERSONAL] = None


class PayerIn(In):
    """Who pays the fee, where it is not the declarant."""

    name: Label | None = None
    tax_code: Annotated[RawIdentifier | None, Field(examples=["9900123459"])] = None
    address: Remark | None = None


class EntryIn(In):
    """A vehicle's movement, declared before it arrives; no consignment means an empty vehicle."""

    gate: Annotated[Code, Field(examples=["tan-thanh"])]
    direction: Choice[Direction]
    route: Annotated[Code | None, Field(examples=["1088-2-1089"])] = None
    """A cleared road of the gate that the vehicle is bound to; without one any will do."""
    journey: Choice[Journey] = Journey.OWN_VEHICLE
    planned_arrival_at: Instant | None = None
    """Its day decides the provisional verdict and price; without it the entry is not ready."""
    client_reference: Reference | None = None
    """The company's own, used once."""
    quote: Id | None = None
    """A quote that is kept (`POST /v1/quotes`): it is charged if all that it was made for holds."""
    lane_ground: Annotated[Code | None, Field(examples=["disaster-relief"])] = None
    """For what it belongs to a lane not of its goods, by a code of `/v1/lane-grounds`; it gives
    nothing before an authority has confirmed it."""
    vehicle: VehicleIn
    receiving_vehicles: Annotated[list[ReceivingVehicleIn], Field(max_length=20)] = []
    consignments: Annotated[list[ConsignmentIn], Field(max_length=20)] = []
    documents: DocumentsIn | None = None
    driver: DriverIn | None = None
    payer: PayerIn | None = None

    def document(self) -> dict[str, Any]:
        """Return what is stored as declared: everything but the driver."""
        return self.model_dump(mode="json", exclude={"driver"}, exclude_none=True)


class VehiclePatch(In):
    """A vehicle in an amendment; plates, containers and seals change by substitution only."""

    country: Country | None = None
    tractor_plate: RawIdentifier | None = None
    unit_id: UnitId | None = None
    trailer_plate: RawIdentifier | None = None
    payload_kg: Kilograms | None = None
    own_weight_kg: Kilograms | None = None
    containers: Annotated[list[ContainerIn] | None, Field(max_length=4)] = None
    seal_numbers: Annotated[list[RawIdentifier] | None, Field(max_length=10)] = None
    two_way: bool | None = None


class EntryPatch(Patch):
    """A change of declared data, as a JSON merge patch: a field left out stays, null removes it."""

    gate: Code | None = None
    direction: Choice[Direction] | None = None
    route: Code | None = None
    """Binding a vehicle to another road of its gate keeps its place."""
    journey: Choice[Journey] | None = None
    planned_arrival_at: Instant | None = None
    client_reference: Reference | None = None
    lane_ground: Code | None = None
    """Declaring another ground, or other goods, ends a confirmation; the points earned stay."""
    vehicle: VehiclePatch | None = None
    receiving_vehicles: Annotated[list[ReceivingVehicleIn] | None, Field(max_length=20)] = None
    consignments: Annotated[list[ConsignmentIn] | None, Field(max_length=20)] = None
    documents: DocumentsIn | None = None
    driver: DriverIn | None = None
    payer: PayerIn | None = None

    def document(self) -> dict[str, Any]:
        """Return the merge patch of the stored document: everything sent but the driver."""
        return self.model_dump(mode="json", exclude={"driver"}, exclude_unset=True)

    def driver_changes(self) -> dict[str, str | None]:
        """Return the driver's fields that were sent; null for the driver takes all away."""
        if "driver" not in self.model_fields_set:
            return {}
        return (self.driver or DriverIn()).model_dump(exclude_unset=self.driver is not None)
