"""Vehicles on every part of their way, so that what is asked at random meets something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.live import Live

QUEUE = "/v1/gates/tan-thanh/queues/export"
CHECKS = {
    "customs_registration": "customs",
    "border_guard_entry": "border_guard",
    "customs_entry": "customs",
    "transport_licence": "transport",
    "medical": "medical",
    "plant_quarantine": "plant_quarantine",
    "customs_clearance": "customs",
    "yard_exit": "yard",
    "border_guard_exit": "border_guard",
}
FIVE_ARE_CALLED = 5


@dataclass
class Known:
    """What exists in a service that was filled, by the name a path gives it."""

    entry: list[str] = field(default_factory=list)
    hold: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    token: list[str] = field(default_factory=list)
    reference: list[str] = field(default_factory=list)
    gate: Sequence[str] = ("tan-thanh", "huu-nghi", "ba-son")
    yard: Sequence[str] = ("bao-nguyen",)
    source: Sequence[str] = ("customs-tan-thanh", "camera-tan-thanh", "yard-bao-nguyen")
    message: list[str] = field(default_factory=list)
    code: Sequence[str] = ("tariff-2025-09", "tariff-2019-01", "queue-policy-2022-02")

    def at(self, path: str, name: str) -> Sequence[str]:
        """Return what a path may name: holds lie on one entry, editions are of two kinds."""
        if name == "entry" and "{hold}" in path:
            return self.entry[1:2]
        if name == "code":
            kind = "tariff" if "tariffs" in path else "queue-policy"
            return [code for code in self.code if code.startswith(kind)]
        return self.of(name)

    def of(self, name: str) -> Sequence[str]:
        """Return what there is of that name; empty where nothing has it."""
        found: Sequence[str] = getattr(self, name, ())
        return found


def truck(number: int) -> dict[str, Any]:
    """Return the declaration of one of a hundred trucks of durian that meet every rule."""
    line = {"goods_group": "fresh-produce-export", "product": "durian", "gross_kg": 14000}
    return {
        "gate": "tan-thanh",
        "direction": "export",
        "planned_arrival_at": "2026-03-11T10:00:00+07:00",
        "vehicle": {"tractor_plate": f"12C-000.{number:02}", "payload_kg": 15000},
        "consignments": [
            {"declaration_number": f"3099000000{number:02}", "regime": "B11", "lines": [line]}
        ],
        "documents": {
            "phytosanitary_certificate": {"number": f"KD-2026-{number:05}", "status": "issued"},
            "growing_area_code": "VN-TGOR-0095",
            "packing_house_code": "VN-TGPH-0012",
            "test_documents": ["auramine-o-test", "cadmium-test"],
        },
    }


class Filling:
    """Brings ten trucks on their way, each a step further than the one before."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.known = Known()
        self.entries: list[Mapping[str, Any]] = []

    def fill(self) -> Known:
        for number in range(10):
            self._register(number)
        for entry in self.entries[1:]:
            self._move_in(entry)
        held = self.entries[1]
        self._hold(held)
        self._say(f"{QUEUE}/calls", "officer-1", {"count": FIVE_ARE_CALLED})
        for number, entry in enumerate(self.entries[2:]):
            self._bring(entry, number)
        self._send()
        return self.known

    def _register(self, number: int) -> None:
        entry = self._say("/v1/entries", "company-1", truck(number))
        self.entries.append(entry)
        self.known.entry.append(entry["id"])
        self.known.reference.append(entry["reference"])
        self.known.token.append(entry["tracking"]["token"])
        self.known.order += [order["id"] for order in entry["orders"]]

    def _move_in(self, entry: Mapping[str, Any]) -> None:
        body = {"reference": entry["reference"], "way": "in"}
        self._say("/v1/yards/bao-nguyen/movements", "yard", body)

    def _hold(self, entry: Mapping[str, Any]) -> None:
        at = f"/v1/entries/{entry['id']}/holds"
        for _ in range(2):
            self.known.hold.append(self._say(at, "customs", {"reason": "The seal is broken"})["id"])
        self._say(f"{at}/{self.known.hold[0]}/lift", "customs", {"reason": "Sealed again"})

    def _bring(self, entry: Mapping[str, Any], steps: int) -> None:
        at = f"/v1/entries/{entry['id']}"
        arrival = {"gate": "tan-thanh", "reference": entry["reference"]}
        way: list[tuple[str, str, Any]] = [
            ("/v1/arrivals", "border_guard", arrival),
            (f"{at}/admission", "border_guard", {}),
            (f"{at}/exit", "border_guard", {}),
        ]
        for path, who, body in way[:steps]:
            self._say(path, who, body)
        if steps > len(way):
            self._check_and_pay(entry)

    def _check_and_pay(self, entry: Mapping[str, Any]) -> None:
        for kind, agency in CHECKS.items():
            body = {"kind": kind, "result": "passed"}
            self._say(f"/v1/entries/{entry['id']}/checks", agency, body)
        for order in entry["orders"]:
            paid = {"amount": order["amount"], "source_reference": f"B-{order['code']}"}
            self._say(f"/v1/orders/{order['id']}/payments", "bank", paid)

    def _send(self) -> None:
        """Let messages wait that fit nobody."""
        at, facts = "2026-03-11T08:00:00+07:00", {"kind": "customs_entry", "result": "passed"}
        messages = [
            {
                "adapter": "customs",
                "source_reference": f"HQ-{number}",
                "occurred_at": at,
                "declaration_number": f"9{number}",
                **facts,
            }
            for number in range(10)
        ]
        path = "/v1/exchange/customs-tan-thanh/messages"
        said = self._say(path, "customs", {"messages": messages})["messages"]
        self.known.message += [one["message"]["id"] for one in said]

    def _say(self, path: str, who: str, body: Any) -> Mapping[str, Any]:
        headers = {"Idempotency-Key": f"{path} {body}".replace(" ", "")[:255]}
        answer = self.live.ask("POST", path, who, json=body, headers=headers)
        assert answer.is_success, answer.text
        said: Mapping[str, Any] = answer.json()
        return said
