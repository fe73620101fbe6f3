"""The public log by the API: anybody reads it, proves it, and keeps what it was."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.api.state import Process
from app.core.config import Settings, SettingsError
from app.core.signing import has_signed
from app.domain.log.checkpoints import (
    KeyType,
    NamedKey,
    Note,
    Signature,
    cosigned,
    read_checkpoint,
    read_key,
    read_note,
)
from app.domain.log.merkle import leaf_hash, proves_consistency, proves_inclusion
from app.main import create_app, make_sealer
from app.workers.feeding import number_events
from app.workers.sealing import SealingWorker
from app.workers.today import Todays
from tests.api.conftest import Gate, lorry

LOG = "/v1/log/tan-thanh/export"
ORIGIN = "border-gate/tan-thanh/export"
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(32))
WITNESS_KEY = NamedKey(
    "witness.example", KeyType.COSIGNATURE, WITNESS.public_key().public_bytes_raw()
)
SEEN = 1_773_194_400


async def seal(gate: Gate) -> None:
    process: Process = gate.app.state.process
    worker = SealingWorker(
        make_sealer(process.settings), Todays(is_production=False, machine_now=lambda: gate.now)
    )
    await number_events(process.sessions)
    await worker.seal(process.sessions)


@pytest.fixture
async def sealed(gate: Gate) -> Gate:
    """A gate at which one vehicle waits and another was called, sealed one after the other."""
    for number in (1, 2):
        await gate.move(await gate.register(**lorry(number)))
        if number == 2:
            await gate.call()
        await seal(gate)
    return gate


async def newest(gate: Gate) -> tuple[int, bytes, str]:
    """Return size and root of the newest checkpoint, and the note."""
    answer = await gate.get(f"{LOG}/checkpoint")
    assert 200 == answer.status_code, answer.text
    found = read_checkpoint(read_note(answer.text).text)
    return found.size, found.root, answer.text


async def test_a_checkpoint_is_signed_by_a_key_that_anybody_finds(sealed: Gate) -> None:
    _, _, text = await newest(sealed)
    found = (await sealed.get("/v1/log/key")).json()
    (log,) = [one for one in found["logs"] if one["origin"] == ORIGIN]
    (key,) = [read_key(one) for one in log["keys"]]
    note = read_note(text)
    (line,) = note.signatures
    assert key.made(line)
    assert has_signed(key.public, note.text, line.value)
    assert ORIGIN == read_checkpoint(note.text).origin
    assert [(b64encode(key.public).decode(), True)] == [
        (one["public"], one["signs"]) for one in found["keys"]
    ]


async def test_leaves_are_the_lines_that_are_hashed(sealed: Gate) -> None:
    size, _, _ = await newest(sealed)
    whole = await sealed.get(f"{LOG}/leaves")
    lines = whole.text.splitlines()
    assert size == len(lines)
    assert "application/x-ndjson" == whole.headers["content-type"]
    assert {"seal", "waiting.started", "call.made"} <= {json.loads(one)["kind"] for one in lines}
    assert "15C00001" not in whole.text
    part = await sealed.get(f"{LOG}/leaves", params={"from": 1, "limit": 2})
    assert lines[1:3] == part.text.splitlines()
    assert "public, max-age=31536000, immutable" == part.headers["cache-control"]
    assert "" == (await sealed.get(f"{LOG}/leaves", params={"from": size})).text
    tile = (await sealed.get(f"{LOG}/tile/0/000.p/{size}")).content
    assert tile == b"".join(leaf_hash(one.encode()) for one in lines)
    assert tile[:64] == (await sealed.get(f"{LOG}/tile/0/000.p/2")).content
    bundled = (await sealed.get(f"{LOG}/tile/entries/000.p/1")).content
    assert len(lines[0]).to_bytes(2) + lines[0].encode() == bundled


async def test_each_leaf_is_proven_to_be_in_every_log_after_it(sealed: Gate) -> None:
    archive = (await sealed.get(f"{LOG}/checkpoints")).json()
    assert not archive["more"]
    lines = (await sealed.get(f"{LOG}/leaves")).text.splitlines()
    sizes = [one["size"] for one in archive["items"]]
    assert 2 <= len(sizes)
    for one in archive["items"]:
        for index in range(one["size"]):
            asked = {"index": index, "size": one["size"]}
            found = (await sealed.get(f"{LOG}/proofs/inclusion", params=asked)).json()
            assert (lines[index], one["root"]) == (found["leaf"], found["root"])
            assert proves_inclusion(
                leaf_hash(found["leaf"].encode()), index, one["size"],
                [b64decode(beside) for beside in found["proof"]], b64decode(one["root"]),
            )  # fmt: skip
    now = (await sealed.get(f"{LOG}/proofs/inclusion", params={"index": 0})).json()
    assert sizes[-1] == now["size"]


async def test_a_log_is_proven_to_go_on_with_what_it_was(sealed: Gate) -> None:
    first, last = (await sealed.get(f"{LOG}/checkpoints")).json()["items"]
    found = (await sealed.get(f"{LOG}/proofs/consistency", params={"old": first["size"]})).json()
    assert (first["root"], last["root"]) == (found["old_root"], found["new_root"])
    assert proves_consistency(
        (first["size"], last["size"]), (b64decode(first["root"]), b64decode(last["root"])),
        [b64decode(one) for one in found["proof"]],
    )  # fmt: skip


async def test_the_archive_keeps_a_checkpoint_for_each_batch(sealed: Gate) -> None:
    first, last = (await sealed.get(f"{LOG}/checkpoints")).json()["items"]
    page = (await sealed.get(f"{LOG}/checkpoints", params={"limit": 1})).json()
    assert ([first], True) == (page["items"], page["more"])
    page = (await sealed.get(f"{LOG}/checkpoints", params={"after": first["size"]})).json()
    assert ([last], False) == (page["items"], page["more"])
    assert first == (await sealed.get(f"{LOG}/checkpoints/{first['size']}")).json()
    assert last["note"] == (await newest(sealed))[2]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param("/v1/log/nowhere/export/checkpoint", 404, "log-not-found", id="no gate"),
        pytest.param("/v1/log/huu-nghi/export/checkpoint", 404, "log-not-found", id="no leaf"),
        pytest.param(
            "/v1/log/huu-nghi/export/proofs/inclusion?index=0", 404, "log-not-found", id="-"
        ),
        pytest.param(f"{LOG}/checkpoints/1", 404, "checkpoint-not-found", id="no batch"),
        pytest.param(f"{LOG}/tile/0/000", 404, "tile-not-found", id="not yet full"),
        pytest.param(f"{LOG}/tile/9/000", 404, "tile-not-found", id="no such level"),
        pytest.param(f"{LOG}/tile/entries/000", 404, "tile-not-found", id="leaves to come"),
        pytest.param(f"{LOG}/proofs/inclusion?index=900", 422, "beyond-log", id="no such leaf"),
        pytest.param(f"{LOG}/proofs/inclusion?index=3&size=3", 422, "beyond-log", id="later"),
        pytest.param(f"{LOG}/proofs/consistency?old=3&new=2", 422, "beyond-log", id="backwards"),
        pytest.param(f"{LOG}/proofs/consistency?old=0&new=900", 422, "beyond-log", id="to come"),
    ],
)
async def test_what_is_not_there_is_a_problem(
    sealed: Gate, path: str, status: int, code: str
) -> None:
    answer = await sealed.get(path)
    assert (status, code) == (answer.status_code, answer.json()["code"])


async def test_what_never_changes_is_kept_by_who_has_it(sealed: Gate) -> None:
    answer = await sealed.get(f"{LOG}/tile/0/000.p/2")
    assert "public, max-age=31536000, immutable" == answer.headers["cache-control"]
    again = await sealed.get(
        f"{LOG}/tile/0/000.p/2", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert 304 == again.status_code
    newest_one = await sealed.get(f"{LOG}/checkpoint")
    assert "public, max-age=1" == newest_one.headers["cache-control"]


async def test_boards_reports_and_passes_tell_how_the_log_stands(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    unknown = (await gate.board())["log"]
    path = f"/v1/entries/{entry['id']}/pass"
    before = (await gate.get(path, "company-1")).headers["etag"]
    await seal(gate)
    await gate.app.state.process.pulse()
    archive = (await gate.get(f"{LOG}/checkpoints")).json()["items"]
    head = {name: archive[-1][name] for name in ("size", "root", "sealed_at")}
    handed = await gate.get(path, "company-1")
    report = (await gate.get("/v1/reports/daily", params={"area": "tan-thanh"})).json()
    assert (None, head) == (unknown, (await gate.board())["log"])
    assert (before, head) == (handed.headers["etag"], handed.json()["log"])
    assert [{**head, "gate": "tan-thanh", "direction": "export"}] == report["logs"]
    other = (await gate.get("/v1/reports/daily", params={"area": "huu-nghi"})).json()
    assert [] == other["logs"]
    assert (await gate.board("huu-nghi"))["log"] is None


# --- witnesses ------------------------------------------------------------------------------------


def witnessed(text: str, *, at: int = SEEN, name: str = "witness.example") -> str:
    """Return a note with a line of the witness after all that it has."""
    note = read_note(text)
    value = at.to_bytes(8) + WITNESS.sign(cosigned(note.text, at).encode())
    line = Signature(name, WITNESS_KEY.id, value)
    return str(Note(note.text, [*note.signatures, line]))


async def cosign(gate: Gate, note: str) -> tuple[int, Any]:
    answer = await gate.post(f"{LOG}/cosignatures", None, {"note": note})
    return answer.status_code, answer.json()


@pytest.fixture
def with_witness(sealed: Gate) -> Gate:
    sealed.app.state.process.witnesses = [WITNESS_KEY]
    return sealed


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(str(NamedKey("log.example", KeyType.NOTE, bytes(32))), id="one that signs"),
        pytest.param("witness.example+00000000+" + "A" * 44, id="one whose id is another's"),
    ],
)
def test_no_service_begins_with_a_witness_that_could_never_sign(key: str) -> None:
    with pytest.raises(SettingsError, match=r"^GATE_LOG_WITNESSES: "):
        create_app(Settings(log_witnesses=f"{WITNESS_KEY},{key}"))


async def test_a_witness_cosigns_a_checkpoint_that_all_then_see(with_witness: Gate) -> None:
    gate = with_witness
    size, _, text = await newest(gate)
    status, found = await cosign(gate, witnessed(text))
    assert (201, size) == (status, found["size"])
    seen = datetime.fromisoformat(found["cosignatures"][0]["seen_at"])
    assert ("witness.example", datetime.fromtimestamp(SEEN, UTC)) == (
        found["cosignatures"][0]["witness"], seen,
    )  # fmt: skip
    assert witnessed(text) == (await newest(gate))[2]
    assert found == (await gate.get(f"{LOG}/checkpoints/{size}")).json()
    assert [str(WITNESS_KEY)] == (await gate.get("/v1/log/key")).json()["witnesses"]
    # What it said first stays.
    assert (201, found) == await cosign(gate, witnessed(text, at=SEEN + 60))


async def test_an_old_checkpoint_is_cosigned_too(with_witness: Gate) -> None:
    first, _ = (await with_witness.get(f"{LOG}/checkpoints")).json()["items"]
    status, found = await cosign(with_witness, witnessed(first["note"]))
    assert (201, first["size"]) == (status, found["size"])


async def refused(gate: Gate, note: str) -> str:
    status, found = await cosign(gate, note)
    assert (422, "cosignature-refused") == (status, found["code"])
    reason: str = found["reason"]
    return reason


async def test_no_word_of_anybody_else_is_taken(with_witness: Gate) -> None:
    gate = with_witness
    _, _, text = await newest(gate)
    assert "unreadable" == await refused(gate, "no note")
    assert "unreadable" == await refused(gate, f"no checkpoint\n\n{text.splitlines()[-1]}\n")
    assert "unreadable" == await refused(gate, witnessed(text, at=2**63))
    assert "unknown-witness" == await refused(gate, text)
    assert "unknown-witness" == await refused(gate, witnessed(text, name="other.example"))
    assert "unknown-checkpoint" == await refused(
        gate, witnessed(text.replace(ORIGIN, "border-gate/huu-nghi/export"))
    )
    root = text.splitlines()[2]
    forked = text.replace(root, b64encode(bytes(32)).decode())
    assert "unknown-checkpoint" == await refused(gate, witnessed(forked))
    said = witnessed(text).splitlines(keepends=True)
    stolen = witnessed(text.replace(root, b64encode(bytes(32)).decode())).splitlines()[-1]
    assert "wrong-signature" == await refused(gate, "".join([*said[:-1], stolen, "\n"]))
