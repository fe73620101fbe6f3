"""Plates of tractors and trailers; colours, army, state and foreign missions are not modelled."""

from typing import Final

from app.domain.identifiers.rule import PLATE_MARKS, Doubt, IdentifierRule, Kind, normalise
from app.domain.vocabulary import Basis, Evidence, Text

_PROVINCE: Final = "[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云渝藏陕甘青宁新]"
_LETTER: Final = "[ABCDEFGHKLMNPRSTUVXYZĐ]"
"""The letters of Vietnamese series."""

PLATES: Final = (
    IdentifierRule(
        kind=Kind.PLATE_VN,
        label=Text(vi="Biển số Việt Nam", en="Vietnamese plate", zh="越南车牌"),
        pattern="[0-9]{2}(?!R)" + _LETTER + "{1,2}[0-9]{4,5}",
        removed=PLATE_MARKS,
        doubts=(
            Doubt(
                "trailer-series",
                "[0-9]{2}R[A-ZĐ]?[0-9]{4,5}",
                Text(
                    vi="Số này thuộc sê-ri rơ moóc.",
                    en="The number is of a trailer series.",
                    zh="该号码属于挂车号段。",
                ),
            ),
            Doubt(
                "unusual-letters",
                "[0-9]{2}[A-ZĐ]{1,2}[0-9]{4,5}",
                Text(
                    vi="Sê-ri có chữ không dùng trên biển số.",
                    en="The series has a letter that plates do not use.",
                    zh="号段含车牌不用的字母。",
                ),
            ),
        ),
        evidence=Evidence(
            Basis.PUBLISHED,
            "public plate rules; general encyclopaedia; "
            "form also in observed platform records, May 2026",
        ),
    ),
    IdentifierRule(
        kind=Kind.PLATE_VN_TRAILER,
        label=Text(vi="Biển số rơ moóc Việt Nam", en="Vietnamese trailer plate", zh="越南挂车牌"),
        pattern="[0-9]{2}R" + _LETTER + "?[0-9]{4,5}",
        removed=PLATE_MARKS,
        doubts=(
            Doubt(
                "not-a-trailer-series",
                "[0-9]{2}" + _LETTER + "{1,2}[0-9]{4,5}",
                Text(
                    vi="Số này không thuộc sê-ri rơ moóc.",
                    en="The number is not of a trailer series.",
                    zh="该号码不属于挂车号段。",
                ),
            ),
        ),
        evidence=Evidence(
            Basis.OBSERVED,
            "observed platform records, May 2026: ddRddddd and ddRMddddd; "
            "four digits as on older plates is our default",
        ),
    ),
    IdentifierRule(
        kind=Kind.PLATE_CN,
        label=Text(vi="Biển số Trung Quốc", en="Chinese plate", zh="中国车牌"),
        pattern=_PROVINCE + "[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}",
        removed=PLATE_MARKS,
        doubts=(
            Doubt(
                "province-missing",
                "[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}",
                Text(
                    vi="Thiếu chữ viết tắt tên tỉnh.",
                    en="The province character is missing.",
                    zh="缺少省份简称。",
                ),
            ),
            Doubt(
                "trailer-plate",
                _PROVINCE + "[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4}挂",
                Text(
                    vi="Đây là biển số rơ moóc.",
                    en="This is a trailer's plate.",
                    zh="这是挂车号牌。",
                ),
            ),
            Doubt(
                "letter-i-or-o",
                _PROVINCE + "?[A-Z][A-Z0-9]{5,6}",
                Text(
                    vi="Biển số Trung Quốc không dùng chữ I và O.",
                    en="Chinese plates do not use I and O.",
                    zh="号牌不使用字母I和O。",
                ),
            ),
        ),
        evidence=Evidence(
            Basis.PROVISIONAL,
            "general knowledge; check before relying on it; "
            "the form without province character is in observed platform records, May 2026",
        ),
    ),
    IdentifierRule(
        kind=Kind.PLATE_CN_TRAILER,
        label=Text(vi="Biển số rơ moóc Trung Quốc", en="Chinese trailer plate", zh="中国挂车牌"),
        pattern=_PROVINCE + "[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4}挂",
        removed=PLATE_MARKS,
        doubts=(
            Doubt(
                "province-missing",
                "[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4}挂",
                Text(
                    vi="Thiếu chữ viết tắt tên tỉnh.",
                    en="The province character is missing.",
                    zh="缺少省份简称。",
                ),
            ),
            Doubt(
                "trailer-mark-missing",
                _PROVINCE + "[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4,5}",
                Text(
                    vi="Thiếu chữ 挂 ở cuối.",
                    en="The mark 挂 at the end is missing.",
                    zh="末尾缺少“挂”字。",
                ),
            ),
        ),
        evidence=Evidence(Basis.PROVISIONAL, "general knowledge; check before relying on it"),
    ),
)


SHORTEST_PART: Final = 3
"""Fewer signs of a plate are on too many vehicles to find one by."""


def plate_key(raw: str) -> str:
    """Return what a vehicle is found by, however its plate or unit id was spelled.

    It is what every plate rule reads a plate as, also where the plate fits none of them.
    """
    return normalise(raw, PLATE_MARKS)
