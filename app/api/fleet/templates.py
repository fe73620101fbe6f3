"""Files to fill in: heading, explanation, example; and workbooks written with the library only."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

from app.api.fleet.columns import COLUMNS, Column
from app.api.fleet.tables import COMMENT
from app.api.fleet.uploads import XLSX
from app.api.spreadsheets import CSV, Separator, csv_bytes
from app.api.texts import CATALOGUE, Language

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


def workbook_bytes(sheets: Mapping[str, Table]) -> bytes:
    """Return a workbook of texts, a sheet each; no cell of it is a formula."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in _parts(sheets):
            # Dated alike, so that the same workbook has the same bytes.
            parts.writestr(zipfile.ZipInfo(name), f"{_XML}{text}", zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _parts(sheets: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(sheets) + 1)
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml"'
        f' ContentType="{_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    yield "[Content_Types].xml", _CONTENT.format(kinds=kinds)
    yield "_rels/.rels", _links([("officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, sheets, strict=True)
    )
    yield "xl/workbook.xml", _WORKBOOK.format(sheets=listed)
    yield (
        "xl/_rels/workbook.xml.rels",
        _links([("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]),
    )
    for number, table in zip(numbers, sheets.values(), strict=True):
        yield f"xl/worksheets/sheet{number}.xml", _worksheet(table)


def _worksheet(table: Table) -> str:
    rows = "".join(
        f"<row>{''.join(_CELL.format(text=escape(cell)) for cell in row)}</row>" for row in table
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def _links(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SCHEMAS: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f"{_SCHEMAS}/spreadsheetml/2006/main"
_RELATION: Final = f"{_SCHEMAS}/officeDocument/2006/relationships"
_PACKAGE: Final = f"{_SCHEMAS}/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CONTENT: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
    f' ContentType="{_TYPE}.sheet.main+xml"/>{{kinds}}</Types>'
)
_WORKBOOK: Final = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>{{sheets}}</sheets></workbook>'
)
_CELL: Final = '<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
