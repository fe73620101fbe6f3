"""Which checks an entry needs, before what, and who may record them: dated rows, not code.

A row names its condition by a sentence; the test behind each sentence is here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.errors import FieldError
from app.domain.rows import Row, evidence, unfit
from app.domain.validity import Validity
from app.domain.vocabulary import Agency, Direction, Evidence, Journey, Role


class CheckKind(StrEnum):
    """What one agency confirms about one entry."""

    CUSTOMS_REGISTRATION = "customs_registration"
    BORDER_GUARD_ENTRY = "border_guard_entry"
    CUSTOMS_ENTRY = "customs_entry"
    TRANSPORT_LICENCE = "transport_licence"
    MEDICAL = "medical"
    PLANT_QUARANTINE = "plant_quarantine"
    ANIMAL_QUARANTINE = "animal_quarantine"
    TRANSSHIPMENT = "transshipment"
    CUSTOMS_CLEARANCE = "customs_clearance"
    YARD_EXIT = "yard_exit"
    BORDER_GUARD_EXIT = "border_guard_exit"


class CheckResult(StrEnum):
    """What an authority says of a kind of check; the newest word on it counts.

    `requested`: it is needed (again). `waived`: it is not, by whom the rules let say so.
    """

    REQUESTED = "requested"
    PASSED = "passed"
    FAILED = "failed"
    WAIVED = "waived"


DONE = frozenset({CheckResult.PASSED, CheckResult.WAIVED})
"""What satisfies those who need the check."""


class Stage(StrEnum):
    """The step before which a check is needed, in the order of the way."""

    ADMISSION = "admission"
    RELEASE = "release"
    EXIT = "exit"


Recorder = Agency | Role
"""Who records a check: an agency, or the role `yard`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """What the rows ask about an entry.

    `foreign_vehicle`: registered outside Vietnam. `crosses`: the vehicle itself passes the border.
    `has_listed_product`: a goods line is a product of the produce list. `hs_codes`: of all goods
    lines, digits first. `requested`: kinds that an agency asked for, with a reason.
    """

    direction: Direction
    journey: Journey
    has_declaration: bool = False
    foreign_vehicle: bool = False
    crosses: bool = False
    has_listed_product: bool = False
    hs_codes: tuple[str, ...] = ()
    was_in_yard: bool = False
    requested: frozenset[CheckKind] = frozenset()


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    """One row: a kind of check, before which stage, for which entries, on which legal days."""

    kind: CheckKind
    recorders: tuple[Recorder, ...]
    stage: Stage
    direction: Direction | None
    journey: Journey | None
    when: str
    valid: Validity
    evidence: Evidence

    def applies(self, facts: CheckFacts, on: date) -> bool:
        """Tell whether an entry needs this check on a legal day."""
        return (
            self.valid.covers(on)
            and self.direction in (None, facts.direction)
            and self.journey in (None, facts.journey)
            and CONDITIONS[self.when](facts)
        )


@dataclass(frozen=True, slots=True)
class RequiredChecks:
    """Every row, and for a kind the kinds that must be confirmed before it."""

    rows: tuple[RequiredCheck, ...]
    preconditions: Mapping[CheckKind, tuple[CheckKind, ...]]

    def recorders_of(self, kind: CheckKind, on: date) -> frozenset[Recorder]:
        """Return who may record a kind on a legal day; nobody where no row covers it."""
        rows = (row for row in self.rows if row.kind is kind and row.valid.covers(on))
        return frozenset(recorder for row in rows for recorder in row.recorders)

    def missing_before(
        self, kind: CheckKind, confirmed: frozenset[CheckKind]
    ) -> tuple[CheckKind, ...]:
        """Return the kinds that must be confirmed before this one and are not."""
        return tuple(one for one in self.preconditions.get(kind, ()) if one not in confirmed)


def needed(facts: CheckFacts, rows: RequiredChecks, on: date) -> dict[Stage, tuple[CheckKind, ...]]:
    """Return the kinds that an entry needs before each stage, in the order of the rows.

    A kind that an agency requested is needed before the stage of its rows.
    """
    found: dict[Stage, list[CheckKind]] = {stage: [] for stage in Stage}
    for row in rows.rows:
        if row.applies(facts, on) and row.kind not in found[row.stage]:
            found[row.stage].append(row.kind)
    return {stage: tuple(kinds) for stage, kinds in found.items()}


def makes_needed(kind: CheckKind, facts: CheckFacts, rows: RequiredChecks, on: date) -> bool:
    """Tell whether an entry needs a kind on a legal day once an agency has requested it."""
    asked = replace(facts, requested=facts.requested | {kind})
    return any(kind in kinds for kinds in needed(asked, rows, on).values())


def _has_chapter(facts: CheckFacts, chapters: frozenset[str]) -> bool:
    return any(code[:2] in chapters for code in facts.hs_codes)


def _chapters(*numbers: int) -> frozenset[str]:
    return frozenset(f"{number:02}" for number in numbers)


PLANT_CHAPTERS = _chapters(*range(6, 16))
ANIMAL_CHAPTERS = _chapters(*range(1, 6), 16)

CONDITIONS: Mapping[str, Callable[[CheckFacts], bool]] = {
    "always": lambda _: True,
    "a consignment has a customs declaration": lambda facts: facts.has_declaration,
    "the vehicle is foreign, or crosses the border itself": (
        lambda facts: facts.foreign_vehicle or facts.crosses
    ),
    "a goods line is a product of produce.json, or its HS code is in chapters 06-15,"
    " or the check was requested": (
        lambda facts: (
            facts.has_listed_product
            or _has_chapter(facts, PLANT_CHAPTERS)
            or CheckKind.PLANT_QUARANTINE in facts.requested
        )
    ),
    "a goods line's HS code is in chapters 01-05 or 16, or the check was requested": (
        lambda facts: (
            _has_chapter(facts, ANIMAL_CHAPTERS) or CheckKind.ANIMAL_QUARANTINE in facts.requested
        )
    ),
    "the entry was in a yard; customs may record it too": lambda facts: facts.was_in_yard,
}
"""The test behind each sentence that a row may have under `when`."""

_RECORDERS: Mapping[str, Recorder] = {
    **{agency.value: agency for agency in Agency},
    Role.YARD.value: Role.YARD,
}


def parse_required_checks(document: Mapping[str, Any]) -> RequiredChecks:
    """Return the rows of a reference document.

    Raises:
        ReferenceDataError: an unknown kind, stage, condition or agency, a check without anybody who
            may record it; every place is named.
    """
    if faults := tuple(_faults(document)):
        raise unfit(*faults)
    return RequiredChecks(
        rows=tuple(_required(row) for row in document["rows"]),
        preconditions={
            CheckKind(row["check"]): tuple(CheckKind(kind) for kind in row["after"])
            for row in document["preconditions"]
        },
    )


def _required(row: Row) -> RequiredCheck:
    return RequiredCheck(
        kind=CheckKind(row["kind"]),
        recorders=tuple(_RECORDERS[code] for code in row["agencies"]),
        stage=Stage(row["needed_before"]),
        direction=Direction(row["direction"]) if row["direction"] else None,
        journey=Journey(row["journey"]) if row["journey"] else None,
        when=row["when"],
        valid=Validity.parse(row),
        evidence=evidence(row),
    )


def _faults(document: Row) -> Iterator[FieldError]:
    kinds, stages = set(CheckKind), set(Stage)
    for index, row in enumerate(document["rows"]):
        at = f"/rows/{index}"
        for name, known in (("kind", kinds), ("needed_before", stages), ("when", CONDITIONS)):
            if row[name] not in known:
                yield FieldError(f"{at}/{name}", "unknown", row[name])
        if not row["agencies"] or any(code not in _RECORDERS for code in row["agencies"]):
            yield FieldError(f"{at}/agencies", "unknown", ", ".join(row["agencies"]))
    for index, row in enumerate(document["preconditions"]):
        for kind in (row["check"], *row["after"]):
            if kind not in kinds:
                yield FieldError(f"/preconditions/{index}", "unknown", kind)
