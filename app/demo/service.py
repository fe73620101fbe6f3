"""A service of the demonstration's own: an empty sandbox on a free port, gone when it is over."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.demo.failures import DemoError

PROJECT = Path(__file__).parents[2]
KEYS_FILE = "sandbox-keys.json"
START_SECONDS, STOP_SECONDS = 120, 60
POLL_SECONDS = 0.1
LAST_LINES = 5


@dataclass(frozen=True, slots=True)
class Service:
    """Where a sandbox answers, and the keys of everybody in it."""

    url: str
    keys: Mapping[str, str]


def service_at(url: str, keys: Path) -> Service:
    """Return a sandbox that runs elsewhere, with its file of keys.

    Raises:
        DemoError: there is no such file.
    """
    try:
        return Service(url.rstrip("/"), json.loads(keys.read_text()))
    except (OSError, ValueError) as error:
        message = f"{keys}: no keys of a sandbox there: {error}"
        raise DemoError(message) from error


@contextmanager
def own_service() -> Iterator[Service]:
    """Give a sandbox on an empty folder; its process is ended by its id, its data removed.

    Raises:
        DemoError: it did not start.
    """
    with tempfile.TemporaryDirectory(prefix="gate-demo-") as name:
        folder = Path(name)
        port = _free_port()
        with (folder / "out").open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve"],
                env=_environment(folder, port),
                cwd=folder,  # where there is no .env, which might name a database
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C ends the demonstration, and that ends the service
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(process, url, folder / "out")
            yield service_at(url, folder / "var" / KEYS_FILE)
        finally:
            _end(process)


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Return an environment without anybody's settings: they might name a database in use."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GATE_") and name not in {"DATABASE_URL", "HOST", "PORT"}
    }
    return {
        **kept,
        "GATE_DATA_DIR": str(folder / "var"),
        "GATE_LOG_LEVEL": "warning",
        "PORT": str(port),
        "PYTHONPATH": str(PROJECT),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, output: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(POLL_SECONDS)
    said = "\n".join(output.read_text().splitlines()[-LAST_LINES:])
    message = f"The service did not start in {START_SECONDS} s: {said}"
    raise DemoError(message)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
