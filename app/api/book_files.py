"""Lists of the books as files: JSON, CSV or XLSX, written while they are read, part by part."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import Depends, Query
from starlette.responses import StreamingResponse

from app.api.caching import JSON
from app.api.deps import Spoken
from app.api.spreadsheets import CSV, MARK, Cell, Separator, csv_part
from app.api.texts import Language
from app.api.workbooks import XLSX, Workbook

Rows = Iterable[Sequence[Cell]]


class BookFormat(StrEnum):
    """How a list of the books is written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA: Final[Mapping[BookFormat, str]] = {
    BookFormat.JSON: JSON,
    BookFormat.CSV: CSV,
    BookFormat.XLSX: XLSX,
}
FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The list: JSON, or a file that a spreadsheet opens.",
        "content": {
            CSV: {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@dataclass(frozen=True, slots=True)
class BookFile:
    """How the caller wants a list of the books."""

    format: BookFormat
    language: Language
    separator: Separator | None

    def answer(self, name: str, parts: AsyncIterator[bytes]) -> StreamingResponse:
        """Return the parts of a file of that name as they come."""
        headers = {"Cache-Control": "no-store"}
        if self.format is not BookFormat.JSON:
            whole = f"{name}.{self.format.value}"
            headers["Content-Disposition"] = f'attachment; filename="{whole}"'
        return StreamingResponse(parts, headers=headers, media_type=MEDIA[self.format])

    async def table(
        self, name: str, heading: Sequence[str], rows: AsyncIterator[Rows]
    ) -> AsyncIterator[bytes]:
        """Yield a table as CSV or as the only sheet of a workbook, as its rows come."""
        if self.format is BookFormat.CSV:
            yield MARK.encode() + csv_part([heading], self.language, self.separator)
            async for some in rows:
                yield csv_part(some, self.language, self.separator)
            return
        book = Workbook([name])
        book.begin_sheet()
        yield book.write([heading])
        async for some in rows:
            yield book.write(some)
        book.end_sheet()
        yield book.end()


async def get_book_file(
    language: Spoken,
    file_format: Annotated[
        BookFormat, Query(alias="format", description="How to write it.", examples=["csv"])
    ] = BookFormat.JSON,
    separator: Separator | None = None,
) -> BookFile:
    """Return how the caller wants a list of the books."""
    return BookFile(file_format, language, separator)


AskedFile = Annotated[BookFile, Depends(get_book_file)]
