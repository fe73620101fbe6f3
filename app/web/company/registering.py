"""Registering a vehicle by a form, and asking for its price before."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import RefusedError
from app.web.company.declaring import choices, declared, filled, rows
from app.web.company.desk import show
from app.web.forms import KEY, new_key
from app.web.looking import fee_names
from app.web.visits import UNAUTHENTICATED, Visit, add

FORM: Final = "/company/entries/new"
DO: Final = "do"
REGISTER, PRICE = "register", "price"
QUOTE: Final = "/quote"


def install(app: FastAPI) -> None:
    """Let `app` answer the form."""
    add(app, FORM, _begin)
    add(app, FORM, _do, "POST")


async def _begin(visit: Visit) -> Response:
    return await _form(visit, {"/direction": "export"})


async def _do(visit: Visit) -> Response:
    """Register, price, or show the form with one more row: as the button says that was pressed."""
    fields = await visit.fields()
    asked = fields.get(DO, REGISTER)
    document = declared(fields)
    try:
        if asked == REGISTER:
            entry = await visit.api.post("/v1/entries", document, key=fields.get(KEY))
            return visit.go(f"/company/entries/{entry['id']}", new="1")
        quote = await visit.api.post("/v1/quotes", _priced(document)) if asked == PRICE else None
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return await _form(visit, filled(document), error=error)
    kept = {**document, "quote": quote["id"]} if quote else document
    return await _form(visit, filled(kept), asked=asked, quote=quote)


def _priced(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a price is asked for of a declaration."""
    vehicle = document.get("vehicle", {})
    lengths = [one.get("length_ft") for one in vehicle.get("containers", ())]
    goods = [line for one in document.get("consignments", ()) for line in one.get("lines", ())]
    asked = {
        "gate": document.get("gate"),
        "direction": document.get("direction"),
        "journey": document.get("journey"),
        "payload_kg": vehicle.get("payload_kg"),
        "container_length_ft": sum(one for one in lengths if isinstance(one, int)) or None,
        "goods": [_told(line, "goods_group", "customs_value_vnd") for line in goods],
        "receiving_vehicles": [
            _told(one, "payload_kg") for one in document.get("receiving_vehicles", ())
        ],
        "on": str(document.get("planned_arrival_at", ""))[:10] or None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _told(row: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    return {name: row[name] for name in names if name in row}


async def _form(
    visit: Visit,
    fields: Mapping[str, str],
    *,
    asked: str = "",
    error: RefusedError | None = None,
    quote: Mapping[str, Any] | None = None,
) -> Response:
    return await show(
        visit,
        "register",
        error.status if error else 200,
        fields=fields,
        rows=rows(fields, asked),
        choices=await choices(visit),
        problem=error.problem if error else None,
        faults=error.errors if error else {},
        notes={},
        quote=quote,
        fee_names=await fee_names(visit, quote["tariff"]) if quote else {},
        quoted=fields.get(QUOTE, ""),
        key=new_key(),
    )
