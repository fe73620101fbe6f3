"""Check digits of taxpayers and containers; the arguments have matched their pattern."""

from typing import Final

_TAX_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_CREDIT_DIGITS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Base 31: no I, O, S, V or Z."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTER_VALUES: Final = dict(
    zip(_LETTERS, (value for value in range(10, 39) if value % 11), strict=True)
)
"""Letters count from A = 10 upwards without 11, 22 and 33."""


def has_right_tax_digit(code: str) -> bool:
    """Tell whether the tenth digit fits the first nine, and neither number nor branch is all zeros.

    The tenth is 10 less the weighted sum modulo 11; where the sum leaves 0 no digit is right. The
    first two digits are the province, the seven after them count its taxpayers from 1.
    Source: public open-source validators.
    """
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, code, strict=False))
    is_somebody = code[2:9] != "0000000" and code[10:] != "000"
    return is_somebody and 10 - total % 11 == int(code[9])


def has_right_container_digit(number: str) -> bool:
    """Tell whether the last digit fits: position weights 1, 2, 4 ... 512, 10 counts as 0.

    Source: ISO 6346.
    """
    values = (_LETTER_VALUES.get(sign) or int(sign) for sign in number[:10])
    total = sum(value << place for place, value in enumerate(values))
    return total % 11 % 10 == int(number[10])


def has_right_credit_digit(code: str) -> bool:
    """Tell whether the last of the 18 digits fits the first 17: together they leave 0 modulo 31.

    The weights of the first are the powers of 3. Source: public open-source validators of GB
    32100-2015.
    """
    *values, last = (_CREDIT_DIGITS.index(sign) for sign in code)
    total: int = sum(value * 3**place for place, value in enumerate(values)) + last
    return total % 31 == 0
