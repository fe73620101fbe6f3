"""Amounts in words, as a receipt has them: Vietnamese, English, formal Chinese numerals.

No library was found that is kept for all three. Vietnamese is read as on invoices in the north
(`linh`, `nghìn`, `tỷ`), groups of noughts left out; Chinese in the numerals that banks want because
nobody can alter them, closed by `整`. Whatever is written reads back as the same amount.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from app.domain.vocabulary import Language

HUNDRED: Final = 100
THOUSAND: Final = 1_000
BILLION: Final = 1_000_000_000
MYRIAD: Final = 10_000
HUNDRED_MILLION: Final = 100_000_000


def in_words(amount_vnd: int, language: Language) -> str:
    """Return whole VND in words, the currency included, without a capital at its beginning.

    Raises:
        ValueError: the amount is negative; nobody gives a receipt for that.
    """
    if amount_vnd < 0:
        message = "an amount in words is not negative"
        raise ValueError(message)
    return _WRITERS[language](amount_vnd)


# --- Vietnamese ------------------------------------------------------------------------------

_VI: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VI_AFTER_TEN: Final = {5: "lăm"}
_VI_AFTER_TENS: Final = {1: "mốt", 4: "tư", **_VI_AFTER_TEN}
_VI_GROUPS: Final = ("", " nghìn", " triệu")


def _vietnamese(amount: int) -> str:
    return f"{' '.join(_vi_parts(amount, is_led=False)) or _VI[0]} đồng"


def _vi_parts(number: int, *, is_led: bool) -> Iterator[str]:
    """Yield a number group by group; billions count anew, so that there is no largest one.

    What stands behind a higher group `is_led`, and says its noughts: `không trăm linh năm`.
    """
    high, low = divmod(number, BILLION)
    if high:
        yield f"{' '.join(_vi_parts(high, is_led=is_led))} tỷ"
    for place in (2, 1, 0):
        group = low // THOUSAND**place % THOUSAND
        if group:
            yield (
                f"{_vi_group(group, is_led=is_led or number >= THOUSAND ** (place + 1))}"
                + (_VI_GROUPS[place])
            )


def _vi_group(group: int, *, is_led: bool) -> str:
    hundreds, rest = divmod(group, HUNDRED)
    tens, ones = divmod(rest, 10)
    said = [f"{_VI[hundreds]} trăm"] if hundreds or is_led else []
    if tens == 0 and ones:
        said += [f"linh {_VI[ones]}"] if said else [_VI[ones]]
    elif tens == 1:
        said += ["mười", *([_VI_AFTER_TEN.get(ones, _VI[ones])] if ones else [])]
    elif tens:
        said += [f"{_VI[tens]} mươi", *([_VI_AFTER_TENS.get(ones, _VI[ones])] if ones else [])]
    return " ".join(said)


# --- English ---------------------------------------------------------------------------------

_EN: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_EN_TENS: Final = (
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_EN_GROUPS: Final = ("", " thousand", " million")


def _english(amount: int) -> str:
    return f"{' '.join(_en_parts(amount)) or _EN[0]} Vietnamese dong"


def _en_parts(number: int) -> Iterator[str]:
    high, low = divmod(number, BILLION)
    if high:
        yield f"{' '.join(_en_parts(high))} billion"
    for place in (2, 1, 0):
        group = low // THOUSAND**place % THOUSAND
        if group:
            joined = "and " if place == 0 and group < HUNDRED and number >= THOUSAND else ""
            yield f"{joined}{_en_group(group)}{_EN_GROUPS[place]}"


def _en_group(group: int) -> str:
    hundreds, rest = divmod(group, HUNDRED)
    said = [f"{_EN[hundreds]} hundred"] if hundreds else []
    if rest:
        said.append(_en_below_100(rest))
    return " and ".join(said)


def _en_below_100(number: int) -> str:
    if number < len(_EN):
        return _EN[number]
    tens, ones = divmod(number, 10)
    return _EN_TENS[tens] + (f"-{_EN[ones]}" if ones else "")


# --- Chinese ---------------------------------------------------------------------------------

_ZH: Final = "零壹贰叁肆伍陆柒捌玖"
_ZH_PLACES: Final = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_ZH_SECTIONS: Final = ((HUNDRED_MILLION, "亿"), (MYRIAD, "万"))


def _chinese(amount: int) -> str:
    return f"{_zh_number(amount) or _ZH[0]}越南盾整"


def _zh_number(number: int) -> str:
    """Return a number by its sections, each joined by one nought where noughts stand between."""
    for size, name in _ZH_SECTIONS:
        high, low = divmod(number, size)
        if high:
            gap = _ZH[0] if 0 < low < size // 10 else ""
            return f"{_zh_number(high)}{name}{gap}{_zh_number(low)}"
    return _zh_section(number)


def _zh_section(number: int) -> str:
    """Return a number below 10,000; noughts before its first digit and after its last are left."""
    said = ""
    for size, name in _ZH_PLACES:
        digit = number // size % 10
        if digit:
            said += f"{_ZH[digit]}{name}"
        elif said and not said.endswith(_ZH[0]) and number % size:
            said += _ZH[0]
    return said


_WRITERS: Final[Mapping[Language, Callable[[int], str]]] = {
    Language.VI: _vietnamese,
    Language.EN: _english,
    Language.ZH: _chinese,
}
