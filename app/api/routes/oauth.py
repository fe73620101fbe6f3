"""Access tokens for clients that speak OAuth, beside keys."""

from fastapi import APIRouter, Request, Response

from app.api.deps import OfProcess, anyone
from app.api.oauth import TOKEN_REQUEST, OAuthErrorOut, TokenOut
from app.api.strict_json import StrictRoute
from app.api.token_desk import issued

router = APIRouter(prefix="/oauth", tags=["tokens"], route_class=StrictRoute)


@router.post(
    "/token",
    response_model=TokenOut,
    dependencies=[anyone()],
    responses={
        400: {"model": OAuthErrorOut, "description": "The request breaks a rule of RFC 6749."},
        401: {"model": OAuthErrorOut, "description": "Client or secret are not known."},
    },
    openapi_extra={"requestBody": TOKEN_REQUEST},
)
async def issue_token(request: Request, process: OfProcess) -> Response:
    """Give an access token for a key, by OAuth's client credentials (RFC 6749, section 4.4).

    The secret is one of the client's keys, in the form or as `Basic`. A token lasts 15 minutes and
    opens what its key does, less where `scope` says so; it ends at once with its key, and when the
    client is disabled. Failures are in OAuth's own format. Anybody checks a token by
    `/.well-known/jwks.json`.
    """
    return await issued(request, process)
