"""Every sentence the API says, in Vietnamese, English and Chinese, found by its key.

`catalogue.json` holds one object a key. The sentences of the rules (identifier warnings, tariff
refusals, the green lane) stand beside the rules in the domain and are merged in. Keys:

    column.{name}                                what a column of a file of vehicles means
    problem.{code}.title, problem.{code}.detail   a failure, by the code of its error class
    rule.{rule}                                   what is wrong with one field of a request
    finding.{rule}                                what is wrong with an entry, {kind}-{reason} of an
                                                  identifier included
    missing.{step}                                what an entry still needs, and who acts
    identifier.{kind}                             an identifier's name
    next.{step}                                   what to do next, and who does it
    exception.{rule}                              how an observation contradicts the rules
    sheet.{name}                                  what stands on a queue sheet
    report.column.{name}, report.origin.{origin}  a report's columns; where a figure comes from
    pass.use.{use}, pass.refused.{reason}, pass.ended.{reason}   what a pass is good for; why it is
                                                  refused; why it holds no more
    payment.review.{kind}, payment.settle.{way}   why money pays nothing by itself; what may be done
    season.{place}                                whether there is one in a season's allotment
    change.{kind}                                 what moved an entry in its queue
    call.{outcome}, fault.{kind}                  what became of a call; why missing it cost nothing
    call.skipped, calls.exhausted                 why somebody was not called; why nobody else was
    notice.{effect}, notice.{effect}.open         what a notice does, until an end; until lifted
    driver-message.{kind}                         what a driver is told by text message
    authority.{code}, state.{code}, step.{code}, check.{kind}   what people call a code that a
                                                  sentence names, or several between commas
    explanation.{code}                            why an entry is in its lane, at its place, called
    lane.{code}                                   a lane, where no edition names it
    skip.{reason}                                 why somebody was not called
    certificate.{why}                             why one who came later went before
    refund.state.{state}, refund.cause.{cause}   how far a refund is; what made it due
    receipt.{kind}, .message, receipt.voided.{cause}   what a receipt is called; whether it counts
    web.{page}.{part}, web.member.{role}          what served pages say
    green-lane.{code}.sentence, .refusal          a rule; what is said where it fails
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.types import Scope

from app.domain import identifiers
from app.domain.charges.refusals import REFUSALS
from app.domain.errors import Fact
from app.domain.gates import HANOI
from app.domain.green_lane.rules import RULES
from app.domain.vocabulary import Language, Text

# Whoever takes texts from here takes the language with them.
__all__ = ["Language"]

BEIJING = timezone(timedelta(hours=8))
LONGEST_HEADER = 200
UNKNOWN = "…"
FAMILY_OF_FACT = {
    "who": "authority", "authority": "authority", "by": "authority", "state": "state",
    "step": "step", "why": "skip", "checks": "check",
}  # fmt: skip
RULE_FAMILIES = ("finding", "exception", "missing", "fault", "rule")

_RANGE = re.compile(r"([a-z]{1,8})[-a-z0-9]*\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?")


class Catalogue:
    """Sentences by key; `{name}` in a sentence stands for the fact of that name."""

    def __init__(self, sentences: Mapping[str, Text]) -> None:
        """Keep `sentences`, which are templates of `str.format`."""
        self._sentences = dict(sentences)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a sentence for `key`."""
        return key in self._sentences

    def keys(self) -> frozenset[str]:
        """Return every key."""
        return frozenset(self._sentences)

    def knows_rule(self, code: str) -> bool:
        """Tell whether `code` is one by which an answer of this service names a rule."""
        keys = (f"{family}.{code}" for family in RULE_FAMILIES)
        return f"green-lane.{code}.sentence" in self or any(key in self for key in keys)

    def text(self, key: str) -> Text:
        """Return the sentence of `key` in all languages, facts not filled in.

        Raises:
            KeyError: there is none.
        """
        return self._sentences[key]

    def say(self, key: str, language: Language, facts: Mapping[str, Fact] | None = None) -> str:
        """Return the sentence of `key` with `facts`; a fact that is not there reads "…".

        Where the Chinese is not known, the English is returned.

        Raises:
            KeyError: there is no such sentence.
        """
        text = self._sentences[key]
        named = {name: self._named(name, fact, language) for name, fact in (facts or {}).items()}
        return (text[language.value] or text["en"]).format_map(_Facts(named))

    def _named(self, name: str, fact: Fact, language: Language) -> Fact:
        """Return a code by the name that people have for it, an amount as they write it."""
        if name.endswith("_vnd") and isinstance(fact, int):
            return grouped(fact, language)
        family = FAMILY_OF_FACT.get(name)
        if family is None or not isinstance(fact, str):
            return fact
        found = [(code, self._sentences.get(f"{family}.{code}")) for code in fact.split(",")]
        return ", ".join(
            (text[language.value] or text["en"]) if text else code for code, text in found
        )


class _Facts(dict[str, Any]):
    """Facts for a template: one that is missing never breaks an answer."""

    def __missing__(self, name: str) -> str:
        return UNKNOWN


def negotiated(header: str | None) -> Language:
    """Return the language that an `Accept-Language` header likes best; Vietnamese by default."""
    return _negotiated(header) if header and len(header) <= LONGEST_HEADER else Language.VI


def language_in(fields: Mapping[bytes, bytes]) -> Language:
    """Return the language that header fields, by their names, ask for."""
    header = fields.get(b"accept-language")
    return negotiated(header.decode("latin-1")) if header else Language.VI


def language_of(scope: Scope) -> Language:
    """Return the language to answer a request in."""
    return language_in(dict(reversed(scope["headers"])))  # of a field sent twice, the first


def moment(at: datetime, language: Language) -> str:
    """Return an instant as people at the gate write it; in Chinese, by both sides' clocks."""
    local = at.astimezone(HANOI)
    if language is Language.ZH:
        theirs = at.astimezone(BEIJING)
        next_day = "次日" if theirs.date() > local.date() else ""
        return f"{local:%Y-%m-%d %H:%M}（河内时间，北京时间{next_day}{theirs:%H:%M}）"
    if language is Language.EN:
        return f"{local:%Y-%m-%d %H:%M} (Hanoi time)"
    return f"{local:%H:%M} ngày {local:%d/%m/%Y} (giờ Hà Nội)"


def grouped(number: int, language: Language) -> str:
    """Return a number in groups of three digits, as the language writes them."""
    written = f"{number:,}"
    return written.replace(",", ".") if language is Language.VI else written


def hours(seconds: int) -> str:
    """Return a time as hours and minutes; of a minute that is not over nothing is told."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}"


@lru_cache(maxsize=256)
def _negotiated(header: str) -> Language:
    """Return the first of the ranges with the highest weight that we speak."""
    best, weight = Language.VI, 0.0
    for tag, quality in _ranges(header):
        if quality > weight:
            best, weight = tag, quality
    return best


def _ranges(header: str) -> Iterator[tuple[Language, float]]:
    for part in header.lower().split(","):
        if found := _RANGE.fullmatch(part.strip()):
            tag, quality = found.groups()
            if tag in set(Language):
                yield Language(tag), float(quality or 1)


def _of_the_rules() -> Iterator[tuple[str, Text]]:
    """Yield the sentences that stand beside their rules in the domain."""
    for kind, identifier in identifiers.RULES.items():
        yield f"identifier.{kind}", identifier.label
    for (kind, reason), sentence in identifiers.SENTENCES.items():
        yield f"finding.{kind}-{reason}", sentence
    for code, sentence in REFUSALS.items():
        yield f"problem.{code}.detail", sentence
        yield f"rule.{code}", sentence
        yield f"finding.{code}", sentence
    for rule in RULES:
        yield f"green-lane.{rule.code}.sentence", rule.sentence
        yield f"green-lane.{rule.code}.refusal", rule.refusal


def load() -> Catalogue:
    """Return the catalogue: the sentences of the rules, then the file's, which win."""
    own = json.loads(Path(__file__).with_name("catalogue.json").read_text("utf-8"))
    return Catalogue({**dict(_of_the_rules()), **own})


CATALOGUE = load()
