"""The logs of a running service, checked from outside by both programs."""

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.cli.verifying import Checked, report
from app.domain.log.verifying import verify
from tests.cli.conftest import PATIENCE_SECONDS, Service, run
from tests.published import PROGRAM

LOG = "/v1/log/tan-thanh/export"
# A seal, the rates, a waiting start. Calls come only at hours when the gate is open.
LEAST = 3


@pytest.fixture(scope="session")
def busy(running: Service) -> Service:
    """A service at which vehicles wait, and were called if the gate is open; it was sealed."""
    keys = str(running.folder / "sandbox-keys.json")
    words = ("--url", running.url, "--keys", keys, "--rate", "30", "--seconds", "6", "--seed", "7")
    played = run(running.folder, "traffic", *words)
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and size(running) < LEAST:
        time.sleep(0.2)
    assert size(running) >= LEAST, played.stdout + played.stderr
    return running


def size(service: Service) -> int:
    answer = httpx.get(f"{service.url}{LOG}/checkpoint")
    return int(answer.text.split("\n")[1]) if answer.is_success else 0


def program(*words: str, at: Path = PROGRAM) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-I", str(at), *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture
def saved(busy: Service, tmp_path: Path) -> Path:
    """What the program keeps of the log."""
    words = ("--gate", "tan-thanh", "--save", str(tmp_path / "log"))
    said = program(busy.url, *words)
    assert (0, "HOLDS") == (said.returncode, said.stdout[:5]), said
    return tmp_path / "log"


def test_both_find_that_the_log_holds(busy: Service, saved: Path) -> None:
    kept = str(saved / "checkpoint")
    ours = run(busy.folder, "verify", busy.url, "--kept", kept)
    assert 0 == ours.returncode, ours
    assert "HOLDS  border-gate/tan-thanh/export" in ours.stdout
    one = run(busy.folder, "verify", busy.url, "--gate", "tan-thanh", "--direction", "export")
    assert 1 == one.stdout.count("HOLDS")
    assert 0 == program(str(saved), "--kept", kept).returncode
    keys = json.loads((saved / "key.json").read_text())["logs"]
    (key,) = next(log["keys"] for log in keys if log["origin"].endswith("tan-thanh/export"))
    assert 0 == program(str(saved), "--key", key, "--quiet").returncode


def test_the_program_is_given_by_the_service_that_it_checks(busy: Service, tmp_path: Path) -> None:
    """As the page of a gate says: the link, its hash beside it, the command in its own words."""
    page = httpx.get(f"{busy.url}/gates/tan-thanh").text
    link, told = re.findall(r'href="(/verify_log.py[^"]*)"', page), page.partition("SHA-256")[2]
    command = re.findall(r"verify_log.py (.+ export)</code>", page)
    given = httpx.get(busy.url + link[0])
    assert PROGRAM.read_bytes() == given.content
    assert f"<code>{hashlib.sha256(given.content).hexdigest()}</code>" in told
    taken = tmp_path / "verify_log.py"
    taken.write_bytes(given.content)
    _, *words = command[0].split()
    said = program(busy.url, *words, at=taken)
    assert (0, "HOLDS") == (said.returncode, said.stdout[:5]), said


def test_the_program_is_a_file_to_keep_until_another_release(busy: Service) -> None:
    path = f"{busy.url}/verify_log.py"
    newest, version = httpx.get(path), hashlib.sha256(PROGRAM.read_bytes()).hexdigest()[:12]
    named = httpx.head(f"{path}?v={version}")
    assert (b"", newest.headers["etag"]) == (named.content, named.headers["etag"])
    assert {
        "cache-control": "public, max-age=31536000, immutable",
        "content-disposition": 'attachment; filename="verify_log.py"',
        "content-length": str(len(newest.content)),
        "content-type": "text/x-python; charset=utf-8",
        "x-content-type-options": "nosniff",
    }.items() <= named.headers.items()
    for other in (path, f"{path}?v=0"):
        again = httpx.get(other, headers={"If-None-Match": newest.headers["etag"]})
        assert (304, "public, max-age=0") == (again.status_code, again.headers["cache-control"])


def test_a_leaf_that_was_changed_is_named(saved: Path) -> None:
    path = saved / "leaves.ndjson"
    lines = path.read_bytes().split(b"\n")
    index = next(at for at, line in enumerate(lines) if b'"kind":"waiting.started"' in line)
    lines[index] = lines[index].replace(b'"carried":0', b'"carried":9')
    path.write_bytes(b"\n".join(lines))
    said = program(str(saved))
    assert 1 == said.returncode, said
    assert f"WRONG  leaf {index}: its hash is not that of tile 0/0 (tile)" in said.stdout
    assert f"WRONG  leaf {index}: it left with 0 (points)" in said.stdout


def test_a_log_that_was_emptied_is_wrong_for_whoever_kept_a_checkpoint(
    busy: Service, tmp_path: Path
) -> None:
    """A service that tells of no leaves is believed by those alone who have never seen one."""
    (tmp_path / "kept").write_text("border-gate/ban-chat/export\n5\n\n", "utf-8")
    said = run(
        busy.folder, "verify", busy.url, "--gate", "ban-chat", "--kept", str(tmp_path / "kept")
    )
    assert 1 == said.returncode, said
    assert "WRONG  border-gate/ban-chat/export, leaf 0: nothing is left (shorter)" in said.stdout


def test_what_this_version_does_not_know_is_counted_out_loud() -> None:
    """Leaves that are passed over order nothing; who reads the verdict is told how many."""
    verdict = replace(verify([], ()), unknown=2)
    said = list(report(Checked("gate.example/tan-thanh/export", 9, verdict, [])))
    assert "       2 leaves of kinds that this version does not know" in said
    assert not any("know" in line for line in report(Checked("o", 9, verify([], ()), [])))


def edit_signature(folder: Path) -> Sequence[str]:
    note = (folder / "checkpoint").read_text("utf-8")
    size = note.split("\n")[1]
    (folder / "checkpoint").write_text(
        note.replace(f"\n{size}\n", f"\n{int(size) - 1}\n", 1), "utf-8"
    )
    return ()


def keep_another(folder: Path) -> Sequence[str]:
    (folder / "mine").write_text("border-gate/tan-thanh/export\n1\n" + "A" * 43 + "=\n\n", "utf-8")
    return "--kept", str(folder / "mine")


@pytest.mark.parametrize("cheat", [edit_signature, keep_another])
def test_what_no_key_has_signed_is_wrong(
    saved: Path, cheat: Callable[[Path], Sequence[str]]
) -> None:
    said = program(str(saved), *cheat(saved))
    assert (1, "(signature)") == (said.returncode, said.stdout.split()[-1]), said


def test_what_cannot_be_checked_ends_with_two(busy: Service, tmp_path: Path) -> None:
    assert 2 == program(str(tmp_path)).returncode
    assert 2 == program(busy.url).returncode
    assert 2 == program("http://127.0.0.1:1", "--gate", "tan-thanh").returncode
    assert 2 == run(busy.folder, "verify", "http://127.0.0.1:1").returncode
    assert 2 == run(busy.folder, "verify", busy.url, "--gate", "no-gate").returncode
    (tmp_path / "note").write_text("no note", "utf-8")
    kept = ("--kept", str(tmp_path / "note"))
    assert 2 == run(busy.folder, "verify", busy.url, *kept).returncode
    assert 2 == run(busy.folder, "verify", busy.url, "--kept", str(tmp_path / "none")).returncode
