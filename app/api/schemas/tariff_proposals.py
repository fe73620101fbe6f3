"""Tariff editions on their way, on the wire: what the board drafts, announces and withdraws."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.editions import DifferenceOut, differences_out
from app.api.schemas.evidence import Label as Named
from app.api.schemas.evidence import TextOut, label_of
from app.api.schemas.policy_proposals import TextIn
from app.api.schemas.tariffs import LegalReferenceOut
from app.api.schemas.types import AmountIn, Choice, Code, Day, In, Instant, Label, Open, Out
from app.api.texts import Language
from app.domain.charges.comparison import tariff_differences
from app.domain.charges.drafts import RateWanted, TariffWanted
from app.domain.editions import EditionState
from app.domain.vocabulary import Basis
from app.services.act import Today
from app.services.upkeep.tariff_editions import (
    TariffProposal,
    Told,
    compared_with,
    tariff_proposal_state,
)

MOST_RATES = 500
MOST_BASIS_POINTS = 10**6
BasisPoints = Annotated[int, Field(ge=0, le=MOST_BASIS_POINTS, examples=[13000])]


class RateIn(In):
    """What a number rests on; without a source, what the whole draft rests on."""

    basis: Choice[Basis] = Basis.PROVISIONAL
    source: Label | None = None


class CellIn(RateIn):
    """What a goods group is to cost in a vehicle class, before factor and share."""

    goods_group: Annotated[Code, Field(examples=["ordinary"])]
    vehicle_class: Annotated[Code, Field(examples=["4t-to-10t"])]
    amount: AmountIn


class MultiplierIn(RateIn):
    """The factor on the cells of a goods group; 10,000 basis points are once."""

    goods_group: Annotated[Code, Field(examples=["ore-export"])]
    factor_basis_points: BasisPoints


class ShareIn(RateIn):
    """The part of a price that a vehicle pays on a journey; 10,000 basis points are all of it."""

    code: Annotated[Code, Field(examples=["inland-import"])]
    basis_points: BasisPoints


class LegalReferenceIn(In):
    """The text that the edition follows."""

    number: Annotated[Label, Field(examples=["15/2026/NQ-HĐND"])]
    issued_by: Label | None = None
    issued_on: Day | None = None
    replaces: Label | None = None
    basis: Choice[Basis] = Basis.PROVISIONAL
    source: Label | None = None


class TariffProposalIn(In):
    """An edition as the board wants it; what is left out is as in the one it is made from."""

    code: Annotated[Code, Field(examples=["tariff-2027-01"])]
    base: Annotated[Code | None, Field(examples=["tariff-2025-09"])] = None
    """Without it, the edition in force."""
    starts_on: Day
    """The legal day from which it is in force."""
    source: Annotated[Label, Field(examples=["Resolution 15/2026/NQ-HĐND, annex"])]
    """What its numbers rest on, where they say nothing themselves."""
    legal_reference: LegalReferenceIn
    official: bool = False
    """Whether every number is the law's; then none may be provisional."""
    title: TextIn | None = None
    cells: Annotated[list[CellIn], Field(max_length=MOST_RATES)] = []
    multipliers: Annotated[list[MultiplierIn], Field(max_length=MOST_RATES)] = []
    shares: Annotated[list[ShareIn], Field(max_length=MOST_RATES)] = []

    def wanted(self) -> TariffWanted:
        """Return what the edition is to say."""
        legal = self.legal_reference
        given = {
            "issued_by": legal.issued_by,
            "replaces": legal.replaces,
            "issued_on": legal.issued_on.isoformat() if legal.issued_on else None,
        }
        return TariffWanted(
            code=self.code,
            official=self.official,
            rates=list(self._rates()),
            legal_reference={
                "number": legal.number,
                **{name: value for name, value in given.items() if value is not None},
                "replaced_by": None,
                "basis": legal.basis.value,
                "source": legal.source or self.source,
            },
            title=self.title.text() if self.title else None,
        )

    def _rates(self) -> Iterator[RateWanted]:
        for at, cell in enumerate(self.cells):
            key = (cell.goods_group, cell.vehicle_class)
            there = (f"/cells/{at}", f"/cells/{at}/amount/amount")
            yield RateWanted(*there, "cells", key, cell.amount.amount, *self._rests_on(cell))
        for at, factor in enumerate(self.multipliers):
            there = (f"/multipliers/{at}", f"/multipliers/{at}/factor_basis_points")
            value, on = factor.factor_basis_points, self._rests_on(factor)
            yield RateWanted(*there, "multipliers", (factor.goods_group,), value, *on)
        for at, share in enumerate(self.shares):
            there = (f"/shares/{at}", f"/shares/{at}/basis_points")
            value, on = share.basis_points, self._rests_on(share)
            yield RateWanted(*there, "journeys", (share.code,), value, *on)

    def _rests_on(self, rate: RateIn) -> tuple[Basis, str]:
        return rate.basis, rate.source or self.source


class TariffWithdrawalIn(In):
    """Why an edition is taken back."""

    reason: Annotated[Label, Field(examples=["The Council has put it off"])]


class TariffProposalOut(Out):
    """A tariff edition on its way, and who stands behind it."""

    id: UUID
    code: str
    names: TextOut
    label: Named
    state: Annotated[EditionState, Open]
    starts_on: Day
    base: str | None
    """The edition that it was made from; null: it was brought in whole."""
    official: bool
    legal_reference: LegalReferenceOut
    proposed_at: Instant
    proposed_by: str
    approved_at: Instant | None
    approved_by: str | None
    known_from_at: Instant | None
    """From when on prices of its days follow it: its announcement."""
    withdrawn_at: Instant | None
    withdrawn_by: str | None
    withdrawal_reason: str | None
    known_to_at: Instant | None
    """From when on they do no more: its withdrawal."""


class TariffProposalsOut(Page[TariffProposalOut]):
    """One page of what the board proposed."""


class TariffDraftOut(TariffProposalOut):
    """A tariff edition on its way, with what it changes."""

    compared_with: str | None
    """The edition in force on the day before its first; null: there is none."""
    differences: list[DifferenceOut]


def tariff_proposal_out(
    told: Told[TariffProposal], today: Today, language: Language
) -> TariffProposalOut:
    """Return an edition on its way."""
    return TariffProposalOut(**_fields(told, today, language))


def tariff_draft_out(
    told: Told[TariffProposal], today: Today, language: Language
) -> TariffDraftOut:
    """Return an edition on its way, with what it changes."""
    before = compared_with(told.proposal, today)
    document = told.proposal.document
    found = differences_out(document, before, tariff_differences).items if before else []
    return TariffDraftOut(
        **_fields(told, today, language),
        compared_with=before["code"] if before else None,
        differences=[one for one in found if not one.pointer.startswith("/valid_")],
    )


def _fields(told: Told[TariffProposal], today: Today, language: Language) -> dict[str, Any]:
    one = told.proposal
    return {
        "id": one.id,
        "code": one.code,
        "names": TextOut.model_validate(one.document["title"]),
        "label": label_of(one.document["title"], language),
        "state": tariff_proposal_state(one, today),
        "starts_on": one.starts_on,
        "base": one.document.get("base"),
        "official": one.document["official"],
        "legal_reference": LegalReferenceOut.model_validate(one.document["legal_reference"]),
        "proposed_at": one.proposed_at,
        "proposed_by": told.proposed_by,
        "approved_at": one.approved_at,
        "approved_by": told.approved_by,
        "known_from_at": one.known_from,
        "withdrawn_at": one.withdrawn_at,
        "withdrawn_by": told.withdrawn_by,
        "withdrawal_reason": one.withdrawal_reason,
        "known_to_at": one.known_to,
    }
