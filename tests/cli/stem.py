"""Commands of `gate` in processes of their own, each begun as a copy of one that imported all.

Importing takes seconds, copying none. A copy has an id, an environment, a folder and an output of
its own, and ends as any process does: by itself, or by whatever signal it is sent.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

TREE = Path(__file__).parents[2]
LONGEST_MESSAGE = 1_000_000
COMMAND = "gate"


class Process:
    """A command that runs, or ran: of a `Popen` what tests ask for."""

    def __init__(self, told: socket.socket) -> None:
        self._told = told
        self.pid = int(told.recv(LONGEST_MESSAGE))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float) -> int:
        """Return the exit code once it has ended.

        Raises:
            TimeoutExpired: that took longer.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(COMMAND, timeout)
        return code

    def send_signal(self, one: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, one)

    def _ended(self, within: float) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], within)[0]:
            self.returncode = int(self._told.recv(LONGEST_MESSAGE))
            self._told.close()
        return self.returncode


class Stem:
    """The process that commands are copied from; it ends when this one does."""

    def __init__(self) -> None:
        self._asked, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", __spec__.name, str(theirs.fileno())],
                cwd=TREE,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def begin(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        output: tuple[IO[str], IO[str]],
    ) -> Process:
        """Begin `gate` with `words`; `output` is where it prints, and where it complains."""
        message = json.dumps({"words": words, "env": dict(env), "cwd": str(cwd)}).encode()
        told, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            files = [theirs.fileno(), *(one.fileno() for one in output)]
            socket.send_fds(self._asked, [message], files)
        return Process(told)

    def stop(self) -> None:
        self._asked.close()
        self._process.wait()


def _copies(asked: socket.socket) -> list[str]:
    """Make a copy for each command that is asked for; return, in the copy, its words."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, files, _, _ = socket.recv_fds(asked, LONGEST_MESSAGE, 3)
        if not message:
            sys.exit()
        if os.fork() == 0:
            asked.close()
            return _copy(json.loads(message), *files)
        for file in files:
            os.close(file)


def _copy(command: dict[str, Any], teller: int, output: int, complaints: int) -> list[str]:
    """Stay, to tell how the command ends that is begun here; return, in that, its words."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = os.fork()
    if process:
        os.write(teller, str(process).encode())
        os.close(output)
        os.close(complaints)
        _, status = os.waitpid(process, 0)
        os.write(teller, str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.close(teller)
    for file, place in ((output, 1), (complaints, 2)):
        os.dup2(file, place)
        os.close(file)
    os.chdir(command["cwd"])
    os.environ.clear()
    os.environ.update(command["env"])
    words: list[str] = command["words"]
    return words


if __name__ == "__main__":
    import app.cli.doctor
    import app.demo.run  # noqa: F401 - for whoever needs it
    from app.cli.commands import app as gate

    gate(_copies(socket.socket(fileno=int(sys.argv[1]))), prog_name=COMMAND)
