"""Reductions on the wire: what the board proposes, and what everybody may know of it."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.paging import Page
from app.api.schemas.evidence import EvidenceOut, TextOut, label_of
from app.api.schemas.evidence import Label as Named
from app.api.schemas.policy_proposals import TextIn
from app.api.schemas.types import (
    Amount,
    Choice,
    Code,
    Day,
    In,
    Instant,
    Label,
    Open,
    Out,
    RawIdentifier,
)
from app.api.texts import Language
from app.domain.announced_reductions import reduction_state
from app.domain.charges import AnnouncedReduction
from app.domain.charges.reductions import SCOPES
from app.domain.editions import EditionState
from app.domain.money import BASIS_POINTS
from app.domain.vocabulary import Basis, Direction, Journey
from app.services.act import Today
from app.services.upkeep.reductions import (
    ReductionProposal,
    ReductionWanted,
    Told,
    reduction_proposal_state,
)

MOST_CODES = 200
Codes = Annotated[list[Code], Field(max_length=MOST_CODES)]
ReductionCode = Annotated[str, Field(examples=["flood-relief-2027"])]


class LawIn(In):
    """The text that gives the reduction, and where in it."""

    document: Annotated[Label, Field(examples=["18/2026/NQ-HĐND"])]
    article: Annotated[Label | None, Field(examples=["Article 4, clause 2"])] = None


class ScopeIn(In):
    """For which vehicles a reduction is; what is left out or empty does not matter."""

    gates: Annotated[Codes, Field(examples=[["tan-thanh"]])] = []
    directions: Annotated[list[Choice[Direction]], Field(max_length=2)] = []
    journeys: Annotated[list[Choice[Journey]], Field(max_length=2)] = []
    goods_groups: Annotated[Codes, Field(examples=[["fresh-produce-export"]])] = []
    """The group that prices the load must be one of them."""
    vehicle_classes: Annotated[Codes, Field(examples=[["4t-to-10t"]])] = []
    products: Annotated[Codes, Field(examples=[["lychee"]])] = []
    """Every product on the vehicle must be one of them."""
    payers: Annotated[list[RawIdentifier], Field(max_length=MOST_CODES)] = []
    """Tax codes of companies: one must be declared as who pays. They are public."""


class ReductionProposalIn(In):
    """What is to be taken off the fee, by which law, for whom, and on which days."""

    code: Annotated[Code, Field(examples=["flood-relief-2027"])]
    names: TextIn
    legal_reference: LawIn
    basis: Choice[Basis] = Basis.PROVISIONAL
    source: Label | None = None
    """What it rests on; without it, the law as it is named."""
    basis_points: Annotated[int, Field(ge=1, le=BASIS_POINTS, examples=[5000])]
    """The part of the full price that is taken off; 10,000 are an exemption."""
    scope: ScopeIn
    starts_on: Day
    """The legal day from which it rules."""
    ends_on: Day | None = None
    """The first legal day on which it rules no more; without it, it has no end."""

    def wanted(self) -> ReductionWanted:
        """Return what is to be taken off."""
        law = self.legal_reference
        named = ", ".join(filter(None, (law.document, law.article)))
        return ReductionWanted(
            code=self.code,
            names=self.names.text(),
            document=law.document,
            article=law.article,
            basis=self.basis,
            source=self.source or named,
            basis_points=self.basis_points,
            scope=self.scope.model_dump(mode="json"),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


class ReductionWithdrawalIn(In):
    """Why a reduction is taken back, and from when on it rules no more."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "The flood is over", "ends_on": "2027-03-01"}]}
    )

    reason: Annotated[Label, Field(examples=["The flood is over"])]
    ends_on: Day | None = None
    """A coming legal day; without it, as soon as may be: tomorrow, or before its first day."""


class LawOut(Out):
    """The text that gives the reduction, and where in it."""

    document: Annotated[str, Field(examples=["18/2026/NQ-HĐND"])]
    article: str | None


class ReducedLineOut(EvidenceOut):
    """What one reduction takes off what one vehicle pays."""

    vehicle: str
    order_kind: str
    reduction: ReductionCode
    names: TextOut
    legal_reference: LawOut
    basis_points: int
    """Of the full amount of its line; no more is taken off than is left of it."""
    amount: Amount


class ScopeOut(Out):
    """For which vehicles a reduction is; what is empty does not matter."""

    gates: list[str]
    directions: list[Annotated[Direction, Open]]
    journeys: list[Annotated[Journey, Open]]
    goods_groups: list[str]
    vehicle_classes: list[str]
    products: list[str]
    payers: list[str]


class ReductionOut(EvidenceOut):
    """A reduction that the board has announced."""

    code: ReductionCode
    names: TextOut
    label: Named
    state: Annotated[EditionState, Open]
    """`withdrawn`: the board took it back before its day; where it ends it later, it is in force
    until that day, and `ended` from then on."""
    legal_reference: LawOut
    basis_points: int
    exempts: bool
    """Whether nothing is left to be paid by those for whom it is."""
    scope: ScopeOut
    starts_on: Day
    ends_on: Day | None
    """The first legal day on which it rules no more, as is known now; null: no end is known."""
    known_from_at: Instant
    """Since when prices of its days have it: its announcement."""
    known_to_at: Instant | None
    """When the board took it back, or gave it an end."""
    withdrawal_reason: str | None


class ReductionsOut(Out):
    """Reductions, by their codes."""

    items: list[ReductionOut]


class ReductionProposalOut(EvidenceOut):
    """A reduction on its way, and who stands behind it."""

    id: UUID
    code: ReductionCode
    names: TextOut
    label: Named
    state: Annotated[EditionState, Open]
    legal_reference: LawOut
    basis_points: int
    scope: ScopeOut
    starts_on: Day
    ends_on: Day | None
    """As it was proposed."""
    proposed_at: Instant
    proposed_by: str
    approved_at: Instant | None
    approved_by: str | None
    known_from_at: Instant | None
    """From when on prices of its days have it: its announcement."""
    withdrawn_at: Instant | None
    withdrawn_by: str | None
    withdrawal_reason: str | None
    cut_short_on: Day | None
    """The first legal day on which it rules no more because it was withdrawn."""
    known_to_at: Instant | None
    """From when on that is known."""


class ReductionProposalsOut(Page[ReductionProposalOut]):
    """One page of the reductions that the board proposed."""


def reductions_out(
    found: Iterable[AnnouncedReduction], today: Today, language: Language
) -> ReductionsOut:
    """Return reductions as everybody may know them."""
    return ReductionsOut(items=[reduction_out(one, today, language) for one in found])


def reduction_out(one: AnnouncedReduction, today: Today, language: Language) -> ReductionOut:
    """Return a reduction that was announced."""
    assert one.valid.first is not None
    assert one.known.first is not None
    return ReductionOut(
        **_content(one.document, language),
        state=reduction_state(one, today.day),
        exempts=one.document["basis_points"] == BASIS_POINTS,
        starts_on=one.valid.first,
        ends_on=one.withdrawn_from or one.valid.end,
        known_from_at=one.known.first,
        known_to_at=one.known.end,
        withdrawal_reason=one.withdrawal_reason,
    )


def reduced_lines_out(quote: Mapping[str, Any]) -> list[ReducedLineOut]:
    """Return what reductions took off a price, as it is stored; nothing where none did."""
    return [_reduced_line_out(one) for one in quote.get("reductions", ())]


def _reduced_line_out(one: Mapping[str, Any]) -> ReducedLineOut:
    return ReducedLineOut(
        vehicle=one["vehicle"],
        order_kind=one["order_kind"],
        reduction=one["reduction"],
        names=TextOut.model_validate(one["names"]),
        legal_reference=LawOut(**one["legal_reference"]),
        basis_points=one["basis_points"],
        amount=Amount.vnd(one["amount_vnd"]),
        basis=one["basis"],
        source=one["source"],
    )


def reduction_proposal_out(
    told: Told[ReductionProposal], today: Today, language: Language
) -> ReductionProposalOut:
    """Return a reduction on its way."""
    one = told.proposal
    assert one.starts_on is not None
    return ReductionProposalOut(
        **_content(one.document, language),
        id=one.id,
        state=reduction_proposal_state(one, today),
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        proposed_at=one.proposed_at,
        proposed_by=told.proposed_by,
        approved_at=one.approved_at,
        approved_by=told.approved_by,
        known_from_at=one.known_from,
        withdrawn_at=one.withdrawn_at,
        withdrawn_by=told.withdrawn_by,
        withdrawal_reason=one.withdrawal_reason,
        cut_short_on=one.withdrawn_from,
        known_to_at=one.known_to,
    )


def _content(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {
        "code": document["code"],
        "names": TextOut.model_validate(document["names"]),
        "label": label_of(document["names"], language),
        "legal_reference": LawOut(**document["legal_reference"]),
        "basis_points": document["basis_points"],
        "scope": ScopeOut(**{part: document["scope"][part] for part in SCOPES}),
        "basis": document["basis"],
        "source": document["source"],
    }
