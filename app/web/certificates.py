"""The page of a certificate, for a driver with the tracking link; it needs no script."""

from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.api.certificate_desk import sheet_by_link
from app.api.credentials import count_stranger
from app.api.deps import ByLink
from app.api.rate_limits import Work
from app.api.state import Process
from app.api.texts import language_of
from app.domain.errors import DomainError, TrackingNotFoundError
from app.web.pages import failure, page

LONGEST_TOKEN: Final = 64


def install(app: FastAPI) -> None:
    """Let `app` answer the page of a certificate."""
    app.add_route("/certificates/{token}", _show, include_in_schema=False)


async def _show(request: Request) -> Response:
    try:
        count_stranger(request, Work.HEAVY)
        return await _certificate(request)
    except DomainError as error:
        return failure(request, error)


async def _certificate(request: Request) -> Response:
    process: Process = request.app.state.process
    token: str = request.path_params["token"]
    async with ByLink().opened(request):
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise TrackingNotFoundError
        language = language_of(request.scope)
        sheet = await sheet_by_link(process, await process.today(), token, language)
    return page(request, "certificate", sheet=sheet, token=token)
