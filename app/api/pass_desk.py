"""Passes without a key, and how every pass is written."""

from enum import StrEnum
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import conditional, etag_of, is_known
from app.api.pictures import MEDIA, Written, draw
from app.api.schemas.passes import PassOut
from app.api.state import Process
from app.domain.passes import LIST_TYPE
from app.repositories.constraints import named_failures
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.crossing.passes import Passes, Revoked, SignedPass

JOSE: Final = "application/jose"
VARY: Final = "Accept, Accept-Language"


class ListWritten(StrEnum):
    """How the list of passes that hold no more is written."""

    JSON = "json"
    JWS = "jws"


async def pass_by_link(process: Process, today: Today, token: str) -> SignedPass:
    """Return the pass of the entry that a tracking token opens.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
        NoPassError: the entry is in the gate or has ended.
    """
    with named_failures():
        async with process.sessions.begin() as session:
            uow = UnitOfWork(session)
            return await Passes(uow, today, process.tools.signers).of_link(token)


async def pass_answer(request: Request, answer: PassOut, written: Written) -> Response:
    """Return a pass as its holder wants it; a picture that the client has is not drawn again.

    The tag is that of the pass: a client that has it needs none for a log that went on meanwhile.
    """
    if written is Written.JSON:
        tag = etag_of(answer.model_copy(update={"log": None}).model_dump_json().encode())
        body = answer.model_dump_json().encode()
        return conditional(request, body, 0, etag=tag, public=False, vary=VARY)
    tag = etag_of(f"{written} {answer.jws}".encode())
    known = is_known(request.headers.get("if-none-match"), tag)
    body = b"" if known else await draw(answer.jws, written)
    return conditional(
        request, body, 0, etag=tag, public=False, media_type=MEDIA[written], vary=VARY
    )


def signed_list(process: Process, revoked: Revoked) -> bytes:
    """Return the list of passes that hold no more, signed by a key of the passes."""
    return process.tools.signers.ed25519.sign(revoked.claims(), LIST_TYPE).encode()
