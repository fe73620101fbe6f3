"""What is done with one entry: cancelled, put off, another vehicle proposed, somebody let in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.same_site import ensure_same_site
from app.web.asking import RefusedError
from app.web.company.entry import PATH, entry_page
from app.web.forms import KEY, document_of
from app.web.visits import UNAUTHENTICATED, Visit, add, lead

WHOLE: Final = frozenset({"minutes", "payload_kg"})
FLAGS: Final = frozenset({"may_publish"})
DONE: Final[Mapping[str, str]] = {
    "cancel": "/v1/entries/{entry}/cancellation",
    "defer": "/v1/entries/{entry}/deferral",
    "substitute": "/v1/entries/{entry}/substitutions",
    "take-back": "/v1/entries/{entry}/substitutions/{of}/withdrawal",
    "let-in": "/v1/entries/{entry}/parties",
    "let-out": "/v1/delegations/{of}/revocation",
    "step-out": "/v1/delegations/{of}/refusal",
    "new-link": "/v1/entries/{entry}/tracking-token",
    "difficulty": "/v1/difficulties",
}
"""Acts by the last part of their address, and the path of the API that does them."""
OF: Final = "of"


def install(app: FastAPI) -> None:
    """Let `app` answer each act, and what is read of an entry on purpose only."""
    for name, path in DONE.items():
        add(app, f"{PATH}/{name}", _doing(path), "POST")
    add(app, f"{PATH}/driver", _driver, "POST")
    add(app, f"{PATH}/openings", _openings, "POST")
    for name in (*DONE, "driver", "openings"):
        lead(app, f"{PATH}/{name}", PATH)


def _doing(path: str) -> Callable[[Visit], Awaitable[Response]]:
    async def answer(visit: Visit) -> Response:
        fields = await visit.fields()
        where = path.format(entry=visit.path["entry"], of=_id(fields.get(OF, "")))
        try:
            await visit.api.post(where, document_of(fields, WHOLE, FLAGS), key=fields.get(KEY))
        except RefusedError as error:
            return await _again(visit, error)
        return visit.go(f"/company/entries/{visit.path['entry']}", done="1")

    return answer


async def _driver(visit: Visit) -> Response:
    """Show the driver's data in full, for the purpose that was chosen; the API records it."""
    fields = await visit.fields()
    query = {"purpose": fields.get("purpose", "")}
    return await _told(visit, "driver", f"/v1/entries/{visit.path['entry']}/driver", query)


async def _openings(visit: Visit) -> Response:
    """Show what opens the commitments of an entry in the public log."""
    return await _told(visit, "openings", f"/v1/entries/{visit.path['entry']}/openings", {})


async def _told(visit: Visit, name: str, path: str, query: Mapping[str, Any]) -> Response:
    # What is read here is kept on record, so it is read for a form of ours alone.
    ensure_same_site(visit.request, visit.request.app.state.settings)
    try:
        return await entry_page(visit, **{name: await visit.api.get(path, query)})
    except RefusedError as error:
        return await _again(visit, error)


async def _again(visit: Visit, error: RefusedError) -> Response:
    if error.status == UNAUTHENTICATED:
        raise error
    return await entry_page(visit, error)


def _id(text: str) -> str:
    """Return an id of a form as a part of a path; what is none is looked for in vain."""
    return text if text and text.replace("-", "").isalnum() else "0"
