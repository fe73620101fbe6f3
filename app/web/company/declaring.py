"""The form of a declaration: its fields, its choices, and how it becomes what the API takes."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from app.domain.gates import HANOI
from app.web.forms import document_of, in_hanoi, pointers_of, ungrouped
from app.web.looking import names
from app.web.visits import Visit

WHOLE: Final = frozenset(
    {
        "payload_kg", "own_weight_kg", "length_ft", "gross_kg", "quantity", "customs_value_vnd",
    }
)  # fmt: skip
FLAGS: Final = frozenset({"two_way"})
ARRIVAL: Final = "/planned_arrival_at"
CONTAINERS, SEALS = 2, 2
MOST_LINES: Final = 50
MOST_CONSIGNMENTS: Final = 10
_LINE: Final = re.compile(r"/consignments/(\d+)(?:/lines/(\d+))?/")

Fields = Mapping[str, str]


class Choices(NamedTuple):
    """What may be chosen, each with its name in the reader's language."""

    gates: Mapping[str, str]
    groups: Sequence[tuple[str, str]]
    products: Sequence[tuple[str, str]]
    tests: Sequence[tuple[str, str]]
    grounds: Sequence[tuple[str, str]]


async def choices(visit: Visit) -> Choices:
    """Return what the form lets choose today."""
    gates, tariffs, produce, grounds = await asyncio.gather(
        names(visit, "/v1/gates"),
        visit.api.get("/v1/tariffs"),
        visit.api.get("/v1/green-lane/produce"),
        visit.api.get("/v1/lane-grounds"),
    )
    code = next((one["code"] for one in tariffs["items"] if one["in_force"]), None)
    tariff = await visit.api.get(f"/v1/tariffs/{code}") if code else {"goods_groups": []}
    papers = {one["document"]: one["label"] for item in produce["items"] for one in item["papers"]}
    return Choices(
        gates,
        _named(tariff["goods_groups"]),
        _named(produce["items"]),
        sorted((code, label) for code, label in papers.items() if code.endswith("-test")),
        _named(grounds["items"]),
    )


def _named(items: Sequence[Mapping[str, Any]]) -> Sequence[tuple[str, str]]:
    return [(one["code"], one["label"]) for one in items]


def declared(fields: Fields) -> dict[str, Any]:
    """Return the document of a form, with numbers and times as they are typed at the gate."""
    document = document_of({name: _read(name, text) for name, text in fields.items()}, WHOLE, FLAGS)
    for name in ("receiving_vehicles", "consignments"):
        if isinstance(document.get(name), list):
            document[name] = [one for one in document[name] if one]
    return document


def _read(pointer: str, text: str) -> str:
    """Return 420.000.000 as 420000000, and a time of the form as one of Hanoi."""
    if pointer == ARRIVAL:
        return in_hanoi(text)
    return ungrouped(text) if pointer.rpartition("/")[2] in WHOLE else text


def filled(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a form that show a declaration."""
    fields = pointers_of(document)
    if ARRIVAL in fields:
        fields[ARRIVAL] = _local(fields[ARRIVAL])
    return fields


def _local(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(HANOI).strftime("%Y-%m-%dT%H:%M")
    except (ValueError, OverflowError):
        return text


class Rows(NamedTuple):
    """How many rows a form shows: of goods in each declaration, and of vehicles that receive."""

    lines: Sequence[int]
    receiving: int


def rows(fields: Fields, wanted: str = "") -> Rows:
    """Return the rows of a form: all that are filled in, and one more where it is `wanted`."""
    lines = _lines(fields)
    receiving = 1 + max(_numbers(fields, "/receiving_vehicles/"), default=0)
    kind, _, at = wanted.partition("-")
    if kind == "line" and at.isdigit() and int(at) < len(lines):
        lines[int(at)] = min(MOST_LINES, lines[int(at)] + 1)
    elif kind == "consignment":
        lines = [*lines, 1][:MOST_CONSIGNMENTS]
    elif kind == "receiving":
        receiving += 1
    return Rows(lines, receiving)


def _lines(fields: Fields) -> list[int]:
    lines: dict[int, int] = {0: 1}
    for pointer in fields:
        if found := _LINE.match(pointer):
            consignment, line = int(found[1]), int(found[2] or 0)
            lines[consignment] = max(lines.get(consignment, 1), line + 1)
    return [
        min(lines.get(at, 1), MOST_LINES) for at in range(min(max(lines) + 1, MOST_CONSIGNMENTS))
    ]


def _numbers(fields: Fields, under: str) -> Iterator[int]:
    names = (name.removeprefix(under) for name in fields if name.startswith(under))
    return (int(one.partition("/")[0]) for one in names if one.partition("/")[0].isdigit())
