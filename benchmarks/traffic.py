"""The requests that are measured, as whole HTTP/1.1 messages; every peer gets the same bytes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.client import NUMBER, PLATE

JSON = "application/json"


def request(
    method: str, path: str, document: object = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """Return a request as a keep-alive client sends it."""
    body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
    lines = {"Host": "gate.test", "Accept": JSON, "Accept-Language": "vi", **(headers or {})}
    if body:
        lines |= {"Content-Type": JSON, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def truck(day: str) -> dict[str, Any]:
    """Return the declaration of a truck of durian that meets every rule, arriving on `day`."""
    return {
        "gate": "tan-thanh",
        "direction": "export",
        "planned_arrival_at": f"{day}T10:00:00+07:00",
        "client_reference": f"DN-{NUMBER.decode()}",
        "vehicle": {
            "tractor_plate": PLATE.decode(),
            "trailer_plate": "12R-000.44",
            "payload_kg": 15000,
            "containers": [{"number": "CSQU3054383", "length_ft": 40}],
        },
        "consignments": [
            {
                "declaration_number": "309900000015",
                "regime": "B11",
                "lines": [
                    {
                        "goods_group": "fresh-produce-export",
                        "product": "durian",
                        "hs_code": "0810.60.00",
                        "name": "Sầu riêng quả tươi",
                        "gross_kg": 14000,
                        "customs_value_vnd": 900_000_000,
                    }
                ],
            }
        ],
        "documents": {
            "phytosanitary_certificate": {"number": "KD-2026-00001", "status": "issued"},
            "growing_area_code": "VN-TGOR-0095",
            "packing_house_code": "VN-TGPH-0012",
            "test_documents": ["auramine-o-test", "cadmium-test"],
        },
        "driver": {
            "name": "Nguyễn Văn An",
            "document_number": "020099000001",
            "phone": "0900000001",
        },
    }


def registration(key: str, day: str) -> bytes:
    """Return the registration of a truck, each time with another plate and retry key."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"bench-{NUMBER.decode()}"}
    return request("POST", "/v1/entries", truck(day), headers)


def empty_registration(key: str, day: str) -> bytes:
    """Return the registration of an empty truck that comes into the country at Hữu Nghị."""
    truck_of = {**truck(day), "gate": "huu-nghi", "direction": "import", "consignments": []}
    del truck_of["documents"]
    return request("POST", "/v1/entries", truck_of, {"Authorization": f"Bearer {key}"})


def arrival(key: str) -> bytes:
    """Return the arrival of the empty truck of a number."""
    seen = {"gate": "huu-nghi", "plate": PLATE.decode(), "direction": "import"}
    return request("POST", "/v1/arrivals", seen, {"Authorization": f"Bearer {key}"})


def check(key: str, entry: str) -> bytes:
    """Return customs' word on an entry, each time another one."""
    path = f"/v1/entries/{entry}/checks"
    return request("POST", path, _word(), {"Authorization": f"Bearer {key}"})


def check_batch(key: str, entries: Sequence[str]) -> bytes:
    """Return customs' word on many entries at once, each time another one."""
    rows = [{**_word(f"-{row}"), "entry": entry} for row, entry in enumerate(entries)]
    return request("POST", "/v1/checks", {"checks": rows}, {"Authorization": f"Bearer {key}"})


def _word(row: str = "") -> dict[str, str]:
    named = f"BENCH-{NUMBER.decode()}{row}"
    return {"kind": "customs_registration", "result": "passed", "source_reference": named}


def quotation(day: str) -> bytes:
    """Return the question what one truck would pay."""
    vehicle = {
        "gate": "tan-thanh",
        "direction": "export",
        "payload_kg": 15000,
        "container_length_ft": 40,
        "goods": [{"goods_group": "fresh-produce-export", "customs_value_vnd": 900_000_000}],
    }
    return request("POST", "/v1/fees/quotes", {"on": day, "vehicles": [vehicle]})
