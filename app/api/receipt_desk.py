"""Receipts by their lookup codes, and how each is written."""

import asyncio
from enum import StrEnum
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from app.api.caching import JSON, conditional
from app.api.certificate_sheet import PDF
from app.api.pictures import preferred
from app.api.receipt_sheet import ReceiptSheet, receipt_sheet
from app.api.schemas.receipts import receipt_out
from app.api.state import Process
from app.api.texts import Language
from app.domain.receipts.receipt import shown_number
from app.services.act import Today
from app.services.money.receipts import Shown, receipt_by_lookup

VARY: Final = "Accept, Accept-Language"


class ReceiptFormat(StrEnum):
    """How a receipt is written."""

    JSON = "json"
    PDF = "pdf"


async def get_format(
    request: Request,
    written: Annotated[ReceiptFormat | None, Query(alias="format", examples=["pdf"])] = None,
) -> ReceiptFormat:
    """Return how the caller wants a receipt."""
    if written is not None:
        return written
    liked = preferred(request.headers.get("accept", ""), [JSON, PDF])
    return ReceiptFormat.PDF if liked == PDF else ReceiptFormat.JSON


async def looked_up(process: Process, lookup: str) -> Shown:
    """Return the receipt of a lookup code.

    Raises:
        ReceiptNotFoundError: no receipt has it.
    """
    async with process.reading() as uow:
        return await receipt_by_lookup(uow, lookup)


async def receipt_answer(
    request: Request, shown: Shown, today: Today, language: Language, written: ReceiptFormat
) -> Response:
    """Return a receipt as its reader wants it."""
    if written is ReceiptFormat.JSON:
        answer = receipt_out(shown, today.reference, language)
        body = answer.__pydantic_serializer__.to_json(answer)
        return conditional(request, body, 0, public=False, vary=VARY)
    base_url = request.app.state.settings.base_url
    sheet = receipt_sheet(shown, today.reference, language, base_url)
    body = await asyncio.to_thread(_drawn, sheet)
    response = conditional(request, body, 0, public=False, media_type=PDF, vary=VARY)
    name = shown_number(shown.receipt.series, shown.receipt.number)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _drawn(sheet: ReceiptSheet) -> bytes:
    """Return a receipt as PDF; what draws is imported by the first one, as of certificates."""
    from app.api.receipt_paper import receipt_pdf  # noqa: PLC0415 - by the first that is drawn

    return receipt_pdf(sheet)
