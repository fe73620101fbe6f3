"""Traffic for a sandbox: everything that happens at a gate, at a rate, told at the end."""

import base64
import io
import json
import re
import signal
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from threading import Thread

import pytest
from rich.console import Console
from typer.testing import CliRunner

from app.cli.commands import app as command
from app.core.config import SECRETS, Mode
from app.demo.deeds import KEPT, Deed, Deeds
from app.demo.failures import DemoError
from app.demo.plan import plan_day
from app.demo.show import WIDTH
from app.demo.traffic import Tally, Wanted, drive
from app.services.upkeep.keys import SANDBOX
from tests.conftest import key_of
from tests.demo.test_plan import AUGUST_22
from tests.live import PATIENCE_SECONDS, Live, live

OPERATIONS = {
    "register_entry", "record_movement", "record_arrival", "call_next_vehicles", "list_queues",
    "get_queue", "track_entry", "get_entry", "get_place", "list_entries", "wrong: no key",
    "wrong: no such entry", "wrong: no such field", "wrong: not its role",
}  # fmt: skip

OWN_SECRETS = dict.fromkeys(SECRETS, "s" * 40) | dict.fromkeys(
    ("data_keys", "signing_keys"), "new:" + base64.b64encode(bytes(range(32))).decode()
)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({member.name: key_of(member.name) for member in SANDBOX}))
    return path


@pytest.fixture(scope="module")
def service(server_url: str) -> Iterator[Live]:
    with live(server_url) as one:
        yield one


def driven(url: str, keys: Path, **wanted: object) -> tuple[Tally, str]:
    out = io.StringIO()
    asked = Wanted(**{"url": url, "keys": keys, "rate": 60, "seconds": 2, "seed": 5, **wanted})  # type: ignore[arg-type] # whatever a test wants
    return drive(asked, Console(file=out, width=WIDTH)), out.getvalue()


def test_traffic_is_all_that_happens_at_a_gate_and_nothing_of_it_fails(
    service: Live, keys: Path
) -> None:
    tally, out = driven(service.url, keys)
    assert {} == tally.failures
    sent = sum(counted.total() for counted in tally.statuses.values())
    assert 60 < sent <= 120  # fewer where the machine is busy: it ends in time
    assert {"register_entry", "record_movement", "track_entry"} <= set(tally.statuses) <= OPERATIONS
    assert "…" not in out
    assert all(operation in out for operation in tally.statuses)
    assert re.search(rf"\b{sent} requests in .* 0 went wrong", out)


def test_every_kind_of_deed_is_drawn_and_the_same_seed_draws_the_same() -> None:
    assert OPERATIONS == {one.operation for one in drawn(400, seed=1)}
    assert drawn(50, seed=1) == drawn(50, seed=1)
    assert drawn(50, seed=1) != drawn(50, seed=2)


def deeds_of(seed: int) -> Deeds:
    dice = Random(seed)  # noqa: S311 - no secret
    return Deeds(plan_day(AUGUST_22, seed=1), date(2026, 3, 12), dice)


def drawn(number: int, seed: int) -> list[Deed]:
    """Return deeds where whatever is registered becomes known."""
    deeds = deeds_of(seed)
    found = []
    for at, deed in enumerate(islice(deeds, number)):
        found.append(deed)
        if deed.operation == "register_entry":
            assert deed.body is not None
            entry = {"id": str(at), "reference": f"E{at}", "tracking": {"token": f"t{at}"}}
            deeds.learn({**deed.body, **entry})
    return found


def test_what_is_kept_of_a_long_run_is_bounded() -> None:
    deeds = deeds_of(1)
    for number in range(2 * KEPT):
        deeds.learn({"id": number})
    assert KEPT == len(deeds.known)


def test_production_gets_none(server_url: str, keys: Path) -> None:
    """Its header does nothing, and so it is known; no key of it is sent."""
    with (
        live(server_url, mode=Mode.PRODUCTION, log_origin="gate.example", **OWN_SECRETS) as strict,
        pytest.raises(DemoError, match="is no sandbox: it gets no traffic"),
    ):
        driven(strict.url, keys)


def test_another_machine_gets_none_unless_that_is_asked_for(keys: Path) -> None:
    with pytest.raises(DemoError, match="say --anywhere if that sandbox is yours"):
        driven("http://gate.example", keys)


def test_told_to_stop_it_tells_what_was_done(service: Live, keys: Path) -> None:
    """As by Ctrl-C, once it has begun."""

    def registered() -> int:
        return len(service.ask("GET", "/v1/entries?limit=200", "app").json()["items"])

    def stop(before: int) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while registered() == before and time.monotonic() < until:
            time.sleep(0.05)
        signal.raise_signal(signal.SIGINT)

    thread = Thread(target=stop, args=(registered(),))
    thread.start()
    tally, out = driven(service.url, keys, rate=10, seconds=600, seed=6)
    thread.join()
    assert {} == tally.failures
    assert "register_entry" in out
    assert "0 went wrong" in out


def test_what_fails_is_told_and_ends_with_1_and_what_is_slowed_down_is_no_failure(
    server_url: str, keys: Path
) -> None:
    known = json.loads(keys.read_text())
    keys.write_text(json.dumps({**known, "app": known["auditor"]}))
    with live(server_url, rate_limit_public="1/minute") as slow:
        words = ["traffic", "--url", slow.url, "--keys", str(keys), "--rate", "50"]
        ended = CliRunner().invoke(command, [*words, "--seconds", "1", "--seed", "1"])
    assert 1 == ended.exit_code
    assert re.search(r"list_queues +\d+ .*\d x 429", ended.output)
    assert re.search(r"\d x register_entry: 403 role-forbidden", ended.output)
