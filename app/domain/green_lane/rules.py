"""The green-lane rules: a number, a sentence, a source, half-open days and one test each.

A rule that has been in force is never edited: it gets an end day, and a new rule a new code. What
changes by season (products, access, papers, windows, allotments) is rows, not rules.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.domain.green_lane import conditions
from app.domain.green_lane.rule import Condition, Rule
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Evidence

OPENING = date(2022, 2, 21)
"""First day of the digital platform; there was no green lane by these rules before."""

SAMPLED_AT_THE_VEHICLE = Evidence(
    Basis.PROVISIONAL,
    "press of 2025 tells that samples are taken at the vehicle and papers given the same day",
)

RULES: tuple[Rule, ...] = (
    Rule(
        code="GL-01",
        sentence={
            "vi": "Xe đi theo chiều xuất khẩu.",
            "en": "The vehicle goes out to China: direction is export.",
            "zh": "车辆为出口方向。",
        },
        refusal={
            "vi": "Luồng xanh chỉ dành cho chiều xuất khẩu.",
            "en": "The green lane serves exports only.",
            "zh": "绿色通道仅服务出口方向。",
        },
        reads=("direction",),
        test_text="direction = export",
        evidence=Evidence(Basis.PUBLISHED, "article on the zone, 24 Dec 2023"),
        valid=Validity(OPENING),
        test=conditions.is_export,
    ),
    Rule(
        code="GL-02",
        sentence={
            "vi": "Cửa khẩu có luồng xanh trong ngày đó.",
            "en": "The gate runs a green lane on that day.",
            "zh": "该口岸当日开设绿色通道。",
        },
        refusal={
            "vi": "Cửa khẩu này không có luồng xanh trong ngày đó.",
            "en": "This gate runs no green lane on that day.",
            "zh": "该口岸当日未开设绿色通道。",
        },
        reads=(
            "gate_code",
            "on_date",
            "gates.green_lane_rows",
        ),
        test_text="a green_lane_rows entry of the gate covers on_date",
        evidence=Evidence(Basis.PUBLISHED, "article on the zone, 24 Dec 2023"),
        valid=Validity(OPENING),
        test=conditions.gate_runs_a_green_lane,
    ),
    Rule(
        code="GL-03",
        sentence={
            "vi": "Nhóm hàng khai báo là rau, quả tươi xuất khẩu.",
            "en": "The declared goods group is fresh-produce-export.",
            "zh": "申报的货物类别为出口新鲜蔬果。",
        },
        refusal={
            "vi": "Nhóm hàng không phải rau, quả tươi xuất khẩu.",
            "en": "The goods group is not fresh vegetables and fruit for export.",
            "zh": "货物类别不是出口新鲜蔬果。",
        },
        reads=("goods_group",),
        test_text="every goods line's goods group is fresh-produce-export",
        evidence=Evidence(Basis.PROVISIONAL, "our rule, built on press reports"),
        valid=Validity(OPENING),
        test=conditions.goods_are_fresh_produce,
    ),
    Rule(
        code="GL-04",
        sentence={
            "vi": ("Có ít nhất một sản phẩm, và mọi sản phẩm đều là mặt hàng tươi trong danh mục."),
            "en": ("At least one product is declared, and every product is on the list and fresh."),
            "zh": "至少申报一种产品，且每种产品均在名录内并为鲜货。",
        },
        refusal={
            "vi": "Có sản phẩm ngoài danh mục hoặc không phải hàng tươi.",
            "en": "A product is missing from the list, or is not fresh, or none is declared.",
            "zh": "有产品不在名录内、非鲜货，或未申报产品。",
        },
        reads=(
            "product_codes",
            "produce.green_lane",
        ),
        test_text="product_codes is not empty and every code is in produce with green_lane true",
        evidence=Evidence(
            Basis.PROVISIONAL, "our rule, built on press reports; list in the press, June 2024"
        ),
        valid=Validity(OPENING),
        test=conditions.products_are_listed_and_fresh,
    ),
    Rule(
        code="GL-05",
        sentence={
            "vi": (
                "Mọi sản phẩm trong danh mục đều được phép vào thị trường Trung Quốc trong ngày đó."
            ),
            "en": "Every listed product has market access to China in force on that day.",
            "zh": "名录内的每种产品当日均获准进入中国市场。",
        },
        refusal={
            "vi": "Có sản phẩm chưa được phép vào thị trường Trung Quốc trong ngày đó.",
            "en": "A product has no market access to China in force on that day.",
            "zh": "有产品当日未获准进入中国市场。",
        },
        reads=(
            "product_codes",
            "on_date",
            "produce.market_access",
        ),
        test_text=(
            "each declared product found in produce has a market_access row that covers "
            "on_date and whose status is open; unlisted products are left to GL-04"
        ),
        evidence=Evidence(Basis.PUBLISHED, "press, 2022-2025: access by protocol or by tradition"),
        valid=Validity(OPENING),
        test=conditions.products_may_enter_china,
    ),
    Rule(
        code="GL-06",
        sentence={
            "vi": (
                "Giấy chứng nhận kiểm dịch thực vật đã cấp, hoặc đã xin hay đã lấy mẫu tại cửa "
                "khẩu (khi đó luồng có điều kiện), và không bị từ chối."
            ),
            "en": (
                "A phytosanitary certificate is issued, or is requested or sampled at the gate "
                "(then the lane is conditional), and is not rejected."
            ),
            "zh": "植物检疫证书已签发，或已在口岸申请或取样（此时通道为有条件），且未被拒。",
        },
        refusal={
            "vi": "Thiếu giấy chứng nhận kiểm dịch thực vật hoặc giấy bị từ chối.",
            "en": "The phytosanitary certificate is missing or rejected.",
            "zh": "植物检疫证书缺失或被拒。",
        },
        reads=(
            "phytosanitary_certificate_no",
            "phytosanitary_status",
        ),
        test_text=(
            "the status is not rejected, and either the number is not blank or the status is "
            "requested or sampled; requested or sampled without a number makes the verdict "
            "conditional"
        ),
        evidence=Evidence(Basis.PUBLISHED, "customs press, 2022-2023"),
        valid=Validity(OPENING),
        test=conditions.certificate_is_there_or_awaited,
        condition=Condition(conditions.certificate_is_awaited, SAMPLED_AT_THE_VEHICLE),
    ),
    Rule(
        code="GL-07",
        sentence={
            "vi": "Có mã số vùng trồng khi sản phẩm phải có.",
            "en": "A growing-area code is given where a product asks for one.",
            "zh": "产品要求时，已提供种植区代码。",
        },
        refusal={
            "vi": "Thiếu mã số vùng trồng.",
            "en": "The growing-area code is missing.",
            "zh": "缺少种植区代码。",
        },
        reads=(
            "growing_area_code",
            "produce.required_documents",
        ),
        test_text=(
            "if a declared product found in produce requires growing-area-code on on_date, the "
            "code is not blank; its form is a warning only"
        ),
        evidence=Evidence(Basis.PUBLISHED, "customs press, 2023"),
        valid=Validity(OPENING),
        test=conditions.growing_area_is_given,
    ),
    Rule(
        code="GL-08",
        sentence={
            "vi": "Có mã số cơ sở đóng gói khi sản phẩm phải có.",
            "en": "A packing-house code is given where a product asks for one.",
            "zh": "产品要求时，已提供包装厂代码。",
        },
        refusal={
            "vi": "Thiếu mã số cơ sở đóng gói.",
            "en": "The packing-house code is missing.",
            "zh": "缺少包装厂代码。",
        },
        reads=(
            "packing_house_code",
            "produce.required_documents",
        ),
        test_text=(
            "if a declared product found in produce requires packing-house-code on on_date, "
            "the code is not blank; its form is a warning only"
        ),
        evidence=Evidence(Basis.PUBLISHED, "customs press, 2023"),
        valid=Validity(OPENING),
        test=conditions.packing_house_is_given,
    ),
    Rule(
        code="GL-09",
        sentence={
            "vi": "Có đủ kết quả kiểm nghiệm khi sản phẩm phải có.",
            "en": "Every laboratory test that a product asks for is attached.",
            "zh": "产品要求的检测报告均已附上。",
        },
        refusal={
            "vi": "Thiếu kết quả kiểm nghiệm bắt buộc.",
            "en": "A required laboratory test is missing.",
            "zh": "缺少必需的检测报告。",
        },
        reads=(
            "test_documents",
            "produce.required_documents",
        ),
        test_text=(
            "every document of auramine-o-test and cadmium-test that a declared product "
            "requires on on_date is among test_documents"
        ),
        evidence=Evidence(Basis.PUBLISHED, "press, Feb 2025"),
        valid=Validity(date(2025, 1, 10)),
        test=conditions.tests_are_attached,
    ),
    Rule(
        code="GL-10",
        sentence={
            "vi": "Có số tờ khai hải quan.",
            "en": "A customs declaration number is given.",
            "zh": "已提供海关报关单号。",
        },
        refusal={
            "vi": "Chưa có tờ khai hải quan.",
            "en": "There is no customs declaration.",
            "zh": "没有海关报关单。",
        },
        reads=("customs_declaration_no",),
        test_text="the number is not blank",
        evidence=Evidence(Basis.PROVISIONAL, "our rule, built on press reports"),
        valid=Validity(OPENING),
        test=conditions.customs_declaration_is_given,
    ),
    Rule(
        code="GL-11",
        sentence={
            "vi": "Khai báo trên nền tảng trước khi xe đến.",
            "en": "The entry was declared before the vehicle arrived.",
            "zh": "车辆到达前已在平台申报。",
        },
        refusal={
            "vi": "Xe đến trước khi khai báo.",
            "en": "The vehicle arrived before the entry was declared.",
            "zh": "车辆到达后才申报。",
        },
        reads=(
            "declared_at",
            "arrived_at",
        ),
        test_text=(
            "arrived_at (the first presence) is not set yet, or declared_at (the instant of "
            "registration) is strictly earlier, compared as instants"
        ),
        evidence=Evidence(Basis.PUBLISHED, "article on the zone, 24 Dec 2023; press, 21 Feb 2022"),
        valid=Validity(OPENING),
        test=conditions.declared_before_presence,
    ),
    Rule(
        code="GL-12",
        sentence={
            "vi": "Mỗi xe chỉ chở một loại sản phẩm.",
            "en": "One kind of produce on the vehicle.",
            "zh": "一车只装一种产品。",
        },
        refusal={
            "vi": "Xe chở nhiều loại sản phẩm.",
            "en": "The vehicle carries more than one kind of produce.",
            "zh": "车上装有多种产品。",
        },
        reads=("product_codes",),
        test_text="the number of distinct product codes is not above one",
        evidence=Evidence(
            Basis.PROVISIONAL,
            ("our rule, built on press reports; same condition in the two-way pilot of Dec 2025"),
        ),
        valid=Validity(OPENING),
        test=conditions.one_kind_of_produce,
    ),
    Rule(
        code="GL-13",
        sentence={
            "vi": "Không còn sai lệch về biển số xe, rơ moóc, container hoặc niêm phong.",
            "en": "No open discrepancy on tractor, trailer, container or seal.",
            "zh": "车牌、挂车、集装箱及封志无未处理的不符。",
        },
        refusal={
            "vi": "Còn sai lệch chưa xử lý về biển số xe, rơ moóc, container hoặc niêm phong.",
            "en": "A discrepancy on tractor, trailer, container or seal is open.",
            "zh": "车牌、挂车、集装箱或封志存在未处理的不符。",
        },
        reads=("open_discrepancies",),
        test_text="open_discrepancies is empty",
        evidence=Evidence(
            Basis.PROVISIONAL, "our rule, built on press reports; swaps were prosecuted in 2022"
        ),
        valid=Validity(OPENING),
        test=conditions.no_open_discrepancy,
    ),
)
"""Every rule that is or was in force; their order changes no verdict."""

RULES_BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


def rules_in_force(on: date) -> tuple[Rule, ...]:
    """Return the rules of a legal day; before the opening there are none."""
    return tuple(rule for rule in RULES if rule.valid.covers(on))


def describe_rules(on: date | None = None) -> list[dict[str, Any]]:
    """Return the rules of a day, or all there ever were, as plain JSON values."""
    return [rule.described() for rule in (RULES if on is None else rules_in_force(on))]


NEVER_READ: Mapping[str, Mapping[str, str]] = {
    "customs_channel": {
        "why": (
            "The customs risk channel (green, yellow, red) is another thing; a red-channel "
            "consignment may be in the green lane."
        ),
        "basis": "published",
        "source": "customs press; four meanings of 'luồng xanh'",
    },
}
"""What no rule may read, though one might think so; `LaneFacts` has no field for it."""
