"""Lists by keyset: opaque cursors that nobody can forge, bound to the list and its filters."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import ConfigDict, Field

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

    # `Page[...]` has no source of its own, and is looked for in that of every module that imports:
    # a fifth of the time of a start. Lists describe their fields by `Field`.
    model_config = ConfigDict(use_attribute_docstrings=False)

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


@dataclass(frozen=True, slots=True)
class Listing:
    """A list by time with its filters, of which one page is asked for."""

    cursors: Cursors
    name: str
    paging: Paging
    filters: Mapping[str, object] = field(default_factory=dict)

    @property
    def after(self) -> tuple[datetime, UUID] | None:
        """The instant and id after which the page begins; None: at the start.

        Raises:
            BadCursorError.
        """
        if self.paging.cursor is None:
            return None
        at, identity = self.cursors.read(self.paging.cursor, self.name, self.filters, values=2)
        return datetime.fromisoformat(str(at)), UUID(str(identity))

    @property
    def wanted(self) -> int:
        """How many to look for: one more than a page has tells that another follows."""
        return self.paging.limit + 1

    def cut(
        self, found: Sequence[T], place: Callable[[T], tuple[datetime, UUID]]
    ) -> tuple[Sequence[T], str | None]:
        """Return the page of what was found, and the cursor after its last; None: it is all."""
        page = found[: self.paging.limit]
        if len(found) == len(page):
            return page, None
        at, identity = place(page[-1])
        return page, self.cursors.issue([at.isoformat(), str(identity)], self.name, self.filters)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A list by number, of which one page is asked for."""

    cursors: Cursors
    name: str
    paging: Paging

    @property
    def after(self) -> int:
        """The number after which the page begins.

        Raises:
            BadCursorError.
        """
        if self.paging.cursor is None:
            return 0
        return int(str(self.cursors.read(self.paging.cursor, self.name, {}, values=1)[0]))

    @property
    def wanted(self) -> int:
        """How many to look for: one more than a page has tells that another follows."""
        return self.paging.limit + 1

    def cut(self, found: Sequence[T], place: Callable[[T], int]) -> tuple[Sequence[T], str | None]:
        """Return the page of what was found, and the cursor after its last; None: it is all."""
        page = found[: self.paging.limit]
        if len(found) == len(page):
            return page, None
        return page, self.cursors.issue([place(page[-1])], self.name, {})


def _decoded(cursor: str) -> bytes:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadCursorError from None
