"""Trucks on their way, put where a test wants them by the API, as its clients do."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

from tests.api.conftest import consignment, goods, lorry, truck
from tests.live import Live

Entry = dict[str, Any]
EXPORT = "/v1/gates/tan-thanh/queues/export"
MOST_CALLS = 40
DRIVER = {"name": "Nguyễn Văn An", "document_number": "020099000417", "phone": "0912345678"}


@dataclass
class Road:
    """The way through Tân Thanh of a live sandbox; each vehicle has a plate of its own."""

    gate: Live

    def __post_init__(self) -> None:
        """Count vehicles from the first."""
        self._numbers = count(100)

    def do(self, method: str, path: str, who: str | None, body: Any = None, **more: Any) -> Any:
        """Do something as one of the sandbox's names and return the answer."""
        headers = {"Idempotency-Key": uuid4().hex, **more.pop("headers", {})}
        answer = self.gate.ask(method, path, who, json=body, headers=headers, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def register(self, *, fruit: bool = False, **changes: Any) -> Entry:
        """Register a lorry of ordinary goods, or a truck of durian."""
        body = lorry(next(self._numbers), driver=DRIVER, **changes)
        if fruit:
            body = truck(**{**changes, "vehicle": {**body["vehicle"], "payload_kg": 15000}})
        entry: Entry = self.do("POST", "/v1/entries", "company-1", body)
        return entry

    def transship(self) -> Entry:
        """Register an import whose goods two vehicles take over: several orders are due."""
        receiving = [
            {"tractor_plate": f"15C-{next(self._numbers):05}", "payload_kg": 8000} for _ in range(2)
        ]
        line = consignment(goods(), declaration_number=f"1000000{next(self._numbers):05}")
        vehicle = {"tractor_plate": f"桂F12{next(self._numbers)}", "country": "CN"}
        return self.register(
            direction="import", journey="transshipment", consignments=[line],
            vehicle={**vehicle, "payload_kg": 8000}, receiving_vehicles=receiving,
        )  # fmt: skip

    def move(self, entry: Entry, way: str = "in") -> None:
        """Let a yard see the vehicle."""
        body = {"reference": entry["reference"], "way": way}
        self.do("POST", "/v1/yards/bao-nguyen/movements", "yard", body)

    def waiting(self, **changes: Any) -> Entry:
        """Return an entry that waits to be called."""
        entry = self.register(**changes)
        self.move(entry)
        return entry

    def call_up_to(self, entry: Entry) -> None:
        """Call until it is this one's turn."""
        for _ in range(MOST_CALLS):
            (one,) = self.do("POST", f"{EXPORT}/calls", "officer-1", {"count": 1})["calls"]
            if one["entry"] == entry["id"]:
                return
        raise AssertionError(entry["reference"])

    def called(self, **changes: Any) -> Entry:
        """Return an entry that is called; everybody before it is called too."""
        entry = self.waiting(**changes)
        self.call_up_to(entry)
        return entry

    def arrive(self, entry: Entry) -> None:
        """Let the guard see the vehicle at the gate."""
        body = {"gate": entry["gate"], "reference": entry["reference"]}
        self.do("POST", "/v1/arrivals", "border_guard", body)

    def admit(self, entry: Entry) -> None:
        """Let the vehicle into the gate."""
        self.do("POST", f"/v1/entries/{entry['id']}/admission", "border_guard", {})

    def pay(self, entry: Entry) -> None:
        """Pay what is due by the bank."""
        for order in self.do("GET", f"/v1/entries/{entry['id']}", "officer-1")["orders"]:
            if order["state"] == "due":
                body = {"amount": order["amount"], "source_reference": f"FT-{order['code']}"}
                self.do("POST", f"/v1/orders/{order['id']}/payments", "bank", body)

    def hold(self, entry: Entry, reason: str = "soi chiếu") -> None:
        """Let customs stop the vehicle."""
        self.do("POST", f"/v1/entries/{entry['id']}/holds", "customs", {"reason": reason})


def page_of(entry: Entry) -> str:
    """Return the path of a driver's page."""
    return f"/d/{entry['tracking']['token']}"
