"""CSV as Excel and people write it: its encoding, its separator, its heading."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from app.api.failures import InvalidRequestError, UnreadableFileError
from app.api.field_errors import RequestFieldError, storable
from app.api.fleet.cells import Cell, value_of
from app.api.fleet.columns import BY_NAME, REQUIRED, TOLD, Column, Document, put
from app.domain.errors import FieldError

HEADING: Final = 1
"""The line of the heading; what follows are vehicles."""
COMMENT: Final = "#"
SEPARATORS: Final = ";,\t"
EXCEL_HINT: Final = "sep="
ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", ""})
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Cells = Sequence[Cell]


class Line(NamedTuple):
    """A vehicle of a file, as a document, and the line where it stands."""

    number: int
    document: Document


def text_of(body: bytes, charset: str = "") -> str:
    """Return the text of a file in UTF-8 or UTF-16.

    Raises:
        UnreadableFileError: it is in another encoding.
    """
    if charset.lower() not in ENCODINGS:
        raise UnreadableFileError(errors=_whole("encoding-unknown"))
    named = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    encoding = named or _guessed(body, charset.lower())
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFileError(errors=_whole("encoding-unknown")) from None


def rows_of(text: str) -> Iterator[Cells]:
    """Yield the rows of a CSV file, cells parted by what its first line has most of.

    Raises:
        UnreadableFileError: a quotation does not end.
    """
    first, _, rest = text.partition("\n")
    if first.lower().startswith(EXCEL_HINT) and len(first.rstrip()) == len(EXCEL_HINT) + 1:
        separator, text = first[len(EXCEL_HINT)], rest
    else:
        separator = max(SEPARATORS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error:
        raise UnreadableFileError(errors=_whole("csv-syntax")) from None


def lines_of(rows: Iterator[Cells]) -> Iterator[Line]:
    """Yield the vehicles of a table whose first row names its columns.

    Rows that are empty, and those that begin with `#`, are passed over.

    Raises:
        InvalidRequestError: the heading names a column that is none, or lacks one.
    """
    columns = _columns(next(rows, ()))
    for number, row in enumerate(rows, start=HEADING + 1):
        cells = [cell for cell in row if not _is_empty(cell)]
        if cells and not str(cells[0]).lstrip().startswith(COMMENT):
            yield Line(number, _document(columns, row))


def _columns(heading: Cells) -> list[Column | None]:
    names = [str(cell).strip().lower() if cell is not None else "" for cell in heading]
    while names and not names[-1]:
        names.pop()
    errors = [
        RequestFieldError(f"column:{storable(name)}", "unknown-field")
        for name in names
        if name not in BY_NAME and name not in TOLD
    ]
    errors += [
        RequestFieldError(f"column:{name}", "duplicate-name", facts={"name": name})
        for name in sorted({name for name in names if names.count(name) > 1 and name in BY_NAME})
    ]
    errors += [
        RequestFieldError(f"column:{name}", "required") for name in REQUIRED if name not in names
    ]
    if errors:
        raise InvalidRequestError(errors=errors)
    return [BY_NAME.get(name) for name in names]


def _document(columns: Sequence[Column | None], row: Cells) -> Document:
    """Return what a row declares; a cell beyond the heading is a field that nobody knows."""
    document: Document = {}
    for at, cell in enumerate(row):
        if at >= len(columns):
            if not _is_empty(cell):
                document[f"column {at + 1}"] = str(cell)
            continue
        column = columns[at]
        value = value_of(column.kind, cell) if column else None
        if column is not None and value is not None:
            put(document, column.pointer, value)
    return document


def _is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _guessed(body: bytes, charset: str) -> str:
    """Return the encoding of a text without mark: in UTF-16 every other byte of a heading is 0."""
    if charset.startswith("utf-16"):
        return charset if charset != "utf-16" else "utf-16-le"
    start = body[:64]
    if start[1::2].count(0) * 2 > len(start[1::2]):
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) * 2 > len(start[::2]) else "utf-8"


def _whole(rule: str) -> list[FieldError]:
    return [RequestFieldError("", rule)]
