"""A batch on its way in: whole, by who may, read and encrypted away from the event loop.

Who has no key sends no file: the guard is asked before the body is read, and again when the
request's one transaction begins. One file is read at a time, in a thread, whose steps are small.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from time import sleep
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.api.failures import FileTypeError, InvalidRequestError, UnreadableFileError
from app.api.field_errors import RequestFieldError, escaped
from app.api.fleet.tables import Cells, lines_of, rows_of, text_of
from app.api.fleet.workbook import WorkbookError, read_workbook
from app.api.idempotency import FINGERPRINT, digest_of
from app.api.queries import Handle
from app.api.spreadsheets import CSV
from app.api.strict_json import MOST_VALUES, Guard, StrictRoute, parse
from app.api.workbooks import XLSX
from app.core.ciphers import Cipher
from app.domain.batches import MOST_ROWS, BatchMode, FileFormat
from app.domain.errors import Fact, FieldError
from app.services.declarations.batches import Sealed

JSON: Final = "application/json"
FORMATS: Final[Mapping[str, FileFormat]] = {
    JSON: FileFormat.JSON,
    CSV: FileFormat.CSV,
    XLSX: FileFormat.XLSX,
}
BATCHES: Final = ("POST", "/v1/entries/batches")
ROWS, MODE = "rows", "mode"
VALUES_A_FILE: Final = 600_000
DEEPER: Final = 2
"""A row stands two levels deeper than the body of a single registration."""
CHARSET: Final = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
UPLOAD: Final = "upload"

Found = tuple[BatchMode | None, Iterable[tuple[int | None, Any]]]
"""The mode that a file names itself, and its vehicles with their lines."""


class Upload(NamedTuple):
    """What a file was read to."""

    format: FileFormat
    mode: BatchMode | None
    rows: Sequence[Sealed]


class UploadRoute(StrictRoute):
    """A route that takes a file; what it was read to stands in the request's scope."""

    def get_route_handler(self) -> Handle:
        """Return the handler behind the reading of the file, and that behind the guard."""
        handle = super().get_route_handler()
        words: Iterable[object] = (one.dependency for one in self.dependencies)
        guard = next(word for word in words if isinstance(word, Guard))

        async def upload(request: Request) -> Response:
            async with guard.opened(request):
                pass
            request.scope[UPLOAD] = await _read(request)
            return await handle(request)

        return upload


async def _read(request: Request) -> Upload:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    file_format = FORMATS.get(kind.strip().lower())
    if file_format is None:
        raise FileTypeError
    body = await request.body()
    process, depth = request.app.state.process, request.app.state.max_body_depth
    async with process.reading_files:
        request.scope[FINGERPRINT] = await asyncio.to_thread(digest_of, request, body)
        if file_format is FileFormat.XLSX:
            table = await _table(body)
            read = partial(_of_table, iter(table))
        elif file_format is FileFormat.CSV:
            read = partial(_of_csv, body, parameters)
        else:
            read = partial(_of_json, body, depth + DEEPER)
        return await asyncio.to_thread(_upload, file_format, read, process.tools.cipher)


async def _table(body: bytes) -> Sequence[Cells]:
    try:
        return await read_workbook(body)
    except WorkbookError:
        raise UnreadableFileError(errors=_at("", "workbook")) from None


def _upload(file_format: FileFormat, read: Callable[[], Found], cipher: Cipher) -> Upload:
    mode, vehicles = read()
    rows: list[Sealed] = []
    for line, document in vehicles:
        sleep(0)  # let go of the interpreter: it would keep requests waiting for 5 ms at a time
        if len(rows) == MOST_ROWS:
            raise InvalidRequestError(errors=_at(f"/{ROWS}", "too-many", max=MOST_ROWS))
        text = json.dumps(document, separators=(",", ":"))
        if sum(map(text.count, ",{[")) > MOST_VALUES:
            raise InvalidRequestError(
                errors=_at(f"/{ROWS}/{len(rows)}", "too-many-values", max=MOST_VALUES)
            )
        rows.append(Sealed(line, cipher.encrypt(text)))
    if not rows:
        raise InvalidRequestError(errors=_at(f"/{ROWS}", "too-few", min=1))
    return Upload(file_format, mode, rows)


def _of_json(body: bytes, depth: int) -> Found:
    document = parse(body, depth, VALUES_A_FILE)
    if not isinstance(document, dict):
        raise InvalidRequestError(errors=_at("", "not-an-object"))
    errors = list(_misshapen(document))
    if errors:
        raise InvalidRequestError(errors=errors)
    return _mode(document.get(MODE)), ((None, one) for one in document[ROWS])


def _misshapen(document: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield everything that is wrong with the frame around the rows, the rows themselves first."""
    if ROWS not in document:
        yield from _at(f"/{ROWS}", "required")
    elif not isinstance(document[ROWS], list):
        yield from _at(f"/{ROWS}", "not-a-list")
    for name in document:
        if name not in {ROWS, MODE}:
            yield from _at(f"/{escaped(name)}", "unknown-field")


def _mode(named: object) -> BatchMode | None:
    if named is None:
        return None
    if isinstance(named, str) and named in set(BatchMode):
        return BatchMode(named)
    expected = ", ".join(f"'{mode}'" for mode in BatchMode)
    raise InvalidRequestError(errors=_at(f"/{MODE}", "not-known", expected=expected))


def _of_csv(body: bytes, parameters: str) -> Found:
    charset = CHARSET.search(parameters)
    return _of_table(rows_of(text_of(body, charset.group(1) if charset else "")))


def _of_table(rows: Iterator[Cells]) -> Found:
    return None, lines_of(rows)


def _at(pointer: str, rule: str, **facts: Fact) -> list[FieldError]:
    return [RequestFieldError(pointer, rule, facts=facts)]
