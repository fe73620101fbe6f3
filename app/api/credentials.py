"""Who asks: by an API key, by an access token, or by the cookie of a session.

Each is looked up by the one statement that opens a request; whoever guesses is kept waiting.
"""

from collections.abc import Awaitable
from dataclasses import replace
from uuid import UUID

from fastapi import Request

from app.api.guesses import Guess, Guesses
from app.api.idempotency import key_of
from app.api.openapi import API_KEY
from app.api.rate_limits import RateLimits, Work, client_of
from app.api.same_site import ensure_same_site, session_token
from app.api.state import Process
from app.core.access_tokens import is_token
from app.core.signing import SignatureError
from app.domain.errors import KeyInvalidError, SessionEndedError
from app.domain.principal import Principal
from app.repositories.access import ByKey, BySession, ByToken, Opening
from app.repositories.unit_of_work import UnitOfWork


async def opened_by(request: Request, process: Process, uow: UnitOfWork, work: Work) -> Opening:
    """Return who asks, in the one statement that opens a request; it is counted as theirs.

    Raises:
        KeyInvalidError, SessionEndedError, CrossSiteError: nobody who may.
        RateExceededError: too much came from there.
    """
    return await _counted(request, process, work, _opening(request, process, uow))


async def _counted(
    request: Request, process: Process, work: Work, asked: Awaitable[Opening]
) -> Opening:
    """Return whom a credential is of, and count the request as theirs.

    One that opens nothing is counted by address, as of whoever has none: it cost a statement.
    """
    try:
        opening = await asked
    except KeyInvalidError:
        count_stranger(request)
        raise
    limits: RateLimits = request.app.state.rate_limits
    principal = opening.principal
    limits.admit(request.scope, work, str(principal.id), str(principal.organisation_id))
    if principal.credential is not None:
        process.told_of(principal.credential)
    return opening


async def _opening(request: Request, process: Process, uow: UnitOfWork) -> Opening:
    credentials = await API_KEY(request)
    retry_key = key_of(request) if request.method == "POST" else None
    if credentials is None:
        return await _opening_by_session(request, process, uow, retry_key)
    presented = credentials.credentials
    if is_token(presented):
        return await _opening_by_token(request, process, uow, presented, retry_key)
    return await _opening_by_key(request, process, uow, presented, retry_key)


async def _opening_by_key(
    request: Request, process: Process, uow: UnitOfWork, key: str, retry_key: str | None
) -> Opening:
    guesses: Guesses = request.app.state.guesses
    key_hash = process.tools.keys.hash_of(key)
    with guesses.judged(request.scope, Guess.KEY, key_hash, KeyInvalidError):
        opening = await uow.access.open_request(ByKey(key_hash), retry_key)
        if opening is None:
            raise KeyInvalidError
    return opening


async def _opening_by_token(
    request: Request, process: Process, uow: UnitOfWork, token: str, retry_key: str | None
) -> Opening:
    """Return who asks by an access token: whoever its key still opens anything for.

    One that we have signed is no guess, also where it opens nothing any more.
    """
    guesses: Guesses = request.app.state.guesses
    with guesses.judged(request.scope, Guess.KEY, token.encode(), KeyInvalidError):
        try:
            grant = process.tools.access_tokens.read(token)
        except SignatureError:
            raise KeyInvalidError from None
    opening = None
    if process.machine_now() < grant.expires_at:
        presented = ByToken(grant.key_id, grant.principal_id)
        opening = await uow.access.open_request(presented, retry_key)
    if opening is None:
        raise KeyInvalidError
    scopes = opening.principal.scopes & grant.scopes
    return replace(opening, principal=replace(opening.principal, scopes=scopes))


async def _opening_by_session(
    request: Request, process: Process, uow: UnitOfWork, retry_key: str | None
) -> Opening:
    """Return who asks by the cookie of a session, from a page of this service.

    Raises:
        KeyInvalidError: there is no credential at all.
        SessionEndedError, CrossSiteError.
    """
    token = session_token(request, process.settings)
    if token is None:
        raise KeyInvalidError
    ensure_same_site(request, process.settings)
    guesses: Guesses = request.app.state.guesses
    token_hash, clock = process.tools.keys.hash_of(token), process.session_clock
    with guesses.judged(request.scope, Guess.SESSION, token_hash, SessionEndedError):
        presented = BySession(token_hash, clock.at, clock.at - clock.idle)
        opening = await uow.access.open_request(presented, retry_key)
        if opening is None:
            raise SessionEndedError
    return opening


def count_stranger(request: Request, work: Work = Work.PUBLIC) -> None:
    """Count a request of whoever is not known, or not yet, by address."""
    limits: RateLimits = request.app.state.rate_limits
    limits.admit(request.scope, work, client_of(request.scope))


async def client_known_by(
    request: Request, process: Process, client: str, key: str
) -> tuple[Principal, UUID]:
    """Return the client of that id or name to whom a key belongs, and the key's id.

    Raises:
        KeyInvalidError: the key opens nothing, or is another's.
    """

    async def opening(uow: UnitOfWork) -> Opening:
        found = await _opening_by_key(request, process, uow, key, None)
        if client.lower() not in {found.principal.name.lower(), str(found.principal.id)}:
            raise KeyInvalidError
        return found

    async with process.sessions() as session:
        found = await _counted(request, process, Work.WRITE, opening(UnitOfWork(session)))
    principal = found.principal
    assert principal.credential is not None
    return principal, principal.credential.id
