"""Traces of a real service at a real collector, each in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.cli.greeting import example_entry
from tests.cli.conftest import Start
from tests.cli.tracing import Collector, collecting
from tests.core.test_spans import PARENT, TRACE

PROJECT = Path(__file__).parents[2]
DRIVER = {"name": "Nguyễn Văn An", "document_number": "020099000417", "phone": "0912345678"}


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with collecting(tmp_path) as collector:
        yield collector


def test_spans_arrive_with_operation_status_and_ids_and_nothing_personal(
    start: Start, collector: Collector
) -> None:
    service = start(**collector.settings)
    body = {**example_entry(datetime.now(UTC)), "driver": DRIVER}
    plate = body["vehicle"]["tractor_plate"]
    entry = service.ask("POST", "/v1/entries", "company-1", body)
    assert 201 == entry.status_code
    wrong = {**body, "driver": {**DRIVER, "mail": "an@example.org"}}
    assert 422 == service.ask("POST", "/v1/entries", "company-1", wrong).status_code
    token = entry.json()["tracking"]["token"]
    by_link = (f"/v1/tracking/{token}", f"/d/{token}", f"/d/{token}/help")
    for path in (*by_link, f"/v1/entries?plate={plate}", f"/v1/gates/{plate}"):
        service.ask("GET", path, "officer-1")

    span = collector.wait_for("POST /v1/entries")
    assert (2, "a key") == (span["kind"], span["key"])
    assert {
        "http.request.method": "POST",
        "http.route": "/v1/entries",
        "http.response.status_code": 201,
        "gate.operation": "register_entry",
        "gate.request_id": entry.headers["x-request-id"],
        "gate.entry_id": entry.json()["id"],
    } == span["attributes"]
    assert "gate" == span["resource"]["service.name"]
    assert 1 <= collector.wait_for("job counting")["attributes"]["gate.done"]
    service.ask("GET", "/v1/tariffs")
    assert 0 == service.stop()  # what is left is sent on the way out
    status = "http.response.status_code"
    told = {(one["name"], one["attributes"].get(status)) for one in collector.spans}
    assert {
        ("POST /v1/entries", 422),
        ("GET /v1/tracking/{token}", 200),
        ("GET /d/{token}", 200),
        ("GET /v1/entries", 200),
        ("GET /v1/gates/{gate}", 404),
        ("GET /v1/tariffs", 200),
    } <= told
    everything = json.dumps(collector.spans, ensure_ascii=False)
    tail = "".join(letter for letter in plate if letter.isalnum())
    for secret in (*DRIVER.values(), plate, tail, token, "an@example.org", "309900"):
        assert secret not in everything


def test_a_collector_that_is_away_holds_up_nobody(start_prepared: Start) -> None:
    service = start_prepared(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", GATE_TRACE_RATIO="1")
    assert 200 == service.ask("GET", "/v1/gates").status_code
    assert 0 == service.stop()
    said = (service.folder.parent / "out").read_text()
    assert "collector away" in said
    assert "Traceback" not in said


def test_without_an_endpoint_nothing_is_imported_or_recorded() -> None:
    program = """
import sys
from app.core.config import Settings
from app.main import create_app
app = create_app(Settings())
assert app.state.spans is None
print([name for name in sys.modules if name.startswith("opentelemetry.sdk")])
"""
    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "[]\n" == told.stdout


def test_a_span_joins_the_trace_of_who_asked(start_prepared: Start, collector: Collector) -> None:
    service = start_prepared(**collector.settings)
    httpx.get(f"{service.url}/v1/gates", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    span = collector.wait_for("GET /v1/gates")
    assert (TRACE, PARENT) == (span["traceId"], span["parentSpanId"])
