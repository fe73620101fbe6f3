"""Tariff editions as files, both ways: as JSON, or as a table that a spreadsheet opens.

What is brought in is read whole before anything is stored; whatever is wrong with a table is told
by line and column.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import conditional
from app.api.failures import FileTypeError, InvalidRequestError
from app.api.field_errors import RequestFieldError, TableFieldError, storable
from app.api.fleet.cells import value_of
from app.api.fleet.columns import Kind
from app.api.fleet.tables import HEADING, Cells, rows_of, text_of
from app.api.fleet.uploads import CHARSET, JSON
from app.api.queries import Handle
from app.api.spreadsheets import CSV
from app.api.strict_json import Guard, StrictRoute, parse
from app.api.written import Written
from app.domain.charges.drafts import content_of
from app.domain.charges.table import COLUMNS, PARTS, Cell, Line, Read, read_table, table_of
from app.domain.errors import FieldError, TariffUnfitError

BROUGHT: Final = "brought"
NEEDED: Final = ("part", "value", "basis", "source", "place")
DOCUMENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The edition whole: JSON, or a table that a spreadsheet opens.",
        "content": {JSON: {"schema": {"type": "object"}}, CSV: {"schema": {"type": "string"}}},
    }
}
BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {JSON: {"schema": {"type": "object"}}, CSV: {"schema": {"type": "string"}}},
}


class Brought(NamedTuple):
    """A file as it was read: the document, and of a table its own faults and its places."""

    document: Any
    table: Read | None = None

    @property
    def faults(self) -> tuple[FieldError, ...]:
        """What is wrong with the table itself."""
        found = self.table.faults if self.table else []
        return tuple(
            TableFieldError("", one.rule, one.value, line=line, column=column)
            for line, column, one in found
        )

    def placed(self, error: TariffUnfitError) -> TariffUnfitError:
        """Return a refusal whose errors name line and column, as far as they stand in a table."""
        error.errors = tuple(map(self._placed, error.errors))
        return error

    def _placed(self, error: FieldError) -> FieldError:
        place = self.table.at(error.pointer) if self.table else None
        if place is None or isinstance(error, TableFieldError):
            return error
        line, column = place
        return TableFieldError(error.pointer, error.rule, error.value, line=line, column=column)


class DocumentRoute(StrictRoute):
    """A route that takes an edition as a file; what it was read to stands in the scope."""

    def get_route_handler(self) -> Handle:
        """Return the handler behind the guard and the reading of the file."""
        handle = super().get_route_handler()
        words: Iterable[object] = (one.dependency for one in self.dependencies)
        guard = next(word for word in words if isinstance(word, Guard))

        async def bring(request: Request) -> Response:
            async with guard.opened(request):
                pass
            request.scope[BROUGHT] = await _read(request)
            return await handle(request)

        return bring


async def _read(request: Request) -> Brought:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    read = READERS.get(kind.strip().lower())
    if read is None:
        raise FileTypeError
    return read(await request.body(), parameters)


def _of_json(body: bytes, _: str) -> Brought:
    return Brought(parse(body))


def _of_csv(body: bytes, parameters: str) -> Brought:
    charset = CHARSET.search(parameters)
    rows = rows_of(text_of(body, charset.group(1) if charset else ""))
    columns = _columns(next(rows, ()))
    table = read_table(list(_lines(columns, rows)))
    return Brought(table.document, table)


READERS: Final[Mapping[str, Callable[[bytes, str], Brought]]] = {JSON: _of_json, CSV: _of_csv}


def _columns(heading: Cells) -> Sequence[str]:
    names = [str(cell or "").strip().lower() for cell in heading]
    while names and not names[-1]:
        names.pop()
    wrong = [
        RequestFieldError(f"column:{storable(name)}", "unknown-field")
        for name in names
        if name not in set(COLUMNS)
    ]
    wrong += [
        RequestFieldError(f"column:{name}", "duplicate-name", facts={"name": name})
        for name in sorted({name for name in names if names.count(name) > 1 and name in COLUMNS})
    ]
    wrong += [
        RequestFieldError(f"column:{name}", "required") for name in NEEDED if name not in names
    ]
    if wrong:
        raise InvalidRequestError(errors=wrong)
    return names


def _lines(columns: Sequence[str], rows: Iterator[Cells]) -> Iterator[Line]:
    for number, row in enumerate(rows, start=HEADING + 1):
        cells = {name: _cell(cell) for name, cell in zip(columns, row, strict=False)}
        if any(cell is not None for cell in cells.values()):
            part = cells.get("part")
            if part in PARTS:
                cells["value"] = _whole(cells.get("value"))
            yield number, cells


def _cell(cell: object) -> Cell:
    text = "" if cell is None else str(cell).strip()
    return text or None


def _whole(cell: Cell) -> Cell:
    """Return a number as people write it; what is none stays as it is, to be refused."""
    value = value_of(Kind.NUMBER, cell)
    return value if isinstance(value, int) else cell


def document_file(
    how: Written, document: Mapping[str, Any], *, public: bool, max_age: int
) -> Response:
    """Return an edition whole, to be brought in again as it is, changed or not."""
    content = content_of(document)
    if how.is_csv:
        return how.table(content["code"], table_of(content), max_age, public=public)
    body = json.dumps(content, ensure_ascii=False, indent=2).encode()
    return conditional(how.request, body, max_age, public=public, vary="Accept")
