"""Forms that do one act each, where they stand: the page comes again with what became of it.

    ACTS = {"lift": "/v1/holds/{hold}/lift"}
    add_page(app, "/desk/holds", show, ACTS)       show(visit, outcome) answers both

The fields of a form without a slash name the parts of the path, those with one are the document.
Sent again, by its retry key, a form is answered alike and does nothing more.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.failures import UnacceptableRequestError
from app.web.asking import Document, Faults, Json, RefusedError
from app.web.forms import KEY, document_of, in_hanoi, ungrouped
from app.web.visits import UNAUTHENTICATED, Visit, add

ACT: Final = "act"
WHOLE: Final = frozenset({"amount", "count", "note", "per_day", "per_hour"})
PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
NAMED: Final = re.compile(r"\{(\w+)\}")

Fields = Mapping[str, str]
Acts = Mapping[str, str]
"""The acts of a page by the name that their form gives, and the path of the API that does them."""


@dataclass(frozen=True)
class Outcome:
    """What became of a form: the answer, or the problem with the fields as they were typed."""

    act: str
    answer: Json = None
    problem: Document | None = None
    fields: Fields = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Return the status of the page that shows it."""
        return int(self.problem["status"]) if self.problem else 200

    @cached_property
    def errors(self) -> Faults:
        """Return what is wrong with fields, the one that all of a page asks."""
        return Faults(self.problem or {})

    def typed(self, act: str, of: str | None = None) -> Fields:
        """Return what a form of this act, `of` one thing, is shown with: as typed, if refused."""
        is_it = self.act == act and of in (None, self.fields.get("of", ""))
        return self.fields if self.problem and is_it else {}


Show = Callable[[Visit, Outcome | None], Awaitable[Response]]
Shape = Callable[[str, Fields], Document]
Find = Callable[[Visit, Fields], Awaitable[Fields]]


def document(_: str, fields: Fields) -> dict[str, Any]:
    """Return the document of a form, with amounts and times as people at the gate write them."""
    return document_of({name: _read(name, text) for name, text in fields.items()}, WHOLE)


async def as_typed(_: Visit, fields: Fields) -> Fields:
    """Return the fields of a form as they came."""
    return fields


def add_page(  # noqa: PLR0913 - what a page shows, does, and how its forms are read
    app: FastAPI,
    path: str,
    show: Show,
    acts: Acts,
    *,
    shape: Shape = document,
    find: Find = as_typed,
) -> None:
    """Let `app` answer visits of `path`, and the forms of it that do one of `acts`.

    `find` looks up what somebody typed in words, `shape` makes the document of the fields.
    """

    async def look(visit: Visit) -> Response:
        return await show(visit, None)

    async def do(visit: Visit) -> Response:
        fields = await find(visit, await visit.fields())
        return await show(visit, await _done(visit, fields, acts, shape))

    add(app, path, look)
    add(app, path, do, "POST")


async def _done(visit: Visit, fields: Fields, acts: Acts, shape: Shape) -> Outcome:
    act = fields.get(ACT, "")
    try:
        path = path_of(acts.get(act, ""), fields)
        answer = await visit.api.post(path, shape(act, fields), key=fields.get(KEY))
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return Outcome(act, problem=error.problem, fields=fields)
    return Outcome(act, answer, fields=fields)


def path_of(path: str, fields: Fields) -> str:
    """Return a path with the parts that fields name; what is no name of ours is no part of one.

    Raises:
        UnacceptableRequestError: there is no path, or not each of its parts is named.
    """
    parts = {name: text for name, text in fields.items() if PART.fullmatch(text)}
    if not path or any(name not in parts for name in NAMED.findall(path)):
        raise UnacceptableRequestError
    return path.format_map(parts)


def _read(pointer: str, text: str) -> str:
    """Return 420.000 as 420000, a time of a form as one of Hanoi, and several lines as one."""
    if pointer.endswith("_at"):
        return in_hanoi(text)
    if pointer.endswith("/amount"):
        return ungrouped(text)
    return " ".join(text.split()) if "\n" in text else text
