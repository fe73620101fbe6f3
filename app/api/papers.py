"""Papers as PDF: A4, fonts of our own that have Vietnamese and Chinese, nothing from elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode, XPos, YPos

from app.api.certificate_sheet import CertificateSheet
from app.api.texts import Language

FONTS: Final = Path(__file__).with_name("fonts")
LATIN: Final = "latin"
CHINESE: Final = "chinese"
LABEL_MM: Final = 52
MARGIN_MM: Final = 18
LINE: Final = 0.52
"""The height of a line in mm, by its size in points."""
FIRST_CHINESE: Final = "\u2e80"


def certificate_pdf(sheet: CertificateSheet, language: Language, made_at: datetime) -> bytes:
    """Return a certificate as PDF; it takes a second."""
    paper = Paper(language, made_at, is_chinese=language is Language.ZH)
    paper.set_title(sheet.title)
    paper.write_line(sheet.title, 18)
    paper.ln(2)
    paper.write_facts(sheet.facts)
    paper.ln(3)
    paper.write_line(sheet.verdict, 13, boxed=True)
    paper.ln(2)
    for one in sheet.passed:
        paper.write_line(one.heading, 11)
        paper.write_line(one.message, 10)
        paper.write_line(one.times, 8.5)
        paper.ln(1.5)
    if sheet.more is not None:
        paper.write_line(sheet.more, 10)
    paper.ln(2)
    paper.write_line(sheet.promise, 10)
    paper.ln(2)
    paper.write_facts(sheet.seal)
    paper.ln(2)
    paper.write_line(sheet.advice, 8.5)
    return bytes(paper.output())


class Paper(FPDF):
    """An A4 page, and as many more as it needs; the same words are the same bytes."""

    def __init__(self, language: Language, made_at: datetime, *, is_chinese: bool) -> None:
        """Begin a paper in a language; the font of Chinese is large, and only there if needed."""
        super().__init__(format="A4")
        self.set_lang(language.value)
        self.set_creation_date(made_at.astimezone(UTC))
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)
        self.add_font(LATIN, fname=FONTS / "DejaVuSans.ttf")
        if is_chinese:
            self.add_font(CHINESE, fname=FONTS / "DroidSansFallback.ttf")
            self.set_fallback_fonts([CHINESE])
        self.set_font(LATIN, size=10)
        self.add_page()

    def write_line(self, text: str, size: float, *, boxed: bool = False) -> None:
        """Write a paragraph over the whole width."""
        self.write_cell(0, size, text, boxed=boxed)

    def write_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Write facts behind their labels."""
        for label, value in facts:
            top = self.get_y()
            self.set_text_color(90)
            self.write_cell(LABEL_MM, 10, label)
            below = self.get_y()
            self.set_text_color(0)
            self.set_xy(self.l_margin + LABEL_MM, top)
            self.write_cell(0, 10, value)
            self.set_y(max(below, self.get_y()))

    def write_cell(
        self, width: float, size: float, text: str, *, boxed: bool = False, align: str = "L"
    ) -> None:
        """Write a paragraph of a width in mm and a size in points; a width of 0 is all there is."""
        self._sized(size)
        self.multi_cell(
            width, size * LINE, text, border=1 if boxed else 0, padding=2 if boxed else 0,
            align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT, wrapmode=_wrapped(text),
        )  # fmt: skip

    def height_of(self, width: float, size: float, text: str) -> float:
        """Return the height in mm that `write_cell` needs."""
        self._sized(size)
        lines = self.multi_cell(
            width, size * LINE, text, dry_run=True, output=MethodReturnValue.LINES,
            wrapmode=_wrapped(text),
        )  # fmt: skip
        assert isinstance(lines, list)
        return len(lines) * size * LINE

    def _sized(self, size: float) -> None:
        self.font_family = ""  # a fallback font was perhaps used since: have this one told again
        self.set_font(LATIN, size=size)


def _wrapped(text: str) -> WrapMode:
    """Return how a text is broken: Chinese has no spaces to break lines at."""
    return WrapMode.CHAR if any(sign >= FIRST_CHINESE for sign in text) else WrapMode.WORD
