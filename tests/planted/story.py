"""Everything that may be done with a driver's data, done with the planted ones."""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.api.test_way import CHECKS
from tests.cli.conftest import PATIENCE_SECONDS, Service
from tests.contract.known import truck
from tests.planted.listening import Listener
from tests.planted.needles import DOCUMENT, DRIVER, MAIDEN, MAIL, NAME, OTHER, PHONE, WORDS

GATE = "tan-thanh"
QUEUE = f"/v1/gates/{GATE}/queues/export"
NINE = "2026-03-11T09:00:00+07:00"
READ_IN_FULL = frozenset(
    {
        "GET /v1/entries/{entry}/driver",
        "POST /v1/subjects/exports",
        "GET /v1/difficulties/{difficulty}",
        "GET /v1/tracking/{token}/difficulties",
        "GET /v1/strikes/{strike}",
        "GET /v1/members/{member}",
        "GET /v1/organisations/{organisation}/members",
    }
)
"""The only operations whose answers may have personal data, for those who may read them."""


@dataclass
class Story:
    """One who asks everything, and remembers every answer."""

    service: Service
    http: httpx.Client
    listener: Listener
    gateway: Listener
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)

    def ask(
        self, what: str, who: str | None = None, body: Any = None, query: str = "", **at: Any
    ) -> httpx.Response:
        """Do an operation, such as `GET /v1/entries/{entry}`, and remember what was answered."""
        method, path = what.split(" ", 1)
        headers = dict(at.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.service.keys[who]}"
        if method == "POST":
            headers.setdefault("Idempotency-Key", uuid4().hex)
        url = path.format(**at) + query
        answer = self.http.request(method, url, json=body, headers=headers)
        self.answers.append((what, answer))
        return answer

    def do(self, what: str, who: str | None = None, body: Any = None, **at: Any) -> Any:
        """Do what must be answered well, and return the answer."""
        answer = self.ask(what, who, body, **at)
        assert answer.is_success, (what, answer.text)
        return answer.json()

    def move_clock(self, to: str) -> None:
        self.do("PUT /v1/sandbox/clock", "admin", {"now": to})

    def wait_for(self, entry: str, state: str) -> None:
        """Let the workers bring an entry into a state."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if self.do("GET /v1/entries/{entry}", "officer-1", entry=entry)["state"] == state:
                return
            time.sleep(0.2)
        raise AssertionError(state)


def tell(story: Story) -> None:
    """Let two drivers come to the gate; one crosses, one misses its call; ask all about them."""
    story.move_clock(NINE)
    for who in ("company-1", "officer-1"):
        story.do("POST /v1/webhooks", who, {"url": story.listener.url})
    first, second = register(story)
    refuse(story)
    amend(story, first)
    wait(story, first, second)
    cross(story, first)
    complain(story, first)
    miss(story, second)
    read(story, first)
    look_around(story, first)
    forget(story, first)
    send_fleet(story)
    invite(story)
    story.listener.wait_for("member.disabled")


def register(story: Story) -> tuple[Any, Any]:
    body = {**truck(17), "driver": DRIVER}
    retry = {"Idempotency-Key": "planted-1"}
    first = story.do("POST /v1/entries", "company-1", body, headers=retry)
    assert first == story.do("POST /v1/entries", "company-1", body, headers=retry)
    other = {**body, "driver": OTHER}
    assert 422 == story.ask("POST /v1/entries", "company-1", other, headers=retry).status_code
    assert 409 == story.ask("POST /v1/entries", "company-1", other).status_code
    in_name = {**truck(18), "driver": {"name": f"{NAME} {PHONE}", "document_number": DOCUMENT}}
    return first, story.do("POST /v1/entries", "company-1", in_name)


def refuse(story: Story) -> None:
    """Send what must be refused: each field wrong, beside a driver and within one."""
    body = {**truck(19), "driver": DRIVER}
    for wrong in (*wrong_in_turn(body), *wrong_drivers(body)):
        answer = story.ask("POST /v1/entries", "company-1", wrong)
        assert 422 == answer.status_code, answer.text
        patch = {"driver": wrong["driver"], "documents": wrong["documents"]}
        answer = story.ask(
            "PATCH /v1/entries/{entry}", "company-1", patch, entry=uuid4(),
            headers={"If-Match": '"1"'},
        )  # fmt: skip
        assert answer.status_code in {404, 422}
    broken = b'{"driver": {"name": "' + NAME.encode() + b'", "phone": "' + PHONE.encode()
    headers = {
        "Authorization": f"Bearer {story.service.keys['company-1']}",
        "Content-Type": "application/json",
    }
    answer = story.http.post("/v1/entries", content=broken, headers=headers)
    assert 400 <= answer.status_code < 500
    story.answers.append(("POST /v1/entries", answer))


def wrong_in_turn(body: Any) -> Iterator[Any]:
    """Yield the body with each of its fields, one after the other, wrong."""
    for path in paths(body):
        if path[0] != "driver":
            wrong = copy.deepcopy(body)
            at: Any = wrong
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = {"wrong": True}
            yield wrong


def wrong_drivers(body: Any) -> Iterator[Any]:
    for name, value in DRIVER.items():
        for wrong in ([value], {"value": value}, f"{value}\u202e", value * 100):
            yield {**body, "driver": {**DRIVER, name: wrong}}
    yield {**body, "driver": {**DRIVER, "mail": MAIL}}
    yield {**body, "driver": [NAME, PHONE]}
    yield {**body, "driver": WORDS}
    yield {**body, "phone": PHONE, "mail": MAIL}


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each leaf of a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, one in steps:
        if isinstance(one, dict | list):
            yield from paths(one, (*at, step))
        else:
            yield (*at, step)


def amend(story: Story, entry: Any) -> None:
    what, at = "PATCH /v1/entries/{entry}", {"entry": entry["id"]}
    for version, driver in (("9", OTHER), ("1", OTHER), ("2", DRIVER)):
        tag = {"If-Match": f'"{version}"'}
        story.ask(what, "company-1", {"driver": driver}, headers=tag, **at)
    assert 3 == story.do("GET /v1/entries/{entry}", "company-1", **at)["version"]


def wait(story: Story, *entries: Any) -> None:
    for entry in entries:
        body = {"reference": entry["reference"], "way": "in"}
        story.do("POST /v1/yards/bao-nguyen/movements", "yard", body)
    calls = story.do(f"POST {QUEUE}/calls", "officer-1", {"count": 2})["calls"]
    assert {one["id"] for one in entries} == {one["entry"] for one in calls}
    story.gateway.wait_for("call")  # before the vehicle comes


def cross(story: Story, entry: Any) -> None:
    at = {"entry": entry["id"]}
    seen = {"gate": GATE, "reference": entry["reference"]}
    story.do("POST /v1/arrivals", "border_guard", seen)
    story.ask("POST /v1/entries/{entry}/release", "officer-1", {}, **at)
    for kind, who in CHECKS:
        body = {"kind": kind, "result": "passed"}
        story.do("POST /v1/entries/{entry}/checks", who, body, **at)
    story.do("POST /v1/entries/{entry}/admission", "border_guard", {}, **at)
    for order in story.do("GET /v1/entries/{entry}", "officer-1", **at)["orders"]:
        paid = {"amount": order["amount"], "source_reference": f"FT-{order['code']}"}
        story.do("POST /v1/orders/{order}/payments", "bank", paid, order=order["id"])
    story.do("POST /v1/entries/{entry}/release", "officer-1", {}, **at)
    story.do("POST /v1/entries/{entry}/exit", "border_guard", {}, **at)


def complain(story: Story, entry: Any) -> None:
    token = entry["tracking"]["token"]
    said = {"words": WORDS, "may_publish": True}
    told = story.do("POST /v1/difficulties", "company-1", {**said, "entry": entry["id"]})
    story.do("POST /v1/tracking/{token}/difficulties", None, said, token=token)
    at = {"difficulty": told["id"]}
    for wrong in ({"words": [WORDS]}, {"words": WORDS * 50}, {"words": WORDS, "mail": MAIL}):
        assert 422 == story.ask("POST /v1/difficulties", "company-1", wrong).status_code
    story.do("POST /v1/difficulties/{difficulty}/answer", "officer-1", {"reason": WORDS}, **at)
    named = {"question": WORDS, "answer": WORDS}
    answer = story.ask("POST /v1/difficulties/{difficulty}/publication", "board-1", named, **at)
    assert "wording-names" in answer.text
    assert WORDS == story.do("GET /v1/difficulties/{difficulty}", "officer-1", **at)["words"]
    story.do("GET /v1/difficulties", "officer-1")
    story.do("GET /v1/tracking/{token}/difficulties", token=token)


def miss(story: Story, entry: Any) -> None:
    """Let the second miss its call, its company appeal, and an officer decide on that."""
    story.move_clock("2026-03-11T09:40:00+07:00")
    story.wait_for(entry["id"], "queued")
    (strike,) = story.do("GET /v1/strikes", "company-1")["items"]
    at = {"strike": strike["id"]}
    story.do("POST /v1/strikes/{strike}/appeal", "company-1", {"reason": WORDS}, **at)
    decided = {"decision": "upheld", "reason": WORDS}
    story.do("POST /v1/strikes/{strike}/decision", "officer-2", decided, **at)
    assert WORDS == story.do("GET /v1/strikes/{strike}", "officer-1", **at)["appeal"]


def read(story: Story, entry: Any) -> None:
    at = {"entry": entry["id"]}
    for who, purpose in (
        ("border_guard", "border-control"), ("officer-1", "contact-driver"),
        ("company-1", "correction"), ("board-1", "subject-request"), ("customs", "correction"),
    ):  # fmt: skip
        query = f"?purpose={purpose}"
        story.ask("GET /v1/entries/{entry}/driver", who, query=query, **at)
    for body in (
        {"document_number": DOCUMENT, "purpose": "border-control"},
        {"phone": PHONE, "purpose": "border-control"},
        {"phone": [PHONE], "purpose": "border-control"},
        {"phone": PHONE, "document_number": DOCUMENT},
        {"name": NAME, "purpose": "border-control"},
    ):
        story.ask("POST /v1/entries/searches", "border_guard", body, query="?limit=1")
    assert 200 == story.ask("POST /v1/subjects/exports", "board-1", {"phone": PHONE}).status_code
    story.ask("POST /v1/subjects/exports", "company-1", {"phone": PHONE})
    assert 4 < len(story.do("GET /v1/personal-reads", "auditor")["items"])


def look_around(story: Story, entry: Any) -> None:
    """Ask whatever shows entries, and put personal data where none belong: into addresses."""
    at, token = {"entry": entry["id"]}, entry["tracking"]["token"]
    for who in ("company-1", "officer-1", "customs", "auditor", "board-1", "yard"):
        story.ask("GET /v1/entries/{entry}/pass", who, **at)
        for what in ("", "/place", "/events", "/substitutions"):
            story.do("GET /v1/entries/{entry}" + what, who, **at)
        story.do("GET /v1/entries", who)
        story.ask("GET /v1/events", who)
    for path in (
        "/v1/queues", f"/v1/gates/{GATE}", QUEUE, f"/v1/tracking/{token}",
        f"/v1/tracking/{token}/receipts", f"/v1/tracking/{token}/messages", f"/d/{token}",
        f"/d/{token}/help",
        "/v1/difficulties/published", "/v1/reports/daily", "/v1/reports/difficulties", "/metrics",
        "/health/ready", "/openapi.json", "/docs",
    ):  # fmt: skip
        story.ask(f"GET {path}")
    story.ask(f"GET /v1/gates/{GATE}/sheet", "officer-1")
    for path in (
        f"/v1/entries?phone={PHONE}", f"/v1/entries?client_reference={MAIL}",
        f"/v1/entries/{DOCUMENT}", f"/v1/tracking/{MAIL}", f"/{NAME}", f"/v1/gates/{DOCUMENT}",
    ):  # fmt: skip
        answer = story.http.get(
            path, headers={"Authorization": f"Bearer {story.service.keys['officer-1']}"}
        )
        assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR


def send_fleet(story: Story) -> None:
    """Register vehicles from one file, right and wrong ones; then take all out as files."""
    bodies = [{**truck(20 + number), "driver": DRIVER} for number in range(3)]
    bodies += wrong_drivers(bodies[0])
    batch = story.do("POST /v1/entries/batches", "company-1", {"rows": bodies})
    until, at = time.monotonic() + PATIENCE_SECONDS, {"batch": batch["id"]}
    while time.monotonic() < until and not batch["ended_at"]:
        time.sleep(0.2)
        batch = story.do("GET /v1/entries/batches/{batch}", "company-1", **at)
    assert (3, len(bodies) - 3) == (batch["registered"], batch["refused"])
    story.do("GET /v1/entries/batches/{batch}/results", "company-1", **at)
    for form in ("csv", "ndjson"):
        query = f"?format={form}"
        assert story.ask("GET /v1/entries/export", "company-1", query=query).is_success


def invite(story: Story) -> None:
    """Let a person with a planted name and address act for the company, and act no more."""
    (company,) = {
        one["id"]
        for one in story.do("GET /v1/organisations", "board-1")["items"]
        if one["name"] == "Sandbox company 1"
    }
    at = {"organisation": company}
    body = {"name": "desk-1", "display_name": MAIDEN, "email": MAIL, "role": "viewer"}
    what = "POST /v1/organisations/{organisation}/members"
    for wrong in ({"email": WORDS}, {"email": [MAIL]}, {"display_name": [MAIDEN]}):
        assert 422 == story.ask(what, "company-1", {**body, **wrong}, **at).status_code
    member = story.do(what, "company-1", body, **at)
    assert 409 == story.ask(what, "company-1", {**body, "name": "desk-2"}, **at).status_code
    story.do("GET /v1/organisations/{organisation}/members", "company-1", **at)
    of = {"member": member["id"]}
    assert MAIL == story.do("GET /v1/members/{member}", "company-1", **of)["email"]
    story.do("POST /v1/members/{member}/disablement", "company-1", {}, **of)


def forget(story: Story, entry: Any) -> None:
    assert DOCUMENT in story.ask(
        "GET /v1/entries/{entry}/driver", "board-1", query="?purpose=subject-request",
        entry=entry["id"],
    ).text  # fmt: skip
    erased = story.do("POST /v1/subjects/erasures", "board-1", {"document_number": DOCUMENT})
    assert {entry["id"]} < {one["entry"] for one in erased["items"]}
