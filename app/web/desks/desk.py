"""What the desks have in common: who looks, which pages are theirs, what a list comes to."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

from app.web.company.desk import scopes
from app.web.doing import Outcome
from app.web.looking import newest
from app.web.visits import Visit

A_PAGE: Final = 50
MONEY: Final = ("refunds", "payments", "books", "treasury")
TABS: Final[Mapping[str, Sequence[str]]] = {
    "agency": ("", "vehicles", "holds"),
    "yard": ("", "vehicles"),
    "collector": ("", "till", "payments", "refunds", "receipts", "books", "treasury", "statement"),
    "board": ("", "drafts", "refunds", "receipts", "holds", "payments", "books", "treasury"),
    "auditor": MONEY,
}
"""The pages of a role in the frame, its work list first; whose a page is, the API says."""

Session = Mapping[str, Any]


async def at_desk(visit: Visit) -> Session:
    """Return the session of whoever looks, with where the feed of events ends.

    Ask before anything that the page shows, so that no news is missed.

    Raises:
        RefusedError
    """
    viewer = await visit.viewer()
    return {**viewer, "after": await newest(visit)}


def shown(
    visit: Visit, name: str, viewer: Session, outcome: Outcome | None = None, **facts: object
) -> Response:
    """Return a page of a desk, which renews itself, with what was just done."""
    return visit.page(
        f"desks/{name}",
        outcome.status if outcome else 200,
        viewer=viewer,
        tabs=TABS.get(viewer["role"], ()),
        may_act="act" in scopes(viewer),
        outcome=outcome,
        **facts,
    )
