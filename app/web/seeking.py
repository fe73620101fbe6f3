"""Looking for a vehicle by what somebody at a desk types: a reference, or a part of a plate."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from app.core.ids import is_reference, read_reference
from app.web.asking import RefusedError
from app.web.doing import Outcome
from app.web.visits import UNAUTHENTICATED, Visit

SOUGHT: Final = "q"
LONGEST: Final = 40
FIND: Final = "find"


class Search(NamedTuple):
    """What was typed, the entries that it finds, and why it finds none where it is too short.

    Without `found` nothing was looked for.
    """

    text: str
    found: Sequence[Mapping[str, Any]] | None = None
    outcome: Outcome | None = None

    @property
    def only(self) -> str | None:
        """Return the id of the entry where it is the only one that is found."""
        return self.found[0]["id"] if self.found and len(self.found) == 1 else None


async def search(visit: Visit) -> Search:
    """Return what the text of a page's search finds, newest first.

    Raises:
        RefusedError: nobody is signed in.
    """
    text = visit.query.get(SOUGHT, "").strip()[:LONGEST]
    if not text:
        return Search(text)
    try:
        return Search(text, (await visit.api.get("/v1/entries", named(text)))["items"])
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return Search(text, outcome=Outcome(FIND, problem=error.problem))


def named(text: str) -> Mapping[str, str]:
    """Return what a text names: an entry by its reference, else vehicles by a part of a plate."""
    reference = read_reference(text)
    return {"reference": reference} if is_reference(reference) else {"plate": text}
