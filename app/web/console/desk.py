"""What the console's pages have in common: who looks, and at which queue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from app.api.texts import hours
from app.domain.gates import HANOI
from app.web.doing import Outcome
from app.web.looking import further, newest
from app.web.visits import Visit

CHOSEN: Final = "console-queue"
"""The cookie that remembers which queue somebody looks after."""
A_MONTH: Final = 2_592_000
CALLED: Final = "called"


@dataclass(frozen=True)
class Desk:
    """Whoever looks, the queues of today, the one that is looked at, where the feed ended."""

    viewer: Mapping[str, Any]
    boards: Sequence[Mapping[str, Any]]
    board: Mapping[str, Any]
    after: int

    @property
    def gate(self) -> str:
        """Return the gate that is looked at."""
        return str(self.board["gate"])

    @property
    def direction(self) -> str:
        """Return the direction that is looked at."""
        return str(self.board["direction"])

    @property
    def path(self) -> str:
        """Return the path of the queue in the API."""
        return f"/v1/gates/{self.gate}/queues/{self.direction}"


async def desk_of(visit: Visit) -> Desk:
    """Return the desk of whoever is signed in.

    The feed's end is read before anything that the page shows, so that no news is missed.

    Raises:
        RefusedError
    """
    viewer = await visit.viewer()
    after = await newest(visit)
    boards = sorted((await visit.api.get("/v1/queues"))["items"], key=_rank)
    return Desk(viewer, boards, _chosen(visit, boards), after)


def shown(
    visit: Visit, name: str, desk: Desk, outcome: Outcome | None = None, **facts: object
) -> Response:
    """Return a page of the console, with what was just done."""
    status = outcome.status if outcome else 200
    answer = visit.page(
        f"console/{name}",
        status,
        viewer=desk.viewer,
        desk=desk,
        outcome=outcome,
        hours=hours,
        short=_short(desk),
        further=lambda cursor: further(visit, cursor),
        **facts,
    )
    _remember(visit, answer, desk)
    return answer


def _short(desk: Desk) -> Callable[[str], str]:
    """Return how instants are told to who works at the gate: of another day with its day."""
    today = datetime.fromisoformat(desk.board["as_of"]).astimezone(HANOI).date()

    def short(instant: str) -> str:
        local = datetime.fromisoformat(instant).astimezone(HANOI)
        return f"{local:%H:%M}" if local.date() == today else f"{local:%d/%m %H:%M}"

    return short


def _rank(board: Mapping[str, Any]) -> tuple[bool, int]:
    """Return where a queue stands among the others: those that call, and the long ones, first."""
    return board["mode"] != CALLED, -board["waiting"]


def _remember(visit: Visit, answer: Response, desk: Desk) -> None:
    if "gate" in visit.query:
        answer.set_cookie(
            CHOSEN, f"{desk.gate}.{desk.direction}", max_age=A_MONTH, samesite="lax",
            httponly=True, secure=visit.request.url.scheme == "https",
        )  # fmt: skip


def _chosen(visit: Visit, boards: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the queue of the address, else of last time, else the first."""
    by_name = {f"{one['gate']}.{one['direction']}": one for one in boards}
    asked = f"{visit.query.get('gate')}.{visit.query.get('direction')}"
    found = by_name.get(asked) or by_name.get(visit.request.cookies.get(CHOSEN, ""))
    return found or boards[0]
