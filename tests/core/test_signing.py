"""Signatures: what verifies, what does not any more, and what never did."""

import base64
import hmac
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.signing import (
    EDDSA,
    ES256,
    LONGEST_JWS,
    SignatureError,
    Signer,
    Signers,
    UnknownKeyError,
    thumbprint,
    verifier_of,
)

NEW, OLD = bytes(range(32)), b"o" * 32
SIGNERS = Signers({"new": NEW})
BOTH = (SIGNERS.es256, SIGNERS.ed25519)
CLAIMS = {"pla": "12C-000.17", "exp": 1_800_000_000, "name": "Hữu Nghị"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def with_header(jws: str, **changes: Any) -> str:
    """Return `jws` with another header and its old signature."""
    header = {**jwt.get_unverified_header(jws), **changes}
    return ".".join((part(header), *jws.split(".")[1:]))


def signed_by_hmac(jws: str, secret: bytes) -> str:
    """Return what `jws` says under the algorithm whose secret would be a text that all know."""
    said = with_header(jws, alg="HS256").rpartition(".")[0]
    return f"{said}.{part(hmac.digest(secret, said.encode(), 'sha256'))}"


@given(st.dictionaries(st.text(max_size=5).filter(str.isalpha), JSON, max_size=5))
def test_what_was_signed_is_what_is_read(claims: dict[str, Any]) -> None:
    for signer in BOTH:
        assert claims == signer.verify(signer.sign(claims))


def test_a_library_reads_both_kinds_with_the_published_keys() -> None:
    """PyJWT's own way for tokens, which is not ours."""
    keys = jwt.PyJWKSet.from_dict(dict(SIGNERS.jwks()))
    for signer, algorithm in zip(BOTH, (ES256, EDDSA), strict=True):
        key = keys[signer.kid]
        assert "sig" == key.public_key_use
        assert CLAIMS == jwt.decode(signer.sign(CLAIMS), key, algorithms=[algorithm])


def test_who_has_the_published_keys_verifies_without_a_secret() -> None:
    published = json.loads(json.dumps(SIGNERS.jwks()))
    for signer, algorithm in zip(BOTH, (ES256, EDDSA), strict=True):
        assert CLAIMS == verifier_of(published, algorithm).verify(signer.sign(CLAIMS))


def test_keys_and_their_ids_are_the_same_wherever_a_seed_is_used() -> None:
    """Two processes agree, and a release that derived others would end every token and pass."""
    assert Signers({"other name": NEW}).jwks() == SIGNERS.jwks()
    assert [
        "mFnuPOniTRaRqTH5c_jMv7lNtOHvVygyfgcxr8zZz64",
        "3lfmDCbY9rqJCDlZEbgdoI2tDqAnExvHNybJLRtWcf0",
    ] == [signer.kid for signer in BOTH]


def test_an_id_is_the_thumbprint_of_the_standard() -> None:
    """The example of RFC 8037, appendix A.3."""
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig"}
    assert "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" == thumbprint(jwk)


@pytest.mark.parametrize("kind", ["es256", "ed25519"])
def test_after_a_rotation_the_old_key_verifies_until_it_is_removed(kind: str) -> None:
    def of(**seeds: bytes) -> Signer:
        signer: Signer = getattr(Signers(seeds), kind)
        return signer

    before = of(old=OLD).sign(CLAIMS)
    announced, rotated, removed = of(old=OLD, new=NEW), of(new=NEW, old=OLD), of(new=NEW)
    assert announced.sign(CLAIMS).split(".")[0] == before.split(".")[0]
    assert CLAIMS == announced.verify(rotated.sign(CLAIMS)) == rotated.verify(before)
    assert removed.kid == jwt.get_unverified_header(rotated.sign(CLAIMS))["kid"]
    assert CLAIMS == removed.verify(rotated.sign(CLAIMS))
    with pytest.raises(UnknownKeyError):
        removed.verify(before)


def test_the_algorithm_is_the_keys_and_never_the_texts() -> None:
    """What is public must not become the secret of another algorithm, nor `none` be one."""
    for signer, other in (BOTH, BOTH[::-1]):
        jws = signer.sign(CLAIMS)
        forged = signed_by_hmac(jws, signer.jwks[0]["x"].encode())
        unsigned = with_header(jws.rpartition(".")[0] + ".", alg="none")
        as_other = with_header(jws, kid=other.kid)
        for wrong in (forged, unsigned, as_other, with_header(jws, alg="none")):
            with pytest.raises(SignatureError):
                signer.verify(wrong)
        with pytest.raises(SignatureError):
            other.verify(jws)


def test_a_key_that_names_itself_in_the_text_is_not_asked() -> None:
    stranger = Signers({"stranger": OLD}).es256
    jws = with_header(stranger.sign(CLAIMS), jwk=stranger.jwks[0])
    with pytest.raises(UnknownKeyError):
        SIGNERS.es256.verify(jws)
    with pytest.raises(SignatureError):
        SIGNERS.es256.verify(with_header(jws, kid=SIGNERS.es256.kid))


def test_one_kind_of_text_is_not_taken_for_another() -> None:
    jws = SIGNERS.ed25519.sign(CLAIMS, "gate-pass")
    assert CLAIMS == SIGNERS.ed25519.verify(jws, "gate-pass")
    with pytest.raises(SignatureError):
        SIGNERS.ed25519.verify(jws)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("", id="nothing"),
        pytest.param("a.b", id="two parts"),
        pytest.param("a.b.c.d", id="four parts"),
        pytest.param("ÿ.\ud800.\0", id="letters that are none"),
        pytest.param(f"{part([])}..", id="a header that is a list"),
        pytest.param(f"{part({'alg': 'EdDSA', 'kid': 7, 'typ': 'JWT'})}..", id="a number as key"),
        pytest.param(f"{part(b'[' * 3000)}..", id="a header that nests"),
        pytest.param("a" * (LONGEST_JWS + 1), id="too long"),
        pytest.param(with_header(SIGNERS.ed25519.sign({}), crit=["exp"]), id="a critical word"),
    ],
)
def test_what_is_no_signed_text_is_refused_as_such(wrong: str) -> None:
    for signer in BOTH:
        with pytest.raises(SignatureError):
            signer.verify(wrong)


def test_claims_are_an_object() -> None:
    signer = SIGNERS.ed25519
    for payload in ([1], 1, None):
        jws = signer.sign(payload)  # type: ignore[arg-type] # what another program might sign
        with pytest.raises(SignatureError):
            signer.verify(jws)


@given(st.data())
def test_no_changed_letter_of_what_is_signed_verifies(data: st.DataObject) -> None:
    jws = SIGNERS.ed25519.sign(CLAIMS)
    at = data.draw(st.integers(0, jws.rindex(".") - 1))
    letter = data.draw(st.sampled_from("abcXYZ019_-").filter(lambda one: one != jws[at]))
    with pytest.raises(SignatureError):
        SIGNERS.ed25519.verify(jws[:at] + letter + jws[at + 1 :])


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"keys": 7},
        {"keys": [{}]},
        {"keys": ["kid"]},
        {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a"}]},
        {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AAAA"}]},
    ],
)
def test_a_file_that_is_no_set_of_keys_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="no set of keys"):
        verifier_of(wrong, EDDSA)
