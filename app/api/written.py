"""An answer as JSON or as a table that a spreadsheet opens, as the caller likes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import conditional
from app.api.deps import Spoken
from app.api.schemas.types import Out
from app.api.spreadsheets import CSV, Cell, Format, Separator, csv_bytes, wants_csv

FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report: JSON, or a file that a spreadsheet opens.",
        "content": {CSV: {"schema": {"type": "string"}}},
    }
}
VARIES: Final = "Accept, Accept-Language"


@dataclass(frozen=True, slots=True)
class Written:
    """How an answer is to be written, and for whom."""

    request: Request
    language: Spoken
    separator: Separator | None
    is_csv: bool

    def answer(
        self,
        name: str,
        out: Out,
        rows: Callable[[], Iterable[Sequence[Cell]]],
        max_age: int,
        *,
        public: bool = True,
    ) -> Response:
        """Return `out`, or its `rows` as a file of that name, with a tag; `max_age` in seconds."""
        if self.is_csv:
            return self.table(name, rows(), max_age, public=public)
        body = out.__pydantic_serializer__.to_json(out)
        return conditional(self.request, body, max_age, public=public, vary=VARIES)

    def table(
        self, name: str, rows: Iterable[Sequence[Cell]], max_age: int, *, public: bool = True
    ) -> Response:
        """Return `rows` as a file of that name."""
        body = csv_bytes(rows, self.language, self.separator)
        response = conditional(
            self.request, body, max_age, public=public, vary=VARIES, media_type=CSV
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response


async def get_written(
    request: Request,
    language: Spoken,
    written: Annotated[Format | None, Query(alias="format")] = None,
    separator: Separator | None = None,
) -> Written:
    """Return how the caller wants an answer."""
    return Written(request, language, separator, wants_csv(request, written))


How = Annotated[Written, Depends(get_written)]
