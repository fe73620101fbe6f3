"""What a confirmed ground does to an entry: its lane under an edition, and a word as it is kept."""

from app.domain.lane_grounds import Confirmation, GroundWord
from app.domain.policy import PolicyEdition
from app.domain.vocabulary import Lane
from app.models import Entry, LaneGroundWord
from app.services.act import Act


def lane_under(edition: PolicyEdition | None, entry: Entry) -> Lane:
    """Return the lane in which an entry waits under an edition: its ground's, else its goods'.

    While something contradicts what is declared, a ground gives nothing.
    """
    goods = Lane(entry.verdict["lane"])
    if edition is None or entry.confirmed_ground is None or entry.discrepancies:
        return goods
    return edition.lane_of(goods, Lane(entry.confirmed_ground["lane"]))


def word_on(
    act: Act, entry: Entry, said: Confirmation, word: GroundWord, reason: str | None
) -> LaneGroundWord:
    """Return a word on a ground as it is kept; the paper stands with a confirmation only."""
    return LaneGroundWord(
        id=act.tools.new_id(),
        entry_id=entry.id,
        ground=said.ground,
        word=word.value,
        document_reference=said.document_reference if word is GroundWord.CONFIRMED else None,
        reason=reason,
        authority=act.principal.authority,
        said_at=act.now,
        said_by=act.principal.id,
    )
