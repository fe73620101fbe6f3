"""Entity tags and caching: answers that need not be sent again, changes that name their version."""

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.failures import IfMatchMissingError
from app.domain.errors import StaleVersionError

NOT_MODIFIED: Final = 304
JSON: Final = "application/json"
FOREVER: Final = 31_536_000
"""The seconds for which nobody needs to ask again for what never changes."""

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
# A version alone, or with the bytes it was seen in: either names what was declared.
_VERSION = re.compile(r"([0-9]{1,18})(?:\.[0-9a-f]+)?")
# What many send who read `version` in an answer; no entity tag is written so.
_BARE = re.compile(r"\s*([0-9]{1,18})\s*")


def etag_of(body: bytes) -> str:
    """Return the strong entity tag of a body: the same bytes have the same tag on any process."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Tell whether the client has what `etag` names, by the weak comparison of RFC 9110."""
    if if_none_match is None:
        return False
    opaque = etag.removeprefix("W/").strip('"')
    return if_none_match.strip() == "*" or any(tag == opaque for _, tag in _tags(if_none_match))


def conditional(  # noqa: PLR0913 - each is one header
    request: Request,
    body: bytes,
    max_age: int,
    *,
    etag: str | None = None,
    public: bool = True,
    media_type: str = JSON,
    vary: str | None = None,
) -> Response:
    """Return `body` with its tag, or 304 without it where the client has it.

    `max_age` is in seconds; 0 means "ask each time", `FOREVER` that it never changes. Give `etag`
    where it is known already, and `vary` "Accept-Language" where the body has sentences.
    """
    tag = etag or etag_of(body)
    audience = "public" if public else "private"
    kept = f"max-age={max_age}" + (", immutable" if max_age >= FOREVER else "")
    headers = {"ETag": tag, "Cache-Control": f"{audience}, {kept}"}
    if vary:
        headers["Vary"] = vary
    if is_known(request.headers.get("if-none-match"), tag):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def version_tag(version: int) -> str:
    """Return what a change of that version must send as `If-Match`."""
    return f'"{version}"'


def entry_tag(version: int, body: bytes) -> str:
    """Return the entity tag of bytes that show a version; it may be sent as `If-Match`, too."""
    return f'"{version}.{etag_of(body)[1:-1]}"'


def expected_versions(if_match: str | None) -> frozenset[int]:
    """Return the versions that an `If-Match` header allows, by the strong comparison of RFC 9110.

    One version may stand without its quotes.

    Raises:
        IfMatchMissingError: there is none, or it is `*`, which would allow any version.
        StaleVersionError: it names no version, so that none can match.
    """
    if if_match is None or if_match.strip() == "*":
        raise IfMatchMissingError
    bare = _BARE.fullmatch(if_match)
    if bare:
        return frozenset({int(bare.group(1))})
    named = (_VERSION.fullmatch(tag) for weak, tag in _tags(if_match) if not weak)
    versions = {int(found.group(1)) for found in named if found}
    if not versions:
        raise StaleVersionError
    return frozenset(versions)


def _tags(header: str) -> Iterator[tuple[str, str]]:
    for found in _TAG.finditer(header):
        yield found.group(1) or "", found.group(2)
