"""A collector of traces in a process of its own: it decodes what is sent and keeps it in a file.

`python -m tests.collector FILE` prints its port; each span becomes a line of JSON.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Takes what OTLP sends as JSON."""

    file: Path

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_known = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json"
        if is_known:
            with self.file.open("a") as lines:
                for span in spans_in(json.loads(body)):
                    sent = {**span, "key": self.headers.get("X-Key")}
                    lines.write(json.dumps(sent, ensure_ascii=False) + "\n")
        self.send_response(200 if is_known else 400)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def spans_in(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the spans of an ExportTraceServiceRequest, their attributes as plain values."""
    for of_resource in request["resourceSpans"]:
        resource = plain(of_resource["resource"]["attributes"])
        for of_scope in of_resource["scopeSpans"]:
            for span in of_scope["spans"]:
                assert len(bytes.fromhex(span["traceId"])) == 16
                assert len(bytes.fromhex(span["spanId"])) == 8
                assert 0 <= int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])
                yield {**span, "attributes": plain(span["attributes"]), "resource": resource}


def plain(attributes: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return attributes as a mapping of plain values."""
    return {one["key"]: value_of(one["value"]) for one in attributes}


def value_of(value: Mapping[str, Any]) -> Any:
    ((kind, held),) = value.items()
    if kind == "arrayValue":
        return [value_of(one) for one in held["values"]]
    return int(held) if kind == "intValue" else held


if __name__ == "__main__":
    Handler.file = Path(sys.argv[1])
    server = HTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
