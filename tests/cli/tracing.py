"""A collector of traces beside a service that runs, and what it was sent."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE_SECONDS

PROJECT = Path(__file__).parents[2]


class Collector:
    """A collector that runs, and what was sent to it."""

    def __init__(self, address: str, file: Path) -> None:
        self.settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_OTLP_HEADERS": "X-Key=a%20key",
            "GATE_TRACE_RATIO": "1",
        }
        self._file = file

    @property
    def spans(self) -> list[dict[str, Any]]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return [json.loads(line) for line in lines]

    def wait_for(self, name: str) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for span in self.spans:
                if span["name"] == name:
                    return span
            time.sleep(0.1)
        pytest.fail(f"no span {name}")


@contextmanager
def collecting(folder: Path) -> Iterator[Collector]:
    """Give a collector that runs in a process of its own and keeps what it is sent in `folder`."""
    command = [sys.executable, "-m", "tests.collector", str(folder / "spans")]
    with subprocess.Popen(  # noqa: S603 - our own words
        command, cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield Collector(f"http://127.0.0.1:{port}", folder / "spans")
        finally:
            process.terminate()
