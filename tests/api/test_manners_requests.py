"""Request ids, headers, metrics and log lines of every request."""

from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.metrics import UNMATCHED, Metrics
from app.api.middleware import Manners
from tests.api.manners_app import make_app, make_client

PHONE = "the phone is 0912345678"
TRUCK = {"plate": "29C-123.45", "gross_kg": 1}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def client(metrics: Metrics) -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app(metrics)):
        yield client


async def test_a_sane_request_id_is_kept(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/trucks", headers={"x-request-id": "7f3a.b-c_D"})

    assert response.headers["x-request-id"] == "7f3a.b-c_D"


@pytest.mark.parametrize(
    "sent", ["", "short", "a" * 65, "a b c d e", "1234567\tx", "12345678\u00e9", "<script>alert"]
)
async def test_a_request_id_that_could_do_harm_is_replaced(
    client: httpx.AsyncClient, sent: str
) -> None:
    response = await client.get("/v1/trucks", headers={b"x-request-id": sent.encode()})

    assert response.headers["x-request-id"] != sent
    assert len(response.headers["x-request-id"]) == 32


async def test_each_request_has_an_id_of_its_own(client: httpx.AsyncClient) -> None:
    ids = {(await client.get("/v1/trucks")).headers["x-request-id"] for _ in range(3)}

    assert len(ids) == 3


@pytest.mark.parametrize("path", ["/v1/trucks", "/v1/trucks/boom/failure", "/nowhere"])
async def test_every_answer_has_the_headers_that_protect_its_reader(
    client: httpx.AsyncClient, path: str
) -> None:
    headers = (await client.get(path, headers={"Origin": "https://elsewhere.example"})).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"
    assert not [name for name in headers if name.startswith("access-control-")]
    assert "strict-transport-security" not in headers


async def test_https_is_demanded_where_it_is_served(metrics: Metrics) -> None:
    app = Manners(
        make_app(), operation_of=lambda _: UNMATCHED, metrics=metrics, max_body_bytes=9, hsts=True
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://gate.test") as client:
        assert "strict-transport-security" in (await client.get("/")).headers


async def test_metrics_count_by_route_template_and_never_by_path(
    client: httpx.AsyncClient, metrics: Metrics
) -> None:
    await client.post("/v1/trucks", json=TRUCK)
    await client.get("/v1/trucks/busy/failure")
    await client.get("/v1/plates/29C12345")
    await client.request("BREW", "/v1/trucks")
    await client.get("/docs/assets/favicon.png")

    told = metrics.payload().decode()
    for labels in (
        'method="GET",operation="fail",route="/v1/trucks/{code}/failure",status="503"',
        'method="POST",operation="add_truck",route="/v1/trucks",status="201"',
        'method="GET",operation="unmatched",route="unmatched",status="404"',
        'method="OTHER",operation="add_truck",route="/v1/trucks",status="405"',
    ):
        assert f"{labels}}} 1.0" in told
    assert 'route="/docs/assets"' in told
    assert (
        'gate_http_request_seconds_count{method="POST",operation="add_truck",route="/v1/trucks",'
        'status_class="2xx"} 1.0'
    ) in told
    assert "29C12345" not in told


async def test_a_write_and_a_failure_leave_a_line_and_a_read_a_quiet_one(
    client: httpx.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logs:
        await client.post("/v1/trucks", json=TRUCK)
        await client.get("/v1/trucks?lane=green")
        await client.get("/v1/trucks/busy/failure")

    assert [
        ("info", "POST", "/v1/trucks", 201),
        ("debug", "GET", "/v1/trucks", 200),
        ("info", "GET", "/v1/trucks/{code}/failure", 503),
    ] == [(one["log_level"], one["method"], one["route"], one["status"]) for one in logs]
    assert all(isinstance(one["ms"], float) for one in logs)
    assert "29C" not in str(logs)


async def test_the_request_id_is_known_to_every_line_and_forgotten_afterwards(
    client: httpx.AsyncClient,
) -> None:
    seen: list[dict[str, object]] = []

    async def inner(_scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(structlog.contextvars.get_contextvars())
        await Response()(_scope, _receive, send)

    app = Manners(inner, operation_of=lambda _: UNMATCHED, metrics=Metrics(), max_body_bytes=9)
    await _get(app, {"x-request-id": "an-id-of-mine"})

    assert seen == [{"request_id": "an-id-of-mine"}]
    assert structlog.contextvars.get_contextvars() == {}
    assert (await client.get("/v1/trucks")).status_code == 200


async def test_a_client_that_leaves_is_no_failure_of_ours() -> None:
    metrics = Metrics()

    async def inner(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ClientDisconnect

    app = Manners(inner, operation_of=lambda _: UNMATCHED, metrics=metrics, max_body_bytes=9)
    with structlog.testing.capture_logs() as logs:
        await _get(app)

    assert 'status="499"' in metrics.payload().decode()
    assert "request failed" not in str(logs)


async def test_an_answer_that_breaks_half_way_is_cut_and_logged() -> None:
    async def inner(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError(PHONE) from KeyError(PHONE)

    app = Manners(inner, operation_of=lambda _: UNMATCHED, metrics=Metrics(), max_body_bytes=9)
    with structlog.testing.capture_logs() as logs, pytest.raises(RuntimeError):
        await _get(app)

    failure = next(one for one in logs if one["event"] == "request failed")
    assert {"RuntimeError", "KeyError"} <= set(failure["error"])
    assert "0912" not in str(failure)


class TwiceError(Exception):
    """As a database's error names what is broken."""

    constraint_name = "uq_trucks_plate"


async def test_a_failure_is_logged_by_our_own_frames_and_the_rule_it_broke() -> None:
    async def inner(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TwiceError(PHONE)

    app = Manners(inner, operation_of=lambda _: UNMATCHED, metrics=Metrics(), max_body_bytes=9)
    with structlog.testing.capture_logs() as logs:
        await _get(app)

    failure = next(one for one in logs if one["event"] == "request failed")
    error, *frames = failure["error"]
    assert error == "TwiceError uq_trucks_plate"
    assert [frame.rpartition(" ")[2] for frame in frames] == ["_answer", "inner"]


async def test_what_is_no_request_passes_through() -> None:
    seen: list[str] = []

    async def inner(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> dict[str, object]:
        return {}

    app = Manners(inner, operation_of=lambda _: UNMATCHED, metrics=Metrics(), max_body_bytes=9)
    await app({"type": "lifespan"}, nothing, nothing)  # type: ignore[arg-type] # a stand-in

    assert seen == ["lifespan"]


async def _get(app: Manners, headers: dict[str, str] | None = None) -> None:
    """Send a GET; that there may be no answer is what some tests are about."""
    transport = httpx.ASGITransport(app)
    with suppress(AssertionError):
        await transport.handle_async_request(
            httpx.Request("GET", "http://gate.test/", headers=headers)
        )
