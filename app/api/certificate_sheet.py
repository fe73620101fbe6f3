"""A certificate as a paper says it: what a page and a PDF show alike, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.api.schemas.certificates import certificate_out
from app.api.schemas.evidence import label_of
from app.api.schemas.policies import lane_names
from app.api.texts import CATALOGUE, Language, moment
from app.domain.errors import Fact
from app.domain.reference import Reference
from app.domain.vocabulary import Lane
from app.services.queues.certifying import Certified

PDF: Final = "application/pdf"
MOST_SHOWN: Final = 100
"""Overtakes on a paper; the certificate as JSON has them all."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One who came later and went before: who, by which rule, when it came and went."""

    heading: str
    message: str
    times: str


@dataclass(frozen=True, slots=True)
class CertificateSheet:
    """What is written: a title, facts by their labels, the verdict, each who passed, the seal."""

    title: str
    facts: Sequence[tuple[str, str]]
    verdict: str
    passed: Sequence[Passed]
    more: str | None
    promise: str
    seal: Sequence[tuple[str, str]]
    advice: str


def sheet_of(found: Certified, reference: Reference, language: Language) -> CertificateSheet:
    """Return what a certificate says."""
    out = certificate_out(found, reference, language)
    lanes = lane_names(found.edition, language)
    passed = [
        Passed(
            heading=f"{one.call_number} · {lanes[one.theirs.lane]}",
            message=one.message,
            times=_say(
                "times", language,
                started=moment(one.started.at, language), called=moment(one.called.at, language),
            ),
        )
        for one in out.overtakes[:MOST_SHOWN]
    ]  # fmt: skip
    left = len(out.overtakes) - len(passed)
    return CertificateSheet(
        title=_say("title", language),
        facts=list(_facts(found, reference, language)),
        verdict=out.message,
        passed=passed,
        more=_say("more", language, count=left) if left else None,
        promise=_say("promise", language, policy=out.policy, bound=out.bound),
        seal=list(_seal(found, language)),
        advice=_say("advice", language),
    )


def _facts(found: Certified, reference: Reference, language: Language) -> Iterator[tuple[str, str]]:
    entry, certificate = found.entry, found.certificate
    gate = label_of(reference.gates[entry.gate_code].names, language)
    direction = CATALOGUE.say(f"sheet.direction.{entry.direction}", language)
    yield _say("reference", language), entry.reference
    yield _say("gate", language), f"{gate} · {direction}"
    if entry.call_number is not None:
        yield _say("number", language), entry.call_number
    yield _say("lane", language), lane_names(found.edition, language)[Lane(entry.lane)]
    if certificate.started is not None:
        yield _say("started", language), moment(certificate.started.at, language)
    called = certificate.called
    told = moment(called.at, language) if called else _say("not-called", language)
    yield _say("called", language), told
    yield _say("as-of", language), moment(found.as_of, language)


def _seal(found: Certified, language: Language) -> Iterator[tuple[str, str]]:
    if found.proofs is None:
        yield _say("log", language), _say("not-sealed", language)
        return
    checkpoint = found.proofs.checkpoint.checkpoint
    yield _say("log", language), found.proofs.checkpoint.note.splitlines()[0]
    yield _say("size", language), str(checkpoint.size)
    yield _say("root", language), checkpoint.root.hex()
    yield _say("sealed", language), moment(checkpoint.sealed_at, language)


def _say(key: str, language: Language, **facts: Fact) -> str:
    return CATALOGUE.say(f"web.certificate.{key}", language, facts)
