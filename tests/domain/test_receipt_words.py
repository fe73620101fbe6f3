"""Amounts in words: known ones as people write them, all others read back as what they were."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.receipts.words import in_words
from app.domain.vocabulary import Language

KNOWN = [
    (0, "không đồng", "zero Vietnamese dong", "零越南盾整"),
    (10, "mười đồng", "ten Vietnamese dong", "壹拾越南盾整"),
    (15, "mười lăm đồng", "fifteen Vietnamese dong", "壹拾伍越南盾整"),
    (24, "hai mươi tư đồng", "twenty-four Vietnamese dong", "贰拾肆越南盾整"),
    (100_000, "một trăm nghìn đồng", "one hundred thousand Vietnamese dong", "壹拾万越南盾整"),
    (
        105_000, "một trăm linh năm nghìn đồng", "one hundred and five thousand Vietnamese dong",
        "壹拾万伍仟越南盾整",
    ),
    (
        390_000, "ba trăm chín mươi nghìn đồng",
        "three hundred and ninety thousand Vietnamese dong", "叁拾玖万越南盾整",
    ),
    (800_000, "tám trăm nghìn đồng", "eight hundred thousand Vietnamese dong", "捌拾万越南盾整"),
    (
        1_040_000, "một triệu không trăm bốn mươi nghìn đồng",
        "one million forty thousand Vietnamese dong", "壹佰零肆万越南盾整",
    ),
    (
        1_000_005, "một triệu không trăm linh năm đồng", "one million and five Vietnamese dong",
        "壹佰万零伍越南盾整",
    ),
    (
        21_021_021,
        "hai mươi mốt triệu không trăm hai mươi mốt nghìn không trăm hai mươi mốt đồng",
        "twenty-one million twenty-one thousand and twenty-one Vietnamese dong",
        "贰仟壹佰零贰万壹仟零贰拾壹越南盾整",
    ),
    (
        536_500_000_000, "năm trăm ba mươi sáu tỷ năm trăm triệu đồng",
        "five hundred and thirty-six billion five hundred million Vietnamese dong",
        "伍仟叁佰陆拾伍亿越南盾整",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("amount", "vi", "en", "zh"), KNOWN)
def test_an_amount_is_written_as_people_write_it(amount: int, vi: str, en: str, zh: str) -> None:
    assert [vi, en, zh] == [in_words(amount, language) for language in Language]


@given(st.integers(0, 10**20) | st.integers(0, 10**7))
def test_whatever_is_written_reads_back_as_the_same_amount(amount: int) -> None:
    assert amount == read_vietnamese(in_words(amount, Language.VI).removesuffix(" đồng"))
    assert amount == read_english(in_words(amount, Language.EN).removesuffix(" Vietnamese dong"))
    assert amount == read_chinese(in_words(amount, Language.ZH).removesuffix("越南盾整"))


@pytest.mark.parametrize("language", Language)
def test_a_negative_amount_has_no_words(language: Language) -> None:
    with pytest.raises(ValueError, match="negative"):
        in_words(-1, language)


# --- readers, written from the grammar and not from the writers ----------------------------------


def read_vietnamese(text: str) -> int:
    words = {
        "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5,
        "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
    }  # fmt: skip
    total = group = last = 0
    for word in text.split():
        match word:
            case "trăm":
                group, last = last * 100, 0
            case "mươi":
                group, last = group + last * 10, 0
            case "mười":
                group += 10
            case "linh":
                pass
            case "nghìn" | "triệu":
                size = 1_000 if word == "nghìn" else 1_000_000
                total, group, last = total + (group + last) * size, 0, 0
            case "tỷ":
                total, group, last = (total + group + last) * 1_000_000_000, 0, 0
            case _:
                last = words[word]
    return total + group + last


ENGLISH = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def read_english(text: str) -> int:
    words = {name: number for number, name in enumerate(ENGLISH)}
    words |= {name: 20 + 10 * number for number, name in enumerate(TENS)}
    total = group = 0
    for word in re.split("[ -]", text):
        match word:
            case "and":
                pass
            case "hundred":
                group *= 100
            case "thousand" | "million":
                size = 1_000 if word == "thousand" else 1_000_000
                total, group = total + group * size, 0
            case "billion":
                total, group = (total + group) * 1_000_000_000, 0
            case _:
                group += words[word]
    return total + group


SECTIONS: Mapping[str, int] = {"亿": 100_000_000, "万": 10_000}
PLACES = {"仟": 1_000, "佰": 100, "拾": 10}


def read_chinese(text: str) -> int:
    for name, size in SECTIONS.items():
        high, found, low = text.rpartition(name)
        if found:
            return read_chinese(high) * size + read_chinese(low)
    total = digit = 0
    for sign in text:
        if sign in PLACES:
            total, digit = total + digit * PLACES[sign], 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(sign)
    return total + digit
