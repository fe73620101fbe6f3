"""A tariff edition as a table, and a table as an edition: one row a number, then all the rest.

Prices, factors and shares have a row each, with what they rest on; whatever else the document says
stands below, one row a value by its place. Nothing is lost either way. A place has the steps into
the document, the number in a list as `#0`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from app.domain.charges.drafts import AMOUNTS, KEYS, RATES
from app.domain.errors import Fact, FieldError

Cell = str | int | None
Line = tuple[int, Mapping[str, Cell]]
"""A row of a table by the names of its columns, and on which line it stands."""

COLUMNS: Final = (
    "part", "goods_group", "vehicle_class", "share", "value", "unit", "basis", "source", "place",
)  # fmt: skip
PARTS: Final = {"cell": "cells", "multiplier": "multipliers", "share": "journeys"}
NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "cells": ("goods_group", "vehicle_class"),
    "multipliers": ("goods_group",),
    "journeys": ("share",),
}
"""The columns that name a number of each part."""
UNITS: Final = {"cells": "VND", "multipliers": "basis points", "journeys": "basis points"}
FACT: Final = "fact"
ACCOUNT: Final = ("basis", "source")
TOLD: Final = frozenset(
    f"/{part}/#/{name}"
    for part in RATES
    for name in (AMOUNTS[part], *ACCOUNT, *(KEYS[part] if part == "cells" else ()))
)
"""What the rows of numbers tell; all else has a row of its own."""
CONSTANTS: Final[Mapping[str, Any]] = {"null": None, "true": True, "false": False}
EMPTY: Final[Mapping[str, Any]] = {"[]": [], "{}": {}}
NUMBER: Final = re.compile(r"[0-9]{1,18}")
STEP: Final = re.compile(r"#[0-9]{1,4}")
RUNS: Final = "=+-@'"
"""With what a cell begins that a spreadsheet would run, or read as a sign that it must not."""
MOST_ROWS: Final = 2_000
MOST_STEPS: Final = 16
"""Of a place: no edition is half as deep."""


@dataclass(slots=True)
class Read:
    """What a table was read to, its own faults with line and column, and where each value stood."""

    document: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[int, str, FieldError]] = field(default_factory=list)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)

    def at(self, pointer: str) -> tuple[int, str] | None:
        """Return line and column of a pointer: of its value, or of the first that it is around."""
        if pointer in self.places:
            return self.places[pointer]
        inside = (place for one, place in self.places.items() if one.startswith(f"{pointer}/"))
        return min(inside, key=itemgetter(0), default=None) if pointer.count("/") > 1 else None

    def wrong(self, line: int, column: str, rule: str, value: Fact = None) -> None:
        """Keep a fault of the table."""
        self.faults.append((line, column, FieldError("", rule, value)))


def table_of(document: Mapping[str, Any]) -> Iterator[list[Cell]]:
    """Yield the rows of an edition, the first being the names of the columns."""
    yield list(COLUMNS)
    for name, part in PARTS.items():
        for row in document[part]:
            cells = {"part": name, "value": row[AMOUNTS[part]], "unit": UNITS[part]}
            cells |= {
                column: row[key] for column, key in zip(NAMED_BY[part], KEYS[part], strict=True)
            }
            cells |= {one: _written(row[one]) for one in ACCOUNT}
            yield [cells.get(column) for column in COLUMNS]
    for place, value in _facts(document, "", ""):
        cells = {"part": FACT, "value": _written(value), "place": place}
        yield [cells.get(column) for column in COLUMNS]


def _facts(value: object, place: str, pattern: str) -> Iterator[tuple[str, object]]:
    """Yield every value that no row of a number tells, with its place; also what is empty."""
    if pattern in TOLD:
        return
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _facts(inner, f"{place}/{_step(name)}", f"{pattern}/{name}")
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _facts(inner, f"{place}/#{number}", f"{pattern}/#")
    else:
        yield place, value


def _written(value: object) -> Cell:
    """Return a value as a cell that is read as the same value, and that no spreadsheet runs."""
    if type(value) is int:
        return value
    if not isinstance(value, str):
        return json.dumps(value)
    is_quoted = value == "" or value[0] in RUNS or value.lstrip().startswith('"')
    is_plain = not is_quoted and _value(value) == value
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _value(cell: Cell) -> Any:  # noqa: ANN401 - a value of JSON
    """Return the value that a cell has.

    Raises:
        ValueError: it begins as a quotation and does not end as one.
    """
    text = "" if cell is None else str(cell).strip()
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text in EMPTY:
        return json.loads(text)
    if NUMBER.fullmatch(text):
        return int(text)
    return json.loads(text) if text.startswith('"') else text


def read_table(lines: Sequence[Line]) -> Read:
    """Return what the lines of a table say, its heading left out."""
    read, tree = Read(), _Node()
    if len(lines) > MOST_ROWS:
        read.wrong(lines[MOST_ROWS][0], "part", "too-many-rows", MOST_ROWS)
        return read
    for line, row in lines:
        if row.get("part") == FACT:
            _keep_fact(read, tree, line, row)
        elif row.get("part") not in PARTS:
            read.wrong(line, "part", "part-unknown", row.get("part"))
    found = tree.value()
    read.document = found if isinstance(found, dict) else {}
    more, read.document["cells"] = tree.get("cells"), []
    known = {part: _by_key(read.document.get(part), part) for part in RATES}
    for line, row in lines:
        if row.get("part") in PARTS:
            part = PARTS[str(row["part"])]
            if part == "cells":
                _begin_cell(read, more, known[part], row)
            _keep_rate(read, part, known[part], line, row)
    return read


Known = dict[tuple[Cell, ...], tuple[int, dict[str, Any]]]
"""The rows of a part with their numbers, by what names them."""


def _by_key(rows: object, part: str) -> Known:
    found = enumerate(rows) if isinstance(rows, list) else ()
    named = ((at, row) for at, row in found if isinstance(row, dict))
    return {tuple(row.get(name) for name in KEYS[part]): (at, row) for at, row in named}


def _begin_cell(read: Read, more: "_Node", known: Known, row: Mapping[str, Cell]) -> None:
    """Make the row of a price, of what else was said of it: that waits for it by its number."""
    key = tuple(row.get(column) for column in NAMED_BY["cells"])
    cells = read.document["cells"]
    if key not in known:
        said = more.get(f"#{len(cells)}").value()
        known[key] = (len(cells), said if isinstance(said, dict) else {})
        cells.append(known[key][1])


class _Node:
    """A place of a document: what stands there, or what stands below, by its steps."""

    def __init__(self) -> None:
        self.steps: dict[str, _Node] = {}
        self.leaf: tuple[Any] | None = None

    def get(self, step: str) -> "_Node":
        return self.steps.get(step) or _Node()

    def value(self) -> Any:  # noqa: ANN401 - a value of JSON
        if self.leaf is not None:
            return self.leaf[0]
        if self.steps and all(STEP.fullmatch(step) for step in self.steps):
            return [self.steps[step].value() for step in sorted(self.steps, key=_number)]
        return {_name(step): node.value() for step, node in self.steps.items()}


def _keep_fact(read: Read, tree: _Node, line: int, row: Mapping[str, Cell]) -> None:
    place = str(row.get("place") or "")
    first, *steps = place.split("/")
    if first or not all(steps) or not 0 < len(steps) <= MOST_STEPS:
        read.wrong(line, "place", "place-unfit", place)
        return
    node = tree
    for step in steps:
        if node.leaf is not None:
            break
        node = node.steps.setdefault(step, _Node())
    if node.leaf is not None or node.steps:
        read.wrong(line, "place", "place-twice", place)
        return
    try:
        node.leaf = (_value(row.get("value")),)
    except ValueError:
        node.leaf = (None,)
        read.wrong(line, "value", "value-unfit")
    read.places["".join(f"/{_pointed(step)}" for step in steps)] = (line, "value")


def _keep_rate(read: Read, part: str, known: Known, line: int, row: Mapping[str, Cell]) -> None:
    """Put a number into the row of its part that it names."""
    key = tuple(row.get(column) for column in NAMED_BY[part])
    at, found = known.get(key, (0, {AMOUNTS[part]: None}))
    if AMOUNTS[part] in found:
        rule = "row-twice" if key in known else "row-unknown"
        read.wrong(line, NAMED_BY[part][0], rule, " x ".join(map(str, key)))
        return
    columns = {**dict(zip(KEYS[part], NAMED_BY[part], strict=True)), AMOUNTS[part]: "value"}
    for name, column in {**columns, "basis": "basis", "source": "source"}.items():
        found[name] = _cell(read, line, column, row)
        read.places[f"/{part}/{at}/{name}"] = (line, column)


def _cell(read: Read, line: int, column: str, row: Mapping[str, Cell]) -> Any:  # noqa: ANN401 - a value of JSON
    try:
        return _value(row.get(column)) if column in ACCOUNT else row.get(column)
    except ValueError:
        read.wrong(line, column, "value-unfit")
        return None


def _number(step: str) -> int:
    return int(step[1:])


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("#", "~2")


def _name(step: str) -> str:
    return step.replace("~2", "#").replace("~1", "/").replace("~0", "~")


def _pointed(step: str) -> str:
    """Return a step as a JSON pointer has it."""
    return step[1:] if STEP.fullmatch(step) else step.replace("~2", "#")
