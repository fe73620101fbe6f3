"""Services of yards: public in a sandbox, estimated beside a quote, and never part of the fee."""

from dataclasses import replace
from typing import Any

import pytest

from app.core.config import Mode, Settings
from app.main import create_app
from tests.api.conftest import Gate
from tests.api.test_quotes import PATH, truck, vnd

YARD = "/v1/yards/xuan-cuong/services"
TICKET = {"yard": "xuan-cuong", "services": ["entry-ticket", "overnight"], "stay_minutes": 1441}


async def quoted(gate: Gate, services: Any, **changes: Any) -> Any:
    body = {"on": "2026-05-15", "vehicles": [truck(yard_services=services, **changes)]}
    return await gate.post(PATH, body=body)


async def test_anybody_reads_what_a_yard_asks_for_and_on_which_days(gate: Gate) -> None:
    answer = await gate.get(YARD, None)
    assert 200 == answer.status_code, answer.text
    found = answer.json()
    assert ("xuan-cuong", "Công ty Cổ phần Hữu Nghị Xuân Cương") == (
        found["yard"], found["operator"],
    )  # fmt: skip
    (one,) = found["items"]
    assert ("2025-05-08", None) == (one["valid_from"], one["valid_to"])
    assert (False, True) == (one["official"], one["provisional"])
    assert 1000 == one["vat"]["basis_points"]
    ticket = one["services"][0]
    assert ("entry-ticket", "entry") == (ticket["code"], ticket["unit"])
    assert [("truck", vnd(150_000)), ("container", vnd(200_000))] == [
        (each["vehicle_kind"], each["price"]) for each in ticket["prices"]
    ]
    assert all(each["provisional"] for each in ticket["prices"])
    assert (
        304
        == (
            await gate.get(YARD, None, headers={"If-None-Match": answer.headers["ETag"]})
        ).status_code
    )


async def test_a_yard_without_prices_has_none_and_no_yard_is_not_found(gate: Gate) -> None:
    assert [] == (await gate.get("/v1/yards/viettel-logistics-park/services", None)).json()["items"]
    unknown = await gate.get("/v1/yards/nowhere/services", None)
    assert (404, "yard-not-found") == (unknown.status_code, unknown.json()["code"])


async def test_a_quote_estimates_them_apart_and_adds_them_to_nothing(gate: Gate) -> None:
    without = (await quoted(gate, None)).json()
    found = (await quoted(gate, TICKET)).json()
    part = found["quotes"][0].pop("yard_services")
    assert without["quotes"][0].pop("yard_services") is None
    assert without == found
    assert ("xuan-cuong", "Công ty Cổ phần Hữu Nghị Xuân Cương", "truck", True) == (
        part["yard"], part["operator"], part["vehicle_kind"], part["provisional"],
    )  # fmt: skip
    assert [("entry-ticket", 1, vnd(150_000)), ("overnight", 1, vnd(200_000))] == [
        (line["service"], line["quantity"], line["amount"]) for line in part["lines"]
    ]
    assert (vnd(350_000), vnd(35_000), vnd(385_000)) == (part["net"], part["vat"], part["gross"])


async def test_a_vehicle_with_containers_is_one_of_containers(gate: Gate) -> None:
    services = {**TICKET, "services": ["reefer-plug"], "stay_minutes": 2940}
    found = (await quoted(gate, services, container_length_ft=40)).json()["quotes"][0]
    assert ("container", vnd(300_000)) == (
        found["yard_services"]["vehicle_kind"], found["yard_services"]["net"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("services", "pointer", "rule"),
    [
        pytest.param({**TICKET, "yard": "nowhere"}, "/yard", "unknown-code", id="no such yard"),
        pytest.param(
            {**TICKET, "services": ["wash"]}, "/services/0", "unknown-code", id="no such service"
        ),
        pytest.param(
            {**TICKET, "services": ["reefer-plug"]}, "/services/0", "no-yard-price", id="no price"
        ),
        pytest.param({**TICKET, "services": []}, "/services", "too-few", id="none"),
        pytest.param(
            {**TICKET, "stay_minutes": -1}, "/stay_minutes", "too-small", id="less than nothing"
        ),
        pytest.param({**TICKET, "lane": "fast"}, "/lane", "not-known", id="no lane"),
        pytest.param({**TICKET, "price": 0}, "/price", "unknown-field", id="a price of one's own"),
    ],
)
async def test_what_cannot_be_estimated_names_the_field_and_the_rule(
    gate: Gate, services: dict[str, Any], pointer: str, rule: str
) -> None:
    answer = await quoted(gate, services)
    assert 422 == answer.status_code
    error = answer.json()["errors"][0]
    assert (f"/vehicles/0/yard_services{pointer}", rule) == (error["pointer"], error["rule"])


async def test_a_promise_has_no_services_and_an_order_neither(gate: Gate) -> None:
    refused = await gate.post("/v1/quotes", "company-1", body=truck(yard_services=TICKET))
    assert (422, "unknown-field") == (
        refused.status_code, refused.json()["errors"][0]["rule"],
    )  # fmt: skip


async def test_production_knows_no_prices_of_yards(gate: Gate, settings: Settings) -> None:
    strict = settings.model_copy(update={"mode": Mode.PRODUCTION})
    assert YARD.replace("xuan-cuong", "{yard}") not in paths_of(strict)
    assert YARD.replace("xuan-cuong", "{yard}") in paths_of(settings)

    process = replace(gate.app.state.process, settings=strict, reference=None)
    await process.pulse()
    assert process.reference is not None
    assert [] == process.reference.yard_services.of("xuan-cuong")


def paths_of(settings: Settings) -> set[str]:
    return set(create_app(settings).openapi()["paths"])
