"""A bare ASGI handler: sends ready bytes with ready headers, the least that a server can do."""

import json
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send


def create_app(answers: Path) -> ASGIApp:
    """Return the handler; `answers` has the service's own answers by path, headers and all."""
    kept = json.loads((answers / "bare.json").read_text())
    starts = {
        path: [(name.encode(), value.encode()) for name, value in reply["headers"]]
        for path, reply in kept.items()
    }
    bodies = {path: reply["body"].encode() for path, reply in kept.items()}

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        path = scope["path"]
        await send({"type": "http.response.start", "status": 200, "headers": starts[path]})
        await send({"type": "http.response.body", "body": bodies[path]})

    return app
