"""What the README shows is what happens: its requests are sent, in order, its answers compared."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from app.cli.commands import app as command
from app.core.config import Settings, environment_name
from tests.api.conftest import Gate

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()
SHELL = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHOWN: list[dict[str, Any]] = [
    json.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
]
ANYTHING = "…"
# What differs each time: references and the codes of orders.
DRAWN = re.compile(r"\bE[0-9A-Z]{3}-[0-9A-Z]{6}\b|\b\d{8}-[0-9A-Z]{9}\b")


@dataclass
class Request:
    """One call of `as` in the README, and what the comments after it tell of the answer."""

    who: str
    method: str
    path: str
    headers: dict[str, str]
    body: str | None
    told: dict[str, Any]


def requests() -> Iterator[Request]:
    """Read the calls of `as`, in order."""
    for statement, comment in statements():
        if statement.startswith("as "):
            words = shlex.split(statement.replace("\\\n", " ").partition(" | ")[0])
            yield request_of(words, comment)


def statements() -> Iterator[tuple[str, str]]:
    """Yield each statement of the shell blocks, with the comment behind or below it."""
    found: list[list[str]] = []
    for block in SHELL:
        pending = ""
        for line in block.splitlines():
            if line.startswith("# "):
                found[-1][1] += line[2:]
                continue
            pending += line + "\n"
            if is_whole(pending):
                code, _, comment = pending.strip().partition("   # ")
                found.append([code, comment])
                pending = ""
    yield from ((code, comment) for code, comment in found)


def is_whole(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return not text.endswith("\\\n")


def request_of(words: list[str], comment: str) -> Request:
    request = Request(words[1], "", "", {}, None, told_by(comment))
    rest = iter(words[2:])
    for word in rest:
        match word:
            case "-X":
                request.method = next(rest)
            case "-H":
                name, value = next(rest).split(": ", 1)
                request.headers[name] = value
            case "-d":
                request.body = next(rest)
            case _:
                request.path = word.removeprefix("$gate")
    request.method = request.method or ("GET" if request.body is None else "POST")
    return request


def told_by(comment: str) -> dict[str, Any]:
    """Read a comment such as `"place": 1, "next_steps": […]`; other comments tell no answer."""
    if not comment.startswith('"'):
        return {}
    whole = re.sub(rf", {ANYTHING}(?=[}}\]])", "", comment).replace(
        f"[{ANYTHING}]", f'"{ANYTHING}"'
    )
    told: dict[str, Any] = json.loads(f"{{{whole}}}")
    return told


def ensure_shown(shown: Any, answer: Any, at: str = "") -> None:
    """Compare what is shown with an answer, which may have more; `…` stands for anything."""
    if isinstance(shown, Mapping):
        for name, value in shown.items():
            assert name in answer, f"{at}/{name}"
            ensure_shown(value, answer[name], f"{at}/{name}")
    elif isinstance(shown, list):
        for number, value in enumerate(shown):
            ensure_shown(value, answer[number], f"{at}/{number}")
    elif isinstance(shown, str):
        drawn = DRAWN.sub(ANYTHING, shown)
        pattern = ".*".join(re.escape(part) for part in drawn.split(ANYTHING))
        assert re.fullmatch(pattern, str(answer)), (at, shown, answer)
    else:
        assert shown == answer, at


@dataclass
class Reader:
    """Somebody who types what the README shows, one request after the other."""

    gate: Gate
    variables: dict[str, str]
    left: list[Request]

    async def send(self, path: str) -> Any:
        """Send the next request, which goes to an address that ends so, and return the answer."""
        request = self.left.pop(0)
        assert request.path.endswith(path), request
        for name, value in self.variables.items():
            request.path = request.path.replace(f"${name}", value)
        answer = await self.gate.ask(
            request.method, request.path, request.who,
            headers={"Content-Type": "application/json", **request.headers},
            content=request.body,
        )  # fmt: skip
        document = answer.json()
        calls = document.get("calls") if isinstance(document, dict) else None
        ensure_shown(request.told, calls[0] if calls else document, request.path)
        return document


async def test_one_trucks_way_is_as_the_readme_shows_it(gate: Gate) -> None:
    reader = Reader(gate, {}, list(requests()))
    registered, refused = SHOWN
    await reader.send("/clock")
    entry = await reader.send("/v1/entries")
    ensure_shown(registered, entry)
    reader.variables = {"entry": entry["id"], "order": entry["orders"][0]["id"]}
    await reader.send("/$entry")
    await reader.send("/movements")
    await reader.send("/place")
    gate.wait(seconds=2401)
    await reader.send("/calls")
    gate.wait(minutes=5)
    await reader.send("/arrivals")
    await reader.send("/checks")
    await reader.send("/admission")
    release = f"/v1/entries/{entry['id']}/release"
    await check_what_is_missing(gate, entry, before="admission")
    answer = (await gate.post(release, "officer-1")).json()
    ensure_shown(refused, answer)
    assert len(refused["errors"]) == len(answer["errors"])
    await reader.send("/payments")
    await check_what_is_missing(gate, entry, before="release")
    assert "released" == (await reader.send("/release"))["state"]
    await reader.send("/exit")
    assert [] == reader.left


async def check_what_is_missing(gate: Gate, entry: dict[str, Any], before: str) -> None:
    """Pass the checks that the README leaves to its reader."""
    for step in (await gate.entry(entry))["next_steps"]:
        if step["facts"].get("before") == before:
            await gate.check(entry, step["facts"]["check"], step["who"])


def test_the_shell_of_the_readme_is_whole() -> None:
    """It can be pasted: its syntax is right, and no variable is used that was not set."""
    script = "\n".join(SHELL[1:])
    checked = subprocess.run(
        ["bash", "-n"],  # noqa: S607 - the one on the path
        input=script,
        text=True,
        check=False,
    )
    assert 0 == checked.returncode
    given = set(re.findall(r"(?:^|; )(\w+)=", script, re.MULTILINE))
    assert set() == set(re.findall(r"\$([a-z]\w*)", script)) - given


def test_the_readme_names_only_operations_that_are_there() -> None:
    paths = json.loads((PROJECT / "openapi.json").read_text())["paths"]
    named = re.findall(r"`(?:[A-Z]+ )?(/(?:v1|health|metrics)[^`\s]*)`", README)
    assert named
    assert [] == [path for path in named if path not in paths]


@pytest.mark.parametrize(
    ("pattern", "known"),
    [
        pytest.param(r"\bmake ([a-z]+)\b", "targets", id="targets of make"),
        pytest.param(r"(?:^|`)gate ([a-z]+)\b", "commands", id="commands of gate"),
        pytest.param(r"\b(GATE_[A-Z_]+|DATABASE_URL)\b", "settings", id="settings"),
    ],
)
def test_the_readme_names_only_known(pattern: str, known: str) -> None:
    makefile = (PROJECT / "Makefile").read_text()
    names = {
        "targets": set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)),
        "commands": set(typer.main.get_command(command).commands),  # type: ignore[attr-defined] # a group of commands
        "settings": {environment_name(name) for name in Settings.model_fields},
    }[known]
    said = set(re.findall(pattern, README, re.MULTILINE))
    assert said
    assert set() == said - names
