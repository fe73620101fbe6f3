"""Whether leaves are those that were signed: by their tiles, and by every checkpoint there is.

Tiles name the very leaf that was changed after its hash was told. Who changes both, and signs anew,
has another root than any checkpoint that somebody kept before. Hashes are looked at one by one and
not kept, so that a log of any length is checked in little memory.
"""

from collections.abc import Callable, Iterable

from app.domain.log.checkpoints import Checkpoint
from app.domain.log.merkle import HASH_BYTES, Growing, complete
from app.domain.log.rules import Why, Wrong
from app.domain.log.tiles import HEIGHT, WIDTH, Tile, split

Given = Callable[[Tile, int], bytes]
"""Gives a tile of so many hashes, as the log is told to have it."""


class Continuing:
    """Goes through the hashes of a log's leaves, beside its tiles and its checkpoints."""

    def __init__(self, given: Given, kept: Iterable[Checkpoint]) -> None:
        """Begin before the first leaf; `kept` are earlier checkpoints, the smallest first."""
        self._given = given
        self._kept = iter(kept)
        self._tree = Growing()
        self._rows: list[list[bytes]] = []
        self._vouched = 0
        self._unlike: Wrong | None = None
        self._forked: Wrong | None = None
        self._next = next(self._kept, None)
        self._look_back()

    def take(self, leaf: bytes) -> None:
        """Go on with a leaf's hash."""
        self._tree.add(leaf)
        level, hashed = 0, leaf
        while self._fill(level, hashed):
            hashed = complete(self._rows[level])
            self._rows[level].clear()
            level += 1
        self._look_back()

    def end(self, newest: Checkpoint) -> list[Wrong]:
        """Return what is wrong of the whole log: its tiles, its root, what was signed before."""
        for level, row in enumerate(self._rows):
            if row:
                self._compare(level, row)
        root = None
        if (self._tree.size, self._tree.root) != (newest.size, newest.root):
            root = Wrong(0, Why.ROOT, "the leaves do not make the root that was signed")
        found = (self._unlike, root, self._forked or self._shorter())
        return [one for one in found if one is not None]

    def _fill(self, level: int, hashed: bytes) -> bool:
        """Put a hash into the tile of a level that is being filled; tell whether that is full."""
        if level == len(self._rows):
            self._rows.append([])
        row = self._rows[level]
        row.append(hashed)
        if len(row) < WIDTH:
            return False
        self._compare(level, row)
        return True

    def _compare(self, level: int, row: list[bytes]) -> None:
        """Note the first hash that is not the one which the tile is told to have."""
        if self._unlike is not None:
            return
        number = ((self._tree.size >> HEIGHT * level) - 1) >> HEIGHT
        given = split(self._given(Tile(level, number), len(row))[: len(row) * HASH_BYTES])
        for at, hashed in enumerate(row):
            if given[at : at + 1] != [hashed]:
                said = f"not the hash of tile {level}/{number}"
                self._unlike = Wrong((number * WIDTH + at) * WIDTH**level, Why.TILE, said)
                return

    def _look_back(self) -> None:
        """Compare what there is with the checkpoints of so many leaves.

        The leaf named is the first that the last checkpoint before does not vouch for.
        """
        while self._next is not None and self._next.size <= self._tree.size:
            if self._forked is None and self._next.root != self._tree.root:
                said = f"its first {self._next.size} leaves are not those that were signed"
                self._forked = Wrong(self._vouched, Why.FORK, said)
            self._vouched = self._next.size
            self._next = next(self._kept, None)

    def _shorter(self) -> Wrong | None:
        if self._next is None:
            return None
        size = self._tree.size
        said = f"of {self._next.size} leaves that were signed {size} are left"
        return Wrong(size, Why.SHORTER, said)
