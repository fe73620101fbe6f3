"""The tree of a log (RFC 6962, 2.1): hashes, what a proof consists of, and whether one holds.

A proof is told by the ranges of leaves whose hashes it needs. A range is a row of complete
subtrees, largest first, and every complete subtree has a name, a `Node`; whoever keeps the hashes
of nodes can give any proof, and nobody needs the leaves. Who checks a proof needs neither.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

HASH_BYTES: Final = 32
EMPTY: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree: the leaves from `index << level`, `1 << level` of them."""

    level: int
    index: int


Known = Callable[[Node], bytes]
"""Gives the hash of a complete subtree."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees, of which the left one is complete."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Growing:
    """A tree that grows leaf by leaf and keeps of itself what its root is made of, no more."""

    def __init__(self) -> None:
        """Begin without leaves."""
        self.size = 0
        self._whole: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Go on with a leaf's hash."""
        size, hashed = self.size, leaf
        while size & 1:  # two complete subtrees of one size are one of the next
            hashed = node_hash(self._whole.pop(), hashed)
            size >>= 1
        self._whole.append(hashed)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root over all leaves up to now."""
        if not self._whole:
            return EMPTY
        *first, last = self._whole
        return reduce(lambda right, left: node_hash(left, right), reversed(first), last)


def complete(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a power of two of hashes that stand side by side."""
    while len(hashes) > 1:
        hashes = [node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def root(size: int, known: Known) -> bytes:
    """Return the root of a tree of `size` leaves."""
    return _hash_of(range(size), known) if size else EMPTY


def inclusion(index: int, size: int, known: Known) -> list[bytes]:
    """Return the proof that a leaf is in the tree of `size` leaves, nearest hash first."""
    return [_hash_of(one, known) for one in _beside(index, range(size))]


def consistency(old: int, new: int, known: Known) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of that of `new`.

    It is empty where `old` is 0, of which every tree is a continuation, and where both are the
    same.
    """
    ranges = _between(old, range(new), is_known=True) if 0 < old < new else ()
    return [_hash_of(one, known) for one in ranges]


def proves_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], claimed: bytes
) -> bool:
    """Tell whether a proof leads from a leaf's hash to the root of a tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    turns = list(_turns(index, size - 1))
    if len(turns) != len(proof):
        return False
    found = leaf
    for is_right, beside in zip(turns, proof, strict=True):
        found = node_hash(beside, found) if is_right else node_hash(found, beside)
    return found == claimed


def proves_consistency(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that the first of two trees is the beginning of the second.

    The algorithm is that of RFC 9162, 2.1.4.2.
    """
    (old, new), (old_root, new_root) = sizes, roots
    if not 0 < old < new:
        same = old == new and old_root == new_root
        from_nothing = old == 0 and old_root == EMPTY
        return 0 <= old <= new and not proof and (same or from_nothing)
    # A complete old tree is a node of the new one, so that its root is not sent along.
    path = [old_root, *proof] if old.bit_count() == 1 else list(proof)
    index, last = old - 1, new - 1
    while index & 1:  # up to the largest subtree with which the old tree ends
        index, last = index >> 1, last >> 1
    turns = list(_turns(index, last))
    if len(path) != len(turns) + 1:
        return False
    was = now = path[0]
    for is_right, beside in zip(turns, path[1:], strict=True):
        was = node_hash(beside, was) if is_right else was
        now = node_hash(beside, now) if is_right else node_hash(now, beside)
    return was == old_root and now == new_root


def _hash_of(leaves: range, known: Known) -> bytes:
    """Return the hash over a range of leaves that is a subtree, complete or the last of its level.

    Complete subtrees are folded from the right: the smallest is the deepest.
    """
    *first, last = (known(node) for node in _nodes(leaves))
    return reduce(lambda right, left: node_hash(left, right), reversed(first), last)


def _nodes(leaves: range) -> Iterator[Node]:
    """Yield the complete subtrees of a range that begins where a subtree begins."""
    start = leaves.start
    while start < leaves.stop:
        level = (leaves.stop - start).bit_length() - 1
        yield Node(level, start >> level)
        start += 1 << level


def _halves(leaves: range) -> tuple[range, range]:
    """Return a subtree's left one, which is complete, and its right one."""
    middle = leaves.start + (1 << (len(leaves) - 1).bit_length() - 1)
    return range(leaves.start, middle), range(middle, leaves.stop)


def _beside(index: int, leaves: range) -> Iterator[range]:
    """Yield what stands beside the way from a leaf up to the root."""
    if len(leaves) > 1:
        left, right = _halves(leaves)
        mine, other = (left, right) if index in left else (right, left)
        yield from _beside(index, mine)
        yield other


def _between(old: int, leaves: range, *, is_known: bool) -> Iterator[range]:
    """Yield what leads from the tree of `old` leaves to the root over `leaves`.

    `is_known` says that the old tree is this subtree as a whole, whose hash needs no telling.
    """
    if old == leaves.stop:
        if not is_known:
            yield leaves
        return
    left, right = _halves(leaves)
    if old <= right.start:
        yield from _between(old, left, is_known=is_known)
        yield right
    else:
        yield from _between(old, right, is_known=False)
        yield left


def _turns(index: int, last: int) -> Iterator[bool]:
    """Yield, upwards to the root, whether the way comes from the right side.

    The way begins at a subtree of some level, of whose kind `last` is the last in the tree.
    """
    while last:
        if index & 1 or index < last:
            yield bool(index & 1)
        index, last = index >> 1, last >> 1
