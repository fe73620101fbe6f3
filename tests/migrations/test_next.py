"""`make migration`: what the models have become is written as the next version, tidy and whole."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.migrations import newest_revision

PROJECT = Path(__file__).parents[2]
PARTS = ("app", "migrations", "alembic.ini", "pyproject.toml")
BEFORE = "    season_asked_on: Mapped[date | None]\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what migrations are made from."""
    for name in PARTS:
        if (PROJECT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / ".venv").symlink_to((PROJECT / ".venv").resolve())
    return tmp_path


def run(copy: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run this Python in the copy, as the Makefile does in the project."""
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )


def write(copy: Path, message: str) -> Path:
    """Write the next version of the copy and return its file."""
    versions = copy / "migrations" / "versions"
    before = set(versions.glob("*.py"))
    ended = run(copy, "-m", "app.core.migrations", message)
    assert 0 == ended.returncode, ended.stderr
    (written,) = set(versions.glob("*.py")) - before
    return written


def test_a_changed_model_is_written_as_the_next_version_which_then_needs_no_other(
    copy: Path,
) -> None:
    model = copy / "app" / "models" / "entries.py"
    text = model.read_text()
    assert BEFORE in text
    model.write_text(text.replace(BEFORE, f"{BEFORE}    weighed_kg: Mapped[int | None]\n"))

    written = write(copy, "weigh entries twice")
    assert written.stem.partition("_")[2] == "weigh_entries_twice"
    said = written.read_text()
    assert said.startswith('"""Weigh entries twice.')
    assert f'down_revision: str | None = "{newest_revision()}"' in said
    assert (
        'op.add_column("entries", sa.Column("weighed_kg", sa.BigInteger(), nullable=True))' in said
    )
    assert 'op.drop_column("entries", "weighed_kg")' in said
    assert "from app" not in said
    ruff = ("-m", "ruff", "check", "--no-cache", "--config", "pyproject.toml", str(written))
    assert 0 == run(copy, *ruff).returncode

    again = write(copy, "nothing").read_text()
    assert 2 == again.count("    pass\n")
    assert "op." not in again


def test_make_says_how_where_no_message_is_given() -> None:
    ended = subprocess.run(
        ["make", "--dry-run", "migration"],  # noqa: S607 - the one on the path
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 'make migration m="add holds"' in ended.stdout
    assert "python -m app.core.migrations" in ended.stdout
