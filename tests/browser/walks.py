"""Who looks at which pages: every page of the service stands here, or says why it does not.

A page is named as its route is; what its address has is put there by `everything`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from tests.browser.answers import ANSWERS, Sent


class Seen(NamedTuple):
    """A page that somebody looks at."""

    path: str
    shows: str
    """Selects what stands there because there is something to show."""
    status: int = 200

    @property
    def route(self) -> str:
        """Return the path of its route."""
        return urlsplit(self.path).path


class Walk(NamedTuple):
    """The pages of somebody, by the name of who signs in; None is who does not."""

    who: str | None
    pages: Sequence[Seen | Sent]


CONSOLE: Final = "gate=tan-thanh&direction=export"
PUBLISHED: Final = "from_day=2024-08-22&to_day=2024-08-23"
DAYS: Final = "gate=tan-thanh&from_day=2026-03-11&to_day=2026-03-13"
BOOK_ROWS: Final = "main table tbody tr"

_PAGES: Final[Mapping[str, Walk]] = {
    "public": Walk(None, [
        Seen("/", "[data-live]"),
        Seen("/gates/{gate}", ".called[data-number]"),
        Seen("/gates/{gate}/fairness", ".verdict"),
        Seen("/fees", "form select"),
        Seen("/rules", "main h2"),
        Seen("/certificates/{token}", "main td.hash"),
        Seen("/receipts/{lookup}", "main td"),
        Seen(f"/reports?{PUBLISHED}", "main tbody tr"),
        Seen(f"/reports/waits?{PUBLISHED}", "main tbody tr"),
        Seen("/reports/cumulative", "main form"),
        Seen("/reports/difficulties", "main form"),
        Seen("/reports/fairness?gate=tan-thanh", "main tbody tr"),
        Seen("/sign-in", "[data-who]"),
        Seen("/gates/nowhere", "main p", 404),
    ]),
    "wall": Walk(None, [
        Seen("/tv", "[data-live]"),
        Seen("/gates/{gate}/tv", ".called[data-number]"),
    ]),
    "driver": Walk(None, [
        Seen("/d/{token}", "main .code img"),
        Seen("/d/{token}/help", "main textarea"),
        Seen(f"/d/{'A' * 24}", "main p", 404),
    ]),
    "company": Walk("company-1-manager", [
        Seen("/company?show=all", "#list tbody tr"),
        Seen("/company/entries/new", "main form .foot"),
        Seen("/company/entries/{entry}", "#now"),
        Seen("/company/entries/{entry}/history", "main li"),
        Seen("/company/entries/{entry}/amend", "main form .foot"),
        Seen("/company/uploads", "#batches tbody tr"),
        Seen("/company/uploads/{batch}", "#rows tbody tr"),
        Seen("/company/pay", "main tbody tr"),
        Seen("/company/pay/{bundle}", "#state img"),
        Seen("/company/orders/{order}", "#state img"),
        Seen("/company/receipts", "#receipts tbody tr"),
        Seen("/company/receipts/print", ".slips article"),
        Seen("/company/strikes", "#list tbody tr"),
        Seen("/company/strikes/{strike}", "#appeal blockquote"),
        Seen("/company/settings/members", "main tbody tr"),
        Seen("/company/settings/delegations", "main tbody tr"),
        Seen("/company/settings/keys", "main .card"),
        Seen("/company/settings/webhooks", "main tbody tr"),
        Seen("/company/settings/sessions", "main .steps li"),
    ]),
    "officer": Walk("officer-1-clerk", [
        Seen(f"/console?{CONSOLE}", "#line [data-row]"),
        Seen(f"/console/gate?{CONSOLE}", "#holds li b"),
        Seen(f"/console/exceptions?{CONSOLE}", "#list li"),
        Seen(f"/console/notices?{CONSOLE}", "#list li"),
        Seen(f"/console/overrides?{CONSOLE}", "#list li a"),
        Seen(f"/console/difficulties?{CONSOLE}", "#list li"),
        Seen("/console/difficulties/{difficulty}", "main form"),
        Seen(f"/console/appeals?{CONSOLE}&all", "#list li"),
        Seen("/console/appeals/{strike}", "main blockquote"),
        Seen("/console/search?q={plate}", "main [data-row]"),
        Seen("/console/entries/{entry}", "#events tbody tr"),
    ]),
    "agency": Walk("customs-chief", [
        Seen("/desk", "#list tbody tr"),
        Seen("/desk/holds", "main .plate"),
        Seen("/desk/vehicles", "main form"),
        Seen("/desk/vehicles/{entry}", "#checks"),
    ]),
    "yard": Walk("yard-clerk", [
        Seen("/desk?yard=bao-nguyen", "#list tr button"),
        Seen("/desk/vehicles/{entry}", "#now"),
    ]),
    "cashier": Walk("collector-2-clerk", [
        Seen("/desk", "#tallies"),
        Seen("/desk/till", "#take"),
    ]),
    "collector": Walk("collector-1-clerk", [
        Seen("/desk/till", "#others"),
        Seen("/desk/payments", "main tbody tr"),
        Seen("/desk/payments/{payment}", "main .told.wait"),
        Seen("/desk/refunds", "#list article details"),
        Seen("/desk/receipts", "main article details"),
        Seen("/desk/receipts/corrections", "#list"),
        Seen(f"/desk/books?{DAYS}", BOOK_ROWS),
        Seen(f"/desk/treasury?{DAYS}", "main tfoot"),
        Seen("/desk/statement", "#rows"),
        Seen(f"/reports/revenue?{DAYS}", "main tbody tr"),
    ]),
    "board": Walk("board-2-manager", [
        Seen("/desk", "#policy form"),
        Seen("/desk/drafts/tariff", "main form"),
        Seen("/desk/drafts/tariff/{proposal}/effect", "main .tallies"),
        Seen("/desk/drafts/policy", "main form"),
        Seen("/desk/drafts/reduction", "main form"),
        Seen("/desk/refunds", "#list article h2"),
        Seen("/desk/holds", "main .plate"),
        Seen("/reports/revenue", "main table"),
    ]),
    "auditor": Walk("auditor-viewer", [
        Seen(f"/desk/books?{DAYS}", BOOK_ROWS),
        Seen(f"/desk/treasury?{DAYS}", "main tfoot"),
    ]),
}  # fmt: skip
WALKS: Final[Mapping[str, Walk]] = {
    name: Walk(walk.who, [*walk.pages, *ANSWERS.get(name, ())]) for name, walk in _PAGES.items()
}
"""The pages of everybody, and then what their forms are answered with."""

NO_PAGES: Final[Mapping[str, str]] = {
    "/preferences": "keeps a choice and leads back",
    "/work": "leads to the first page of who looks",
    "/d/worker.js": "is a script",
    "/company/uploads/{batch}/refused.csv": "is a file",
    "/verify_log.py": "is a program",
}
"""What browsers also get, and why nobody looks at it."""
