"""Where keys are changed for access tokens, and every refusal is in OAuth's own format."""

from fastapi import Request, Response

from app.api.credentials import client_known_by, count_stranger
from app.api.oauth import (
    Asked,
    Fault,
    OAuthError,
    read_asked,
    token_response,
    unknown_scope,
)
from app.api.state import Process
from app.domain.errors import KeyInvalidError


async def issued(request: Request, process: Process) -> Response:
    """Return a token, or why there is none; who asks in no form at all is counted, too."""
    try:
        asked = await read_asked(request)
    except OAuthError as error:
        count_stranger(request)
        return error.response()
    try:
        return await _given(request, process, asked)
    except OAuthError as error:
        return error.response()
    except KeyInvalidError:
        refused = OAuthError(Fault.INVALID_CLIENT, "The client or its secret is not known.")
        return refused.response()


async def _given(request: Request, process: Process, asked: Asked) -> Response:
    principal, key_id = await client_known_by(request, process, asked.client, asked.secret)
    scopes = principal.scopes if asked.scopes is None else asked.scopes
    if scopes - principal.scopes:
        raise unknown_scope()
    tools = process.tools
    token = tools.access_tokens.give(
        principal.id, key_id, scopes, process.machine_now(), tools.new_id()
    )
    return token_response(token, scopes)
