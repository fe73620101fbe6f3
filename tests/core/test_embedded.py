"""The embedded server: wherever it stands, whoever runs it, whoever is killed."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.config import Settings
from app.core.database import is_passing, make_engine
from app.core.embedded import FAST, AlreadyRunningError, EmbeddedServer, running_url
from app.core.postgres_account import (
    NOBODY,
    ROOT,
    Account,
    EmbeddedServerError,
    account_for,
    bin_dir,
)

PROJECT = Path(__file__).parents[2]
NAMELESS = 54321  # as in a container that runs as a number
DAEMON = 1
IS_ROOT = os.geteuid() == ROOT
LONG = "/".join(["a-rather-long-name" * 10] * 7)
# Every way that this user may run it; the first is the one it chooses.
ACCOUNTS = [None, Account(user=NOBODY, group=NOBODY)] if IS_ROOT else [None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


async def ask(url: str, *statements: str) -> Any:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            results = [await connection.execute(text(statement)) for statement in statements]
            return results[-1].scalar() if results[-1].returns_rows else None
    finally:
        await engine.dispose()


async def ask_again(url: str, statement: str) -> Any:
    until = time.monotonic() + 30
    while True:
        try:
            return await ask(url, statement)
        except Exception as error:
            if time.monotonic() > until or not is_passing(error):
                raise


def is_alive(pid: int | None) -> bool:
    """Whether a process runs; one that was killed and that nobody waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@contextmanager
def process(folder: Path, *user: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the server of `folder` in another process."""
    command: list[str | Path] = [sys.executable, "-m", "tests.core.embedded_process", folder, *user]
    with subprocess.Popen(  # noqa: S603 - our own words
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        yield other


def first_line(other: "subprocess.Popen[str]") -> str:
    assert other.stdout is not None
    return other.stdout.readline().strip()


async def keep_and_ask(server: EmbeddedServer) -> None:
    """Store a row, start anew, find it."""
    with server:
        await ask(server.url, "CREATE TABLE kept AS SELECT 7 AS seven")
        assert "UTF8" == await ask(server.url, "SHOW server_encoding")
    with server:
        assert 7 == await ask(server.url, "SELECT seven FROM kept")


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("var", id="a plain path"),
        pytest.param('cửa khẩu 口岸/it\'s a "gate"', id="spaces, quotes and other scripts"),
        pytest.param(LONG, id="a path too long for it"),
    ],
)
async def test_it_keeps_its_rows_under_any_path(
    tmp_path: Path, name: str, account: Account | None
) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    await keep_and_ask(EmbeddedServer(private / name, options=FAST, account=account))


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_programs_out_of_reach_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, account: Account | None
) -> None:
    private = tmp_path / "home" / LONG
    copy_programs(private)
    (tmp_path / "home").chmod(0o700)
    monkeypatch.syspath_prepend(str(private))
    assert private in bin_dir().parents
    await keep_and_ask(EmbeddedServer(tmp_path / "var", options=FAST, account=account))


def copy_programs(into: Path) -> None:
    package = bin_dir().parents[1]
    for source in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(source, into / source.name)


@pytest.fixture(params=[DAEMON, NAMELESS] if IS_ROOT else [os.geteuid()])
def user(request: pytest.FixtureRequest) -> int:
    """Somebody who is not root; whoever runs the tests, where that is not root."""
    uid: int = request.param
    return uid


@pytest.fixture
def home(user: int) -> Iterator[Path]:
    """The home of an unprivileged user, of mode 700, with PostgreSQL's programs in it."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        path = Path(parent) / "home"
        copy_programs(path)
        Account(user=user, group=user).own(path)
        path.chmod(0o700)
        yield path


async def test_a_user_runs_it_in_a_home_of_mode_700(home: Path, user: int) -> None:
    with process(home / "var", *as_user(user, home)) as other:
        url, _, pid = first_line(other).rpartition(" ")
        assert 18 == await ask(url, "SELECT current_setting('server_version_num')::int / 10000")
        assert user == owner_of(pid)
    assert not is_alive(int(pid))


def as_user(user: int, home: Path) -> list[str]:
    return [str(user), str(home)] if IS_ROOT else []


def owner_of(pid: str) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


async def test_root_runs_the_data_of_a_user_as_that_user(home: Path, user: int) -> None:
    with process(home / "var", *as_user(user, home)) as other:
        url, _, _ = first_line(other).rpartition(" ")
        await ask(url, "CREATE TABLE kept AS SELECT 7 AS seven")
    assert user == account_for(home / "var/postgres").uid
    with EmbeddedServer(home / "var", options=FAST) as server:
        assert 7 == await ask(server.url, "SELECT seven FROM kept")


async def test_killed_it_comes_back_with_every_acknowledged_row(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        await ask(server.url, "CREATE TABLE kept (id uuid DEFAULT uuidv7())")
        for number in range(3):
            await ask(server.url, "INSERT INTO kept DEFAULT VALUES")
            killed = server.pid
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            assert number + 1 == await ask_again(server.url, "SELECT count(*) FROM kept")
            assert killed != server.pid


async def test_it_is_tried_again_until_it_can_come_back(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        assert server.pid is not None
        version, aside = folder / "postgres/PG_VERSION", folder / "aside"
        version.rename(aside)
        os.kill(server.pid, signal.SIGKILL)
        until = time.monotonic() + 30
        while "not a valid data directory" not in (folder / "postgres.log").read_text():
            assert time.monotonic() < until
            await asyncio.sleep(0.01)
        with pytest.raises(Exception, match=r"No such file|refused") as refused:
            await ask(server.url, "SELECT 1")
        assert is_passing(refused.value)
        aside.rename(version)
        assert 1 == await ask_again(server.url, "SELECT 1")


async def test_a_pool_heals_without_a_failed_statement(folder: Path) -> None:
    with EmbeddedServer(folder, options=FAST) as server:
        engine = make_engine(server.url, Settings(pool_size=2))
        first = await session_of(engine)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        await ask_again(server.url, "SELECT 1")
        assert first != await session_of(engine)
        await engine.dispose()


async def session_of(engine: AsyncEngine) -> object:
    async with engine.connect() as connection:
        return await connection.scalar(text("SELECT backend_start FROM pg_stat_activity "
                                            "WHERE pid = pg_backend_pid()"))  # fmt: skip


async def test_an_orphan_of_a_killed_process_is_stopped_and_started_anew(folder: Path) -> None:
    with process(folder) as other:
        url, _, orphan = first_line(other).rpartition(" ")
        await ask(url, "CREATE TABLE kept AS SELECT 7 AS seven")
        other.kill()
    assert is_alive(int(orphan))
    with EmbeddedServer(folder, options=FAST) as server:
        assert not is_alive(int(orphan))
        assert 7 == await ask(server.url, "SELECT seven FROM kept")
        assert url != server.url


async def test_both_killed_at_once_lose_nothing(folder: Path) -> None:
    with process(folder) as other:
        url, _, orphan = first_line(other).rpartition(" ")
        await ask(url, "CREATE TABLE kept AS SELECT 7 AS seven")
        other.kill()
        os.kill(int(orphan), signal.SIGKILL)
    with EmbeddedServer(folder, options=FAST) as server:
        assert 7 == await ask(server.url, "SELECT seven FROM kept")


def test_a_second_start_on_the_same_data_says_so(folder: Path) -> None:
    with EmbeddedServer(folder, options=FAST) as server:
        with pytest.raises(AlreadyRunningError) as refused:
            EmbeddedServer(folder).start()
        assert f"{folder} is in use by process {os.getpid()}" in str(refused.value)
        assert 1 == len(str(refused.value).splitlines())
        assert server.url == running_url(folder)
        with process(folder) as other:
            assert "is in use" in first_line(other)
    assert running_url(folder) is None


def test_stopped_it_leaves_neither_process_nor_socket(folder: Path) -> None:
    with EmbeddedServer(folder, options=FAST) as server:
        pid, sockets = server.pid, Path(server.url.partition("host=")[2].partition("&")[0])
        assert is_alive(pid)
        assert 0o700 == sockets.stat().st_mode & 0o777
    assert not is_alive(pid)
    assert not sockets.exists()
    assert server.pid is None


def test_a_later_process_of_the_same_number_is_left_alone(folder: Path) -> None:
    with EmbeddedServer(folder, options=FAST):
        pass
    (folder / "postgres/postmaster.pid").write_text(f"{os.getpid()}\n")
    with EmbeddedServer(folder, options=FAST) as server:
        assert is_alive(server.pid)


def test_a_first_start_that_was_killed_is_begun_again(folder: Path) -> None:
    (folder / "postgres.new").mkdir(parents=True)
    (folder / "postgres.new/PG_VERSION").write_text("18")
    with EmbeddedServer(folder, options=FAST) as server:
        assert is_alive(server.pid)


def test_settings_of_another_postgresql_do_not_matter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGDATA": "/nowhere", "PGPORT": "1", "PGOPTIONS": "-c nothing=1"}.items():
        monkeypatch.setenv(name, value)
    with EmbeddedServer(folder, options=FAST) as server:
        assert is_alive(server.pid)


def of_another_version(folder: Path) -> None:
    with EmbeddedServer(folder, options=FAST):
        pass
    (folder / "postgres/PG_VERSION").write_text("12\n")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(of_another_version, "incompatible with server", id="data of another version"),
        pytest.param(lambda folder: folder.write_text(""), "File exists", id="a file in its place"),
    ],
)
def test_what_it_cannot_run_on_is_told_in_a_line(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(folder)
    with pytest.raises(EmbeddedServerError, match=says) as refused:
        EmbeddedServer(folder).start()
    assert 1 == len(str(refused.value).splitlines())
