"""A company's receipts: listed by the day they were given, and all of them on paper at once."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import Query
from app.web.company.desk import show
from app.web.looking import further, scanned, within_day
from app.web.visits import Visit, add

PATH: Final = "/company/receipts"
A_PAGE: Final = 50
A_PRINT: Final = 100


def install(app: FastAPI) -> None:
    """Let `app` answer the list, and its paper."""
    add(app, PATH, _list)
    add(app, f"{PATH}/print", _print)


async def _list(visit: Visit) -> Response:
    return await show(visit, "receipts", renewed=True, **await _facts(visit, A_PAGE))


async def _print(visit: Visit) -> Response:
    facts = await _facts(visit, A_PRINT)
    base_url = visit.request.app.state.settings.base_url
    drawn = [await scanned(f"{base_url}/receipts/{one['lookup']}") for one in facts["receipts"]]
    return await show(visit, "receipts_print", codes=drawn, **facts)


async def _facts(visit: Visit, limit: int) -> Mapping[str, Any]:
    day = visit.query.get("day", "")
    cursor = visit.query.get("cursor")
    query: Query = {**within_day("issued", day), "limit": limit, "cursor": cursor}
    listed = await visit.api.get("/v1/receipts", query)
    return {
        "receipts": listed["items"],
        "further": further(visit, listed["next_cursor"]),
        "asked_day": day,
    }
