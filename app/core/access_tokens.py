"""Access tokens: JWTs (RFC 9068) of a quarter of an hour that stand for one key of a client.

A token says whose it is and by which key it was given; whether that key still opens anything is
asked of the database at each request. Times are the machine clock's.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from app.core.signing import SignatureError, Signer

LASTS: Final = timedelta(minutes=15)
REMEMBERED: Final = 10_000
"""How many tokens a process remembers as signed."""
TYPE: Final = "at+jwt"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token says: who it was given to, by which key, what for, until when."""

    principal_id: UUID
    key_id: UUID
    scopes: frozenset[str]
    expires_at: datetime


class AccessTokens:
    """Gives and reads the tokens of one service, by whichever process."""

    def __init__(self, signer: Signer, issuer: str) -> None:
        """Sign by `signer`; `issuer` is the name of the service, which is the audience, too."""
        self._signer = signer
        self._issuer = issuer
        # A signature stays right, and checking it costs more than all else of knowing who asks.
        self._read = lru_cache(REMEMBERED)(self._checked)

    def give(
        self, principal_id: UUID, key_id: UUID, scopes: Collection[str], now: datetime, jti: UUID
    ) -> str:
        """Return a token that opens something from `now` on, as long as tokens last."""
        begins = int(now.timestamp())
        return self._signer.sign(
            {
                "iss": self._issuer,
                "aud": self._issuer,
                "sub": str(principal_id),
                "client_id": str(principal_id),
                "key_id": str(key_id),
                "scope": " ".join(sorted(scopes)),
                "iat": begins,
                "exp": begins + int(LASTS.total_seconds()),
                "jti": str(jti),
            },
            TYPE,
        )

    def read(self, token: str) -> Grant:
        """Return what a token says that this service has signed; the reader looks at its end.

        Raises:
            SignatureError: it is none of ours, for here.
        """
        return self._read(token)

    def _checked(self, token: str) -> Grant:
        claims = self._signer.verify(token, TYPE)
        if (claims.get("iss"), claims.get("aud")) != (self._issuer, self._issuer):
            raise SignatureError
        try:
            return _grant(claims)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise SignatureError from error


def _grant(claims: dict[str, Any]) -> Grant:
    return Grant(
        principal_id=UUID(claims["sub"]),
        key_id=UUID(claims["key_id"]),
        scopes=frozenset(claims["scope"].split()),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def is_token(text: str) -> bool:
    """Tell a token from a key, in which there is no dot."""
    return text.count(".") == 2  # noqa: PLR2004 - header, claims, signature
