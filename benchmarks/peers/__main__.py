"""Serve a peer as `gate serve` serves itself: `python -m benchmarks.peers limit DIR`, on `PORT`."""

import sys
from pathlib import Path

from starlette.types import ASGIApp

from app.cli.serving import Server, config_of, listen
from app.core.config import load_settings
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


def serve(app: ASGIApp) -> None:
    """Serve with the server of `gate serve`, its bounds and its collector: only `app` differs."""
    settings = load_settings()
    config = config_of(app, settings)
    config.lifespan = "auto"  # the bare handler has none
    with listen(settings) as listener:
        Server(config, "", None).run([listener])


if __name__ == "__main__":
    serve(peer(sys.argv[1], Path(sys.argv[2])))
