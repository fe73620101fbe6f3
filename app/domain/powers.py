"""Who may do what no ordinary confirmation covers: dated rows, read by pure functions.

No published text gives these powers; they are our decision, ADR 16 and 17.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.principal import Principal
from app.domain.required_checks import CheckKind, RequiredChecks
from app.domain.validity import Validity
from app.domain.vocabulary import Agency, Role


class Power(StrEnum):
    """In what capacity somebody decides beyond the ordinary."""

    SUPERVISOR = "supervisor"
    BOARD = "board"


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """On some legal days, these kinds of check may be waived by these powers."""

    kinds: frozenset[CheckKind]
    powers: frozenset[Power]
    valid: Validity


WAIVERS: Final = (
    # From the first day of mandatory registration; no source says who may waive (ADR 16).
    WaiverRow(frozenset(CheckKind), frozenset(Power), Validity(date(2022, 2, 21))),
)


def may_waive(
    principal: Principal,
    kind: CheckKind,
    checks: RequiredChecks,
    on: date,
    rows: Iterable[WaiverRow] = WAIVERS,
) -> bool:
    """Tell whether a principal may waive a kind of check on a legal day.

    The supervisor of the agency whose kind it is, or a member of the board; who else records the
    kind (a yard) waives nothing.
    """
    held = _powers(principal, checks.recorders_of(kind, on))
    return any(row.valid.covers(on) and kind in row.kinds and held & row.powers for row in rows)


def _powers(principal: Principal, recorders: Iterable[Agency | Role]) -> frozenset[Power]:
    held = set()
    if principal.role is Role.BOARD:
        held.add(Power.BOARD)
    if principal.supervisor and principal.agency is not None and principal.agency in recorders:
        held.add(Power.SUPERVISOR)
    return frozenset(held)


class Lifting(StrEnum):
    """How far one principal's word goes to lift a hold."""

    ALONE = "alone"
    WITH_ANOTHER = "with-another"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Placed:
    """What deciding about a hold asks: whose it is, and since when."""

    authority: str
    organisation_id: UUID
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Staleness:
    """On some legal days, after how long a hold counts as stale."""

    after: timedelta
    valid: Validity


STALENESS: Final = (
    # No source says when a hold is stale (ADR 19): a day, in which every desk was manned once.
    Staleness(timedelta(hours=24), Validity(date(2022, 2, 21))),
)


def lifting(
    principal: Principal,
    hold: Placed,
    now: datetime,
    on: date,
    rows: Iterable[Staleness] = STALENESS,
) -> Lifting:
    """Return how far a principal's word goes to lift a hold at an instant of a legal day.

    The organisation that placed it lifts it at any time. Once it is stale the supervisor of the
    same agency does, wherever it was placed, and two members of the board do together.
    """
    own = (hold.authority, hold.organisation_id)
    if (principal.authority, principal.organisation_id) == own:
        return Lifting.ALONE
    if not any(row.valid.covers(on) and now - hold.placed_at >= row.after for row in rows):
        return Lifting.NOT
    if principal.supervisor and principal.authority == hold.authority:
        return Lifting.ALONE
    return Lifting.WITH_ANOTHER if principal.role is Role.BOARD else Lifting.NOT
