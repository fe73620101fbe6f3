"""The token endpoint's manners (RFC 6749, 4.4 and 5): form bodies, failures in OAuth's own format.

Libraries that speak OAuth know these and no problems of ours; all else of this API has its own.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request, Response
from pydantic import Field

from app.api.schemas.types import Open, Out
from app.core.access_tokens import LASTS
from app.domain.vocabulary import Scope

FORM: Final = "application/x-www-form-urlencoded"
GRANT_TYPE: Final = "client_credentials"
MOST_FIELDS: Final = 32
LONGEST: Final = 512
# RFC 6749, 5.1: no cache may keep a token.
UNCACHED: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Fault(StrEnum):
    """What may be wrong with a request for a token (RFC 6749, 5.2)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


class OAuthError(Exception):
    """A request for a token is refused, in the format that OAuth's clients read."""

    def __init__(self, fault: Fault, description: str) -> None:
        """Keep what is wrong, and a sentence in English for whoever writes the client."""
        super().__init__(fault)
        self.fault = fault
        self.description = description

    def response(self) -> Response:
        """Return the answer."""
        is_client = self.fault is Fault.INVALID_CLIENT
        headers = UNCACHED | ({"WWW-Authenticate": 'Basic realm="token"'} if is_client else {})
        answer = OAuthErrorOut(error=self.fault, error_description=self.description)
        body = answer.model_dump_json()
        return Response(body, 401 if is_client else 400, headers, "application/json")


class TokenOut(Out):
    """An access token."""

    access_token: str
    """Send it as `Authorization: Bearer`, as a key."""
    token_type: Annotated[str, Field(examples=["Bearer"])]
    expires_in: Annotated[int, Field(examples=[900])]
    """Seconds until it opens nothing any more; it does not, too, once its key does not."""
    scope: Annotated[str, Field(examples=["act read"])]
    """What it may be used for, separated by spaces."""


class OAuthErrorOut(Out):
    """A refusal as RFC 6749 has it."""

    error: Annotated[Fault, Open]
    error_description: Annotated[str, Field(examples=["The client or its secret is not known."])]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a token: who says to ask, and for what; None is all that the key has."""

    client: str
    secret: str
    scopes: frozenset[Scope] | None


async def read_asked(request: Request) -> Asked:
    """Return what a request asks for.

    Raises:
        OAuthError: its form breaks a rule.
    """
    fields = await _fields(request)
    if "grant_type" not in fields:
        raise OAuthError(Fault.INVALID_REQUEST, "grant_type is missing.")
    if fields["grant_type"] != GRANT_TYPE:
        raise OAuthError(Fault.UNSUPPORTED_GRANT_TYPE, f"Only {GRANT_TYPE} is known here.")
    client, secret = _credentials(request, fields)
    return Asked(client, secret, _scopes(fields.get("scope")))


def token_response(token: str, scopes: frozenset[Scope]) -> Response:
    """Return the answer that holds a token."""
    answer = TokenOut(
        access_token=token,
        token_type="Bearer",  # noqa: S106 - no secret
        expires_in=int(LASTS.total_seconds()),
        scope=" ".join(sorted(scopes)),
    )
    return Response(answer.model_dump_json(), 200, UNCACHED, "application/json")


async def _fields(request: Request) -> Mapping[str, str]:
    """Return the fields of the form; those without a value are as if they were left out."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise OAuthError(Fault.INVALID_REQUEST, f"The body must be {FORM}.")
    try:
        body = (await request.body()).decode()
        pairs = parse_qsl(body, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise OAuthError(Fault.INVALID_REQUEST, "The form cannot be read.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise OAuthError(Fault.INVALID_REQUEST, "A parameter came twice.")
    return fields


def _credentials(request: Request, fields: Mapping[str, str]) -> tuple[str, str]:
    """Return client and secret, from the header or from the body, and not from both."""
    header = request.headers.get("authorization", "")
    if not header:
        if not fields.keys() >= {"client_id", "client_secret"}:
            raise OAuthError(Fault.INVALID_CLIENT, "client_id and client_secret are needed.")
        return fields["client_id"], fields["client_secret"]
    if "client_secret" in fields:
        raise OAuthError(Fault.INVALID_REQUEST, "Send the secret once: in header or body.")
    return _basic(header)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        plain = base64.b64decode(encoded.strip(), validate=True).decode()
        client, colon, secret = plain.partition(":")
        if scheme.lower() == "basic" and colon:
            return unquote_plus(client, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):
        pass
    raise OAuthError(Fault.INVALID_CLIENT, "The Authorization header is not Basic.")


def _scopes(text: str | None) -> frozenset[Scope] | None:
    if text is None:
        return None
    try:
        return frozenset(Scope(one) for one in text.split(" ") if one) or None
    except ValueError:
        raise unknown_scope() from None


def unknown_scope() -> OAuthError:
    """Return the refusal of a scope that there is not, or that the key has not."""
    return OAuthError(Fault.INVALID_SCOPE, "A scope is not known, or the key has it not.")


TOKEN_REQUEST: Final[Mapping[str, Any]] = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "title": "TokenRequest",
                "description": "What is asked for; what is not known is passed over.",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"type": "string", "const": GRANT_TYPE, "maxLength": LONGEST},
                    "client_id": {
                        "type": "string",
                        "maxLength": LONGEST,
                        "description": "The client's id or name, where `Basic` does not tell it.",
                    },
                    "client_secret": {
                        "type": "string",
                        "maxLength": LONGEST,
                        "description": "One of the client's keys, likewise.",
                    },
                    "scope": {
                        "type": "string",
                        "maxLength": LONGEST,
                        "description": "Scopes with spaces between; without it, all of the key.",
                    },
                },
            },
            "examples": {
                "example-1": {
                    "summary": "A token that reads",
                    "value": {
                        "grant_type": GRANT_TYPE,
                        "client_id": "company-1",
                        "client_secret": "gate_company_Zx3vQ0m1b7n2k9s4",
                        "scope": "read",
                    },
                }
            },
        }
    },
}

SCHEME: Final = "ClientCredentials"
SECURITY: Final[Mapping[str, Any]] = {
    "type": "oauth2",
    "description": "A token of 15 minutes for one of a client's keys; it ends with its key.",
    "flows": {
        "clientCredentials": {
            "tokenUrl": "/oauth/token",
            "scopes": {
                Scope.READ.value: "Look at what the client's role may see.",
                Scope.ACT.value: "Do what the client's role may do.",
                Scope.MANAGE.value: "Manage the organisation's members, clients and keys.",
                Scope.PERSONAL.value: "Read drivers' personal data in full, for a purpose.",
            },
        }
    },
}
"""How the document says that a token opens what a key does."""
