"""Why an entry is in its lane, at its place, and called or not yet: reasons, each with its source.

A reason is a code, the facts that its sentence names, the rule that it follows and where that rule
stands: a green-lane rule, a part of the policy edition, a notice, a closure, a hold. What was not
asked of the rules is not told here: nothing is a guess about why.

Units: points as in `queue_order`, waits in whole open seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.domain.errors import Fact
from app.domain.green_lane import RULES_BY_CODE, Season
from app.domain.lane_grounds import Confirmation, LaneGround
from app.domain.log.retelling import HELD
from app.domain.misses import CallOutcome
from app.domain.policy import PolicyEdition
from app.domain.steps import ENDINGS
from app.domain.sub_queues import BarrierKind
from app.domain.vocabulary import Evidence, Lane, QueueMode, Severity, State


class About(StrEnum):
    """What a reason tells of: why this lane, why this place, why called or not yet."""

    LANE = "lane"
    PLACE = "place"
    CALL = "call"


class SourceKind(StrEnum):
    """Where the rule of a reason stands."""

    GREEN_LANE_RULE = "green-lane-rule"
    LANE_GROUND = "lane-ground"
    SEASON = "season"
    POLICY = "policy"
    DECLARATION = "declaration"
    HOLD = "hold"
    NOTICE = "notice"
    CALENDAR = "calendar"
    YARD = "yard"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: which one, whose word it is, what it rests on."""

    kind: SourceKind
    id: str | None = None
    by: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of an explanation: its code and facts, the rule, and the rule's source."""

    about: About
    code: str
    rule: str
    source: Source
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """What keeps an entry from being called: the reason of a skip, and whose word that is."""

    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class GroundCase:
    """The ground that is declared, as its row has it, and whose word stands on it.

    `suspended`: something contradicts what is declared.
    """

    row: LaneGround
    said: Confirmation | None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class LaneCase:
    """What decides a lane: the stored verdict, the edition, the season whose place was asked.

    And the ground that is declared, None without one.
    """

    lane: Lane
    verdict: Mapping[str, Any]
    edition: PolicyEdition
    season: Season | None = None
    ground: GroundCase | None = None


@dataclass(frozen=True, slots=True)
class Earned:
    """What a waiting entry has: points, open seconds, how many of each lane stand before it."""

    place: int
    ahead: Mapping[Lane, int]
    points: int
    open_wait: int


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call of the entry, as it was stored; `overridden` tells that it was out of its turn."""

    at: datetime
    policy: PolicyEdition
    lane: Lane
    points: int
    call_number: str
    window_ends_at: datetime
    outcome: CallOutcome | None
    charge: int
    heads: Sequence[Mapping[str, Any]]
    skips: Sequence[Mapping[str, Any]]
    overridden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCase:
    """What decides a place; `calls` are the entry's, oldest first, `earned` while it is queued.

    `arrival_place` is set while it waits in order of arrival.
    """

    state: State
    lane: Lane
    mode: QueueMode | None
    edition: PolicyEdition
    in_position: bool
    findings: Sequence[Mapping[str, Any]] = ()
    deferred_until: datetime | None = None
    limited: tuple[datetime, int] | None = None
    earned: Earned | None = None
    arrival_place: int | None = None
    calls: Sequence[PastCall] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """Another that would be called first: told by its number on the boards."""

    call_number: str | None
    lane: Lane
    points: int


@dataclass(frozen=True, slots=True)
class CallCase:
    """What decides whether an entry is called: what stops it now, and who would be first."""

    state: State
    edition: PolicyEdition
    earned: Earned | None = None
    stops: Sequence[Stop] = ()
    rival: Rival | None = None
    calls: Sequence[PastCall] = ()


_NO_WORD: Final = Source(SourceKind.GREEN_LANE_RULE)


def lane_reasons(case: LaneCase) -> Iterator[Reason]:
    """Yield why an entry is in its lane: what the lane earns, then each rule that was asked."""
    yield from _rate_reasons(case.edition, case.lane)
    if case.ground is not None:
        yield _ground_reason(case.edition, case.ground)
    yield from _verdict_reasons(case.verdict)
    if case.season is not None:
        yield _season_reason(case, case.season)
    if case.verdict["provisional"]:
        yield _by_policy(About.LANE, case.edition, "judged-again", "positions")


def _rate_reasons(edition: PolicyEdition, lane: Lane) -> Iterator[Reason]:
    """Yield what a lane earns; one that has ended with its edition earned something once."""
    row = next((one for one in edition.lanes if one.lane is lane), None)
    if row is None:
        yield _by_policy(About.LANE, edition, "lane-ended", "lanes", {"lane": lane.value})
        return
    source = Source(SourceKind.POLICY, edition.code, evidence=row.evidence)
    named: Mapping[str, Fact] = {"lane": lane.value, "rate": row.rate}
    yield Reason(About.LANE, "lane", f"lanes/{lane}", source, named)
    if row.strict:
        yield Reason(About.LANE, "lane-strict", f"lanes/{lane}", source, named)


def _ground_reason(edition: PolicyEdition, ground: GroundCase) -> Reason:
    """Return what the declared ground gives, or why it gives nothing."""
    row, said = ground.row, ground.said
    by = said.authority if said else None
    source = Source(SourceKind.LANE_GROUND, row.code, by, row.evidence)
    if (said or row).lane not in edition.rates:
        code = "ground-without-lane"
    elif said is None:
        code = "ground-unconfirmed"
    else:
        code = "ground-suspended" if ground.suspended else "ground-confirmed"
    facts: Mapping[str, Fact] = {"ground": row.code, "by": by}
    return Reason(About.LANE, code, row.code, source, facts)


def _verdict_reasons(verdict: Mapping[str, Any]) -> Iterator[Reason]:
    if not verdict["considered"]:
        yield Reason(About.LANE, "no-green-lane", "green-lane", _NO_WORD, {"day": verdict["on"]})
    for code in verdict["refused"] or verdict["considered"]:
        rule = RULES_BY_CODE[code]
        source = Source(SourceKind.GREEN_LANE_RULE, code, evidence=rule.evidence)
        met = "rule-refused" if verdict["refused"] else "rule-met"
        yield Reason(About.LANE, met, code, source)
        if verdict["conditional"] and rule.condition is not None:
            on = Source(SourceKind.GREEN_LANE_RULE, code, evidence=rule.condition.evidence)
            yield Reason(About.LANE, "rule-conditional", code, on)


def _season_reason(case: LaneCase, season: Season) -> Reason:
    taken = "season-taken" if case.lane is season.lane else "season-without"
    code = "season-awaited" if case.verdict["provisional"] else taken
    source = Source(SourceKind.SEASON, season.code, evidence=season.allotment_evidence)
    return Reason(About.LANE, code, season.code, source, {"allotment": season.daily_allotment})


def place_reasons(case: PlaceCase) -> Iterator[Reason]:
    """Yield why an entry stands where it stands, or why it stands nowhere."""
    if case.earned is not None:
        yield from _earned_reasons(case, case.earned)
    elif case.arrival_place is not None:
        facts: Mapping[str, Fact] = {"place": case.arrival_place, "count": case.arrival_place - 1}
        yield _by_policy(About.PLACE, case.edition, "arrival-order", "queues", facts)
    elif case.state is State.REGISTERED:
        yield from _unready_reasons(case)
    else:
        code = "ended" if case.state in ENDINGS else "past-queue"
        facts = {"state": case.state.value}
        yield _by_policy(About.PLACE, case.edition, code, "positions", facts)


def _earned_reasons(case: PlaceCase, earned: Earned) -> Iterator[Reason]:
    edition, rate = case.edition, case.edition.rates[case.lane]
    own: Mapping[str, Fact] = {
        "points": earned.points, "rate": rate, "seconds": earned.open_wait, "lane": case.lane.value,
    }  # fmt: skip
    yield _by_policy(About.PLACE, edition, "points", "order", own)
    charged = 0
    for call in case.calls:
        if call.charge:
            charged += call.charge
            facts: Mapping[str, Fact] = {"charge": call.charge, "at": call.at.isoformat()}
            yield _by_policy(About.PLACE, call.policy, "charged", "no_show", facts)
    kept = earned.points + charged - rate * earned.open_wait
    if kept:
        yield _by_policy(About.PLACE, edition, "points-kept", "order", {"points": kept})
    yield _by_policy(About.PLACE, edition, "place", "order", {"place": earned.place})
    for lane, count in earned.ahead.items():
        if count:
            facts = {"lane": lane.value, "count": count, "rate": edition.rates[lane]}
            code = "ahead-strict" if lane in edition.strict else "ahead"
            yield _by_policy(About.PLACE, edition, code, "order", facts)


def _unready_reasons(case: PlaceCase) -> Iterator[Reason]:
    """Yield why a registered entry does not wait yet: everything that is missing."""
    if case.mode is None:
        yield _by_policy(About.PLACE, case.edition, "no-queue", "queues")
        return
    if case.mode is QueueMode.ARRIVAL_ORDER:
        yield _by_policy(About.PLACE, case.edition, "not-arrived", "queues")
        return
    if not case.in_position:
        yield _by_policy(About.PLACE, case.edition, "not-in-position", "positions")
    for finding in case.findings:
        if finding["severity"] == Severity.BLOCKING:
            source = Source(SourceKind.DECLARATION, finding["pointer"])
            facts: Mapping[str, Fact] = {"value": finding["value"]}
            yield Reason(About.PLACE, "finding", finding["rule"], source, facts)
    if case.deferred_until is not None:
        facts = {"until": case.deferred_until.isoformat()}
        yield _by_policy(About.PLACE, case.edition, "deferred", "deferral", facts)
    if case.limited is not None:
        until, most = case.limited
        facts = {"until": until.isoformat(), "most": most}
        yield _by_policy(About.PLACE, case.edition, "company-limited", "no_show", facts)


def call_reasons(case: CallCase) -> Iterator[Reason]:
    """Yield why an entry was called, or is not called yet: with which points, against whom."""
    for call in case.calls:
        yield from _past_call_reasons(call)
    if case.earned is None:
        if not case.calls:
            facts: Mapping[str, Fact] = {"state": case.state.value}
            yield _by_policy(About.CALL, case.edition, "not-to-be-called", "positions", facts)
        return
    for stop in case.stops:
        facts = {"why": stop.reason, "by": stop.source.by}
        yield Reason(About.CALL, "stopped", stop.reason, stop.source, facts)
    if case.rival is not None:
        facts = _claim(case.rival.call_number, case.rival.lane, case.rival.points)
        facts = {**facts, "own": case.earned.points}
        yield _by_policy(About.CALL, case.edition, "others-first", "order", facts)
    elif not case.stops and case.earned.place == 1:
        facts = {"points": case.earned.points}
        yield _by_policy(About.CALL, case.edition, "next", "order", facts)


def _past_call_reasons(call: PastCall) -> Iterator[Reason]:
    facts = {**_claim(call.call_number, call.lane, call.points), "at": call.at.isoformat()}
    code, part = ("overridden", "manual_override") if call.overridden else ("chosen", "order")
    yield _by_policy(About.CALL, call.policy, code, part, facts)
    for head in () if call.overridden else call.heads:
        if head["lane"] != call.lane:
            against: Mapping[str, Fact] = {
                "lane": head["lane"], "points": head["points"], "seconds": head["open_wait"],
                "own": call.points,
            }  # fmt: skip
            yield _by_policy(About.CALL, call.policy, "chosen-over", "order", against)
    for skip in call.skips:
        source = source_of_skip(skip)
        named = _claim(skip["call_number"], skip["lane"], skip["points"])
        told = {**named, "why": skip["reason"], "by": skip["posted_by"]}
        yield Reason(About.CALL, "passed-over", skip["reason"], source, told)
    became = call.outcome.value if call.outcome else "open"
    ends: Mapping[str, Fact] = {"until": call.window_ends_at.isoformat(), "charge": call.charge}
    rule = "call" if call.outcome in {None, CallOutcome.ANSWERED} else "no_show"
    yield _by_policy(About.CALL, call.policy, f"call-{became}", rule, ends)


def source_of_skip(skip: Mapping[str, Any]) -> Source:
    """Return whose word a stored skip is: a hold's, a notice's, the calendar's or the yards'."""
    by, cause = skip["posted_by"], skip["cause"]
    if skip["reason"] == HELD:
        return Source(SourceKind.HOLD, by=by)
    if skip["reason"] == BarrierKind.YARDS_FULL:
        return Source(SourceKind.YARD, by=by)
    if skip.get("notice"):
        return Source(SourceKind.NOTICE, skip["notice"], by)
    return Source(SourceKind.CALENDAR, cause or skip.get("route"), by)


def _claim(number: str | None, lane: str, points: int) -> Mapping[str, Fact]:
    return {"call_number": number, "lane": str(lane), "points": points}


def _by_policy(
    about: About,
    edition: PolicyEdition,
    code: str,
    part: str,
    facts: Mapping[str, Fact] | None = None,
) -> Reason:
    """Return a reason that follows a part of the policy edition."""
    source = Source(SourceKind.POLICY, edition.code, evidence=edition.evidence.get(part))
    return Reason(about, code, part, source, facts or {})
