"""Serve a peer with the server settings of `gate serve`: `python -m benchmarks.peers limit DIR`."""

import os
import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from app.cli.serving import KEEP_ALIVE_SECONDS
from benchmarks.client import HOST
from benchmarks.peers import bare, limit
from benchmarks.usual_stack import main as usual


def peer(name: str, folder: Path) -> ASGIApp:
    """Return the peer of a name; `folder` has what it needs."""
    match name:
        case "limit":
            return limit.create_app(folder)
        case "bare":
            return bare.create_app(folder)
        case "usual":
            return usual.create_app()
    message = f"there is no peer {name}"
    raise ValueError(message)


if __name__ == "__main__":
    uvicorn.run(
        peer(sys.argv[1], Path(sys.argv[2])),
        host=HOST,
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="auto",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
