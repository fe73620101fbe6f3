"""A gate at which some of everything has happened, in the longest words that anybody writes."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from tests.api.conftest import consignment, goods, lorry
from tests.api.test_policy_proposals import wanted as policy
from tests.api.test_reductions import wanted as reduction
from tests.api.test_tariff_proposals import wanted as tariff
from tests.api.test_way import CHECKS
from tests.browser.road import EXPORT, Entry, Road
from tests.browser.tabs import session_of
from tests.live import Live

YESTERDAY, TODAY, SOON = "2026-03-11", "2026-03-12", "2026-03-20"
NINE: Final = f"{TODAY}T09:00:00+07:00"
COMPANY: Final = "Công ty Trách nhiệm hữu hạn Một thành viên Xuất nhập khẩu Nông sản Đồng bằng"
CHINESE: Final = "广西凭祥市远航国际物流有限责任公司南宁跨境冷链运输分公司"
PLATE: Final = "桂A12345挂桂A98765桂A55555临时0"
"""As somebody wrote it who put all plates of a train into one field."""
LONG: Final = f"{COMPANY} · {'không có dấu cách' * 3} · <b>{CHINESE}</b>"
ORDER: Final = "DH/2026/03/KHONG-CO-DAU-CACH-VA-RAT-DAI-NHU-NGUOI-TA-VIET-0417"
EMAIL: Final = "nguyen.thi.hoang.ngan.phong.xuat.nhap.khau@company-1.sandbox.invalid"
URL: Final = "https://hooks.company-1.example/rat-dai/khong-co-dau-cach/cua-khau/thong-bao/v1"
MANY: Final = 12

Names = Mapping[str, str]
"""What stands in the addresses of pages, by the names that routes give it."""


def everything(gate: Live) -> Names:
    """Let a day and a morning go by, and return the names of what is looked at."""
    road = Road(gate)
    _yesterday(road)
    road.do("PUT", "/v1/sandbox/clock", "admin", {"now": NINE})
    money = _money(road)
    strike = _strike(road)
    entry = _queue(road)
    _words(road, entry)
    return {
        "gate": "tan-thanh",
        "plate": quote(PLATE),
        "contested": PLATE,
        "entry": entry["id"],
        "waiting": entry["later"],
        "token": entry["tracking"]["token"],
        "order": entry["orders"][0]["id"],
        "difficulty": road.do("GET", "/v1/difficulties", "officer-1")["items"][0]["id"],
        **money,
        **strike,
        **_board(road),
        **_company(road),
    }


def _yesterday(road: Road) -> None:
    """Let three vehicles cross, each by another company's money."""
    entries = [
        road.called(payer={"name": name, "tax_code": "9900123459", "address": LONG})
        for name in (CHINESE, COMPANY, LONG)
    ]
    for entry in entries:
        road.arrive(entry)
        for kind, agency in CHECKS:
            road.do("POST", f"/v1/entries/{entry['id']}/checks", agency,
                    {"kind": kind, "result": "passed"})  # fmt: skip
        road.admit(entry)
        road.pay(entry)
        road.do("POST", f"/v1/entries/{entry['id']}/release", "officer-1")
        road.do("POST", f"/v1/entries/{entry['id']}/exit", "border_guard")


def _money(road: Road) -> Names:
    """Close the day and pay the budget; correct a receipt, give money back, count a till."""
    road.do("POST", f"/v1/gates/tan-thanh/books/{YESTERDAY}/close", "collector-1")
    due = road.do("GET", f"/v1/treasury?from_day={YESTERDAY}&to_day={TODAY}", "collector-1")
    road.do("POST", "/v1/treasury/remittances", "collector-1",
            {"to_day": TODAY, "reference": "KBNN-2026-0417", "amount": due["total"]})  # fmt: skip
    receipts = road.do("GET", "/v1/receipts", "collector-1")["items"]
    payer = {"name": CHINESE, "tax_code": "9900123459", "address": LONG}
    road.do("POST", f"/v1/receipts/{receipts[-1]['id']}/correction", "collector-1",
            {"reason": LONG[:200], "payer": payer})  # fmt: skip
    _give_back(road)
    for cashier, is_open in (("collector-1", False), ("collector-2", True)):
        _till(road, session_of(road.gate.url, f"{cashier}-clerk"), is_open=is_open)
    payment, other = _statement(road)
    due = road.register()["orders"][0]["code"]
    return {"lookup": receipts[0]["lookup"], "payment": payment, "other": other, "code": due}


def _give_back(road: Road) -> None:
    """Let one refund be due by a lower price, and another be asked for with its papers."""
    cheaper, cancelled = road.register(), road.register()
    for entry in (cheaper, cancelled):
        road.pay(entry)
    road.do("POST", f"/v1/entries/{cancelled['id']}/cancellation", "company-1")
    less = {"vehicle": {"payload_kg": 4000}}
    road.do("PATCH", f"/v1/entries/{cheaper['id']}", "company-1", less,
            headers={"If-Match": f'"{_entry(road, cheaper)["version"]}"'})  # fmt: skip
    papers = {
        "order": cancelled["orders"][0]["id"], "reason": LONG[:200], "documents": ["CAN-2026-0417"],
        "payee": {"name": "CONG TY XUAT NHAP KHAU", "account": "0123456789", "bank": "970436"},
    }  # fmt: skip
    road.do("POST", "/v1/refunds", "collector-1", papers)


def _till(road: Road, session: Mapping[str, str], *, is_open: bool) -> None:
    """Open a till and take what a lorry owes; one that is counted is short by 10,000."""
    cookie = "; ".join(f"{name}={value}" for name, value in session.items())

    def do(path: str, body: Entry) -> Entry:
        headers = {"Cookie": cookie, "Origin": road.gate.url}
        return dict(road.do("POST", path, None, body, headers=headers))

    amount = {"amount": 200_000, "currency": "VND"}
    shift = do("/v1/shifts", {"gate": "tan-thanh", "opening_float": amount})
    order = road.register()["orders"][0]
    taken = {"code": order["code"], "amount": order["amount"], "channel": "cash"}
    do(f"/v1/shifts/{shift['id']}/payments", taken)
    if not is_open:
        counted = {**amount, "amount": 190_000 + order["amount"]["amount"]}
        do(f"/v1/shifts/{shift['id']}/close", {"counted": counted})


def _statement(road: Road) -> tuple[str, str]:
    """Let the bank tell of money that pays nothing by itself, and return some of its payments."""
    rows = "\n".join(
        f"FT-{number},300000,12/03/2026 08:30:00,{purpose} nop phi"
        for number, purpose in enumerate((CHINESE, COMPANY, "khong ro"))
    )
    answer = road.do(
        "POST", "/v1/payments/statements", "bank",
        content=f"source_reference,amount,paid_at,purpose\n{rows}".encode(),
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    first, second, _ = answer["rows"]
    return first["payment"], second["payment"]


def _strike(road: Road) -> Names:
    """Let a company cancel after two calls, and appeal one of the strikes that it gets."""
    appealed, fresh = (_struck(road) for _ in range(2))
    road.do("POST", f"/v1/strikes/{appealed}/appeal", "company-1", {"reason": f"{LONG} " * 6})
    return {"strike": appealed, "fresh": fresh}


def _struck(road: Road) -> str:
    entry = road.called()
    road.do("POST", f"/v1/entries/{entry['id']}/cancellation", "company-1")
    (strike,) = road.do("GET", f"/v1/strikes?entry={entry['id']}", "company-1")["items"]
    return str(strike["id"])


def _queue(road: Road) -> Entry:
    """Let many wait and some be called, and return the entry that most is to be said of."""
    waiting = [road.waiting(fruit=number % 3 == 0) for number in range(MANY)]
    payer = {"name": LONG}
    entry = road.waiting(payer=payer, client_reference=ORDER)
    vehicle = {"tractor_plate": PLATE, "payload_kg": 8000}
    made_up = road.register(vehicle=vehicle, payer=payer)
    road.do("POST", "/v1/entries", "company-2", lorry(1, vehicle=vehicle))
    road.register(planned_arrival_at=None, payer=payer)
    road.transship()
    calls = road.do("POST", f"{EXPORT}/calls", "officer-1", {"count": 4})["calls"]
    ids = {call["entry"] for call in calls}
    called = [one for one in waiting if one["id"] in ids]
    uncalled = [one for one in waiting if one["id"] not in ids]
    for come in (*called[:2], *uncalled[:2], made_up):
        road.arrive(come)
    road.admit(called[0])
    for held in (called[1], uncalled[2]):
        road.hold(held, LONG[:200])
    _override(road, uncalled[-2:])
    return _entry(road, entry) | {"tracking": entry["tracking"], "later": uncalled[3]["reference"]}


def _entry(road: Road, entry: Entry) -> Entry:
    return dict(road.do("GET", f"/v1/entries/{entry['id']}", "officer-1"))


def _override(road: Road, waiting: list[Entry]) -> None:
    """Let one be called out of turn, and another be proposed for it."""
    for entry in waiting:
        body = {"entry": entry["id"], "reason": "danger"}
        proposed = road.do("POST", f"{EXPORT}/override-proposals", "officer-1", body)
        if entry is waiting[0]:
            road.do("POST", f"/v1/overrides/{proposed['id']}/confirmation", "officer-2")


def _words(road: Road, entry: Entry) -> None:
    """Let everybody say something about the entry and the gate."""
    at = f"/v1/entries/{entry['id']}"
    for kind in ("customs_clearance", "customs_entry"):
        asked = {"kind": kind, "reason": LONG[:200]}
        road.do("POST", f"{at}/check-requests", "customs", asked)
    road.do("POST", "/v1/holds", "customs", {"plate": PLATE, "reason": LONG[:200]})
    road.do("POST", f"{at}/parties", "company-1", {"party": "carrier", "tax_code": "9900123473"})
    other = {"change": {"vehicle": {"tractor_plate": "15C-777.77"}}, "reason": LONG[:200]}
    road.do("POST", f"{at}/substitutions", "company-1", other)
    for about in ({"entry": entry["id"]}, {"gate": "tan-thanh"}):
        said = {**about, "words": f"{LONG} " * 6, "may_publish": True}
        road.do("POST", "/v1/difficulties", "company-1", said)
    text = {"vi": LONG, "en": f"Heavy rain. {COMPANY}", "zh": CHINESE}
    for notice in ({"kind": "advice"}, {"kind": "capacity", "per_hour": 30}):
        road.do("POST", "/v1/notices", "officer-1", {"gate": "tan-thanh", "text": text, **notice})
    outage = {"starts_at": f"{TODAY}T08:00:00+07:00", "ends_at": f"{TODAY}T08:05:00+07:00"}
    road.do("POST", "/v1/gates/tan-thanh/outages", "officer-2", {**outage, "reason": LONG[:200]})


def _board(road: Road) -> Names:
    """Let the board propose something of each kind, and return a tariff's draft and its table."""
    title = {"vi": COMPANY, "en": COMPANY, "zh": CHINESE}
    wanted = {
        "policy": policy(starts_on=SOON, title=title),
        "reduction": reduction(starts_on=SOON, ends_on="2026-03-28", names=title),
        "tariff": tariff(starts_on=SOON, title=title),
    }
    made = [
        road.do("POST", f"/v1/{kind}-proposals", "board-1", one) for kind, one in wanted.items()
    ]
    table = road.gate.ask("GET", "/v1/tariffs/tariff-2025-09/document?format=csv").text
    return {"proposal": made[-1]["id"], "table": table}


def _company(road: Road) -> Names:
    """Fill what a company manages, and return its bundle of orders and its fleet's file."""
    house = road.do("GET", "/v1/session", "company-1")["organisation"]
    at = f"/v1/organisations/{house}"
    member = {"name": "company-1-member-of-a-long-name", "display_name": COMPANY, "email": EMAIL}
    road.do("POST", f"{at}/members", "company-1", {**member, "role": "viewer"})
    client = road.do(
        "POST", f"{at}/clients", "company-1", {"name": "erp-of-company-1-in-the-south"}
    )
    road.do("POST", f"/v1/clients/{client['id']}/keys", "company-1", {"scopes": ["read", "act"]})
    road.do("POST", "/v1/delegations", "company-1", {"party": "owner", "tax_code": "9900123473"})
    hook = road.do("POST", "/v1/webhooks", "company-1", {"url": URL, "description": LONG[:200]})
    road.do("POST", f"/v1/webhooks/{hook['id']}/tests", "company-1")
    orders = [road.register(payer={"name": CHINESE})["orders"][0]["id"] for _ in range(2)]
    bundle = road.do("POST", "/v1/payment-bundles", "company-1", {"orders": orders})
    return {"bundle": bundle["id"], "batch": _fleet(road)}


def _fleet(road: Road) -> str:
    """Send a fleet of which a row is wrong, and return its batch once all rows are looked at."""
    line = {"declaration_number": "300000000417"}
    rows = [
        {"gate": "tan-thanh", "direction": "export", "client_reference": f"{ORDER[:-4]}{number}",
         "vehicle": {"tractor_plate": plate, "payload_kg": 8000},
         "consignments": [consignment(goods(), **line)]}
        for number, plate in enumerate(("15C-888.01", "15C-888.02", None))
    ]  # fmt: skip
    batch = road.do("POST", "/v1/entries/batches", "company-1", {"rows": rows})
    return str(batch["id"])
