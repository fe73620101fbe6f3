"""What reference rows have in common on the wire: texts, what they rest on, their days."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from app.api.schemas.types import Day, Open, Out
from app.api.texts import Language
from app.domain.vocabulary import Basis, Evidence, Text


class TextOut(Out):
    """A name or a sentence in the three languages; Chinese may be unknown."""

    vi: str
    en: str
    zh: str | None

    @model_validator(mode="before")
    @classmethod
    def _unknown(cls, text: Any) -> Any:  # noqa: ANN401 - whatever is read as a text
        """Let a text of the reference data be silent of the Chinese, as rows may be."""
        return {"zh": None, **text} if isinstance(text, Mapping) else text


class EvidenceOut(Out):
    """What a value rests on."""

    basis: Annotated[Basis, Open]
    source: str


class DatedOut(EvidenceOut):
    """A row that rules on some days: `valid_from` is in, `valid_to` out, null is open."""

    valid_from: Day | None
    valid_to: Day | None


class CountOut(EvidenceOut):
    """How many vehicles; `low` and `high` are the ends of what was told."""

    vehicles: int
    low: int
    high: int


Label = Annotated[str, Field(examples=["Cửa khẩu Tân Thanh"])]
"""The name in the language of the request."""


def label_of(text: Text | Mapping[str, str | None], language: Language) -> str:
    """Return a text in `language`; where the Chinese is unknown, in English."""
    return str(text.get(language.value) or text["en"])


def evidence_out(found: Evidence) -> EvidenceOut:
    """Return what a value rests on."""
    return EvidenceOut(basis=found.basis, source=found.source)
