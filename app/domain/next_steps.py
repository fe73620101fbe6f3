"""What an entry still needs and who acts: the answer to "what do I do now?"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.findings import Finding
from app.domain.required_checks import CheckKind, RequiredChecks, Stage
from app.domain.stay_limits import OVERSTAYED
from app.domain.steps import ENDINGS
from app.domain.vocabulary import QueueMode, Severity, State

Fact = str | int | None
STAGES_AHEAD = {
    State.REGISTERED: tuple(Stage),
    State.QUEUED: tuple(Stage),
    State.CALLED: tuple(Stage),
    State.ARRIVED: tuple(Stage),
    # Let in without a check that is needed before: the release asks for it all the same.
    State.IN_GATE: tuple(Stage),
    State.RELEASED: (Stage.EXIT,),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to be done: a code with a sentence, who does it, the facts the sentence names."""

    code: str
    who: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an entry is: `holds` by the authorities that stop it, `due` VND by order code.

    `limited`: until when at most how many entries of its company may wait, where that stops it;
    `papers`: the documents that run out before it is likely to be called.
    """

    state: State
    mode: QueueMode | None
    in_position: bool
    findings: Sequence[Mapping[str, Any]]
    needed: Mapping[Stage, Sequence[CheckKind]]
    passed: frozenset[CheckKind]
    holds: Sequence[str] = ()
    deferred_until: datetime | None = None
    limited: tuple[datetime, int] | None = None
    papers: Sequence[Finding] = ()
    due: Mapping[str, int] = field(default_factory=dict)


def next_steps(progress: Progress, rules: RequiredChecks) -> tuple[NextStep, ...]:
    """Return everything still to be done, what stops the entry first, in order of the way."""
    if progress.state in ENDINGS:
        return ()
    stops = [*_corrections(progress), *_holds(progress), *_papers(progress), *_stay(progress)]
    steps = [*stops, *_way(progress)]
    return (*steps, *_payments(progress), *_checks(progress, rules))


def missing_before(progress: Progress, stages: Sequence[Stage]) -> tuple[CheckKind, ...]:
    """Return the checks needed before these stages that nobody has passed yet."""
    return tuple(
        kind for stage in stages for kind in progress.needed[stage] if kind not in progress.passed
    )


def _corrections(progress: Progress) -> Iterator[NextStep]:
    for finding in progress.findings:
        if finding["severity"] == Severity.BLOCKING:
            facts = {"rule": finding["rule"], "pointer": finding["pointer"]}
            yield NextStep("correct-declaration", "declarant", facts)


def _holds(progress: Progress) -> Iterator[NextStep]:
    for authority in progress.holds:
        yield NextStep("hold-to-be-lifted", authority)


def _papers(progress: Progress) -> Iterator[NextStep]:
    for one in progress.papers:
        facts = {"rule": one.rule, "pointer": one.pointer, "last_day": one.value}
        yield NextStep("renew-document", "declarant", facts)


def _stay(progress: Progress) -> Iterator[NextStep]:
    for finding in progress.findings:
        if finding["rule"] == OVERSTAYED:
            yield NextStep("go-home", "driver", {"hours": finding["value"]})


def _way(progress: Progress) -> Iterator[NextStep]:
    called = progress.mode is QueueMode.CALLED
    match progress.state:
        case State.REGISTERED if called and not progress.in_position:
            yield NextStep("come-into-position", "driver")
        case State.REGISTERED if not called:
            yield NextStep("come-to-gate", "driver")
        case State.REGISTERED if progress.deferred_until is not None:
            until = progress.deferred_until.isoformat()
            yield NextStep("wait-out-deferral", "driver", {"until": until})
        case State.REGISTERED if progress.limited is not None:
            ends_at, most = progress.limited
            until = ends_at.isoformat()
            yield NextStep("company-limited", "declarant", {"until": until, "most": most})
        case State.QUEUED:
            yield NextStep("wait-for-call", "officer")
        case State.CALLED:
            yield NextStep("come-to-gate", "driver")
        case State.ARRIVED:
            yield NextStep("be-admitted", "border_guard")
        case State.IN_GATE:
            yield NextStep("be-released", "officer")
        case State.RELEASED:
            yield NextStep("leave-the-gate", "driver")
        case _:
            return


def _payments(progress: Progress) -> Iterator[NextStep]:
    for order, amount in progress.due.items():
        yield NextStep("pay-order", "payer", {"order": order, "amount_vnd": amount})


def _checks(progress: Progress, rules: RequiredChecks) -> Iterator[NextStep]:
    recorder = {row.kind: row.recorders[0].value for row in rules.rows}
    for stage in STAGES_AHEAD.get(progress.state, ()):
        for kind in missing_before(progress, (stage,)):
            facts = {"check": kind.value, "before": stage.value}
            yield NextStep("check-to-be-passed", recorder[kind], facts)
