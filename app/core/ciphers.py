"""Keys at work: encrypted columns, keyed hashes to find by, tokens derived and never stored."""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
TOKEN_BYTES = 18


class Cipher:
    """AES-256-GCM under named keys: the first encrypts, all decrypt, a ciphertext names its own."""

    def __init__(self, keys: Mapping[str, bytes], pepper: str) -> None:
        """Take 32-byte keys by name, the first is current; hashes to find by use `pepper`."""
        self._keys = {name: AESGCM(key) for name, key in keys.items()}
        self._current = next(iter(keys))
        self._pepper = b"find:" + pepper.encode()

    def encrypt(self, text: str) -> bytes:
        """Return `text` as key name, NUL, nonce and ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, text.encode(), None)
        return self._current.encode() + b"\0" + nonce + sealed

    def decrypt(self, sealed: bytes) -> str:
        """Return the text of `sealed`; raise KeyError if its key is gone."""
        name, _, rest = sealed.partition(b"\0")
        key = self._keys[name.decode()]
        return key.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], None).decode()

    def hash_to_find(self, text: str) -> bytes:
        """Return the keyed hash under which `text` can be looked up without being readable."""
        return hmac.digest(self._pepper, text.encode(), "sha256")


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


def hash_of_token(token: str) -> bytes:
    """Return what is stored of a token to find it by."""
    return hashlib.sha256(token.encode()).digest()[:TOKEN_BYTES]


def hash_of_key(key: str, pepper: str) -> bytes:
    """Return what is stored of an API key: HMAC-SHA-256 with a pepper the database never sees."""
    return hmac.digest(pepper.encode(), key.encode(), "sha256")
