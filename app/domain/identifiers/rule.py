"""How text is read as an identifier: normalise, then valid, else a warning, else invalid."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Final

from app.domain.vocabulary import Evidence, Text

DOT_AND_HYPHEN: Final = ".-"
PLATE_MARKS: Final = ".-·"

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""NUL and lone surrogates, which no database text holds."""


class Kind(StrEnum):
    """What an identifier names."""

    PLATE_VN = "plate-vn"
    PLATE_VN_TRAILER = "plate-vn-trailer"
    PLATE_CN = "plate-cn"
    PLATE_CN_TRAILER = "plate-cn-trailer"
    TAX_CODE = "tax-code"
    PERSONAL_TAX_NUMBER = "personal-tax-number"
    CREDIT_CODE = "credit-code"
    CONTAINER = "container"
    CUSTOMS_DECLARATION_EXPORT = "customs-declaration-export"
    CUSTOMS_DECLARATION_IMPORT = "customs-declaration-import"
    HS_CODE = "hs-code"
    GROWING_AREA_CODE = "growing-area-code"
    PACKING_HOUSE_CODE = "packing-house-code"


class Status(StrEnum):
    """How well a text fits its kind; a warning never stops a vehicle."""

    VALID = "valid"
    WARNING = "warning"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text reads as: `normalised` unless invalid, `reason` for a warning only."""

    kind: Kind
    raw: str | None
    status: Status
    normalised: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A form that is let through with a warning; `rewrite` puts its groups in the usual form."""

    code: str
    pattern: str
    sentence: Text
    rewrite: str | None = None


@dataclass(frozen=True)
class IdentifierRule:
    """The rule of one kind; patterns match the whole normalised text, ASCII digits only.

    `removed` are signs that do not count, beside white space. The first doubt that matches is
    the warning.
    """

    kind: Kind
    label: Text
    pattern: str
    evidence: Evidence
    removed: str = ""
    check: Callable[[str], bool] | None = None
    doubts: tuple[Doubt, ...] = ()

    def read(self, raw: str | None) -> Reading:
        """Return what `raw` reads as; no text is too strange."""
        text = normalise(raw or "", self.removed)
        if _UNSTORABLE.search(text):
            return Reading(self.kind, raw, Status.INVALID)
        if self._valid.fullmatch(text) and (self.check is None or self.check(text)):
            return Reading(self.kind, raw, Status.VALID, text)
        return self._doubted(raw, text)

    def _doubted(self, raw: str | None, text: str) -> Reading:
        for doubt, pattern in self._doubts:
            match = pattern.fullmatch(text)
            if match:
                usual = match.expand(doubt.rewrite) if doubt.rewrite else text
                return Reading(self.kind, raw, Status.WARNING, usual, doubt.code)
        return Reading(self.kind, raw, Status.INVALID)

    @cached_property
    def _valid(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    @cached_property
    def _doubts(self) -> tuple[tuple[Doubt, re.Pattern[str]], ...]:
        return tuple((doubt, re.compile(doubt.pattern)) for doubt in self.doubts)


def normalise(raw: str, removed: str) -> str:
    """Return upper case in NFC without white space and the `removed` signs.

    Composed twice: the first makes look-alikes of removed signs plain, the second joins what upper
    case and removal brought together, so that reading a normalised text changes nothing.
    """
    upper = unicodedata.normalize("NFC", raw).upper()
    plain = "".join(upper.translate(_dropped(removed)).split())
    return unicodedata.normalize("NFC", plain)


@cache
def _dropped(removed: str) -> dict[int, None]:
    return dict.fromkeys(map(ord, removed))
