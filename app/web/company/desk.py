"""What the company's pages have in common: who looks, what the answers are called, the frame."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from app.web.looking import newest
from app.web.visits import Visit

ACT: Final = "act"

Session = Mapping[str, Any]


async def show(
    visit: Visit, name: str, status: int = 200, *, renewed: bool = False, **facts: object
) -> Response:
    """Return a page of the company's frame for whoever is signed in; some renew themselves.

    Raises:
        RefusedError
    """
    viewer = await visit.viewer()
    after = await newest(visit) if renewed else None
    return visit.page(
        f"company/{name}", status, viewer=viewer, may=scopes(viewer), after=after, **facts
    )


def scopes(viewer: Session) -> frozenset[str]:
    """Return what buttons are shown for; a company acts once the board has confirmed it."""
    given = frozenset(viewer["scopes"])
    return given if viewer["verified"] else given - {ACT}
