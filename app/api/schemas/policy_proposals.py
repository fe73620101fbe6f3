"""Policy editions on their way, on the wire: what the board proposes, announces and withdraws."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.schemas.policies import LaneRateOut, PredictionOut, lane_out
from app.api.schemas.types import Choice, Code, Day, In, Instant, Label, Open, Out, Words
from app.api.texts import CATALOGUE, Language
from app.domain.editions import EditionState, EditionWanted, LaneWanted
from app.domain.gates import Location
from app.domain.vocabulary import Lane, Text
from app.services.act import Today
from app.services.upkeep.editions import EmergencyWanted, PolicyProposal, Told, proposal_state

Said = Annotated[Words, Field(examples=["Chính sách hàng chờ 2027"])]
Minutes = Annotated[int, Field(ge=1, le=1440, examples=[30])]
Percent = Annotated[int, Field(ge=0, le=100, examples=[25])]
Shares = Annotated[dict[Choice[Lane], Percent], Field(max_length=10)]


_DAY_OR_EMERGENCY = ("day_or_emergency", "either starts_on or emergency")


class TextIn(In):
    """A name or a sentence for the public; Chinese may follow."""

    vi: Said
    en: Said
    zh: Said | None = None

    def text(self) -> Text:
        """Return the text in its languages."""
        return Text(vi=self.vi, en=self.en, zh=self.zh)


class LaneIn(In):
    """What a lane earns: points per open second; a strict season goes first in its allotment.

    Of `relief`, `defence`, `live-animals` and `medicines` an edition has those that it names; they
    earn no less than `green`.
    """

    lane: Choice[Lane]
    rate: Annotated[int, Field(ge=1, le=1000, examples=[2])]
    strict: bool = False

    def wanted(self) -> LaneWanted:
        """Return what the lane is to earn."""
        label = CATALOGUE.text(f"lane.{self.lane}")
        return LaneWanted(self.lane, self.rate, label, strict=self.strict)


class WindowIn(In):
    """How long a call stands, by where it finds the vehicle."""

    location: Choice[Location]
    minutes: Minutes


class EmergencyIn(In):
    """For how many hours the edition rules at once, why, and what everybody is told."""

    hours: Annotated[int, Field(ge=1, le=72, examples=[24])]
    reason: Annotated[Label, Field(examples=["4,800 vehicles stand at the gate"])]
    notice: TextIn


class PolicyProposalIn(In):
    """An edition as the board wants it; what is left out is as in the one it is made from."""

    code: Annotated[Code, Field(examples=["queue-policy-2027-01"])]
    base: Annotated[Code | None, Field(examples=["queue-policy-2022-02"])] = None
    """Without it, the edition in force."""
    starts_on: Day | None = None
    """The legal day from which it rules; none where it is an emergency."""
    emergency: EmergencyIn | None = None
    title: TextIn
    bound: TextIn
    """The promise to the public: who may pass whom."""
    lanes: Annotated[list[LaneIn], Field(min_length=1, max_length=10)]
    capacity_shares: Annotated[
        list[Shares], Field(min_length=1, max_length=10, examples=[[{"green": 30}]])
    ]
    """Cases, percent of the queue's capacity by lane, for which the slow-down is predicted."""
    source: Annotated[Label, Field(examples=["Decision of the Board of 2 December 2026"])]
    """What its numbers rest on."""
    windows: Annotated[list[WindowIn], Field(max_length=10)] | None = None
    lead_minutes: Annotated[int, Field(ge=0, le=1440, examples=[45])] | None = None
    override_budget: Annotated[int, Field(ge=0, le=1000, examples=[5])] | None = None
    """How many vehicles a week two officers may call out of turn in a queue."""

    @model_validator(mode="after")
    def _day_or_emergency(self) -> Self:
        if (self.starts_on is None) == (self.emergency is None):
            raise PydanticCustomError(*_DAY_OR_EMERGENCY)
        return self

    def wanted(self) -> EditionWanted:
        """Return what the edition is to say."""
        windows = {one.location.value: one.minutes for one in self.windows or ()}
        return EditionWanted(
            code=self.code,
            title=self.title.text(),
            bound=self.bound.text(),
            lanes=[one.wanted() for one in self.lanes],
            capacity_shares=self.capacity_shares,
            source=self.source,
            windows_minutes=windows,
            lead_minutes=self.lead_minutes,
            override_budget=self.override_budget,
        )

    def wanted_at_once(self) -> EmergencyWanted | None:
        """Return for how long it is to rule at once, None for from its day on."""
        one = self.emergency
        return EmergencyWanted(one.hours, one.reason, one.notice.text()) if one else None


class PolicyWithdrawalIn(In):
    """Why an edition is taken back, or an emergency ends."""

    reason: Annotated[Label, Field(examples=["The queue has dissolved"])]


class PolicyProposalOut(Out):
    """An edition on its way, and who stands behind it."""

    id: UUID
    code: str
    state: Annotated[EditionState, Open]
    starts_on: date | None
    emergency_hours: int | None
    reason: str | None
    starts_at: Instant | None
    ends_at: Instant | None
    lanes: list[LaneRateOut]
    predictions: list[PredictionOut]
    proposed_at: Instant
    proposed_by: str
    approved_at: Instant | None
    approved_by: str | None
    withdrawn_at: Instant | None
    withdrawn_by: str | None
    withdrawal_reason: str | None


class PolicyProposalsOut(Page[PolicyProposalOut]):
    """One page of what the board proposed."""


def policy_proposal_out(
    told: Told[PolicyProposal], today: Today, language: Language
) -> PolicyProposalOut:
    """Return an edition on its way."""
    one = told.proposal
    predicted = one.document["predicted_slowdown"]["worked_examples"]
    return PolicyProposalOut(
        id=one.id,
        code=one.code,
        state=proposal_state(one, today),
        starts_on=one.starts_on,
        emergency_hours=one.hours,
        reason=one.reason,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        lanes=[lane_out(row, language) for row in one.document["lanes"]],
        predictions=[PredictionOut.model_validate(row) for row in predicted],
        proposed_at=one.proposed_at,
        proposed_by=told.proposed_by,
        approved_at=one.approved_at,
        approved_by=told.approved_by,
        withdrawn_at=one.withdrawn_at,
        withdrawn_by=told.withdrawn_by,
        withdrawal_reason=one.withdrawal_reason,
    )
