"""Endpoints that are called directly, and routes found by their path, answer as otherwise."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match

from app.api.direct import direct
from app.api.rate_limits import RateLimits
from app.api.routing import KnownPaths
from tests.api.conftest import Gate, truck

QUOTE: dict[str, Any] = {
    "on": "2026-03-11",
    "vehicles": [
        {
            "gate": "tan-thanh",
            "direction": "export",
            "payload_kg": 15000,
            "goods": [{"goods_group": "fresh-produce-export"}],
        }
    ],
}
BODIES = (
    pytest.param(QUOTE, id="a good one"),
    pytest.param({}, id="nothing that is needed"),
    pytest.param({**QUOTE, "more": 1, "on": 3}, id="an unknown field and a wrong type"),
    pytest.param([QUOTE], id="a list"),
    pytest.param(None, id="null"),
    pytest.param({**QUOTE, "vehicles": []}, id="too few"),
    pytest.param({**QUOTE, "on": "1999-01-01"}, id="a day without a tariff"),
)


def told(answer: Any) -> tuple[Any, ...]:
    own = {"x-request-id", "ratelimit", "content-length"}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    body = answer.json()
    return answer.status_code, headers, {**body, "instance": "", "request_id": ""}


@pytest.fixture
def as_framework(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have the framework find the routes and call the endpoints from then on."""

    def overridden() -> None:
        monkeypatch.setattr(gate.app, "short_way", None)
        gate.app.dependency_overrides[overridden] = overridden

    return overridden


@pytest.mark.parametrize("body", BODIES)
async def test_a_price_is_the_same_whoever_calls_the_endpoint(
    gate: Gate, as_framework: Callable[[], None], body: Any
) -> None:
    directly = await gate.ask("POST", "/v1/fees/quotes", json=body)
    as_framework()
    assert told(await gate.ask("POST", "/v1/fees/quotes", json=body)) == told(directly)


async def test_no_body_is_refused_alike(gate: Gate, as_framework: Callable[[], None]) -> None:
    directly = await gate.ask("POST", "/v1/fees/quotes")
    as_framework()
    assert told(await gate.ask("POST", "/v1/fees/quotes")) == told(directly)
    assert 422 == directly.status_code


async def test_a_retry_is_answered_as_the_framework_had_it_answered(
    gate: Gate, as_framework: Callable[[], None]
) -> None:
    first = await gate.post("/v1/entries", "company-1", truck(), retry="one")
    again = await gate.post("/v1/entries", "company-1", truck(), retry="one")
    as_framework()
    framework = await gate.post("/v1/entries", "company-1", truck(), retry="one")
    assert first.json() == again.json() == framework.json()
    assert "true" == again.headers["idempotency-replayed"]
    assert told(again) == told(framework)


@pytest.mark.parametrize("key", ["", "ü", "x" * 256])
async def test_a_retry_key_is_refused_alike(
    gate: Gate, as_framework: Callable[[], None], key: str
) -> None:
    async def asked() -> Any:
        headers = {"Idempotency-Key": key.encode()}
        return await gate.ask("POST", "/v1/entries", "company-1", json=truck(), headers=headers)

    directly = await asked()
    as_framework()
    assert told(await asked()) == told(directly)
    assert 422 == directly.status_code


async def test_a_refused_body_counts_once(gate: Gate) -> None:
    gate.app.state.rate_limits = RateLimits({"public": "3/day"})
    answers = [await gate.ask("POST", "/v1/fees/quotes", json={}) for _ in range(2)]
    assert ["r=2", "r=1"] == [one.headers["ratelimit"].split(";")[1] for one in answers]


def test_the_short_requests_are_called_directly(gate: Gate) -> None:
    async def framework(_: Any) -> Any:
        return None

    routes = [one for one in gate.app.routes if isinstance(one, APIRoute)]
    called = {one.name for one in routes if direct(one, framework) is not framework}
    assert {"quote_fees", "register_entry", "record_arrival"} <= called
    assert not {"call_next_vehicles", "amend_entry", "list_queues"} & called


def test_every_path_is_found_at_once(gate: Gate) -> None:
    known = next(one for one in gate.app.routes if isinstance(one, KnownPaths))
    for route in (one for one in gate.app.routes if isinstance(one, APIRoute)):
        path = re.sub("{[a-z_]+}", "x", route.path)
        scope = {"type": "http", "method": min(route.methods or ()), "path": path}
        match, found = known.matches(scope)
        if route.include_in_schema:
            assert Match.FULL == match, route.path
            assert (route.endpoint, route) == (found["endpoint"], found["route"])
