"""What waits for a second member of the board: editions, reductions, calls out of turn."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from starlette.responses import Response

from app.web.desks.desk import MOST, shown, tally
from app.web.doing import Acts, Outcome
from app.web.looking import together
from app.web.visits import Visit

KINDS: Final = ("tariff", "policy", "reduction")
STEPS: Final = {"approve": "approval", "withdraw": "withdrawal"}
ACTS: Final[Acts] = {
    **{
        f"{act}-{kind}": f"/v1/{kind}-proposals/{{proposal}}/{step}"
        for kind in KINDS
        for act, step in STEPS.items()
    },
    "approve-override": "/v1/overrides/{override}/approval",
}
CALLED, CONFIRMED, OPEN = "called", "confirmed", "proposed"


async def show(visit: Visit, outcome: Outcome | None) -> Response:
    """Return what is proposed, with who proposed it, and the refunds that wait.

    Raises:
        RefusedError
    """
    viewer = await visit.viewer()
    ask = visit.api.get
    listed = await together(
        queues=ask("/v1/queues"),
        refunds=ask("/v1/refunds", {"state": "asked", "limit": MOST}),
        **{kind: ask(f"/v1/{kind}-proposals", {"limit": MOST}) for kind in KINDS},
    )
    proposals = {kind: list(_open(listed[kind])) for kind in KINDS}
    return await shown(
        visit, "deciding", viewer, outcome, proposals=proposals,
        overrides=await _overrides(visit, listed["queues"]), refunds=tally(listed["refunds"]),
    )  # fmt: skip


def _open(listed: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what nobody approved or withdrew."""
    return (one for one in listed["items"] if one["state"] == OPEN)


async def _overrides(visit: Visit, queues: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the calls out of turn that two officers want and the week's budget has no room for."""
    paths = {
        f"{one['gate']} {one['direction']}":
            f"/v1/gates/{one['gate']}/queues/{one['direction']}/override-proposals"
        for one in queues["items"]
        if one["mode"] == CALLED
    }  # fmt: skip
    listed = await together(**{name: visit.api.get(path) for name, path in paths.items()})
    every = (one for found in listed.values() for one in found["items"])
    return [one for one in every if one["state"] == CONFIRMED]
