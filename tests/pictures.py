"""Reading QR codes, to know what a picture of one says; nothing of what draws them is used.

Written after ISO/IEC 18004 for what passes and transfers need: versions 5 to 9 and 13 to 18, error
correction M, bytes or letters, and a clean picture, of which nothing has to be corrected.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence

Matrix = Sequence[Sequence[bool]]

QUIET = 4
SHORT, TELLS_VERSION = 10, 7
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FORMAT_MASK = 0x5412
LEVEL_M = 0
# Table E.1, and table 9: centres of alignment patterns; data bytes of the blocks.
ALIGNED = {
    5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46),
    13: (6, 34, 62), 14: (6, 26, 46, 66), 15: (6, 26, 48, 70), 16: (6, 26, 50, 74),
    17: (6, 30, 54, 78), 18: (6, 30, 56, 82),
}  # fmt: skip
BLOCKS = {
    5: [43] * 2, 6: [27] * 4, 7: [31] * 4, 8: [38] * 2 + [39] * 2, 9: [36] * 3 + [37] * 2,
    13: [37] * 8 + [38], 14: [40] * 4 + [41] * 5, 15: [41] * 5 + [42] * 5,
    16: [45] * 7 + [46] * 3, 17: [46] * 10 + [47], 18: [43] * 9 + [44] * 4,
}  # fmt: skip
MASKS: Sequence[Callable[[int, int], int]] = (
    lambda row, column: (row + column) % 2,
    lambda row, _: row % 2,
    lambda _, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
)


def text_of(matrix: Matrix) -> str:
    """Return the text of a code, of which `matrix` has the dark modules."""
    size = len(matrix)
    version = (size - 17) // 4
    level, mask = _format(matrix)
    assert LEVEL_M == level
    reserved = _reserved(size, version)
    bits = [
        matrix[row][column] ^ (MASKS[mask](row, column) == 0)
        for row, column in _walk(size)
        if not reserved[row][column]
    ]
    blocks = BLOCKS[version]
    stream = [
        int("".join("01"[bit] for bit in bits[at : at + 8]), 2)
        for at in range(0, 8 * sum(blocks), 8)
    ]
    data = _in_order(stream, blocks)
    return _letters(data) if version < SHORT else _bytes(data).decode("ascii")


def _format(matrix: Matrix) -> tuple[int, int]:
    """Return level and mask, which stand around the finder at the top left."""
    places = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)]
    places += [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    bits = int("".join("01"[matrix[row][column]] for row, column in places), 2) ^ FORMAT_MASK
    return bits >> 13, bits >> 10 & 7


def _reserved(size: int, version: int) -> list[list[bool]]:
    """Return where no data are: finders, formats, timing, alignment, versions."""
    taken = [[False] * size for _ in range(size)]

    def take(top: int, left: int, height: int, width: int) -> None:
        for row in range(top, top + height):
            taken[row][left : left + width] = [True] * width

    take(0, 0, 9, 9)
    take(0, size - 8, 9, 8)
    take(size - 8, 0, 8, 9)
    take(6, 0, 1, size)
    take(0, 6, size, 1)
    if version >= TELLS_VERSION:
        take(0, size - 11, 6, 3)
        take(size - 11, 0, 3, 6)
    centres = ALIGNED[version]
    first, last = centres[0], centres[-1]
    for row in centres:
        for column in centres:
            if (row, column) not in {(first, first), (first, last), (last, first)}:
                take(row - 2, column - 2, 5, 5)
    return taken


def _walk(size: int) -> Iterator[tuple[int, int]]:
    """Yield the modules in the order of bits: two columns at a time, up and down from the right."""
    upwards = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        rows = range(size - 1, -1, -1) if upwards else range(size)
        for row in rows:
            yield row, right
            yield row, right - 1
        upwards = not upwards


def _in_order(stream: Sequence[int], blocks: Sequence[int]) -> bytes:
    """Return the data bytes of blocks that were written in turns."""
    parts: list[list[int]] = [[] for _ in blocks]
    rest = iter(stream)
    for at in range(max(blocks)):
        for part, length in zip(parts, blocks, strict=True):
            if at < length:
                part.append(next(rest))
    return bytes(one for part in parts for one in part)


def _bytes(data: bytes) -> bytes:
    """Return what is said in byte mode (0100), with a length of 16 bits."""
    whole = int.from_bytes(data)
    total = 8 * len(data)
    assert 0b0100 == whole >> total - 4
    length = whole >> total - 20 & 0xFFFF
    return (whole >> total - 20 - 8 * length & (1 << 8 * length) - 1).to_bytes(length)


def _letters(data: bytes) -> str:
    """Return what is said in alphanumeric mode (0010), with a length of 9 bits: two in 11 bits."""
    bits = "".join(f"{one:08b}" for one in data)
    assert "0010" == bits[:4]
    length, bits = int(bits[4:13], 2), bits[13:]
    found = ""
    while len(found) + 1 < length:
        pair, bits = divmod(int(bits[:11], 2), len(LETTERS)), bits[11:]
        found += LETTERS[pair[0]] + LETTERS[pair[1]]
    return found + (LETTERS[int(bits[:6], 2)] if length % 2 else "")


def of_png(picture: bytes, scale: int) -> Matrix:
    """Return the dark modules of a PNG of one bit a pixel, its quiet zone cut off."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    chunks = dict(_chunks(picture))
    width, height, depth = struct.unpack(">IIB", chunks[b"IHDR"][:9])
    assert (width, 1) == (height, depth)
    rows = zlib.decompress(chunks[b"IDAT"])
    stride = 1 + (width + 7) // 8
    lines: list[bytes] = []
    for at in range(0, len(rows), stride):
        filtered, line = rows[at], rows[at + 1 : at + stride]
        assert filtered in {0, 2}  # as it is, or what differs from the line above
        above = lines[-1] if filtered and lines else bytes(len(line))
        lines.append(bytes((one + up) % 256 for one, up in zip(line, above, strict=True)))
    pixels = [[line[at // 8] >> 7 - at % 8 & 1 for at in range(width)] for line in lines]
    modules = [[not one for one in line[::scale]] for line in pixels[::scale]]
    assert all(
        modules[at // scale][x // scale] is not bool(pixels[at][x])
        for at in range(height)
        for x in range(width)
    )
    return _without_quiet_zone(modules)


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + data) == struct.unpack_from(">I", picture, at + 8 + length)[0]
        yield kind, data
        at += 12 + length


def of_svg(picture: str, scale: int) -> Matrix:
    """Return the dark modules of an SVG that strokes its rows, its quiet zone cut off."""
    found = re.search(r'<svg [^>]*width="(\d+)"', picture)
    assert found is not None
    size = int(found[1]) // scale
    modules = [[False] * size for _ in range(size)]
    stroked = re.search(r'stroke="#000" d="([^"]+)"', picture)
    assert stroked is not None
    x, y = 0, 0.0
    for kind, first, second, run in re.findall(
        r"([Mm])(-?[\d.]+)[ ,]?(-?[\d.]+)h(\d+)", stroked[1]
    ):
        x, y = (int(first), float(second)) if kind == "M" else (x + int(first), y + float(second))
        modules[int(y)][x : x + int(run)] = [True] * int(run)
        x += int(run)
    return _without_quiet_zone(modules)


def _without_quiet_zone(modules: list[list[bool]]) -> Matrix:
    outside = [*modules[:QUIET], *modules[-QUIET:]]
    outside += [row[:QUIET] + row[-QUIET:] for row in modules]
    assert not any(any(row) for row in outside)
    return [row[QUIET:-QUIET] for row in modules[QUIET:-QUIET]]
