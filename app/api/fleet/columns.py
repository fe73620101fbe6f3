"""The one table of columns: what a flat file calls a field of a declaration.

Template, reader and export go by it. A file has one consignment of up to three kinds of goods, four
containers and one receiving vehicle; a declaration with more is sent as JSON.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import pairwise
from typing import Any, Final, NamedTuple

LINES: Final = 3
CONTAINERS: Final = 4

Document = dict[str, Any]


class Kind(Enum):
    """What stands in a column's cells."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"
    TEXTS = "texts"


class Column(NamedTuple):
    """A column: its name, the JSON pointer of its field, the sentence that explains it."""

    name: str
    pointer: str
    kind: Kind = Kind.TEXT
    example: str = ""
    word: str = ""
    required: bool = False

    @property
    def key(self) -> str:
        """The key of its sentence in the catalogue."""
        return f"column.{self.word or self.name}"


def _containers() -> Iterator[Column]:
    for at in range(CONTAINERS):
        number, pointer = at + 1, f"/vehicle/containers/{at}"
        yield Column(f"container_{number}", f"{pointer}/number", word="container")
        length = f"{pointer}/length_ft"
        yield Column(f"container_{number}_ft", length, Kind.NUMBER, word="container_ft")


def _goods() -> Iterator[Column]:
    fields = (
        ("goods_group", "goods_group", Kind.TEXT, "fresh-produce-export"),
        ("product", "product", Kind.TEXT, "durian"),
        ("hs_code", "hs_code", Kind.TEXT, "0810.60.00"),
        ("goods_name", "name", Kind.TEXT, ""),
        ("gross_kg", "gross_kg", Kind.NUMBER, "14000"),
        ("quantity", "quantity", Kind.NUMBER, ""),
        ("unit", "unit", Kind.TEXT, ""),
        ("customs_value_vnd", "customs_value_vnd", Kind.NUMBER, "900000000"),
        ("origin", "origin", Kind.TEXT, "VN"),
    )
    for at in range(LINES):
        end = f"_{at + 1}" if at else ""
        for name, field, kind, example in fields:
            pointer = f"/consignments/0/lines/{at}/{field}"
            yield Column(f"{name}{end}", pointer, kind, "" if at else example, word=name)


def _papers() -> Iterator[Column]:
    at = "/documents/phytosanitary_certificate"
    yield Column("phytosanitary_number", f"{at}/number", example="KD-2026-00001")
    yield Column("phytosanitary_status", f"{at}/status", example="issued")
    yield Column("phytosanitary_valid_until", f"{at}/valid_until", Kind.DAY, word="valid_until")
    yield Column("growing_area_code", "/documents/growing_area_code", example="VN-TGOR-0095")
    yield Column("packing_house_code", "/documents/packing_house_code", example="VN-TGPH-0012")
    tests = "auramine-o-test; cadmium-test"
    yield Column("test_documents", "/documents/test_documents", Kind.TEXTS, tests)
    for name in ("transport_licence", "vehicle_inspection", "insurance", "two_way_registration"):
        yield Column(f"{name}_number", f"/documents/{name}/number")
        until = f"/documents/{name}/valid_until"
        yield Column(f"{name}_valid_until", until, Kind.DAY, word="valid_until")


COLUMNS: Final[tuple[Column, ...]] = (
    Column("gate", "/gate", example="tan-thanh", required=True),
    Column("direction", "/direction", example="export", required=True),
    Column("planned_arrival_at", "/planned_arrival_at", Kind.INSTANT, "2026-05-15 10:00"),
    Column("client_reference", "/client_reference", example="DN-2026-00417"),
    Column("quote", "/quote"),
    Column("tractor_plate", "/vehicle/tractor_plate", example="12C-000.17"),
    Column("trailer_plate", "/vehicle/trailer_plate"),
    Column("unit_id", "/vehicle/unit_id"),
    Column("country", "/vehicle/country", example="VN"),
    Column("payload_kg", "/vehicle/payload_kg", Kind.NUMBER, "15000"),
    Column("own_weight_kg", "/vehicle/own_weight_kg", Kind.NUMBER),
    *_containers(),
    Column("seal_numbers", "/vehicle/seal_numbers", Kind.TEXTS),
    Column("two_way", "/vehicle/two_way", Kind.FLAG),
    Column("route", "/route"),
    Column("journey", "/journey", example="own_vehicle"),
    Column("lane_ground", "/lane_ground"),
    Column("declaration_number", "/consignments/0/declaration_number", example="309900000015"),
    Column("regime", "/consignments/0/regime", example="B11"),
    Column("customs_channel", "/consignments/0/customs_channel"),
    Column("owner_tax_code", "/consignments/0/owner_tax_code"),
    *_goods(),
    *_papers(),
    Column("driver_name", "/driver/name", example="Nguyễn Văn An"),
    Column("driver_document_number", "/driver/document_number"),
    Column("driver_phone", "/driver/phone", example="0912 345 678"),
    Column("payer_name", "/payer/name"),
    Column("payer_tax_code", "/payer/tax_code"),
    Column("payer_address", "/payer/address"),
    Column("receiving_country", "/receiving_vehicles/0/country", word="country"),
    Column("receiving_tractor_plate", "/receiving_vehicles/0/tractor_plate"),
    Column("receiving_trailer_plate", "/receiving_vehicles/0/trailer_plate"),
    Column("receiving_payload_kg", "/receiving_vehicles/0/payload_kg", Kind.NUMBER),
)
"""What a file may say of a vehicle, in the order of the template."""

TOLD: Final = (
    "entry_id", "reference", "state", "lane", "ready", "held", "contested", "plate",
    "registered_at", "changed_at", "call_number", "presence_at", "arrived_at", "ended_at",
    "end_reason", "yard", "findings", "charged_vnd", "due_vnd", "driver_masked",
    "driver_document_masked", "driver_phone_masked",
)  # fmt: skip
"""What an export tells besides; a file that is read may have these columns, and nobody looks."""

PERSONAL: Final = "/driver/"
BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in COLUMNS}
REQUIRED: Final = tuple(column.name for column in COLUMNS if column.required)


def column_of(pointer: str) -> Column | None:
    """Return the column that a pointer into a row is about; None where it is about no one."""
    for column in COLUMNS:
        if pointer == column.pointer or pointer.startswith(f"{column.pointer}/"):
            return column
    return next((one for one in COLUMNS if one.pointer.startswith(f"{pointer}/")), None)


def put(document: Document, pointer: str, value: object) -> None:
    """Put a value into a document where a pointer says; objects and lists on the way are made."""
    steps = pointer.split("/")[1:]
    here: Any = document
    for step, then in pairwise(steps):
        here = _entered(here, step, [] if then.isdecimal() else {})
    _entered(here, steps[-1], value)


def _entered(holder: Any, step: str, otherwise: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what an object or a list holds at a step, after putting `otherwise` where nothing is.

    Items that nobody named before it are empty objects: their row says what they lack.
    """
    if isinstance(holder, dict):
        return holder.setdefault(step, otherwise)
    at = int(step)
    while len(holder) <= at:
        holder.append(otherwise if len(holder) == at else {})
    return holder[at]


def taken(document: Mapping[str, Any], pointer: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a document has where a pointer says, None where nothing is."""
    here: Any = document
    for step in pointer.split("/")[1:]:
        if isinstance(here, list):
            here = here[int(step)] if int(step) < len(here) else None
        elif isinstance(here, Mapping):
            here = here.get(step)
        else:
            return None
    return here
