"""Signatures that anybody can check: access tokens by ES256, passes and logs by Ed25519.

Of each seed comes one key for each of them, so that an operator keeps one secret. Times in the
claims are for whoever asks: a token goes by the machine clock, a pass by the business clock.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ES256: Final = "ES256"
EDDSA: Final = "EdDSA"  # RFC 8037: what libraries know; RFC 9864 calls it Ed25519
LONGEST_JWS: Final = 4096

# The order of P-256's group (SEC 2, 2.4.2); 16 bytes more than it has make the rest even.
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SCALAR_BYTES: Final = 48
_SEED_BYTES: Final = 32
_CURVES: Final = {EDDSA: ("OKP", "Ed25519"), ES256: ("EC", "P-256")}
_REQUIRED: Final = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
_WORK: Final = jwt.PyJWS()

Jwk = Mapping[str, str]
Jwks = Mapping[str, Sequence[Jwk]]


class SignatureError(Exception):
    """A text is not what one of our keys has signed."""


class UnknownKeyError(SignatureError):
    """The key that it names is not known here, or no longer."""


class Verifier:
    """Checks what keys of one algorithm have signed; it has no secret."""

    def __init__(self, algorithm: str, keys: Mapping[str, jwt.PyJWK]) -> None:
        """Take the public keys of `algorithm` by their ids."""
        self._algorithm = algorithm
        self._public = keys

    def verify(self, jws: str, typ: str = "JWT", longest: int = LONGEST_JWS) -> dict[str, Any]:
        """Return the claims of a compact JWS of the kind `typ`; their times are not looked at.

        The key decides about the algorithm, and never the text. One of more than `longest` letters
        is not read.

        Raises:
            UnknownKeyError: no key has the id that it names.
            SignatureError: anything else is wrong with it.
        """
        if len(jws) > longest:
            raise SignatureError
        try:
            header = jwt.get_unverified_header(jws)
            if (header.get("alg"), header.get("typ")) != (self._algorithm, typ):
                raise SignatureError
            key = self._public.get(header.get("kid", ""))
            if key is None:
                raise UnknownKeyError
            claims = json.loads(_WORK.decode(jws, key.key, algorithms=[self._algorithm]))
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise SignatureError from error
        if not isinstance(claims, dict):
            raise SignatureError
        return claims


class Signer(Verifier):
    """Signs by its first key, and checks what any of its keys has signed."""

    def __init__(self, algorithm: str, pairs: Sequence["Pair"]) -> None:
        """Take the pairs of `algorithm`, of which the first signs."""
        super().__init__(algorithm, {pair.jwk["kid"]: jwt.PyJWK(dict(pair.jwk)) for pair in pairs})
        self._first = pairs[0]
        self.jwks = [pair.jwk for pair in pairs]

    @property
    def kid(self) -> str:
        """The id of the key that signs."""
        return self._first.jwk["kid"]

    def sign(self, claims: Mapping[str, Any], typ: str = "JWT") -> str:
        """Return `claims` as a compact JWS that says of itself to be a `typ`."""
        payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {"kid": self.kid, "typ": typ}
        return _WORK.encode(payload, self._first.private, self._algorithm, headers)


class LogSigner:
    """Signs checkpoints by its first key; what it makes is no JWS, and its keys sign nothing else.

    `publics` are the 32 bytes of each key; one that signs no more still proves what it has signed.
    """

    def __init__(self, seeds: Sequence[bytes]) -> None:
        """Make a key of each seed, of which the first signs."""
        keys = [
            Ed25519PrivateKey.from_private_bytes(_derived(one, b"log", _SEED_BYTES))
            for one in seeds
        ]
        self._first = keys[0]
        self.publics = [key.public_key().public_bytes_raw() for key in keys]

    def sign(self, text: str) -> bytes:
        """Return the signature over a text in UTF-8."""
        return self._first.sign(text.encode())


class Signers:
    """The keys of this service, made of its seeds; the first signs, all verify."""

    def __init__(self, seeds: Mapping[str, bytes]) -> None:
        """Take 32-byte seeds by the names that the operator gave them."""
        self.es256 = Signer(ES256, [_p256(seed) for seed in seeds.values()])
        self.ed25519 = Signer(EDDSA, [_ed25519(seed) for seed in seeds.values()])
        self.log = LogSigner(list(seeds.values()))

    def jwks(self) -> Jwks:
        """Return the public keys as a JWK set (RFC 7517), those that sign first."""
        return {"keys": [*self.es256.jwks, *self.ed25519.jwks]}


class Pair(NamedTuple):
    """A private key and what everybody may know of it."""

    private: Any
    jwk: Jwk


def verifier_of(jwks: Mapping[str, Any], algorithm: str) -> Verifier:
    """Return what checks by the keys of a published set; those of other kinds are passed over.

    Raises:
        ValueError: it is no set of keys.
    """
    try:
        kty, crv = _CURVES[algorithm]
        meant = [key for key in jwks["keys"] if (key["kty"], key.get("crv")) == (kty, crv)]
        return Verifier(algorithm, {key["kid"]: jwt.PyJWK(key, algorithm) for key in meant})
    except (jwt.PyJWTError, LookupError, TypeError, AttributeError) as error:
        message = "this is no set of keys (RFC 7517)"
        raise ValueError(message) from error


def has_signed(public: bytes, text: str, signature: bytes) -> bool:
    """Tell whether an Ed25519 key has signed a text in UTF-8."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def thumbprint(jwk: Jwk) -> str:
    """Return the id of a key: a hash of itself (RFC 7638), the same wherever it is made."""
    required = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    text = json.dumps(required, separators=(",", ":"), sort_keys=True)
    return _encoded(hashlib.sha256(text.encode()).digest())


def _p256(seed: bytes) -> Pair:
    """Return the pair of `seed`, whose scalar is made as FIPS 186-5, A.2.1, makes it."""
    drawn = int.from_bytes(_derived(seed, b"es256", _SCALAR_BYTES))
    private = derive_private_key(drawn % (_ORDER - 1) + 1, SECP256R1())
    point = private.public_key().public_numbers()
    x, y = (_encoded(number.to_bytes(_SEED_BYTES)) for number in (point.x, point.y))
    return Pair(private, _published({"kty": "EC", "crv": "P-256", "x": x, "y": y}, ES256))


def _ed25519(seed: bytes) -> Pair:
    private = Ed25519PrivateKey.from_private_bytes(_derived(seed, b"ed25519", _SEED_BYTES))
    x = _encoded(private.public_key().public_bytes_raw())
    return Pair(private, _published({"kty": "OKP", "crv": "Ed25519", "x": x}, EDDSA))


def _derived(seed: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=info).derive(seed)


def _published(jwk: Jwk, algorithm: str) -> Jwk:
    return {"kid": thumbprint(jwk), "use": "sig", "alg": algorithm, **jwk}


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
