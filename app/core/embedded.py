"""The PostgreSQL that comes with the service: started, watched, restarted and stopped here.

One folder holds everything: `postgres/`, the data; `postgres.log`; and `lock`, which is held as
long as the process that started the server lives, and so decides who lives.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

import structlog

from app.core.postgres_account import (
    Account,
    EmbeddedServerError,
    account_for,
    private_folder,
    reachable_data,
    reachable_programs,
)
from app.core.postmaster import POLL_SECONDS, read_postmaster, stop_orphan

NAME = "gate"  # of the database and of its owner
START_SECONDS = 60.0
STOP_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 5.0
LARGEST_LOG_BYTES = 20_000_000

# Errors of statements stay out of the log: their texts quote plates and names.
DURABLE: Mapping[str, str] = {
    "max_connections": "200",
    "log_min_messages": "log",
    "log_checkpoints": "off",
}
# For tests: no byte is ever forced to disk.
FAST: Mapping[str, str] = {
    **DURABLE,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

log: structlog.stdlib.BoundLogger = structlog.get_logger()


class AlreadyRunningError(EmbeddedServerError):
    """Another process runs the server of this folder."""


class EmbeddedServer:
    """A PostgreSQL with its data in `directory`, as long as this process lives.

    It listens on a socket in a private folder and trusts whoever can enter that. It runs in a
    session of its own, so Ctrl-C in a terminal does not reach it. Should it die, it is brought
    back with its data; should this process die, the next start stops the orphan and starts anew.
    """

    def __init__(
        self,
        directory: Path,
        *,
        options: Mapping[str, str] = DURABLE,
        account: Account | None = None,
    ) -> None:
        """Prepare a server with PostgreSQL's `options`; nothing is touched before `start`.

        It runs as `account`, by default as `account_for` finds fit.
        """
        self._directory = directory.resolve()
        self._data = self._directory / "postgres"
        self._options = options
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._folder = Path()
        self._given_account = account
        self._account = account or Account()
        self._programs = Path()
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of its database, for SQLAlchemy."""
        return server_url(self._folder)

    @property
    def pid(self) -> int | None:
        """The process of the server, None while there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            AlreadyRunningError: another process runs it.
            EmbeddedServerError: with what PostgreSQL says, or the folder that cannot be used.
        """
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _take_lock(self._directory / "lock")
            self._start_locked()
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                message = f"{error.filename or self._directory}: {error.strerror}"
                raise EmbeddedServerError(message) from error
            raise

    def stop(self) -> None:
        """Stop the server, its sessions too, and leave the folder to others."""
        self._stopping.set()
        with self._starting:
            if self._process is not None:
                _end(self._process)
        if self._watcher is not None:
            self._watcher.join()
        if self._folder != Path():
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
        self._lock, self._process, self._watcher, self._folder = None, None, None, Path()

    def _start_locked(self) -> None:
        self._stopping.clear()
        stop_orphan(self._data)
        self._account = self._given_account or account_for(self._data)
        self._folder = private_folder()
        self._programs = reachable_programs(self._account, self._folder)
        self._account.own(self._folder)
        if not self._data.exists():
            self._create()
        self._account.own(self._data)
        if self._log_path.exists() and self._log_path.stat().st_size > LARGEST_LOG_BYTES:
            self._log_path.replace(self._log_path.with_suffix(".log.old"))
        self._launch()
        self._watcher = threading.Thread(target=self._watch, name="postgres", daemon=True)
        self._watcher.start()

    def _create(self) -> None:
        """Make the data folder beside its place: one that is there is always whole."""
        unfinished = self._data.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._account.own(unfinished)
        with self._reaching(unfinished) as (path, descriptor):
            fsync = ["--no-sync"] if self._options.get("fsync") == "off" else []
            locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            access = [f"--username={NAME}", "--auth=trust"]
            self._run(["initdb", "--pgdata", path, *fsync, *locale, *access], descriptor)
            create = f"CREATE DATABASE {NAME};\n".encode()
            self._run(["postgres", "--single", "-D", path, "postgres"], descriptor, create)
        unfinished.rename(self._data)

    def _run(self, command: list[str | Path], descriptor: int, said: bytes = b"") -> None:
        process = self._account.start(
            [self._programs / command[0], *command[1:]],
            stdin=subprocess.PIPE,
            output=subprocess.PIPE,
            pass_fds=[descriptor],
        )
        answer, _ = process.communicate(said)
        if process.returncode:
            message = f"{command[0]} failed: {_reason(answer)}"
            raise EmbeddedServerError(message)

    @contextmanager
    def _reaching(self, data: Path) -> Iterator[tuple[Path, int]]:
        descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield reachable_data(self._account, data, descriptor), descriptor
        finally:
            os.close(descriptor)

    def _launch(self) -> None:
        """Start the process and wait for it; again while a killed one's sessions still end."""
        until = time.monotonic() + START_SECONDS
        while not self._try_launch(until):
            time.sleep(10 * POLL_SECONDS)

    def _try_launch(self, until: float) -> bool:
        with self._log_path.open("ab") as output:
            begins = output.tell()
            self._process = self._spawn(output)
        if self._becomes_ready(self._process, until):
            return True
        _end(self._process)
        said = self._log_path.read_bytes()[begins:]
        if b"is still in use" in said and time.monotonic() < until:
            return False
        message = f"PostgreSQL did not start: {_reason(said)} (all of it: {self._log_path})"
        raise EmbeddedServerError(message)

    @property
    def _log_path(self) -> Path:
        return self._directory / "postgres.log"

    def _spawn(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "port": "5432",
            **self._options,
        }
        words: list[str | Path] = [
            word for name, value in options.items() for word in ("-c", f"{name}={value}")
        ]
        with self._reaching(self._data) as (path, descriptor):
            command: list[str | Path] = [self._programs / "postgres", "-D", path, *words]
            return self._account.start(command, output=output, pass_fds=[descriptor])

    def _becomes_ready(self, process: subprocess.Popen[bytes], until: float) -> bool:
        while process.poll() is None and time.monotonic() < until:
            server = read_postmaster(self._data)
            if server is not None and server.pid == process.pid and server.is_ready:
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _watch(self) -> None:
        """Bring the server back whenever it ends unasked."""
        pause = POLL_SECONDS
        while self._process is not None:
            code = self._process.wait()
            if self._stopping.wait(pause):
                return
            log.warning("postgres_ended", code=code)
            pause = POLL_SECONDS if self._relaunch() else min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _relaunch(self) -> bool:
        with self._starting:
            if self._stopping.is_set():
                return True
            try:
                self._launch()
            except (EmbeddedServerError, OSError) as error:
                log.error("postgres_not_back", reason=str(error))  # noqa: TRY400 - a line says it
                return False
            log.warning("postgres_back")
            return True


def server_url(socket_folder: Path, database: str = NAME) -> str:
    """Return the address of `database` of the server that listens in `socket_folder`."""
    return f"postgresql+asyncpg://{NAME}@/{database}?host={quote(str(socket_folder))}&port=5432"


def running_url(directory: Path) -> str | None:
    """Return the address of the server that another process runs in `directory`, if one does."""
    server = read_postmaster(directory.resolve() / "postgres")
    if server is None or server.socket_folder is None or not server.is_ready:
        return None
    return server_url(server.socket_folder)


def _take_lock(path: Path) -> IO[str]:
    """Hold `path` until the returned file is closed, or this process ends in whatever way."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "another process"
        file.close()
        message = (
            f"{path.parent} is in use by {owner}: stop that, or set GATE_DATA_DIR to another folder"
        )
        raise AlreadyRunningError(message) from None
    file.truncate(0)
    file.write(f"process {os.getpid()}")
    file.flush()
    return file


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a server: its sessions are ended and its data written, or else it is killed."""
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def _reason(said: bytes) -> str:
    """Return the line of a program's output that tells what went wrong."""
    lines = said.decode(errors="replace").strip().splitlines() or ["it said nothing"]
    marks = ("FATAL:", "PANIC:", "error:", "ERROR:")
    return next((line for line in lines if any(mark in line for mark in marks)), lines[-1]).strip()
