"""Failures on the wire, in three languages, and what they never tell."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator

import httpx
import pytest
import structlog

from app.api.problems import STATUS_BY_KIND, codes, message_of, problem, problem_responses
from app.api.texts import CATALOGUE, Language
from app.domain.errors import (
    BusyError,
    DomainError,
    FieldError,
    GateNotFoundError,
    StaleVersionError,
    UnfitError,
)
from tests.api.manners_app import make_app, make_client

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VIETNAMESE = re.compile(
    "[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
KEYS = sorted(CATALOGUE.keys())
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app()):
        yield client


def descendants(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def named() -> list[type[DomainError]]:
    """Every failure of the service; tests may define more."""
    return [kind for kind in descendants(DomainError) if kind.__module__.startswith("app.")]


def test_every_failure_is_of_exactly_one_kind() -> None:
    kinds = set(STATUS_BY_KIND)

    assert [] == [error for error in named() if len(kinds & set(error.__mro__)) != 1]


def test_every_failure_that_is_raised_has_a_code_of_its_own() -> None:
    leaves = [error for error in named() if not error.__subclasses__()]
    without = [error for error in leaves if not error.code and error not in STATUS_BY_KIND]
    found = [error.code for error in named() if error.code]

    assert [] == without
    assert sorted(set(found)) == sorted(found)
    assert all(KEBAB.fullmatch(code) for code in found)


@pytest.mark.parametrize("part", ["title", "detail"])
def test_every_failure_has_its_sentences_in_three_languages(part: str) -> None:
    keys = [f"problem.{error.code}.{part}" for error in named() if error.code]

    assert [] == [key for key in keys if key not in CATALOGUE]
    assert [] == [key for key in keys if not all(CATALOGUE.text(key).values())]


def test_a_sentence_names_the_same_facts_in_each_language() -> None:
    assert [] == [key for key in KEYS if len(set(map(_facts, _all(key)))) != 1]


def test_vietnamese_has_its_marks_and_chinese_its_characters() -> None:
    ours = [key for key in KEYS if key.startswith(("problem.", "rule.", "missing."))]

    assert [] == [key for key in ours if not VIETNAMESE.search(CATALOGUE.text(key)["vi"])]
    assert [] == [key for key in ours if not CHINESE.search(CATALOGUE.text(key)["zh"] or "")]


def _all(key: str) -> Iterable[str]:
    return [sentence for sentence in CATALOGUE.text(key).values() if isinstance(sentence, str)]


def _facts(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{(\w+)\}", sentence))


@pytest.mark.parametrize(
    ("header", "language", "title"),
    [
        pytest.param(None, "vi", "Không tìm thấy cửa khẩu", id="Vietnamese by default"),
        pytest.param("en-GB,en;q=0.9", "en", "The gate was not found", id="English"),
        pytest.param("zh-Hans-CN", "zh", "未找到口岸", id="Chinese"),
    ],
)
async def test_a_failure_speaks_the_readers_language(
    client: httpx.AsyncClient, header: str | None, language: str, title: str
) -> None:
    headers = {"accept-language": header} if header else {}

    response = await client.get("/v1/trucks/no-gate/failure", headers=headers)

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == language
    assert response.headers["vary"] == "Accept-Language"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["title"] == title


async def test_a_failure_has_every_member_and_its_facts(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/trucks/busy/failure", headers={"x-request-id": "a-request"})

    assert response.status_code == 503
    assert response.headers["retry-after"] == "7"
    body = response.json()
    assert "7" in body.pop("detail")
    assert body.pop("title")
    assert body == {
        "type": "/problems/busy",
        "code": "busy",
        "status": 503,
        "instance": "/requests/a-request",
        "errors": [],
        "retry_after": 7,
    }


async def test_a_missing_key_is_a_401_that_names_the_scheme(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/trucks/no-key/failure")

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_failure_without_a_code_says_what_its_kind_says(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/trucks/no-code/failure")).json()["code"] == "not-found"


async def test_a_domain_error_names_field_rule_and_value(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/trucks/code/failure", headers={"accept-language": "en"})

    assert response.json()["errors"] == [
        {
            "pointer": "/gate",
            "rule": "unknown-code",
            "message": "The reference data have no code “huu-ngi”.",
            "value": "huu-ngi",
        }
    ]


async def test_a_personal_value_is_not_repeated_even_when_the_domain_names_it(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/v1/trucks/phone/failure")

    assert response.json()["errors"][0]["pointer"] == "/driver/phone"
    assert "0912" not in response.text


async def test_what_nobody_foresaw_is_a_500_that_tells_nothing_but_the_request_id(
    client: httpx.AsyncClient,
) -> None:
    with structlog.testing.capture_logs() as logs:
        response = await client.get("/v1/trucks/boom/failure")

    assert response.status_code == 500
    assert response.json()["code"] == "internal-error"
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert "0912" not in response.text
    assert "RuntimeError" not in response.text
    assert "0912" not in str(logs)
    assert "RuntimeError" in str(logs)


async def test_an_unknown_path_is_a_404_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/lorries")

    assert response.status_code == 404
    assert response.json()["code"] == "no-such-path"


@pytest.mark.parametrize("path", ["/v1/trucks/%00/failure", "/%00", "/v1/trucks/"])
async def test_a_strange_path_is_a_404_and_never_a_redirect(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_wrong_method_is_a_405_that_lists_every_right_one(
    client: httpx.AsyncClient,
) -> None:
    response = await client.put("/v1/trucks/abc")

    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, PATCH"
    assert response.json()["code"] == "method-not-allowed"


@pytest.mark.parametrize(
    ("query", "pointer", "rule"),
    [
        pytest.param("limit=0", "query:limit", "too-small", id="zero"),
        pytest.param("limit=201", "query:limit", "too-large", id="too many"),
        pytest.param("limit=" + "9" * 5000, "query:limit", "not-a-whole-number", id="digits"),
        pytest.param("lane=a%00b", "query:lane", "pattern", id="NUL"),
        pytest.param("lane=", "query:lane", "too-short", id="nothing"),
    ],
)
async def test_a_wrong_query_parameter_is_named(
    client: httpx.AsyncClient, query: str, pointer: str, rule: str
) -> None:
    response = await client.get(f"/v1/trucks?{query}")

    assert response.status_code == 422
    assert [(pointer, rule)] == [(e["pointer"], e["rule"]) for e in response.json()["errors"]]


async def test_a_value_in_the_path_is_named_but_not_repeated(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/trucks/-token-/failure")

    assert response.json()["errors"][0]["pointer"] == "path:code"
    assert "token" not in response.text


def test_a_fact_never_replaces_a_member_of_the_problem() -> None:
    made = problem(UnfitError(status="queued", title="x"), Language.EN, "1")

    assert made["status"] == 422
    assert made["title"] != "x"


def test_a_rule_without_a_sentence_is_told_by_its_code() -> None:
    assert "a-new-rule" in message_of("a-new-rule", Language.EN)


def test_a_value_that_is_long_or_cannot_be_printed_is_not_repeated() -> None:
    errors = [FieldError("/a", "pattern", value) for value in ("a" * 81, "a\x00", 2**63)]

    made = problem(UnfitError(errors=errors), Language.EN, "1")

    assert all("value" not in one for one in made["errors"])


def test_responses_are_grouped_by_status_with_an_example_each() -> None:
    made = problem_responses(GateNotFoundError, StaleVersionError, BusyError)

    assert set(made) == {404, 412, 503}
    content = made[503]["content"]["application/problem+json"]
    assert content["examples"]["busy"]["value"]["detail"].endswith("in 3 seconds.")
    assert "Retry-After" in made[503]["headers"]


def test_every_code_is_found() -> None:
    assert codes()["busy"] is BusyError
