"""Tables as CSV that a spreadsheet opens by double click, Vietnamese letters and all.

UTF-8 with a byte order mark, without which Excel reads another encoding; lines end as RFC 4180
says. A spreadsheet splits cells at the list separator of its country: `;` where the comma is for
decimals, as in Vietnamese settings, else `,`. A text that a spreadsheet would run as a formula gets
an apostrophe in front.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from starlette.requests import Request

from app.api.texts import Language

CSV: Final = "text/csv"
MARK: Final = "\ufeff"
FORMULA: Final = re.compile(r"^\s*[=+\-@]|^[\t\r\n]")

_RANGE: Final = re.compile(r"\s*([\w*]+/[\w*+.-]+)\s*(?:;[^,]*?\bq=([01](?:\.[0-9]{0,3})?))?[^,]*")
_SHARES: Final = {"text/csv": 2, "text/*": 1}

Cell = str | int | None


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"


class Separator(StrEnum):
    """What stands between two cells."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"


SIGNS: Final = {Separator.COMMA: ",", Separator.SEMICOLON: ";", Separator.TAB: "\t"}


def wants_csv(request: Request, asked: Format | None) -> bool:
    """Tell whether a table is to be CSV: by `?format=` where given, else by `Accept`."""
    if asked is not None:
        return asked is Format.CSV
    weights = {Format.CSV: 0.0, Format.JSON: 0.0}
    for media, weight in _RANGE.findall(request.headers.get("accept", "")):
        likes = float(weight or 1)
        if media.lower() in _SHARES:
            weights[Format.CSV] = max(weights[Format.CSV], likes)
        else:
            weights[Format.JSON] = max(weights[Format.JSON], likes)
    return weights[Format.CSV] > weights[Format.JSON]


def csv_bytes(
    rows: Iterable[Sequence[Cell]], language: Language, separator: Separator | None
) -> bytes:
    """Return `rows`, the first being the names of the columns, as a file; None is an empty cell."""
    return MARK.encode() + csv_part(rows, language, separator)


def csv_part(
    rows: Iterable[Sequence[Cell]], language: Language, separator: Separator | None
) -> bytes:
    """Return `rows` as a part of a file, without the mark that begins it."""
    usual = Separator.SEMICOLON if language is Language.VI else Separator.COMMA
    file = io.StringIO()
    writer = csv.writer(file, delimiter=SIGNS[separator or usual], lineterminator="\r\n")
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return file.getvalue().encode()


def _harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula; numbers are numbers."""
    if isinstance(cell, str) and FORMULA.search(cell):
        return f"'{cell}"
    return cell
