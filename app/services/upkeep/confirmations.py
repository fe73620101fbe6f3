"""Two board members' words, which an edition that is not official needs before it rules."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import ConfirmationNotNeededError, EditionNotFoundError
from app.domain.reference import Reference
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.upkeep.reference_data import CONFIRMATIONS_NEEDED


class EditionKind(StrEnum):
    """What comes in editions."""

    TARIFF = "tariff"
    POLICY = "policy"


DOCUMENTS = {EditionKind.TARIFF: "tariffs", EditionKind.POLICY: "policies"}
"""Under which name the reference data keep the documents of each kind."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How far an edition is: who confirmed it, by name, and whether it may be used now."""

    kind: EditionKind
    code: str
    confirmed_by: tuple[str, ...]
    usable: bool
    needed: int = CONFIRMATIONS_NEEDED


def is_usable(reference: Reference, kind: EditionKind, code: str) -> bool:
    """Tell whether prices or queues may follow an edition: it waits for nobody's word."""
    return not any((one.kind, one.code) == (kind, code) for one in reference.pending)


def words_missing(reference: Reference, kind: EditionKind, code: str) -> int:
    """Return how many board members must still confirm an edition before it may be used."""
    found = (one for one in reference.pending if (one.kind, one.code) == (kind, code))
    return sum(CONFIRMATIONS_NEEDED - len(one.confirmed_by) for one in found)


class Confirmations:
    """One board member's word on an edition."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def confirm(self, kind: EditionKind, code: str) -> Confirmed:
        """Give the word; a second one of the same member changes nothing.

        Raises:
            EditionNotFoundError, ConfirmationNotNeededError.
        """
        self._ensure_unofficial(kind, code)
        act = self._act
        if await self._uow.reference.confirm(kind.value, code, act.principal.id, act.now):
            await self._announce(kind, code)
        # The revision's row is locked by now: of two members at once the second sees both words.
        words = (await self._uow.reference.confirmations()).get((kind.value, code), ())
        usable = is_usable(act.reference, kind, code) or len(words) >= CONFIRMATIONS_NEEDED
        return Confirmed(kind, code, words, usable)

    def _ensure_unofficial(self, kind: EditionKind, code: str) -> None:
        editions = self._act.reference.documents[DOCUMENTS[kind]]
        if code not in editions:
            raise EditionNotFoundError
        if editions[code]["official"]:
            raise ConfirmationNotNeededError

    async def _announce(self, kind: EditionKind, code: str) -> None:
        """Have every process read the editions anew, and tell of it."""
        await self._uow.reference.bump()
        event = self._act.event(
            "edition.confirmed", None, None, edition_kind=kind.value, edition=code
        )
        await self._uow.records.insert_events([event])
