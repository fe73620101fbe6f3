"""Whether leaves are those that were signed: by their tiles, and by every checkpoint there is.

Tiles name the very leaf that was changed after its hash was told. Who changes both, and signs anew,
has another root than any checkpoint that somebody kept before.
"""

from collections.abc import Iterable, Mapping

from app.domain.log.checkpoints import Checkpoint
from app.domain.log.merkle import HASH_BYTES
from app.domain.log.rules import Why, Wrong
from app.domain.log.tiles import WIDTH, Tile, root_in


def unlike_tile(made: Mapping[Tile, bytes], told: Mapping[Tile, bytes]) -> Wrong | None:
    """Return the first leaf whose hash, as the leaves make it, is not that of the tiles."""
    for tile, hashes in made.items():
        given = told.get(tile, b"")
        for at in range(0, len(hashes), HASH_BYTES):
            if given[at : at + HASH_BYTES] != hashes[at : at + HASH_BYTES]:
                first = (tile.number * WIDTH + at // HASH_BYTES) * WIDTH**tile.level
                return Wrong(first, Why.TILE, f"not the hash of tile {tile.level}/{tile.number}")
    return None


def unlike_root(made: Mapping[Tile, bytes], newest: Checkpoint) -> Wrong | None:
    """Return that the leaves do not make the root of the newest checkpoint."""
    if root_in(made, newest.size) == newest.root:
        return None
    return Wrong(0, Why.ROOT, "the leaves do not make the root that was signed")


def forked(made: Mapping[Tile, bytes], size: int, kept: Iterable[Checkpoint]) -> Wrong | None:
    """Return from which leaf on a log of `size` may be another than the one of a kept checkpoint.

    The leaf is the first that the last checkpoint before does not vouch for.
    """
    vouched = 0
    for one in sorted(kept, key=lambda one: one.size):
        if one.size > size:
            return Wrong(
                size, Why.SHORTER, f"of {one.size} leaves that were signed {size} are left"
            )
        if root_in(made, one.size) != one.root:
            said = f"its first {one.size} leaves are not those that were signed"
            return Wrong(vouched, Why.FORK, said)
        vouched = one.size
    return None
