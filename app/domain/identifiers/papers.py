"""Numbers on papers: declarations, HS codes, growing areas and packing houses."""

from typing import Final

from app.domain.identifiers.rule import DOT_AND_HYPHEN, Doubt, IdentifierRule, Kind
from app.domain.vocabulary import Basis, Evidence, Text

PAPERS: Final = (
    IdentifierRule(
        kind=Kind.CUSTOMS_DECLARATION_EXPORT,
        label=Text(
            vi="Số tờ khai hải quan xuất khẩu",
            en="Export customs declaration number",
            zh="出口报关单号",
        ),
        pattern="30[0-9]{10}",
        doubts=(
            Doubt(
                "unusual-prefix",
                "[0-9]{12}",
                Text(
                    vi="Tờ khai xuất khẩu thường bắt đầu bằng 30.",
                    en="Export declarations usually start with 30.",
                    zh="出口报关单通常以30开头。",
                ),
            ),
        ),
        evidence=Evidence(Basis.OBSERVED, "observed platform records, May 2026"),
    ),
    IdentifierRule(
        kind=Kind.CUSTOMS_DECLARATION_IMPORT,
        label=Text(
            vi="Số tờ khai hải quan nhập khẩu",
            en="Import customs declaration number",
            zh="进口报关单号",
        ),
        pattern="10[0-9]{10}",
        doubts=(
            Doubt(
                "unusual-prefix",
                "[0-9]{12}",
                Text(
                    vi="Tờ khai nhập khẩu thường bắt đầu bằng 10.",
                    en="Import declarations usually start with 10.",
                    zh="进口报关单通常以10开头。",
                ),
            ),
        ),
        evidence=Evidence(Basis.OBSERVED, "observed platform records, May 2026"),
    ),
    IdentifierRule(
        kind=Kind.HS_CODE,
        label=Text(vi="Mã HS", en="HS code", zh="HS编码"),
        pattern="(0[1-9]|[1-9][0-9])[0-9]{6}",
        removed=DOT_AND_HYPHEN,
        doubts=(
            Doubt(
                "too-short",
                "(0[1-9]|[1-9][0-9])([0-9]{2}|[0-9]{4})",
                Text(
                    vi="Mã HS quốc gia có 8 chữ số.",
                    en="The national list has 8 digits.",
                    zh="国家税则为8位。",
                ),
            ),
        ),
        evidence=Evidence(
            Basis.PROVISIONAL,
            "general knowledge; check before relying on it; 8 digits in the national list",
        ),
    ),
    IdentifierRule(
        kind=Kind.GROWING_AREA_CODE,
        label=Text(vi="Mã số vùng trồng", en="Growing-area code (PUC)", zh="种植区代码"),
        pattern="VN-[A-Z]{2}OR-[0-9]{4}",
        doubts=(
            Doubt(
                "hyphens-missing",
                "VN([A-Z]{2}OR)([0-9]{4})",
                Text(
                    vi="Thiếu dấu gạch nối; đã thêm vào.",
                    en="Hyphens were missing and have been added.",
                    zh="缺少连字符，已补上。",
                ),
                rewrite=r"VN-\1-\2",
            ),
            Doubt(
                "unknown-form",
                "(?!VN-?[A-Z]{2}PH-?[0-9]{4}$).+",
                Text(
                    vi="Dạng mã lạ, giữ nguyên.",
                    en="The form is not known to us; kept as typed.",
                    zh="格式未知，按原样保留。",
                ),
            ),
        ),
        evidence=Evidence(
            Basis.PROVISIONAL,
            "pattern seen in public code for durian export; official form not found",
        ),
    ),
    IdentifierRule(
        kind=Kind.PACKING_HOUSE_CODE,
        label=Text(vi="Mã số cơ sở đóng gói", en="Packing-house code (PHC)", zh="包装厂代码"),
        pattern="VN-[A-Z]{2}PH-[0-9]{4}",
        doubts=(
            Doubt(
                "hyphens-missing",
                "VN([A-Z]{2}PH)([0-9]{4})",
                Text(
                    vi="Thiếu dấu gạch nối; đã thêm vào.",
                    en="Hyphens were missing and have been added.",
                    zh="缺少连字符，已补上。",
                ),
                rewrite=r"VN-\1-\2",
            ),
            Doubt(
                "unknown-form",
                "(?!VN-?[A-Z]{2}OR-?[0-9]{4}$).+",
                Text(
                    vi="Dạng mã lạ, giữ nguyên.",
                    en="The form is not known to us; kept as typed.",
                    zh="格式未知，按原样保留。",
                ),
            ),
        ),
        evidence=Evidence(
            Basis.PROVISIONAL,
            "pattern seen in public code for durian export; official form not found",
        ),
    ),
)
