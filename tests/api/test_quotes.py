"""Prices without registering: every golden row, many vehicles at once, and what is refused."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.api.schemas.quotes import EXAMPLE, QuotesOut
from app.domain.charges import Tariffs, parse_edition, parse_force
from tests.api.conftest import Gate
from tests.domain.reference import copy_of, reference, vectors

ROWS = vectors("priced-entries")
PRICED = [row for row in ROWS if row["expected_outcome"] == "priced"]
REFUSED = [row for row in ROWS if row["expected_outcome"] == "refused"]
PATH = "/v1/fees/quotes"


def whole(cell: str) -> int | None:
    return int(cell) if cell else None


def vehicle_of(row: dict[str, str]) -> dict[str, Any]:
    return {
        "gate": row["gate_code"],
        "direction": row["direction"],
        "journey": row["journey"],
        "goods": json.loads(row["goods"]),
        "payload_kg": whole(row["payload_kg"]),
        "container_length_ft": whole(row["container_length_ft"]),
        "receiving_vehicles": json.loads(row["receiving_vehicles"]),
    }


def asked(row: dict[str, str]) -> dict[str, Any]:
    return {"on": row["on_date"], "vehicles": [vehicle_of(row)]}


def truck(**changes: Any) -> dict[str, Any]:
    return {
        "gate": "tan-thanh",
        "direction": "import",
        "goods": [{"goods_group": "ordinary"}],
        "payload_kg": 8000,
        **changes,
    }


def vnd(amount: str | int) -> dict[str, Any]:
    return {"amount": int(amount), "currency": "VND"}


def line_of(line: dict[str, Any]) -> dict[str, Any]:
    """Return an answered line as the golden rows write it."""
    return {
        "vehicle": line["vehicle"],
        "order_kind": line["order_kind"],
        "vehicle_class": line["vehicle_class"],
        "goods_group": line["goods_group"],
        "cell_vnd": line["cell"]["value"],
        "multiplier_basis_points": line["multiplier_basis_points"]["value"],
        "share_basis_points": line["share_basis_points"]["value"],
        "amount_vnd": line["amount"]["amount"],
    }


@pytest.mark.parametrize("row", PRICED, ids=lambda row: row["id"])
async def test_every_golden_price_is_answered_with_its_lines(
    gate: Gate, row: dict[str, str]
) -> None:
    answer = await gate.post(PATH, body=asked(row))

    assert 200 == answer.status_code, answer.text
    found = answer.json()
    quote = found["quotes"][0]
    assert row["expected_tariff"] == found["tariff"]
    assert row["expected_goods_group"] == quote["goods_group"]
    assert row["expected_vehicle_class"] == quote["vehicle_class"]
    assert json.loads(row["expected_lines"]) == [line_of(line) for line in quote["lines"]]
    amounts = {one["order_kind"]: one["amount"] for one in quote["amounts"]}
    assert {
        "infrastructure": vnd(row["expected_infrastructure_vnd"]),
        "transfer": vnd(row["expected_transfer_vnd"]),
    } == amounts
    assert vnd(row["expected_total_vnd"]) == quote["total"] == found["total"]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["id"])
async def test_every_golden_refusal_is_a_problem_with_its_code(
    gate: Gate, row: dict[str, str]
) -> None:
    answer = await gate.post(PATH, body=asked(row))

    assert 422 == answer.status_code
    assert row["expected_refusal"] == answer.json()["code"]
    assert row["expected_refusal"] in {error["rule"] for error in answer.json()["errors"]}


async def test_all_golden_prices_of_a_day_come_in_one_call(gate: Gate) -> None:
    rows = [row for row in PRICED if row["on_date"] == "2025-06-10"]

    answer = await gate.post(
        PATH, body={"on": "2025-06-10", "vehicles": [vehicle_of(row) for row in rows]}
    )

    found = answer.json()
    assert [vnd(row["expected_total_vnd"]) for row in rows] == [
        quote["total"] for quote in found["quotes"]
    ]
    assert vnd(sum(int(row["expected_total_vnd"]) for row in rows)) == found["total"]


async def test_every_number_of_a_line_says_what_it_rests_on(gate: Gate) -> None:
    ours = (await gate.post(PATH, body=asked(PRICED[5]))).json()["quotes"][0]["lines"][0]
    seen = (await gate.post(PATH, body=asked(PRICED[0]))).json()["quotes"][0]["lines"][0]

    parts = ("cell", "multiplier_basis_points", "share_basis_points")
    assert all(line[part]["source"] for line in (ours, seen) for part in parts)
    assert ["provisional", "provisional", "observed"] == [ours[part]["basis"] for part in parts]
    assert ("tariff-2025-09", "provisional", True) == (
        ours["tariff"], ours["basis"], ours["provisional"],
    )  # fmt: skip
    assert ("observed", False) == (seen["basis"], seen["provisional"])


async def test_how_class_and_group_were_chosen_has_a_basis_of_its_own(gate: Gate) -> None:
    mixed = next(row for row in PRICED if row["id"] == "PE-16")

    quote = (await gate.post(PATH, body=asked(mixed))).json()["quotes"][0]

    assert "provisional" == quote["vehicle_class_basis"]["basis"]
    assert quote["goods_group_basis"]["source"]
    plain = (await gate.post(PATH, body={"vehicles": [truck()]})).json()["quotes"][0]
    assert plain["goods_group_basis"] is None


async def test_without_a_day_today_is_priced(gate: Gate) -> None:
    found = (await gate.post(PATH, body={"vehicles": [truck()]})).json()

    assert ("2026-03-11", None, "tariff-2025-09") == (
        found["on"], found["known_on"], found["tariff"],
    )  # fmt: skip


async def test_a_past_day_is_priced_by_what_was_known_then(gate: Gate) -> None:
    body = {"on": "2025-06-10", "vehicles": [truck()]}

    now = (await gate.post(PATH, body=body)).json()
    then = (await gate.post(PATH, body={**body, "known_on": "2025-04-01"})).json()

    assert ("tariff-2025-09", "tariff-2019-01") == (now["tariff"], then["tariff"])
    assert "2025-04-01" == then["known_on"]


async def test_a_price_is_asked_again_by_the_knowledge_that_its_answer_has(gate: Gate) -> None:
    body = {"on": "2025-06-10", "vehicles": [truck()]}
    first = (await gate.post(PATH, body={**body, "known_on": "2025-04-01"})).json()

    again = (await gate.post(PATH, body={**body, "known_at": first["known_at"]})).json()

    assert "2025-04-01T23:59:59+07:00" == first["known_at"] == again["known_at"]
    assert "tariff-2019-01" == again["tariff"]
    newest = (await gate.post(PATH, body=body)).json()
    assert "2025-04-28T00:00:00+07:00" == newest["known_at"]


async def test_a_price_is_asked_by_one_knowledge_only(gate: Gate) -> None:
    known = {"known_on": "2025-04-01", "known_at": "2025-04-01T08:00:00+07:00"}

    answer = await gate.post(PATH, body={"vehicles": [truck()], **known})

    assert (422, [("", "one-knowledge")]) == (
        answer.status_code,
        [(error["pointer"], error["rule"]) for error in answer.json()["errors"]],
    )


async def test_a_day_before_any_tariff_is_refused_in_the_readers_language(gate: Gate) -> None:
    body = {"on": "2001-01-01", "vehicles": [truck()]}

    answer = await gate.ask("POST", PATH, json=body, headers={"Accept-Language": "zh"})

    problem = answer.json()
    assert (422, "no-tariff-in-force") == (answer.status_code, problem["code"])
    assert "该日没有生效的收费标准。" == problem["detail"]
    assert [("/on", "no-tariff-in-force", "2001-01-01")] == [
        (error["pointer"], error["rule"], error["value"]) for error in problem["errors"]
    ]


async def test_labels_come_in_the_language_of_the_request(gate: Gate) -> None:
    body = {"vehicles": [truck()]}

    answers = {
        language: await gate.ask("POST", PATH, json=body, headers={"Accept-Language": language})
        for language in ("vi", "en", "zh")
    }

    labels = {
        language: answer.json()["quotes"][0]["amounts"][1]["label"]
        for language, answer in answers.items()
    }
    assert {
        "vi": "Phí sang tải, chuyển tải",
        "en": "Transfer (transshipment) fee",
        "zh": "换装费",
    } == labels


async def test_one_refused_vehicle_of_several_leaves_nothing_priced(gate: Gate) -> None:
    several = [
        truck(),
        truck(payload_kg=None),
        truck(receiving_vehicles=[{"payload_kg": 9000}, {}]),
        truck(gate="dong-dang-rail"),
        truck(
            direction="export",
            goods=[
                {"goods_group": "ordinary", "customs_value_vnd": 5},
                {"goods_group": "fresh-produce-export"},
            ],
        ),
    ]

    answer = await gate.post(PATH, body={"vehicles": several})

    problem = answer.json()
    assert (422, "vehicle-class-unknown") == (answer.status_code, problem["code"])
    assert [
        ("/vehicles/1", "vehicle-class-unknown"),
        ("/vehicles/2/receiving_vehicles/1", "vehicle-class-unknown"),
        ("/vehicles/2/receiving_vehicles", "receiving-vehicle-not-for-journey"),
        ("/vehicles/3/gate", "mode-not-in-tariff"),
        ("/vehicles/4/goods/1/customs_value_vnd", "declared-value-missing"),
    ] == [(error["pointer"], error["rule"]) for error in problem["errors"]]


async def test_unknown_codes_are_all_named_before_anything_is_priced(gate: Gate) -> None:
    several = [truck(gate="huu-ngi"), truck(goods=[{"goods_group": "gold"}]), truck()]

    problem = (await gate.post(PATH, body={"vehicles": several})).json()

    assert "unknown-code" == problem["code"]
    assert [("/vehicles/0/gate", "huu-ngi"), ("/vehicles/1/goods/0/goods_group", "gold")] == [
        (error["pointer"], error["value"]) for error in problem["errors"]
    ]


async def test_a_goods_group_of_the_other_direction_is_refused(gate: Gate) -> None:
    odd = truck(goods=[{"goods_group": "fresh-produce-export"}])

    problem = (await gate.post(PATH, body={"vehicles": [odd]})).json()

    assert "goods-group-not-for-direction" == problem["code"]
    assert "/vehicles/0/goods/0/goods_group" == problem["errors"][0]["pointer"]


async def test_a_vehicle_without_goods_is_empty(gate: Gate) -> None:
    quote = (await gate.post(PATH, body={"vehicles": [truck(goods=[])]})).json()["quotes"][0]

    assert "empty" == quote["goods_group"]


async def test_an_empty_vehicle_that_the_tariff_refuses_is_pointed_at_its_goods(
    gate: Gate,
) -> None:
    document = copy_of(reference("tariff-2025-09"))
    row = next(row for row in document["goods_groups"] if row["code"] == "empty")
    row["directions"] = ["export"]
    process = gate.app.state.process
    tariffs = Tariffs([parse_edition(document)], parse_force(document))
    process.reference = replace(await process.reference_at(None), tariffs=tariffs)

    problem = (await gate.post(PATH, body={"vehicles": [truck(goods=[])]})).json()

    assert [("/vehicles/0/goods", "goods-group-not-for-direction", "empty")] == [
        (error["pointer"], error["rule"], error["value"]) for error in problem["errors"]
    ]


async def test_the_example_of_the_document_is_priced(gate: Gate) -> None:
    answer = await gate.post(PATH, body=EXAMPLE)

    assert (200, 2) == (answer.status_code, len(answer.json()["quotes"]))


async def test_refusals_of_a_hundred_vehicles_are_told_up_to_a_hundred(gate: Gate) -> None:
    odd = truck(payload_kg=None, receiving_vehicles=[{}])

    answer = await gate.post(PATH, body={"vehicles": [odd] * 100})

    assert (422, 100) == (answer.status_code, len(answer.json()["errors"]))


@pytest.mark.parametrize(
    ("vehicles", "pointer", "rule"),
    [
        pytest.param([], "/vehicles", "too-few", id="none"),
        pytest.param([truck()] * 101, "/vehicles", "too-many", id="more than a hundred"),
        pytest.param(
            [truck(payload_kg=10**30)], "/vehicles/0/payload_kg", "too-large", id="huge weight"
        ),
        pytest.param(
            [truck(payload_kg=8000.0)], "/vehicles/0/payload_kg", "not-a-whole-number", id="float"
        ),
        pytest.param(
            [truck(container_length_ft=0)],
            "/vehicles/0/container_length_ft",
            "too-small",
            id="0 ft",
        ),
        pytest.param(
            [truck(goods=[{"goods_group": "ordinary", "customs_value_vnd": 2**63}])],
            "/vehicles/0/goods/0/customs_value_vnd",
            "too-large",
            id="huge value",
        ),
        pytest.param(
            [truck(direction="sideways")], "/vehicles/0/direction", "not-known", id="no direction"
        ),
        pytest.param([truck(journey="boat")], "/vehicles/0/journey", "not-known", id="no journey"),
        pytest.param([truck(plate="1")], "/vehicles/0/plate", "unknown-field", id="unknown field"),
    ],
)
async def test_bad_input_names_the_field_and_the_rule(
    gate: Gate, vehicles: list[dict[str, Any]], pointer: str, rule: str
) -> None:
    answer = await gate.post(PATH, body={"vehicles": vehicles})

    assert 422 == answer.status_code
    assert (pointer, rule) == (
        answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["rule"],
    )  # fmt: skip


@pytest.mark.parametrize("on", ["1989-12-31", "2200-01-01", "2025-02-30", "20250210", 20250210])
async def test_a_day_that_is_none_names_the_rule(gate: Gate, on: object) -> None:
    answer = await gate.post(PATH, body={"on": on, "vehicles": [truck()]})

    assert (422, "/on") == (answer.status_code, answer.json()["errors"][0]["pointer"])


@pytest.mark.parametrize("row", PRICED, ids=lambda row: row["id"])
async def test_every_answer_is_exactly_as_its_schema_says(gate: Gate, row: dict[str, str]) -> None:
    answer = await gate.post(PATH, body=asked(row))

    assert QuotesOut.model_validate_json(answer.content).model_dump(mode="json") == answer.json()
