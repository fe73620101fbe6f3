"""The tree, its tiles and its proofs are those of RFC 6962, as a plain tree of lists has them."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.domain.log.merkle import (
    EMPTY,
    Known,
    consistency,
    inclusion,
    leaf_hash,
    proves_consistency,
    proves_inclusion,
    root,
)
from app.domain.log.tiles import (
    WIDTH,
    Tile,
    Wanted,
    bundle,
    edge,
    grow,
    hash_in,
    path_of,
    read_path,
    root_in,
    split,
)

LEAVES = [leaf_hash(b"%d" % number) for number in range(66_000)]
SIZES = st.integers(0, 1100)


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """Return the hash as RFC 6962, 2.1, defines it."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = halved(len(leaves))
    left, right = plain_root(leaves[:middle]), plain_root(leaves[middle:])
    return sha256(b"\1" + left + right).digest()


def plain_inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the audit path as RFC 6962, 2.1.1, defines it."""
    if len(leaves) == 1:
        return []
    middle = halved(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if index < middle:
        return [*plain_inclusion(index, left), plain_root(right)]
    return [*plain_inclusion(index - middle, right), plain_root(left)]


def plain_consistency(old: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """Return the proof as RFC 6962, 2.1.2, defines it."""
    if old == len(leaves):
        return [] if known else [plain_root(leaves)]
    middle = halved(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if old <= middle:
        return [*plain_consistency(old, left, known=known), plain_root(right)]
    return [*plain_consistency(old - middle, right, known=False), plain_root(left)]


def halved(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def grown(*sizes: int) -> dict[Tile, bytes]:
    """Return all tiles of a tree that grew to one size after the other from its edge alone."""
    tiles: dict[Tile, bytes] = {}
    have = 0
    for size in sizes:
        tiles |= grow({tile: tiles[tile] for tile in edge(have)}, have, LEAVES[have:size])
        have = size
    return tiles


def known_of(tiles: dict[Tile, bytes]) -> Known:
    return lambda node: hash_in(tiles, node)


@given(st.lists(SIZES, max_size=6).map(sorted))
@example([0])
@example([256, 512])
@example([65_535, 65_536, 65_537])
def test_a_tree_grows_from_its_edge_to_the_root_that_the_standard_gives(sizes: list[int]) -> None:
    tiles, size = grown(*sizes), max(sizes, default=0)
    assert plain_root(LEAVES[:size]) == root(size, known_of(tiles))
    assert plain_root(LEAVES[:size]) == root_in({tile: tiles[tile] for tile in edge(size)}, size)
    assert all(len(split(tiles[tile])) == tile.width(size) for tile in tiles)
    assert tiles.get(Tile(0, 0), b"") == b"".join(LEAVES[: min(size, WIDTH)])


def test_a_tree_without_leaves_has_the_hash_of_nothing() -> None:
    assert EMPTY == root(0, known_of({}))


@given(st.integers(1, 1100), st.data())
def test_a_proof_of_inclusion_is_that_of_the_standard_and_holds(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size, known_of(grown(size)))
    assert plain_inclusion(index, LEAVES[:size]) == proof
    assert proves_inclusion(LEAVES[index], index, size, proof, plain_root(LEAVES[:size]))


@given(SIZES, SIZES)
def test_a_proof_of_consistency_is_that_of_the_standard_and_holds(one: int, other: int) -> None:
    old, new = sorted((one, other))
    proof = consistency(old, new, known_of(grown(new)))
    assert proof == (plain_consistency(old, LEAVES[:new]) if old else [])
    assert proves_consistency(
        (old, new), (plain_root(LEAVES[:old]), plain_root(LEAVES[:new])), proof
    )


@given(st.integers(1, 200), st.data())
def test_a_proof_of_inclusion_holds_for_nothing_else(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size))
    proof, whole = inclusion(index, size, known_of(grown(size))), plain_root(LEAVES[:size])
    assert not proves_inclusion(LEAVES[index + 1], index, size, proof, whole)
    assert not proves_inclusion(LEAVES[index], index, size, proof, LEAVES[0] + b"\0")
    assert not proves_inclusion(LEAVES[index], index, size, [*proof, whole], whole)
    assert other == index or not proves_inclusion(LEAVES[index], other, size, proof, whole)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bent = [one if place != at else LEAVES[0] + b"\0" for place, one in enumerate(proof)]
        assert not proves_inclusion(LEAVES[index], index, size, bent, whole)


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_a_proof_of_consistency_holds_for_nothing_else(
    one: int, more: int, data: st.DataObject
) -> None:
    old, new = one, one + more
    was, now = plain_root(LEAVES[:old]), plain_root(LEAVES[:new])
    proof = consistency(old, new, known_of(grown(new)))
    forked = plain_root([*LEAVES[: old - 1], LEAVES[-1], *LEAVES[old:new]])
    assert not proves_consistency((old, new), (was, forked), proof)
    assert not proves_consistency((old, new), (LEAVES[-1], now), proof)
    assert not proves_consistency((old, new), (was, now), [*proof, was])
    assert not proves_consistency((new, old), (now, was), proof)
    size = data.draw(st.integers(1, 400))
    assume(size not in {old, new})
    assert not proves_consistency((size, new), (was, now), proof)


@pytest.mark.parametrize(
    ("sizes", "roots", "proof"),
    [
        pytest.param((0, 3), (LEAVES[0], LEAVES[1]), [], id="nothing has one root only"),
        pytest.param((3, 3), (LEAVES[0], LEAVES[1]), [], id="one size has one root"),
        pytest.param((3, 3), (LEAVES[0], LEAVES[0]), [LEAVES[0]], id="and needs no proof"),
        pytest.param((-1, 0), (EMPTY, EMPTY), [], id="no size is negative"),
    ],
)
def test_what_needs_no_proof_is_still_looked_at(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: list[bytes]
) -> None:
    assert not proves_consistency(sizes, roots, proof)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        pytest.param("0/000", Wanted(Tile(0, 0), 256), id="the first"),
        pytest.param("1/067.p/1", Wanted(Tile(1, 67), 1), id="a partial one"),
        pytest.param("0/x001/x234/067", Wanted(Tile(0, 1_234_067), 256), id="in groups"),
        pytest.param("entries/x001/000.p/255", Wanted(Tile(0, 1000), 255, True), id="leaves"),
    ],
)
def test_a_path_names_a_tile(path: str, wanted: Wanted) -> None:
    assert wanted == read_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "0/0", "0/1000", "8/000", "0/x000/001", "0/000.p/0", "0/000.p/256", "0/000.p/01",
     "0/000.p/999", "00/000", "0/-01", "0/\u0660\u0660\u0660", "entries/x000/000", "0/000/",
     "0/x001"],
)  # fmt: skip
def test_a_path_that_is_written_otherwise_names_nothing(path: str) -> None:
    assert read_path(path) is None


@given(st.integers(0, 7), st.integers(0, 10**9), st.integers(1, WIDTH))
def test_a_path_is_read_as_it_was_written(level: int, number: int, width: int) -> None:
    written = path_of(Tile(level, number), width).removeprefix("tile/")
    assert Wanted(Tile(level, number), width) == read_path(written)


def test_a_bundle_has_each_leaf_after_its_length() -> None:
    assert b"\0\2{}\1\0" + b"x" * 256 == bundle([b"{}", b"x" * 256])
