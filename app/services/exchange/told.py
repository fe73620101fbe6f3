"""A partner's message as the adapters read it, and what they work with."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from app.core.ids import read_reference
from app.domain.camera_reads import lookalikes
from app.domain.errors import HoldScopeUnfitError
from app.domain.exchange import Decision, Known, Names
from app.domain.hold_scope import Scope, ScopeKind
from app.domain.identifiers import plate_key
from app.domain.vocabulary import Agency, Direction, Role
from app.models import Source
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.sightings import LATE, Sighting

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message: its own reference, when it happened, whom it names; `facts` is its body.

    `guesses` are the plates that a camera may have misread.
    """

    source_reference: str
    occurred_at: datetime
    names: Names
    facts: Document
    guesses: tuple[str, ...] = ()


class Record(TypedDict):
    """What was recorded by a message: a check or an observation, of which entry."""

    entry: str | None
    reference: str | None
    kind: str
    id: str
    exceptions: list[str]


@dataclass(frozen=True, slots=True)
class Desk:
    """What an adapter applies a message with; the act is the sender's."""

    uow: UnitOfWork
    act: Act
    source: Source
    told: Told

    @property
    def reason(self) -> str | None:
        """Why it is told late, or what the partner gave as reason: a machine is late for no other.

        So that what somebody saw is not refused because a line was down.
        """
        given: str | None = self.told.facts.get("reason")
        is_late = self.act.now - self.told.occurred_at > LATE
        return given or (f"late message of {self.source.code}" if is_late else None)

    @property
    def source_reference(self) -> str:
        """The reference under which its organisation knows what is recorded by this message."""
        return f"{self.source.code}/{self.told.source_reference}"

    def sighting(self, entries: Sequence[Known]) -> Sighting:
        """Return what was seen: of the entry that is known, else of a plate as it was told."""
        known = entries[0] if entries else None
        return Sighting(
            reference=known.reference if known else None,
            plate=self.told.facts.get("plate"),
            direction=known.direction if known else self.told.names.direction,
            occurred_at=self.told.occurred_at,
            reason=self.reason,
            source_reference=self.source_reference,
            vehicle=self.told.facts.get("vehicle"),
        )


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one kind of messages is read: who may send them, whom they are about, what they do.

    `witnesses` may say the same of an entry by themselves, and so name one for a waiting message.
    """

    senders: Collection[Role | Agency]
    witnesses: Collection[Role | Agency]
    decide: Callable[[Told, Source, Sequence[Known]], Decision]
    apply: Callable[[Desk, Sequence[Known]], Awaitable[Sequence[Record]]]


def read_told(document: Document, source: Source) -> Told:
    """Return a message read; where it tells no direction, it is that of its source."""
    direction = document.get("direction") or source.direction
    plate, number = document.get("plate"), document.get("container_number")
    reference = document.get("reference")
    names = Names(
        reference=read_reference(reference) if reference else None,
        plate=plate_key(plate) or None if plate else None,
        container=_read(ScopeKind.CONTAINER, number),
        declaration=_read(ScopeKind.DECLARATION, document.get("declaration_number")),
        direction=Direction(direction) if direction else None,
    )
    return Told(
        source_reference=document["source_reference"],
        occurred_at=datetime.fromisoformat(document["occurred_at"]).replace(microsecond=0),
        names=names,
        facts=document,
        guesses=_guesses(document, names),
    )


def _read(kind: ScopeKind, raw: str | None) -> str | None:
    """Return a number as entries keep it; one that cannot be read as it was told: it fits none."""
    if raw is None:
        return None
    try:
        return Scope.read(kind, raw).value
    except HoldScopeUnfitError:
        return raw


def _guesses(document: Document, names: Names) -> tuple[str, ...]:
    if "confidence" not in document or names.plate is None:
        return ()
    alternatives = sorted(document.get("alternatives", ()), key=lambda one: -int(one["confidence"]))
    read = (plate_key(one["plate"]) for one in alternatives)
    return tuple(dict.fromkeys((*filter(None, read), *sorted(lookalikes(names.plate)))))
