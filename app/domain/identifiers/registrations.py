"""Numbers with rules of their own: taxpayers and containers."""

from typing import Final

from app.domain.identifiers.check_digits import (
    has_right_container_digit,
    has_right_credit_digit,
    has_right_tax_digit,
)
from app.domain.identifiers.rule import DOT_AND_HYPHEN, Doubt, IdentifierRule, Kind
from app.domain.vocabulary import Basis, Evidence, Text

REGISTRATIONS: Final = (
    IdentifierRule(
        kind=Kind.TAX_CODE,
        label=Text(vi="Mã số thuế", en="Tax code", zh="税号"),
        pattern="[0-9]{10}([0-9]{3})?",
        removed=DOT_AND_HYPHEN,
        check=has_right_tax_digit,
        evidence=Evidence(Basis.PUBLISHED, "public open-source validators"),
    ),
    IdentifierRule(
        kind=Kind.PERSONAL_TAX_NUMBER,
        label=Text(
            vi="Số định danh cá nhân dùng làm mã số thuế",
            en="Personal number used as tax code",
            zh="个人身份号码（作税号）",
        ),
        pattern="0(0[1-9]|[1-8][0-9]|9[0-6])[0-9]{9}",
        removed=DOT_AND_HYPHEN,
        doubts=(
            Doubt(
                "unknown-province",
                "[0-9]{12}",
                Text(
                    vi="Ba số đầu không phải mã tỉnh 001-096.",
                    en="The first three digits are no province code 001-096.",
                    zh="前三位不是001-096的省份代码。",
                ),
            ),
        ),
        evidence=Evidence(Basis.PROVISIONAL, "general knowledge; check before relying on it"),
    ),
    IdentifierRule(
        kind=Kind.CREDIT_CODE,
        label=Text(
            vi="Mã tín dụng xã hội thống nhất (Trung Quốc)",
            en="Unified social credit code (China)",
            zh="统一社会信用代码",
        ),
        pattern="[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}",
        removed=DOT_AND_HYPHEN,
        check=has_right_credit_digit,
        evidence=Evidence(
            Basis.PUBLISHED, "GB 32100-2015, as public open-source validators read it"
        ),
    ),
    IdentifierRule(
        kind=Kind.CONTAINER,
        label=Text(vi="Số container", en="Container number", zh="集装箱号"),
        pattern="[A-Z]{3}[UJZ][0-9]{7}",
        removed=DOT_AND_HYPHEN,
        check=has_right_container_digit,
        doubts=(
            Doubt(
                "check-digit",
                "[A-Z]{3}[UJZ][0-9]{7}",
                Text(
                    vi="Chữ số kiểm tra không đúng.",
                    en="The check digit is wrong.",
                    zh="校验码不正确。",
                ),
            ),
        ),
        evidence=Evidence(
            Basis.PUBLISHED,
            "ISO 6346; a number with a wrong check digit is in observed platform records, May 2026",
        ),
    ),
)
