"""Scenarios: a sandbox fails as it is asked to, says so, and stores nothing of it."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.failures import InvalidRequestError
from app.api.problems import codes, example_of, problem
from app.api.scenarios import HEADER, SCENARIOS, known
from app.api.texts import Language
from app.core.config import Mode, Settings
from app.main import create_app
from tests.api.conftest import Gate, lorry
from tests.cli.conftest import TREE
from tests.cli.test_serve import PRODUCTION as IN_PRODUCTION
from tests.live import live

ENTRIES = "/v1/entries"
QUEUES = "/v1/queues"


async def ask(
    gate: Gate, scenario: str, path: str, who: str | None = None, **more: Any
) -> httpx.Response:
    """Send what is asked in a scenario: a POST where there is a body."""
    headers = {HEADER: scenario, **more.pop("headers", {})}
    return await gate.ask("POST" if "json" in more else "GET", path, who, headers=headers, **more)


async def entries(gate: Gate) -> int:
    return len((await gate.get(ENTRIES, "officer-1")).json()["items"])


@pytest.mark.parametrize(
    ("scenario", "status", "code"),
    [("busy", 503, "busy"), ("rate-limited", 429, "rate-exceeded"),
     ("refuse=plate-already-registered", 409, "plate-already-registered"),
     ("refuse=internal-error", 500, "internal-error"), ("refuse=key-invalid", 401, "key-invalid"),
     ("rate-limited, busy", 429, "rate-exceeded")],
)  # fmt: skip
async def test_a_refusal_is_the_real_problem_and_nothing_is_written(
    gate: Gate, scenario: str, status: int, code: str
) -> None:
    answer = await ask(gate, scenario, ENTRIES, "company-1", json=lorry(1))
    problem = answer.json()
    assert (status, code, scenario) == (answer.status_code, problem["code"], answer.headers[HEADER])
    assert f"/problems/{code}" == problem["type"]
    explained = (await gate.get(problem["type"])).json()
    assert explained["title"]["en"] == problem["title"]
    assert "…" not in problem["detail"]
    assert (status in {429, 503}) == ("retry-after" in answer.headers)
    assert "x-request-id" in answer.headers
    assert 0 == await entries(gate)


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_failure_can_be_asked_for_with_all_that_its_sentences_name(code: str) -> None:
    assert [("refuse", code)] == list(known([f"refuse={code}"]))
    told = [problem(example_of(codes()[code]), language, "x") for language in Language]
    assert {code} == {one["code"] for one in told}
    assert not [one for one in told if "…" in one["title"] + one["detail"]]


WORDS = ["=", ";", ",", " ", "delay", "busy", "1", "refuse", "finding", "weight-zero", "blocking"]


@given(st.lists(st.text(max_size=9) | st.sampled_from(WORDS) | st.lists(
    st.sampled_from(WORDS), max_size=6).map("".join), max_size=12))  # fmt: skip
def test_whatever_a_header_says_is_scenarios_or_refused(parts: list[str]) -> None:
    """What is known is plain enough to be sent back in a header."""
    with suppress(InvalidRequestError):
        found = [f"{name}={value}".removesuffix("=") for name, value in known(parts)]
        assert [part.removesuffix("=") for part in parts] == found
        assert all(part.isascii() and part.isprintable() for part in parts)


async def test_refusals_speak_the_readers_language(gate: Gate) -> None:
    headers = {"Accept-Language": "vi"}
    answer = await ask(gate, "refuse=entry-ended", f"{ENTRIES}/x", "app", headers=headers)
    assert 422 == answer.status_code
    assert "header:Gate-Scenario" == answer.json()["errors"][0]["pointer"]
    busy = await ask(gate, "busy", ENTRIES, "app", headers=headers, json={})
    said = (await gate.ask("GET", "/problems/busy", headers=headers)).json()
    assert said["title"]["vi"] == busy.json()["title"]


async def test_a_finding_is_in_the_answer_alone(gate: Gate) -> None:
    scenario = "finding=weight-zero;blocking, finding=phone-in-name"
    answer = await ask(gate, scenario, ENTRIES, "company-1", json=lorry(1))
    registered = answer.json()
    assert (201, scenario, False) == (
        answer.status_code, answer.headers[HEADER], registered["ready"],
    )  # fmt: skip
    told = [(one["rule"], one["severity"]) for one in registered["findings"]]
    assert [("weight-zero", "blocking"), ("phone-in-name", "warning")] == told[-2:]
    assert all(one["message"] for one in registered["findings"])
    stored = await gate.entry(registered)
    assert (True, registered["findings"][:-2]) == (stored["ready"], stored["findings"])


async def test_a_warning_on_an_amendment_leaves_it_ready(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    headers = {HEADER: "finding=weight-zero", "If-Match": '"1"'}
    body = {"client_reference": "DN-1"}
    answer = await gate.ask(
        "PATCH", f"{ENTRIES}/{entry['id']}", "company-1", json=body, headers=headers
    )
    assert (200, True) == (answer.status_code, answer.json()["ready"])
    assert "weight-zero" == answer.json()["findings"][-1]["rule"]
    assert '"2"' == answer.headers["ETag"]


async def test_a_real_refusal_stays_what_it_is(gate: Gate) -> None:
    answer = await ask(gate, "finding=weight-zero", ENTRIES, "company-1", json={"gate": 1})
    assert (422, "invalid-request") == (answer.status_code, answer.json()["code"])


async def test_a_late_answer_is_late_also_where_one_is_ready(gate: Gate) -> None:
    real = await gate.get(QUEUES)
    late = await ask(gate, "delay=40, delay=20", QUEUES)
    assert real.json() == late.json()
    assert ("delay=40, delay=20", "no-store") == (
        late.headers[HEADER], late.headers["cache-control"],
    )  # fmt: skip
    assert 60 <= late.elapsed.total_seconds() * 1000
    assert HEADER not in (await gate.get(QUEUES)).headers


@pytest.mark.parametrize(
    ("scenario", "rule"),
    [("explode", "scenario-unknown"), ("", "scenario-unknown"), ("busy,", "scenario-unknown"),
     ("busy=1", "scenario-unknown"), ("delay=30001", "scenario-unknown"),
     ("delay=-1", "scenario-unknown"), ("delay=٣", "scenario-unknown"),
     ("refuse=teapot", "scenario-unknown"), ("finding=teapot", "scenario-unknown"),
     ("finding=weight-zero;fatal", "scenario-unknown"), (",".join(["busy"] * 11), "too-many"),
     ("refuse=gate-closed", "scenario-not-here")],
)  # fmt: skip
async def test_what_is_no_scenario_is_refused_by_name(gate: Gate, scenario: str, rule: str) -> None:
    headers: Any = {HEADER: scenario.encode()}
    answer = await gate.ask("POST", ENTRIES, "company-1", json=lorry(1), headers=headers)
    assert (422, ["header:Gate-Scenario"], [rule]) == (
        answer.status_code,
        [one["pointer"] for one in answer.json()["errors"]],
        [one["rule"] for one in answer.json()["errors"]],
    )
    assert HEADER not in answer.headers
    assert 0 == await entries(gate)


@pytest.mark.parametrize("scenario", ["finding=weight-zero", "refuse=busy"])
async def test_a_path_without_an_operation_has_few_scenarios(gate: Gate, scenario: str) -> None:
    answer = await ask(gate, scenario, "/v1/nothing")
    assert "scenario-not-here" == answer.json()["errors"][0]["rule"]


def test_a_lost_answer_is_of_work_that_was_done_and_its_retry_is_answered(server_url: str) -> None:
    with live(server_url) as gate:
        headers = {HEADER: "lose-answer", "Idempotency-Key": "truck-1"}
        with pytest.raises(httpx.RemoteProtocolError):
            gate.ask("POST", ENTRIES, "company-1", json=lorry(1), headers=headers)
        stored = gate.ask("GET", ENTRIES, "company-1").json()["items"]
        assert 1 == len(stored)
        again = gate.ask("POST", ENTRIES, "company-1", json=lorry(1), headers=headers)
        assert (201, "true", "lose-answer") == (
            again.status_code, again.headers["Idempotency-Replayed"], again.headers[HEADER],
        )  # fmt: skip
        assert stored[0]["id"] == again.json()["id"]


PRODUCTION = """
import json, sys
from app.main import create_app
app = create_app()
print(json.dumps([
    [name for name in sys.modules if "scenario" in name],
    [layer.cls.__name__ for layer in app.user_middleware],
]))
"""


def test_in_production_there_are_none() -> None:
    """Nothing of it is loaded, and nothing of it stands around the service."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", PRODUCTION],
        env={**os.environ, **IN_PRODUCTION}, cwd=TREE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [[], ["Manners"]] == json.loads(done.stdout)


async def test_in_production_the_header_is_nothing(gate: Gate, settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"mode": Mode.PRODUCTION}))
    app.state.process = gate.app.state.process
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate.test") as http:
        answer = await http.get("/health/live", headers={HEADER: "busy"})
        assert 200 == answer.status_code
        assert HEADER not in answer.headers


def test_a_sandbox_tells_each_in_its_document(gate: Gate) -> None:
    """That of production tells none: `test_in_production_the_sandbox_is_not_there`."""
    told = gate.app.description
    assert HEADER in told
    assert all(one.form in told and one.sentence in told for one in SCENARIOS.values())


def test_the_page_of_the_sandbox_tells_each() -> None:
    page = (TREE / "docs" / "sandbox.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [f"| `{one.form}` | {one.sentence} |" for one in SCENARIOS.values()] == rows
