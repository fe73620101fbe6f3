"""Keys at work: encrypted columns, keyed hashes to find by, tokens derived and never stored."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.ids import ALPHABET

NONCE_BYTES = 12
TOKEN_BYTES = 18
KEY_BYTES = 32
SHOWN_CHARACTERS = 6
LOOKUP_LENGTH = 20


class Cipher:
    """AES-256-GCM under named keys: the first encrypts, all decrypt, a ciphertext names its own.

    Hashes to find by are keyed by a key derived from the same ones, and name it, too: one ring of
    keys rotates both. Those of earlier releases name none and are keyed by the pepper of API keys.
    """

    def __init__(self, keys: Mapping[str, bytes], pepper: str) -> None:
        """Take 32-byte keys by name, the first is current, and the pepper of earlier hashes."""
        self._keys = {name: AESGCM(key) for name, key in keys.items()}
        self._current = next(iter(keys))
        self._finding = {name: hmac.digest(key, b"find", "sha256") for name, key in keys.items()}
        self._pepper = b"find:" + pepper.encode()

    @property
    def names(self) -> Sequence[str]:
        """The names of the keys that are set, the current one first."""
        return tuple(self._keys)

    @property
    def mark(self) -> bytes:
        """What every ciphertext and hash of the current key begins with, and of no other."""
        return self._current.encode() + b"\0"

    def encrypt(self, text: str) -> bytes:
        """Return `text` as key name, NUL, nonce and ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, text.encode(), None)
        return self.mark + nonce + sealed

    def decrypt(self, sealed: bytes) -> str:
        """Return the text of `sealed`; raise KeyError if its key is gone."""
        name, _, rest = sealed.partition(b"\0")
        key = self._keys[name.decode()]
        return key.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], None).decode()

    def hash_to_find(self, text: str) -> bytes:
        """Return the keyed hash under which `text` can be looked up without being readable."""
        return self.mark + hmac.digest(self._finding[self._current], text.encode(), "sha256")

    def hashes_to_find(self, text: str) -> Sequence[bytes]:
        """Return the hashes under which `text` may be stored, by whichever key that is set."""
        plain = text.encode()
        named = (
            name.encode() + b"\0" + hmac.digest(key, plain, "sha256")
            for name, key in self._finding.items()
        )
        return (*named, hmac.digest(self._pepper, plain, "sha256"))


class Tokens:
    """Opaque tokens derived from an entry's id, so that a database dump opens nothing."""

    def __init__(self, secret: str) -> None:
        """Take the secret of the tokens; another secret revokes them all."""
        self._secret = secret.encode()

    def tracking(self, entry_id: UUID, version: int) -> str:
        """Return the tracking token of an entry; the next `version` revokes it."""
        message = b"tracking:" + entry_id.bytes + version.to_bytes(4)
        digest = hmac.digest(self._secret, message, "sha256")
        return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()

    def lookup(self, receipt_id: UUID) -> str:
        """Return the lookup code of a receipt: 100 bits that people can type off a paper.

        It is stored, for papers are looked up longer than any secret lasts.
        """
        digest = hmac.digest(self._secret, b"receipt:" + receipt_id.bytes, "sha256")
        return "".join(ALPHABET[byte & 31] for byte in digest[:LOOKUP_LENGTH])


class NewKey(NamedTuple):
    """An API key, which nobody sees again, and what is stored of it."""

    text: str
    prefix: str
    key_hash: bytes


class ApiKeys:
    """API keys: 256 random bits, of which a keyed hash is stored, and a prefix to name them by."""

    def __init__(self, pepper: str) -> None:
        """Take the pepper that the database never sees."""
        self._pepper = pepper

    def make(self, role: str) -> NewKey:
        """Return a new key for somebody of that role."""
        shown, hidden = f"gate_{role}_", secrets.token_urlsafe(KEY_BYTES)
        key = shown + hidden
        return NewKey(key, shown + hidden[:SHOWN_CHARACTERS], self.hash_of(key))

    def hash_of(self, key: str) -> bytes:
        """Return what is stored of a key, to find it by."""
        return hash_of_key(key, self._pepper)


def new_token() -> str:
    """Return the token of a session: 256 random bits."""
    return secrets.token_urlsafe(KEY_BYTES)


def hash_of_token(token: str) -> bytes:
    """Return what is stored of a token to find it by."""
    return hashlib.sha256(token.encode()).digest()[:TOKEN_BYTES]


def hash_of_key(key: str, pepper: str) -> bytes:
    """Return what is stored of an API key: HMAC-SHA-256 with a pepper the database never sees."""
    return hmac.digest(pepper.encode(), key.encode(), "sha256")
