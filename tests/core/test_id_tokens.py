"""ID tokens that are read: whatever comes, it is one for us or it is refused as none."""

import json
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.id_tokens import Expected, IdTokenError, read_id_token
from tests.provider import Provider

AT = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
SECOND = int(AT.timestamp())
HERE = Provider(SECOND)
EXPECTED = Expected("https://id.example", "gate", "nonce", AT)
GOOD = {
    "iss": "https://id.example", "aud": "gate", "nonce": "nonce", "sub": "17", "iat": SECOND,
    "exp": SECOND + 300,
}  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def signed(claims: dict[str, Any]) -> str:
    return jwt.PyJWS().encode(json.dumps(claims).encode(), HERE.key, "ES256", {"kid": HERE.kid})


def test_a_token_for_us_is_read() -> None:
    assert GOOD == read_id_token(signed(GOOD), [HERE.public()], EXPECTED)


@given(st.sampled_from(sorted(GOOD)), ANYTHING)
def test_a_claim_that_is_anything_else_is_refused(name: str, value: Any) -> None:
    token = signed({**GOOD, name: value})
    try:
        read = read_id_token(token, [HERE.public()], EXPECTED)
    except IdTokenError:
        return
    assert name in {"sub", "iat", "exp"} or value in (GOOD[name], ["gate"])
    assert EXPECTED.nonce == read["nonce"]


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,9}"))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(IdTokenError):
        read_id_token(text, [HERE.public()], EXPECTED)


@given(ANYTHING, ANYTHING)
def test_keys_that_are_none_are_refused(x: Any, kid: Any) -> None:
    keys = [{**HERE.public(), "x": x}, {**HERE.public(), "kid": kid}]
    with pytest.raises(IdTokenError):
        read_id_token(signed(GOOD), keys, EXPECTED)
