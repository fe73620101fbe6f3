"""Checkpoints: what the service signs of a log, and witnesses after it (C2SP tlog-checkpoint).

A checkpoint is a text of three lines: the log's name, how many leaves it has, its root in base64.
A signed note (C2SP signed-note) is a text, an empty line, and a line for each signature, which
names who signed and by which key. What a witness signs says when it saw the checkpoint, too (C2SP
tlog-cosignature). Keys are Ed25519 throughout; whoever signs and checks does that elsewhere.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from app.domain.log.merkle import HASH_BYTES

KEY_ID_BYTES: Final = 4
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
TIME_BYTES: Final = 8
LONGEST: Final = 16_384
"""Letters of a note that are read at most."""

_SIZE: Final = re.compile("0|[1-9][0-9]{0,15}")
_NAME: Final = re.compile(r"[^\s+]+")
_SIGNED: Final = re.compile(r"— (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/=]+)")


class KeyType(IntEnum):
    """What a key is used for; it is a part of the key's id, so that none is taken for the other."""

    NOTE = 1
    COSIGNATURE = 4


class NoteError(ValueError):
    """A text is no signed note, no checkpoint or no key."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many leaves the log of that name has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_written(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Sealed:
    """How a log stands: its leaves, the root over them, when the last of them were sealed."""

    size: int
    root: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of a note: whose, by which key, and what follows that key's id."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line as it is written."""
        return f"— {self.name} {_written(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, and who signed it."""

    text: str
    signatures: Sequence[Signature]

    def __str__(self) -> str:
        """Return it as it is sent."""
        return f"{self.text}\n{''.join(one.line for one in self.signatures)}"


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A public key, what it is used for, and under which name (C2SP: a vkey)."""

    name: str
    type: KeyType
    public: bytes

    @property
    def id(self) -> bytes:
        """What a signature line names the key by."""
        named = self.name.encode() + b"\n" + bytes([self.type]) + self.public
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return it as it is handed around: `name+id+key`."""
        return f"{self.name}+{self.id.hex()}+{_written(bytes([self.type]) + self.public)}"

    def made(self, signature: Signature) -> bool:
        """Tell whether a line says that this key has signed."""
        return (signature.name, signature.key_id) == (self.name, self.id)


def origin_of(service: str, gate: str, direction: str) -> str:
    """Return the name of a queue's log: where it stands, without a scheme."""
    return f"{service}/{gate}/{direction}"


def cosigned(text: str, at: int) -> str:
    """Return what a witness signs who saw a checkpoint at a second since 1970."""
    return f"cosignature/v1\ntime {at}\n{text}"


def time_of(signature: Signature) -> tuple[int, bytes]:
    """Return when a witness says to have signed, in seconds since 1970, and the signature proper.

    Raises:
        NoteError: it is not as long as such a signature is.
    """
    if len(signature.value) != TIME_BYTES + SIGNATURE_BYTES:
        raise NoteError(signature.name)
    return int.from_bytes(signature.value[:TIME_BYTES]), signature.value[TIME_BYTES:]


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a text is; ours have no further lines.

    Raises:
        NoteError: it is none.
    """
    match text.split("\n"):
        case [origin, size, root, ""] if origin and _SIZE.fullmatch(size):
            found = _read(root)
            if len(found) == HASH_BYTES:
                return Checkpoint(origin, int(size), found)
    raise NoteError(text)


def read_note(text: str) -> Note:
    """Return the note that a text is.

    Raises:
        NoteError: it is none, or too long.
    """
    body, gap, lines = text.rpartition("\n\n")
    if len(text) > LONGEST or not gap or not lines.endswith("\n"):
        raise NoteError(text)
    return Note(f"{body}\n", [_read_line(line) for line in lines[:-1].split("\n")])


def read_key(text: str) -> NamedKey:
    """Return the key that is written `name+id+key`.

    Raises:
        NoteError: it is not, or the id is that of another key.
    """
    match text.split("+", 2):
        case [name, _, key] if _NAME.fullmatch(name):
            raw = _read(key)
            if len(raw) == 1 + KEY_BYTES and raw[0] in set(KeyType):
                found = NamedKey(name, KeyType(raw[0]), raw[1:])
                if str(found) == text:
                    return found
    raise NoteError(text)


def _read_line(line: str) -> Signature:
    found = _SIGNED.fullmatch(line)
    value = _read(found["value"]) if found else b""
    if found is None or len(value) <= KEY_ID_BYTES:
        raise NoteError(line)
    return Signature(found["name"], value[:KEY_ID_BYTES], value[KEY_ID_BYTES:])


def _written(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _read(text: str) -> bytes:
    """Return what base64 says, of one way to write it only.

    Raises:
        NoteError: it is written otherwise.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(text) from error
    if _written(raw) != text:
        raise NoteError(text)
    return raw
