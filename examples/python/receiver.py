"""A receiver of webhooks: check, store, answer; work afterwards, in order, and once.

`WEBHOOK_SECRET=whsec_… python examples/python/receiver.py [PORT]`, with `standardwebhooks`
installed; everything else is Python's own. The inbox is a file, so that a restart forgets nothing.
"""

import json
import os
import sqlite3
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = Webhook(os.environ["WEBHOOK_SECRET"])
INBOX = Path(os.environ.get("WEBHOOK_INBOX", "inbox.sqlite"))
LONGEST = 65_536
came = threading.Event()


def inbox() -> sqlite3.Connection:
    """Return the inbox: whatever was taken, in the order in which it came, each once."""
    opened = sqlite3.connect(INBOX)
    opened.execute(
        "CREATE TABLE IF NOT EXISTS inbox"
        " (number INTEGER PRIMARY KEY, id TEXT UNIQUE, body BLOB, is_done INTEGER DEFAULT 0)"
    )
    return opened


class Receiver(BaseHTTPRequestHandler):
    """Takes a message when it is stored, and says so at once: the gate waits ten seconds."""

    def do_POST(self) -> None:
        """Answer 204 to what the gate sent, 401 to whatever anybody else did."""
        length = int(self.headers.get("Content-Length", 0))
        if length > LONGEST:
            self.answer(413)
            return
        # The very bytes that came: JSON that was read and written again has another signature.
        body = self.rfile.read(length)
        try:
            SECRET.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            self.answer(401)
            return
        with closing(inbox()) as opened, opened:
            # At least once: the same event comes again, with the same id, where an answer was lost.
            opened.execute(
                "INSERT OR IGNORE INTO inbox (id, body) VALUES (?, ?)",
                (self.headers["webhook-id"], body),
            )
        self.answer(204)  # only now: before this line the gate would send it again
        came.set()

    def answer(self, status: int) -> None:
        """Answer without a body."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


def work() -> None:
    """Handle what came, one after the other.

    The gate sends an entry's next event when we took the one before, so the order in which they
    are stored is the order in which they happened to that entry. One worker keeps it.
    """
    with closing(inbox()) as opened:
        while True:
            came.clear()
            asked = "SELECT number, body FROM inbox WHERE NOT is_done ORDER BY number"
            for number, body in opened.execute(asked).fetchall():
                event = json.loads(body)
                print(event["kind"], event["reference"] or "-", flush=True)  # your work goes here
                with opened:
                    opened.execute("UPDATE inbox SET is_done = 1 WHERE number = ?", (number,))
            came.wait()


def main(port: str = "9000") -> None:
    """Listen on this machine; a proxy in front of it ends TLS."""
    threading.Thread(target=work, daemon=True).start()
    with ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
