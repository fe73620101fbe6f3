"""What a clean machine installs and an image holds."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())
GROUPS = PYPROJECT["dependency-groups"]
OF_NPM = ("tests/clients/typescript/package-lock.json", "examples/typescript/package-lock.json")
LOCKS = ("requirements.lock", "requirements-dev.lock", *OF_NPM)


def exact(requirements: list[str]) -> dict[str, str]:
    """Return the version of each requirement, extras left out; all are exact."""
    return dict(re.sub(r"\[.*\]", "", one).split("==") for one in requirements)


def locked(name: str) -> dict[str, str]:
    """Return the version of each package of a lock."""
    text = (PROJECT / name).read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^ ;]+)", text, re.MULTILINE))


def test_the_lock_holds_exactly_the_versions_asked_for() -> None:
    wanted = exact(PYPROJECT["project"]["dependencies"])
    assert wanted.items() <= locked("requirements.lock").items()


def test_the_development_lock_adds_the_tools_and_changes_nothing() -> None:
    development = locked("requirements-dev.lock")
    assert locked("requirements.lock").items() <= development.items()
    for group in GROUPS.values():
        assert exact(group).items() <= development.items()


@pytest.mark.parametrize("name", [lock for lock in LOCKS if lock.endswith(".lock")])
def test_every_package_of_a_lock_has_hashes(name: str) -> None:
    packages = re.split(r"\n(?=\S)", (PROJECT / name).read_text().strip())
    assert all("--hash=sha256:" in package for package in packages)


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_where_packages_come_from(name: str) -> None:
    text = (PROJECT / name).read_text()
    assert not re.search(r'"resolved"|index-url|find-links|file:|\.(whl|tgz)\b', text)


@pytest.mark.parametrize("name", OF_NPM)
def test_what_is_written_in_typescript_is_pinned_with_integrity(name: str) -> None:
    lock = json.loads((PROJECT / name).read_text())
    packages = [package for path, package in lock["packages"].items() if path]
    assert packages
    assert all(package["integrity"] for package in packages)


def test_the_image_copies_what_is_there_and_let_through() -> None:
    copied = re.findall(
        r"^COPY (?!--from)(\S+) ", (PROJECT / "Dockerfile").read_text(), re.MULTILINE
    )
    admitted = re.findall(r"^!(\S+)$", (PROJECT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(admitted)
    assert all((PROJECT / path).exists() for path in copied)


def test_every_target_of_make_is_explained() -> None:
    text = (PROJECT / "Makefile").read_text()
    targets = re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE)
    assert targets == re.findall(r"^([a-z]+):.*## \S", text, re.MULTILINE)


def test_the_image_has_two_stages_and_runs_as_nobody_in_particular() -> None:
    text = (PROJECT / "Dockerfile").read_text()
    _, build, last = re.split(r"^FROM ", text, flags=re.MULTILINE)
    assert re.search(r"^ARG BASE=python:\d+\.\d+\.\d+-slim-\w+$", text, re.MULTILINE)
    assert all(stage.startswith("${BASE}") for stage in (build, last))
    assert "--only-binary :all: --require-hashes" in build
    for word in ("apt-get", "gcc", "build-essential", "pip install", "migrate"):
        assert word not in last
    assert re.search(r"^USER [1-9]\d+$", last, re.MULTILINE)
    assert "/health/live" in last.partition("HEALTHCHECK")[2].partition("STOPSIGNAL")[0]
    assert "GATE_MODE=production" in last


def test_ci_runs_every_check_and_every_test() -> None:
    ci = (PROJECT / ".ci" / "run").read_text()
    assert ci.rstrip().endswith("\nexec make check TESTS=coverage")
    made = (PROJECT / "Makefile").read_text()
    recipe = made.partition("\ncheck: ")[2].partition("\n\n")[0]
    beside = re.search(r"--output-sync=target ([a-z ]+)\n", recipe)
    assert beside
    for target in (*beside[1].split(), "coverage"):
        recipe += made.partition(f"\n{target}: ")[2].partition("\n\n")[0] + "\n"
    for command in (
        "ruff format --check .", "ruff check .", "hadolint Dockerfile", "/mypy\n",
        "/lint-imports\n",
        "diff -u openapi.json -", "python -m docs --check", "$(MAKE) $(TESTS)",
        "$(MAKE) test ",
        "--fail-under=95\n", "--fail-under=100 --include='app/domain/*'",
    ):  # fmt: skip
        assert command in recipe


def test_an_environment_is_never_part_of_the_tree() -> None:
    """Neither a folder nor a link to one: checking that out would take the folder's place."""
    assert ".venv" in (PROJECT / ".gitignore").read_text().splitlines()
