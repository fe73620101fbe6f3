"""Passes by the API: handed out, drawn, checked on line and off, listed when they hold no more."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from app.api.pictures import PIXELS
from app.api.state import Process
from app.cli.commands import app as command
from app.core.signing import Signers
from app.domain.passes import LIST_TYPE, TYPE
from app.models import Event, HandedPass
from app.services.crossing.passes import PART
from app.workers.passes import PassKeeper
from app.workers.today import Todays
from tests.api.conftest import NINE, Gate, lorry
from tests.pictures import of_png, of_svg, text_of

PLATE = "15C-000.01"
REVOCATIONS = "/v1/passes/revocations"
EMPTY = {"direction": "import", "consignments": [], "gate": "tan-thanh"}
Saved = Callable[..., Awaitable[tuple[int, str]]]


def path_of(entry: dict[str, Any]) -> str:
    return f"/v1/entries/{entry['id']}/pass"


async def pass_of(gate: Gate, entry: dict[str, Any], who: str = "company-1") -> dict[str, Any]:
    answer = await gate.get(path_of(entry), who)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def called(gate: Gate, number: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an entry that was called at once, and its call."""
    entry = await gate.register(**lorry(number))
    await gate.move(entry)
    return entry, (await gate.call())[0]


async def check(gate: Gate, jws: str, who: str = "border_guard", /, **more: str) -> dict[str, Any]:
    body = {"jws": jws, "plate": PLATE, "gate": "tan-thanh", **more}
    answer = await gate.post("/v1/passes/checks", who, body)
    assert 200 == answer.status_code, answer.text
    checked: dict[str, Any] = answer.json()
    assert checked["valid"] is (checked["refused"] == [])
    return checked


async def listed(gate: Gate) -> dict[str, str]:
    gate.forget()
    passes: dict[str, str] = (await gate.get(REVOCATIONS)).json()["passes"]
    return passes


@pytest.fixture
def saved(gate: Gate, tmp_path: Path) -> Saved:
    """Checks by the command, with what was saved from the API just before."""

    async def ask(jws: str, **more: str) -> Any:
        gate.forget()
        keys, revoked = tmp_path / "keys.json", tmp_path / "revoked"
        keys.write_bytes((await gate.get("/.well-known/jwks.json")).content)
        written = more.pop("written", "json")
        revoked.write_bytes((await gate.get(REVOCATIONS, params={"format": written})).content)
        options = {"keys": keys, "revoked": revoked, "gate": "tan-thanh", "plate": PLATE,
                   "at": gate.now.isoformat(), "language": "en", **more}  # fmt: skip
        given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        done = CliRunner().invoke(command, ["pass", "check", *given, jws])
        return done.exit_code, done.output

    return ask


def codes(checked: dict[str, Any]) -> list[str]:
    return [one["code"] for one in checked["refused"]]


# --- handed out ----------------------------------------------------------------------------------


async def test_before_its_call_a_pass_names_the_vehicle_and_opens_no_gate(
    gate: Gate, saved: Saved
) -> None:
    entry = await gate.register(**lorry(1))
    made = await pass_of(gate, entry)
    assert ("yard", "15C00001", "tan-thanh", "export", None, None) == tuple(
        made[name] for name in ("use", "plate", "gate", "direction", "opens_at", "call_number")
    )
    assert "2026-03-13T00:00:00+07:00" == made["expires_at"]  # the end of tomorrow
    assert "it opens no gate" in made["message"]
    assert ["not-called"] == codes(await check(gate, made["jws"]))
    assert (await check(gate, made["jws"], "yard", use="yard"))["valid"]
    assert (1, True) == ((told := await saved(made["jws"]))[0], "not-called: " in told[1])
    assert 0 == (await saved(made["jws"], use="yard"))[0]


async def test_a_called_vehicle_has_a_pass_for_its_window(gate: Gate, saved: Saved) -> None:
    entry, call = await called(gate)
    made = await pass_of(gate, entry)
    assert ("gate", call["call_number"], call["called_at"], call["window_ends_at"]) == tuple(
        made[name] for name in ("use", "call_number", "opens_at", "expires_at")
    )
    assert (await check(gate, made["jws"], direction="export"))["valid"]
    code, told = await saved(made["jws"], direction="export")
    assert (0, True) == (code, told.startswith("The pass holds here. Good at the gate tan-thanh"))
    assert "By the list of 2026-03-11 09:00 (Hanoi time)." in told


async def test_where_nobody_is_called_it_opens_the_gate_until_the_end_of_tomorrow(
    gate: Gate,
) -> None:
    made = await pass_of(gate, await gate.register(**lorry(1, **EMPTY)))
    assert ("gate", None, "2026-03-13T00:00:00+07:00") == (
        made["use"], made["opens_at"], made["expires_at"],
    )  # fmt: skip
    assert (await check(gate, made["jws"], direction="import"))["valid"]


async def test_who_has_come_as_called_has_a_pass_after_the_window(gate: Gate) -> None:
    entry, _ = await called(gate)
    before = await pass_of(gate, entry)
    await gate.arrive(entry)
    gate.wait(minutes=31)
    assert ["expired"] == codes(await check(gate, before["jws"]))
    after = await pass_of(gate, entry)
    assert (await check(gate, after["jws"]))["valid"]


async def test_it_is_the_same_pass_until_what_it_says_changes(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    first = await gate.get(path_of(entry), "company-1")
    gate.wait(hours=1)
    assert first.content == (await gate.get(path_of(entry), "officer-1")).content
    token = entry["tracking"]["token"]
    assert first.content == (await gate.get(f"/v1/tracking/{token}/pass")).content
    assert 1 == await session.scalar(select(func.count()).select_from(HandedPass))
    gate.wait(days=1)
    assert first.json()["id"] != (await pass_of(gate, entry))["id"]


async def test_handing_one_out_changes_nothing_and_tells_nobody(
    gate: Gate, session: AsyncSession
) -> None:
    entry, _ = await called(gate)
    count = select(func.count()).select_from(Event)
    before = await session.scalar(count), await gate.entry(entry)
    made = await pass_of(gate, entry)
    assert before == (await session.scalar(count), await gate.entry(entry))
    kept = (await session.scalars(select(HandedPass))).one()
    assert made["jws"] not in str(vars(kept))


@pytest.mark.parametrize("way", ["admitted", "cancelled"])
async def test_who_is_in_the_gate_or_has_ended_has_none(gate: Gate, way: str) -> None:
    entry, _ = await called(gate)
    await END[way](gate, entry)
    token = entry["tracking"]["token"]
    for path, who in ((path_of(entry), "company-1"), (f"/v1/tracking/{token}/pass", None)):
        answer = await gate.get(path, who)
        assert (409, "no-pass") == (answer.status_code, answer.json()["code"])


async def test_a_link_that_was_renewed_gives_no_pass(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    token = entry["tracking"]["token"]
    await gate.post(f"/v1/entries/{entry['id']}/tracking-token", "company-1")
    answer = await gate.get(f"/v1/tracking/{token}/pass")
    assert (404, "tracking-not-found") == (answer.status_code, answer.json()["code"])


# --- as pictures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("image/png", "image/png"),
        ("image/svg+xml,image/png;q=0.5", "image/svg+xml"),
        ("image/*", "image/png"),
        ("text/html,*/*;q=0.8", "application/json"),
        ("image/png;q=0.1,application/json", "application/json"),
        ("image/png,application/json;q=0", "image/png"),
        ("text/plain", "application/json"),
        ("", "application/json"),
    ],
)
async def test_a_pass_is_written_as_the_client_likes_it(
    gate: Gate, accept: str, media: str
) -> None:
    entry = await gate.register(**lorry(1))
    answer = await gate.get(path_of(entry), "company-1", headers={"Accept": accept})
    assert (media, "private, max-age=0") == (
        answer.headers["content-type"], answer.headers["cache-control"],
    )  # fmt: skip
    assert "Accept" in answer.headers["vary"]


async def test_the_pictures_say_the_signed_pass(gate: Gate) -> None:
    """Read by a reader of our own (tests/pictures.py), which has nothing of what draws them."""
    entry, _ = await called(gate)
    made = await pass_of(gate, entry)
    token = entry["tracking"]["token"]
    png = await gate.get(f"/v1/tracking/{token}/pass", params={"format": "png"})
    svg = await gate.get(path_of(entry), "company-1", params={"format": "svg"})
    assert made["jws"] == text_of(of_png(png.content, PIXELS))
    assert made["jws"] == text_of(of_svg(svg.text, PIXELS))


async def test_a_picture_that_the_client_has_is_not_sent_again(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    tags = set()
    for written in ("json", "png", "svg"):
        more: dict[str, Any] = {"params": {"format": written}}
        tag = (await gate.get(path_of(entry), "company-1", **more)).headers["etag"]
        more["headers"] = {"If-None-Match": tag}
        assert 304 == (await gate.get(path_of(entry), "company-1", **more)).status_code
        tags.add(tag)
    assert 3 == len(tags)


# --- refused -------------------------------------------------------------------------------------


async def test_each_reason_to_refuse_it_is_told_on_line_and_off(gate: Gate, saved: Saved) -> None:
    entry, _ = await called(gate)
    jws = (await pass_of(gate, entry))["jws"]
    header, claims, signature = jws.split(".")
    process: Process = gate.app.state.process
    stranger = Signers({"stranger": b"s" * 32}).ed25519
    newer = process.tools.signers.ed25519.sign({"v": 2}, TYPE)
    for code, text, more in (
        ("signature-invalid", f"{header}.{claims}.{signature[::-1]}", {}),
        ("signature-invalid", "https://example.com/another-code", {}),
        ("signature-invalid", process.tools.signers.ed25519.sign({"v": 1}), {}),
        ("key-unknown", stranger.sign({"v": 1}, TYPE), {}),
        ("version-unknown", newer, {}),
        ("other-gate", jws, {"gate": "huu-nghi"}),
        ("other-direction", jws, {"direction": "import"}),
        ("wrong-plate", jws, {"plate": "15C-000.02"}),
    ):
        checked = await check(gate, text, **more)
        assert [code] == codes(checked), text
        assert checked["message"] == checked["refused"][0]["message"]
        told = await saved(text, **more)
        assert 1 == told[0]
        assert f"{code}: {checked['message']}\n" in told[1]


async def test_everything_that_is_wrong_is_told_at_once_in_the_readers_language(
    gate: Gate,
) -> None:
    entry, _ = await called(gate)
    jws = (await pass_of(gate, entry))["jws"]
    gate.wait(minutes=30)
    body = {"jws": jws, "plate": "15C-000.02", "gate": "huu-nghi", "direction": "import"}
    headers = {"Accept-Language": "vi"}
    answer = await gate.ask("POST", "/v1/passes/checks", "customs", json=body, headers=headers)
    checked = answer.json()
    assert ["other-gate", "other-direction", "wrong-plate", "expired"] == codes(checked)
    assert "Giấy này dùng cho cửa khẩu tan-thanh." == checked["message"]


@pytest.mark.parametrize(("wait", "refused"), [(0, []), (29 * 60 + 59, []), (30 * 60, ["expired"])])
async def test_the_second_of_the_windows_end_is_late(
    gate: Gate, saved: Saved, wait: int, refused: list[str]
) -> None:
    entry, _ = await called(gate)
    jws = (await pass_of(gate, entry))["jws"]
    gate.wait(seconds=wait)
    assert refused == codes(await check(gate, jws))
    assert bool(refused) == (await saved(jws))[0]


async def test_before_the_gate_opens_a_pass_is_not_yet_valid(gate: Gate, saved: Saved) -> None:
    """Calls may be made before the opening; their windows begin with it."""
    gate.go_to("2026-03-11T06:50:00+07:00")
    entry, _ = await called(gate)
    made = await pass_of(gate, entry)
    assert "2026-03-11T07:00:00+07:00" == made["opens_at"]
    assert ["not-yet-valid"] == codes(await check(gate, made["jws"]))
    assert "not-yet-valid: " in (await saved(made["jws"]))[1]
    gate.wait(minutes=10)
    assert (await check(gate, made["jws"]))["valid"]


@pytest.mark.parametrize("who", ["company-1", "board-1", "auditor"])
async def test_who_guards_nothing_checks_nothing(gate: Gate, who: str) -> None:
    body = {"jws": "a.b.c", "plate": PLATE, "gate": "tan-thanh"}
    assert 403 == (await gate.post("/v1/passes/checks", who, body)).status_code


async def test_a_gate_that_is_none_is_refused_by_its_name(gate: Gate) -> None:
    body = {"jws": "a.b.c", "plate": PLATE, "gate": "nowhere"}
    answer = await gate.post("/v1/passes/checks", "border_guard", body)
    assert (422, "/gate") == (answer.status_code, answer.json()["errors"][0]["pointer"])


DOCUMENTED = (Path(__file__).parents[2] / "docs" / "pass.md").read_text("utf-8")


async def test_the_documented_program_finds_what_the_service_finds(gate: Gate) -> None:
    program: dict[str, Any] = {}
    exec(DOCUMENTED.split("```python\n")[1].partition("```")[0], program)  # noqa: S102 - as readers will
    entry, _ = await called(gate)
    yards = await pass_of(gate, await gate.register(**lorry(2)))
    jws = (await pass_of(gate, entry))["jws"]
    keys = (await gate.get("/.well-known/jwks.json")).json()
    process: Process = gate.app.state.process
    signer = process.tools.signers.ed25519
    texts = (
        jws, yards["jws"], f"{jws[:-4]}AAAA", "no pass", "é.é.é", signer.sign({"v": 1}),
        signer.sign({"v": 2}, TYPE), Signers({"stranger": b"s" * 32}).ed25519.sign({}, TYPE),
    )  # fmt: skip
    for step in ("called", "revoked", "expired"):
        if step == "revoked":
            await revoke(gate, entry)
        if step == "expired":
            gate.wait(minutes=30)
        revoked = {"passes": await listed(gate)}
        for text in texts:
            for where, plate in (("tan-thanh", PLATE), ("huu-nghi", "15C 000-02")):
                found = codes(await check(gate, text, gate=where, plate=plate))
                if step == "expired" and text == jws:  # off the list, for it has expired
                    found.remove("revoked")
                asked = (text, keys, revoked, where, plate, gate.now.timestamp())
                assert found == program["refusals"](*asked), (step, text)


# --- when it holds no more -----------------------------------------------------------------------


async def admit(gate: Gate, entry: dict[str, Any]) -> Any:
    await gate.arrive(entry)
    return await gate.post(f"/v1/entries/{entry['id']}/admission", "border_guard")


async def cancel(gate: Gate, entry: dict[str, Any], who: str = "company-1") -> Any:
    return await gate.post(f"/v1/entries/{entry['id']}/cancellation", who, {"reason": "no buyer"})


async def revoke(gate: Gate, entry: dict[str, Any]) -> Any:
    return await cancel(gate, entry, "officer-1")


async def withdraw(gate: Gate, entry: dict[str, Any]) -> Any:
    calls = await gate.get("/v1/gates/tan-thanh/queues/export/calls", "officer-1")
    path = f"/v1/calls/{calls.json()['items'][0]['id']}/withdrawal"
    assert entry["id"] == calls.json()["items"][0]["entry"]
    return await gate.post(path, "officer-1", {"reason": "gọi nhầm"})


async def divert(gate: Gate, entry: dict[str, Any]) -> Any:
    body = {"gate": "huu-nghi", "reason": "the road is blocked"}
    return await gate.post(f"/v1/entries/{entry['id']}/diversion", "officer-1", body)


async def substitute(gate: Gate, entry: dict[str, Any]) -> Any:
    change = {"change": {"vehicle": {"tractor_plate": "15C-777.77"}}, "reason": "broke down"}
    path = f"/v1/entries/{entry['id']}/substitutions"
    made = (await gate.post(path, "company-1", change)).json()
    return await gate.post(f"{path}/{made['id']}/confirmation", "officer-1")


END: dict[str, Callable[[Gate, dict[str, Any]], Awaitable[Any]]] = {
    "admitted": admit,
    "cancelled": cancel,
    "revoked": revoke,
    "call-taken-back": withdraw,
    "diverted": divert,
    "plate-changed": substitute,
}


@pytest.mark.parametrize("why", END)
async def test_what_ends_a_pass_is_told_on_line_by_the_list_and_by_the_command(
    gate: Gate, saved: Saved, why: str
) -> None:
    entry, _ = await called(gate)
    made, (other, _) = await pass_of(gate, entry), await called(gate, 2)
    theirs = await pass_of(gate, other)
    assert {} == await listed(gate)
    if why == "call-taken-back":
        await withdraw(gate, other)
        made, theirs = theirs, made
    else:
        answer = await END[why](gate, entry)
        assert answer.is_success, answer.text
    assert {made["id"]: why} == await listed(gate)
    plate = made["plate"]
    checked = await check(gate, made["jws"], plate=plate)
    assert (["revoked"], why) == (codes(checked), checked["revoked"]["code"])
    assert checked["revoked"]["message"] in checked["message"]
    for written in ("json", "jws"):
        code, told = await saved(made["jws"], plate=plate, written=written)
        assert (1, True) == (code, f"revoked: {checked['message']}" in told)
        assert 0 == (await saved(theirs["jws"], plate=theirs["plate"], written=written))[0]


async def test_a_yards_pass_outlives_call_and_admission_but_no_ending(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    made = await pass_of(gate, entry)
    await gate.move(entry)
    await gate.call()
    await admit(gate, entry)
    assert {} == await listed(gate)
    assert (await check(gate, made["jws"], use="yard"))["valid"]
    await revoke(gate, entry)
    assert {made["id"]: "revoked"} == await listed(gate)


async def test_what_has_expired_is_not_listed_and_forgotten_a_day_later(
    gate: Gate, session: AsyncSession
) -> None:
    entry, _ = await called(gate)
    await pass_of(gate, entry)
    await revoke(gate, entry)
    process: Process = gate.app.state.process
    keeper = PassKeeper(Todays(is_production=False, machine_now=lambda: gate.now))
    for minutes, there, forgotten in ((29, 1, 0), (1, 0, 0), (24 * 60, 0, 0), (1, 0, 1)):
        gate.wait(minutes=minutes)
        assert there == len(await listed(gate))
        assert forgotten == await keeper.forget(process.sessions)
    assert [] == (await session.scalars(select(HandedPass))).all()


async def test_a_pass_of_which_nothing_is_known_is_refused_on_line(
    gate: Gate, session: AsyncSession
) -> None:
    """A backup was put back that is older than the pass."""
    entry, _ = await called(gate)
    made = await pass_of(gate, entry)
    await session.delete((await session.scalars(select(HandedPass))).one())
    await session.commit()
    checked = await check(gate, made["jws"])
    assert (["revoked"], "not-handed-out", None) == (
        codes(checked), checked["revoked"]["code"], checked["state"],
    )  # fmt: skip


async def test_the_list_is_the_same_for_a_minute_and_is_signed_where_asked(gate: Gate) -> None:
    entry, _ = await called(gate)
    made = await pass_of(gate, entry)
    await revoke(gate, entry)
    gate.wait(seconds=59)
    first = await gate.get(REVOCATIONS)
    headers = {"If-None-Match": first.headers["ETag"]}
    assert 304 == (await gate.get(REVOCATIONS, headers=headers)).status_code
    assert "public, max-age=10" == first.headers["Cache-Control"]
    signed = await gate.get(REVOCATIONS, headers={"Accept": "application/jose"})
    process: Process = gate.app.state.process
    assert "application/jose" == signed.headers["Content-Type"]
    said = process.tools.signers.ed25519.verify(signed.text, LIST_TYPE)
    assert {"v": 1, "iat": int(NINE.timestamp()), "passes": {made["id"]: "revoked"}} == said
    gate.wait(seconds=1)
    assert 200 == (await gate.get(REVOCATIONS, headers=headers)).status_code


@pytest.mark.parametrize(("many", "asked"), [(PART - 1, 1), (PART, 2), (PART + 1, 2)])
async def test_a_long_list_is_read_in_parts_and_whole(
    gate: Gate,
    session: AsyncSession,
    statements: Callable[[], Any],
    many: int,
    asked: int,
) -> None:
    entry = await gate.register(**lorry(1))
    await pass_of(gate, entry)
    (one,) = (await session.scalars(select(HandedPass))).all()
    columns = {name: value for name, value in vars(one).items() if not name.startswith("_")}
    others = [{**columns, "id": f"{number:012}"} for number in range(many - 1)]
    await session.execute(insert(HandedPass), others)
    await session.commit()
    await revoke(gate, entry)
    gate.forget()
    with statements() as sent:
        assert many == len((await gate.get(REVOCATIONS)).json()["passes"])
        await gate.get(REVOCATIONS)
    assert asked == len(sent), "\n".join(sent)


# --- the command's files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("keys", None),
        ("keys", "{}"),
        ("keys", "[" * 5000),
        ("revoked", None),
        ("revoked", "no list"),
        ("revoked", '{"as_of": "yesterday", "passes": {}}'),
        ("revoked", '{"as_of": "2026-03-11T09:00:00+07:00", "passes": []}'),
        ("revoked", Signers({"stranger": b"s" * 32}).ed25519.sign({"passes": {}}, LIST_TYPE)),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_named(
    tmp_path: Path, name: str, content: str | None
) -> None:
    contents: dict[str, str | None] = {
        "keys": json.dumps(Signers({"a": b"a" * 32}).jwks()),
        "revoked": json.dumps({"as_of": "2026-03-11T09:00:00+07:00", "passes": {}}),
        name: content,
    }
    for one, text in contents.items():
        if text is not None:
            (tmp_path / one).write_text(text)
    files = ["--keys", str(tmp_path / "keys"), "--revoked", str(tmp_path / "revoked")]
    given = ["pass", "check", *files, "--gate", "tan-thanh", "--plate", PLATE, "-"]
    done = CliRunner().invoke(command, given, input="a.b.c\n")
    assert 2 == done.exit_code
    assert done.output.startswith(f"{tmp_path / name}: ")


def test_a_reason_of_a_later_release_is_one_all_the_same(tmp_path: Path) -> None:
    signer = Signers({"a": b"a" * 32})
    said = {"v": 1, "jti": "q1w2E3r4T5y6", "ref": "E4K7-9QXPM2", "pla": "15C00001",
            "gat": "tan-thanh", "dir": "export", "use": "gate",
            "exp": int((NINE + timedelta(days=1)).timestamp())}  # fmt: skip
    (tmp_path / "keys").write_text(json.dumps(signer.jwks()))
    passes = {"q1w2E3r4T5y6": "eaten"}
    (tmp_path / "revoked").write_text(json.dumps({"as_of": NINE.isoformat(), "passes": passes}))
    files = ["--keys", str(tmp_path / "keys"), "--revoked", str(tmp_path / "revoked")]
    given = ["pass", "check", *files, "--gate", "tan-thanh", "--plate", PLATE, "-"]
    at = ["--at", NINE.isoformat(), "--language", "en"]
    done = CliRunner().invoke(command, [*given, *at], input=signer.ed25519.sign(said, TYPE))
    assert 1 == done.exit_code
    assert done.output.startswith("revoked: The pass holds no more.")
