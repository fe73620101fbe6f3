"""Forms: a field is named by the pointer of what it says, so a fault finds the field it is of.

A form goes without script: its fields come as text, and become the document that the API takes.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.requests import Request

from app.api.failures import UnacceptableRequestError

KEY: Final = "key"
"""The field with which a form that is sent twice is done once."""
MOST_FIELDS: Final = 1000
"""A declaration of fifty kinds of goods has half as many."""
LONGEST_WHOLE: Final = 15
YES: Final = "yes"
GROUPED: Final = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
"""How a browser writes a day and a time; it means them as at the gate."""


async def fields_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form, without blanks around them; of one that came twice, the last.

    What was left empty is there too: a field that was emptied is another than one not shown.

    Raises:
        UnacceptableRequestError: it is no form, or has too many fields.
    """
    try:
        body = (await request.body()).decode()
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise UnacceptableRequestError from None
    return {name: value.strip() for name, value in pairs}


def in_hanoi(text: str) -> str:
    """Return a time as a browser writes it as one of Hanoi; what is none stays as it is."""
    return f"{text[:16]}:00+07:00" if LOCAL.fullmatch(text) else text


def ungrouped(text: str) -> str:
    """Return 420.000.000 as 420000000; what is no such number stays as it is."""
    return re.sub(r"[., ]", "", text) if GROUPED.fullmatch(text) else text


def new_key() -> str:
    """Return a key for a form that is about to be shown."""
    return uuid4().hex


def document_of(
    fields: Mapping[str, str], whole: Collection[str] = (), flags: Collection[str] = ()
) -> dict[str, Any]:
    """Return the document of the fields whose names are pointers; what was left empty is not there.

    Of the names at the end of a pointer, those in `whole` are whole numbers and those in `flags`
    yes or no. What is no number stays text: the API says what is wrong with it, and where.
    """
    document: dict[str, Any] = {}
    for pointer, text in fields.items():
        if pointer.startswith("/") and text:
            *way, name = pointer[1:].split("/")
            _place(document, way)[name] = _value(name, text, whole, flags)
    listed: dict[str, Any] = _with_lists(document)
    return listed


def _place(document: dict[str, Any], way: list[str]) -> dict[str, Any]:
    for step in way:
        document = document.setdefault(step, {})
    return document


def _value(
    name: str, text: str, whole: Collection[str], flags: Collection[str]
) -> str | int | bool:
    if name in flags:
        return text == YES
    if name in whole and text.isascii() and text.isdigit() and len(text) <= LONGEST_WHOLE:
        return int(text)
    return text


def pointers_of(document: object, at: str = "") -> dict[str, str]:
    """Return what stands in a document by its pointers, as fields of a form; the way back."""
    if isinstance(document, Mapping):
        return _joined((f"{at}/{name}", value) for name, value in document.items())
    if isinstance(document, list):
        return _joined((f"{at}/{place}", value) for place, value in enumerate(document))
    if document is None or document is False:
        return {}
    return {at: YES if document is True else str(document)}


def _joined(parts: Iterable[tuple[str, object]]) -> dict[str, str]:
    return {
        pointer: text for at, value in parts for pointer, text in pointers_of(value, at).items()
    }


def _with_lists(document: Any) -> Any:  # noqa: ANN401 - JSON
    """Turn what is named by numbers into lists, in their order; rows left empty are not there."""
    if not isinstance(document, dict):
        return document
    inner = {name: _with_lists(value) for name, value in document.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
