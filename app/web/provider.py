"""Signing in by an OpenID Connect provider: there, and back with a code.

What one attempt must remember is in a sealed cookie of its own, for ten minutes; its state opens
one session and never another.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.api.guesses import Guess, Guesses
from app.api.sign_in_desk import Provider, signing_in
from app.api.state import Process
from app.core.ciphers import Cipher, new_token
from app.core.config import Settings
from app.domain.errors import DomainError, SignInFailedError
from app.services.access.sessions import Opened
from app.web.answers import SEE_OTHER, local_path, signed_in
from app.web.pages import failure

KIND: Final = "sign-in"
LASTS: Final = timedelta(minutes=10)
LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a browser that went to the provider must come back with, and where it wanted to go."""

    kind: str
    at: int
    state: str
    nonce: str
    verifier: str
    wanted: str


def provider_of(settings: Settings) -> Provider | None:
    """Return the provider that settings name, if they name one."""
    if settings.oidc_issuer is None:
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    back = f"{settings.base_url}/sign-in/callback"
    return Provider(settings.oidc_issuer, settings.oidc_client_id or "", secret, back)


async def go(request: Request) -> Response:
    """Send a browser to the provider."""
    process: Process = request.app.state.process
    attempt = Attempt(
        kind=KIND,
        at=int(process.machine_now().timestamp()),
        state=new_token(),
        nonce=new_token(),
        verifier=secrets.token_urlsafe(48),
        wanted=local_path(request.query_params.get("next")),
    )
    challenge = _encoded(hashlib.sha256(attempt.verifier.encode()).digest())
    provider: Provider = request.app.state.provider
    answer = RedirectResponse(
        await provider.address(attempt.state, attempt.nonce, challenge), SEE_OTHER
    )
    answer.headers["Cache-Control"] = "no-store"
    settings = process.settings
    answer.set_cookie(
        _cookie(settings),
        _sealed(process.tools.cipher, attempt),
        max_age=int(LASTS.total_seconds()),
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer


async def come_back(request: Request) -> Response:
    """Let in who comes back from the provider; whatever comes of it, the attempt is over."""
    process: Process = request.app.state.process
    guesses: Guesses = request.app.state.guesses
    shown = request.url.query.encode()
    try:
        with guesses.judged(request.scope, Guess.SIGN_IN, shown, SignInFailedError):
            attempt = _attempt(request, process)
            opened = await _opened(request, process, attempt)
        answer = signed_in(opened, attempt.wanted, process.settings)
    except DomainError as error:
        answer = failure(request, error)
    settings = process.settings
    answer.delete_cookie(_cookie(settings), secure=settings.is_https, httponly=True, samesite="lax")
    return answer


async def _opened(request: Request, process: Process, attempt: Attempt) -> Opened:
    """Return the session of whoever the provider says has signed in.

    Raises:
        SignInFailedError, SignInProviderAwayError, NotKnownHereError.
    """
    query = request.query_params
    provider: Provider = request.app.state.provider
    is_ours = hmac.compare_digest(query.get("state", "").encode(), attempt.state.encode())
    # RFC 9207: a provider that names itself is the one that was gone to.
    if not is_ours or query.get("iss", provider.issuer) != provider.issuer or "code" not in query:
        raise SignInFailedError
    at = process.machine_now()
    identity = await provider.identity(query["code"], attempt.verifier, attempt.nonce, at)
    async with signing_in(process) as desk:
        return await desk.by_identity(identity, attempt.state)


def _attempt(request: Request, process: Process) -> Attempt:
    """Return the attempt that this browser has made a short while ago.

    Raises:
        SignInFailedError
    """
    sealed = request.cookies.get(_cookie(process.settings), "")
    try:
        attempt = _unsealed(process.tools.cipher, sealed)
    except (KeyError, TypeError, ValueError, InvalidTag) as error:
        raise SignInFailedError from error
    if attempt.kind != KIND or not _is_young(attempt, process.machine_now()):
        raise SignInFailedError
    return attempt


def _is_young(attempt: Attempt, at: datetime) -> bool:
    return 0 <= at.timestamp() - attempt.at < LASTS.total_seconds()


def _sealed(cipher: Cipher, attempt: Attempt) -> str:
    return _encoded(cipher.encrypt(json.dumps(asdict(attempt))))


def _unsealed(cipher: Cipher, sealed: str) -> Attempt:
    if not sealed or len(sealed) > LONGEST:
        raise ValueError
    try:
        plain = cipher.decrypt(base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)))
    except binascii.Error as error:
        raise ValueError from error
    return Attempt(**json.loads(plain))


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _cookie(settings: Settings) -> str:
    return "__Host-gate-sign-in" if settings.is_https else "gate-sign-in"
