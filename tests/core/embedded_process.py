"""A process that runs the embedded server, for tests that kill it or run it as somebody else.

`python -m tests.core.embedded_process FOLDER [UID PROGRAMS]` prints the address, or why there is
none, and stops the server when its standard input ends. With a user, everything is imported before
becoming it: the interpreter may lie where that user cannot go; PROGRAMS is its copy of PostgreSQL.
"""

import os
import sys
from pathlib import Path

from app.core.embedded import EmbeddedServer
from app.core.postgres_account import EmbeddedServerError


def become(uid: int, programs: str) -> None:
    os.chdir("/")
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    sys.path.insert(0, programs)


def main(folder: str, *user: str) -> None:
    if user:
        become(int(user[0]), user[1])
    try:
        with EmbeddedServer(Path(folder)) as server:
            sys.stdout.write(f"{server.url} {server.pid}\n")
            sys.stdout.flush()
            sys.stdin.read()
    except EmbeddedServerError as error:
        sys.stdout.write(f"{error}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
