"""Files to fill in: heading, explanation, example."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.api.fleet.columns import COLUMNS, Column
from app.api.fleet.tables import COMMENT
from app.api.spreadsheets import CSV, Separator, csv_bytes
from app.api.texts import CATALOGUE, Language
from app.api.workbooks import XLSX, workbook_bytes

SHEET, GUIDE = "vehicles", "guide"

Table = Sequence[Sequence[str]]


class TemplateFormat(StrEnum):
    """How a template is written."""

    CSV = "csv"
    XLSX = "xlsx"


TEMPLATES: Final[Mapping[TemplateFormat, str]] = {
    TemplateFormat.CSV: CSV,
    TemplateFormat.XLSX: XLSX,
}


@lru_cache(maxsize=32)
def template(file_format: TemplateFormat, language: Language, separator: Separator | None) -> bytes:
    """Return a file to fill in; what its columns mean is said in `language`."""
    sheet = _sheet(language)
    if file_format is TemplateFormat.CSV:
        return csv_bytes(sheet, language, separator)
    return workbook_bytes({SHEET: sheet, GUIDE: list(_guide())})


def _sheet(language: Language) -> Table:
    meanings = [_meaning(column, language) for column in COLUMNS]
    examples = [column.example for column in COLUMNS]
    return [[column.name for column in COLUMNS], _commented(meanings), _commented(examples)]


def _commented(cells: Sequence[str]) -> Sequence[str]:
    return [f"{COMMENT} {cells[0]}", *cells[1:]]


def _meaning(column: Column, language: Language) -> str:
    said = CATALOGUE.say(column.key, language)
    return f"{said} *" if column.required else said


def _guide() -> Iterator[Sequence[str]]:
    yield ["column", *Language, "example"]
    for column in COLUMNS:
        yield [column.name, *(_meaning(column, one) for one in Language), column.example]
