"""Certificates: who came later and went before, to parties and to whoever has the driver's link."""

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from app.api.certificate_desk import certified_by_link
from app.api.certificate_sheet import MOST_SHOWN, sheet_of
from app.api.papers import certificate_pdf
from app.api.texts import Language
from app.domain.log.merkle import leaf_hash, proves_inclusion
from tests.api.conftest import Gate, Statements, lorry
from tests.api.test_log import seal
from tests.api.test_overrides import override

Recorder = Callable[[], AbstractContextManager[Statements]]


async def certificate(
    gate: Gate, entry: dict[str, Any], who: str = "company-1", language: str = "en"
) -> dict[str, Any]:
    path = f"/v1/entries/{entry['id']}/certificate"
    answer = await gate.get(path, who, headers={"Accept-Language": language})
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def queued(gate: Gate, number: int, **changes: Any) -> dict[str, Any]:
    entry = await gate.register(**lorry(number, **changes))
    await gate.move(entry)
    return entry


async def overtaken(gate: Gate) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let a green truck that came later be called before a lorry; return both."""
    first = await queued(gate, 1)
    gate.wait(minutes=20)
    green = await gate.register()
    await gate.move(green)
    gate.wait(minutes=30)
    await gate.call()
    return first, green


async def test_a_later_comer_is_told_with_its_rule_both_waits_and_the_bound(gate: Gate) -> None:
    first, green = await overtaken(gate)
    found = await certificate(gate, first)
    assert ("queued", None, 0, 1) == (
        found["state"], found["called"], found["inversions"], len(found["overtakes"]),
    )  # fmt: skip
    went = found["overtakes"][0]
    assert (green["id"], "TT-0002", "faster-lane") == (
        went["entry"], went["call_number"], went["why"],
    )  # fmt: skip
    assert {"lane": "green", "rate": 2, "points": 3600, "open_wait_seconds": 1800} == went["theirs"]
    assert {"lane": "ordinary", "rate": 1, "points": 3000, "open_wait_seconds": 3000} == (
        went["ours"]
    )
    assert (
        "It is in the lane “Green lane” and had waited 0:30 (open hours:minutes); it needed 0:25 at"
        " least to pass one that had waited 0:50." == went["message"]
    )
    assert "plate" not in str(found)
    assert "2026-03-11T09:50:00+07:00" == went["called"]["at"]
    assert "Nobody who came later was called first." == (await certificate(gate, green))["message"]


def proves(mark: dict[str, Any], checkpoint: dict[str, Any]) -> bool:
    """Tell whether the proof of a mark leads to the checkpoint, by what the answer says alone."""
    proven = mark["log"]
    proof = [base64.b64decode(one) for one in proven["proof"]]
    root = base64.b64decode(checkpoint["root"])
    leaf = leaf_hash(proven["leaf"].encode())
    return proves_inclusion(leaf, proven["index"], checkpoint["size"], proof, root)


async def test_each_start_and_call_is_proven_to_stand_in_the_log(gate: Gate) -> None:
    first, green = await overtaken(gate)
    assert None is (await certificate(gate, first))["checkpoint"]
    await seal(gate)
    found = await certificate(gate, first)
    went, checkpoint = found["overtakes"][0], found["checkpoint"]
    marks = [found["started"], went["started"], went["called"]]
    assert all(proves(mark, checkpoint) for mark in marks)
    leaves = [json.loads(mark["log"]["leaf"]) for mark in marks]
    assert [
        ("waiting.started", first["id"]),
        ("waiting.started", green["id"]),
        ("call.made", green["id"]),
    ] == [(leaf["kind"], leaf["entry"]) for leaf in leaves]
    assert [mark["event"] for mark in marks] == [leaf["number"] for leaf in leaves]
    await gate.call()
    later = await certificate(gate, first)
    assert (None, checkpoint["size"]) == (later["called"]["log"], later["checkpoint"]["size"])


async def test_who_was_called_and_came_keeps_its_certificate(gate: Gate) -> None:
    first, _ = await overtaken(gate)
    await gate.call()
    await gate.arrive(first)
    await queued(gate, 3)
    await gate.call()
    found = await certificate(gate, first)
    assert ["TT-0002"] == [one["call_number"] for one in found["overtakes"]]
    assert None is not found["called"]


async def test_one_that_has_not_waited_and_one_that_nobody_calls_are_told_so(gate: Gate) -> None:
    entry = await gate.register()
    found = await certificate(gate, entry)
    assert (None, [], "This entry has not begun to wait in this queue.") == (
        found["started"], found["overtakes"], found["message"],
    )  # fmt: skip
    other = await gate.register(**lorry(2, gate="coc-nam"))
    told = await certificate(gate, other, language="vi")
    assert ("arrival-order", "Cửa khẩu này không gọi số mà xếp theo thứ tự đến.") == (
        told["mode"], told["message"],
    )  # fmt: skip


async def test_a_hold_and_a_return_to_the_line_are_no_ones_gain(gate: Gate) -> None:
    held = await queued(gate, 1)
    gate.wait(minutes=1)
    returned = await queued(gate, 2)
    gate.wait(minutes=1)
    await queued(gate, 3)
    await gate.amend(returned, planned_arrival_at=None)
    await gate.post(f"/v1/entries/{held['id']}/holds", "customs", {"reason": "scan"})
    await gate.amend(returned, planned_arrival_at="2026-03-11T10:00:00+07:00")
    gate.wait(minutes=5)
    await gate.call(2)
    whys = [one["why"] for one in (await certificate(gate, held))["overtakes"]]
    assert ["held", "held"] == whys
    assert 0 == (await certificate(gate, returned))["inversions"]


async def test_an_override_is_told_by_what_people_call_its_reason(gate: Gate) -> None:
    first, second = await queued(gate, 1), await queued(gate, 2)
    await override(gate, second)
    (went,) = (await certificate(gate, first))["overtakes"]
    assert ("override", "danger") == (went["why"], went["because"])
    assert "(Danger: vehicle or goods threaten people and vehicles around)" in went["message"]


async def test_others_than_parties_and_authorities_learn_nothing(gate: Gate) -> None:
    entry = await gate.register()
    path = f"/v1/entries/{entry['id']}/certificate"
    assert 404 == (await gate.get(path, "company-2")).status_code
    assert 401 == (await gate.get(path)).status_code
    assert 200 == (await gate.get(path, "auditor")).status_code


async def test_a_certificate_takes_the_same_statements_however_many_went_before(
    gate: Gate, statements: Recorder
) -> None:
    sent_of: list[int] = []
    for many in (1, 5):
        first = await queued(gate, 100 * many)
        await gate.post(f"/v1/entries/{first['id']}/holds", "customs", {"reason": "scan"})
        for number in range(many):
            await queued(gate, 100 * many + number + 1)
        gate.wait(minutes=1)
        assert many == len(await gate.call(many))
        with statements() as sent:
            found = await certificate(gate, first)
        assert many == len(found["overtakes"])
        sent_of.append(len(sent))
    assert sent_of[0] == sent_of[1] <= 8, sent_of


# --- for the driver: by the link, as a page, as a paper ------------------------------------------


def link_of(entry: dict[str, Any]) -> str:
    token: str = entry["tracking"]["token"]
    return token


async def test_the_link_of_a_driver_opens_the_same_certificate(gate: Gate) -> None:
    first, _ = await overtaken(gate)
    answer = await gate.get(f"/v1/tracking/{link_of(first)}/certificate")
    assert 200 == answer.status_code, answer.text
    assert await certificate(gate, first) == answer.json()
    wrong = await gate.get(f"/v1/tracking/{'A' * 24}/certificate")
    assert (404, "tracking-not-found") == (wrong.status_code, wrong.json()["code"])


SAID = {
    "vi": ("Chứng nhận thứ tự gọi xe", "1 xe đến sau đã được gọi trước", "Luồng xanh"),
    "en": ("Certificate of the order of calls", "1 vehicle(s) that came later", "Green lane"),
    "zh": ("叫号次序证明", "有 1 辆后到的车先被呼叫", "绿色通道"),
}


@pytest.mark.parametrize("language", SAID)
async def test_a_page_shows_it_in_the_language_of_the_reader_without_script(
    gate: Gate, language: str
) -> None:
    first, _ = await overtaken(gate)
    path = f"/certificates/{link_of(first)}"
    answer = await gate.http.get(path, headers={"Accept-Language": language})
    assert (200, language) == (answer.status_code, answer.headers["content-language"])
    assert all(said in answer.text for said in (*SAID[language], "TT-0002", first["reference"]))
    assert "<script" not in answer.text
    assert "15C" not in answer.text
    assert f"/v1/tracking/{link_of(first)}/certificate?format=pdf" in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("token", ["A" * 24, "A" * 65, "x%C4%91"])
async def test_a_page_of_a_wrong_link_says_so(gate: Gate, token: str) -> None:
    answer = await gate.http.get(f"/certificates/{token}", headers={"Accept": "text/html"})
    assert (404, "text/html; charset=utf-8") == (
        answer.status_code, answer.headers["content-type"],
    )  # fmt: skip


@pytest.mark.parametrize("language", SAID)
async def test_a_paper_has_its_own_fonts_and_is_the_same_bytes_again(
    gate: Gate, language: str
) -> None:
    first, _ = await overtaken(gate)
    path = f"/v1/entries/{first['id']}/certificate"
    headers = {"Accept-Language": language, "Accept": "application/pdf"}
    answer = await gate.get(path, "company-1", headers=headers)
    assert (200, "application/pdf") == (answer.status_code, answer.headers["content-type"])
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) < 100_000
    assert (b"DroidSansFallback" in answer.content) == ("zh" == language)
    again = await gate.get(f"{path}?format=pdf", "company-1", headers={"Accept-Language": language})
    assert answer.content == again.content
    assert first["reference"] in answer.headers["content-disposition"]


async def test_a_paper_shows_a_hundred_and_tells_of_the_rest(gate: Gate, app: FastAPI) -> None:
    first, _ = await overtaken(gate)
    process = app.state.process
    found = await certified_by_link(process, await process.today(), link_of(first))
    many = replace(found.certificate, overtakes=found.certificate.overtakes * (MOST_SHOWN + 1))
    reference = (await process.today()).reference
    sheet = sheet_of(replace(found, certificate=many), reference, Language.EN)
    assert (MOST_SHOWN, "And 1 more, told in the JSON.") == (len(sheet.passed), sheet.more)
    assert b"%PDF-" in certificate_pdf(sheet, Language.EN, found.as_of)
