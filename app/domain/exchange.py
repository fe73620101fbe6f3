"""What partners' systems tell us, and whom a message is about: nobody is guessed at.

A message names a vehicle (a reference, a plate and direction, a container) or a consignment (its
customs declaration). Whose it is depends on when it happened: a message that comes late is about
the entry that was open then, and not about the one that has its plate today.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.errors import FieldError, SourceUnfitError
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Direction, Role


class AdapterKind(StrEnum):
    """Whose messages a source sends, and in which form."""

    CUSTOMS = "customs"
    BORDER_GUARD = "border-guard"
    PLATE_CAMERA = "plate-camera"
    YARD = "yard"
    OTHER_SIDE = "other-side"


class MessageState(StrEnum):
    """What came of a message; `taken` is never committed."""

    TAKEN = "taken"
    APPLIED = "applied"
    REPEATED = "repeated"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


class QuarantineReason(StrEnum):
    """Why nobody can say yet what a message is about."""

    NO_ENTRY = "no-entry"
    SEVERAL_ENTRIES = "several-entries"
    NOT_OF_DECLARATION = "vehicle-not-of-declaration"
    LOW_CONFIDENCE = "low-confidence"
    PERHAPS_MISREAD = "perhaps-misread"
    DIRECTION_UNKNOWN = "direction-unknown"
    DIRECTION_DIFFERS = "direction-differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """Where a source stands and how far it is trusted.

    `least_confidence` is in percent; `repeat_seconds` is how long a camera may read one vehicle.
    """

    gate: str | None = None
    yard: str | None = None
    direction: Direction | None = None
    way: str | None = None
    least_confidence: int = 90
    repeat_seconds: int = 30


def ensure_fit(kind: AdapterKind, at: Standpoint) -> None:
    """Refuse a source that stands where its messages could not be applied.

    Raises:
        SourceUnfitError: a yard's source without yard; a camera without one place, or one of a yard
            that does not say which way it looks.
    """
    faults = []
    if kind is AdapterKind.YARD and at.yard is None:
        faults.append("/yard")
    if kind is AdapterKind.PLATE_CAMERA:
        if (at.gate is None) == (at.yard is None):
            faults.append("/gate")
        if at.yard is not None and at.way is None:
            faults.append("/way")
    if faults:
        raise SourceUnfitError(errors=[FieldError(one, SourceUnfitError.code) for one in faults])


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """By what a message names a vehicle or a consignment, without the marks of any spelling."""

    reference: str | None = None
    plate: str | None = None
    container: str | None = None
    declaration: str | None = None
    direction: Direction | None = None

    @property
    def has_vehicle(self) -> bool:
        """Whether one vehicle is named, and not a consignment alone."""
        return (self.reference, self.plate, self.container) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry that a message may be about: what it is known by, and when it was open."""

    id: UUID
    reference: str
    direction: Direction
    registered_at: datetime
    plate: str | None = None
    containers: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    organisation_id: UUID | None = None
    ended_at: datetime | None = None
    in_position: bool = False

    def was_open(self, at: datetime) -> bool:
        """Tell whether it was there and had not ended at an instant."""
        return self.registered_at <= at and (self.ended_at is None or at <= self.ended_at)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom a message is about; where that is not known, why, and who it may be.

    Without entries and without reason it is about a vehicle that the service finds by its plate, as
    for anybody who reports one. `repeats` is the message that said the same before.
    """

    entries: tuple[Known, ...] = ()
    reason: QuarantineReason | None = None
    candidates: tuple[Known, ...] = ()
    repeats: UUID | None = None


def quarantined(reason: QuarantineReason, candidates: Iterable[Known] = ()) -> Decision:
    """Return that nobody can say whom a message is about; each candidate once, in their order."""
    return Decision(reason=reason, candidates=tuple({one.id: one for one in candidates}.values()))


def match(names: Names, known: Collection[Known], at: datetime) -> Decision:
    """Return whom a message is about that happened at an instant.

    Of a vehicle, the one entry that fits everything that is named; among several, the one that is
    in position. Of a consignment alone, all its entries, if one company declared them.
    """
    fitting = of_time([one for one in known if _fits(names, one)], at)
    if not fitting:
        of_papers = [one for one in known if names.declaration in one.declarations]
        if names.declaration is not None and of_papers:
            return quarantined(QuarantineReason.NOT_OF_DECLARATION, of_time(of_papers, at))
        return quarantined(QuarantineReason.NO_ENTRY, _near(names, known))
    if names.has_vehicle:
        return _the_one(fitting)
    if len({(one.organisation_id, one.direction) for one in fitting}) > 1:
        return quarantined(QuarantineReason.SEVERAL_ENTRIES, fitting)
    return Decision(entries=tuple(fitting))


def _the_one(fitting: Sequence[Known]) -> Decision:
    holding = [one for one in fitting if one.in_position]
    chosen = fitting if len(fitting) == 1 else holding
    if len(chosen) != 1:
        return quarantined(QuarantineReason.SEVERAL_ENTRIES, fitting)
    return Decision(entries=(chosen[0],))


def of_time(fitting: Sequence[Known], at: datetime) -> list[Known]:
    """Return those that were open at an instant; where none was, those that are open now."""
    then = [one for one in fitting if one.was_open(at)]
    found = then or [one for one in fitting if one.ended_at is None]
    return sorted(found, key=lambda one: (one.registered_at, one.id))


def _fits(names: Names, one: Known) -> bool:
    asked: tuple[tuple[object, Callable[[], bool]], ...] = (
        (names.reference, lambda: one.reference == names.reference),
        (names.plate, lambda: one.plate == names.plate),
        (names.container, lambda: names.container in one.containers),
        (names.declaration, lambda: names.declaration in one.declarations),
        (names.direction, lambda: one.direction is names.direction),
    )
    return all(fits() for name, fits in asked if name is not None)


def _near(names: Names, known: Iterable[Known]) -> list[Known]:
    """Return the open entries that at least the plate or the container is of."""
    return [
        one
        for one in sorted(known, key=lambda one: (one.registered_at, one.id))
        if one.ended_at is None
        and (
            (names.plate is not None and one.plate == names.plate)
            or names.container in one.containers
        )
    ]


def is_one_of(principal: Principal, allowed: Collection[Role | Agency]) -> bool:
    """Tell whether a principal's role or agency is among those allowed."""
    return principal.role in allowed or (
        principal.agency is not None and principal.agency in allowed
    )


SEES_ALL: Final = frozenset({Role.OFFICER, Role.BOARD, Role.AUDITOR})
LISTS_SOURCES: Final = SEES_ALL | {Role.ADMIN}


def is_of(principal: Principal, organisation_id: UUID) -> bool:
    """Tell whether an organisation is a principal's own: only its own sends by its sources."""
    return principal.organisation_id == organisation_id


def seen_of(principal: Principal, all_seen: Collection[Role] = SEES_ALL) -> UUID | None:
    """Return whose messages a principal sees: of one's own organisation; None: of all."""
    return None if principal.role in all_seen else principal.organisation_id


def may_resolve(
    principal: Principal, organisation_id: UUID, witnesses: Collection[Role | Agency]
) -> bool:
    """Tell whether a principal may say whom a message is about, or that it is to be discarded.

    Those of the organisation whose source it is, and whoever may say the same of an entry by
    themselves: nobody names an entry to be passed by customs who is not of customs.
    """
    return is_of(principal, organisation_id) or is_one_of(principal, witnesses)
