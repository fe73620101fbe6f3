"""`gate serve` in a process of its own, with a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

TREE = Path(__file__).parents[2]
GATE = TREE / ".venv" / "bin" / "gate"
# Several trees may share one virtual environment, which knows one of them.
OF_THIS_TREE = {"PYTHONPATH": str(TREE)}
PATIENCE_SECONDS = 120
READY = "/health/ready"


@dataclass
class Service:
    """A started service: its process, its address, and what it printed."""

    process: "subprocess.Popen[str]"
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
    return subprocess.run(  # noqa: S603 - our own words
        [GATE, *words],
        env=environment(folder, settings),
        cwd=folder.parent,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **OF_THIS_TREE, "GATE_DATA_DIR": str(folder), **settings}


Start = Callable[..., Service]


@contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """Give a function that starts the service on `folder`; what it started ends with the block."""
    services: list[Service] = []

    def begin(until: str = READY, **settings: str) -> Service:
        port = free_port()
        with (folder.parent / "out").open("w") as output:
            process = subprocess.Popen(  # noqa: S603 - our own words
                [GATE, "serve"],
                env=environment(folder, {"PORT": str(port), **settings}),
                cwd=folder.parent,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        services.append(Service(process, port, folder))
        services[-1].wait_until(until)
        return services[-1]

    try:
        yield begin
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
    with starting(folder) as begin:
        yield begin


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that runs for all who do not stop it."""
    with starting(tmp_path_factory.mktemp("running") / "var") as begin:
        yield begin()
