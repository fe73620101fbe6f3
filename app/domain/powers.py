"""Who may do what no ordinary confirmation covers: dated rows, read by pure functions.

No published text gives these powers; they are our decision, `docs/adr/0016`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

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
