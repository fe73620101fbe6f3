"""Policy editions on the wire: who is called when, in numbers and in a sentence."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from app.api.schemas.editions import EditionOut, edition_fields
from app.api.schemas.evidence import EvidenceOut, Label, TextOut, label_of
from app.api.schemas.types import Day, Instant, Open, Out
from app.api.texts import CATALOGUE, Language
from app.domain.editions import EditionState, state_of
from app.domain.expiry import expiry_document
from app.domain.gates import Location
from app.domain.policy import PolicyEdition
from app.domain.vocabulary import Direction, Lane, QueueMode, State
from app.services.act import Today
from app.services.upkeep.confirmations import EditionKind

Row = Mapping[str, Any]


class LaneRateOut(EvidenceOut):
    """What a lane earns: points per open second."""

    lane: Annotated[Lane, Open]
    names: TextOut
    label: Label
    rate: int
    strict: bool
    """Whether it is called before all others, inside the daily allotment."""


class PolicySummaryOut(EditionOut):
    """A policy edition in a list: one that ships with the service, or that the board announced."""

    state: Annotated[EditionState, Open]
    """Where it stands by its days; `withdrawn`: the board took it back before."""
    base: str | None
    """The edition that it was made from."""
    starts_at: Instant | None
    """Of an emergency: from when it rules, over the edition of the day."""
    ends_at: Instant | None
    """And until when; then the other rules again."""
    reason: str | None
    """Why an emergency rules."""
    end_reason: str | None
    """Why an edition was withdrawn, or an emergency ended before its time."""
    valid_from: Day | None
    valid_to: Day | None
    """The first day on which it no longer rules."""
    lanes: list[LaneRateOut]
    bound: TextOut
    """The promise to the public: who may pass whom."""


class PoliciesOut(Out):
    """All policy editions."""

    items: list[PolicySummaryOut]


class OrderRuleOut(EvidenceOut):
    """How the next vehicle is found, in English."""

    points: str
    next: str
    ties: list[str]
    waiting_starts: str


class PredictionOut(EvidenceOut):
    """How many times longer the slowest lane waits than in order of arrival, in thousandths."""

    capacity_share_percent: Mapping[str, int]
    slowdown_thousandths: int


class WindowOut(EvidenceOut):
    """How long a call stands, by where it finds the vehicle."""

    location: Annotated[Location, Open]
    minutes: int


class MissOut(EvidenceOut):
    """What the n-th missed call brings: a charge, or an end."""

    miss: int
    charge_minutes: int | None
    """Taken off as if the vehicle had waited so much less."""
    ending: Annotated[State, Open] | None


class DeferralOut(EvidenceOut):
    """How an entry may put itself off; that time earns nothing."""

    max_per_entry: int
    choices_minutes: list[int]
    not_after_call: bool


class SubstitutionRuleOut(EvidenceOut):
    """How often an entry may be given another vehicle of the same company for the same goods."""

    keeps_place: bool
    max_per_entry: int
    needs_check_in_yard: bool
    """Whether a vehicle that has come is looked at first."""


class ExpiryOut(EvidenceOut):
    """How long an entry stays open that is not ready and in position: then it has `expired`."""

    days: int
    """Legal days after its planned arrival, or whatever spoke for it last."""


class QueueModeOut(EvidenceOut):
    """How the queues of some gates run in one direction."""

    gates: list[str]
    direction: Annotated[Direction, Open]
    mode: Annotated[QueueMode, Open]


class OverrideOut(EvidenceOut):
    """When somebody may be called out of order."""

    needs_second_officer: bool
    needs_reason_code: bool
    weekly_cap_per_gate: int
    count_is_public: bool


class LegalTextOut(EvidenceOut):
    """The decision that the edition follows; a placeholder where it was not found."""

    reference: str | None
    placeholder: bool
    text: TextOut


class PolicyOut(PolicySummaryOut):
    """A policy edition with its whole content, which never changes once announced."""

    legal_text: LegalTextOut
    order: OrderRuleOut
    predictions: list[PredictionOut]
    windows: list[WindowOut]
    reminder_minutes: int
    """So long before a window ends the vehicle is reminded."""
    lead_minutes: int
    """So long before opening calls may be made."""
    misses: list[MissOut]
    uncounted_misses: list[Annotated[str, Field(examples=["authority-hold"])]]
    """Reasons for which a missed call costs nothing."""
    deferral: DeferralOut
    substitution: SubstitutionRuleOut
    expiry: ExpiryOut
    in_position: list[Annotated[Location, Open]]
    """The yard locations in which a recorded vehicle waits."""
    queues: list[QueueModeOut]
    override: OverrideOut
    notes: list[str]


def policies_out(today: Today, language: Language) -> PoliciesOut:
    """Return every edition, also those that wait for confirmation."""
    documents = today.reference.documents["policies"].values()
    return PoliciesOut(
        items=[PolicySummaryOut(**_summary(today, document, language)) for document in documents]
    )


def policy_out(today: Today, document: Row, language: Language) -> PolicyOut:
    """Return an edition with its content."""
    call, missed = document["call"], document["no_show"]
    return PolicyOut(
        **_summary(today, document, language),
        legal_text=LegalTextOut.model_validate(document["legal_text"]),
        order=OrderRuleOut.model_validate(document["order"]),
        predictions=[
            PredictionOut.model_validate(row)
            for row in document["predicted_slowdown"]["worked_examples"]
        ],
        windows=[_window(row) for row in call["windows"]],
        reminder_minutes=call["reminder_minutes_before_end"],
        lead_minutes=call["lead_minutes_before_opening"],
        misses=[_miss(row) for row in missed["steps"]],
        uncounted_misses=missed["not_counted_when"],
        deferral=DeferralOut.model_validate(document["deferral"]),
        substitution=SubstitutionRuleOut.model_validate(
            document["limits"]["substitution_same_company_and_goods"]
        ),
        expiry=ExpiryOut.model_validate(expiry_document(document)),
        in_position=document["positions"]["in_position"],
        queues=[QueueModeOut.model_validate(row) for row in document["queues"]],
        override=OverrideOut.model_validate(document["manual_override"]),
        notes=document["notes"],
    )


def _summary(today: Today, document: Row, language: Language) -> dict[str, Any]:
    when = today.reference.announced.get(document["code"])
    in_force = today.reference.policy_at(today.now)
    return {
        **edition_fields(today.reference, EditionKind.POLICY, document, language),
        "in_force": in_force is not None and in_force.code == document["code"],
        "state": state_of(document, when, today.now, today.day),
        "base": document.get("base"),
        "starts_at": when.starts_at if when else None,
        "ends_at": when.until if when else None,
        "reason": when.reason if when else None,
        "end_reason": when.end_reason if when else None,
        "valid_from": document["valid_from"],
        "valid_to": document["valid_to"],
        "lanes": [lane_out(row, language) for row in document["lanes"]],
        "bound": TextOut.model_validate(document["order"]["sentence"]),
    }


def lane_names(edition: PolicyEdition, language: Language) -> Mapping[Lane, str]:
    """Return the name of every lane, as an edition has it; one that it lacks by its usual name."""
    usual = {lane: CATALOGUE.say(f"lane.{lane}", language) for lane in Lane}
    return usual | {row.lane: label_of(row.label, language) for row in edition.lanes}


def lane_out(row: Row, language: Language) -> LaneRateOut:
    """Return what a lane earns."""
    return LaneRateOut(
        lane=row["code"],
        names=TextOut.model_validate(row["label"]),
        label=label_of(row["label"], language),
        rate=row["rate"],
        strict=row.get("strict_within_allotment", False),
        basis=row["basis"],
        source=row["source"],
    )


def _window(row: Row) -> WindowOut:
    return WindowOut.model_validate(
        {**row, "location": row["called_from"], "minutes": row["window_minutes"]}
    )


def _miss(row: Row) -> MissOut:
    return MissOut.model_validate({"charge_minutes": None, "ending": None, **row})
