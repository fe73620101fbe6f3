"""`gate serve`: from nothing to a first answer, and through every way to be stopped."""

import json
import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.cli.greeting import example_entry
from app.core.config import environment_name
from app.services.upkeep.keys import SANDBOX
from tests.cli.conftest import (
    GATE,
    PATIENCE_SECONDS,
    READY,
    Service,
    Start,
    environment,
    free_port,
    run,
)
from tests.core.test_embedded import is_alive
from tests.live import OWN
from tests.streams import listening

OWN_SECRETS = {environment_name(name): text for name, text in OWN.items()}
OWN_SETTINGS = {**OWN_SECRETS, "GATE_LOG_ORIGIN": "gate.example"}
MEGABYTE = 1_048_576
PRODUCTION = {"GATE_MODE": "production", **OWN_SETTINGS}


def register(service: Service) -> str:
    """Register a truck and return its id; the answer says that it is stored."""
    answer = service.ask("POST", "/v1/entries", "company-1", example_entry(datetime.now(UTC)))
    assert 201 == answer.status_code, answer.text
    entry_id: str = answer.json()["id"]
    return entry_id


def test_the_printed_request_answers_with_verdict_price_and_next_step(running: Service) -> None:
    printed = (running.folder.parent / "out").read_text()
    command = printed[printed.index("curl ") :].partition("\n\n")[0]
    answer = subprocess.run(  # noqa: S602 - a reader would paste it into a shell too
        command, shell=True, capture_output=True, text=True, check=True
    ).stdout
    for part in ('"lane": "green"', '"amount": 350000', '"next_steps"', "/v1/tracking/"):
        assert part in answer


def test_there_is_a_private_key_for_everybody_in_the_sandbox(running: Service) -> None:
    assert [member.name for member in SANDBOX] == list(running.keys)
    assert 0o600 == (running.folder / "sandbox-keys.json").stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("head", "more", "answer"),
    [
        pytest.param(b"GET / HTTP/1.1\r\n", b"a: %s\r\n" % (b"b" * 900), b"400", id="many headers"),
        pytest.param(b"GET / HTTP/1.1\r\na: ", b"b" * 1000, b"400", id="one header"),
        pytest.param(b"GET /", b"b" * 1000, b"400", id="an address"),
        pytest.param(
            b"POST / HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\n",
            b"b" * 1000,
            b"413",
            id="a body",
        ),
        pytest.param(
            b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"a: %s\r\n" % (b"b" * 900),
            b"404",
            id="trailers",
        ),
    ],
)
def test_what_has_no_end_is_ended(
    running: Service, head: bytes, more: bytes, answer: bytes
) -> None:
    sent = 0
    with socket.create_connection(("127.0.0.1", running.port), PATIENCE_SECONDS) as connection:
        connection.sendall(head)
        with suppress(ConnectionError):
            while sent < 16 * MEGABYTE:
                connection.sendall(100 * more)
                sent += 100 * len(more)
        assert sent < 16 * MEGABYTE
        with suppress(ConnectionError):
            assert answer in connection.recv(100)


def test_a_body_as_long_as_it_may_be_is_read(running: Service) -> None:
    body = b'"' + b"a" * (MEGABYTE - 2) + b'"'
    with httpx.Client(base_url=running.url, headers={"Content-Type": "application/json"}) as http:
        answers = [http.post("/v1/fees/quotes", content=body) for _ in range(3)]
    assert {"invalid-request"} == {answer.json()["code"] for answer in answers}


def test_who_says_nothing_is_not_waited_for_and_counted(start_prepared: Start) -> None:
    service = start_prepared(GATE_HEAD_SECONDS="1")
    with socket.create_connection(("127.0.0.1", service.port), PATIENCE_SECONDS) as connection:
        assert b"" == connection.recv(100)
    told = service.ask("GET", "/metrics").text
    assert 'gate_connections_cut_total{reason="slow-head"} 1.0' in told


@pytest.mark.parametrize(("trusted", "second"), [("127.0.0.1", 404), ("203.0.113.0/24", 429)])
def test_a_proxy_is_believed_if_it_is_trusted(
    start_prepared: Start, trusted: str, second: int
) -> None:
    # One an hour, so that however slow the machine is nothing comes back in between.
    service = start_prepared(GATE_TRUSTED_PROXIES=trusted, GATE_RATE_LIMIT_PUBLIC="1/hour")
    path = f"{service.url}/v1/tracking/{'A' * 24}"
    asked = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in (1, 2)]
    assert [404, second] == [httpx.get(path, headers=one).status_code for one in asked]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_finishes_what_runs_and_stops_its_database(
    start: Start, how: signal.Signals
) -> None:
    service = start()
    database = service.database_pid
    body = b'{"gate": "tan-thanh"}'
    head = f"POST /v1/entries HTTP/1.1\r\nHost: gate\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[:5])
        time.sleep(0.2)
        service.process.send_signal(how)
        time.sleep(0.3)
        assert is_alive(database)
        connection.sendall(body[5:])
        assert connection.recv(100).startswith(b"HTTP/1.1 4")  # no key: it was read and judged
    assert 0 == service.process.wait(30)
    assert not is_alive(database)


def test_who_waits_for_events_gets_the_first_at_once_and_holds_up_no_end(
    start: Start,
) -> None:
    service = start()
    events = "/v1/events?kinds=entry.registered&wait=25"
    with ThreadPoolExecutor(1) as thread:
        waits = thread.submit(service.ask, "GET", events, "company-1")
        time.sleep(0.3)
        entry = register(service)
        first = waits.result(5).json()
        assert [entry] == [one["entry"] for one in first["items"]]
        waits = thread.submit(service.ask, "GET", f"{events}&after={first['after']}", "company-1")
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        assert [] == waits.result(5).json()["items"]
    assert 0 == service.process.wait(10)


def test_listeners_hear_of_a_change_and_their_streams_end_whole_with_the_service(
    start: Start,
) -> None:
    service = start()
    with listening(service) as first, listening(service) as second:
        for stream in (first, second):
            stream.until_known()
        register(service)
        assert ("tan-thanh", "export") == first.until_known().queue
        service.process.send_signal(signal.SIGTERM)
        for stream in (first, second):
            list(stream)  # to the end that HTTP has for it
    assert 0 == service.process.wait(10)


def test_listeners_hear_of_changes_after_the_database_was_away(start: Start) -> None:
    service = start(GATE_PING_SECONDS="1")
    with listening(service) as stream:
        stream.until_known()
        killed = service.database_pid
        os.kill(killed, signal.SIGKILL)
        service.wait_until(READY)
        assert killed != service.database_pid
        register(service)
        assert ("tan-thanh", "export") == stream.until_known().queue
        stream.next("still")


def test_what_was_acknowledged_survives_the_killing_of_the_service(start: Start) -> None:
    service = start()
    entry_id, orphan, keys = register(service), service.database_pid, service.keys
    service.stop(signal.SIGKILL)
    assert is_alive(orphan)
    again = start()
    assert not is_alive(orphan)
    assert keys == again.keys
    assert again.ask("GET", f"/v1/entries/{entry_id}", "company-1").is_success


def test_what_was_acknowledged_survives_the_killing_of_its_database(start: Start) -> None:
    service = start(GATE_LOG_LEVEL="debug")
    entry_id, killed = register(service), service.database_pid
    os.kill(killed, signal.SIGKILL)
    service.wait_until(READY)
    assert killed != service.database_pid
    assert "housekeeping" in (service.folder.parent / "out").read_text()
    assert service.ask("GET", f"/v1/entries/{entry_id}", "company-1").is_success


def test_a_second_start_on_the_same_data_says_so_and_ends(running: Service) -> None:
    second = run(running.folder, "serve", PORT=str(free_port()))
    assert 1 == second.returncode
    assert f"{running.folder} is in use by process {running.process.pid}: " in second.stderr
    assert 1 == len(second.stderr.splitlines())
    assert running.ask("GET", READY).is_success


def test_a_taken_port_is_named_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(folder, "serve", PORT=str(port))
    assert 1 == ended.returncode
    assert (
        f"HOST, PORT: cannot listen on 127.0.0.1:{port}: Address already in use\n" == ended.stderr
    )
    assert not folder.exists()


KEYS = ("keys", "customs-7", "agency", "Customs", "--agency", "customs")


@pytest.mark.parametrize(
    "words", [("serve",), ("work",), ("migrate",), ("seed",), ("recount",), KEYS]
)
def test_a_wrong_setting_is_one_line(folder: Path, words: tuple[str, ...]) -> None:
    ended = run(folder, *words, GATE_POOL_SIZE="none")
    assert (1, "") == (ended.returncode, ended.stdout)
    assert ended.stderr.startswith("GATE_POOL_SIZE: ")
    assert 1 == len(ended.stderr.splitlines())


def test_a_database_that_is_away_is_one_line_without_its_password(folder: Path) -> None:
    url = f"postgresql://gate:s3cret@127.0.0.1:{free_port()}/gate"
    ended = run(folder, "migrate", DATABASE_URL=url)
    assert 1 == ended.returncode
    assert ended.stderr.startswith("DATABASE_URL: the database does not answer: ")
    assert "s3cret" not in ended.stderr
    assert 1 == len(ended.stderr.splitlines())


def test_production_migrates_apart_and_has_neither_keys_nor_sandbox(
    start: Start, folder: Path
) -> None:
    refused = run(folder, "serve", PORT=str(free_port()), **PRODUCTION)
    assert (1, 1) == (refused.returncode, len(refused.stderr.splitlines()))
    assert "run `gate migrate`" in refused.stderr
    assert 0 == run(folder, "migrate", **PRODUCTION).returncode
    assert "rows added" in run(folder, "seed", **PRODUCTION).stdout
    assert "0 rows added\n" == run(folder, "seed", **PRODUCTION).stdout
    service = start("/health/live", **PRODUCTION)
    assert not (folder / "sandbox-keys.json").exists()
    assert 404 == service.ask("GET", "/v1/sandbox/clock").status_code
    unconfirmed = service.ask("GET", READY)
    assert (503, None) == (unconfirmed.status_code, unconfirmed.json()["database"])
    assert unconfirmed.json()["editions"]


def test_a_key_can_be_given_while_the_service_runs_and_replaced(running: Service) -> None:
    words = ("keys", "customs-2", "agency", "Customs of Tân Thanh", "--agency", "customs")
    first, second = (run(running.folder, *words).stdout.strip() for _ in range(2))
    answers = [
        httpx.get(f"{running.url}/v1/entries", headers={"Authorization": f"Bearer {key}"})
        for key in (first, second)
    ]
    assert [401, 200] == [answer.status_code for answer in answers]


def test_a_database_that_is_set_is_used_and_nothing_embedded_starts(
    start_prepared: Start, folder: Path
) -> None:
    service = start_prepared(GATE_LOG_LEVEL="debug")
    assert register(service)
    service.stop()
    assert "housekeeping" not in (folder.parent / "out").read_text()
    assert ["sandbox-keys.json"] == [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("agency", "Customs"), id="an agency without saying which"),
        pytest.param(("yard", "Yard", "--agency", "customs"), id="a yard that is an agency"),
    ],
)
def test_an_agency_says_which_and_nobody_else_does(folder: Path, words: tuple[str, ...]) -> None:
    ended = run(folder, "keys", "customs-3", *words)
    assert 2 == ended.returncode
    assert "--agency goes with the role agency" in ended.stderr
    assert not folder.exists()


def test_a_key_has_a_name_and_an_organisation(folder: Path) -> None:
    ended = run(folder, "keys", " ", "company", "Company")
    assert (2, True) == (ended.returncode, "a name and an organisation" in ended.stderr)
    assert not folder.exists()


def test_a_tax_code_that_cannot_be_one_is_refused_before_anything_is_made(folder: Path) -> None:
    ended = run(folder, "keys", "fleet", "company", "Fleet", "--tax-code", "9900123450")
    assert (2, True) == (ended.returncode, "--tax-code is none" in ended.stderr)
    assert not folder.exists()


def test_the_document_is_written_without_a_database(folder: Path) -> None:
    written = folder.parent / "openapi.json"
    assert 0 == run(folder, "openapi", str(written)).returncode
    assert "3.1.0" == json.loads(written.read_text())["openapi"]
    assert written.read_text() == run(folder, "openapi").stdout
    assert not folder.exists()


def test_work_goes_on_beside_the_service_until_told_to_stop(running: Service) -> None:
    with subprocess.Popen(  # noqa: S603 - our own words
        [GATE, "work"],
        env=environment(running.folder, {"GATE_LOG_LEVEL": "debug"}),
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stderr is not None
        assert any("housekeeping" in line for line in worker.stderr)
        worker.terminate()
        # The other jobs may say what they did, too; nothing else is said.
        assert [] == [line for line in worker.stderr if "[debug" not in line]
    assert 0 == worker.returncode
    assert running.ask("GET", READY).is_success
