"""Reductions of prices: one of the board proposes, another approves, everybody is told.

It begins on a coming legal day, so that who arrives on one day pays by one law. To give takes two;
to end what was given takes one, from a coming day as well. What was known before stays told, by
instants that have one order with those of the tariff editions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from app.domain import identifiers
from app.domain.announced_reductions import reduction_state
from app.domain.charges.reductions import SCOPES
from app.domain.editions import EditionState
from app.domain.errors import (
    FieldError,
    ReductionCodeTakenError,
    ReductionRefusedError,
    ReductionUnfitError,
)
from app.domain.identifiers import Kind
from app.domain.reference import Reference
from app.domain.rows import Row
from app.domain.vocabulary import Basis, Direction, Journey, Text
from app.models import ReductionProposal
from app.repositories.editions import Told, announced_reduction
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.upkeep.announcing import PROPOSAL, STARTS_ON, Kinds, Proposing, knowable
from app.services.upkeep.reference_data import read_force

__all__ = ["ReductionProposal", "ReductionWanted", "Reductions", "Told", "reduction_proposal_state"]

ENDS_ON: Final = "/ends_on"
FUTURE: Final = "future-day"
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReductionWanted:
    """What is to be taken off, by which law, for whom, and on which days."""

    code: str
    names: Text
    document: str
    article: str | None
    basis: Basis
    source: str
    basis_points: int
    scope: Mapping[str, Sequence[str]]
    starts_on: date
    ends_on: date | None


def reduction_proposal_state(proposal: ReductionProposal, today: Today) -> EditionState:
    """Return where a proposal or its reduction stands."""
    if proposal.approved_at is not None:
        return reduction_state(announced_reduction(proposal), today.day)
    withdrawn = proposal.withdrawn_at is not None
    return EditionState.WITHDRAWN if withdrawn else EditionState.PROPOSED


class Reductions(Proposing[ReductionProposal]):
    """Proposes, announces and withdraws reductions."""

    events = Kinds(
        "reduction.proposed", "reduction.announced", "reduction.proposal_withdrawn",
        "reduction.withdrawn",
    )  # fmt: skip
    taken = ReductionCodeTakenError
    refused = ReductionRefusedError

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        super().__init__(uow, act, uow.reductions)

    async def propose(self, wanted: ReductionWanted) -> Told[ReductionProposal]:
        """Propose a reduction from a coming legal day on.

        Raises:
            ReductionUnfitError: its scope names what nobody knows, or its days are not to be had.
            ReductionCodeTakenError.
        """
        scope = dict(_one_spelling(wanted.scope))
        if wrong := (*self._of_days(wanted), *_unknown(self._act.reference, wanted.scope)):
            raise ReductionUnfitError(errors=wrong, reduction=wanted.code)
        return await self._keep(
            ReductionProposal(
                id=self._act.tools.new_id(),
                code=wanted.code,
                document=_document(wanted, scope),
                starts_on=wanted.starts_on,
                ends_on=wanted.ends_on,
                proposed_at=self._act.now,
                proposed_by=self._act.principal.id,
            )
        )

    async def approve(self, proposal_id: UUID) -> Told[ReductionProposal]:
        """Approve what another proposed, and so announce it; again it changes nothing.

        Raises:
            ProposalNotFoundError.
            SecondOfficerNeededError: it was this one who proposed it.
            ReductionRefusedError: it was withdrawn, or its day has come.
        """
        await self._uow.reference.lock()
        proposal = await self._found(proposal_id)
        self._ensure_other(proposal)
        if proposal.approved_at is not None:
            return await self.told(proposal.id)
        assert proposal.starts_on is not None
        if proposal.starts_on <= self._act.day:
            raise ReductionRefusedError.because(STARTS_ON, FUTURE)
        force = await read_force(self._uow, self._act.reference.zone)
        proposal.known_from = knowable(self._act.now, force.known_at)
        await self._approve(proposal)
        await self._uow.reference.bump()
        return await self._tell(self.events.announced, proposal)

    async def withdraw(
        self, proposal_id: UUID, reason: str, ends_on: date | None = None
    ) -> Told[ReductionProposal]:
        """Take a proposal back, or end what was announced from `ends_on` on; with a reason.

        Without a day it ends as soon as it may: tomorrow, or before its first day.

        Raises:
            ProposalNotFoundError.
            ReductionRefusedError: the day has come, or it ends by itself no later.
        """
        await self._uow.reference.lock()
        proposal = await self._found(proposal_id)
        if proposal.withdrawn_at is not None:
            return await self.told(proposal.id)
        if proposal.known_from is not None:
            force = await read_force(self._uow, self._act.reference.zone)
            proposal.known_to = knowable(self._act.now, force.known_at)
            proposal.withdrawn_from = self._end(proposal, ends_on)
        self._take_back(proposal, reason)
        return await self._tell_withdrawn(proposal)

    def _end(self, proposal: ReductionProposal, ends_on: date | None) -> date:
        """Return the first day on which a reduction is to rule no more."""
        assert proposal.starts_on is not None
        tomorrow = self._act.day + DAY
        if proposal.ends_on is not None and proposal.ends_on <= tomorrow:
            raise ReductionRefusedError.because(PROPOSAL, "ends-by-itself")
        if ends_on is None:
            return max(tomorrow, proposal.starts_on)
        if ends_on < tomorrow:
            raise ReductionRefusedError.because(ENDS_ON, FUTURE)
        if proposal.ends_on is not None and proposal.ends_on <= ends_on:
            raise ReductionRefusedError.because(ENDS_ON, "ends-by-itself")
        return max(ends_on, proposal.starts_on)

    def _of_days(self, wanted: ReductionWanted) -> Iterator[FieldError]:
        if wanted.starts_on <= self._act.day:
            yield FieldError(STARTS_ON, FUTURE, wanted.starts_on.isoformat())
        if wanted.ends_on is not None and wanted.ends_on <= wanted.starts_on:
            yield FieldError(ENDS_ON, "day-after-first", wanted.ends_on.isoformat())

    def _facts(self, proposal: ReductionProposal) -> dict[str, bool | int | str | None]:
        assert proposal.starts_on is not None
        ends = proposal.withdrawn_from or proposal.ends_on
        return {
            "reduction": proposal.code,
            "basis_points": proposal.document["basis_points"],
            "starts_on": proposal.starts_on.isoformat(),
            "ends_on": ends.isoformat() if ends else None,
        }


def _document(wanted: ReductionWanted, scope: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "code": wanted.code,
        "names": dict(wanted.names),
        "legal_reference": {"document": wanted.document, "article": wanted.article},
        "basis_points": wanted.basis_points,
        "scope": scope,
        "basis": wanted.basis.value,
        "source": wanted.source,
    }


def _one_spelling(scope: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield each part of a scope without repetitions, tax codes as declarations are read."""
    for part in SCOPES:
        codes = scope.get(part, ())
        if part == "payers":
            codes = [_tax_code(code) or code for code in codes]
        yield part, sorted(set(codes))


def _tax_code(raw: str) -> str | None:
    """Return a company's code in its one spelling; a person's number is never made public."""
    return identifiers.read(Kind.TAX_CODE, raw).normalised


def _unknown(reference: Reference, scope: Mapping[str, Sequence[str]]) -> Iterator[FieldError]:
    """Yield every code of a scope that nothing has; a payer only has to be one that can be read."""
    known = _codes(reference)
    for part, codes in scope.items():
        for at, code in enumerate(codes):
            pointer = f"/scope/{part}/{at}"
            if part == "payers" and _tax_code(code) is None:
                yield FieldError(pointer, f"{Kind.TAX_CODE}-invalid", code)
            elif part != "payers" and code not in known[part]:
                yield FieldError(pointer, "code-unknown", code)


def _codes(reference: Reference) -> Row:
    """Return the codes that each part of a scope may name: those of every edition."""
    editions = reference.tariffs.editions.values()
    return {
        "gates": reference.gates.keys(),
        "directions": frozenset(Direction),
        "journeys": frozenset(Journey),
        "goods_groups": {group for one in editions for group in one.groups},
        "vehicle_classes": {found.code for one in editions for found in one.classes},
        "products": {row["code"] for row in reference.documents["produce"]["products"]},
    }
