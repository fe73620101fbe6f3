"""What a passage costs: a question of a few fields, answered with every number of the price."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import RefusedError
from app.web.forms import document_of
from app.web.visits import Visit, add

Row = Mapping[str, Any]
AT: Final = "/vehicles/0"
WHOLE: Final = ("payload_kg", "container_length_ft", "customs_value_vnd")
EMPTY: Final = "empty"
FIRST: Final = {
    f"{AT}/gate": "tan-thanh",
    f"{AT}/direction": "export",
    f"{AT}/journey": "own_vehicle",
}
"""What the form says before anybody has asked."""


def install(app: FastAPI) -> None:
    """Let `app` answer the page of fees."""
    add(app, "/fees", _show)


async def _show(visit: Visit) -> Response:
    fields = dict(visit.query) or FIRST
    facts: dict[str, Any] = {"fields": fields, "quoted": None, "problem": None, "faults": {}}
    if visit.query:
        try:
            document = document_of(fields, whole=WHOLE)
            facts["quoted"] = await visit.api.post("/v1/fees/quotes", document)
        except RefusedError as error:
            facts |= {"problem": error.problem, "faults": error.errors}
    return visit.page("fees", **facts, **await _choices(visit))


async def _choices(visit: Visit) -> dict[str, Any]:
    """Return what may be chosen: gates, and the goods of the tariff that rules today."""
    gates = (await visit.api.get("/v1/gates"))["items"]
    tariffs = (await visit.api.get("/v1/tariffs"))["items"]
    code = next((one["code"] for one in tariffs if one["in_force"]), None)
    tariff = await visit.api.get(f"/v1/tariffs/{code}") if code else None
    return {
        "gates": _pairs(gates),
        "groups": _pairs(tariff["goods_groups"] if tariff else []),
        "tariff": tariff,
        "at": AT,
    }


def _pairs(rows: Sequence[Row]) -> Sequence[tuple[str, str]]:
    return [(row["code"], row["label"]) for row in rows if row["code"] != EMPTY]
