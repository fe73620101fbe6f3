"""A fleet in one file: sent as it is, followed while it is registered, its refused rows told."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from fastapi import FastAPI
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.api.failures import UnacceptableRequestError
from app.api.fleet.columns import COLUMNS, Column
from app.api.fleet.uploads import BATCHES
from app.api.same_site import ensure_same_site
from app.api.spreadsheets import CSV, Cell, csv_bytes
from app.api.texts import language_of
from app.api.workbooks import XLSX
from app.web.asking import Query, RefusedError
from app.web.company.desk import show
from app.web.forms import KEY, new_key
from app.web.visits import UNAUTHENTICATED, Visit, add, lead

PATH: Final = "/company/uploads"
FILE, MODE = "file", "mode"
A_PAGE: Final = 100
KINDS: Final[Mapping[str, str]] = {".csv": CSV, ".xlsx": XLSX, ".json": "application/json"}
NAMED: Final = {column.pointer: column for column in COLUMNS}
KNOWN: Final = "plate-already-registered"
"""A row that is sent again with the rest of its file: its vehicle is there already."""
RUNNING: Final = frozenset({"checking", "registering", "taking_back"})


def install(app: FastAPI) -> None:
    """Let `app` answer the pages of uploads."""
    add(app, PATH, _list)
    add(app, PATH, _send, "POST")
    add(app, f"{PATH}/{{batch}}", _follow)
    add(app, f"{PATH}/{{batch}}/refused.csv", _refused)
    add(app, f"{PATH}/{{batch}}/cancel", _cancel, "POST")
    lead(app, f"{PATH}/{{batch}}/cancel", f"{PATH}/{{batch}}")


async def _list(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, error: RefusedError | None = None) -> Response:
    batches = await visit.api.get(BATCHES[1], {"limit": 20})
    return await show(
        visit,
        "uploads",
        error.status if error else 200,
        renewed=True,
        batches=batches["items"],
        problem=error.problem if error else None,
        key=new_key(),
    )


async def _send(visit: Visit) -> Response:
    """Send a file on as it came; what it is its name tells."""
    ensure_same_site(visit.request, visit.request.app.state.settings)
    try:
        async with visit.request.form(max_files=1, max_fields=8) as form:
            file, mode, key = form.get(FILE), form.get(MODE), form.get(KEY)
            if not isinstance(file, UploadFile):
                raise UnacceptableRequestError
            content, name = await file.read(), PurePath(file.filename or "")
    except HTTPException:
        raise UnacceptableRequestError from None
    try:
        answer = await visit.api.send(
            *BATCHES,
            query={MODE: str(mode or "")},
            content=content,
            key=str(key),
            headers={"content-type": KINDS.get(name.suffix.lower(), "application/octet-stream")},
        )
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return await _page(visit, error)
    return visit.go(f"{PATH}/{answer.json()['id']}")


async def _follow(visit: Visit) -> Response:
    at = f"{BATCHES[1]}/{visit.path['batch']}"
    batch = await visit.api.get(at)
    asked: Query = {"outcome": visit.query.get("outcome", ""), "limit": A_PAGE}
    rows = await visit.api.get(f"{at}/results", {**asked, "cursor": visit.query.get("cursor")})
    told = [_told(row) for row in rows["items"]]
    if asked["outcome"]:  # what is to be mended stands before what is there already
        told.sort(key=lambda row: row["known"] is not None)
    return await show(
        visit,
        "upload",
        renewed=batch["state"] in RUNNING,
        batch=batch,
        rows=told,
        running=batch["state"] in RUNNING,
        outcome=visit.query.get("outcome", ""),
        cursor=rows["next_cursor"],
        key=new_key(),
    )


async def _cancel(visit: Visit) -> Response:
    fields = await visit.fields()
    batch = visit.path["batch"]
    await visit.api.post(f"{BATCHES[1]}/{batch}/cancellation", key=fields.get(KEY))
    return visit.go(f"{PATH}/{batch}")


async def _refused(visit: Visit) -> Response:
    """Return the refused rows as a file: where each is wrong, and why."""
    at = f"{BATCHES[1]}/{visit.path['batch']}/results"
    table: list[Sequence[Cell]] = [("line", "plate", "client_reference", "column", "message")]
    cursor: str | None = None
    while True:
        page = await visit.api.get(at, {"outcome": "refused", "limit": 200, "cursor": cursor})
        for row in page["items"]:
            told = (row["line"], row["plate"], row["client_reference"])
            table += [(*told, name, message) for _, name, message in _faults(row)]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    content = csv_bytes(table, language_of(visit.request.scope), None)
    headers = {"Content-Disposition": 'attachment; filename="refused.csv"'}
    return Response(content, headers=headers, media_type=CSV)


def _told(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its faults, and which entry is its vehicle's already."""
    problem = row["problem"] or {}
    known = problem.get("reference") if problem.get("code") == KNOWN else None
    return {**row, "known": known, "faults": () if known else list(_faults(row))}


def _faults(row: Mapping[str, Any]) -> Iterator[tuple[Column | None, str, str]]:
    """Yield the column of each fault of a refused row, what it is called, and what is wrong."""
    problem = row["problem"]
    if problem is None:
        return
    if not problem["errors"]:
        yield None, "", problem["detail"]
    for one in problem["errors"]:
        pointer = one["pointer"].removeprefix(f"/rows/{row['row']}")
        column = NAMED.get(pointer)
        yield column, column.name if column else pointer, one["message"]
