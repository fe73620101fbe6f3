"""Lists by keyset: opaque cursors that nobody can forge, bound to the list and its filters."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import Field

from app.api.failures import BadCursorError
from app.api.schemas.types import Out
from app.domain.errors import Fact

LIMIT: Final = 50
MOST: Final = 200
LONGEST_CURSOR: Final = 512
_SEAL_BYTES: Final = 16

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before."),
]


@dataclass(frozen=True, slots=True)
class Paging:
    """The page that is asked for; take it as `AskedPage`."""

    limit: Limit = LIMIT
    cursor: Cursor = None


# A coroutine: the framework runs a dependency that is none, a class too, in a thread.
async def get_paging(limit: Limit = LIMIT, cursor: Cursor = None) -> Paging:
    """Return the page that a request asks for."""
    return Paging(limit, cursor)


AskedPage = Annotated[Paging, Depends(get_paging)]


class Page(Out, Generic[T]):
    """One page of a list; there are no totals."""

    items: list[T]
    next_cursor: Annotated[
        str | None, Field(description="Send it as `cursor` for the next page; null on the last.")
    ]


class Cursors:
    """Issues and reads cursors under one secret."""

    def __init__(self, secret: str) -> None:
        """Derive the key from `secret`, so that no other use of it makes a valid cursor."""
        self._key = hashlib.sha256(b"page cursor\n" + secret.encode()).digest()

    def issue(self, position: Sequence[Fact], listing: str, filters: Mapping[str, object]) -> str:
        """Return the cursor after `position`, the sort values of a page's last item."""
        payload = json.dumps(position, separators=(",", ":"), ensure_ascii=False).encode()
        sealed = self._seal(payload, listing, filters) + payload
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(
        self, cursor: str, listing: str, filters: Mapping[str, object], *, values: int
    ) -> list[Fact]:
        """Return the position of a cursor issued for `listing` with the same `filters`.

        Raises:
            BadCursorError: it was not, or its position is not of so many `values`.
        """
        sealed = _decoded(cursor)
        seal, payload = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(payload, listing, filters)):
            raise BadCursorError
        position: list[Fact] = json.loads(payload)
        if len(position) != values:  # issued by another release of the service
            raise BadCursorError
        return position

    def _seal(self, payload: bytes, listing: str, filters: Mapping[str, object]) -> bytes:
        bound = json.dumps([listing, filters], sort_keys=True, default=str).encode()
        message = len(bound).to_bytes(4, "big") + bound + payload
        return hmac.digest(self._key, message, "sha256")[:_SEAL_BYTES]


def after_instant(
    cursors: Cursors, paging: Paging, listing: str, filters: Mapping[str, object]
) -> tuple[datetime, UUID] | None:
    """Return the instant and id after which a page of a list by time begins; None: at the start.

    Raises:
        BadCursorError.
    """
    if paging.cursor is None:
        return None
    at, identity = cursors.read(paging.cursor, listing, filters, values=2)
    return datetime.fromisoformat(str(at)), UUID(str(identity))


def next_cursor(
    cursors: Cursors,
    last: tuple[datetime, UUID] | None,
    listing: str,
    filters: Mapping[str, object],
) -> str | None:
    """Return the cursor after a page's `last` item; None where no other page follows."""
    if last is None:
        return None
    at, identity = last
    return cursors.issue([at.isoformat(), str(identity)], listing, filters)


def _decoded(cursor: str) -> bytes:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadCursorError from None
