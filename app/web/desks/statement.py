"""A bank's statement, sent as it was downloaded: what was taken, what is known, what is refused."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import RefusedError
from app.web.desks.desk import at_desk, shown
from app.web.doing import Outcome
from app.web.forms import KEY
from app.web.looking import MOST
from app.web.visits import UNAUTHENTICATED, Visit, add

PATH: Final = "/desk/statement"
CSV: Final = {"content-type": "text/csv"}


def install(app: FastAPI) -> None:
    """Let `app` answer the form; a script puts a file into its field, which can be pasted too."""
    add(app, PATH, _begin)
    add(app, PATH, _send, "POST")


async def _begin(visit: Visit) -> Response:
    return await _show(visit, visit.query.get("bank", ""))


async def _send(visit: Visit) -> Response:
    fields = await visit.fields()
    bank = fields.get("bank", "")
    outcome = await _outcome(visit, bank, fields.get("rows", ""), fields.get(KEY))
    return await _show(visit, bank, outcome)


async def _show(visit: Visit, bank: str, outcome: Outcome | None = None) -> Response:
    viewer = await at_desk(visit)
    banks = (await visit.api.get("/v1/payments/banks", {"limit": MOST}))["items"]
    return shown(visit, "statement", viewer, outcome, bank=bank, banks=banks)


async def _outcome(visit: Visit, bank: str, rows: str, key: str | None) -> Outcome:
    try:
        answer = await visit.api.send(
            "POST", "/v1/payments/statements", query={"bank": bank}, content=rows.encode(),
            key=key, headers=CSV,
        )  # fmt: skip
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return Outcome("send", problem=error.problem, fields={"rows": rows})
    return Outcome("send", answer.json())
