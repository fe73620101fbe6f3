"""VietQR: what a bank's app reads to fill in a transfer, account, amount and text.

EMVCo merchant-presented mode, as NAPAS profiles it: each field is a tag of two digits, a length of
two, and the value; the last is a checksum over all before it. Source: `domain.md` 6.2.
"""

from binascii import crc_hqx
from dataclasses import dataclass
from typing import Final

NAPAS: Final = "A000000727"
TO_ACCOUNT: Final = "QRIBFTTA"
ONCE: Final = "12"
"""For one payment only, with its amount; `11` would be for any number of them."""
VND: Final = "704"
LONGEST: Final = 99
LONGEST_PURPOSE: Final = 25


@dataclass(frozen=True, slots=True)
class CollectionAccount:
    """Where the fees are collected: the bank's BIN of six digits, the account, its holder's name.

    The name is shown beside the code and is not in it: a bank shows whose the account is.
    """

    bank: str
    number: str
    name: str


def transfer(account: CollectionAccount, amount_vnd: int, purpose: str) -> str:
    """Return what a QR code says that asks for one transfer of so much, under that text.

    Raises:
        ValueError: a value is longer than its field, or not plain.
    """
    if not 0 < len(purpose) <= LONGEST_PURPOSE:
        message = "the text of a transfer has 1 to 25 characters"
        raise ValueError(message)
    beneficiary = _field(0, account.bank) + _field(1, account.number)
    merchant = _field(0, NAPAS) + _field(1, beneficiary) + _field(2, TO_ACCOUNT)
    whole = (
        _field(0, "01")
        + _field(1, ONCE)
        + _field(38, merchant)
        + _field(53, VND)
        + _field(54, str(amount_vnd))
        + _field(58, "VN")
        + _field(62, _field(8, purpose))
        + "6304"
    )
    return whole + checksum(whole)


def checksum(text: str) -> str:
    """Return the CRC-16/CCITT-FALSE of a text, as four hexadecimal digits."""
    return f"{crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _field(tag: int, value: str) -> str:
    if len(value) > LONGEST or not (value.isascii() and value.isprintable()):
        message = f"field {tag:02} takes up to {LONGEST} plain characters"
        raise ValueError(message)
    return f"{tag:02}{len(value):02}{value}"
