"""Transfers that a payer is asked for, as JSON or as a QR code to scan."""

from typing import Annotated, Any, Final

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import conditional, etag_of, is_known
from app.api.deps import Caller, OfProcess, Uow
from app.api.pictures import MEDIA, PNG, SVG, Written, draw, preferred
from app.api.schemas.orders import transfer_out
from app.core.config import Settings
from app.domain.vietqr import CollectionAccount
from app.services.money.asking import Asked, Asking

PICTURES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The transfer: JSON, or its QR code as a picture.",
        "content": {
            PNG: {"schema": {"type": "string", "format": "binary"}},
            SVG: {"schema": {"type": "string"}},
        },
    }
}


async def get_written(
    request: Request,
    written: Annotated[
        Written | None,
        Query(alias="format", description="How it is written.", examples=["svg"]),
    ] = None,
) -> Written:
    """Return how the caller wants a transfer."""
    if written is not None:
        return written
    liked = preferred(request.headers.get("accept", ""), list(MEDIA.values()))
    return next(one for one, media in MEDIA.items() if media == liked)


How = Annotated[Written, Depends(get_written)]


async def get_asking(uow: Uow, caller: Caller, process: OfProcess) -> Asking:
    """Return what asks for transfers into the account of the settings."""
    return Asking(uow, caller, account_of(process.settings))


OfCollection = Annotated[Asking, Depends(get_asking)]


def account_of(settings: Settings) -> CollectionAccount | None:
    """Return where fees are collected, if the settings say it."""
    named = settings.collection
    return CollectionAccount(*named) if named else None


async def transfer_answer(request: Request, asked: Asked, written: Written) -> Response:
    """Return a transfer as its payer wants it; a picture that the client has is not drawn again."""
    tag = etag_of(f"{written} {asked.payload} {asked.account.name}".encode())
    if is_known(request.headers.get("if-none-match"), tag):
        body = b""
    elif written is Written.JSON:
        body = transfer_out(asked).model_dump_json().encode()
    else:
        body = await draw(asked.payload, written)
    return conditional(
        request, body, 0, etag=tag, public=False, media_type=MEDIA[written], vary="Accept"
    )
