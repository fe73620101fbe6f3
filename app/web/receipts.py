"""The page of a receipt, where the QR code of its paper leads; it needs no script."""

from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.api.credentials import count_stranger
from app.api.deps import ByLookup
from app.api.rate_limits import Work
from app.api.receipt_desk import looked_up
from app.api.receipt_sheet import Pair, receipt_sheet
from app.api.state import Process
from app.api.texts import Language, language_of
from app.domain.errors import DomainError, ReceiptNotFoundError
from app.web.pages import failure, page

LONGEST_LOOKUP: Final = 40


def install(app: FastAPI) -> None:
    """Let `app` answer the page of a receipt."""
    app.add_route("/receipts/{lookup}", _show, include_in_schema=False)


async def _show(request: Request) -> Response:
    try:
        count_stranger(request, Work.HEAVY)
        return await _receipt(request)
    except DomainError as error:
        return failure(request, error)


async def _receipt(request: Request) -> Response:
    process: Process = request.app.state.process
    lookup: str = request.path_params["lookup"]
    async with ByLookup().opened(request):
        if len(lookup) > LONGEST_LOOKUP or not lookup.isascii():
            raise ReceiptNotFoundError
        shown = await looked_up(process, lookup)
    language, today = language_of(request.scope), await process.today()
    base_url = request.app.state.settings.base_url
    sheet = receipt_sheet(shown, today.reference, language, base_url)

    def read(pair: Pair) -> str:
        return pair.vi if language is Language.VI else pair.second or pair.vi

    return page(request, "receipt", sheet=sheet, read=read)
