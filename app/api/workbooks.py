"""Workbooks (XLSX) written with the library only, a part at a time: no cell of one is a formula."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Final, cast
from xml.sax.saxutils import escape

from app.api.spreadsheets import Cell

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Pipe:
    """What a workbook is written to: whatever was written is taken away, and never gone back to."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Keep nothing back."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class Workbook:
    """A workbook that is being written, its sheets one after the other."""

    def __init__(self, sheets: Sequence[str]) -> None:
        """Begin a workbook with sheets of these names."""
        self._pipe = _Pipe()
        # A file that tells no place is written forwards.
        self._file = zipfile.ZipFile(cast("IO[bytes]", self._pipe), "w", zipfile.ZIP_DEFLATED)
        self._sheet: IO[bytes] | None = None
        self._number = 0
        for name, text in _parts(sheets):
            self._file.writestr(_info(name), f"{_XML}{text}")

    def begin_sheet(self) -> None:
        """Begin the next sheet."""
        self._number += 1
        self._sheet = self._file.open(_info(f"xl/worksheets/sheet{self._number}.xml"), "w")
        self._sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())

    def write(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """Write rows on the sheet that is begun; return the part of the file that is done."""
        assert self._sheet is not None
        for row in rows:
            self._sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
        return self._pipe.taken()

    def end_sheet(self) -> None:
        """End the sheet that is begun."""
        assert self._sheet is not None
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()

    def end(self) -> bytes:
        """Return the last part of the file."""
        self._file.close()
        return self._pipe.taken()


def workbook_bytes(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """Return a workbook whole."""
    book, parts = Workbook(list(sheets)), []
    for rows in sheets.values():
        book.begin_sheet()
        parts.append(book.write(rows))
        book.end_sheet()
    return b"".join([*parts, book.end()])


def _info(name: str) -> zipfile.ZipInfo:
    """Return a part dated alike, so that the same workbook has the same bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, int):
        return f'<c s="1"><v>{cell}</v></c>'
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


def _parts(sheets: Sequence[str]) -> Iterator[tuple[str, str]]:
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
    links = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _links([*links, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


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
    f' ContentType="{_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml"'
    f' ContentType="{_TYPE}.styles+xml"/>{{kinds}}</Types>'
)
_WORKBOOK: Final = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>{{sheets}}</sheets></workbook>'
)
# The second style is of whole numbers, in thousands: format 3 of every spreadsheet.
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="3" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
