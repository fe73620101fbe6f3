"""The page of a receipt, where the QR code of its paper leads; it needs no script."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.credentials import count_stranger
from app.api.deps import ByLookup
from app.api.rate_limits import Work
from app.api.receipt_desk import looked_up
from app.api.receipt_sheet import Pair, receipt_sheet
from app.api.state import Process
from app.api.texts import Language, language_of
from app.domain.errors import ReceiptNotFoundError
from app.web.looking import scanned
from app.web.visits import Visit, add

LONGEST_LOOKUP: Final = 40
PRINTED: Final = "print"
"""What an address ends with that prints the page at once."""


def install(app: FastAPI) -> None:
    """Let `app` answer the page of a receipt."""
    add(app, "/receipts/{lookup}", _show)


async def _show(visit: Visit) -> Response:
    request = visit.request
    count_stranger(request, Work.HEAVY)
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

    picture = await scanned(sheet.link) if PRINTED in visit.query else None
    return visit.page("receipt", sheet=sheet, read=read, picture=picture)
