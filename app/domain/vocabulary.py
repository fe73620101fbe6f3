"""The glossary's closed lists, one spelling for code, API, tables and docs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypedDict


class Text(TypedDict):
    """One sentence or name in the three languages; `zh` may be unknown."""

    vi: str
    en: str
    zh: str | None


class Language(StrEnum):
    """A language that the service speaks, the default first."""

    VI = "vi"
    EN = "en"
    ZH = "zh"


class Direction(StrEnum):
    """Way through a gate: `export` is Vietnam to China."""

    EXPORT = "export"
    IMPORT = "import"


class Journey(StrEnum):
    """How the goods go on: in their own vehicle, or moved onto receiving vehicles."""

    OWN_VEHICLE = "own_vehicle"
    TRANSSHIPMENT = "transshipment"


class Lane(StrEnum):
    """Queue class of the policy; what each earns, and which of these there are, an edition says."""

    RELIEF = "relief"
    DEFENCE = "defence"
    LIVE_ANIMALS = "live-animals"
    MEDICINES = "medicines"
    GREEN_SEASON = "green-season"
    GREEN = "green"
    ORDINARY = "ordinary"


BASIC_LANES: Final = frozenset({Lane.GREEN_SEASON, Lane.GREEN, Lane.ORDINARY})
"""The lanes that every edition has, which goods give; any other an edition may leave out."""


class QueueMode(StrEnum):
    """Whether a queue summons its vehicles or takes them as they come."""

    CALLED = "called"
    ARRIVAL_ORDER = "arrival-order"


class Severity(StrEnum):
    """A blocking finding keeps an entry from being ready; a warning never stops a vehicle."""

    BLOCKING = "blocking"
    WARNING = "warning"


class State(StrEnum):
    """Where an entry stands on its way; checks, holds and payment run beside it."""

    REGISTERED = "registered"
    QUEUED = "queued"
    CALLED = "called"
    ARRIVED = "arrived"
    IN_GATE = "in_gate"
    RELEASED = "released"
    CROSSED = "crossed"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    NO_SHOW = "no_show"
    EXPIRED = "expired"
    TURNED_BACK = "turned_back"


class Role(StrEnum):
    """What a principal is; who may call what is declared per operation."""

    COMPANY = "company"
    OFFICER = "officer"
    AGENCY = "agency"
    YARD = "yard"
    BANK = "bank"
    COLLECTOR = "collector"
    BOARD = "board"
    AUDITOR = "auditor"
    APP = "app"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a credential may be used for, within what the role of its principal may do.

    `manage` is for members, clients, keys and webhooks of one's own organisation; `personal` is for
    personal data in full.
    """

    READ = "read"
    ACT = "act"
    MANAGE = "manage"
    PERSONAL = "personal"


class Party(StrEnum):
    """What an organisation is in an entry.

    It declares it, carries the goods, owns them, or pays for the gate.
    """

    DECLARANT = "declarant"
    CARRIER = "carrier"
    OWNER = "owner"
    PAYER = "payer"


class Agency(StrEnum):
    """The authorities that check; each confirms its own kinds, in any order."""

    CUSTOMS = "customs"
    BORDER_GUARD = "border_guard"
    MEDICAL = "medical"
    PLANT_QUARANTINE = "plant_quarantine"
    ANIMAL_QUARANTINE = "animal_quarantine"
    TRANSPORT = "transport"


class Basis(StrEnum):
    """How well a value is known, strongest first."""

    PUBLISHED = "published"
    OBSERVED = "observed"
    PROVISIONAL = "provisional"


_STRENGTH = {basis: rank for rank, basis in enumerate(Basis)}


def weakest(bases: Iterable[Basis]) -> Basis:
    """Return the least certain of `bases`; a result is as good as its worst part."""
    return max(bases, key=_STRENGTH.__getitem__)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a value rests on: its basis and the source that names it."""

    basis: Basis
    source: str


class Queue(NamedTuple):
    """The entries waiting at one gate in one direction."""

    gate: str
    direction: Direction
