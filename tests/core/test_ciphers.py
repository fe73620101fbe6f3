"""What is encrypted names its key, and so does what is found by."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ciphers import Cipher

OLD, NEW = b"o" * 32, b"n" * 32
PEPPER = "pepper of API keys"
BEFORE = Cipher({"old": OLD}, PEPPER)
DURING = Cipher({"new": NEW, "old": OLD}, PEPPER)
AFTER = Cipher({"new": NEW}, "another pepper")


@given(st.text())
def test_what_was_sealed_before_a_rotation_opens_until_its_key_is_gone(text: str) -> None:
    sealed = BEFORE.encrypt(text)
    assert text == DURING.decrypt(sealed)
    assert text == AFTER.decrypt(DURING.encrypt(text))
    with pytest.raises(KeyError):
        AFTER.decrypt(sealed)


@given(st.text(min_size=1))
def test_a_text_is_found_under_every_key_that_is_set(text: str) -> None:
    for cipher in (BEFORE, DURING):
        assert cipher.hash_to_find(text) in DURING.hashes_to_find(text)
    assert BEFORE.hash_to_find(text) not in AFTER.hashes_to_find(text)
    assert BEFORE.hash_to_find(text) != DURING.hash_to_find(text)


def test_what_was_hashed_before_hashes_named_a_key_is_still_found() -> None:
    hashed = hmac.digest(b"find:" + PEPPER.encode(), b"0912345678", "sha256")
    assert hashed in DURING.hashes_to_find("0912345678")


def test_the_current_key_marks_all_that_it_makes() -> None:
    assert ("new", "old") == DURING.names
    for made in (DURING.encrypt("An"), DURING.hash_to_find("An")):
        assert made.startswith(DURING.mark)
    assert not BEFORE.encrypt("An").startswith(DURING.mark)
