"""Amending: the version one read, what may change and what may not, the place that is kept."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ciphers import Cipher
from app.core.config import Settings
from app.models import Entry, Event
from tests.api.conftest import Gate, consignment, found, goods, lorry


async def patch(
    gate: Gate, entry: dict[str, Any], if_match: str | None, who: str = "company-1", **changes: Any
) -> Any:
    headers = {} if if_match is None else {"If-Match": if_match}
    return await gate.ask("PATCH", f"/v1/entries/{entry['id']}", who, json=changes, headers=headers)


# --- the version one read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [
        pytest.param(None, 428, "if-match-missing", id="none"),
        pytest.param("*", 428, "if-match-missing", id="any"),
        pytest.param('"2"', 412, "stale-version", id="another"),
        pytest.param('W/"1"', 412, "stale-version", id="a weak one"),
        pytest.param('"first"', 412, "stale-version", id="no version at all"),
        pytest.param("2", 412, "stale-version", id="another, without quotes"),
    ],
)
async def test_a_change_names_the_version_it_was_made_on(
    gate: Gate, if_match: str | None, status: int, code: str
) -> None:
    entry = await gate.register()
    answer = await patch(gate, entry, if_match, client_reference="DN-7")
    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert (await gate.entry(entry))["client_reference"] is None


async def test_a_version_may_be_named_without_its_quotes(gate: Gate) -> None:
    entry = await gate.register()
    answer = await patch(gate, entry, "1", client_reference="DN-7")
    assert (200, '"2"') == (answer.status_code, answer.headers["ETag"])


async def test_the_tag_of_a_reading_is_a_version_too(gate: Gate) -> None:
    entry = await gate.register()
    tag = (await gate.get(f"/v1/entries/{entry['id']}", "company-1")).headers["ETag"]
    answer = await patch(gate, entry, tag, client_reference="DN-7")
    assert (200, '"2"', 2) == (
        answer.status_code, answer.headers["ETag"], answer.json()["version"],
    )  # fmt: skip
    again = await patch(gate, entry, tag, client_reference="DN-8")
    assert 412 == again.status_code


async def test_only_changes_of_declared_data_count(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    await gate.check(entry, "medical", "medical")
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", {"reason": "soi chiếu"})
    await gate.call(1)
    assert 1 == (await gate.entry(entry))["version"]
    same = await gate.amend(entry, vehicle={"payload_kg": 15000})
    assert 1 == same.json()["version"]
    assert 2 == (await gate.amend(entry, vehicle={"payload_kg": 15001})).json()["version"]
    assert 3 == (await gate.amend(entry, driver={"name": "Nguyễn Văn An"})).json()["version"]


@pytest.mark.parametrize(
    ("who", "status"), [("company-2", 404), ("officer-1", 403), ("customs", 403)]
)
async def test_only_the_declarant_amends(gate: Gate, who: str, status: int) -> None:
    entry = await gate.register()
    answer = await patch(gate, entry, '"1"', who, client_reference="DN-7")
    assert status == answer.status_code


async def test_an_entry_that_is_not_there_is_not_amended(gate: Gate) -> None:
    nobody = {"id": "00000000-0000-7000-8000-000000000000"}
    answer = await patch(gate, nobody, '"1"', client_reference="DN-7")
    assert (404, "entry-not-found") == (answer.status_code, answer.json()["code"])


async def test_what_has_ended_is_not_amended(gate: Gate) -> None:
    entry = await gate.register()
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    answer = await patch(gate, entry, '"1"', client_reference="DN-7")
    assert (409, "entry-ended") == (answer.status_code, answer.json()["code"])


# --- what may change, and what may not ----------------------------------------------------------

FREE = (
    pytest.param({"vehicle": {"payload_kg": 9000}}, id="payload"),
    pytest.param({"vehicle": {"own_weight_kg": 7000}}, id="own weight"),
    pytest.param({"consignments": [consignment(goods(gross_kg=6500))]}, id="weight"),
    pytest.param({"consignments": [consignment(goods(customs_value_vnd=1))]}, id="value"),
    pytest.param({"consignments": [consignment(goods(name="vải"), goods())]}, id="goods"),
    pytest.param({"documents": {"growing_area_code": "VN-LSOR-0001"}}, id="papers"),
    pytest.param({"payer": {"name": "Công ty B", "tax_code": "0100109106"}}, id="payer"),
    pytest.param({"client_reference": "DN-7"}, id="own reference"),
    pytest.param({"planned_arrival_at": "2026-03-12T10:00:00+07:00"}, id="planned arrival"),
    pytest.param({"driver": {"name": "Nguyễn Văn An"}}, id="driver"),
)

FIXED = (
    pytest.param({"gate": "huu-nghi"}, "/gate", id="gate"),
    pytest.param({"gate": None}, "/gate", id="no gate"),
    pytest.param({"direction": "import"}, "/direction", id="direction"),
    pytest.param({"journey": "transshipment"}, "/journey", id="journey"),
    pytest.param({"journey": None}, "/journey", id="no journey"),
    pytest.param(
        {"receiving_vehicles": [{"payload_kg": 1}]}, "/receiving_vehicles", id="receiving vehicles"
    ),
    pytest.param(
        {"vehicle": {"tractor_plate": "15C-000.02"}}, "/vehicle/tractor_plate", id="tractor"
    ),
    pytest.param(
        {"vehicle": {"trailer_plate": "15R-00001"}}, "/vehicle/trailer_plate", id="trailer"
    ),
    pytest.param({"vehicle": {"country": "CN"}}, "/vehicle/country", id="country"),
    pytest.param({"vehicle": {"unit_id": "AGV-1"}}, "/vehicle/unit_id", id="unit"),
    pytest.param(
        {"vehicle": {"containers": [{"number": "CSQU3054383"}]}}, "/vehicle/containers",
        id="container",
    ),
    pytest.param({"vehicle": {"seal_numbers": ["S1"]}}, "/vehicle/seal_numbers", id="seal"),
    pytest.param({"vehicle": None}, "/vehicle/tractor_plate", id="no vehicle"),
    pytest.param(
        {"consignments": [consignment(declaration_number="300000000002")]},
        "/consignments/0/declaration_number", id="declaration number once given",
    ),
    pytest.param(
        {"consignments": [consignment(declaration_number=None)]},
        "/consignments/0/declaration_number", id="declaration number taken away",
    ),
    pytest.param(
        {"consignments": [consignment(), consignment(declaration_number="300000000002")]},
        "/consignments", id="another declaration",
    ),
    pytest.param({"consignments": None}, "/consignments", id="no goods any more"),
)  # fmt: skip


@pytest.mark.parametrize("change", FREE)
async def test_what_does_not_bind_the_place_changes_freely(
    gate: Gate, change: dict[str, Any]
) -> None:
    entry = await gate.register(**lorry(1))
    answer = await gate.amend(entry, **change)
    assert (200, 2) == (answer.status_code, answer.json()["version"])


@pytest.mark.parametrize(("change", "pointer"), FIXED)
async def test_what_binds_the_place_is_refused_by_name(
    gate: Gate, change: dict[str, Any], pointer: str
) -> None:
    entry = await gate.register(**lorry(1))
    answer = await gate.amend(entry, **change)
    assert (422, "not-amendable") == (answer.status_code, answer.json()["code"])
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert (await gate.entry(entry))["declared"] == entry["declared"]


async def test_everything_that_may_not_change_is_named_at_once(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    answer = await gate.amend(entry, gate="huu-nghi", vehicle={"seal_numbers": ["S1"]})
    assert ["/gate", "/vehicle/seal_numbers"] == [
        error["pointer"] for error in answer.json()["errors"]
    ]


async def test_saying_again_what_binds_the_place_is_no_change(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    answer = await gate.amend(entry, gate="tan-thanh", vehicle={"trailer_plate": None})
    assert (200, 1) == (answer.status_code, answer.json()["version"])


async def test_a_declaration_number_that_was_missing_is_added(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, consignments=[consignment(declaration_number=None)]))
    assert [("declaration-number-missing", "/consignments/0/declaration_number")] == found(
        entry, "warning"
    )
    amended = (await gate.amend(entry, consignments=[consignment()])).json()
    assert [] == amended["findings"]
    query = {"declaration_number": "300000000001"}
    listed = await gate.get("/v1/entries", "yard", params=query)
    assert [entry["id"]] == [item["id"] for item in listed.json()["items"]]


async def test_a_field_left_out_stays_and_null_takes_it_away(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, payer={"name": "B", "tax_code": "0100109106"}))
    kept = (await gate.amend(entry, payer={"address": "Lạng Sơn"})).json()["declared"]["payer"]
    assert {"name": "B", "tax_code": "0100109106", "address": "Lạng Sơn"} == kept
    less = (await gate.amend(entry, payer={"tax_code": None})).json()["declared"]["payer"]
    assert {"name": "B", "address": "Lạng Sơn"} == less
    assert "payer" not in (await gate.amend(entry, payer=None)).json()["declared"]


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        pytest.param({}, "", "nothing-to-change", id="nothing"),
        pytest.param({"state": "crossed"}, "/state", "unknown-field", id="an unknown field"),
        pytest.param(
            {"consignments": [consignment(goods(goods_group="gold"))]},
            "/consignments/0/lines/0/goods_group", "unknown-code", id="an unknown code",
        ),
        pytest.param(
            {"vehicle": {"payload_kg": "9 t"}}, "/vehicle/payload_kg", "not-a-whole-number",
            id="text for a number",
        ),
    ],
)  # fmt: skip
async def test_a_malformed_change_is_refused(
    gate: Gate, change: dict[str, Any], pointer: str, rule: str
) -> None:
    entry = await gate.register(**lorry(1))
    answer = await gate.amend(entry, **change)
    assert (422, [(pointer, rule)]) == (
        answer.status_code, [(one["pointer"], one["rule"]) for one in answer.json()["errors"]],
    )  # fmt: skip


async def test_a_reference_of_ones_own_stays_unique(gate: Gate) -> None:
    await gate.register(**lorry(1, client_reference="DN-1"))
    entry = await gate.register(**lorry(2))
    await gate.move(entry)
    answer = await gate.amend(entry, client_reference="DN-1")
    assert (409, "client-reference-taken") == (answer.status_code, answer.json()["code"])


# --- judged and priced anew, the place kept -----------------------------------------------------


async def test_losing_a_condition_changes_the_lane_and_keeps_the_points(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    gate.wait(minutes=30)
    before = await gate.place(entry)
    assert ("green", 3600) == (before["lane"], before["points"])
    amended = (await gate.amend(entry, documents={"packing_house_code": None})).json()
    assert ("ordinary", "queued", ["GL-08"]) == (
        amended["lane"], amended["state"], [one["rule"] for one in amended["verdict"]["refused"]],
    )  # fmt: skip
    gate.wait(minutes=10)
    standing = await gate.place(entry)
    assert (4200, 2400) == (standing["points"], standing["open_wait_seconds"])
    change = standing["last_change"]
    assert ("lane.changed", ["GL-08"]) == (change["code"], [one["rule"] for one in change["rules"]])
    assert "green" in change["message"]


async def test_gaining_a_condition_counts_from_then_on(gate: Gate) -> None:
    entry = await gate.register(documents={"growing_area_code": "VN-TGOR-0095"})
    await gate.move(entry)
    gate.wait(minutes=30)
    papers = {
        "phytosanitary_certificate": {"number": "KD-1", "status": "issued"},
        "packing_house_code": "VN-TGPH-0012",
        "test_documents": ["auramine-o-test", "cadmium-test"],
    }
    assert "green" == (await gate.amend(entry, documents=papers)).json()["lane"]
    gate.wait(minutes=10)
    assert 1800 + 1200 == (await gate.place(entry))["points"]


async def test_the_place_is_kept(gate: Gate) -> None:
    first = await gate.register(**lorry(1))
    second = await gate.register(**lorry(2))
    for entry in (first, second):
        await gate.move(entry)
        gate.wait(minutes=1)
    await gate.amend(first, vehicle={"payload_kg": 9000}, driver={"name": "An"})
    places = [(await gate.place(entry))["place"] for entry in (first, second)]
    assert [1, 2] == places


async def test_one_that_is_unready_by_its_own_doing_stands_still(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    number = (await gate.move(entry))["call_number"]
    gate.wait(minutes=10)
    unready = (await gate.amend(entry, planned_arrival_at=None)).json()
    assert ("registered", True) == (unready["state"], unready["in_position"])
    assert (await gate.place(entry))["place"] is None
    gate.wait(minutes=60)
    again = (await gate.amend(entry, planned_arrival_at="2026-03-11T10:00:00+07:00")).json()
    assert ("queued", number) == (again["state"], again["call_number"])
    gate.wait(minutes=5)
    assert 15 * 60 == (await gate.place(entry))["points"]


async def test_a_new_price_supersedes_the_old_one_and_its_order(gate: Gate) -> None:
    entry = await gate.register()
    amended = (await gate.amend(entry, vehicle={"payload_kg": 20000})).json()
    assert (500_000, "amended") == (
        amended["charge"]["total"]["amount"], amended["charge"]["cause"],
    )  # fmt: skip
    assert [350_000] == [one["total"]["amount"] for one in amended["superseded_charges"]]
    assert [("superseded", 350_000), ("due", 500_000)] == [
        (order["state"], order["amount"]["amount"]) for order in amended["orders"]
    ]


async def test_a_price_that_stays_the_same_is_not_made_anew(gate: Gate) -> None:
    entry = await gate.register()
    amended = (await gate.amend(entry, vehicle={"payload_kg": 15001})).json()
    assert (entry["charge"]["id"], []) == (amended["charge"]["id"], amended["superseded_charges"])


async def test_the_difference_is_settled_by_an_order_of_its_own(gate: Gate) -> None:
    entry = await gate.register()
    await _pay(gate, entry, "B-1")
    dearer = (await gate.amend(entry, vehicle={"payload_kg": 20000})).json()
    assert [("paid", 350_000), ("due", 150_000)] == [
        (order["state"], order["amount"]["amount"]) for order in dearer["orders"]
    ]
    await _pay(gate, dearer, "B-2", number=1)
    cheaper = (await gate.amend(entry, vehicle={"payload_kg": 1000})).json()
    amounts = {name: amount["amount"] for name, amount in cheaper["balance"].items()}
    assert {"charged": 100_000, "paid": 500_000, "due": 0, "credit": 400_000} == amounts


async def _pay(gate: Gate, entry: dict[str, Any], source: str, number: int = 0) -> None:
    order = entry["orders"][number]
    body = {"amount": order["amount"], "source_reference": source}
    paid = await gate.post(f"/v1/orders/{order['id']}/payments", "bank", body, retry=source)
    assert 201 == paid.status_code, paid.text


async def test_after_arrival_the_law_of_the_day_of_arrival_still_prices(gate: Gate) -> None:
    gate.go_to("2025-05-07T10:00:00+07:00")
    entry = await gate.register(planned_arrival_at="2025-05-07T12:00:00+07:00")
    await gate.arrive(entry)
    gate.go_to("2025-05-08T10:00:00+07:00")
    amended = (await gate.amend(entry, planned_arrival_at="2025-05-09T12:00:00+07:00")).json()
    assert ("tariff-2019-01", "2025-05-07") == (
        amended["charge"]["tariff"], amended["charge"]["priced_on"],
    )  # fmt: skip


async def test_quarantines_word_on_the_certificate_is_not_amended(gate: Gate) -> None:
    entry = await gate.register()
    body = {"kind": "plant_quarantine", "result": "failed", "certificate": {"status": "rejected"}}
    await gate.post(f"/v1/entries/{entry['id']}/checks", "plant_quarantine", body)
    assert "ordinary" == (await gate.entry(entry))["lane"]
    for papers in ({"phytosanitary_certificate": {"status": "issued"}}, None):
        answer = await gate.amend(entry, documents=papers)
        assert (422, ["/documents/phytosanitary_certificate"]) == (
            answer.status_code, [error["pointer"] for error in answer.json()["errors"]],
        )  # fmt: skip
    other = await gate.amend(entry, documents={"growing_area_code": "VN-LSOR-0002"})
    assert 200 == other.status_code


# --- whoever drives is nobody's business --------------------------------------------------------

DRIVER = {"name": "Nguyễn Văn An", "document_number": "020099000417", "phone": "0912 345 678"}


async def _stored(session: AsyncSession, entry: dict[str, Any]) -> Entry:
    row = await session.get(Entry, UUID(entry["id"]), populate_existing=True)
    assert row is not None
    return row


async def test_a_driver_is_stored_encrypted_and_answered_masked(
    gate: Gate, session: AsyncSession, settings: Settings
) -> None:
    entry = await gate.register(driver=DRIVER)
    assert {"name": "N*** V*** A***", "document_number": "***417", "phone": "***678"} == (
        entry["driver"]
    )
    row = await _stored(session, entry)
    sealed = b"".join(filter(None, (row.driver_name, row.driver_document, row.driver_phone)))
    assert not any(text.encode() in sealed for text in DRIVER.values())
    cipher = Cipher(settings.encryption_keys, settings.pepper.get_secret_value())
    assert row.driver_name is not None
    assert "Nguyễn Văn An" == cipher.decrypt(row.driver_name)
    assert all(text not in str(row.declared) for text in DRIVER.values())


async def test_only_the_fields_of_a_driver_that_were_sent_change(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(driver=DRIVER)
    amended = (await gate.amend(entry, driver={"phone": "+84 987 654 321"})).json()
    assert {"name": "N*** V*** A***", "document_number": "***417", "phone": "***321"} == (
        amended["driver"]
    )
    await gate.amend(entry, driver={"document_number": None})
    row = await _stored(session, entry)
    assert (None, None) == (row.driver_document, row.driver_document_hash)
    gone = (await gate.amend(entry, driver=None)).json()["driver"]
    assert {None} == set(gone.values())


async def test_a_phone_is_found_however_it_was_written(gate: Gate, session: AsyncSession) -> None:
    first = await gate.register(**lorry(1, driver={"phone": "0912 345 678"}))
    second = await gate.register(**lorry(2, driver={"phone": "+84-912-345-678"}))
    hashes = {(await _stored(session, one)).driver_phone_hash for one in (first, second)}
    assert 1 == len(hashes)


async def test_events_name_what_changed_and_never_to_what(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(driver=DRIVER)
    await gate.amend(
        entry, driver={"phone": "0987654321"}, vehicle={"payload_kg": 9000}, client_reference="DN-7"
    )
    events = (await session.scalars(select(Event).order_by(Event.number))).all()
    amended = next(one for one in events if one.kind == "entry.amended")
    assert ["/client_reference", "/driver/phone", "/vehicle/payload_kg"] == (
        amended.data["pointers"]
    )
    told = " ".join(str(one.data) for one in events)
    secrets = (*DRIVER.values(), "0987654321", "12C00017", "durian", "DN-7", "Sandbox company")
    assert [] == [secret for secret in secrets if secret in told]


async def test_a_refusal_does_not_repeat_personal_data(gate: Gate) -> None:
    body = lorry(1, driver={"name": "An\u0007Secret", "phone": 912345678, "document_number": ""})
    answer = await gate.post("/v1/entries", "company-1", body)
    assert 422 == answer.status_code
    assert "Secret" not in answer.text
    assert "912345678" not in answer.text


async def test_a_warning_about_a_name_does_not_repeat_it(gate: Gate) -> None:
    entry = await gate.register(driver={"name": "Anh Ba 0912 345 678"})
    warning = next(one for one in entry["findings"] if one["rule"] == "phone-in-name")
    assert ("/driver/name", None) == (warning["pointer"], warning["value"])
    assert "0912" not in str(entry)
