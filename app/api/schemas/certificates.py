"""The certificate of an entry on the wire: who came later and went before, and by which rule."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.evidence import label_of
from app.api.schemas.log import CheckpointOut, Hash, Size, checkpoint_out
from app.api.schemas.policies import lane_names
from app.api.schemas.types import Instant, Open, Out
from app.api.texts import CATALOGUE, Language, hours
from app.domain.certificate import Claim, Mark, Overtake, Why
from app.domain.errors import Fact
from app.domain.reference import Reference
from app.domain.vocabulary import Direction, Lane, QueueMode, State
from app.services.log.proving import Proof, Proofs
from app.services.queues.certifying import Certified


@dataclass(frozen=True, slots=True)
class Names:
    """What people call lanes and the reasons of overrides, in the language of the reader."""

    lanes: Mapping[Lane, str]
    reasons: Mapping[str, str]


class ProvenOut(Out):
    """Where an event stands in the log of the queue, and the proof (RFC 9162, 2.1.3)."""

    index: Size
    leaf: Annotated[str, Field(examples=['{"clock":"time","kind":"seal","leaves":3}'])]
    """The text that is hashed, after a zero byte, to begin with."""
    proof: list[Hash]
    """The hashes that lead from it to the root of the certificate's checkpoint."""


class MarkOut(Out):
    """When something was recorded, the number of its event, and where that stands in the log."""

    at: Instant
    event: int
    log: ProvenOut | None
    """`null`: not sealed yet; that takes some seconds."""


class ClaimOut(Out):
    """What an entry had at a call."""

    lane: Annotated[Lane, Open]
    rate: int
    points: int
    open_wait_seconds: int
    """Open seconds of this queue since its waiting started."""


class OvertakeOut(Out):
    """One who came later and went before, with the one rule that let it."""

    entry: UUID
    call_number: Annotated[str, Field(examples=["TT-0147"])]
    why: Annotated[Why, Open]
    because: str | None
    """The hold, closure or barrier that stood in the way; of an override, which one."""
    message: str
    started: MarkOut
    called: MarkOut
    theirs: ClaimOut
    ours: ClaimOut | None
    """`null` while this entry was not in line."""


class CertificateOut(Out):
    """Everybody who came later and went before an entry; an empty list is nobody."""

    entry: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    gate: str
    direction: Annotated[Direction, Open]
    mode: Annotated[QueueMode, Open] | None
    """Where nobody is called, nobody is called before anybody."""
    state: Annotated[State, Open]
    lane: Annotated[Lane, Open]
    call_number: str | None
    policy: Annotated[str, Field(examples=["queue-policy-2022-02"])]
    bound: str
    """What that edition promises, in a sentence."""
    started: MarkOut | None
    """When its waiting started in this queue; `null`: it has not."""
    called: MarkOut | None
    """The call that stands; `null`: it waits still, or never did."""
    message: str
    overtakes: list[OvertakeOut]
    inversions: int
    """How many of them no rule lets pass: 0, or the service has a fault."""
    checkpoint: CheckpointOut | None
    """What was signed of the log, against which the proofs hold; `null`: nothing is sealed yet."""
    as_of: Instant


def certificate_out(found: Certified, reference: Reference, language: Language) -> CertificateOut:
    """Return a certificate in the language of the reader."""
    entry, certificate, proofs = found.entry, found.certificate, found.proofs
    started, called = certificate.started, certificate.called
    reasons = {one.code: label_of(one.label, language) for one in reference.override_reasons}
    names = Names(lane_names(found.edition, language), reasons)
    return CertificateOut(
        entry=entry.id,
        reference=entry.reference,
        gate=entry.gate_code,
        direction=entry.direction,
        mode=found.mode,
        state=entry.state,
        lane=entry.lane,
        call_number=entry.call_number,
        policy=found.edition.code,
        bound=label_of(found.edition.bound, language),
        started=_mark_out(started, proofs) if started else None,
        called=_mark_out(called, proofs) if called else None,
        message=_summary(found, language),
        overtakes=[_overtake_out(one, proofs, names, language) for one in certificate.overtakes],
        inversions=certificate.inversions,
        checkpoint=checkpoint_out(proofs.checkpoint) if proofs else None,
        as_of=found.as_of,
    )


def _summary(found: Certified, language: Language) -> str:
    certificate = found.certificate
    if found.mode is not QueueMode.CALLED and certificate.started is None:
        return CATALOGUE.say("certificate.calls-nobody", language)
    if certificate.started is None:
        return CATALOGUE.say("certificate.not-waited", language)
    if not certificate.overtakes:
        return CATALOGUE.say("certificate.nobody", language)
    count: Fact = len(certificate.overtakes)
    key = "certificate.inverted" if certificate.inversions else "certificate.some"
    return CATALOGUE.say(key, language, {"count": count, "inversions": certificate.inversions})


def _overtake_out(
    one: Overtake, proofs: Proofs | None, names: Names, language: Language
) -> OvertakeOut:
    return OvertakeOut(
        entry=one.entry,
        call_number=one.call_number,
        why=one.why,
        because=one.because,
        message=CATALOGUE.say(f"certificate.{one.why}", language, _told(one, names)),
        started=_mark_out(one.started, proofs),
        called=_mark_out(one.called, proofs),
        theirs=_claim_out(one.theirs),
        ours=_claim_out(one.ours) if one.ours else None,
    )


def _told(one: Overtake, names: Names) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "lane": names.lanes[one.theirs.lane],
        "rate": one.theirs.rate,
        "points": one.theirs.points,
        "wait": hours(one.theirs.open_wait),
        "because": names.reasons.get(one.because or "", one.because),
        "why": one.because,
    }
    if one.ours is not None:
        facts |= {
            "own": one.ours.points,
            "own_rate": one.ours.rate,
            "own_wait": hours(one.ours.open_wait),
            # So long the faster one must have waited at least, rounded up.
            "least": hours(-(-one.ours.rate * one.ours.open_wait // one.theirs.rate)),
        }
    return facts


def _mark_out(mark: Mark, proofs: Proofs | None) -> MarkOut:
    proof = proofs.of.get(mark.number) if proofs else None
    return MarkOut(at=mark.at, event=mark.number, log=_proven_out(proof) if proof else None)


def _proven_out(proof: Proof) -> ProvenOut:
    hashes = [base64.b64encode(one).decode() for one in proof.hashes]
    return ProvenOut(index=proof.index, leaf=proof.leaf, proof=hashes)


def _claim_out(claim: Claim) -> ClaimOut:
    return ClaimOut(
        lane=claim.lane,
        rate=claim.rate,
        points=claim.points,
        open_wait_seconds=claim.open_wait,
    )
