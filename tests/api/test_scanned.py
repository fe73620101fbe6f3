"""What a payer's phone reads off our pictures: pixels, a decoder that is not ours, EMVCo's rules.

The decoder is zxing-cpp. What it reads of a transfer is taken apart by a parser written from the
QR specification for payment systems (merchant presented), which computes the checksum by itself.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from tests.api.conftest import Gate
from tests.api.test_bundles import bundle_of
from tests.api.test_payments import DUE, Bank, an_order, bank

__all__ = ["bank"]

SCALE = 8
POINT = 4  # pixels of a point of paper: 288 an inch, as any printer has
OBJECT = re.compile(r"(\d\d)(\d\d)")
RECTANGLE = re.compile(rb"(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) re f\b")
RUN = re.compile(r"([Mm])(-?[\d.]+)[ ,]?(-?[\d.]+)h(\d+)")


def scanned(picture: Image.Image) -> str:
    """Return what the one QR code of a picture says."""
    (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert (True, zxingcpp.BarcodeFormat.QRCode) == (code.valid, code.format)
    return str(code.text)


def objects(text: str) -> Iterator[tuple[str, str]]:
    """Yield the data objects of a text: an id, a length of two digits, so many characters."""
    at = 0
    while at < len(text):
        head = OBJECT.match(text, at)
        assert head is not None, text[at:]
        begin, length = head.end(), int(head[2])
        assert 0 < length <= len(text) - begin
        yield head[1], text[begin : begin + length]
        at = begin + length


def checksum(text: str) -> str:
    """Return the CRC of ISO/IEC 13239: polynomial 0x1021, beginning with 0xFFFF, bit by bit."""
    register = 0xFFFF
    for byte in text.encode("utf-8"):
        for place in range(7, -1, -1):
            carry = (register >> 15 ^ byte >> place) & 1
            register = (register << 1 & 0xFFFF) ^ 0x1021 * carry
    return f"{register:04X}"


def transfer_in(text: str) -> dict[str, Any]:
    """Return the transfer that a text asks for, every rule of its form looked at."""
    found = list(objects(text))
    ids = [one for one, _ in found]
    assert len(ids) == len(set(ids))
    assert ("00", "63") == (ids[0], ids[-1])  # the format comes first, the checksum last
    root = dict(found)
    assert checksum(text[:-4]) == root["63"]
    assert ("01", "12", "704", "VN") == tuple(root[one] for one in ("00", "01", "53", "58"))
    (merchant,) = [dict(objects(text)) for one, text in found if 26 <= int(one) <= 51]
    assert ("A000000727", "QRIBFTTA") == (merchant["00"], merchant["02"])
    account = dict(objects(merchant["01"]))
    return {
        "bank": account["00"], "account": account["01"], "amount": int(root["54"]),
        "purpose": dict(objects(root["62"]))["08"],
    }  # fmt: skip


def drawn_svg(svg: str) -> Image.Image:
    """Return an SVG that strokes rows of modules as pixels."""
    size = re.search(r'<svg [^>]*width="(\d+)"', svg)
    path = re.search(r'stroke="#000" d="([^"]+)"', svg)
    assert size is not None
    assert path is not None
    picture = Image.new("L", (int(size[1]), int(size[1])), 255)
    pen, x, y = ImageDraw.Draw(picture), 0.0, 0.0
    for kind, across, down, run in RUN.findall(path[1]):
        x, y = (float(across), float(down)) if kind == "M" else (x + float(across), y + float(down))
        top = y - 0.5
        box = (x * SCALE, top * SCALE, (x + int(run)) * SCALE - 1, (top + 1) * SCALE - 1)
        pen.rectangle(box, fill=0)
        x += int(run)
    return picture


def drawn_pdf(pdf: bytes) -> Image.Image:
    """Return the filled rectangles of a PDF's pages as pixels; its QR code is made of them."""
    boxes = [
        tuple(map(float, one))
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
        for one in RECTANGLE.findall(_inflated(stream))
    ]
    squares = [one for one in boxes if abs(abs(one[2]) - abs(one[3])) < 0.1]
    left, top = min(one[0] for one in squares), max(one[1] for one in squares)
    width = max(one[0] + one[2] for one in squares) - left
    side = int(width * POINT) + 80
    picture = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, wide, high in squares:
        across, down = 40 + (x - left) * POINT, 40 + (top - y) * POINT
        pen.rectangle((across, down, across + wide * POINT, down + abs(high) * POINT), fill=0)
    return picture


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:  # a font, or a picture of another kind
        return b""


@pytest.mark.parametrize("drawn", ["png", "svg"])
async def test_a_phone_reads_account_amount_and_code_off_the_picture(
    gate: Gate, drawn: str
) -> None:
    one, other = await an_order(gate, 1), await an_order(gate, 2)
    bundle = (await bundle_of(gate, one, other)).json()
    account, number, _ = gate.app.state.process.settings.collection
    for path, code, amount in (
        (f"/v1/orders/{one['id']}/qr", one["code"], DUE),
        (f"/v1/payment-bundles/{bundle['id']}/qr", bundle["code"], 2 * DUE),
    ):
        answer = await gate.get(f"{path}?format={drawn}", "company-1")
        assert 200 == answer.status_code, answer.text
        is_svg = drawn == "svg"
        picture = drawn_svg(answer.text) if is_svg else Image.open(io.BytesIO(answer.content))
        assert {
            "bank": account, "account": number, "amount": amount, "purpose": code,
        } == transfer_in(scanned(picture))  # fmt: skip


async def test_a_phone_reads_off_the_paper_where_a_receipt_is_looked_up(
    gate: Gate, bank: Bank
) -> None:
    order = await an_order(gate)
    await bank.tell(order["code"])
    (receipt,) = (await gate.get("/v1/receipts", "company-1")).json()["items"]
    paper = await gate.get(f"/v1/receipts/{receipt['lookup']}?format=pdf")
    link = scanned(drawn_pdf(paper.content))
    assert link.endswith(f"/receipts/{receipt['lookup']}")


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_text_with_one_character_changed_is_no_transfer(place: int) -> None:
    text = (
        "00020101021238550010A000000727012500069999990111SANDBOX00010208QRIBFTTA5303704540635000"
        "05802VN62210817" + "20260311-0C3FHMFY6" + "6304"
    )
    text += checksum(text)
    changed = text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]
    assert checksum(changed[:-4]) != changed[-4:]
