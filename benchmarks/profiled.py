"""`gate serve` with a sampler inside: which layer the process was in when its CPU time ticked.

`python -m benchmarks.profiled FILE` writes the counts to FILE when the server is told to stop. A
tick belongs to the innermost frame that `LAYERS` knows: what a library does for a layer below it
in the list counts for the library.
"""

import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from app.cli.commands import app

TICK_SECONDS = 0.002
LAYERS = (
    ("/asyncpg/", "driver: asyncpg"),
    ("/sqlalchemy/", "statements: SQLAlchemy"),
    ("/app/repositories/", "statements: repositories"),
    ("/app/core/database.py", "statements: repositories"),
    ("/app/domain/", "domain: rules, price, verdict"),
    ("/app/core/", "services"),
    ("/app/services/", "services"),
    ("/app/api/schemas/", "answer: documents and bytes"),
    ("/app/api/texts.py", "answer: documents and bytes"),
    ("/app/api/strict_json.py", "request: strict JSON"),
    ("/fastapi/", "HTTP: FastAPI, Starlette, validation"),
    ("/starlette/", "HTTP: FastAPI, Starlette, validation"),
    ("/pydantic/", "HTTP: FastAPI, Starlette, validation"),
    ("/structlog/", "manners: logs"),
    ("/logging/", "manners: logs"),
    ("/prometheus_client/", "manners: metrics, limits, headers"),
    ("/app/api/", "manners: metrics, limits, headers"),
    ("/uvicorn/", "HTTP: uvicorn"),
)
ELSEWHERE = "elsewhere"


class Sampler:
    """Counts ticks of the process's own CPU time, by layer and by function."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self.layers: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()

    def start(self) -> None:
        """Tick from now on."""
        signal.signal(signal.SIGPROF, self._tick)
        signal.siginterrupt(signal.SIGPROF, False)  # noqa: FBT003 - its only form
        signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)

    def write(self, path: Path) -> None:
        """Stop, and keep what was counted."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        counted = {"layers": self.layers, "functions": dict(self.functions.most_common(200))}
        path.write_text(json.dumps(counted, indent=1))

    def _tick(self, _: int, frame: FrameType | None) -> None:
        layer, function = next(_known(frame), (ELSEWHERE, ELSEWHERE))
        self.layers[layer] += 1
        self.functions[function] += 1


def _known(frame: FrameType | None) -> Iterator[tuple[str, str]]:
    while frame is not None:
        code = frame.f_code
        for part, layer in LAYERS:
            if part in code.co_filename:
                name = f"{code.co_filename.rpartition('/')[2]}:{code.co_qualname}"
                yield layer, name
        frame = frame.f_back


if __name__ == "__main__":
    sampler = Sampler()
    sampler.start()
    try:
        app(["serve"])
    finally:
        sampler.write(Path(sys.argv[1]))
