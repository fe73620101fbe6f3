"""One entry: where it stands and why, its whole way, and what can be done with it now."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.acts import some
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome, add_page
from app.web.looking import found, together
from app.web.visits import Visit
from app.web.words import HAPPENED

PATH: Final = "/console/entries/{entry}"
ACTS: Final = some(
    "arrive", "move", "admit", "release", "exit", "accept", "turn-back", "revoke", "divert", "hold",
    "lift", "confirm-ground", "withdraw-ground", "substitute", "refuse-substitute", "propose",
    "withdraw",
)  # fmt: skip
NEXT: Final[Mapping[str, Sequence[str]]] = {
    "registered": ("move", "arrive"),
    "queued": ("arrive",),
    "called": ("arrive",),
    "arrived": ("admit", "turn-back"),
    "in_gate": ("release", "turn-back"),
    "released": ("exit", "turn-back"),
    "crossed": ("accept",),
}
"""What is seen or done next of an entry in a state, the likeliest first; the rest is beside it."""
SEEN: Final = ("arrive", "move", "admit", "exit", "accept", "turn-back")
EVENTS: Final = 200


def install(app: FastAPI) -> None:
    """Let `app` answer the page of an entry."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    path = f"/v1/entries/{visit.path['entry']}"
    facts = await together(
        entry=visit.api.get(path),
        standing=visit.api.get(f"{path}/place"),
        explanation=found(visit, f"{path}/explanation"),
        events=visit.api.get(f"{path}/events", {"limit": EVENTS}),
        observations=visit.api.get(f"{path}/observations", {"limit": EVENTS}),
        substitutions=visit.api.get(f"{path}/substitutions"),
        words=visit.api.get(f"{path}/ground-words"),
        yards=visit.api.get("/v1/yards"),
        gates=visit.api.get("/v1/gates"),
    )
    entry = facts["entry"]
    queue = f"/v1/gates/{entry['gate']}/queues/{entry['direction']}"
    beside = await together(
        reasons=found(visit, f"{queue}/overrides", {"limit": 1}),
        calls=found(visit, f"{queue}/calls", {"awaited": True, "limit": EVENTS}),
    )
    call = _call(beside.pop("calls"), entry)
    likely = NEXT.get(entry["state"], ())
    others = [one for one in SEEN if one not in likely]
    return shown(
        visit, "entry", desk, outcome, likely=likely, others=others, call=call, happened=HAPPENED,
        names={one["code"]: one["label"] for one in facts["yards"]["items"]}, **beside, **facts,
    )  # fmt: skip


def _call(calls: Mapping[str, Any] | None, entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the call by which an entry is awaited now."""
    listed = calls["items"] if calls else ()
    return next((one for one in listed if one["entry"] == entry["id"]), None)
