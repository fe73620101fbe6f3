"""What the front sends is what the documented route answers, manners and all."""

import re
from typing import Any

import httpx
import pytest

from app.api.rate_limits import RateLimits
from tests.api.conftest import Gate, lorry

pytestmark = pytest.mark.usefixtures("unhurried")

OWN = {"x-request-id", "ratelimit"}  # each answer has its own
PATHS = ("/v1/queues", "/v1/gates/tan-thanh/queues/export", "/v1/tracking/{token}")


@pytest.fixture(params=PATHS)
async def path(request: Any, gate: Gate) -> str:
    """Each path that the front may answer, asked by nobody yet."""
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    gate.forget()
    return str(request.param).format(token=entry["tracking"]["token"])


def lasting(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(name, value) for name, value in answer.headers.items() if name not in OWN}


async def counted(gate: Gate, path: str) -> str:
    """Return what the metrics say of a path's route, however it was answered."""
    template = path if "tracking" not in path else "/v1/tracking/{token}"
    template = re.sub("tan-thanh/queues/export", "{gate}/queues/{direction}", template)
    told = (await gate.get("/metrics")).text
    lines = [line for line in told.splitlines() if f'route="{template}"' in line]
    return next(line for line in lines if line.startswith("gate_http_requests_total"))


def is_routed(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of paths that the router was asked for from now on."""
    asked: list[str] = []
    router = gate.app.router
    found = router.app

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await found(scope, receive, send)

    monkeypatch.setattr(router, "middleware_stack", app)
    return asked


@pytest.mark.parametrize("language", ["vi", "en", "zh", "de, zh;q=0.5", None])
async def test_the_front_sends_byte_for_byte_what_the_route_does(
    gate: Gate, path: str, language: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Accept-Language": language or ""}
    routed = is_routed(gate, monkeypatch)
    first = await gate.get(path, headers=headers)
    again = await gate.get(path, headers=headers)
    assert [path] == routed
    assert 200 == first.status_code == again.status_code
    assert first.content == again.content
    assert lasting(first) == lasting(again)
    assert OWN <= set(again.headers)


async def test_each_language_has_its_own_answer(gate: Gate, path: str) -> None:
    twice = [
        [(await gate.get(path, headers={"Accept-Language": one})).content for one in ("vi", "zh")]
        for _ in range(2)
    ]
    assert twice[0] == twice[1]
    assert ("tracking" in path) == (twice[0][0] != twice[0][1])


async def test_who_has_the_answer_is_not_sent_it_again(gate: Gate, path: str) -> None:
    first = await gate.get(path)
    gate.forget()
    known = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    answers = [await gate.get(path, headers=known) for _ in range(2)]
    assert [304, 304] == [answer.status_code for answer in answers]
    assert [b"", b""] == [answer.content for answer in answers]
    assert lasting(answers[0]) == lasting(answers[1])


async def test_a_request_keeps_its_own_id_where_that_is_harmless(gate: Gate, path: str) -> None:
    await gate.get(path)
    kept = await gate.get(path, headers={"X-Request-Id": "my-own-id-42"})
    assert "my-own-id-42" == kept.headers["x-request-id"]
    given = await gate.get(path, headers={"X-Request-Id": "a b\tc"})
    assert re.fullmatch("[0-9a-f]{32}", given.headers["x-request-id"])


async def test_the_front_counts_as_the_route_does(gate: Gate, path: str) -> None:
    for _ in range(3):
        await gate.get(path)
    assert (await counted(gate, path)).endswith(" 3.0")


async def test_the_front_refuses_nobody_more_than_the_route(gate: Gate, path: str) -> None:
    gate.app.state.rate_limits = RateLimits({"public": "3/minute", "write": "3/minute"})
    answers = [await gate.get(path) for _ in range(5)]
    assert [200, 200, 200, 429, 429] == [answer.status_code for answer in answers]
    left = [answer.headers["ratelimit"] for answer in answers]
    assert ["r=2", "r=1", "r=0"] == [re.findall(r"r=\d", one)[0] for one in left[:3]]
    assert "application/problem+json" == answers[-1].headers["content-type"]


@pytest.mark.parametrize(
    ("method", "more", "status"),
    [
        ("HEAD", {}, 405),
        ("POST", {}, 405),
        ("GET", {"content": b"x" * 2_000_000}, 413),
    ],
)
async def test_what_is_not_a_plain_question_takes_the_long_way(
    gate: Gate, path: str, method: str, more: Any, status: int
) -> None:
    await gate.get(path)
    answer = await gate.http.request(method, path, **more)
    assert status == answer.status_code


async def test_a_link_that_was_revoked_opens_nothing_from_the_shelf(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    path = f"/v1/tracking/{entry['tracking']['token']}"
    assert 200 == (await gate.get(path)).status_code
    await gate.post(f"/v1/entries/{entry['id']}/tracking-token", "company-1")
    assert 404 == (await gate.get(path)).status_code
