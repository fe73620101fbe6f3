"""The report of fairness on the wire; each figure says whether the public log recomputes it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from app.api.schemas.reports import titles
from app.api.schemas.types import Day, Instant, Open, Out
from app.api.spreadsheets import Cell
from app.api.texts import Language
from app.domain.fairness import Fairness
from app.domain.reference import Reference
from app.domain.vocabulary import Direction, Lane, QueueMode
from app.services.publishing.fairness import FairnessReport, QueueFairness


class FigureOut(Out):
    """A figure of the report."""

    from_log: bool
    """Whether anybody recomputes it from the public log of the queue."""


class LaneCallsOut(Out):
    """Calls of a lane."""

    lane: Annotated[Lane, Open]
    calls: int


class CallsFigureOut(FigureOut):
    """Calls, by the lane of the vehicle."""

    rows: list[LaneCallsOut]


class OvertakesRowOut(Out):
    """Calls of one lane that passed the next vehicle of another, which had waited longer."""

    lane: Annotated[Lane, Open]
    over: Annotated[Lane, Open]
    calls: int


class OvertakesFigureOut(FigureOut):
    """Who passed whom."""

    rows: list[OvertakesRowOut]


class InversionsFigureOut(FigureOut):
    """Calls that are not what the rule gives; overrides are counted apart."""

    calls: int


class BoundRowOut(Out):
    """The least part of the other's open wait that a faster lane must have waited."""

    lane: Annotated[Lane, Open]
    over: Annotated[Lane, Open]
    promised_thousandths: int
    worst_thousandths: int | None
    """The smallest part that came up; null where none passed. Charged and kept points left out."""


class BoundFigureOut(FigureOut):
    """The bound, and how near the day came to it."""

    rows: list[BoundRowOut]


class SkipsRowOut(Out):
    """Calls that went to another than the rule would have called first."""

    reason: Annotated[str, Field(examples=["held"])]
    posted_by: Annotated[str | None, Field(examples=["customs"])]
    calls: int


class SkipsFigureOut(FigureOut):
    """Skips that changed who was called, by kind and by whose word they are."""

    rows: list[SkipsRowOut]


class LateRowOut(Out):
    """Observations that were recorded more than ten minutes after they happened."""

    kind: Annotated[str, Field(examples=["arrival"])]
    by: Annotated[str, Field(examples=["border_guard"])]
    observations: int


class BackfillsFigureOut(FigureOut):
    """What was entered afterwards, by kind and agency."""

    rows: list[LateRowOut]


class CodeRowOut(Out):
    """So many of a code."""

    code: Annotated[str, Field(examples=["authority-hold"])]
    count: int


class CodesFigureOut(FigureOut):
    """A figure by codes."""

    rows: list[CodeRowOut]


class LaneMoveOut(Out):
    """Waiting vehicles that went from one lane to another."""

    before: Annotated[Lane, Open]
    lane: Annotated[Lane, Open]
    count: int


class LaneMovesFigureOut(FigureOut):
    """Changes of lane after waiting began."""

    rows: list[LaneMoveOut]


class LaneWaitsOut(Out):
    """How long the vehicles of a lane had waited when they were called, in open seconds."""

    lane: Annotated[Lane, Open]
    calls: int
    p50_seconds: int
    p90_seconds: int
    longest_seconds: int


class WaitsFigureOut(FigureOut):
    """Waits at the call, by lane."""

    rows: list[LaneWaitsOut]


class SlowdownFigureOut(FigureOut):
    """How many times as long as in order of coming the slowest lane waits; null: too few calls."""

    predicted_thousandths: int | None
    """By the design equation, from each lane's part of the day's calls."""
    measured_thousandths: int | None
    """Its mean wait to that of all who were called."""


class QueueFairnessOut(Out):
    """One queue of the gate."""

    direction: Annotated[Direction, Open]
    mode: Annotated[QueueMode, Open]
    """Where nobody is called, there are no calls to be fair or unfair."""
    calls: CallsFigureOut
    overtakes: OvertakesFigureOut
    inversions: InversionsFigureOut
    bound: BoundFigureOut
    skips: SkipsFigureOut
    backfills: BackfillsFigureOut
    exceptions: CodesFigureOut
    """Observations that contradict the rules, by rule."""
    lane_changes: LaneMovesFigureOut
    gate_fault_misses: CodesFigureOut
    """Missed calls that cost nothing, by what stood in the way."""
    overrides: CodesFigureOut
    """Calls out of turn by two officers, by reason."""
    waits: WaitsFigureOut
    slowdown: SlowdownFigureOut


class FairnessReportOut(Out):
    """How fair the queues of a gate were on a legal day."""

    gate: str
    day: Day
    registered_since: Day
    """Who registered before this day is in the report only if it was called on its day."""
    as_of: Instant
    queues: list[QueueFairnessOut]


def fairness_out(found: FairnessReport, _: Reference) -> FairnessReportOut:
    """Return the report of a gate."""
    queues = [_queue_out(one) for one in found.queues]
    return FairnessReportOut(
        gate=found.gate,
        day=found.day,
        registered_since=found.since,
        as_of=found.as_of,
        queues=queues,
    )


def fairness_rows(
    found: FairnessReport, reference: Reference, language: Language
) -> Iterator[Sequence[Cell]]:
    """Yield a row for each number of the report; `about` is what it is about, by codes."""
    yield titles(language, "day", "area", "direction", "figure", "about", "number", "from_log")
    for queue in fairness_out(found, reference).queues:
        begin = (found.day.isoformat(), found.gate, queue.direction.value)
        for name, figure in queue.model_dump(mode="json", exclude={"direction", "mode"}).items():
            log = str(figure.pop("from_log")).lower()
            for row in figure.pop("rows", [figure]):
                about = " ".join(value for value in row.values() if isinstance(value, str))
                for part, number in row.items():
                    if isinstance(number, int):
                        yield (*begin, f"{name}.{part}", about, number, log)


def _queue_out(found: QueueFairness) -> QueueFairnessOut:
    told = found.told
    late = [
        LateRowOut(kind=kind, by=by, observations=count)
        for (kind, by), count in found.backfills.items()
    ]
    return QueueFairnessOut(
        direction=found.queue.direction,
        mode=found.mode,
        calls=_calls_out(told),
        overtakes=_overtakes_out(told),
        inversions=InversionsFigureOut(from_log=True, calls=told.inversions),
        bound=_bound_out(told),
        skips=_skips_out(told),
        backfills=BackfillsFigureOut(from_log=False, rows=late),
        exceptions=_codes_out(found.exceptions, from_log=False),
        lane_changes=_moves_out(told),
        gate_fault_misses=_codes_out(told.excused),
        overrides=_codes_out(told.overrides),
        waits=_waits_out(told),
        slowdown=SlowdownFigureOut(
            from_log=True,
            predicted_thousandths=told.slowdown.predicted,
            measured_thousandths=told.slowdown.measured,
        ),
    )


def _calls_out(told: Fairness) -> CallsFigureOut:
    rows = [LaneCallsOut(lane=lane, calls=calls) for lane, calls in sorted(told.calls.items())]
    return CallsFigureOut(from_log=True, rows=rows)


def _overtakes_out(told: Fairness) -> OvertakesFigureOut:
    rows = [
        OvertakesRowOut(lane=lane, over=over, calls=calls)
        for (lane, over), calls in sorted(told.overtakes.items())
    ]
    return OvertakesFigureOut(from_log=True, rows=rows)


def _bound_out(told: Fairness) -> BoundFigureOut:
    rows = [
        BoundRowOut(
            lane=one.pair.lane,
            over=one.pair.over,
            promised_thousandths=one.promised,
            worst_thousandths=one.worst,
        )
        for one in told.bounds
    ]
    return BoundFigureOut(from_log=True, rows=rows)


def _skips_out(told: Fairness) -> SkipsFigureOut:
    found = sorted(told.skips.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    rows = [SkipsRowOut(reason=reason, posted_by=by, calls=calls) for (reason, by), calls in found]
    return SkipsFigureOut(from_log=True, rows=rows)


def _moves_out(told: Fairness) -> LaneMovesFigureOut:
    rows = [
        LaneMoveOut(before=before, lane=lane, count=count)
        for (before, lane), count in sorted(told.lane_changes.items())
    ]
    return LaneMovesFigureOut(from_log=True, rows=rows)


def _codes_out(found: Mapping[str, int], *, from_log: bool = True) -> CodesFigureOut:
    rows = [CodeRowOut(code=code, count=count) for code, count in sorted(found.items())]
    return CodesFigureOut(from_log=from_log, rows=rows)


def _waits_out(told: Fairness) -> WaitsFigureOut:
    rows = [
        LaneWaitsOut(
            lane=one.lane,
            calls=one.calls,
            p50_seconds=one.p50,
            p90_seconds=one.p90,
            longest_seconds=one.longest,
        )
        for one in told.waits
    ]
    return WaitsFigureOut(from_log=True, rows=rows)
