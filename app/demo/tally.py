"""What a day came to, counted from what the API answered; pure.

Waits are the open seconds of the API's own report. Inversions are counted here anew, by the rule
that the policy publishes, from the calls and when each vehicle began to wait.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.demo.days import GATES
from app.domain.vocabulary import Direction, Lane

Json = dict[str, Any]
THROUGH = "crossed"


@dataclass
class Answers:
    """What was answered in a day, as it came; `through` counts who left."""

    movements: list[Json] = field(default_factory=list)
    calls: defaultdict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """By gate, in the order in which they were made."""
    outcomes: dict[str, list[Json]] = field(default_factory=dict)
    entries: list[Json] = field(default_factory=list)
    unreleased: list[Json] = field(default_factory=list)
    """The problems of releases that were refused."""
    daily: Json = field(default_factory=dict)
    waits: Json = field(default_factory=dict)
    checks: int = 0
    amended: int = 0
    held: int = 0
    through: int = 0


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """One lane of one queue; waits in open seconds, None where nobody waited."""

    gate: str
    direction: Direction
    lane: Lane
    entries: int
    through: int
    fees: Mapping[str, int]
    """VND paid, by order kind."""
    p50: int | None
    p90: int | None
    compared: int
    """Calls of which the published rule speaks."""
    inversions: int


@dataclass(frozen=True, slots=True)
class Passed:
    """How many went through a gate, as the platform recorded and the Board had published."""

    gate: str
    cargo: str
    recorded: int
    published: int


@dataclass(frozen=True, slots=True)
class Refused:
    """How often a rule refused, with what it says."""

    rule: str
    sentence: str
    times: Mapping[str, int]
    """By gate."""


@dataclass(frozen=True, slots=True)
class Story:
    """A day in figures: the same whenever the same plan is played."""

    lanes: Sequence[LaneFigures]
    passed: Sequence[Passed]
    refused: Sequence[Refused]
    """Fruit that did not get the green lane."""
    unreleased: Mapping[str, int]
    """What was missing when a release was refused, by rule."""
    outcomes: Mapping[str, int]
    """Calls by what became of them."""
    tariffs: Sequence[str]
    checks: int
    amended: int
    held: int
    skipped: int
    """How often somebody was passed over for a hold, with the reason on record."""


@dataclass(frozen=True, slots=True)
class Took:
    """How long an operation took; seconds."""

    operation: str
    requests: int
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait that ended in a call; `began` is the queue's open clock when the wait began.

    `skipped` are the call numbers that the call passed over for a reason that it names.
    """

    number: str
    lane: Lane
    rate: int
    waits_from: datetime
    called_at: datetime
    began: int
    skipped: frozenset[str] = frozenset()


def inversions(waits: Sequence[Wait]) -> Counter[Lane]:
    """Return, by lane of who was called, how often the published rule was broken.

    An entry is never called before one of its own lane that began to wait earlier, nor before one
    of a faster lane that has waited at least as many open seconds. `waits` are in order of call.
    """
    found: Counter[Lane] = Counter()
    for place, first in enumerate(waits):
        for other in waits[place + 1 :]:
            found[first.lane] += _is_inverted(first, other)
    return found


def _is_inverted(first: Wait, other: Wait) -> bool:
    if other.waits_from > first.called_at or other.number in first.skipped:
        return False
    if other.lane is first.lane:
        return other.waits_from < first.waits_from
    return other.rate > first.rate and other.began <= first.began


def waits_of(calls: Iterable[Json], movements: Iterable[Json]) -> list[Wait]:
    """Return the waits that the rule speaks of, from calls in their order.

    Left out are those it does not speak of: a second wait, which carries a charge, and who changed
    its lane meanwhile.
    """
    lane_at_first = {seen["entry"]: seen["lane"] for seen in movements}
    waits: dict[str, Wait] = {}
    for call in calls:
        if call["entry"] not in waits and call["lane"] == lane_at_first[call["entry"]]:
            waits[call["entry"]] = _wait(call)
    return list(waits.values())


def _wait(call: Json) -> Wait:
    head = next(head for head in call["compared"] if head["lane"] == call["lane"])
    return Wait(
        number=call["call_number"],
        lane=Lane(call["lane"]),
        rate=head["rate"],
        waits_from=datetime.fromisoformat(head["waits_from"]),
        called_at=datetime.fromisoformat(call["called_at"]),
        began=call["open_clock"] - call["open_wait_seconds"],
        skipped=frozenset(skip["call_number"] for skip in call["skips"]),
    )


def story_of(answers: Answers) -> Story:
    """Return the figures of a day."""
    outcomes = Counter(
        call["outcome"] or "open" for calls in answers.outcomes.values() for call in calls
    )
    charges = [entry["charge"] for entry in answers.entries if entry["charge"]]
    return Story(
        lanes=list(_lanes(answers)),
        passed=list(_passed(answers.daily)),
        refused=_refused(
            (entry["gate"], entry["verdict"]["refused"])
            for entry in answers.entries
            if _is_fruit(entry)
        ),
        unreleased=Counter(
            error["rule"] for problem in answers.unreleased for error in problem["errors"]
        ),
        outcomes=dict(sorted(outcomes.items())),
        tariffs=sorted({charge["tariff"] for charge in charges}),
        checks=answers.checks,
        amended=answers.amended,
        held=answers.held,
        skipped=sum(len(call["skips"]) for calls in answers.calls.values() for call in calls),
    )


def took(seconds: Mapping[str, Sequence[float]]) -> list[Took]:
    """Return how long each operation took, by name."""
    return [
        Took(operation, len(times), at_rank(times, 50), at_rank(times, 99))
        for operation, times in sorted(seconds.items())
    ]


def at_rank(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that at least so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1]


def _lanes(answers: Answers) -> Iterable[LaneFigures]:
    grouped: defaultdict[tuple[str, str, str], list[Json]] = defaultdict(list)
    for entry in answers.entries:
        grouped[entry["gate"], entry["direction"], entry["lane"]].append(entry)
    told = {
        (line["gate"], line["direction"], line["lane"]): line for line in answers.waits["lines"]
    }
    waits = {gate: waits_of(calls, answers.movements) for gate, calls in answers.calls.items()}
    for (gate, direction, lane), entries in sorted(grouped.items()):
        line = told.get((gate, direction, lane), {})
        ended = waits.get(gate, []) if direction == Direction.EXPORT else []
        yield LaneFigures(
            gate=gate,
            direction=Direction(direction),
            lane=Lane(lane),
            entries=len(entries),
            through=sum(entry["state"] == THROUGH for entry in entries),
            fees=_fees(entries),
            p50=line.get("p50_seconds"),
            p90=line.get("p90_seconds"),
            compared=sum(wait.lane == lane for wait in ended),
            inversions=inversions(ended)[Lane(lane)],
        )


def _fees(entries: Iterable[Json]) -> Mapping[str, int]:
    fees: Counter[str] = Counter()
    for entry in entries:
        for order in entry["orders"]:
            if order["state"] == "paid":
                fees[order["kind"]] += order["amount"]["amount"]
    return dict(sorted(fees.items()))


def _is_fruit(entry: Json) -> bool:
    lines = [line for one in entry["declared"].get("consignments", ()) for line in one["lines"]]
    return any(line["goods_group"] == "fresh-produce-export" for line in lines)


def _refused(found: Iterable[tuple[str, Sequence[Json]]]) -> list[Refused]:
    times: defaultdict[str, Counter[str]] = defaultdict(Counter)
    sentences: dict[str, str] = {}
    for gate, refusals in found:
        for one in refusals:
            times[one["rule"]][gate] += 1
            sentences.setdefault(one["rule"], one["message"])
    return [Refused(rule, sentences[rule], dict(times[rule])) for rule in sorted(times)]


def _passed(daily: Json) -> Iterable[Passed]:
    for line in daily["lines"]:
        if line["area"] not in GATES or line["origin"] != "recorded":
            continue
        published = {
            (one["direction"], one["cargo"]): one["vehicles"]
            for one in line["published"]
            if one["measure"] == "throughput"
        }
        recorded = {
            ("export", "fruit"): line["exports"]["fruit"],
            ("export", "other"): line["exports"]["other"],
            ("import", "all"): line["imports"]["vehicles"],
        }
        for (direction, cargo), number in recorded.items():
            if (direction, cargo) in published:
                name = f"{direction}, {cargo}"
                yield Passed(line["area"], name, number or 0, published[direction, cargo])
