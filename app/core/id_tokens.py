"""ID tokens of OpenID Connect (Core 1.0, 3.1.3.7): what a provider says of who has signed in.

Times are the machine clock's, a minute's difference between the two machines is nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

ALGORITHMS: Final[Mapping[str, str]] = {
    "ES256": "EC", "ES384": "EC", "EdDSA": "OKP", "PS256": "RSA", "RS256": "RSA",
}  # fmt: skip
"""What may sign one, and the type of its key: no secret that both sides know, and never none."""
SKEW: Final = timedelta(minutes=1)
OLDEST: Final = timedelta(minutes=10)
LONGEST: Final = 16_384
LONGEST_SUBJECT: Final = 255
_WORK: Final = jwt.PyJWS()


class IdTokenError(Exception):
    """A text is no ID token for us, of this sign-in, at this time."""


class UnknownSignerError(IdTokenError):
    """The key that it names is not among those that are known."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Who must have made it, for whom, for which sign-in, and when it is read."""

    issuer: str
    client_id: str
    nonce: str
    at: datetime


def read_id_token(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected
) -> Mapping[str, Any]:
    """Return the claims of an ID token that one of the provider's keys has signed, all looked at.

    Raises:
        UnknownSignerError: newer keys may know it.
        IdTokenError: anything else is wrong with it.
    """
    if len(token) > LONGEST:
        raise IdTokenError
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise IdTokenError
        key = _key(keys, header.get("kid"), algorithm)
        claims = json.loads(_WORK.decode(token, key, algorithms=[algorithm]))
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise IdTokenError from error
    if not isinstance(claims, dict) or not _is_for(claims, expected):
        raise IdTokenError
    return claims


def _key(keys: Sequence[Mapping[str, Any]], kid: object, algorithm: str) -> Any:  # noqa: ANN401 - a library's
    """Return the one key that fits; a token of a provider with one key need not name it."""
    fits = [
        one
        for one in keys
        if one.get("kty") == ALGORITHMS[algorithm]
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and kid in {None, one.get("kid")}
    ]
    if len(fits) != 1:
        raise UnknownSignerError
    return jwt.PyJWK(dict(fits[0]), algorithm).key


def _is_for(claims: Mapping[str, Any], expected: Expected) -> bool:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or expected.client_id not in audiences:
        return False
    party = claims.get("azp")
    if party != expected.client_id and (party is not None or len(audiences) > 1):
        return False
    said = (claims.get("iss"), claims.get("nonce"))
    if said != (expected.issuer, expected.nonce):
        return False
    subject = claims.get("sub")
    is_named = (
        isinstance(subject, str) and subject.isascii() and 0 < len(subject) <= LONGEST_SUBJECT
    )
    return is_named and _is_of_now(claims, expected.at)


def _is_of_now(claims: Mapping[str, Any], at: datetime) -> bool:
    """Tell whether it was made just now, and is not over."""
    made, ends, now = claims.get("iat"), claims.get("exp"), int(at.timestamp())
    skew, oldest = int(SKEW.total_seconds()), int(OLDEST.total_seconds())
    # bool is a number to Python, and none to anybody else
    if not all(type(one) in {int, float} for one in (made, ends)):
        return False
    assert made is not None
    assert ends is not None
    return bool(now - oldest <= made <= now + skew and now < ends + skew)
