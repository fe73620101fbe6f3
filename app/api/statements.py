"""A bank's statement on its way in: read away from the event loop, row by row.

As with fleets, who may not send it sends no file, and one file is read at a time.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.api.failures import FileTypeError, InvalidRequestError
from app.api.field_errors import RequestFieldError, faults_of
from app.api.fleet.tables import Cells, rows_of, text_of
from app.api.fleet.uploads import CHARSET
from app.api.idempotency import FINGERPRINT, digest_of
from app.api.problems import Problem, problem
from app.api.queries import Handle
from app.api.schemas.payments import (
    NotificationIn,
    StatementOut,
    StatementRowOut,
)
from app.api.spreadsheets import CSV
from app.api.strict_json import Guard, StrictRoute
from app.api.texts import Language
from app.domain.errors import FieldError
from app.domain.money_in import Channel
from app.domain.statements import amount_of, instant_of
from app.services.money.applying import CameIn
from app.services.money.statements import Booked, RowSaid

STATEMENTS: Final = ("POST", "/v1/payments/statements")
STATEMENT: Final = "statement"
MOST_ROWS: Final = 2000
COLUMNS: Final = ("source_reference", "amount", "currency", "paid_at", "purpose")
NEEDED: Final = ("source_reference", "amount", "paid_at", "purpose")
EXAMPLE: Final = (
    "source_reference,amount,currency,paid_at,purpose\n"
    "FT26070123456,350000,VND,2026-03-11T09:30:00+07:00,20260311-0C3FHMFY6 nop phi\n"
)
BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        CSV: {
            "schema": {"type": "string"},
            "examples": {"example-1": {"summary": "One transfer", "value": EXAMPLE}},
        }
    },
}
VND: Final = "VND"


class Row(NamedTuple):
    """A row of a statement with the line where it stands: what it tells, or what is wrong."""

    line: int
    told: NotificationIn | None
    errors: Sequence[FieldError]
    source_reference: str


class StatementRoute(StrictRoute):
    """A route that takes a statement; what it was read to stands in the request's scope."""

    def get_route_handler(self) -> Handle:
        """Return the handler behind the reading of the file, and that behind the guard."""
        handle = super().get_route_handler()
        words: Iterable[object] = (one.dependency for one in self.dependencies)
        guard = next(word for word in words if isinstance(word, Guard))

        async def upload(request: Request) -> Response:
            async with guard.opened(request):
                pass
            request.scope[STATEMENT] = await _read(request)
            return await handle(request)

        return upload


async def _read(request: Request) -> Sequence[Row]:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != CSV:
        raise FileTypeError
    body = await request.body()
    charset = CHARSET.search(parameters)
    async with request.app.state.process.reading_files:
        request.scope[FINGERPRINT] = await asyncio.to_thread(digest_of, request, body)
        return await asyncio.to_thread(_rows, body, charset.group(1) if charset else "")


def _rows(body: bytes, charset: str) -> Sequence[Row]:
    """Return the rows of a file.

    Raises:
        UnreadableFileError: it is no CSV, or in another encoding.
        InvalidRequestError: its heading lacks a column or has one that is none; too many rows.
    """
    table = rows_of(text_of(body, charset))
    heading = _heading(next(table, ()))
    rows: list[Row] = []
    for line, cells in enumerate(table, start=2):
        if not any(str(cell or "").strip() for cell in cells):
            continue
        if len(rows) == MOST_ROWS:
            raise InvalidRequestError(
                errors=[RequestFieldError("/rows", "too-many", facts={"max": MOST_ROWS})]
            )
        rows.append(_row(line, dict(zip(heading, map(str, cells), strict=False))))
    return rows


def _heading(cells: Cells) -> Sequence[str]:
    names = [str(cell or "").strip().lower() for cell in cells]
    errors = [
        *(RequestFieldError(f"column:{one}", "required") for one in NEEDED if one not in names),
        *(
            RequestFieldError(f"column:{one}", "unknown-field")
            for one in names
            if one and one not in COLUMNS
        ),
        *(RequestFieldError(f"column:{one}", "twice") for one in COLUMNS if names.count(one) > 1),
    ]
    if errors:
        raise InvalidRequestError(errors=errors)
    return names


def _row(line: int, cells: Mapping[str, str]) -> Row:
    """Return a row as a notification of the same would be, or all that is wrong with it."""
    reference = cells.get("source_reference", "").strip()
    document = dict(_document(cells))
    try:
        told = NotificationIn.__pydantic_validator__.validate_python(document)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        errors = [
            _of_column(one) for one in faults_of(RequestValidationError(found, body=document))
        ]
        return Row(line, None, errors, reference[:64])
    return Row(line, told, (), reference)


def _document(cells: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a notification; what cannot be read stays as it is, to be refused."""
    amount = cells.get("amount", "")
    currency = cells.get("currency", "").strip().upper() or VND
    number = amount_of(amount)
    yield "source_reference", cells.get("source_reference", "")
    yield "amount", {"amount": amount if number is None else number, "currency": currency}
    yield "purpose", cells.get("purpose", "")
    at = instant_of(cells.get("paid_at", ""))
    yield "paid_at", at.isoformat() if at is not None else cells.get("paid_at", "")


def _of_column(error: FieldError) -> FieldError:
    """Say of which column it is: an amount and its currency stand in two."""
    pointer = error.pointer.replace("/amount/currency", "/currency").replace(
        "/amount/amount", "/amount"
    )
    facts = error.facts if isinstance(error, RequestFieldError) else {}
    return RequestFieldError(pointer, error.rule, error.value, facts)


class Asked(NamedTuple):
    """By whom a statement was sent: in which language, in which request."""

    language: Language
    request_id: str


def came_of(told: NotificationIn, bank: UUID) -> CameIn:
    """Return money as a row of a bank's statement tells of it."""
    return CameIn(
        amount_vnd=told.amount.amount,
        source_reference=told.source_reference,
        channel=Channel.STATEMENT,
        organisation_id=bank,
        purpose=told.purpose,
        paid_at=told.paid_at,
    )


def statement_out(
    rows: Sequence[Row],
    booked: Mapping[int, Booked],
    asked: Asked,
) -> StatementOut:
    """Return what became of a statement, row by row, in the order of the file."""
    said = [_row_out(row, booked.get(row.line), asked) for row in rows]
    counts = Counter(one.said for one in said)
    return StatementOut(
        rows=said,
        taken=counts[RowSaid.TAKEN],
        known=counts[RowSaid.KNOWN],
        refused=counts[RowSaid.REFUSED],
    )


def _row_out(row: Row, booked: Booked | None, asked: Asked) -> StatementRowOut:
    refusal = booked.refusal if booked else InvalidRequestError(errors=row.errors)
    payment = booked.payment if booked else None
    return StatementRowOut(
        line=row.line,
        source_reference=row.source_reference,
        said=booked.said if booked else RowSaid.REFUSED,
        payment=payment.id if payment else None,
        state=booked.state if booked else None,
        problem=Problem(**problem(refusal, asked.language, asked.request_id)) if refusal else None,
    )
