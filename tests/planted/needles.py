"""What is planted, in every form in which it may come to light, and where it was looked for."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

NAME, MAIDEN = "Quách Thiên Lộc", "Doãn Mộng Cầm"
DOCUMENT, OTHER_DOCUMENT = "079.203.456781", "082199777314"
PHONE, OTHER_PHONE = "0977 318 246", "+84 388 629 417"
MAIL = "loc.quach@thu-dien-tu.vn"
DRIVER = {"name": NAME, "document_number": DOCUMENT, "phone": PHONE}
OTHER = {"name": MAIDEN, "document_number": OTHER_DOCUMENT, "phone": OTHER_PHONE}
WORDS = f"Gọi {NAME}, {PHONE} hoặc {MAIL}, giấy tờ {DOCUMENT}."

PLANTED = (
    NAME, "Quách", "Thiên Lộc", MAIDEN, "Mộng Cầm",
    DOCUMENT, "079203456781", OTHER_DOCUMENT,
    PHONE, "0977318246", "977318246", OTHER_PHONE, "0388629417", "388629417",
    MAIL, "loc.quach",
)  # fmt: skip
"""The values as they were typed, as they are compared, and parts by which one knows them."""


def _forms(text: str) -> Iterator[str]:
    plain = text.encode()
    yield text
    yield json.dumps(text)[1:-1]
    yield quote(text)
    yield plain.hex()
    for shift in range(3):  # base64 of a text in the midst of others, less its ends
        coded = base64.b64encode(b"\0" * shift + plain).decode().rstrip("=")
        yield coded[(4 if shift else 0) : len(coded) - 1]


NEEDLES: Mapping[str, frozenset[str]] = {
    one: frozenset(form.casefold() for form in _forms(one)) for one in PLANTED
}


def found(text: str, values: Iterable[str] = PLANTED) -> set[str]:
    """Return which of the planted values a text gives away, in whatever form."""
    folded = text.casefold()
    return {one for one in values if any(form in folded for form in NEEDLES[one])}
