"""Cells as people and spreadsheets write them, as the values that a declaration has.

A spreadsheet knows no offset, so an instant without one is the gate's time. What cannot be read is
left as it is: the rules of the field then say what is wrong with it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from app.api.fleet.columns import Kind
from app.api.spreadsheets import FORMULA

Cell = str | int | float | bool | None
Value = str | int | bool | list[str] | float

OFFSET: Final = "+07:00"
TRUE: Final = frozenset({"true", "yes", "1", "x", "có", "co", "đúng", "是"})
FALSE: Final = frozenset({"false", "no", "0", "không", "khong", "sai", "否"})
FLAGS: Final = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}
_GROUPED = re.compile(r"\d{1,3}(?:[.,\u00a0 ]\d{3})+")
_WHOLE = re.compile(r"(-?\d+)(?:[.,]0+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")
_TIME = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2}))?")
_MIDNIGHT = re.compile(r"[T ]00:00(:00)?$")
_BETWEEN = re.compile(r"[;,|\n]")
_LONGEST_NUMBER: Final = 18


def value_of(kind: Kind, cell: Cell) -> Value | None:
    """Return the value of a cell; None where it is empty."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if kind is Kind.NUMBER:
        return _number(cell) if isinstance(cell, str) else cell
    text = plain(str(cell).lower() if isinstance(cell, bool) else str(cell))
    read = READERS.get(kind)
    value = read(text.strip()) if read else None
    return text if value is None else value


def plain(text: str) -> str:
    """Return a text without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if text.startswith("'") and FORMULA.search(text[1:]) else text


def _number(text: str) -> Value:
    """Return a whole number; a point or a comma before three digits parts thousands."""
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = re.sub(r"\D", "", text)
    found = _WHOLE.fullmatch(text)
    return int(found.group(1)) if found and len(text) <= _LONGEST_NUMBER else text


def _day(text: str) -> str | None:
    """Return a day, which Excel may write with the midnight that it begins with."""
    text = _MIDNIGHT.sub("", text)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    return f"{year}-{month:0>2}-{day:0>2}"


def _instant(text: str) -> str | None:
    """Return a day and a time of the gate as an instant; None where it is written otherwise."""
    first, _, rest = text.replace("T", " ").partition(" ")
    day, time = _day(first), _TIME.fullmatch(rest.strip())
    if day is None or time is None:
        return None
    hour, minute, second = time.groups()
    return f"{day}T{hour:0>2}:{minute}:{second or '00'}{OFFSET}"


def _flag(text: str) -> bool | None:
    return FLAGS.get(text.lower())


def _texts(text: str) -> list[str]:
    return [part for part in map(str.strip, _BETWEEN.split(text)) if part]


READERS: Final[Mapping[Kind, Callable[[str], Value | None]]] = {
    Kind.FLAG: _flag,
    Kind.DAY: _day,
    Kind.INSTANT: _instant,
    Kind.TEXTS: _texts,
}
