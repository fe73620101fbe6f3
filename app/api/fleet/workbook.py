"""A workbook (XLSX) read in a process of its own, with little memory and little time.

A file of two cells can ask for half a terabyte, and the library that is asked ends its process
then. So it is never asked in a process that does anything else. Run as a program, this file reads
a workbook and writes the rows of its first sheet as lines of JSON; it imports nothing of the app.
"""

import asyncio
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

MEMORY_BYTES: Final = 768 * 1024 * 1024
CPU_SECONDS: Final = 20
EXPANDED_BYTES: Final = 256 * 1024 * 1024
MOST_PARTS: Final = 1000
MOST_ROWS: Final = 6000
MOST_COLUMNS: Final = 200
TOO_LARGE: Final = 3


class WorkbookError(Exception):
    """The bytes are no workbook that can be read within its bounds."""


async def read_workbook(body: bytes) -> list[list[Any]]:
    """Return the rows of a workbook's first sheet; days and times are ISO texts.

    Raises:
        WorkbookError.
    """
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(Path(__file__)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _ = await reader.communicate(body)
    except asyncio.CancelledError:
        reader.kill()
        await reader.wait()
        raise
    if reader.returncode != 0:
        raise WorkbookError
    return await asyncio.to_thread(lambda: [json.loads(line) for line in out.splitlines()])


def rows_of(body: bytes) -> Iterator[list[Any]]:
    """Yield the rows of a workbook's first sheet.

    Raises:
        WorkbookError: it expands to too much.
        Exception: whatever the library says of bytes that are no workbook.
    """
    from python_calamine import load_workbook  # noqa: PLC0415 - in the process of its own only

    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        sizes = [one.file_size for one in parts.infolist()]
    if len(sizes) > MOST_PARTS or sum(sizes) > EXPANDED_BYTES:
        raise WorkbookError
    sheet = load_workbook(io.BytesIO(body)).get_sheet_by_index(0)
    if sheet.start is None or sheet.end is None:
        return
    bottom, right = sheet.end
    if bottom > MOST_ROWS or right > MOST_COLUMNS:
        raise WorkbookError
    left: list[Any] = [None] * sheet.start[1]
    for row in sheet.iter_rows():  # with the empty rows before the first, without such columns
        yield left + [_plain(cell) for cell in row]


def _plain(cell: object) -> object:
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def main() -> None:
    """Read a workbook from the standard input and write its rows."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for row in rows_of(sys.stdin.buffer.read()):
            sys.stdout.write(json.dumps(row) + "\n")
    except WorkbookError:
        sys.exit(TOO_LARGE)


if __name__ == "__main__":
    main()
