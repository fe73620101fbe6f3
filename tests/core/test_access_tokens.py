"""Access tokens: what was given is read; whatever else looks like one is none."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.access_tokens import LASTS, TYPE, AccessTokens, Grant, is_token
from app.core.signing import SignatureError, Signers, UnknownKeyError
from tests.core.test_signing import part, signed_by_hmac, with_header

NOW = datetime(2026, 5, 21, 3, 0, tzinfo=UTC)
NEW, OLD = b"n" * 32, b"o" * 32
SIGNERS = Signers({"new": NEW})
TOKENS = AccessTokens(SIGNERS.es256, "urn:gate")
CLIENT, KEY, JTI = (UUID(int=number) for number in range(1, 4))


def token(of: AccessTokens = TOKENS, *scopes: str) -> str:
    return of.give(CLIENT, KEY, scopes or ("read", "act"), NOW, JTI)


def claimed(**changes: Any) -> str:
    """Return a token that our key has signed, with other claims."""
    claims = {**TOKENS._signer.verify(token(), TYPE), **changes}  # noqa: SLF001 - its own claims
    return SIGNERS.es256.sign({name: one for name, one in claims.items() if one is not ...}, TYPE)


def test_a_token_says_whose_it_is_what_for_and_how_long() -> None:
    said = token()
    assert Grant(CLIENT, KEY, frozenset({"act", "read"}), NOW + LASTS) == TOKENS.read(said)
    assert timedelta(minutes=15) == LASTS
    assert is_token(said)
    assert not is_token("gate_company_Zx3vQ0m1b7n2k9s4")


def test_a_library_reads_it_with_the_published_keys() -> None:
    keys = jwt.PyJWKSet.from_dict(dict(SIGNERS.jwks()))
    said = token()
    claims = jwt.decode(
        said, keys[jwt.get_unverified_header(said)["kid"]], algorithms=["ES256"],
        audience="urn:gate", issuer="urn:gate", options={"verify_exp": False},
    )  # fmt: skip
    assert (str(CLIENT), str(CLIENT), str(KEY), "act read", str(JTI)) == tuple(
        claims[name] for name in ("sub", "client_id", "key_id", "scope", "jti")
    )
    assert 900 == claims["exp"] - claims["iat"]
    assert "at+jwt" == jwt.get_unverified_header(said)["typ"]


def test_while_a_new_key_signs_the_old_one_is_known_until_it_is_taken_out() -> None:
    old = AccessTokens(Signers({"old": OLD}).es256, "urn:gate")
    both = AccessTokens(Signers({"new": NEW, "old": OLD}).es256, "urn:gate")
    assert both.read(token(old)) == both.read(token(both))
    assert both.read(token(both)) == TOKENS.read(token(both))
    with pytest.raises(UnknownKeyError):
        TOKENS.read(token(old))


PUBLISHED = json.dumps(SIGNERS.es256.jwks[0]).encode()
FALSE = {
    "of another issuer": claimed(iss="urn:other"),
    "for another audience": claimed(aud="urn:other"),
    "for several audiences": claimed(aud=["urn:gate", "urn:other"]),
    "without an issuer": claimed(iss=...),
    "without an end": claimed(exp=...),
    "with an end that is none": claimed(exp="tomorrow"),
    "with an end beyond all years": claimed(exp=10**30),
    "without a key": claimed(key_id=...),
    "with a key that is none": claimed(key_id="x"),
    "with a client that is none": claimed(sub=7),
    "with scopes that are a list": claimed(scope=["read"]),
    "without an algorithm": with_header(token(), alg="none"),
    "without an algorithm and a signature": with_header(token(), alg="none").rpartition(".")[0]
    + ".",
    "by the published key as a secret": signed_by_hmac(token(), PUBLISHED),
    "of another kind": SIGNERS.es256.sign(SIGNERS.es256.verify(token(), TYPE)),
    "by our other key": SIGNERS.ed25519.sign(SIGNERS.es256.verify(token(), TYPE), TYPE),
    "of an unknown key": with_header(token(), kid="unknown"),
    "of no key": with_header(token(), kid=None),
    "with more scopes than were signed": ".".join(
        (
            token().split(".")[0],
            part({**SIGNERS.es256.verify(token(), TYPE), "scope": "manage"}),
            token().split(".")[2],
        )
    ),
    "cut short": token()[:-4],
    "nothing at all": "..",
}


@pytest.mark.parametrize("said", FALSE.values(), ids=FALSE)
def test_what_this_service_has_not_given_for_itself_is_no_token(said: str) -> None:
    with pytest.raises(SignatureError):
        TOKENS.read(said)


@given(st.integers(0), st.characters(codec="ascii", categories=["L", "N"]))
def test_one_sign_changed_anywhere_makes_it_none(at: int, sign: str) -> None:
    """But for the last one, of which only some bits count."""
    said = token()
    at %= len(said) - 1
    if said[at] in {sign, "."}:
        return
    with pytest.raises(SignatureError):
        TOKENS.read(said[:at] + sign + said[at + 1 :])
