"""The generated clients against the live service, and against one that answers with news."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import key_of
from tests.live import Live

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent
TYPESCRIPT = CLIENTS / "typescript"
WAYS: Mapping[str, Sequence[str]] = {
    "python": (sys.executable, str(CLIENTS / "python/way.py")),
    "typescript": ("node", str(TYPESCRIPT / "dist/way.js")),
}
CHECKS: Mapping[str, Sequence[str]] = {
    "python": (
        *(sys.executable, "-m", "mypy", "--strict", "--config-file="),
        f"--cache-dir={ROOT / '.mypy_cache' / 'clients'}",
        str(CLIENTS / "python/way.py"),
    ),
    "typescript": ("node", "node_modules/typescript/bin/tsc", "--noEmit"),
}
UNKNOWN = "violet"


@pytest.fixture(scope="module", autouse=True)
def _generated() -> None:
    """Say what is to be done, rather than fail on an import or pass on old clients."""
    base = CLIENTS / ".generated"
    if not base.exists() or base.read_bytes() != (ROOT / "openapi.json").read_bytes():
        pytest.fail("the clients are missing or old: make clients")


@pytest.fixture(params=["python", "typescript"])
def language(request: pytest.FixtureRequest) -> str:
    if request.param == "typescript" and shutil.which("npm") is None:
        pytest.skip("there is no npm here: the TypeScript client was left out")
    language: str = request.param
    return language


def run(words: Sequence[str]) -> str:
    """Return what a program prints that ends well."""
    ended = subprocess.run(  # noqa: S603 - our own words
        words,
        capture_output=True,
        cwd=TYPESCRIPT,
        env={**os.environ, "PYTHONPATH": str(CLIENTS / "python")}
        | {"MYPYPATH": str(CLIENTS / "python")},
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == ended.returncode, ended.stdout + ended.stderr
    return ended.stdout


def go(language: str, address: str) -> dict[str, object]:
    """Return what a client was answered on its way."""
    answers: dict[str, object] = json.loads(
        run([*WAYS[language], address, key_of("company-1"), key_of("yard")])
    )
    return answers


def test_a_client_registers_moves_asks_and_prices(language: str, service: Live) -> None:
    answers = go(language, service.url)
    assert ("registered", "queued") == (answers["registered"], answers["seen"])
    assert answers["lane"] in {"green", "ordinary"}
    assert answers["place"]
    assert answers["fee_vnd"] == answers["quoted_vnd"]


def test_what_a_client_gives_has_the_types_of_the_document(language: str) -> None:
    run(CHECKS[language])


def enumerated() -> frozenset[str]:
    """Return every word that an enumeration of an answer has today."""
    words: set[str] = set()

    def remember(node: dict[str, Any]) -> dict[str, Any]:
        words.update(node.get("x-extensible-enum", ()))
        return node

    json.loads((ROOT / "openapi.json").read_text("utf-8"), object_hook=remember)
    return frozenset(words)


def renewed(value: object, known: frozenset[str]) -> object:
    """Return an answer with another value in the place of each that is known."""
    if isinstance(value, dict):
        return {name: renewed(part, known) for name, part in value.items()}
    if isinstance(value, list):
        return [renewed(part, known) for part in value]
    return UNKNOWN if value in known else value


def newer_than(url: str) -> type[BaseHTTPRequestHandler]:
    """Return what answers as a service does, with values that it has not yet."""
    known = enumerated()

    class Newer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.forward()

        def do_POST(self) -> None:
            self.forward()

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = ("Authorization", "Content-Type")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            answer = httpx.request(self.command, url + self.path, content=body, headers=headers)
            content = json.dumps(renewed(answer.json(), known)).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Newer


@pytest.fixture
def newer(service: Live) -> Iterator[str]:
    """The address of a later release, whose answers have a value in each enumeration for ours."""
    with ThreadingHTTPServer(("127.0.0.1", 0), newer_than(service.url)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_client_takes_values_that_it_does_not_know(language: str, newer: str) -> None:
    answers = go(language, newer)
    assert {UNKNOWN} == {answers["registered"], answers["lane"], answers["seen"]}
    assert answers["place"]
