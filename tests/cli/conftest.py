"""`gate serve` and other commands in processes of their own, with folders of their own."""

import atexit
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import httpx
import pytest

from tests.cli.stem import Process, Stem
from tests.live import prepared_database

TREE = Path(__file__).parents[2]
GATE = TREE / ".venv" / "bin" / "gate"
# Several trees may share one virtual environment, which knows one of them.
OF_THIS_TREE = {"PYTHONPATH": str(TREE)}
PATIENCE_SECONDS = 600
"""What hangs for good is ended after that; nothing that works is, on however slow a machine."""
READY = "/health/ready"


@dataclass
class Service:
    """A started service: its process, its address, and what it printed."""

    process: "Process | subprocess.Popen[str]"
    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def keys(self) -> dict[str, str]:
        keys: dict[str, str] = json.loads((self.folder / "sandbox-keys.json").read_text())
        return keys

    @property
    def database_pid(self) -> int:
        return int((self.folder / "postgres/postmaster.pid").read_text().split()[0])

    def ask(
        self, method: str, path: str, who: str | None = None, body: object = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys[who]}"} if who else {}
        return httpx.request(
            method,
            self.url + path,
            headers=headers,
            json=body,
            timeout=30,
            verify=False,  # noqa: S501 - plain HTTP: certificates take 30 ms to load, each time
        )

    def wait_until(self, path: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self.ask("GET", path).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        pytest.fail(f"not ready; it ended with {self.process.poll()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)


def run(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of `gate` to its end."""
    with TemporaryFile("w+") as said, TemporaryFile("w+") as complained:
        env = environment(folder, settings)
        process = stem().begin(words, env, folder.parent, (said, complained))
        code = process.wait(PATIENCE_SECONDS)
        said.seek(0)
        complained.seek(0)
        return subprocess.CompletedProcess(words, code, said.read(), complained.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **OF_THIS_TREE, "GATE_DATA_DIR": str(folder), **settings}


Start = Callable[..., Service]


@cache
def stem() -> Stem:
    """The process that commands are copied from, started when the first is."""
    one = Stem()
    atexit.register(one.stop)
    return one


def begin_serving(folder: Path, settings: Mapping[str, str], output: IO[str]) -> Process:
    return stem().begin(["serve"], environment(folder, settings), folder.parent, (output, output))


def execute_serving(
    folder: Path, settings: Mapping[str, str], output: IO[str]
) -> "subprocess.Popen[str]":
    """Begin `gate serve` as a shell does, which takes some seconds more."""
    return subprocess.Popen(  # noqa: S603 - our own words
        [GATE, "serve"],
        env=environment(folder, settings),
        cwd=folder.parent,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def starting(
    folder: Path, begin: Callable[..., "Process | subprocess.Popen[str]"] = begin_serving
) -> Iterator[Start]:
    """Give a function that starts the service on `folder`; what it started ends with the block."""
    services: list[Service] = []

    def start(until: str = READY, **settings: str) -> Service:
        port = free_port()
        with (folder.parent / "out").open("w") as output:
            process = begin(folder, {"PORT": str(port), **settings}, output)
        services.append(Service(process, port, folder))
        services[-1].wait_until(until)
        return services[-1]

    try:
        yield start
    finally:
        for service in services:
            if service.process.poll() is None:
                service.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """A function that starts the service with settings; what it started ends with the test."""
    with starting(folder) as start:
        yield start


@pytest.fixture
def prepared(server_url: str) -> Iterator[str]:
    """The address of a database of the test's own that has all that a sandbox needs."""
    with prepared_database(server_url) as address:
        yield address


@pytest.fixture
def start_prepared(prepared: str, start: Start) -> Start:
    """What `start` gives, on a database that is there, beside which no worker works.

    Making a database takes seconds.
    """
    return partial(start, DATABASE_URL=prepared)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that runs for all who do not stop it, started as `gate serve` by a shell."""
    with starting(tmp_path_factory.mktemp("running") / "var", execute_serving) as start:
        yield start()
