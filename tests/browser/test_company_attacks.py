"""A company's pages, asked by who should not: with another's ids, from elsewhere, in strange ways.

Every path that the pages answer is tried, so one that comes new is tried, too.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from app.web import company
from tests.api.conftest import lorry
from tests.browser.road import Road
from tests.live import Live

ELSEWHERE = "https://elsewhere.example"
STRANGE = ("..", "%00", "x%3Fy%23z", "%ff" + "9" * 300, "%22%3E%3Cscript%3Ealert(1)%3C")
OF = {
    "members": ("member",), "keys": ("client", "key"), "webhooks": ("webhook",),
    "delegations": ("delegation",), "take-back": ("substitution",), "let-out": ("delegation",),
    "step-out": ("delegation",),
}  # fmt: skip
"""What an act is of, by a part of its address."""
KEPT = (
    "/v1/webhooks", "/v1/delegations", "/v1/delegations?ended=true", "/v1/difficulties",
    "/v1/payment-bundles", "/v1/entries/batches", "/v1/organisations/{house}/members",
    "/v1/organisations/{house}/clients", "/v1/clients/{client}/keys", "/v1/entries/{entry}",
    "/v1/entries/{entry}/substitutions", "/v1/entries/{entry}/parties", "/v1/orders/{order}",
    "/v1/entries/{entry}/tracking-token", "/v1/personal-reads", "/v1/strikes",
)  # fmt: skip
"""What is looked at, before and after, to see that nothing was done."""


def routes(method: str) -> list[str]:
    """Return the paths of all pages of companies that answer a method."""
    app = FastAPI()
    company.install(app)
    return [
        one.path
        for one in app.routes
        if isinstance(one, Route)
        and one.path.startswith("/company")
        and method in (one.methods or ())
    ]


@pytest.fixture(scope="module")
def theirs(gate: Live) -> Mapping[str, str]:
    """The ids of what company-1 has, by the names of parts of paths."""
    road = Road(gate)

    def do(path: str, body: Any) -> dict[str, Any]:
        return dict(road.do("POST", path, "company-1", body))

    entries = [do("/v1/entries", lorry(number)) for number in (81, 82)]
    orders = [one["orders"][0]["id"] for one in entries]
    at, house = f"/v1/entries/{entries[0]['id']}", road.do("GET", "/v1/session", "company-1")
    client = do(f"/v1/organisations/{house['organisation']}/clients", {"name": "theirs"})
    change = {"change": {"vehicle": {"tractor_plate": "29H-111.11"}}, "reason": "Broken down"}
    road.move(entries[0])
    hook = do("/v1/webhooks", {"url": "https://hooks.example.com/theirs"})
    road.do("PATCH", f"/v1/webhooks/{hook['id']}", "company-1", {"state": "paused"})
    members = road.do("GET", f"/v1/organisations/{house['organisation']}/members", "company-1")
    granted = do(
        f"{at}/parties",
        {"party": "owner", "organisation": road.do("GET", "/v1/session", "app")["organisation"]},
    )
    return {
        "house": house["organisation"],
        "entry": entries[0]["id"],
        "order": orders[0],
        "batch": ended(road, do("/v1/entries/batches", {"rows": [lorry(83)]})["id"]),
        "bundle": do("/v1/payment-bundles", {"orders": orders})["id"],
        "client": client["id"],
        "key": do(f"/v1/clients/{client['id']}/keys", {"scopes": ["read"]})["id"],
        "webhook": hook["id"],
        "member": members["items"][0]["id"],
        "substitution": do(f"{at}/substitutions", change)["id"],
        "delegation": granted["id"],
        "strike": struck(road)["id"],
    }


def struck(road: Road) -> dict[str, Any]:
    """Return the strike of an entry that was cancelled after its call."""
    entry = road.called()
    road.do("POST", f"/v1/entries/{entry['id']}/cancellation", "company-1")
    (strike,) = road.do("GET", f"/v1/strikes?entry={entry['id']}", "company-1")["items"]
    return dict(strike)


def ended(road: Road, batch: str) -> str:
    """Return the id of a batch once its vehicles are registered."""
    while road.do("GET", f"/v1/entries/batches/{batch}", "company-1")["ended_at"] is None:
        pass
    return batch


@contextmanager
def browser_of(gate: Live, who: str, origin: str | None = None) -> Iterator[httpx.Client]:
    """Give what sends requests as the browser of somebody who is signed in."""
    own = {"Origin": gate.url, "Accept": "text/html"}
    with httpx.Client(base_url=gate.url, headers=own, timeout=60) as client:
        page = client.get("/sign-in").text
        found = re.search(rf'value="([0-9a-f-]+)" data-who="{who}"', page)
        assert found is not None
        assert 303 == client.post("/sign-in", data={"member": found[1]}).status_code
        client.headers["Origin"] = origin or gate.url
        yield client


def kept(gate: Live, theirs: Mapping[str, str]) -> Iterator[Any]:
    for path in KEPT:
        answer = gate.ask("GET", path.format_map(theirs), "company-1")
        assert answer.is_success, path
        yield answer.json()


def forms(theirs: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each form's address with fields that name what is company-1's."""
    for path in routes("POST"):
        for part in next((OF[one] for one in path.split("/") if one in OF), ("entry",)):
            fields = {"of": theirs[part], "/entry": theirs["entry"], "/words": "x", "/reason": "x"}
            fields |= {"act": "appeal", "strike": theirs["strike"]}
            yield path.format_map(theirs), {**fields, "purpose": "contact-driver", "key": part}


def test_nothing_of_another_company_is_shown_or_done_by_its_ids(
    gate: Live, theirs: Mapping[str, str]
) -> None:
    before = list(kept(gate, theirs))
    with browser_of(gate, "company-2-manager") as other:
        for path in routes("GET"):
            if "{" in path:
                answer = other.get(path.format_map(theirs), follow_redirects=True)
                assert 404 == answer.status_code, path
        for path, fields in forms(theirs):
            answer = other.post(path, data=fields)
            assert 400 <= answer.status_code < 500, (path, fields)
    assert before == list(kept(gate, theirs))


def test_no_form_that_is_sent_from_elsewhere_does_anything(
    gate: Live, theirs: Mapping[str, str]
) -> None:
    with browser_of(gate, "company-1-manager", ELSEWHERE) as fooled:
        before = list(kept(gate, theirs))
        for path, fields in forms(theirs):
            answer = fooled.post(path, data=fields)
            assert 403 == answer.status_code, path
    assert before == list(kept(gate, theirs))


def test_what_stands_strangely_in_an_address_is_not_found_and_never_a_failure(
    gate: Live, theirs: Mapping[str, str]
) -> None:
    with browser_of(gate, "company-1-manager") as one:
        for path in (one for one in routes("GET") if "{" in one):
            for strange in STRANGE:
                answer = one.get(path.format_map(dict.fromkeys(theirs, strange)))
                assert answer.status_code < 500, (path, strange)
                assert "<script>alert" not in answer.text
        for asked in ("cursor=x", "day=never", "state=<script>alert(1)", "plate=%00", "show=%ff"):
            for page in ("", "/pay", "/receipts", "/uploads", "/settings/delegations"):
                answer = one.get(f"/company{page}?{asked}")
                assert answer.status_code < 500, (page, asked)
                assert "<script>alert" not in answer.text
