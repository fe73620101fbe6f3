"""One entry: where it stands and why, what is wrong and who acts, its papers, its money."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import Query, RefusedError
from app.web.company.desk import show
from app.web.company.strikes import strikes_of
from app.web.looking import fee_names, found, names, scanned
from app.web.visits import Visit, add
from app.web.words import HAPPENED

PATH: Final = "/company/entries/{entry}"
BEFORE_THE_GATE: Final = frozenset({"registered", "queued", "called"})
OURS: Final = ("declarant", "payer", "driver")
"""Who of a company's own side acts, in the order in which a page says it."""
NEWEST: Final = 6
"""So many events stand on the page of an entry; all are on their own."""


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add(app, PATH, _show)


async def _show(visit: Visit) -> Response:
    return await entry_page(visit)


async def entry_page(visit: Visit, error: RefusedError | None = None, **told: object) -> Response:
    """Return the page of an entry, with what was refused of it or told on purpose."""
    at = f"/v1/entries/{visit.path['entry']}"
    entry = await visit.api.get(at)
    tracking = await found(visit, f"{at}/tracking-token")
    standing = await visit.api.get(f"{at}/place")
    charge = entry["charge"]
    facts: dict[str, Any] = {
        "driver": None,
        "openings": None,
        **told,
        "entry": entry,
        "steps": ours_first(entry["next_steps"]),
        "ours": OURS,
        "events": await happened(visit, NEWEST),
        "happened": HAPPENED,
        "standing": standing,
        "powers": await visit.api.get(f"{at}/powers"),
        "strikes": await strikes_of(visit, standing),
        "explained": await found(visit, f"{at}/explanation"),
        "parties": await _items(visit, f"{at}/parties"),
        "substitutions": await _items(visit, f"{at}/substitutions"),
        "messages": await _items(visit, f"{at}/messages"),
        "difficulties": await _difficulties(visit),
        "certified": entry["call_number"] is not None,
        "link": await _link(tracking),
        "deferrals": await _deferrals(visit) if entry["state"] == "queued" else (),
        "fee_names": await fee_names(visit, charge["tariff"]) if charge else {},
        "gates": await names(visit, "/v1/gates"),
        "yards": await names(visit, "/v1/yards"),
        "is_open": entry["ended_at"] is None,
        "is_early": entry["state"] in BEFORE_THE_GATE,
        "problem": error.problem if error else None,
        "asked": visit.query,
    }
    return await show(visit, "entry", error.status if error else 200, renewed=True, **facts)


def ours_first(steps: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return what is still to be done, first what the company's own side does."""
    places = {who: place for place, who in enumerate(OURS)}
    return sorted(steps, key=lambda one: places.get(one["who"], len(OURS)))


async def happened(visit: Visit, limit: int, cursor: str | None = None) -> Mapping[str, Any]:
    """Return a page of what happened to an entry, newest first."""
    path = f"/v1/entries/{visit.path['entry']}/events"
    asked = {"newest_first": True, "limit": limit, "cursor": cursor}
    page: Mapping[str, Any] = await visit.api.get(path, asked)
    return page


async def _difficulties(visit: Visit) -> Sequence[Any]:
    """Return what this reader reported of an entry, with its answers."""
    asked: Query = {"entry": visit.path["entry"], "limit": NEWEST}
    path = "/v1/difficulties"
    listed = [await _items(visit, path, {**asked, "answered": one}) for one in (False, True)]
    return [await visit.api.get(f"{path}/{one['id']}") for items in listed for one in items]


async def _items(visit: Visit, path: str, query: Query | None = None) -> Sequence[Any]:
    answer = await found(visit, path, query)
    items: Sequence[Any] = answer["items"] if answer else ()
    return items


async def _link(tracking: Mapping[str, Any] | None) -> Mapping[str, str] | None:
    """Return the address of the driver's page and the picture of it to scan."""
    if tracking is None:
        return None
    url = tracking["page_url"]
    return {"url": url, "picture": await scanned(url)}


async def _deferrals(visit: Visit) -> Sequence[int]:
    """Return for how many minutes a vehicle may put itself off, by the edition in force."""
    listed = await visit.api.get("/v1/policies")
    code = next((one["code"] for one in listed["items"] if one["in_force"]), None)
    policy = await visit.api.get(f"/v1/policies/{code}") if code else None
    choices: Sequence[int] = policy["deferral"]["choices_minutes"] if policy else ()
    return choices
