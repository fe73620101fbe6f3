"""Certificates by a tracking link, and how every certificate is written."""

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from app.api.caching import JSON, conditional
from app.api.certificate_sheet import PDF, CertificateSheet, sheet_of
from app.api.pictures import preferred
from app.api.schemas.certificates import certificate_out
from app.api.state import Process
from app.api.texts import Language
from app.services.act import Today
from app.services.queues.certifying import Certified, Certifying

VARY: Final = "Accept, Accept-Language"


class CertificateFormat(StrEnum):
    """How a certificate is written."""

    JSON = "json"
    PDF = "pdf"


async def get_format(
    request: Request,
    written: Annotated[CertificateFormat | None, Query(alias="format", examples=["pdf"])] = None,
) -> CertificateFormat:
    """Return how the caller wants a certificate."""
    if written is not None:
        return written
    liked = preferred(request.headers.get("accept", ""), [JSON, PDF])
    return CertificateFormat.PDF if liked == PDF else CertificateFormat.JSON


async def certified_by_link(process: Process, today: Today, token: str) -> Certified:
    """Return the certificate of the entry that a tracking token opens.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
        NoPolicyInForceError: no edition says what its lane earns.
    """
    async with process.reading() as uow:
        return await Certifying(uow, today).of_link(token)


async def sheet_by_link(
    process: Process, today: Today, token: str, language: Language
) -> CertificateSheet:
    """Return the same as a page shows it.

    Raises:
        TrackingNotFoundError, NoPolicyInForceError: as above.
    """
    found = await certified_by_link(process, today, token)
    return sheet_of(found, today.reference, language)


async def certificate_answer(
    request: Request,
    found: Certified,
    today: Today,
    language: Language,
    written: CertificateFormat,
) -> Response:
    """Return a certificate as its reader wants it."""
    if written is CertificateFormat.JSON:
        answer = certificate_out(found, today.reference, language)
        body = answer.__pydantic_serializer__.to_json(answer)
        return conditional(request, body, 0, public=False, vary=VARY)
    sheet = sheet_of(found, today.reference, language)
    body = await asyncio.to_thread(_drawn, sheet, language, found.as_of)
    response = conditional(request, body, 0, public=False, media_type=PDF, vary=VARY)
    name = f"certificate-{found.entry.reference}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _drawn(sheet: CertificateSheet, language: Language, made_at: datetime) -> bytes:
    """Return a certificate as PDF, drawn where it keeps nobody waiting.

    What draws is imported by the first one: it would be a fifteenth of every start.
    """
    from app.api.papers import certificate_pdf  # noqa: PLC0415 - by the first that is drawn

    return certificate_pdf(sheet, language, made_at)
