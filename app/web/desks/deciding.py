"""What waits for a second member of the board: editions, reductions, calls out of turn."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from starlette.responses import Response

from app.web.acts import some
from app.web.desks.desk import at_desk, shown
from app.web.desks.receipts import CORRECTIONS
from app.web.doing import Acts, Outcome
from app.web.looking import MOST, tally, together
from app.web.visits import Visit

KINDS: Final = ("tariff", "policy", "reduction")
EDITIONS: Final = {"tariff": "tariffs", "policy": "policies"}
STEPS: Final = {"approve": "approval", "withdraw": "withdrawal"}
ACTS: Final[Acts] = {
    **{
        f"{act}-{kind}": f"/v1/{kind}-proposals/{{proposal}}/{step}"
        for kind in KINDS
        for act, step in STEPS.items()
    },
    **{
        f"confirm-{kind}": f"/v1/{plural}/{{edition}}/confirmations"
        for kind, plural in EDITIONS.items()
    },
    **some("approve"),
}
CALLED, CONFIRMED, OPEN = "called", "confirmed", "proposed"
ANNOUNCED: Final = frozenset({"announced", "in-force"})


async def show(visit: Visit, outcome: Outcome | None) -> Response:
    """Return what is proposed, with who proposed it, and the refunds that wait.

    Raises:
        RefusedError
    """
    viewer = await at_desk(visit)
    ask = visit.api.get
    listed = await together(
        queues=ask("/v1/queues"),
        refunds=ask("/v1/refunds", {"state": "asked", "limit": MOST}),
        corrections=ask(CORRECTIONS, {"state": "asked", "limit": MOST}),
        appeals=ask("/v1/strikes", {"undecided": True, "limit": MOST}),
        **{kind: ask(f"/v1/{kind}-proposals", {"limit": MOST}) for kind in KINDS},
        **{plural: ask(f"/v1/{plural}") for plural in EDITIONS.values()},
    )
    proposals = {kind: list(_in(listed[kind], {OPEN})) for kind in KINDS}
    drafts = {one["id"]: ask(f"/v1/tariff-proposals/{one['id']}") for one in proposals["tariff"]}
    return shown(
        visit, "deciding", viewer, outcome, proposals=proposals,
        overrides=await _overrides(visit, listed["queues"]), refunds=tally(listed["refunds"]),
        corrections=tally(listed["corrections"]), appeals=tally(listed["appeals"]),
        announced={kind: list(_in(listed[kind], ANNOUNCED)) for kind in KINDS},
        drafts=await together(**drafts), unconfirmed=_unconfirmed(listed),
        rates=_rates(listed["policies"]),
    )  # fmt: skip


def _in(listed: Mapping[str, Any], states: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the proposals that stand in one of some states."""
    return (one for one in listed["items"] if one["state"] in states)


def _unconfirmed(listed: Mapping[str, Any]) -> Mapping[str, list[Mapping[str, Any]]]:
    """Return the editions that wait for the word of members of the board."""
    return {
        kind: [one for one in listed[plural]["items"] if one["confirmations_missing"]]
        for kind, plural in EDITIONS.items()
    }


def _rates(policies: Mapping[str, Any]) -> Mapping[str, int]:
    """Return what the lanes earn by the policy in force."""
    now = next((one for one in policies["items"] if one["in_force"]), None)
    return {one["lane"]: one["rate"] for one in now["lanes"]} if now else {}


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
