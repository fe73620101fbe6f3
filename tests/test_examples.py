"""The examples do what they say, against one service as `make run` starts it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

import httpx
import pytest
from standardwebhooks import Webhook

from tests.cli.conftest import Service, free_port, starting

EXAMPLES = Path(__file__).parents[1] / "examples"
PATIENCE_SECONDS = 60
FORGED = "whsec_bmV3IG5ldyBuZXcgbmV3IG5ldyE="
MORNING = "2027-06-10T08:00:00+07:00"


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A gate on a June morning that sends to receivers on this machine."""
    with starting(tmp_path_factory.mktemp("examples") / "var") as begin:
        service = begin(GATE_EGRESS_OPEN="true")
        service.ask("PUT", "/v1/sandbox/clock", "admin", {"now": MORNING}).raise_for_status()
        yield service


def settings(gate: Service, **more: str) -> dict[str, str]:
    """Return the environment of an example."""
    keys = {"GATE_KEYS": str(gate.folder / "sandbox-keys.json"), "GATE_KEY": gate.keys["company-1"]}
    return {**os.environ, "GATE_URL": gate.url, **keys, **more}


@pytest.fixture
def curl(gate: Service, tmp_path: Path) -> Callable[..., str]:
    """Run a script and return what it prints."""

    def run(script: str, *words: str) -> str:
        ended = subprocess.run(  # noqa: S603 - our own words
            [EXAMPLES / "curl" / script, *words],
            cwd=tmp_path, env=settings(gate), capture_output=True, text=True,
            timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        assert 0 == ended.returncode, ended.stdout + ended.stderr
        return ended.stdout.strip()

    return run


@contextmanager
def program(words: Sequence[str], folder: Path, env: dict[str, str]) -> Iterator[Iterator[str]]:
    """Start a program and give its lines; it ends with the block."""
    with subprocess.Popen(  # noqa: S603 - our own words
        words, cwd=folder, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        # One that prints nothing is ended, and what waits for its next line fails.
        patience = Timer(PATIENCE_SECONDS, process.kill)
        patience.start()
        try:
            yield (line.strip() for line in process.stdout)
        finally:
            patience.cancel()
            process.terminate()


@pytest.fixture(params=["python", "typescript"])
def start(request: pytest.FixtureRequest) -> Callable[[str], list[str]]:
    """Return the command of a program, in each language."""
    if request.param == "python":
        return lambda name: [sys.executable, str(EXAMPLES / "python" / f"{name}.py")]
    if shutil.which("npm") is None:
        pytest.skip("there is no npm here: the examples in TypeScript were left out")
    compiled = EXAMPLES / "typescript/dist"
    if not compiled.exists():
        pytest.fail("the examples in TypeScript are not compiled: make clients")
    return lambda name: ["node", str(compiled / f"{name}.js")]


def test_by_curl_one_registers_sends_a_fleet_reads_events_and_shows_a_pass(
    curl: Callable[..., str], tmp_path: Path
) -> None:
    entry = curl("1-register.sh")
    rows = [line.split(maxsplit=2) for line in curl("2-batch.sh").splitlines()]
    assert ["registered", "registered", "refused"] == [outcome for _, outcome, _ in rows]
    assert {reference for *_, reference in rows[:2]} < registered(curl)
    assert 2 == curl("5-pass.sh", entry).count(".")
    assert (tmp_path / "pass.png").read_bytes().startswith(b"\x89PNG")


def registered(curl: Callable[..., str]) -> set[str]:
    """Return the references of three entries that were registered, as the feed tells them."""
    found, after = set[str](), "0"
    while len(found) < 3:
        *events, last = curl("3-events.sh", after).splitlines()
        assert last != f"after {after}"
        after = last.split()[1]
        found |= {one.split()[2] for one in events if one.split()[1] == "entry.registered"}
    return found


def test_an_integrator_hears_of_the_call_of_its_vehicle(
    gate: Service, curl: Callable[..., str], tmp_path: Path, start: Callable[[str], list[str]]
) -> None:
    with program(start("integrator"), tmp_path, settings(gate)) as lines:
        reference = next(one for one in lines if one.startswith("registered")).split()[1]
        number = curl("6-call.sh", reference)
        assert f"call.made {number}" == list(lines)[-1]


def test_a_receiver_takes_real_messages_once_and_no_forged_ones(
    gate: Service, curl: Callable[..., str], tmp_path: Path, start: Callable[[str], list[str]]
) -> None:
    """It starts late, so that the first message is sent again; the second is of an entry."""
    port = str(free_port())
    url = f"http://127.0.0.1:{port}/gate"
    secret = curl("4-webhook.sh", url)
    env = settings(gate, WEBHOOK_SECRET=secret)
    with program([*start("receiver"), port], tmp_path, env) as lines:
        assert "webhook.test -" in lines
        entry = gate.ask("GET", f"/v1/entries/{curl('1-register.sh')}", "company-1").json()
        assert f"entry.registered {entry['reference']}" in lines
        answers = [post(url, secret, number) for number in (1, 1, 2)]
        assert [204, 204, 204, 401] == [*answers, post(url, FORGED, 3)]
        made = (line for line in lines if line.startswith("made.by"))
        assert ["made.by 1", "made.by 2"] == [next(made), next(made)]


def post(url: str, secret: str, number: int) -> int:
    """Send a message of that number, signed, and return the status."""
    body, at = json.dumps({"kind": "made.by", "reference": str(number)}), datetime.now(UTC)
    name = f"message-{number}"
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, at, body),
    }
    return httpx.post(url, content=body, headers=headers).status_code
