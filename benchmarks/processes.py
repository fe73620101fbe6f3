"""Servers as they run in production, each a process of its own, started and always ended here."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from app.api.rate_limits import Work
from benchmarks.client import HOST

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.005
SERVE = ("-m", "app.cli", "serve")
# High enough to refuse nothing; every request is still counted.
UNLIMITED = {f"GATE_RATE_LIMIT_{work.upper()}": "1000000/second" for work in Work}


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    port: int
    pid: int
    ready_seconds: float

    def ask(
        self,
        path: str,
        document: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Reply":
        """Send one request and return its answer, whatever its status below 400."""
        return _ask(self.port, path, document, headers)

    @property
    def cpu_seconds(self) -> float:
        """What the process has used of processors since it started."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """What the process holds of memory now, in megabytes (resident set)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6


@dataclass(frozen=True)
class Reply:
    """An answer as it came: status, headers in order, body."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the body as an object."""
        document: dict[str, object] = json.loads(self.body)
        return document


@contextmanager
def serving(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    output: Path,
    ready: str = "/health/ready",
    folder: Path | None = None,
) -> Iterator[Running]:
    """Run `python command` with `PORT` set, from its start to the first answer of `ready`.

    Raises:
        RuntimeError: it ended or did not answer in time; `output` says why.
    """
    port = free_port()
    with output.open("ab") as log:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - this Python, our modules
            [sys.executable, *command],
            env={**os.environ, **environment, "PORT": str(port)},
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )
    try:
        _wait(process, port, ready, output)
        yield Running(port, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, path: str, output: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            _ask(port, path, None, None)
        except (URLError, ConnectionError):
            time.sleep(POLL_SECONDS)
        else:
            return
    said = output.read_text(errors="replace").splitlines()[-15:]
    raise RuntimeError("\n".join([f"no answer from {path}:", *said]))


def _ask(port: int, path: str, document: object, headers: Mapping[str, str] | None) -> Reply:
    body = None if document is None else json.dumps(document).encode()
    fields = {"Content-Type": "application/json", **(headers or {})} if body else headers or {}
    request = Request(f"http://{HOST}:{port}{path}", body, dict(fields))
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return Reply(answer.status, answer.getheaders(), answer.read())


@contextmanager
def working(folder: Path, url: str, **settings: str) -> Iterator[None]:
    """Let `gate work` do what is due on a database, in a process of its own."""
    environment = {**os.environ, "DATABASE_URL": url, "GATE_LOG_LEVEL": "warning", **settings}
    with (folder / "work.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "work"], env=environment, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(STOP_SECONDS)
