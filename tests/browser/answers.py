"""What pages show only as the answer to a form: who sends what, and what then stands there."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlsplit

Fields = Mapping[str, str | Sequence[str]]
"""What is typed, by the names of fields; of a file its name and what is in it."""
NOBODY: Final = "00000000-0000-7000-8000-000000000000"


class Sent(NamedTuple):
    """A form that somebody sends, and what its answer shows."""

    path: str
    shows: str
    """Selects what stands there because the form was sent."""
    form: str = ""
    """Selects the form; what is `typed` is all of one that stands nowhere."""
    typed: Fields = MappingProxyType({})
    status: int = 200
    on: str = ""
    """Where the form stands, if it is sent elsewhere."""

    @property
    def route(self) -> str:
        """Return the path of its route."""
        return urlsplit(self.path).path


def act(name: str) -> str:
    """Return what selects the form of an act."""
    return f'main form:has([name=act][value="{name}"])'


DONE, TOLD, ALERT, FAULT = ".told.go", ".told", "[role=alert]", "main .fault"
CONSOLE: Final = "gate=tan-thanh&direction=export"
ENTRY: Final = "/company/entries/{entry}"
KEYS, HOOKS = "/company/settings/keys", "/company/settings/webhooks"
WRONG, REFUSED, UNKNOWN, FORBIDDEN = 422, 409, 404, 403
YESTERDAY: Final = "2026-03-11"

ANSWERS: Final[Mapping[str, Sequence[Sent]]] = {
    "public": [
        Sent("/sign-in", "main p", typed={"member": NOBODY}, status=FORBIDDEN),
        Sent("/sign-out", "main a"),
    ],
    "driver": [Sent("/d/{token}/help", FAULT, "main form", {"/words": ""}, WRONG)],
    "company": [
        Sent("/company/entries/new", FAULT, "main form", {"/vehicle/payload_kg": "many"}, WRONG),
        Sent("/company/entries/new", "main [role=status] .total", "main form", {
            "do": "price", "/gate": "tan-thanh", "/vehicle/payload_kg": "8.000",
            "/consignments/0/lines/0/goods_group": "ordinary",
        }),
        Sent(f"{ENTRY}/amend", FAULT, "main form", {"/vehicle/payload_kg": "many"}, WRONG),
        Sent(f"{ENTRY}/amend", "main del", "main form", {
            "version": "0", "base": "{{}}", "/vehicle/payload_kg": "7000",
        }, 412),
        Sent(f"{ENTRY}/amend", "[name='/consignments/0/lines/1/goods_group']", "main form",
             {"do": "line-0"}),
        Sent(f"{ENTRY}/difficulty", ALERT, 'form[action$="/difficulty"]', {"/words": ""}, WRONG,
             ENTRY),
        Sent(f"{ENTRY}/driver", ".told.act", typed={"purpose": "correction"}),
        Sent(f"{ENTRY}/openings", "#log ~ p:not(.soft)"),
        Sent("/company/strikes/{fresh}", DONE, act("appeal"), {"/reason": "Tắc đường"}),
        Sent("/company/strikes/{fresh}", ALERT, typed={"act": "appeal", "strike": "{fresh}"},
             status=WRONG),
        Sent("/company/uploads", ALERT, typed={"mode": "best-effort", "file": ["a.txt", "b"]},
             status=415),
        Sent("/company/uploads/{batch}/cancel", "main p", status=REFUSED),
        Sent("/company/pay", ALERT, typed={"do": ""}, status=WRONG),
        Sent("/company/orders/{order}", FAULT, "main form[method=post]", {"/tax_code": "1"}, WRONG),
        Sent("/company/settings/members/invite", FAULT, typed={"/email": "nobody"}, status=WRONG),
        Sent("/company/settings/delegations/give", FAULT, typed={"/tax_code": ""}, status=WRONG),
        Sent(f"{KEYS}/client", FAULT, typed={"/name": "A B"}, status=WRONG),
        Sent(f"{KEYS}/give", ".secret", 'form[action$="/give"]', on=KEYS),
        Sent(f"{HOOKS}/add", FAULT, typed={"/url": "ftp://a.b"}, status=WRONG),
        Sent(f"{HOOKS}/rotate", ".secret", 'form[action$="/rotate"]', on=HOOKS),
        Sent("/company/settings/sessions/revoke", ALERT, typed={"of": NOBODY}, status=UNKNOWN),
    ],
    "officer": [
        Sent(f"/console?{CONSOLE}", "#done li button", act("call")),
        Sent(f"/console?{CONSOLE}", ALERT, act("call"), {"/count": "0"}, WRONG),
        Sent(f"/console?{CONSOLE}", "#done p + p", act("arrive"), {"vehicle": "{contested}"}),
        Sent(f"/console/gate?{CONSOLE}", "#done p + p", act("stop"),
             {"/plate": "12C-111.11", "/reason": "soi"}),
        Sent(f"/console/gate?{CONSOLE}", ALERT, act("stop"), status=WRONG),
        Sent(f"/console/exceptions?{CONSOLE}", "#done", act("take")),
        Sent(f"/console/exceptions?{CONSOLE}", FAULT, act("settle"), status=WRONG),
        Sent(f"/console/notices?{CONSOLE}", "#done button", act("post"),
             {"/kind": "advice", "/text/vi": "Mưa"}),
        Sent(f"/console/notices?{CONSOLE}", ALERT, act("post"), status=WRONG),
        Sent(f"/console/overrides?{CONSOLE}", "#done", act("propose"), {"reference": "{waiting}"}),
        Sent(f"/console/overrides?{CONSOLE}", FAULT, act("propose"), {"reference": "x"}, WRONG),
        Sent(f"/console/difficulties?{CONSOLE}", "#done", act("take-difficulty")),
        Sent(f"/console/difficulties?{CONSOLE}", ALERT,
             typed={"act": "take-difficulty", "difficulty": NOBODY}, status=UNKNOWN),
        Sent("/console/difficulties/{difficulty}", "#done",
             typed={"act": "take-difficulty", "difficulty": "{difficulty}"}),
        Sent("/console/difficulties/{difficulty}", ALERT, act("answer"), status=WRONG),
        Sent("/console/appeals/{strike}", "#done", act("decide"),
             {"/decision": "upheld", "/reason": "Không đúng"}),
        Sent("/console/appeals/{strike}", ALERT,
             typed={"act": "decide", "strike": "{strike}"}, status=WRONG),
        Sent("/console/search", "main [data-row]", "main form[method=post]",
             {"/phone": "0912345678"}),
        Sent("/console/search", ALERT, "main form[method=post]", status=WRONG),
        Sent("/console/entries/{entry}", "#done button", act("hold"), {"/reason": "soi"}),
        Sent("/console/entries/{entry}", FAULT, act("hold"), status=WRONG),
    ],
    "agency": [
        Sent("/desk", ".told.stop .plate", typed={
            "act": "checks", "row-1": "{entry}:medical", "row-2": f"{NOBODY}:customs_entry",
            "result": "passed",
        }),
        Sent("/desk", ALERT, typed={"act": "checks"}, status=WRONG),
        Sent("/desk/holds", DONE, act("stop"), {"/plate": "12C-222.22", "/reason": "soi"}),
        Sent("/desk/holds", FAULT, act("stop"), status=WRONG),
        Sent("/desk/vehicles/{entry}", DONE, act("hold"), {"/reason": "soi"}),
        Sent("/desk/vehicles/{entry}", FAULT, act("hold"), status=WRONG),
    ],
    "yard": [
        Sent("/desk?yard=bao-nguyen", ".told.act .plate", act("move"),
             {"which": "15C-000.99", "/way": "in"}),
        Sent("/desk?yard=bao-nguyen", FAULT, act("move"), {"/way": "in"}, WRONG),
    ],
    "cashier": [
        Sent("/desk/till?q={code}", ".taken", act("take"),
             {"given": "1.000.000", "/channel": "cash"}),
        Sent("/desk/till", ALERT, act("count"), {"/counted/amount": "x"}, WRONG),
    ],
    "collector": [
        Sent("/desk/till", DONE, act("open"), {"/opening_float/amount": "200.000"}),
        Sent("/desk/till", ".told.act .big", act("count"), {"/counted/amount": "100.000"}),
        Sent("/desk/payments/{other}", DONE, act("settle"), {"/reason": "Nhầm"}),
        Sent("/desk/payments/{payment}", FAULT, act("settle"), status=WRONG),
        Sent("/desk/refunds", FAULT, act("ask-refund"), status=WRONG),
        Sent("/desk/receipts", DONE, act("correct"), {"/reason": "Sai tên"}),
        Sent("/desk/receipts", FAULT, act("correct"), status=WRONG),
        Sent("/desk/books", DONE, typed={
            "act": "close-day", "gate": "coc-nam", "day": YESTERDAY, "key": "coc-nam-2026-03-11",
        }),
        Sent("/desk/books", ALERT, typed={
            "act": "close-day", "gate": "coc-nam", "day": "2026-03-30",
        }, status=REFUSED),
        Sent("/desk/treasury", ALERT, act("remit"), {"/amount/amount": "0"}, WRONG),
        Sent("/desk/statement", ".told.act + * td, main td .badge.stop", "main form", {
            "rows": "source_reference,amount,paid_at,purpose\nFT-91,x,12/03/2026 08:30:00,phi",
        }),
        Sent("/desk/statement", ALERT, "main form", {"rows": "a,b"}, WRONG),
    ],
    "board": [
        Sent("/desk", DONE, act("withdraw-reduction"), {"/reason": "Put off"}),
        Sent("/desk", FAULT, act("withdraw-policy"), status=WRONG),
        Sent("/desk/refunds", DONE, act("approve-refund")),
        Sent("/desk/receipts/corrections", DONE, act("approve-correction")),
        Sent("/desk/receipts/corrections", ALERT,
             typed={"act": "approve-correction", "receipt": NOBODY}, status=UNKNOWN),
        Sent("/desk/drafts/tariff", ".told.go a", "main form",
             {"code": "t-seen", "starts_on": "2026-04-01", "document": "{table}"}),
        Sent("/desk/drafts/tariff", ALERT, "main form", {"document": "part\nnothing"}, WRONG),
        Sent("/desk/drafts/policy", ".told.go a", "main form",
             {"/code": "p-seen", "/starts_on": "2026-04-01", "/source": "Board"}),
        Sent("/desk/drafts/policy", FAULT, "main form", {"/lanes/1/rate": "fast"}, WRONG),
        Sent("/desk/drafts/reduction", ".told.go a", "main form", {
            "/code": "r-seen", "/names/vi": "Giảm", "/names/en": "Less", "percent": "12,5",
            "/legal_reference/document": "18/2026", "/starts_on": "2026-04-01",
        }),
        Sent("/desk/drafts/reduction", FAULT, "main form", {"percent": "x"}, WRONG),
    ],
}  # fmt: skip

LEADS: Final[Mapping[str, str]] = {
    "/sign-in": "to one's work",
    "/d/{token}/help": "to the same page, which says that it is sent",
    "/company/entries/{entry}/cancel": "to the entry, as all its acts",
    "/company/uploads": "to the batch",
    "/company/uploads/{batch}/cancel": "to the batch",
    "/company/pay": "to the bundle",
    "/company/orders/{order}": "to the order",
    "/company/settings/members/invite": "to the list of members",
    "/company/settings/delegations/give": "to the list of delegations",
    "/company/settings/sessions/revoke": "to the list of sessions",
    "/desk/treasury": "nowhere: a payment is told as done by the lines of every desk",
}
"""Where a form leads that was done; so its answer shows nothing of its own."""
NEVER_REFUSED: Final[Mapping[str, str]] = {
    "/sign-out": "who has no session is signed out",
}
