"""Amending a declaration by the form it was made with; who comes late sees what was changed.

The form carries what it was begun from. What is sent is the difference, so a field that nobody
touched is left as another may have made it meanwhile.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from starlette.responses import Response

from app.api.fleet.columns import Column, column_of
from app.domain.authorisation import Action
from app.web.asking import Faults, RefusedError
from app.web.company.declaring import choices, declared, filled, rows
from app.web.company.desk import show
from app.web.company.patches import changes, patch_of, patched
from app.web.forms import new_key
from app.web.visits import UNAUTHENTICATED, Visit, add

PATH: Final = "/company/entries/{entry}/amend"
AMEND: Final = "amend"
BASE, VERSION = "base", "version"
STALE: Final = "stale-version"
PAPERS: Final = "/documents/"
TICKED: Final = "/documents/test_documents/"
"""Boxes: one that is not ticked is not sent."""

PARTS: Final = frozenset({Action.AMEND, Action.AMEND_VEHICLE})

Document = Mapping[str, Any]


class Changed(NamedTuple):
    """A field that another changed; no column is about what files cannot say."""

    column: Column | None
    pointer: str
    before: str
    after: str


def install(app: FastAPI) -> None:
    """Let `app` answer the form."""
    add(app, PATH, _begin)
    add(app, PATH, _amend, "POST")


async def _begin(visit: Visit) -> Response:
    entry = await _entry(visit)
    parts = await _parts(visit)
    if not parts:
        return visit.go(f"/company/entries/{visit.path['entry']}")
    return await _form(visit, entry, entry["declared"], parts=parts)


async def _amend(visit: Visit) -> Response:
    fields = await visit.fields()
    base = _base(fields.get(BASE, ""))
    mine = declared({**_unshown(base, fields), **fields})
    patch = patch_of(_as_filled(base), mine)
    if fields.get("do", AMEND) != AMEND:
        return await _form(visit, await _entry(visit), mine, base=base, fields=fields)
    try:
        await visit.api.send(
            "PATCH",
            f"/v1/entries/{visit.path['entry']}",
            document=patch,
            headers={"If-Match": f'"{fields.get(VERSION, "")}"'},
        )
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        entry = await _entry(visit)
        if error.problem["code"] == STALE:
            return await _form(
                visit, entry, patched(entry["declared"], patch), base=base, error=error
            )
        return await _form(visit, entry, mine, base=base, error=error, fields=fields)
    return visit.go(f"/company/entries/{visit.path['entry']}", amended="1")


async def _entry(visit: Visit) -> Document:
    entry: Document = await visit.api.get(f"/v1/entries/{visit.path['entry']}")
    return entry


async def _parts(visit: Visit) -> Collection[str]:
    """Return what of a declaration this reader amends: all of it, its vehicle, or nothing."""
    powers = await visit.api.get(f"/v1/entries/{visit.path['entry']}/powers")
    return PARTS & {*powers["actions"]}


def _unshown(base: Document, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was declared and has no field in the form that was sent: it stays."""
    has_boxes = any(name.startswith(PAPERS) for name in fields)
    return {
        pointer: text
        for pointer, text in filled(base).items()
        if pointer not in fields and not (has_boxes and pointer.startswith(TICKED))
    }


def _as_filled(document: Document) -> Document:
    """Return a declaration as its form would send it untouched."""
    return declared(filled(document))


def _base(text: str) -> Document:
    try:
        base = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return base if isinstance(base, dict) else {}


async def _form(  # noqa: PLR0913 - each is a part of the form
    visit: Visit,
    entry: Document,
    shown: Document,
    *,
    base: Document | None = None,
    error: RefusedError | None = None,
    fields: Mapping[str, str] | None = None,
    parts: Collection[str] | None = None,
) -> Response:
    stale = error is not None and error.problem["code"] == STALE
    begun = entry["declared"] if base is None or stale else base
    values = filled(shown)
    findings = _findings(entry)
    return await show(
        visit,
        "amend",
        error.status if error else 200,
        entry=entry,
        whole=Action.AMEND in (parts or await _parts(visit)),
        fields=values,
        rows=rows(values, (fields or {}).get("do", "")),
        choices=await choices(visit),
        problem=error.problem if error else None,
        faults=Faults(error.problem if error else {}, findings["blocking"]),
        notes=findings["warning"],
        changed=list(_changed(base or {}, entry["declared"])) if stale else (),
        base=json.dumps(begun, ensure_ascii=False),
        version=entry["version"] if base is None or stale else (fields or {}).get(VERSION, ""),
        key=new_key(),
    )


def _changed(base: Document, now: Document) -> Iterator[Changed]:
    """Yield what another changed meanwhile: fields by the sentences of their columns."""
    for pointer, before, after in changes(filled(base), filled(now)):
        yield Changed(column_of(pointer), pointer, before, after)


def _findings(entry: Document) -> Mapping[str, Mapping[str, str]]:
    """Return what is wrong with an entry, by severity and pointer."""
    told: dict[str, dict[str, str]] = {"blocking": {}, "warning": {}}
    for one in entry["findings"]:
        told.setdefault(one["severity"], {}).setdefault(one["pointer"], one["message"])
    return told
