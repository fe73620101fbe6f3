"""One entry's whole way through the gate."""

from tests.api.conftest import Gate

CHECKS = (
    ("customs_registration", "customs"),
    ("border_guard_entry", "border_guard"),
    ("customs_entry", "customs"),
    ("transport_licence", "transport"),
    ("medical", "medical"),
    ("plant_quarantine", "plant_quarantine"),
    ("customs_clearance", "customs"),
    ("yard_exit", "yard"),
    ("border_guard_exit", "border_guard"),
)


async def test_a_truck_registers_waits_is_called_arrives_is_checked_pays_and_crosses(
    gate: Gate,
) -> None:
    entry = await gate.register()
    at = f"/v1/entries/{entry['id']}"
    assert "green" == entry["verdict"]["lane"]
    assert {"amount": 350_000, "currency": "VND"} == entry["charge"]["total"]
    assert "come-into-position" == entry["next_steps"][0]["code"]

    gate.wait(minutes=5)
    moved = await gate.post(
        "/v1/yards/bao-nguyen/movements", "yard", {"reference": entry["reference"], "way": "in"}
    )
    assert ("queued", "TT-0001") == (moved.json()["state"], moved.json()["call_number"])

    gate.wait(minutes=30)
    calls = await gate.post(
        "/v1/gates/tan-thanh/queues/export/calls", "officer-1", {"count": 3}, retry="calls-1"
    )
    call = calls.json()["calls"][0]
    assert (1800, 3600) == (call["open_wait_seconds"], call["points"])

    arrived = await gate.post(
        "/v1/arrivals",
        "border_guard",
        {"gate": "tan-thanh", "plate": "12c 00017", "direction": "export"},
    )
    assert ("arrived", []) == (arrived.json()["state"], arrived.json()["exceptions"])

    for kind, agency in CHECKS:
        check = await gate.post(f"{at}/checks", agency, {"kind": kind, "result": "passed"})
        assert 201 == check.status_code, check.text
    assert "in_gate" == (await gate.post(f"{at}/admission", "border_guard")).json()["state"]

    refused = await gate.post(f"{at}/release", "officer-1")
    assert ["order-unpaid"] == [error["rule"] for error in refused.json()["errors"]]

    order = entry["orders"][0]
    paid = await gate.post(
        f"/v1/orders/{order['id']}/payments",
        "bank",
        {"amount": order["amount"], "source_reference": "B-1"},
        retry="pay-1",
    )
    assert "paid" == paid.json()["order_state"]
    assert "released" == (await gate.post(f"{at}/release", "officer-1")).json()["state"]
    assert "crossed" == (await gate.post(f"{at}/exit", "border_guard")).json()["state"]
    assert [] == (await gate.get(at, "company-1")).json()["next_steps"]
