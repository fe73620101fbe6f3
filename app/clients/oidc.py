"""The OpenID Connect provider: where people go to sign in, and what it says of who came back.

What it publishes of itself is kept for an hour; a token that a newer key has signed has the keys
asked for again, at most once a minute. Its answers are waited for some seconds.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx

from app.core.id_tokens import Expected, IdTokenError, UnknownSignerError, read_id_token
from app.domain.errors import SignInFailedError, SignInProviderAwayError
from app.domain.members import Identity

SECONDS: Final = 5.0
KEPT_SECONDS: Final = 3600.0
AGAIN_SECONDS: Final = 60.0
DISCOVERY: Final = "/.well-known/openid-configuration"
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
BASIC: Final = "client_secret_basic"
REFUSALS: Final = range(400, 500)


class Provider:
    """One provider, at which this service is a client."""

    def __init__(self, issuer: str, client_id: str, secret: str, redirect_uri: str) -> None:
        """Know how the provider names itself and us, and where people come back to."""
        self.issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._redirect_uri = redirect_uri
        self._known: Mapping[str, Any] = {}
        self._keys: Sequence[Mapping[str, Any]] = ()
        self._read_at = self._keys_at = float("-inf")

    async def address(self, state: str, nonce: str, challenge: str) -> str:
        """Return where a browser goes to sign in (PKCE by S256, RFC 7636).

        Raises:
            SignInProviderAwayError
        """
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._discovered())["authorization_endpoint"]
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    async def identity(self, code: str, verifier: str, nonce: str, at: datetime) -> Identity:
        """Return who has signed in, for the code that a browser brought back.

        Raises:
            SignInFailedError: the provider does not take the code, or its token is not for us.
            SignInProviderAwayError
        """
        token = await self._changed(code, verifier)
        expected = Expected(self.issuer, self._client_id, nonce, at)
        try:
            claims = await self._read(token, expected)
        except IdTokenError as error:
            raise SignInFailedError from error
        email = claims.get("email") if claims.get("email_verified") is True else None
        is_address = isinstance(email, str) and email.isascii()  # as those of invitations are
        return Identity(self.issuer, claims["sub"], email if is_address else None)

    async def _read(self, token: str, expected: Expected) -> Mapping[str, Any]:
        try:
            return read_id_token(token, await self._published(KEPT_SECONDS), expected)
        except UnknownSignerError:
            return read_id_token(token, await self._published(AGAIN_SECONDS), expected)

    async def _changed(self, code: str, verifier: str) -> str:
        """Return the ID token that the provider gives for a code."""
        known = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        basic: httpx.BasicAuth | None = None
        if BASIC in known.get("token_endpoint_auth_methods_supported", [BASIC]):
            name, secret = (_quoted(one) for one in (self._client_id, self._secret))
            basic = httpx.BasicAuth(name, secret)
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
        answer = await _asked("POST", known["token_endpoint"], data=form, auth=basic)
        if answer.status_code in REFUSALS:
            raise SignInFailedError
        token = _json(answer).get("id_token")
        if not isinstance(token, str):
            raise SignInFailedError
        return token

    async def _discovered(self) -> Mapping[str, Any]:
        if time.monotonic() - self._read_at > KEPT_SECONDS:
            found = _json(await _asked("GET", self.issuer.rstrip("/") + DISCOVERY))
            if found.get("issuer") != self.issuer or not all(map(self._is_fit, _ends(found))):
                raise SignInProviderAwayError
            self._known, self._read_at = found, time.monotonic()
        return self._known

    async def _published(self, seconds: float) -> Sequence[Mapping[str, Any]]:
        """Return the provider's keys, no older than that."""
        if time.monotonic() - self._keys_at > seconds:
            known = await self._discovered()
            keys = _json(await _asked("GET", known["jwks_uri"])).get("keys")
            if not isinstance(keys, list):
                raise SignInProviderAwayError
            self._keys = [one for one in keys if isinstance(one, dict)]
            self._keys_at = time.monotonic()
        return self._keys

    def _is_fit(self, url: object) -> bool:
        """Tell whether an address may be gone to: by https, as the provider itself."""
        schemes = {"https", urlsplit(self.issuer).scheme}
        return isinstance(url, str) and urlsplit(url).scheme in schemes


def _ends(found: Mapping[str, Any]) -> Sequence[object]:
    return [found.get(name) for name in ENDPOINTS]


def _quoted(text: str) -> str:
    """Return a name or a secret as RFC 6749, 2.3.1 puts it into `Basic`."""
    return urlencode({"": text})[1:]


async def _asked(method: str, url: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - passed on
    """Return the provider's answer.

    Raises:
        SignInProviderAwayError: there is none, or it says that it is not well.
    """
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = await client.request(method, url, **more)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SignInProviderAwayError from error
    if not answer.is_success and answer.status_code not in REFUSALS:
        raise SignInProviderAwayError
    return answer


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise SignInProviderAwayError from error
    if not answer.is_success or not isinstance(found, dict):
        raise SignInProviderAwayError
    return found
