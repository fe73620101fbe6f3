"""Pages for everybody: kept as boards are, sent by the front, one for each look."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from app.api.rate_limits import RateLimits
from app.api.texts import Language
from app.web.preferences import Look, look_in
from tests.api.conftest import Gate, Statements, lorry
from tests.api.test_front import OWN, is_routed, lasting

pytestmark = pytest.mark.usefixtures("unhurried")

PATHS = ("/", "/gates/tan-thanh", "/tv", "/gates/tan-thanh/tv", "/rules")
ALIKE: list[dict[str, str]] = [
    {},
    {"Accept-Language": "zh"},
    {"Accept-Language": "zh", "Cookie": "language=vi"},
    {"Cookie": "theme=dark; language=vi"},
    {"Cookie": "gate=nobodys; __Host-gate=nobodys"},
]


@pytest.fixture(params=PATHS)
async def path(request: Any, gate: Gate) -> str:
    """Each page that the front may send, of a gate where somebody waits."""
    await gate.move(await gate.register(**lorry(1)))
    gate.forget()
    return str(request.param)


@pytest.mark.parametrize("headers", ALIKE, ids=str)
async def test_the_front_sends_a_page_as_the_route_does(
    gate: Gate, path: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    routed = is_routed(gate, monkeypatch)
    first = await gate.get(path, headers=headers)
    again = await gate.get(path, headers=headers)
    assert 1 == routed.count(path)
    assert 200 == first.status_code == again.status_code
    assert first.content == again.content
    assert lasting(first) == lasting(again)
    assert OWN <= set(again.headers)
    policies = again.headers.get_list("content-security-policy")
    assert [True] == ["script-src 'self'" in policy for policy in policies]


async def test_each_look_has_its_own_page(gate: Gate) -> None:
    pages = [(await gate.get("/", headers=headers)).text for headers in ALIKE]
    assert len(ALIKE) == len(set(pages))
    assert ["en", "zh", "vi", "vi", "en"] == [one.split('lang="')[1][:2] for one in pages]
    assert [False] * 4 + [True] == ["/sign-out" in one for one in pages]


async def test_whoever_has_the_page_is_not_sent_it_again(gate: Gate, path: str) -> None:
    tag = (await gate.get(path)).headers["etag"]
    gate.forget()
    answers = [await gate.get(path, headers={"If-None-Match": tag}) for _ in range(2)]
    assert [304, 304] == [answer.status_code for answer in answers]


async def test_a_page_that_is_kept_costs_no_statement(
    gate: Gate, path: str, statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    await gate.get(path)
    with statements() as sent:
        for query in ("", "?utm_source=1"):
            assert 200 == (await gate.get(path + query)).status_code
    assert [] == sent


async def test_a_page_goes_with_its_boards(gate: Gate) -> None:
    before = (await gate.get("/")).content
    await gate.move(await gate.register(**lorry(2)))
    gate.forget()
    assert before != (await gate.get("/")).content


@pytest.mark.parametrize("path", ["/", "/tv", "/rules", "/gates/tan-thanh", "/gates/tan-thanh/tv"])
async def test_before_the_first_edition_pages_show_gates_without_queues(
    gate: Gate, path: str
) -> None:
    gate.go_to("2022-01-10T09:00:00+07:00")
    answer = await gate.get(path)
    assert 200 == answer.status_code
    assert "data-queue" not in answer.text


async def test_a_gate_that_has_no_queue_has_a_page(gate: Gate) -> None:
    answer = await gate.get("/gates/dong-dang-rail")
    assert 200 == answer.status_code
    assert "No queue on this service" in answer.text


async def test_readers_of_pages_have_the_allowance_of_boards(gate: Gate) -> None:
    await gate.get("/")
    gate.app.state.rate_limits = RateLimits({"public": "2/minute", "write": "3/minute"})
    answers: list[httpx.Response] = [await gate.get("/") for _ in range(3)]
    assert [200, 200, 429] == [answer.status_code for answer in answers]


async def test_what_one_reader_sends_is_on_no_page_of_others(gate: Gate, path: str) -> None:
    headers = {"Host": "evil.example", "Referer": "https://evil.example/", "X-Forwarded-Host": "e"}
    first = await gate.get(f"{path}?next=evil.example", headers=headers)
    assert "evil.example" not in first.text
    assert first.content == (await gate.get(path)).content


@pytest.mark.parametrize(
    ("cookie", "look"),
    [
        (b"", Look(Language.VI, "auto", has_session=False)),
        (b"language=xx; theme=blue", Look(Language.VI, "auto", has_session=False)),
        (b"gate=1; theme=dark", Look(Language.VI, "dark", has_session=True)),
        (b"\xff=;;;=", Look(Language.VI, "auto", has_session=False)),
    ],
)
def test_a_look_is_of_known_words_only(cookie: bytes, look: Look) -> None:
    assert look == look_in({b"cookie": cookie}, "gate")
