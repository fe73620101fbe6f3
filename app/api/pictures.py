"""QR codes as pictures, and which of several kinds of answer a client likes best."""

import asyncio
import io
import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

import segno

from app.api.caching import JSON

PNG: Final = "image/png"
SVG: Final = "image/svg+xml"
QUIET: Final = 4  # modules of white around a code (ISO/IEC 18004)
PIXELS: Final = 8  # of a module, so that a printer has enough of them
KEPT: Final = 500

_RANGE: Final = re.compile(
    r"\s*([\w*]+/[\w*+.-]+)\s*(?:;[^,]*?\bq=([01](?:\.[0-9]{0,3})?))?[^,]*", re.ASCII
)


class Written(StrEnum):
    """How an answer that has a QR code is written."""

    JSON = "json"
    PNG = "png"
    SVG = "svg"


MEDIA: Final = {Written.JSON: JSON, Written.PNG: PNG, Written.SVG: SVG}


def preferred(accept: str, offered: Sequence[str]) -> str:
    """Return which media type an `Accept` header likes best; the first offered on a tie.

    The most specific range counts (RFC 9110, 12.5.1). Who likes none of them gets the first.
    """
    liked = {media.lower(): float(weight or 1) for media, weight in _RANGE.findall(accept)}

    def weight(media: str) -> float:
        kind = media.partition("/")[0]
        ranges = (media, f"{kind}/*", "*/*")
        return next((liked[one] for one in ranges if one in liked), 0)

    return max(offered, key=weight)


async def draw(text: str, written: Written) -> bytes:
    """Return the QR code of a text, drawn where it keeps nobody waiting: it takes some 50 ms.

    Error correction M, of which 15 % may be unreadable: it is for paper and cracked screens.
    """
    return await asyncio.to_thread(_drawn, text, written)


def matrix_of(text: str) -> Sequence[Sequence[bool]]:
    """Return the modules of the same code, row by row; the dark ones are true."""
    return [[bool(module) for module in row] for row in _made(text).matrix]


def _made(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False, boost_error=False)


@lru_cache(maxsize=KEPT)
def _drawn(text: str, written: Written) -> bytes:
    code = _made(text)
    file = io.BytesIO()
    code.save(file, kind=written.value, border=QUIET, scale=PIXELS, light="#fff")
    return file.getvalue()
