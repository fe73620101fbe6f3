"""A tariff edition that is brought in with a key, cell or column left out or spoiled.

It is taken, and prices everything as before, or refused by a problem that names place and rule.
"""

import csv
import io
import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from app.api.schemas.tariffs import tariff_out
from app.api.tariff_files import READERS
from app.api.texts import Language
from app.domain.charges import FeeFacts, GoodsValue, Payload, parse_edition, quote
from app.domain.charges.drafts import faults_of
from app.domain.charges.table import COLUMNS, table_of
from app.domain.errors import TariffRefusalError
from app.domain.vocabulary import Direction, Journey
from app.services.act import Today
from tests.api.conftest import Gate
from tests.api.test_tariff_files import SAME, bring, table
from tests.api.test_tariff_proposals import FIRST, PROPOSALS

Path = tuple[str | int, ...]
SPOILED: tuple[Any, ...] = (None, "", -1, 1.5, True, [], {}, "\x00", 10**30, "2026-02-30")


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the place of every key of a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def shapes() -> dict[str, Path]:
    """Return one place of each shape: rows of one list have the same keys."""
    found: dict[str, Path] = {}
    for path in places(SAME):
        found.setdefault("/".join("*" if isinstance(one, int) else one for one in path), path)
    return found


def holder(document: Any, path: Path) -> Any:
    for one in path[:-1]:
        document = document[one]
    return document


def without(path: Path) -> Any:
    document = deepcopy(SAME)
    del holder(document, path)[path[-1]]
    return document


def prices(document: Any) -> list[Any]:
    """Return what an edition asks for of every kind of load, or why it has no price of it."""
    edition, found = parse_edition({**document, "code": SAME["code"], "force": []}), list[Any]()
    payloads = [Payload(4_000), Payload(25_000), Payload(None, 20), Payload()]
    for group, direction, journey, payload in product(
        [(), *((one["code"],) for one in SAME["goods_groups"])], Direction, Journey, payloads
    ):
        goods = tuple(GoodsValue(one, None) for one in group)
        facts = FeeFacts("road", direction, journey, goods, payload, (payload,))
        try:
            found.append(quote(edition, facts).amounts_vnd)
        except TariffRefusalError as refusal:
            found.append(refusal.code)
    return found


def unnamed(answer: Any, *, is_table: bool) -> list[Any]:
    """Return what a refusal leaves unsaid: the rule and, as far as there is one, the place."""
    told = answer.json()
    if answer.status_code not in {400, 422} or not told.get("errors"):
        return [(answer.status_code, told)]
    return [
        one
        for one in told["errors"]
        if not (one["rule"] and one["message"] and (one["pointer"] or is_table))
    ]


def unshown(gate: Gate, document: Any) -> str:
    """Return why an edition that was taken could not be shown once it is announced."""
    today = Today(gate.now, gate.app.state.process.reference)
    try:
        tariff_out(today, {**document, "force": []}, Language.EN)
    except (ValidationError, KeyError, TypeError) as error:
        return repr(error)
    return ""


@pytest.mark.usefixtures("unlimited")
async def test_a_document_without_any_one_key_is_taken_as_it_was_or_refused(gate: Gate) -> None:
    wrong, taken, before = list[Any](), 0, prices(SAME)
    for number, (shape, path) in enumerate(shapes().items()):
        sent = without(path)
        query = f"starts_on={FIRST}&code=new{number}"
        answer = await bring(gate, json.dumps(sent).encode(), "application/json", query)
        if answer.status_code != 201:
            wrong += [(shape, one) for one in unnamed(answer, is_table=False)]
            continue
        taken += 1
        path_of = f"{PROPOSALS}/{answer.json()['id']}/document"
        kept = (await gate.get(path_of, "auditor")).json()
        if what := unshown(gate, kept):
            wrong.append((shape, what))
        if {**sent, "code": f"new{number}"} != kept or prices(kept) != before:
            wrong.append((shape, "means something else"))
    assert [] == wrong
    assert 0 < taken < number


def test_whatever_a_value_is_replaced_by_is_named_or_can_be_priced_with() -> None:
    """Each kind of value at each kind of place; what is taken is written down and read again."""
    wrong = list[Any]()
    for shape, path in shapes().items():
        for value in SPOILED:
            document = deepcopy(SAME)
            holder(document, path)[path[-1]] = value
            faults = faults_of(document)
            if faults:
                wrong += [(shape, value, one) for one in faults if not (one.pointer and one.rule)]
                continue
            parse_edition({**document, "force": []})
            written = io.StringIO()
            writer = csv.writer(written)
            writer.writerows([COLUMNS, *table_of(document)])
            read = READERS["text/csv"](written.getvalue().encode(), "")
            if read.document != document:
                wrong.append((shape, value, "is read otherwise"))
    assert [] == wrong


@pytest.mark.usefixtures("unlimited")
async def test_a_table_without_any_one_cell_row_or_column_is_taken_as_it_was_or_refused(
    gate: Gate,
) -> None:
    rows = list(csv.reader(io.StringIO((await table(gate)).lstrip("\ufeff"))))
    firsts = {row[0]: number for number, row in reversed(list(enumerate(rows)))}
    tables = {f"row {number}": [*rows[:number], *rows[number + 1 :]] for number in firsts.values()}
    for column, name in enumerate(rows[0]):
        tables[f"column {name}"] = [[*row[:column], *row[column + 1 :]] for row in rows]
        tables[f"heading {name}"] = [[*rows[0][:column], "x", *rows[0][column + 1 :]], *rows[1:]]
        for part, number in firsts.items():
            spoiled = [*rows[number][:column], "", *rows[number][column + 1 :]]
            tables[f"{part} {name}"] = [*rows[:number], spoiled, *rows[number + 1 :]]
    wrong, before = list[Any](), prices(SAME)
    for number, (what, cells) in enumerate(tables.items()):
        written = io.StringIO()
        csv.writer(written).writerows(cells)
        query = f"starts_on={FIRST}&code=new{number}"
        answer = await bring(gate, written.getvalue().encode(), "text/csv", query)
        if answer.status_code != 201:
            wrong += [(what, one) for one in unnamed(answer, is_table=True)]
            continue
        path = f"{PROPOSALS}/{answer.json()['id']}/document"
        if prices((await gate.get(path, "auditor")).json()) != before:
            wrong.append((what, "means something else"))
    assert [] == wrong
