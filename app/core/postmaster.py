"""What a running PostgreSQL says of itself in its data folder, and how to end one left behind."""

import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.core.postgres_account import SOCKET_FOLDER_PREFIX

PID_FILE = "postmaster.pid"
# Lines of that file, as PostgreSQL's utils/pidfile.h numbers them.
SOCKET_LINE, STATUS_LINE = 5, 8
PROCESSES = Path("/proc")
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.01

log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server of a data folder: its process, where it listens, whether it takes sessions."""

    pid: int
    socket_folder: Path | None
    is_ready: bool


def read_postmaster(data: Path) -> Postmaster | None:
    """Return what the server on `data` has written of itself, None where none was ended badly."""
    try:
        lines = [line.strip() for line in (data / PID_FILE).read_text().splitlines()]
        pid = int(lines[0])
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None
    socket_folder = Path(lines[SOCKET_LINE - 1]) if len(lines) >= SOCKET_LINE else None
    return Postmaster(pid, socket_folder, lines[STATUS_LINE - 1 :] == ["ready"])


def stop_orphan(data: Path) -> None:
    """Stop the server that a killed process left running on `data`, and tidy up after it.

    Only who holds the lock of the folder may ask: it stops whatever runs there.
    """
    left = read_postmaster(data)
    if left is not None:
        for how in (signal.SIGINT, signal.SIGKILL):
            if _serves(left.pid, data):
                log.warning("postgres_orphan_stopped", pid=left.pid, signal=how.name)
                os.kill(left.pid, how)
                _wait_until_gone(left.pid, data)
        _remove_socket_folder(left)
    # A killed process that nobody reaped keeps its number: PostgreSQL would think it alive.
    (data / PID_FILE).unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Return whether `pid` is a server on `data`, and not a later process of that number."""
    if not PROCESSES.exists():
        return _exists(pid)
    try:
        return (PROCESSES / str(pid) / "cwd").samefile(data)
    except (FileNotFoundError, PermissionError):
        return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until_gone(pid: int, data: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while _serves(pid, data) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


def _remove_socket_folder(left: Postmaster) -> None:
    folder = left.socket_folder
    if folder is not None and folder.name.startswith(SOCKET_FOLDER_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
