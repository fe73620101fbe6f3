"""JSON in one form only, so that the same facts have the same hash wherever they are written.

It is RFC 8785 for objects, arrays, strings, integers, booleans and null. Left out is what languages
do not agree about: fractions, integers that a double cannot hold, keys beyond ASCII, whose order
depends on the encoding, and lone surrogates, which no UTF-8 has.
"""

import json
from typing import Final

LARGEST: Final = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly (RFC 7493)."""

_ENCODE = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode


class NotCanonicalError(ValueError):
    """A value has no form that everybody would write alike."""


def canonical(value: object) -> bytes:
    """Return the only form of a value: sorted keys, no spaces, UTF-8.

    Raises:
        NotCanonicalError: something in it has none.
    """
    _ensure(value)
    try:
        return _ENCODE(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError(error.reason) from error


def _ensure(value: object) -> None:
    """Look through a value for what has no form.

    Raises:
        NotCanonicalError: there is something.
    """
    match value:
        case None | bool() | str():
            return
        case int() if abs(value) <= LARGEST:
            return
        case dict():
            for key, part in value.items():
                if not (isinstance(key, str) and key.isascii()):
                    raise NotCanonicalError(repr(key))
                _ensure(part)
        case list() | tuple():
            for part in value:
                _ensure(part)
        case _:
            raise NotCanonicalError(repr(value))
