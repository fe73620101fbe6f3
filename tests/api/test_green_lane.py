"""Verdicts without registering: every golden row, each rule explained; rules and produce."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.api.schemas.green_lane import EXAMPLE
from app.domain.charges import Tariffs
from tests.api.conftest import NINE, Gate
from tests.domain.reference import LANE_ROWS, vectors

ROWS = vectors("verdicts")
PATH = "/v1/green-lane/verdicts"


def listed(cell: str) -> list[str]:
    return cell.split(";") if cell else []


def asked(row: dict[str, str]) -> dict[str, Any]:
    certificate = {
        "number": row["phytosanitary_certificate_no"] or None,
        "status": row["phytosanitary_status"] or None,
    }
    return {
        "on": row["on_date"],
        "gate": row["gate_code"],
        "direction": row["direction"],
        "goods": [
            {"goods_group": row["goods_group"], "product": product}
            for product in listed(row["product_codes"])
        ],
        "documents": {
            "phytosanitary_certificate": certificate,
            "growing_area_code": row["growing_area_code"] or None,
            "packing_house_code": row["packing_house_code"] or None,
            "test_documents": listed(row["test_documents"]),
        },
        "customs_declaration_number": row["customs_declaration_no"] or None,
        "declared_at": row["declared_at"] or None,
        "presence_at": row["arrived_at"] or None,
        "open_discrepancies": listed(row["open_discrepancies"]),
    }


def lychee(**changes: Any) -> dict[str, Any]:
    return {**asked(ROWS[0]), **changes}


def lane_of(verdict: dict[str, Any], admitted_today: int) -> str:
    """Return the lane that follows, once so many were admitted to the season that day."""
    season = verdict["season"]
    has_place = season and admitted_today < season["daily_allotment"]
    return str(season["lane"] if has_place else verdict["lane"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
async def test_every_golden_verdict_is_answered(gate: Gate, row: dict[str, str]) -> None:
    answer = await gate.post(PATH, body=asked(row))

    assert 200 == answer.status_code, answer.text
    verdict = answer.json()
    assert listed(row["expected_reasons"]) == verdict["refused"]
    assert (row["expected_eligible"] == "true") is verdict["eligible"]
    assert (row["expected_conditional"] == "true") is verdict["conditional"]
    assert row["expected_lane"] == lane_of(verdict, int(row["season_admitted_today"]))


async def test_every_rule_says_what_it_asks_and_the_refused_ones_why(gate: Gate) -> None:
    row = next(row for row in ROWS if row["id"] == "VE-27")

    verdict = (await gate.post(PATH, body=asked(row))).json()

    rules = {rule["code"]: rule for rule in verdict["rules"]}
    assert sorted(rules) == list(rules)
    assert ["GL-06", "GL-11", "GL-13"] == [
        code for code, rule in rules.items() if not rule["passed"]
    ]
    assert all(rule["sentence"] and rule["source"] and rule["basis"] for rule in rules.values())
    assert "The vehicle arrived before the entry was declared." == rules["GL-11"]["refusal"]
    assert rules["GL-01"]["refusal"] is None


async def test_sentences_come_in_the_language_of_the_request(gate: Gate) -> None:
    answer = await gate.ask("POST", PATH, json=lychee(), headers={"Accept-Language": "zh"})

    assert "车辆为出口方向。" == answer.json()["rules"][0]["sentence"]


async def test_a_season_tells_its_window_and_its_places(gate: Gate) -> None:
    season = (await gate.post(PATH, body=lychee())).json()["season"]

    assert ("lychee", "tan-thanh", "green-season") == (
        season["product"], season["gate"], season["lane"],
    )  # fmt: skip
    assert ("05-20", "07-31", 200) == (
        season["first_day"], season["last_day"], season["daily_allotment"],
    )  # fmt: skip
    assert season["allotment_basis"]["source"]


async def test_out_of_season_there_is_none(gate: Gate) -> None:
    assert (await gate.post(PATH, body=lychee(on="2025-08-01"))).json()["season"] is None


async def test_without_a_day_that_of_presence_is_judged(gate: Gate) -> None:
    # 20:00 in UTC is the next legal day at the gate.
    body = lychee(on=None, presence_at="2025-06-10T20:00:00Z")

    assert "2025-06-11" == (await gate.post(PATH, body=body)).json()["on"]


async def test_without_day_and_presence_today_is_judged(gate: Gate) -> None:
    verdict = (await gate.post(PATH, body=lychee(on=None, presence_at=None))).json()

    assert NINE.date().isoformat() == verdict["on"]


async def test_a_day_before_the_first_rule_has_no_green_lane(gate: Gate) -> None:
    verdict = (await gate.post(PATH, body=lychee(on="2022-02-20"))).json()

    assert (False, "ordinary", []) == (verdict["eligible"], verdict["lane"], verdict["rules"])


async def test_the_hs_code_tells_the_product_as_for_an_entry(gate: Gate) -> None:
    goods = [{"goods_group": "fresh-produce-export", "hs_code": "0810.60.00"}]

    verdict = (await gate.post(PATH, body=lychee(goods=goods))).json()

    assert ["GL-09"] == verdict["refused"]  # durian needs its tests


async def test_an_empty_vehicle_is_refused_by_the_rules_and_is_no_error(gate: Gate) -> None:
    answer = await gate.post(PATH, body={"gate": "tan-thanh", "direction": "export"})

    assert 200 == answer.status_code
    assert {"GL-03", "GL-04"} <= set(answer.json()["refused"])


async def test_an_entry_is_judged_as_it_was_judged_without_registering(gate: Gate) -> None:
    entry = await gate.register()
    declared = entry["declared"]
    consignment = declared["consignments"][0]
    line = consignment["lines"][0]
    body = {
        "gate": declared["gate"],
        "direction": declared["direction"],
        "on": entry["verdict"]["on"],
        "goods": [{name: line[name] for name in ("goods_group", "product", "hs_code")}],
        "documents": declared["documents"],
        "customs_declaration_number": consignment["declaration_number"],
    }

    verdict = (await gate.post(PATH, body=body)).json()

    assert entry["verdict"]["considered"] == [rule["code"] for rule in verdict["rules"]]
    same = ("eligible", "lane", "conditional", "basis", "on")
    assert [entry["verdict"][name] for name in same] == [verdict[name] for name in same]


async def test_the_example_of_the_document_is_in_its_season(gate: Gate) -> None:
    verdict = (await gate.post(PATH, body=EXAMPLE)).json()

    assert (True, True, "green") == (verdict["eligible"], verdict["conditional"], verdict["lane"])
    assert "green-season" == verdict["season"]["lane"]


async def test_before_any_tariff_is_confirmed_the_rules_still_judge(gate: Gate) -> None:
    process = gate.app.state.process
    process.reference = replace(await process.reference_at(None), tariffs=Tariffs([], []))

    assert (await gate.post(PATH, body=lychee())).json()["eligible"] is True


async def test_unknown_gate_and_goods_group_are_both_named(gate: Gate) -> None:
    body = lychee(gate="huu-ngi", goods=[{"goods_group": "gold"}])

    answer = await gate.post(PATH, body=body)

    assert (422, "unknown-code") == (answer.status_code, answer.json()["code"])
    assert ["/gate", "/goods/0/goods_group"] == pointers(answer)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"presence_at": "2025-06-10T09:30:00"}, "/presence_at", id="no offset"),
        pytest.param({"direction": "both"}, "/direction", id="both directions"),
        pytest.param({"customs_channel": "red"}, "/customs_channel", id="the customs channel"),
        pytest.param(
            {"documents": {"phytosanitary_certificate": {"status": "lost"}}},
            "/documents/phytosanitary_certificate/status",
            id="unknown status",
        ),
    ],
)
async def test_bad_input_names_the_field(gate: Gate, changes: dict[str, Any], pointer: str) -> None:
    answer = await gate.post(PATH, body=lychee(**changes))

    assert (422, [pointer]) == (answer.status_code, pointers(answer))


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


async def test_the_rules_of_a_day_are_those_in_force(gate: Gate) -> None:
    every = (await gate.get("/v1/green-lane/rules")).json()
    before = (await gate.get("/v1/green-lane/rules?on=2025-01-09")).json()
    first = (await gate.get("/v1/green-lane/rules?on=2025-01-10")).json()

    assert (13, None) == (len(every["items"]), every["on"])
    assert {"GL-09"} == codes(first) - codes(before)
    assert "customs_channel" == every["never_read"][0]["fact"]


async def test_a_rule_has_sentences_days_test_and_source(gate: Gate) -> None:
    rule = (await gate.get("/v1/green-lane/rules")).json()["items"][11]

    assert ("GL-12", "2022-02-21", None) == (rule["code"], rule["valid_from"], rule["valid_to"])
    assert rule["label"] == rule["sentence"]["en"] == "One kind of produce on the vehicle."
    assert {"vi", "en", "zh"} == set(rule["refusal"])
    assert (["product_codes"], "provisional") == (rule["reads"], rule["basis"])


async def test_the_list_of_produce_has_every_product_with_its_rows(gate: Gate) -> None:
    produce = (await gate.get("/v1/green-lane/produce")).json()

    assert set(LANE_ROWS.produce.products) == codes(produce)
    by_code = {one["code"]: one for one in produce["items"]}
    chilli = by_code["chilli"]
    assert [True] == [row["open"] for row in chilli["market_access"]][-1:]
    assert "CN" == chilli["market_access"][0]["market"]
    assert "lychee@tan-thanh/05-20/2025-05-20" == by_code["lychee"]["seasons"][0]["code"]
    assert by_code["durian"]["papers"][0]["label"]
    assert by_code["durian"]["hs_prefixes"][0]["digits"].isdigit()


async def test_the_produce_of_a_day_has_only_the_rows_of_that_day(gate: Gate) -> None:
    path = "/v1/green-lane/produce?on="
    seasons, papers = [], []
    for day in ("2025-05-19", "2025-05-20", "2025-01-09"):
        by_code = {one["code"]: one for one in (await gate.get(path + day)).json()["items"]}
        seasons.append(len(by_code["lychee"]["seasons"]))
        papers.append({row["document"] for row in by_code["durian"]["papers"]})

    assert [0, 1, 0] == seasons
    assert {"auramine-o-test", "cadmium-test"} == papers[1] - papers[2]


@pytest.mark.parametrize("path", ["rules", "produce"])
async def test_a_day_that_is_none_names_the_parameter(gate: Gate, path: str) -> None:
    answer = await gate.get(f"/v1/green-lane/{path}?on=2025-02-30")

    assert (422, ["query:on"]) == (answer.status_code, pointers(answer))


def codes(answer: dict[str, Any]) -> set[str]:
    return {one["code"] for one in answer["items"]}
