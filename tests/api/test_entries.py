"""Registering and reading: one answer with everything, the many kinds of vehicles."""

from tests.api.conftest import Gate, consignment, lorry, truck, vehicle


async def test_one_answer_has_findings_verdict_price_link_and_what_to_do_next(gate: Gate) -> None:
    answer = await gate.post("/v1/entries", "company-1", truck(client_reference="DN-1"))
    entry = answer.json()
    assert (201, f"/v1/entries/{entry['id']}") == (answer.status_code, answer.headers["Location"])
    assert ("registered", 1, True, "DN-1") == (
        entry["state"], entry["version"], entry["ready"], entry["client_reference"],
    )  # fmt: skip
    assert ([], "green", True) == (entry["findings"], entry["lane"], entry["verdict"]["eligible"])
    assert entry["verdict"]["provisional"]
    assert (350_000, "registered") == (entry["charge"]["total"]["amount"], entry["charge"]["cause"])
    assert ("due", "infrastructure") == (entry["orders"][0]["state"], entry["orders"][0]["kind"])
    assert "come-into-position" == entry["next_steps"][0]["code"]
    assert entry["tracking"]["url"].endswith(f"/v1/tracking/{entry['tracking']['token']}")
    assert entry["place"] is None


async def test_a_charge_says_how_every_number_was_found(gate: Gate) -> None:
    charge = (await gate.register())["charge"]
    line = charge["lines"][0]
    assert ("tariff-2025-09", False, "2026-03-11", "2025-04-28T00:00:00+07:00") == (
        charge["tariff"], charge["official"], charge["priced_on"], charge["known_at"],
    )  # fmt: skip
    assert (350_000, 10_000, 10_000) == (
        line["cell"]["value"],
        line["multiplier_basis_points"]["value"],
        line["share_basis_points"]["value"],
    )
    assert charge["vehicle_class_basis"]["source"]
    assert charge["goods_group_basis"] is None


async def test_what_is_still_owed_is_one_look(gate: Gate) -> None:
    entry = await gate.register()
    amounts = {name: amount["amount"] for name, amount in entry["balance"].items()}
    assert {"charged": 350_000, "paid": 0, "due": 350_000, "credit": 0} == amounts


async def test_a_vehicle_that_nobody_drives_has_a_unit_id_for_a_plate(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, vehicle={"unit_id": "AGV-0017", "payload_kg": 8000}))
    assert [] == entry["findings"]
    body = {"plate": "agv 0017", "direction": "export", "way": "in"}
    seen = await gate.post("/v1/yards/bao-nguyen/movements", "yard", body)
    assert (entry["id"], "queued") == (seen.json()["entry"], seen.json()["state"])


async def test_an_empty_vehicle_is_an_entry_without_consignment_and_pays_nothing(
    gate: Gate,
) -> None:
    entry = await gate.register(**lorry(1, consignments=[]))
    assert (0, [], "empty") == (
        entry["charge"]["total"]["amount"], entry["orders"], entry["charge"]["goods_group"],
    )  # fmt: skip
    assert ("ordinary", ["GL-03", "GL-04", "GL-06", "GL-10"]) == (
        entry["lane"], [one["rule"] for one in entry["verdict"]["refused"]],
    )  # fmt: skip
    needed = {one["facts"].get("check") for one in entry["next_steps"]}
    assert not {"customs_registration", "customs_clearance", "plant_quarantine"} & needed


async def test_transshipment_makes_two_orders(gate: Gate) -> None:
    entry = await gate.register(
        **lorry(
            1,
            gate="huu-nghi",
            direction="import",
            journey="transshipment",
            vehicle={"tractor_plate": "桂F12345", "country": "CN", "payload_kg": 8000},
            receiving_vehicles=[
                {"tractor_plate": "12C-000.17", "payload_kg": 8000},
                {"tractor_plate": "12C-000.18", "payload_kg": 8000},
            ],
            consignments=[consignment(regime="C11", declaration_number="100000000001")],
        )
    )
    amounts = {order["kind"]: order["amount"]["amount"] for order in entry["orders"]}
    assert {"infrastructure": 600_000, "transfer": 90_000} == amounts
    assert ["declared", "receiving-1", "receiving-2"] == [
        line["vehicle"] for line in entry["charge"]["lines"]
    ]
    assert ["regime-does-not-fit-goods-group"] == [one["rule"] for one in entry["findings"]]
    assert "transshipment" in {one["facts"].get("check") for one in entry["next_steps"]}


async def test_two_containers_of_20_feet_make_the_top_class(gate: Gate) -> None:
    boxes = [
        {"number": "CSQU3054383", "length_ft": 20},
        {"number": "CBHU3202732", "length_ft": 20},
    ]
    entry = await gate.register(**lorry(1, vehicle=vehicle(containers=boxes)))
    assert ("18t-and-over", 800_000) == (
        entry["charge"]["vehicle_class"], entry["charge"]["total"]["amount"],
    )  # fmt: skip


async def test_a_retry_repeats_the_words_that_came_whatever_they_are(gate: Gate) -> None:
    declared = truck(client_reference="{tracking-token}")
    first = await gate.post("/v1/entries", "company-1", declared, retry="1")
    again = await gate.post("/v1/entries", "company-1", declared, retry="1")
    assert ("{tracking-token}", "true") == (
        first.json()["client_reference"], again.headers["Idempotency-Replayed"],
    )  # fmt: skip
    assert first.json() == again.json()
