"""`make bench`: measure everything in one go, and write `benchmarks/RESULTS.md`."""

import sys
import tempfile
from pathlib import Path

from app.core.embedded import DURABLE, EmbeddedServer
from benchmarks.reports import measure_reports
from benchmarks.rows import House, measure_calls, measure_reads, measure_start, measure_writes
from benchmarks.table import page

PASTS = (100_000, 1_000_000)
RESULTS = Path(__file__).with_name("RESULTS.md")


def main(arguments: list[str]) -> int:
    """Measure and write; `--past N` bounds the past, `--quick` only tries the harness."""
    quick = "--quick" in arguments
    most = int(arguments[arguments.index("--past") + 1]) if "--past" in arguments else PASTS[-1]
    pasts = (10_000,) if quick else tuple(size for size in PASTS if size <= most)
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as name:
        folder = Path(name)
        with EmbeddedServer(folder / "data", options=DURABLE) as server:
            house = House(folder, server.url, pasts, quick=quick)
            writes = measure_writes(house)
            reads = measure_reads(house)
            calls = measure_calls(house)
            year = measure_reports(house)
        start = measure_start(folder)
    text = page(writes, reads, calls, year, start, quick=quick)
    sys.stdout.write(text)
    if not quick:
        RESULTS.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
