"""Certificates: who came later and went before an entry, as JSON or as a paper to show."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.api.certificate_desk import (
    CertificateFormat,
    certificate_answer,
    certified_by_link,
    get_format,
)
from app.api.certificate_sheet import PDF
from app.api.deps import Caller, HeavyVisitor, OfProcess, Spoken, Uow, by_link, may
from app.api.problems import problem_responses
from app.api.rate_limits import Work
from app.api.readings import UNCHANGED
from app.api.routes.entries import EVERYBODY
from app.api.routes.tracking import Token
from app.api.schemas.certificates import CertificateOut
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import EntryNotFoundError, NoPolicyInForceError, TrackingNotFoundError
from app.services.queues.certifying import Certifying

router = APIRouter(prefix="/v1", route_class=StrictRoute)

PAPER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The certificate: JSON, or a paper to show.",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}
How = Annotated[CertificateFormat, Depends(get_format)]


@router.get(
    "/entries/{entry}/certificate",
    tags=["entries"],
    response_model=CertificateOut,
    dependencies=[may(*EVERYBODY, work=Work.HEAVY, on=Action.READ)],
    responses={
        **PAPER, **UNCHANGED, **problem_responses(EntryNotFoundError, NoPolicyInForceError),
    },
)  # fmt: skip
async def get_certificate(
    entry: UUID, request: Request, uow: Uow, caller: Caller, language: Spoken, written: How
) -> Response:
    """Return everybody who came later and went before this entry, or nobody: JSON or PDF.

    Each with its lane, both open waits, the one rule that let it pass, and proofs from the public
    log. Others are told by their call numbers and by the ids that the log has.
    """
    found = await Certifying(uow, caller).of_entry(entry, caller)
    return await certificate_answer(request, found, caller, language, written)


@router.get(
    "/tracking/{token}/certificate",
    tags=["tracking"],
    response_model=CertificateOut,
    dependencies=[by_link()],
    responses={
        **PAPER, **UNCHANGED, **problem_responses(TrackingNotFoundError, NoPolicyInForceError),
    },
)  # fmt: skip
async def get_certificate_by_link(
    token: Token,
    request: Request,
    visitor: HeavyVisitor,
    language: Spoken,
    written: How,
    process: OfProcess,
) -> Response:
    """Return who came later and went before the entry of a link: JSON, or a PDF to show.

    A page for people is at `/certificates/{token}`.
    """
    found = await certified_by_link(process, visitor, token)
    return await certificate_answer(request, found, visitor, language, written)
