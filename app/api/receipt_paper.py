"""The paper of a receipt as PDF: A4, two languages, a line a vehicle, a QR code to check it by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.api.papers import FIRST_CHINESE, Paper
from app.api.pictures import matrix_of
from app.api.receipt_sheet import Pair, ReceiptSheet

WIDTHS_MM: Final = (8, 29, 46, 57, 14, 28)
LABEL_MM: Final = 56
HEAD_MM: Final = 118
QR_MM: Final = 30
BESIDE_QR_MM: Final = 144
EDGE_MM: Final = 14
GREY: Final = 95
RED: Final = (176, 0, 32)
PAD_MM: Final = 0.9
SMALL: Final = 7
PLAIN: Final = 9
RIGHT_FROM: Final = 4
"""The columns of figures stand to the right."""


def receipt_pdf(sheet: ReceiptSheet) -> bytes:
    """Return a receipt as PDF; it takes half a second."""
    paper = _ReceiptPaper(sheet)
    paper.draw()
    return bytes(paper.output())


@dataclass(frozen=True, slots=True)
class Look:
    """How two languages are written: their sizes in points, where they stand, grey for a label."""

    size: float = PLAIN
    small: float = SMALL
    align: str = "L"
    is_label: bool = False


VALUE: Final = Look()
LABEL: Final = Look(is_label=True)


class _ReceiptPaper(Paper):
    """One receipt; what is Chinese in it has a font, whatever the second language."""

    def __init__(self, sheet: ReceiptSheet) -> None:
        super().__init__(sheet.language, sheet.changed_at, is_chinese=_has_chinese(sheet))
        self._sheet = sheet
        self.set_lang("vi")
        self.set_title(f"{sheet.title.vi} {sheet.number}")
        self.set_margin(EDGE_MM)
        self.set_auto_page_break(auto=True, margin=EDGE_MM)
        self.set_xy(EDGE_MM, EDGE_MM)

    def footer(self) -> None:
        """Write on each page which one it is of how many."""
        self.set_y(-EDGE_MM + 3)
        self.set_text_color(GREY)
        self.write_cell(0, SMALL, f"{self._sheet.number} · {self.page_no()}/{{nb}}", align="C")
        self.set_text_color(0)

    def draw(self) -> None:
        sheet = self._sheet
        below = self._head()
        self._pair(sheet.title, Look(17, 11, "C"), BESIDE_QR_MM)
        self.ln(1)
        self._notice()
        self.set_y(max(below, self.get_y()) + 3)
        for label, value in sheet.facts:
            self._fact(label, value)
        self.ln(1.5)
        self._table()
        self.ln(1.5)
        self._fact(*sheet.words)
        label, code = sheet.lookup
        self._fact(label, Pair(code))
        self._text(0, SMALL, sheet.link)
        self._pair(sheet.advice, Look(SMALL))

    def _head(self) -> float:
        """Draw who collects, the number, the QR code; return where that ends."""
        sheet, top = self._sheet, self.get_y()
        self._pair(sheet.collector, Look(10.5), HEAD_MM)
        if sheet.collector_tax is not None:
            self._pair(sheet.collector_tax, VALUE, HEAD_MM)
        below = self.get_y()
        self.set_xy(self.l_margin + HEAD_MM, top)
        self._text(0, 12, sheet.number, align="R")
        self._qr(sheet.link, self.w - self.r_margin - QR_MM, top + 7)
        self.set_xy(self.l_margin, below + 4)
        return top + 7 + QR_MM

    def _notice(self) -> None:
        notice = self._sheet.notice
        if not self._sheet.is_void:
            self._pair(notice, Look(8, SMALL, "C"), BESIDE_QR_MM)
            return
        self.set_text_color(*RED)
        self.set_draw_color(*RED)
        self._text(BESIDE_QR_MM, 10, f"{notice.vi}\n{notice.second}", align="C", boxed=True)
        self.set_text_color(0)
        self.set_draw_color(0)

    def _fact(self, label: Pair, value: Pair) -> None:
        top = self.get_y()
        self._pair(label, LABEL, LABEL_MM)
        below = self.get_y()
        self.set_xy(self.l_margin + LABEL_MM, top)
        self._pair(value, VALUE)
        self.set_y(max(below, self.get_y()) + 0.1)

    def _table(self) -> None:
        sheet = self._sheet
        self._row(sheet.columns, is_label=True)
        for row in sheet.rows:
            self._row(row)
        for label, amount in sheet.sums:
            self._sum(label, amount)

    def _row(self, cells: Sequence[Pair], *, is_label: bool = False) -> None:
        """Draw cells beside one another under a line, whole on one page."""
        heights = [self._height(*one) for one in zip(cells, WIDTHS_MM, strict=True)]
        if self.will_page_break(max(heights) + 2 * PAD_MM):
            self.add_page()
        top, left = self.get_y() + PAD_MM, self.l_margin
        self.line(left, self.get_y(), self.w - self.r_margin, self.get_y())
        for number, (cell, width) in enumerate(zip(cells, WIDTHS_MM, strict=True)):
            self.set_xy(left, top)
            align = "R" if number >= RIGHT_FROM else "L"
            self._pair(cell, Look(align=align, is_label=is_label), width)
            left += width
        self.set_y(top + max(heights) + PAD_MM)

    def _sum(self, label: Pair, amount: str) -> None:
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        top, before = self.get_y() + PAD_MM, sum(WIDTHS_MM[:-1])
        self.set_xy(self.l_margin, top)
        self._pair(label, Look(align="R", is_label=True), before)
        below = self.get_y()
        self.set_xy(self.l_margin + before, top)
        self._text(WIDTHS_MM[-1], 11, amount, align="R")
        self.set_y(max(below, self.get_y()) + PAD_MM)

    def _qr(self, text: str, left: float, top: float) -> None:
        rows = matrix_of(text)
        size = QR_MM / len(rows)
        self.set_fill_color(0)
        for down, row in enumerate(rows):
            for across, dark in enumerate(row):
                if dark:
                    self.rect(left + across * size, top + down * size, size, size, style="F")

    def _height(self, cell: Pair, width: float) -> float:
        texts = ((cell.vi, PLAIN), (_beside(cell), SMALL))
        return sum(self.height_of(width, size, text) for text, size in texts if text)

    def _pair(self, pair: Pair, look: Look, width: float = 0) -> None:
        """Write both languages below one another, where the pen is; the second is smaller."""
        if look.is_label:
            self.set_text_color(GREY)
        self._text(width, look.size, pair.vi, align=look.align)
        if _beside(pair):
            self._text(width, look.small, pair.second, align=look.align)
        if look.is_label:
            self.set_text_color(0)

    def _text(
        self, width: float, size: float, text: str, *, align: str = "L", boxed: bool = False
    ) -> None:
        left = self.get_x()
        self.write_cell(width, size, text, align=align, boxed=boxed)
        self.set_x(left)


def _beside(pair: Pair) -> str:
    """Return what the second language adds."""
    return "" if pair.second == pair.vi else pair.second


def _has_chinese(sheet: ReceiptSheet) -> bool:
    """Tell whether anything on it is Chinese: a payer's name may be on any paper."""
    return any(sign >= FIRST_CHINESE for sign in str(sheet))
