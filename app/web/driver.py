"""The driver's page: where the truck stands, for an old telephone in the sun on a bad connection.

A telephone asks for it again and again and mostly has it already. So its tag is of what is shown of
the tracking answer, which is ready on the shelf; only a page that is another one is drawn, and then
what stands beside the entry is asked for too. It has everything in itself but style and script.
"""

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.caching import NOT_MODIFIED, etag_of, is_known
from app.api.pictures import PNG, Written, draw
from app.api.same_site import ensure_same_site
from app.api.texts import language_of
from app.web.asking import RefusedError
from app.web.assets import FOLDER, address
from app.web.driving import shown
from app.web.forms import document_of
from app.web.pages import HTML, POLICY
from app.web.preferences import theme_of
from app.web.visits import Visit, add

Json = Any
NO_LINK: Final = 404
LOST: Final = "tracking-not-found"
MOST_CODES: Final = 3
"""QR codes of transfers on one page; the orders of a vehicle and of those that take its goods."""
SHORT: Final = {"longest_notice": 300}
"""In letters: a telephone shows no more of a notice, and the page stays small."""
NOT_THERE: Final = frozenset({"no-pass", "order-not-due", "no-collection-account"})
"""What says that there is none, and no failure."""
WORDS: Final = "/words"
"""What is the matter; the API takes it on one line."""
FLAGS: Final = frozenset({"may_publish"})
DRAWN_BY: Final = tuple(map(address, ("gate.css", "driver.css", "driver.js")))
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": f"{POLICY}; worker-src 'self'",
    "X-Robots-Tag": "noindex, nofollow",
}
"""A telephone keeps the page, which nobody else may, and looks for another each time."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_=-]{8,64}")


def install(app: FastAPI) -> None:
    """Let `app` answer drivers."""
    add(app, "/d/worker.js", _worker)
    add(app, "/d/{token}", _show)
    add(app, "/d/{token}/help", _help)
    add(app, "/d/{token}/help", _report, "POST")


async def _worker(_: Visit) -> Response:
    """Answer what keeps the page on the telephone; it may act for addresses beside its own only."""
    script = (FOLDER / "driver-worker.js").read_bytes()
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": "default-src 'self'"}
    return Response(script, headers=headers, media_type="text/javascript")


async def _show(visit: Visit) -> Response:
    try:
        standing = await visit.api.get(_path(visit))
    except RefusedError as error:
        return _lost(visit, error)
    facts = shown(standing)
    tag, dated = _tags(visit, facts, standing["as_of"])
    headers = visit.request.headers
    likes = (dated,) if HTML in headers.get("accept", "") else (dated, tag)
    if any(is_known(headers.get("if-none-match"), one) for one in likes):
        return _private(Response(status_code=NOT_MODIFIED), dated)
    told = {"as_of": standing["as_of"], "tag": tag, "token": visit.path["token"]}
    drawn = visit.page("driver", **facts, **await _beside(visit, facts), **told, **SHORT)
    return _private(drawn, dated)


async def _help(visit: Visit) -> Response:
    return await _draw_help(visit, {}, None)


async def _report(visit: Visit) -> Response:
    """Report a difficulty; what was wrong with it is told beside the words, which stay."""
    request = visit.request
    ensure_same_site(request, request.app.state.settings)
    fields = await visit.fields()
    said = {**fields, WORDS: " ".join(fields.get(WORDS, "").split())}
    try:
        await visit.api.post(f"{_path(visit)}/difficulties", document_of(said, flags=FLAGS))
    except RefusedError as error:
        return _lost(visit, error) if _is_lost(error) else await _draw_help(visit, fields, error)
    return visit.go(f"/d/{visit.path['token']}/help", sent="yes")


async def _draw_help(
    visit: Visit, fields: Mapping[str, str], error: RefusedError | None
) -> Response:
    try:
        reported, told = await asyncio.gather(
            visit.api.get(f"{_path(visit)}/difficulties"), visit.api.get(f"{_path(visit)}/messages")
        )
    except RefusedError as refused:
        return _lost(visit, refused)
    drawn = visit.page(
        "driver_help",
        error.status if error else 200,
        token=visit.path["token"],
        reported=reported["items"],
        messages=told["items"],
        fields=fields,
        problem=error.problem if error else None,
        faults=error.errors if error else {},
        is_sent=visit.query.get("sent") == "yes",
    )
    return _private(drawn)


def _lost(visit: Visit, error: RefusedError) -> Response:
    """Return what a link that opens nothing says: whom to ask.

    Raises:
        RefusedError: something else is the matter.
    """
    if not _is_lost(error):
        raise error
    return _private(visit.page("driver_lost", NO_LINK))


def _is_lost(error: RefusedError) -> bool:
    return bool(error.problem["code"] == LOST)


def _path(visit: Visit) -> str:
    """Return where the API tells of the entry of a link.

    Raises:
        RefusedError: the link was not copied whole, or is none.
    """
    token: str = visit.path["token"]
    if not _TOKEN.fullmatch(token):
        raise RefusedError({"code": LOST, "status": NO_LINK})
    return f"/v1/tracking/{token}"


def _tags(visit: Visit, facts: Mapping[str, Json], as_of: str) -> tuple[str, str]:
    """Return the tag of what a page shows, to whom and by which release, and that with its minute.

    Who looks at the page again is told the minute anew. The script knows by itself when it asked.
    """
    request = visit.request
    reader = (language_of(request.scope), theme_of(request), request.url.path)
    tag = etag_of(json.dumps([facts, reader, DRAWN_BY]).encode())
    return tag, f'{tag[:-1]}.{as_of[11:16]}"'


async def _beside(visit: Visit, facts: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return what stands beside the entry: its pass, how it is paid, its receipts."""
    path = _path(visit)
    gate_pass, receipts, *transfers = await asyncio.gather(
        _found(visit, f"{path}/pass" if facts["has_pass"] else None),
        _found(visit, f"{path}/receipts" if facts["has_paid"] else None),
        *(_found(visit, f"{path}/orders/{one['code']}/qr") for one in facts["due"][:MOST_CODES]),
    )
    return {
        "gate_pass": await _with_picture(gate_pass, "jws"),
        "receipts": receipts["items"] if receipts else [],
        "transfers": [await _with_picture(one, "payload") for one in transfers if one],
    }


async def _found(visit: Visit, path: str | None) -> Json:
    """Return what `path` answers; None where nothing is asked, or where there is none."""
    if path is None:
        return None
    try:
        return await visit.api.get(path)
    except RefusedError as error:
        if error.problem["code"] not in NOT_THERE:
            raise
        return None


async def _with_picture(answer: Json, name: str) -> Json:
    """Return an answer with its QR code, drawn into the page: it is there without a network."""
    if answer is None:
        return None
    picture = base64.b64encode(await draw(answer[name], Written.PNG)).decode()
    return {**answer, "picture": f"data:{PNG};base64,{picture}"}


def _private(answer: Response, tag: str | None = None) -> Response:
    answer.headers.update(HEADERS)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    if tag is not None:
        answer.headers["ETag"] = tag
    return answer
