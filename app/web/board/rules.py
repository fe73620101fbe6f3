"""The rules in plain words: who is called when, and who has a green lane."""

from collections.abc import Mapping

from fastapi import FastAPI

from app.web.kept import add_kept
from app.web.visits import Visit


def install(app: FastAPI) -> None:
    """Let `app` answer the page of the rules."""
    add_kept(app, "/rules", "rules", _show)


async def _show(visit: Visit) -> Mapping[str, object]:
    """Return the edition that rules now, and the rules of the green lane that hold today."""
    policies = (await visit.api.get("/v1/policies"))["items"]
    code = next((one["code"] for one in policies if one["in_force"]), None)
    boards = (await visit.api.get("/v1/queues"))["items"]
    today = boards[0]["as_of"][:10] if boards else None
    rules = await visit.api.get("/v1/green-lane/rules", {"on": today})
    gates = (await visit.api.get("/v1/gates"))["items"]
    return {
        "policy": await visit.api.get(f"/v1/policies/{code}") if code else None,
        "rules": rules["items"],
        "green_gates": [one["label"] for one in gates if one["green_lane"]],
    }
