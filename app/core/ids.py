"""Identities made at the edge: ordered UUIDs and short references that people can read aloud."""

import os
import time
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so that a reference survives a bad phone line.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 9
HEARD = str.maketrans("OIL", "011")


def uuid7() -> UUID:
    """Return a new UUID of version 7 (RFC 9562): milliseconds first, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    rand = int.from_bytes(os.urandom(10))
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | rand
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def reference_of(identity: UUID) -> str:
    """Return the short reference of `identity`, from 45 of its random bits: `E4K7-9QXPM2`."""
    bits = identity.int & ((1 << 5 * REFERENCE_LENGTH) - 1)
    digits = "".join(
        ALPHABET[bits >> 5 * place & 31] for place in reversed(range(REFERENCE_LENGTH))
    )
    return f"E{digits[:3]}-{digits[3:]}"


def is_reference(text: str) -> bool:
    """Tell whether a text is written as references are stored."""
    digits = f"{text[1:4]}{text[5:]}"
    is_whole = len(digits) == REFERENCE_LENGTH and set(digits) <= set(ALPHABET)
    return is_whole and text == f"E{digits[:3]}-{digits[3:]}"


def read_reference(text: str) -> str:
    """Return a reference as it is stored, from how somebody typed or heard it.

    Any case, with or without hyphen; O is read as 0, I and L as 1, which no reference has.
    """
    plain = "".join(sign for sign in text.upper() if sign.isalnum()).translate(HEARD)
    return f"{plain[:4]}-{plain[4:]}"
