"""The queue sheet as a page to print: no script, nothing from elsewhere, whole on its own."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final

from app.api.schemas.notices import notice_read_out
from app.api.texts import CATALOGUE, Language, hours
from app.domain.gates import HANOI
from app.domain.notices import Notice
from app.services.publishing.sheets import QueueSheet, Sheet, SheetLine

HTML: Final = "text/html"
STYLE: Final = (
    "body{font:12px sans-serif;margin:1em}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #888;padding:2px 6px;text-align:left}thead{display:table-header-group}"
    "tr{break-inside:avoid}h2{margin:1em 0 .3em}.held{color:#777;text-decoration:line-through}"
)
POLICY: Final = (
    "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
COLUMNS: Final = (
    "place",
    "call_number",
    "plate",
    "lane",
    "route",
    "yard",
    "waits_from",
    "waited",
    "note",
)
LISTS: Final = ("called", "waiting")


def sheet_page(sheet: Sheet, language: Language) -> str:
    """Return the page of a gate's sheet."""
    name = sheet.gate.names[language.value] or sheet.gate.names["en"]
    at = sheet.as_of.astimezone(HANOI)
    said = {"gate": name, "at": f"{at:%Y-%m-%d %H:%M:%S}", "policy": sheet.policy}
    title = escape(_say("title", language, said))
    parts = "".join(_queue(one, language) for one in sheet.queues)
    return (
        f'<!DOCTYPE html>\n<html lang="{language.value}"><meta charset="utf-8">'
        f"<title>{title}</title><style>{STYLE}</style>\n<h1>{title}</h1>\n"
        f"<p>{escape(_say('advice', language, said))}</p>\n{parts}</html>\n"
    )


def _queue(one: QueueSheet, language: Language) -> str:
    heading = escape(_say(f"direction.{one.queue.direction}", language))
    lists = zip(LISTS, (one.called, one.waiting), strict=True)
    tables = (_table(name, lines, language) for name, lines in lists if lines or name == "waiting")
    notices = "".join(_notice(notice, language) for notice in one.notices)
    return f"<h2>{heading}</h2>\n{notices}{''.join(tables)}"


def _notice(notice: Notice, language: Language) -> str:
    read = notice_read_out(notice, language)
    about = filter(None, (notice.route, notice.goods_group))
    return f"<p>{escape(' · '.join((*about, read.message, read.label)))}</p>\n"


def _table(name: str, lines: Sequence[SheetLine], language: Language) -> str:
    caption = escape(_say(name, language, {"count": len(lines)}))
    head = "".join(f"<th>{escape(_say(f'column.{one}', language))}</th>" for one in COLUMNS)
    rows = "".join(_rows(lines, language))
    return (
        f"<h3>{caption}</h3>\n<table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}"
        "</tbody></table>\n"
    )


def _rows(lines: Iterable[SheetLine], language: Language) -> Iterator[str]:
    for place, line in enumerate(lines, start=1):
        cells = "".join(f"<td>{escape(text)}</td>" for text in _cells(place, line, language))
        yield f"<tr{' class=held' if line.held or line.barred else ''}>{cells}</tr>\n"


def _cells(place: int, line: SheetLine, language: Language) -> Sequence[str]:
    since = line.waits_from.astimezone(HANOI) if line.waits_from else None
    return (
        str(place),
        line.call_number or "",
        line.plate or "",
        line.lane.value,
        line.route or "",
        line.yard or "",
        f"{since:%Y-%m-%d %H:%M}" if since else "",
        "" if line.waited is None else hours(line.waited),
        _note(line, language),
    )


def _note(line: SheetLine, language: Language) -> str:
    if line.held:
        return _say("held", language)
    if line.barred:
        return _say("barred", language)
    if line.until is not None:
        return _say("until", language, {"at": f"{line.until.astimezone(HANOI):%H:%M}"})
    return ""


def _say(key: str, language: Language, facts: Mapping[str, str | int] | None = None) -> str:
    return CATALOGUE.say(f"sheet.{key}", language, facts)
