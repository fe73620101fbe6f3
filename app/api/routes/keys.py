"""The public keys of this service, where programs look for them."""

from fastapi import APIRouter, Depends, Request, Response

from app.api.caching import conditional
from app.api.deps import OfProcess, anyone, get_visitor
from app.api.readings import MINUTES, UNCHANGED
from app.api.schemas.keys import KeysOut, keys_out
from app.api.strict_json import StrictRoute

router = APIRouter(prefix="/.well-known", tags=["keys"], route_class=StrictRoute)


@router.get(
    "/jwks.json",
    response_model=KeysOut,
    dependencies=[anyone(), Depends(get_visitor)],
    responses=UNCHANGED,
)
async def get_keys(request: Request, process: OfProcess) -> Response:
    """Return the public keys by which anybody checks passes and access tokens (RFC 7517).

    `ES256` keys sign access tokens, `EdDSA` keys (Ed25519) sign passes. A key comes here before
    it signs anything, and stays while anything that it signed is in use. Keep the set: passes are
    checked with it where there is no network.
    """
    body = keys_out(process.tools.signers.jwks()).model_dump_json().encode()
    return conditional(request, body, MINUTES)
