"""What a member of the board proposes: a tariff by its file, a policy or a reduction by a form."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.fleet.uploads import JSON
from app.api.spreadsheets import CSV
from app.domain.vocabulary import Lane
from app.web.asking import RefusedError
from app.web.desks.desk import at_desk, shown
from app.web.doing import Fields, Outcome, Show, add_page
from app.web.forms import KEY, document_of
from app.web.looking import fee_names, names, together
from app.web.visits import UNAUTHENTICATED, Visit, add, lead

PATH: Final = "/desk/drafts"
TARIFF: Final = "tariff"
IMPORTS: Final = "/v1/tariff-proposals/imports"
WHOLE: Final = frozenset(
    {"rate", "hours", "override_budget", "lead_minutes", "basis_points", *map(str, Lane)}
)
FLAGS: Final = frozenset({"strict"})
LISTS: Final = {"products": "/scope/products", "payers": "/scope/payers"}
"""Fields in which several are written, with commas between."""
PERCENT: Final = "percent"
POINTS: Final = "/basis_points"
PER_PERCENT: Final = 100


def install(app: FastAPI) -> None:
    """Let `app` answer the forms; a script puts a file into its field, which can be pasted too."""
    lead(app, PATH, f"{PATH}/tariff")
    add(app, f"{PATH}/tariff", _tariff)
    add(app, f"{PATH}/tariff", _bring, "POST")
    add(app, f"{PATH}/tariff/{{proposal}}/effect", _effect)
    for kind, show in FORMS.items():
        acts = {f"propose-{kind}": f"/v1/{kind}-proposals"}
        add_page(app, f"{PATH}/{kind}", show, acts, shape=_document)


async def _tariff(visit: Visit, outcome: Outcome | None = None) -> Response:
    viewer = await at_desk(visit)
    tariffs = (await visit.api.get("/v1/tariffs"))["items"]
    return shown(visit, "drafting", viewer, outcome, kind=TARIFF, editions=tariffs)


async def _bring(visit: Visit) -> Response:
    """Send the file of a tariff on as it came: a table, or a document in JSON."""
    fields = await visit.fields()
    return await _tariff(visit, await _brought(visit, fields))


async def _brought(visit: Visit, fields: Fields) -> Outcome:
    content = fields.get("document", "")
    try:
        answer = await visit.api.send(
            "POST", IMPORTS,
            query={name: fields.get(name) or None for name in ("starts_on", "code")},
            content=content.encode(), key=fields.get(KEY),
            headers={"content-type": JSON if content.startswith("{") else CSV},
        )  # fmt: skip
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return Outcome(TARIFF, problem=error.problem, fields=fields)
    return Outcome(TARIFF, answer.json())


async def _policy(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    policies = (await visit.api.get("/v1/policies"))["items"]
    now = next((one for one in policies if one["in_force"]), policies[-1])
    base = await visit.api.get(f"/v1/policies/{now['code']}")
    return shown(visit, "drafting", viewer, outcome, kind="policy", base=base)


async def _reduction(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    tariffs = (await visit.api.get("/v1/tariffs"))["items"]
    now = next((one for one in tariffs if one["in_force"]), tariffs[-1])
    facts = await together(
        gates=names(visit, "/v1/gates"), tariff=visit.api.get(f"/v1/tariffs/{now['code']}")
    )
    groups = [(one["code"], one["label"]) for one in facts["tariff"]["goods_groups"]]
    return shown(
        visit, "drafting", viewer, outcome, kind="reduction", gates=facts["gates"], groups=groups
    )


FORMS: Final[Mapping[str, Show]] = {"policy": _policy, "reduction": _reduction}


def _document(act: str, fields: Fields) -> Mapping[str, Any]:
    """Return the document of a form: percent as basis points, what has commas as lists."""
    told = dict(fields)
    if percent := fields.get(PERCENT):
        told[POINTS] = _basis_points(percent)
    for name, pointer in LISTS.items():
        several = filter(None, (one.strip() for one in fields.get(name, "").split(",")))
        told |= {f"{pointer}/{place}": one for place, one in enumerate(several)}
    document = document_of(told, WHOLE, FLAGS)
    return {"scope": {}, **document} if act == "propose-reduction" else document


def _basis_points(percent: str) -> str:
    """Return 12,5 as 1250; what is no percentage of whole basis points stays, to be refused."""
    try:
        points = Decimal(percent.replace(",", ".")) * PER_PERCENT
    except InvalidOperation:
        return percent
    return f"{points:f}".rstrip("0").rstrip(".") if points % 1 else f"{points:.0f}"


async def _effect(visit: Visit) -> Response:
    """Return what a draft would have changed in the last whole month."""
    path = f"/v1/tariff-proposals/{visit.path['proposal']}"
    viewer = await at_desk(visit)
    effect = await visit.api.get(f"{path}/effect", {"month": visit.query.get("month", "")})
    draft = await visit.api.get(path)
    named = await fee_names(visit, draft["base"]) if draft["base"] else {}
    return shown(visit, "effect", viewer, None, draft=draft, effect=effect, fee_names=named)
