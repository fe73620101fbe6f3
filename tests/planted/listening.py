"""One who is sent webhooks, in a thread of its own, and remembers all of them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.cli.conftest import PATIENCE_SECONDS


@dataclass
class Listener:
    """Where it listens, and what it was sent: headers and bodies."""

    url: str
    sent: list[str] = field(default_factory=list)

    def wait_for(self, kind: str) -> None:
        """Wait until an event of a kind has come."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if any(f'"{kind}"' in one for one in self.sent):
                return
            time.sleep(0.1)
        raise AssertionError(kind)


@contextmanager
def listening() -> Iterator[Listener]:
    """Give a listener that takes everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.sent.append(f"{self.headers}{body.decode()}")
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(f"http://127.0.0.1:{server.server_port}/events")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
