"""Tiles: the hashes of a tree in files of 256 that never change once full (C2SP tlog-tiles).

A tile of level 0 holds hashes of leaves, one of level 1 the roots of 256 tiles below, and so on;
all else of the tree is computed from them. The last tile of a level is partial: the first hashes
of what it will be.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.log.merkle import EMPTY, HASH_BYTES, Known, Node, complete, root

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
DIGITS: Final = 3
"""A tile's number is written in groups of so many digits, so that no folder has more files."""

# Four groups number more leaves than any queue will ever have.
_PATH: Final = re.compile(
    r"(?P<level>[0-7]|entries)/(?P<number>(?:x[0-9]{3}/){0,3}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of a tile: its level, and its number among those of its level."""

    level: int
    number: int

    def width(self, size: int) -> int:
        """Return how many hashes it has in a tree of `size` leaves; 0 where it is not there."""
        return min(max(_count(size, self.level) - self.number * WIDTH, 0), WIDTH)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tile of so many hashes, or, where `is_entries`, the leaves of one of level 0."""

    tile: Tile
    width: int
    is_entries: bool = False


def edge(size: int) -> list[Tile]:
    """Return the partial tiles of a tree of `size` leaves: all that is needed to go on with it."""
    return [
        Tile(level, count >> HEIGHT)
        for level in range(-(-size.bit_length() // HEIGHT))
        if (count := _count(size, level)) % WIDTH
    ]


def grow(tiles: Mapping[Tile, bytes], size: int, leaves: Sequence[bytes]) -> dict[Tile, bytes]:
    """Return the tiles that change when `leaves`, hashes, follow those of a tree of `size`.

    `tiles` holds the `edge` of that tree. Those of leaves come first, in the order of the leaves.
    """
    changed: dict[Tile, bytes] = {}
    level, hashes = 0, leaves
    while hashes:
        found = dict(_filled(tiles, level, _count(size, level), hashes))
        changed |= found
        full = (found[tile] for tile in found if len(found[tile]) == WIDTH * HASH_BYTES)
        level, hashes = level + 1, [complete(split(one)) for one in full]
    return changed


def hash_in(tiles: Mapping[Tile, bytes], node: Node) -> bytes:
    """Return the hash of a complete subtree from the tile that has its parts.

    Raises:
        KeyError: that tile is not among `tiles`.
    """
    _, first, width = _place(node)
    hashes = tiles[tile_of(node)][first * HASH_BYTES : (first + width) * HASH_BYTES]
    return complete(split(hashes))


def root_in(tiles: Mapping[Tile, bytes], size: int) -> bytes:
    """Return the root of a tree of `size` leaves from its tiles, of which the edge is enough.

    Raises:
        KeyError: a tile that is needed is not among `tiles`.
    """
    return root(size, lambda node: hash_in(tiles, node))


def tile_of(node: Node) -> Tile:
    """Return the tile that has a complete subtree's hash, or all its parts."""
    number, _, _ = _place(node)
    return Tile(node.level // HEIGHT, number)


def needed(ask: Callable[[Known], object]) -> frozenset[Tile]:
    """Return the tiles that an answer is made of: it is asked for with hashes that mean nothing."""
    found: set[Tile] = set()

    def note(node: Node) -> bytes:
        found.add(tile_of(node))
        return EMPTY

    ask(note)
    return frozenset(found)


def split(hashes: bytes) -> list[bytes]:
    """Return the hashes that stand in a tile one behind the other."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def bundle(leaves: Sequence[bytes]) -> bytes:
    """Return leaves as an entry bundle of C2SP tlog-tiles: each after its length in two bytes."""
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)


def path_of(tile: Tile, width: int = WIDTH) -> str:
    """Return where a tile of so many hashes is found, such as `tile/0/x001/067.p/5`."""
    digits = str(tile.number)
    digits = digits.zfill(-(-len(digits) // DIGITS) * DIGITS)
    *above, last = (digits[at : at + DIGITS] for at in range(0, len(digits), DIGITS))
    number = "".join(f"x{group}/" for group in above) + last
    return f"tile/{tile.level}/{number}" + (f".p/{width}" if width < WIDTH else "")


def read_path(path: str) -> Wanted | None:
    """Return what a path after `tile/` names; None where it is not written as `path_of` does."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level, number = found["level"], int(found["number"].replace("x", "").replace("/", ""))
    is_entries = level == "entries"
    width = WIDTH if found["width"] is None else int(found["width"])
    wanted = Wanted(Tile(0 if is_entries else int(level), number), width, is_entries)
    written = path_of(wanted.tile, width).removeprefix("tile/")
    same = path == (written.replace("0", "entries", 1) if is_entries else written)
    return wanted if same and width > 0 else None


def _count(size: int, level: int) -> int:
    """Return how many hashes a level has in a tree of `size` leaves."""
    return size >> (HEIGHT * level)


def _place(node: Node) -> tuple[int, int, int]:
    """Return the number of a node's tile, where its parts begin in it, and how many there are."""
    inner = node.level % HEIGHT
    number, first = divmod(node.index << inner, WIDTH)
    return number, first, 1 << inner


def _filled(
    tiles: Mapping[Tile, bytes], level: int, count: int, hashes: Sequence[bytes]
) -> Iterator[tuple[Tile, bytes]]:
    """Yield the tiles of a level that `hashes` go on with after `count` of them."""
    done = 0
    while done < len(hashes):
        number, have = divmod(count + done, WIDTH)
        tile, new = Tile(level, number), hashes[done : done + WIDTH - have]
        yield tile, (tiles[tile] if have else b"") + b"".join(new)
        done += len(new)
