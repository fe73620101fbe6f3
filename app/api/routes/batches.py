"""Batches: whole fleets registered at once, and how far they are."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.api.deps import Caller, OfProcess, Retry, RetryRequired, Spoken, Uow, may
from app.api.failures import (
    FileTypeError,
    InvalidRequestError,
    MalformedBodyError,
    UnreadableFileError,
)
from app.api.field_errors import RequestFieldError
from app.api.fleet.answers import batch_out, row_out
from app.api.fleet.templates import TEMPLATES, TemplateFormat, template
from app.api.fleet.uploads import JSON, MODE, UPLOAD, Upload, UploadRoute
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses, request_id_of
from app.api.rate_limits import Work
from app.api.schemas.batches import BatchesOut, BatchOut, BatchRowsOut
from app.api.spreadsheets import CSV, Separator
from app.api.strict_json import StrictRoute
from app.api.workbooks import XLSX
from app.domain.authorisation import Action
from app.domain.batches import MOST_ROWS, OVER, BatchMode, RowOutcome
from app.domain.errors import BatchEndedError, BatchNotFoundError, TooManyBatchesError
from app.domain.vocabulary import Role
from app.services.declarations.batches import Batches, File

uploads = APIRouter(prefix="/v1/entries/batches", tags=["batches"], route_class=UploadRoute)
router = APIRouter(prefix="/v1/entries/batches", tags=["batches"], route_class=StrictRoute)

DECLARANTS = (Role.COMPANY, Role.APP)
RUNNING_SECONDS: Final = 2
"""When to look again at a batch that is not over."""
BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "object",
                "additionalProperties": False,
                "required": ["rows"],
                "properties": {
                    "mode": {"type": ["string", "null"], "enum": [*BatchMode, None]},
                    "rows": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": MOST_ROWS,
                        "items": {"$ref": "#/components/schemas/EntryIn"},
                    },
                },
            }
        },
        CSV: {"schema": {"type": "string"}},
        XLSX: {"schema": {"type": "string", "format": "binary"}},
    },
}
RETRY_AFTER: Final = {
    "Retry-After": {
        "description": "Seconds after which to look again, while the batch is not over.",
        "schema": {"type": "integer", "minimum": 1},
    }
}


@uploads.post(
    "",
    status_code=202,
    response_model=BatchOut,
    dependencies=[may(*DECLARANTS, work=Work.HEAVY)],
    openapi_extra={"requestBody": BODY},
    responses=problem_responses(
        FileTypeError, UnreadableFileError, MalformedBodyError, InvalidRequestError,
        TooManyBatchesError, *RETRIED,
    ),
)  # fmt: skip
async def register_batch(
    request: Request,
    uow: Uow,
    caller: Caller,
    retry: RetryRequired,
    mode: Annotated[
        BatchMode | None,
        Query(description="What a refused row means to the others.", examples=["best-effort"]),
    ] = None,
) -> Response:
    """Register up to 5,000 vehicles from JSON, CSV or XLSX; the answer is a job to look at.

    A file that cannot be read is refused whole. Each row is then what a single registration would
    be, with its own outcome in the results. `best-effort`, the default, registers what it can;
    `all-or-nothing` nothing while any row is refused. Sent again with its key, it is the same job;
    a row with a `client_reference` is registered once, whatever it is sent with.
    """
    upload: Upload = request.scope[UPLOAD]
    if mode and upload.mode and mode is not upload.mode:
        raise InvalidRequestError(errors=[RequestFieldError(f"/{MODE}", "not-as-in-query")])
    asked = mode or upload.mode or BatchMode.BEST_EFFORT
    batch = await Batches(uow, caller).accept(File(upload.format, asked, upload.rows))
    answer = batch_out(batch)
    return await retry.answer(answer, status=202, location=f"/v1/entries/batches/{batch.id}")


@router.get("", dependencies=[may(*DECLARANTS)])
async def list_batches(
    paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> BatchesOut:
    """List your company's batches, newest first."""
    listing = Listing(process.cursors, "batches", paging)
    found = await Batches(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda batch: (batch.accepted_at, batch.id))
    return BatchesOut(items=[batch_out(batch) for batch in page], next_cursor=cursor)


@router.get(
    "/template",
    response_class=Response,
    dependencies=[may(*DECLARANTS)],
    responses={
        200: {
            "description": "A file to fill in.",
            "content": {
                CSV: {"schema": {"type": "string"}},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
async def get_batch_template(
    language: Spoken,
    file_format: Annotated[TemplateFormat, Query(alias="format")] = TemplateFormat.XLSX,
    separator: Separator | None = None,
) -> Response:
    """Return a file to fill in: its heading, what each column means, and an example.

    Rows that begin with `#` are passed over when it is sent back. A workbook explains its columns
    in Vietnamese, English and Chinese on a second sheet.
    """
    headers = {
        "Content-Disposition": f'attachment; filename="gate-vehicles.{file_format.value}"',
        "Content-Language": language.value,
    }
    body = template(file_format, language, separator)
    return Response(body, headers=headers, media_type=TEMPLATES[file_format])


@router.get(
    "/{batch}",
    dependencies=[may(*DECLARANTS, on=Action.KEEP)],
    responses={
        200: {"description": "How far the batch is.", "headers": RETRY_AFTER},
        **problem_responses(BatchNotFoundError),
    },
)
async def get_batch(batch: UUID, uow: Uow, caller: Caller, response: Response) -> BatchOut:
    """Return how far a batch is."""
    found = await Batches(uow, caller).get(batch)
    if found.state not in OVER:
        response.headers["Retry-After"] = str(RUNNING_SECONDS)
    return batch_out(found)


@router.get(
    "/{batch}/results",
    dependencies=[may(*DECLARANTS, on=Action.KEEP)],
    responses=problem_responses(BatchNotFoundError),
)
async def list_batch_results(
    batch: UUID,
    request: Request,
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
    language: Spoken,
    outcome: RowOutcome | None = None,
) -> BatchRowsOut:
    """List what became of the rows of a batch, in their order; `outcome` narrows them."""
    batches = Batches(uow, caller)
    found = await batches.get(batch)
    filters = {"batch": batch, "outcome": outcome}
    after = None
    if paging.cursor is not None:
        (last,) = process.cursors.read(paging.cursor, "batch-results", filters, values=1)
        after = int(str(last))
    rows = await batches.rows(found, outcome, after, paging.limit + 1)
    page, cursor = rows[: paging.limit], None
    if len(page) < len(rows):
        cursor = process.cursors.issue([page[-1].row.number], "batch-results", filters)
    request_id = request_id_of(request.scope)
    items = [row_out(found, view, language, request_id) for view in page]
    return BatchRowsOut(items=items, next_cursor=cursor)


@router.post(
    "/{batch}/cancellation",
    response_model=BatchOut,
    dependencies=[may(*DECLARANTS, on=Action.KEEP)],
    responses=problem_responses(BatchNotFoundError, BatchEndedError, *RETRIED),
)
async def cancel_batch(batch: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Stop a batch. Best effort keeps what it has registered; all or nothing takes it back."""
    cancelled = await Batches(uow, caller).cancel(batch)
    return await retry.answer(batch_out(cancelled), status=200)
