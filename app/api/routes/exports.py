"""Entries as a file, for as many as there are."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from starlette.responses import StreamingResponse

from app.api.deps import Caller, OfProcess, Spoken, may
from app.api.fleet.exporting import EXPORTS, NDJSON, ExportFormat, Writing, export
from app.api.rate_limits import Work
from app.api.routes.entries import EVERYBODY, get_filters
from app.api.spreadsheets import CSV, Separator
from app.api.strict_json import StrictRoute
from app.domain.questions import EntryFilter

router = APIRouter(prefix="/v1/entries", tags=["entries"], route_class=StrictRoute)

FILE: Final = {
    "description": "The entries: a table that a spreadsheet opens, or a JSON object a line.",
    "content": {CSV: {"schema": {"type": "string"}}, NDJSON: {"schema": {"type": "string"}}},
}


@router.get(
    "/export",
    response_class=Response,
    dependencies=[may(*EVERYBODY, work=Work.HEAVY)],
    responses={200: FILE},
)
async def export_entries(
    where: Annotated[EntryFilter, Depends(get_filters)],
    caller: Caller,
    process: OfProcess,
    language: Spoken,
    file_format: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.CSV,
    separator: Separator | None = None,
) -> Response:
    """Return all entries that the same list would page through, as a file.

    A company gets its own. Drivers are masked. CSV has the columns of the batch template and,
    before them, how each entry stands; NDJSON has the items of the list, one a line. Long files
    are read while they are sent: what changes meanwhile may be told before or after its change.
    """
    day = f"{caller.day:%Y-%m-%d}"
    headers = {
        "Content-Disposition": f'attachment; filename="gate-entries-{day}.{file_format.value}"',
        "Content-Language": language.value,
        "Cache-Control": "no-store",
    }
    parts = export(process, caller, where, Writing(file_format, language, separator))
    return StreamingResponse(parts, headers=headers, media_type=EXPORTS[file_format])
