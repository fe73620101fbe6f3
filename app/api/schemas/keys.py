"""Public keys as the standard writes them (RFC 7517, RFC 8037)."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.schemas.types import Open, Out
from app.core.signing import Jwks

Coordinate = Annotated[
    str,
    Field(
        pattern="^[A-Za-z0-9_-]{43}$",
        examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
    ),
]
"""32 bytes in base64url: a hash, or a coordinate of a point."""


class _KeyOut(Out):
    """What either kind of key has."""

    kid: Coordinate
    """The key's own hash (RFC 7638); what it signed names it."""
    use: Annotated[Literal["sig"], Open]


class TokenKeyOut(_KeyOut):
    """A key of access tokens."""

    alg: Annotated[Literal["ES256"], Open]
    kty: Annotated[Literal["EC"], Open]
    crv: Annotated[Literal["P-256"], Open]
    x: Coordinate
    y: Coordinate


class PassKeyOut(_KeyOut):
    """A key of passes."""

    alg: Annotated[Literal["EdDSA"], Open]
    kty: Annotated[Literal["OKP"], Open]
    crv: Annotated[Literal["Ed25519"], Open]
    x: Coordinate


class KeysOut(Out):
    """A JWK set; keys of kinds that you do not know are to be passed over."""

    keys: list[TokenKeyOut | PassKeyOut]


def keys_out(jwks: Jwks) -> KeysOut:
    """Return a set of public keys."""
    return KeysOut.model_validate(jwks)
