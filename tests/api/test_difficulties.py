"""Difficulties: reported, assigned, answered with a reason, published so that nobody is named."""

import logging
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.rate_limits import RateLimits
from tests.api.conftest import Gate, lorry

# What no event, log or public answer may repeat.
NAME, PHONE, PLATE = "Nguyễn Văn An", "0912345678", "15C-000.01"
WORDS = f"Tài xế {NAME} ({PHONE}) xe {PLATE} bị giữ chỗ."
REASON = f"Đã gọi {NAME} số {PHONE}, xe {PLATE} đã được xếp lại."
PUBLIC = {"question": "A vehicle lost its place.", "answer": "The camera was mended."}


async def report(
    here: Gate, who: str = "company-1", status: int = 201, **body: Any
) -> dict[str, Any]:
    about = {} if {"entry", "gate", "rule"} & body.keys() else {"gate": "tan-thanh"}
    answer = await here.post("/v1/difficulties", who, {"words": WORDS, **about, **body})
    assert status == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(here: Gate, who: str = "officer-1", **query: Any) -> list[str]:
    answer = await here.get("/v1/difficulties", who, params=query)
    assert 200 == answer.status_code, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def read(gate: Gate, one: dict[str, Any], who: str = "officer-1") -> Any:
    return await gate.get(f"/v1/difficulties/{one['id']}", who)


async def act(gate: Gate, one: dict[str, Any], step: str, who: str, **body: Any) -> Any:
    return await gate.post(f"/v1/difficulties/{one['id']}/{step}", who, body)


async def answered(gate: Gate, **body: Any) -> dict[str, Any]:
    one = await report(gate, **body)
    assert 200 == (await act(gate, one, "answer", "officer-1", reason=REASON)).status_code
    return one


async def test_a_company_reports_about_an_entry_a_gate_or_a_rule(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    about = [
        await report(gate, entry=entry["id"], rule="GL-07"),
        await report(gate, gate="huu-nghi"),
        await report(gate, rule="declaration-number-missing"),
    ]
    assert [
        (entry["id"], entry["reference"], "tan-thanh", "GL-07"),
        (None, None, "huu-nghi", None),
        (None, None, None, "declaration-number-missing"),
    ] == [(one["entry"], one["reference"], one["gate"], one["rule"]) for one in about]


@pytest.mark.parametrize(
    ("body", "status", "pointer", "rule"),
    [
        pytest.param({"gate": None}, 422, "", "about-nothing", id="about nothing"),
        pytest.param({"gate": "hanoi"}, 422, "/gate", "unknown-code", id="no such gate"),
        pytest.param({"rule": "GL-99"}, 422, "/rule", "unknown-code", id="no such rule"),
        pytest.param(
            {"entry": str(uuid4()), "gate": "tan-thanh"}, 422, "", "gate-of-entry", id="both"
        ),
        pytest.param({"words": " "}, 422, "/words", "too-short", id="without words"),
        pytest.param({"name": NAME}, 422, "/name", "unknown-field", id="an unknown field"),
    ],
)
async def test_what_is_wrong_with_a_report_is_named_and_its_words_are_not_repeated(
    gate: Gate, body: dict[str, Any], status: int, pointer: str, rule: str
) -> None:
    problem = await report(gate, status=status, **body)
    assert [(pointer, rule)] == [(one["pointer"], one["rule"]) for one in problem["errors"]]
    assert NAME not in str(problem)


async def test_words_that_are_too_long_are_not_repeated(gate: Gate) -> None:
    problem = await report(gate, status=422, words=f"{PHONE} " * 300)
    assert PHONE not in str(problem)


async def test_another_companys_entry_is_not_there_to_be_reported_about(gate: Gate) -> None:
    entry = await gate.register("company-1", **lorry(1))
    problem = await report(gate, "company-2", 404, entry=entry["id"])
    assert "entry-not-found" == problem["code"]


async def test_the_words_are_read_by_the_reporter_and_those_who_answer(gate: Gate) -> None:
    one = await report(gate)
    for who in ("company-1", "officer-1", "board-1", "auditor"):
        assert WORDS == (await read(gate, one, who)).json()["words"]
        assert [one["id"]] == await listed(gate, who)
    for who in ("company-2", "customs", "yard"):
        assert (404, "difficulty-not-found") == (
            (await read(gate, one, who)).status_code, (await read(gate, one, who)).json()["code"],
        )  # fmt: skip
        assert [] == await listed(gate, who)


async def test_it_is_assigned_by_name_and_then_read_and_answered_there(gate: Gate) -> None:
    one = await report(gate)
    assert 404 == (await act(gate, one, "answer", "customs", reason="x")).status_code
    given = await act(gate, one, "assignment", "officer-1", assigned_to="customs")
    assert "customs" == given.json()["assigned_to"]
    assert [one["id"]] == await listed(gate, "customs")
    gate.wait(hours=2)
    answer = await act(gate, one, "answer", "customs", reason=REASON)
    assert (7200, "customs") == (answer.json()["answer_seconds"], answer.json()["answered_by"])
    shown = (await read(gate, one, "company-1")).json()
    assert (REASON, "2026-03-11T11:00:00+07:00") == (shown["reason"], shown["answered_at"])


async def test_nobody_named_it_is_the_callers_and_nobody_else_is_taken(gate: Gate) -> None:
    one = await report(gate)
    assert "officer-1" == (await act(gate, one, "assignment", "officer-1")).json()["assigned_to"]
    for name in ("nobody", "company-1"):
        refused = await act(gate, one, "assignment", "board-1", assigned_to=name)
        assert (422, "/assigned_to") == (
            refused.status_code, refused.json()["errors"][0]["pointer"],
        )  # fmt: skip


async def test_an_answer_is_given_once_and_needs_a_reason(gate: Gate) -> None:
    one = await report(gate)
    assert 422 == (await act(gate, one, "answer", "officer-1")).status_code
    assert 200 == (await act(gate, one, "answer", "officer-1", reason=REASON)).status_code
    for step, body in (("answer", {"reason": "x"}), ("assignment", {})):
        again = await act(gate, one, step, "officer-2", **body)
        assert (409, "difficulty-answered") == (again.status_code, again.json()["code"])
    assert REASON == (await read(gate, one)).json()["reason"]


async def test_who_it_is_assigned_to_answers_no_other(gate: Gate) -> None:
    one = await report(gate)
    await act(gate, one, "assignment", "officer-1", assigned_to="customs")
    await act(gate, one, "assignment", "officer-1", assigned_to="yard")
    assert 404 == (await act(gate, one, "answer", "customs", reason="x")).status_code
    assert 200 == (await act(gate, one, "answer", "yard", reason="x")).status_code


async def test_the_list_is_narrowed_and_comes_in_pages(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    first = await report(gate, entry=entry["id"])
    gate.wait(minutes=1)
    second = await report(gate, gate="huu-nghi", rule="GL-07")
    gate.wait(minutes=1)
    third = await answered(gate)
    asked: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        ({}, [first, second]),
        ({"answered": True}, [third]),
        ({"gate": "huu-nghi"}, [second]),
        ({"rule": "GL-07"}, [second]),
        ({"entry": entry["id"]}, [first]),
        ({"assigned_to": "officer-2"}, []),
    ]
    for query, expected in asked:
        assert [one["id"] for one in expected] == await listed(gate, **query)
    page = (await gate.get("/v1/difficulties", "officer-1", params={"limit": 1})).json()
    rest = await listed(gate, limit=1, cursor=page["next_cursor"])
    assert [first["id"], second["id"]] == [page["items"][0]["id"], *rest]


async def test_answered_ones_come_newest_first_page_by_page(gate: Gate) -> None:
    made = []
    for _ in range(3):
        made.append((await answered(gate))["id"])
        gate.wait(minutes=1)
    query: dict[str, Any] = {"answered": True, "limit": 2}
    page = (await gate.get("/v1/difficulties", "officer-1", params=query)).json()
    rest = await listed(gate, **query, cursor=page["next_cursor"])
    assert made[::-1] == [*(one["id"] for one in page["items"]), *rest]


async def test_a_retry_reports_once_and_its_stored_answer_has_no_words(
    gate: Gate, session: AsyncSession
) -> None:
    body = {"words": WORDS, "gate": "tan-thanh"}
    first = await gate.post("/v1/difficulties", "company-1", body, retry="once")
    again = await gate.post("/v1/difficulties", "company-1", body, retry="once")
    assert first.json() == again.json()
    assert 1 == len(await listed(gate))
    kept = await session.scalar(
        text("SELECT string_agg(encode(body, 'escape'), '') FROM stored_answers")
    )
    assert PHONE not in kept


# --- what everybody may read ----------------------------------------------------------------------


async def test_it_is_published_in_the_boards_words_and_names_nobody(gate: Gate) -> None:
    entry = await gate.register(**lorry(1), driver={"name": NAME, "phone": PHONE})
    one = await answered(gate, entry=entry["id"], rule="GL-07", may_publish=True)
    assert 200 == (await act(gate, one, "publication", "board-1", **PUBLIC)).status_code
    answer = await gate.get("/v1/difficulties/published")
    (shown,) = answer.json()["items"]
    assert {
        "id": one["id"], "gate": "tan-thanh", "rule": "GL-07", **PUBLIC,
        "reported_on": "2026-03-11", "answered_on": "2026-03-11", "published_on": "2026-03-11",
    } == shown  # fmt: skip
    for secret in (NAME, PHONE, PLATE, entry["reference"], entry["id"], "company-1"):
        assert secret not in answer.text


async def test_it_is_not_published_before_its_answer_nor_against_the_reporters_will(
    gate: Gate,
) -> None:
    unanswered = await report(gate, may_publish=True)
    unwilling = await answered(gate)
    for one, code in (
        (unanswered, "difficulty-unanswered"), (unwilling, "difficulty-not-for-publication"),
    ):  # fmt: skip
        refused = await act(gate, one, "publication", "board-1", **PUBLIC)
        assert (409, code) == (refused.status_code, refused.json()["code"])
    assert [] == (await gate.get("/v1/difficulties/published")).json()["items"]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (f"The driver {NAME} was right.", "name"),
        ("The plate 15C 00001 was misread.", "plate"),
        (f"Call {PHONE}.", "long-number"),
        ("Write to an@example.vn.", "address"),
        ("company-1 is right.", "name"),
    ],
)
async def test_words_that_name_somebody_are_not_published(gate: Gate, said: str, rule: str) -> None:
    entry = await gate.register(**lorry(1), driver={"name": NAME, "phone": PHONE})
    one = await answered(gate, entry=entry["id"], may_publish=True)
    refused = await act(gate, one, "publication", "board-1", **{**PUBLIC, "answer": said})
    assert (422, "wording-names") == (refused.status_code, refused.json()["code"])
    assert ("/answer", rule) in [(one["pointer"], one["rule"]) for one in refused.json()["errors"]]
    assert said not in refused.text


async def test_new_words_replace_the_published_ones_and_pages_go_back_in_time(gate: Gate) -> None:
    made = []
    for _ in range(3):
        one = await answered(gate, may_publish=True)
        gate.wait(minutes=1)
        await act(gate, one, "publication", "board-1", **PUBLIC)
        made.append(one["id"])
    gate.wait(minutes=1)
    again = {"question": "A better question.", "answer": "A better answer."}
    await act(gate, {"id": made[0]}, "publication", "board-2", **again)
    path = "/v1/difficulties/published"
    page = (await gate.get(path, params={"limit": 2})).json()
    rest = (await gate.get(path, params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert "A better question." == page["items"][0]["question"]
    shown = [one["id"] for one in [*page["items"], *rest["items"]]]
    assert ([made[0], made[2], made[1]], None) == (shown, rest["next_cursor"])


# --- a driver, by the tracking link ---------------------------------------------------------------


async def test_a_driver_reports_by_the_link_and_reads_the_answer_there(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    path = f"/v1/tracking/{entry['tracking']['token']}/difficulties"
    made = await gate.post(path, None, {"words": WORDS, "rule": "GL-07", "may_publish": True})
    assert 201 == made.status_code, made.text
    one = made.json()
    assert WORDS not in made.text
    shown = (await read(gate, one)).json()
    assert (True, entry["id"], "tan-thanh", WORDS) == (
        shown["by_driver"], shown["entry"], shown["gate"], shown["words"],
    )  # fmt: skip
    assert 404 == (await read(gate, one, "company-1")).status_code
    await act(gate, one, "answer", "officer-1", reason=REASON)
    (told,) = (await gate.get(path)).json()["items"]
    assert (one["id"], REASON) == (told["id"], told["reason"])


async def test_what_the_company_reported_is_not_shown_by_the_link(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await report(gate, entry=entry["id"])
    path = f"/v1/tracking/{entry['tracking']['token']}/difficulties"
    assert [] == (await gate.get(path)).json()["items"]


async def test_a_form_that_is_sent_twice_reports_once_until_it_is_answered(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    path = f"/v1/tracking/{entry['tracking']['token']}/difficulties"
    first, same, other = [
        (await gate.post(path, None, {"words": words})).json()["id"]
        for words in (WORDS, WORDS, f"{WORDS} And more.")
    ]
    assert (first, True) == (same, other != first)
    await act(gate, {"id": other}, "answer", "officer-1", reason=REASON)
    again = (await gate.post(path, None, {"words": f"{WORDS} And more."})).json()["id"]
    assert again not in {first, other}


async def test_a_wrong_link_opens_nothing(gate: Gate) -> None:
    path = f"/v1/tracking/{'A' * 24}/difficulties"
    for answer in (await gate.get(path), await gate.post(path, None, {"words": WORDS})):
        assert (404, "tracking-not-found") == (answer.status_code, answer.json()["code"])


async def test_a_link_reports_a_few_times_and_no_more(gate: Gate) -> None:
    limits = {"public": "600/minute", "report": "2/hour"} | {
        "read": "600/minute",
        "write": "600/minute",
    }
    gate.app.state.rate_limits = RateLimits(limits)
    entries = [await gate.register(**lorry(number)) for number in (1, 2)]
    paths = [f"/v1/tracking/{one['tracking']['token']}/difficulties" for one in entries]
    words = [{"words": f"{WORDS} {time}"} for time in ("once", "twice", "again")]
    statuses = [(await gate.post(paths[0], None, said)).status_code for said in words]
    assert [201, 201, 429] == statuses
    assert 201 == (await gate.post(paths[1], None, {"words": WORDS})).status_code
    assert 3 == len(await listed(gate))


# --- personal data --------------------------------------------------------------------------------


async def test_a_name_and_a_phone_in_the_words_are_in_no_event_log_or_public_answer(
    gate: Gate,
    session: AsyncSession,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    entry = await gate.register(**lorry(1))
    one = await answered(gate, entry=entry["id"], may_publish=True)
    link = f"/v1/tracking/{entry['tracking']['token']}"
    await gate.post(f"{link}/difficulties", None, {"words": WORDS})
    await act(gate, one, "publication", "board-1", **PUBLIC)
    events = await session.scalar(text("SELECT jsonb_agg(data)::text FROM events"))
    rows = await session.scalar(text("SELECT jsonb_agg(to_jsonb(d))::text FROM difficulties d"))
    lists = [
        await gate.get("/v1/difficulties", "officer-1", params={"answered": done})
        for done in (True, False)
    ]
    public = [
        await gate.get(path)
        for path in (link, "/v1/difficulties/published", "/v1/reports/difficulties", "/metrics")
    ]
    logged = capsys.readouterr().out
    assert "/v1/difficulties/{difficulty}/answer" in logged
    told = [events, rows, logged, caplog.text, *(answer.text for answer in [*lists, *public])]
    for said in told:
        assert NAME not in said
        assert PHONE not in said
    kinds = await session.scalars(
        text("SELECT kind FROM events WHERE kind LIKE 'difficulty.%' ORDER BY number")
    )
    assert [
        "difficulty.reported", "difficulty.answered", "difficulty.reported", "difficulty.published",
    ] == kinds.all()  # fmt: skip


# --- reports --------------------------------------------------------------------------------------


async def counted(gate: Gate, **query: Any) -> dict[str | None, dict[str, Any]]:
    gate.forget()
    answer = await gate.get("/v1/reports/difficulties", params=query)
    assert 200 == answer.status_code, answer.text
    return {one["gate"]: one for one in answer.json()["lines"]}


async def test_open_ones_and_the_time_to_answer_are_in_the_reports(gate: Gate) -> None:
    for minutes in (60, 20, 40):
        one = await report(gate)
        gate.wait(minutes=minutes)
        await act(gate, one, "answer", "officer-1", reason=REASON)
    await report(gate)
    await report(gate, rule="GL-07")
    lines = await counted(gate)
    assert {
        "reported": 4, "answered": 3, "open": 1, "oldest_open_at": "2026-03-11T11:00:00+07:00",
        "p50_seconds": 2400, "p90_seconds": 3600, "p95_seconds": 3600,
    }.items() <= lines["tan-thanh"].items()  # fmt: skip
    assert (5, 3, 2) == tuple(lines[None][name] for name in ("reported", "answered", "open"))
    assert (0, None) == (lines["huu-nghi"]["reported"], lines["huu-nghi"]["p50_seconds"])
    narrowed = await counted(gate, area="tan-thanh")
    assert ([4, 4], 2) == ([one["reported"] for one in narrowed.values()], len(narrowed))


async def test_a_difficulty_counts_on_the_days_of_its_report_and_its_answer(gate: Gate) -> None:
    gate.go_to("2026-03-11T23:59:59+07:00")
    one = await report(gate)
    gate.go_to("2026-03-13T00:00:00+07:00")
    await act(gate, one, "answer", "officer-1", reason=REASON)
    days = [
        (await counted(gate, from_day=f"2026-03-{day}"))["tan-thanh"] for day in (10, 11, 12, 13)
    ]
    assert [(0, 0, 0), (1, 0, 1), (0, 0, 1), (0, 1, 0)] == [
        (line["reported"], line["answered"], line["open"]) for line in days
    ]


async def test_the_report_is_a_file_for_spreadsheets_too(gate: Gate) -> None:
    await report(gate)
    gate.forget()
    answer = await gate.get("/v1/reports/difficulties", params={"format": "csv"})
    header, *rows = answer.content.decode("utf-8-sig").splitlines()
    assert header.startswith("Gate or area code,Gate or area,Difficulties reported,Answered,Open")
    (line,) = [row for row in rows if row.startswith("tan-thanh")]
    assert line.endswith("1,0,1,2026-03-11T09:00:00+07:00,,,")
    assert rows[-1].startswith(",All,1,0,1,")
