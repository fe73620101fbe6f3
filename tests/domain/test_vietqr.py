"""VietQR: read back by a reader written from the table of fields, and by the checksum."""

from binascii import crc_hqx
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.vietqr import CollectionAccount, checksum, transfer

# Published by an open-source reader of VietQR (`domain.md` 6.2, S120).
PUBLISHED = (
    "00020001021238570010A00000072701270006970436011308810004580860208QRIBFTTA53037045802VN6304CD60"
)
ACCOUNT = CollectionAccount("970436", "0881000458086", "Fee collection")
DIGITS = some.text("0123456789", min_size=6, max_size=6)
PLAIN = some.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=19
)
TEMPLATES: Mapping[str, object] = {"38": {"01": {}}, "62": {}}


def fields(text: str, templates: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a text: tag, length in two digits, value; templates have fields."""
    found: dict[str, object] = {}
    while text:
        tag, length = text[:2], int(text[2:4])
        value, text = text[4 : 4 + length], text[4 + length :]
        assert len(value) == length
        assert tag not in found
        inner = templates.get(tag)
        found[tag] = fields(value, inner) if isinstance(inner, dict) else value
    return found


def test_the_checksum_is_that_of_a_published_code_and_of_its_standard() -> None:
    assert PUBLISHED.removesuffix("CD60") != PUBLISHED
    assert "CD60" == checksum(PUBLISHED[:-4])
    assert "29B1" == checksum("123456789")


def test_a_transfer_has_the_fields_of_the_table() -> None:
    text = transfer(ACCOUNT, 350_000, "20260311-0C3FHMFY6")
    assert {
        "00": "01",
        "01": "12",
        "38": {
            "00": "A000000727",
            "01": {"00": "970436", "01": "0881000458086"},
            "02": "QRIBFTTA",
        },
        "53": "704",
        "54": "350000",
        "58": "VN",
        "62": {"08": "20260311-0C3FHMFY6"},
        "63": checksum(text[:-4]),
    } == fields(text, TEMPLATES)
    assert PUBLISHED[12:69] in text


@given(
    DIGITS,
    PLAIN,
    some.integers(0, 2**63 - 1),
    some.text("0123456789-ABC ", min_size=1, max_size=25),
)
def test_what_is_written_is_read_back(bank: str, number: str, amount: int, purpose: str) -> None:
    text = transfer(CollectionAccount(bank, number, "x"), amount, purpose)
    found = fields(text, TEMPLATES)
    assert {"00": "A000000727", "01": {"00": bank, "01": number}, "02": "QRIBFTTA"} == found["38"]
    assert (str(amount), {"08": purpose}) == (found["54"], found["62"])
    assert crc_hqx(text[:-4].encode(), 0xFFFF) == int(str(found["63"]), 16)


@given(some.integers(0, 10**12), some.data())
def test_one_changed_sign_breaks_the_checksum(amount: int, data: some.DataObject) -> None:
    text = transfer(ACCOUNT, amount, "20260311-0C3FHMFY6")
    place = data.draw(some.integers(0, len(text) - 5))
    sign = data.draw(some.sampled_from("0123456789ABCDEF").filter(lambda one: one != text[place]))
    changed = text[:place] + sign + text[place + 1 :]
    assert checksum(changed[:-4]) != changed[-4:]


@pytest.mark.parametrize(
    ("account", "purpose"),
    [
        pytest.param(ACCOUNT, "", id="no text"),
        pytest.param(ACCOUNT, "x" * 26, id="a long text"),
        pytest.param(ACCOUNT, "phí", id="marks"),
        pytest.param(ACCOUNT, "a\nb", id="two lines"),
        pytest.param(CollectionAccount("970436", "1" * 100, "x"), "x", id="a long account"),
    ],
)
def test_what_no_field_can_hold_is_refused(account: CollectionAccount, purpose: str) -> None:
    with pytest.raises(ValueError, match=r"text|field"):
        transfer(account, 1, purpose)
