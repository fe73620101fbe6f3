"""Why an entry is in its lane, at its place, and called or not, on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from app.api.schemas.evidence import label_of
from app.api.schemas.policies import lane_names
from app.api.schemas.types import Instant, Open, Out
from app.api.texts import CATALOGUE, Language, moment
from app.domain.errors import Fact
from app.domain.explanation import About, Reason, Source, SourceKind
from app.domain.vocabulary import Basis, Direction, Lane, State
from app.services.queues.explaining import Explanation

INSTANTS = ("at", "until")
SENTENCES = {
    "rule-met": "green-lane.{rule}.sentence",
    "rule-refused": "green-lane.{rule}.refusal",
    "season-awaited": "season.awaited",
    "season-taken": "season.taken",
    "season-without": "season.without",
    "finding": "finding.{rule}",
}
"""Sentences that are said elsewhere, too; a call's outcome has its own family."""


class Names(NamedTuple):
    """What people call lanes, and the ground that the entry declares."""

    lanes: Mapping[Lane, str]
    ground: str


class ReasonSourceOut(Out):
    """Where the rule of a sentence stands, and whose word it is."""

    kind: Annotated[SourceKind, Open]
    id: Annotated[str | None, Field(examples=["queue-policy-2022-02"])]
    """The rule, season, edition, notice or hold; of a declaration, a JSON pointer into it."""
    by: Annotated[str | None, Field(examples=["customs"])]
    """The authority that posted it."""
    basis: Annotated[Basis, Open] | None
    text: Annotated[str | None, Field(examples=["article on the zone, 24 Dec 2023"])]
    """What it rests on."""


class ReasonOut(Out):
    """One sentence: what it tells of, the rule that it follows, where that rule stands."""

    about: Annotated[About, Open]
    code: Annotated[str, Field(examples=["ahead"])]
    rule: Annotated[str, Field(examples=["GL-06"])]
    """A green-lane rule, a season, a part of the policy edition, or the reason of a stop."""
    message: str
    facts: Mapping[str, str | int | bool | None]
    source: ReasonSourceOut


class ExplanationOut(Out):
    """Why an entry is in its lane, at its place, and called or not yet, in the reader's words."""

    entry: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    gate: str
    direction: Annotated[Direction, Open]
    state: Annotated[State, Open]
    lane: Annotated[Lane, Open]
    policy: Annotated[str, Field(examples=["queue-policy-2022-02"])]
    """The edition under which it earns points."""
    bound: str
    """What that edition promises, in a sentence."""
    reasons: list[ReasonOut]
    as_of: Instant


def explanation_out(found: Explanation, language: Language) -> ExplanationOut:
    """Return an explanation in the language of the reader."""
    entry, names = found.entry, _names(found, language)
    return ExplanationOut(
        entry=entry.id,
        reference=entry.reference,
        gate=entry.gate_code,
        direction=entry.direction,
        state=entry.state,
        lane=entry.lane,
        policy=found.edition.code,
        bound=label_of(found.edition.bound, language),
        reasons=[_reason_out(one, names, language) for one in found.reasons],
        as_of=found.as_of,
    )


def key_of(reason: Reason) -> str:
    """Return the key of a reason's sentence in the catalogue."""
    if reason.code.startswith("call-"):
        return reason.code.replace("-", ".", 1)
    return SENTENCES.get(reason.code, f"explanation.{reason.code}").format(rule=reason.rule)


def _names(found: Explanation, language: Language) -> Names:
    ground = label_of(found.ground, language) if found.ground else ""
    return Names(lane_names(found.edition, language), ground)


def _reason_out(reason: Reason, names: Names, language: Language) -> ReasonOut:
    return ReasonOut(
        about=reason.about,
        code=reason.code,
        rule=reason.rule,
        message=CATALOGUE.say(key_of(reason), language, _named(reason.facts, names, language)),
        facts=reason.facts,
        source=_source_out(reason.source),
    )


def _named(facts: Mapping[str, Fact], names: Names, language: Language) -> Mapping[str, Fact]:
    """Return facts as people read them: lanes and grounds by name, instants as at the gate."""
    told = dict(facts)
    if "lane" in told:
        told["lane"] = names.lanes[Lane(str(told["lane"]))]
    if "ground" in told:
        told["ground"] = names.ground
    for name in INSTANTS:
        if isinstance(told.get(name), str):
            told[name] = moment(datetime.fromisoformat(str(told[name])), language)
    return told


def _source_out(source: Source) -> ReasonSourceOut:
    evidence = source.evidence
    return ReasonSourceOut(
        kind=source.kind,
        id=source.id,
        by=source.by,
        basis=evidence.basis if evidence else None,
        text=evidence.source if evidence else None,
    )
