"""What an answer shows of an entry, gathered once from what the transaction holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.declaration import Declaration, read_declaration
from app.domain.expected_wait import Estimate
from app.domain.findings import Finding
from app.domain.next_steps import NextStep, Progress, next_steps
from app.domain.notices import Notice
from app.domain.policy import MissStep
from app.domain.reference import Reference
from app.domain.required_checks import (
    DONE,
    CheckFacts,
    CheckKind,
    CheckResult,
    Stage,
    needed,
)
from app.domain.travel_times import Departure
from app.domain.vocabulary import Journey, State
from app.models import Call, Charge, Check, Entry, Event, ExceptionCase, Hold, Order, Payment
from app.services.declarations.declaring import Driver
from app.services.queues.waiting import queue_of

# The edges show these rows and never ask for them: they import them from here.
__all__ = [
    "Beside",
    "Call",
    "Charge",
    "Check",
    "Entry",
    "EntryView",
    "Event",
    "ExceptionCase",
    "Hold",
    "LastCall",
    "Order",
    "Payment",
    "Place",
    "Standing",
    "check_facts",
    "facts_of",
    "needed_checks",
    "passed",
    "progress_of",
    "requested",
    "steps_of",
]


@dataclass(frozen=True, slots=True)
class Place:
    """How many would be called before an entry, per lane, if calling happened now."""

    place: int
    ahead: Mapping[str, int]
    points: int | None
    open_wait_seconds: int
    callable: bool
    expected: Estimate


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with its charges and orders, checks and holds, and what is still to be done."""

    entry: Entry
    charge: Charge | None
    orders: Sequence[Order]
    driver: Driver
    superseded: Sequence[Charge] = ()
    checks: Sequence[Check] = ()
    holds: Sequence[Hold] = ()
    exceptions: Sequence[ExceptionCase] = ()
    next_steps: tuple[NextStep, ...] = ()
    place: Place | None = None
    papers: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class LastCall:
    """The newest call of an entry; while it is awaited, what it brings not to come."""

    call: Call
    if_missed: MissStep | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an entry stands: its place, the call it follows, what is missing, what moved it."""

    entry: Entry
    orders: Sequence[Order]
    next_steps: tuple[NextStep, ...]
    place: Place | None
    last_call: LastCall | None
    moved: Event | None
    notices: Sequence[Notice] = ()
    departure: Departure | None = None
    """When to leave its yard for the call that is awaited; None where nobody knows the way."""


def passed(checks: Sequence[Check]) -> frozenset[CheckKind]:
    """Return the kinds that passed or were waived by their newest check; oldest come first."""
    newest = {check.kind: check.result for check in checks}
    return frozenset(CheckKind(kind) for kind, result in newest.items() if result in DONE)


def requested(checks: Iterable[Check]) -> frozenset[CheckKind]:
    """Return the kinds that somebody requested, answered or not."""
    asked = (one.kind for one in checks if one.result == CheckResult.REQUESTED)
    return frozenset(CheckKind(kind) for kind in asked)


def check_facts(
    reference: Reference,
    declaration: Declaration,
    *,
    was_in_yard: bool,
    asked: frozenset[CheckKind] = frozenset(),
) -> CheckFacts:
    """Return what decides which checks an entry needs."""
    produce = reference.lane_rows.produce
    return CheckFacts(
        direction=declaration.direction,
        journey=declaration.journey,
        has_declaration=bool(declaration.declaration_numbers),
        foreign_vehicle=declaration.country != "VN",
        crosses=declaration.journey is Journey.OWN_VEHICLE,
        has_listed_product=any(
            produce.product_of(line.hs_code, line.product) for line in declaration.lines
        ),
        hs_codes=tuple(line.hs_code for line in declaration.lines if line.hs_code),
        was_in_yard=was_in_yard,
        requested=asked,
    )


def needed_checks(
    reference: Reference,
    entry: Entry,
    on: date,
    checks: Iterable[Check],
    declaration: Declaration | None = None,
) -> Mapping[Stage, tuple[CheckKind, ...]]:
    """Return the checks an entry needs before each stage, by the rows of a legal day.

    `checks` are all of the entry's. Give its `declaration` where that has been read already.
    """
    facts = facts_of(reference, entry, checks, declaration)
    return needed(facts, reference.required_checks, on)


def facts_of(
    reference: Reference,
    entry: Entry,
    checks: Iterable[Check],
    declaration: Declaration | None = None,
) -> CheckFacts:
    """Return what decides which checks a stored entry needs."""
    declaration = declaration or read_declaration(entry.declared)
    was_in_yard = entry.was_in_yard or False
    return check_facts(reference, declaration, was_in_yard=was_in_yard, asked=requested(checks))


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside an entry's state, and its declaration where that was read already."""

    orders: Sequence[Order] = ()
    checks: Sequence[Check] = ()
    holds: Sequence[Hold] = ()
    declaration: Declaration | None = None
    papers: Sequence[Finding] = ()


def progress_of(reference: Reference, entry: Entry, on: date, beside: Beside) -> Progress:
    """Return how far an entry is."""
    return Progress(
        state=State(entry.state),
        mode=reference.mode(queue_of(entry), on),
        in_position=entry.in_position or False,
        findings=entry.findings,
        needed=needed_checks(reference, entry, on, beside.checks, beside.declaration),
        passed=passed(beside.checks),
        holds=[hold.authority for hold in beside.holds if hold.lifted_at is None],
        deferred_until=entry.deferred_until,
        limited=(entry.limited_until, entry.limited_to or 0) if entry.limited_until else None,
        papers=beside.papers,
        due={order.code: order.amount_vnd for order in beside.orders if order.state == "due"},
    )


def steps_of(reference: Reference, progress: Progress) -> tuple[NextStep, ...]:
    """Return what is still to be done."""
    return next_steps(progress, reference.required_checks)
