"""Why the tariff refuses to price something, all at once, and the sentences that say it."""

from collections.abc import Iterator, Mapping

from app.domain.charges.edition import Edition
from app.domain.charges.facts import FeeFacts
from app.domain.errors import FieldError, TariffRefusalError
from app.domain.vocabulary import Journey, Text

REFUSALS: Mapping[str, Text] = {
    "no-tariff-in-force": {
        "vi": "Không có biểu phí nào có hiệu lực vào ngày này.",
        "en": "No tariff edition is in force on this day.",
        "zh": "该日没有生效的收费标准。",
    },
    "mode-not-in-tariff": {
        "vi": "Biểu phí chỉ áp dụng cho phương tiện đường bộ.",
        "en": "The tariff covers road vehicles only.",
        "zh": "收费标准仅适用于公路车辆。",
    },
    "vehicle-class-unknown": {
        "vi": "Thiếu cả tải trọng và chiều dài container nên không xác định được loại xe.",
        "en": "Neither payload nor container length is given, so the vehicle class is unknown.",
        "zh": "既无载重也无集装箱长度，无法确定车型。",
    },
    "goods-group-not-for-direction": {
        "vi": "Nhóm hàng không dùng cho chiều xuất hoặc nhập này.",
        "en": "The goods group does not exist in this direction.",
        "zh": "该货物类别不适用于此方向。",
    },
    "receiving-vehicle-not-for-journey": {
        "vi": "Chỉ khi sang tải mới có xe nhận hàng.",
        "en": "Receiving vehicles go with transshipment only.",
        "zh": "仅换装时才有接货车辆。",
    },
    "declared-value-missing": {
        "vi": "Xe chở nhiều nhóm hàng phải có trị giá khai báo cho từng dòng hàng.",
        "en": "A mixed load needs a declared customs value on each goods line.",
        "zh": "混装货物的每一项须申报海关价值。",
    },
}
"""The sentence of each refusal code, for the catalogue."""

_ERRORS = {error.code: error for error in TariffRefusalError.__subclasses__()}


def refusals_of(edition: Edition, facts: FeeFacts) -> tuple[FieldError, ...]:
    """Return every reason why `edition` has no price for `facts`, each with its pointer there.

    `rule` is the refusal's code. Pointers are in terms of `FeeFacts`: `/mode`, `/vehicle`,
    `/receiving/0`, `/goods/0/goods_group`, `/goods/0/customs_value_vnd`.
    """
    if facts.mode not in edition.modes:
        return (FieldError("/mode", "mode-not-in-tariff", facts.mode),)
    checks = (_of_classes, _of_groups, _of_receiving, _of_values)
    return tuple(refusal for check in checks for refusal in check(edition, facts))


def refused(refusals: tuple[FieldError, ...]) -> TariffRefusalError:
    """Return the error of the first refusal, which carries them all."""
    return _ERRORS[refusals[0].rule](errors=refusals)


def _of_classes(edition: Edition, facts: FeeFacts) -> Iterator[FieldError]:
    if not edition.has_class(facts.vehicle):
        yield FieldError("/vehicle", "vehicle-class-unknown")
    for index, vehicle in enumerate(facts.receiving):
        if not edition.has_class(vehicle):
            yield FieldError(f"/receiving/{index}", "vehicle-class-unknown")


def _of_groups(edition: Edition, facts: FeeFacts) -> Iterator[FieldError]:
    for index, group in enumerate(facts.goods_groups):
        if not edition.has_group(group, facts.direction):
            pointer = f"/goods/{index}/goods_group"
            yield FieldError(pointer, "goods-group-not-for-direction", group)


def _of_receiving(_: Edition, facts: FeeFacts) -> Iterator[FieldError]:
    if facts.receiving and facts.journey is not Journey.TRANSSHIPMENT:
        yield FieldError("/receiving", "receiving-vehicle-not-for-journey", len(facts.receiving))


def _of_values(_: Edition, facts: FeeFacts) -> Iterator[FieldError]:
    """Ask for a value only where more than one goods group is on the vehicle."""
    if len(set(facts.goods_groups)) == 1:
        return
    for index, line in enumerate(facts.goods):
        if line.customs_value_vnd is None:
            yield FieldError(f"/goods/{index}/customs_value_vnd", "declared-value-missing")
