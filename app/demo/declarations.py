"""What the companies of a plan declare, as bodies of `POST /v1/entries`; plates are invented."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.demo.days import Cargo
from app.demo.plan import Trouble, Truck
from app.domain.vocabulary import Direction

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
GOODS_GROUPS: Mapping[Cargo, str] = {
    Cargo.FRUIT: "fresh-produce-export",
    Cargo.OTHER: "ordinary",
    Cargo.GOODS: "ordinary",
    Cargo.NEW_VEHICLES: "self-driven-import",
}
CITRUS = ("citrus", "0805.10.10")  # of which China has not opened its market
SECOND_KIND = ("longan", "0810.90.10")


def instant(day: date, minute: int) -> str:
    """Return a minute of a day at the gates."""
    begin = datetime.combine(day, datetime.min.time(), ZONE)
    return (begin + timedelta(minutes=minute)).isoformat()


def declaration(truck: Truck, day: date) -> dict[str, Any]:
    """Return what the company of a vehicle declares before it comes."""
    exports = truck.direction is Direction.EXPORT
    return {
        "gate": truck.gate,
        "direction": truck.direction.value,
        "journey": "transshipment" if truck.transships else "own_vehicle",
        "planned_arrival_at": instant(day, truck.comes),
        "client_reference": f"DEMO-{truck.number:05}",
        "vehicle": _vehicle(truck),
        "receiving_vehicles": [_receiving(truck)] if truck.transships else [],
        "consignments": [
            {
                "declaration_number": f"{30 if exports else 10}{truck.number:010}",
                "lines": _lines(truck),
            }
        ],
        "documents": _documents(truck) if truck.cargo is Cargo.FRUIT else None,
    }


def certificate(truck: Truck) -> dict[str, str]:
    """Return the phytosanitary certificate of a vehicle."""
    return {"number": f"KD-2024-{truck.number:05}", "status": "issued"}


def _vehicle(truck: Truck) -> dict[str, Any]:
    exports = truck.direction is Direction.EXPORT
    return {
        "country": "VN" if exports else "CN",
        "tractor_plate": f"12C-{truck.number:05}" if exports else f"桂F{truck.number:05}",
        "payload_kg": truck.payload_kg,
    }


def _receiving(truck: Truck) -> dict[str, Any]:
    return {"tractor_plate": f"12H-{truck.number:05}", "payload_kg": truck.payload_kg}


def _lines(truck: Truck) -> list[dict[str, Any]]:
    kinds: list[tuple[str | None, str | None]] = [(None, None)]
    if truck.cargo is Cargo.FRUIT:
        kinds = [CITRUS if truck.trouble is Trouble.NO_MARKET else truck.product]
        if truck.trouble is Trouble.TWO_KINDS:
            kinds = [("durian", "0810.60.00"), SECOND_KIND]
    gross_kg = truck.payload_kg * 9 // 10 // len(kinds)
    return [
        {
            "goods_group": GOODS_GROUPS[truck.cargo],
            "product": product,
            "hs_code": hs_code,
            "gross_kg": gross_kg,
            "customs_value_vnd": gross_kg * 30_000,
        }
        for product, hs_code in kinds
    ]


def _documents(truck: Truck) -> dict[str, Any]:
    awaited = {Trouble.NO_CERTIFICATE, Trouble.AMENDED}
    papers = {
        "phytosanitary_certificate": None if truck.trouble in awaited else certificate(truck),
        "growing_area_code": "VN-TGOR-0095",
        "packing_house_code": "VN-TGPH-0012",
    }
    if truck.trouble is Trouble.NO_GROWING_AREA:
        del papers["growing_area_code"]
    if truck.trouble is Trouble.NO_PACKING_HOUSE:
        del papers["packing_house_code"]
    return papers
