"""The page of a certificate, for a driver with the tracking link; it needs no script."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.certificate_desk import sheet_by_link
from app.api.credentials import count_stranger
from app.api.deps import ByLink
from app.api.rate_limits import Work
from app.api.state import Process
from app.api.texts import language_of
from app.domain.errors import TrackingNotFoundError
from app.web.visits import Visit, add

LONGEST_TOKEN: Final = 64


def install(app: FastAPI) -> None:
    """Let `app` answer the page of a certificate."""
    add(app, "/certificates/{token}", _show)


async def _show(visit: Visit) -> Response:
    request = visit.request
    count_stranger(request, Work.HEAVY)
    process: Process = request.app.state.process
    token: str = request.path_params["token"]
    async with ByLink().opened(request):
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise TrackingNotFoundError
        language = language_of(request.scope)
        sheet = await sheet_by_link(process, await process.today(), token, language)
    return visit.page("certificate", sheet=sheet, token=token)
