"""Checkpoints, notes and keys are written as C2SP says, and read in no other spelling."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.log.checkpoints import (
    Checkpoint,
    KeyType,
    NamedKey,
    Note,
    NoteError,
    Signature,
    cosigned,
    origin_of,
    read_checkpoint,
    read_key,
    read_note,
    time_of,
)

ROOT = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
BODY = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
# The example of golang.org/x/mod/sumdb/note, and so of C2SP signed-note.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
    "6KE6RyyBwJnAM=\n"
)
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)


def test_a_checkpoint_is_three_lines() -> None:
    checkpoint = Checkpoint("example.com/behind-the-sofa", 20852163, ROOT)
    assert BODY == checkpoint.body
    assert checkpoint == read_checkpoint(BODY)
    assert Checkpoint("here", 0, ROOT) == read_checkpoint(Checkpoint("here", 0, ROOT).body)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(BODY[:-1], id="no end of the line"),
        pytest.param(BODY + "more\n", id="a line more"),
        pytest.param(BODY.replace("20852163", "020852163"), id="a zero in front"),
        pytest.param(BODY.replace("20852163", "-1"), id="a negative size"),
        pytest.param(BODY.replace("20852163", "٣"), id="other digits"),
        pytest.param(BODY.replace("CsUYapGG", "CsUY"), id="a root of another length"),
        pytest.param(BODY.replace("q2I=", "q2J="), id="base64 with bits that nobody reads"),
        pytest.param(BODY.replace("q2I=", "q2I"), id="base64 without its end"),
        pytest.param(BODY.replace("q2I=", "ä2I="), id="no base64"),
        pytest.param(BODY.removeprefix("example.com/behind-the-sofa"), id="no name"),
    ],
)
def test_a_text_in_another_spelling_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteError):
        read_checkpoint(text)


def test_a_note_is_read_as_others_write_it() -> None:
    note, key = read_note(f"{TEXT}\n{LINE}"), read_key(VKEY)
    assert TEXT == note.text
    assert f"{TEXT}\n{LINE}" == str(note)
    assert NamedKey("PeterNeumann", KeyType.NOTE, key.public) == key
    assert VKEY == str(key)
    assert [True] == [key.made(one) for one in note.signatures]
    assert not NamedKey("PeterNeumann", KeyType.COSIGNATURE, key.public).made(note.signatures[0])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT, id="no signature"),
        pytest.param(f"{TEXT}\n", id="an empty list"),
        pytest.param(f"{TEXT}\n{LINE[:-1]}", id="no end of the line"),
        pytest.param(f"{TEXT}\n{LINE.replace('—', '-')}", id="another dash"),
        pytest.param(f"{TEXT}\n{LINE}{LINE.replace('PeterNeumann', 'P+N')}", id="a plus in a name"),
        pytest.param(f"{TEXT}\n— name AAAA\n", id="no room for a signature"),
        pytest.param(f"{TEXT}\n{LINE * 160}", id="too long"),
    ],
)
def test_a_text_in_another_spelling_is_no_note(text: str) -> None:
    with pytest.raises(NoteError):
        read_note(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("PeterNeumann", id="a name alone"),
        pytest.param(VKEY.replace("c74f20a3", "c74f20a4"), id="the id of another key"),
        pytest.param(VKEY.replace("c74f20a3", "C74F20A3"), id="capitals"),
        pytest.param(VKEY.replace("PeterNeumann", ""), id="no name"),
        pytest.param(VKEY.replace("ARpc", "AAAAARpc"), id="another length"),
        pytest.param(VKEY.replace("ARpc", "CRpc"), id="another use"),
    ],
)
def test_a_text_in_another_spelling_is_no_key(text: str) -> None:
    with pytest.raises(NoteError):
        read_key(text)


@given(
    st.lists(
        st.builds(
            Signature,
            st.from_regex(r"[a-z./]+", fullmatch=True),
            st.binary(min_size=4, max_size=4),
            st.binary(min_size=1, max_size=80),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_note_is_read_as_it_was_written(signatures: list[Signature]) -> None:
    assert Note(BODY, signatures) == read_note(str(Note(BODY, signatures)))


def test_a_witness_signs_when_it_saw_a_checkpoint() -> None:
    assert f"cosignature/v1\ntime 1679315147\n{BODY}" == cosigned(BODY, 1679315147)
    stamped = Signature("witness", b"keys", (1679315147).to_bytes(8) + b"s" * 64)
    assert (1679315147, b"s" * 64) == time_of(stamped)
    with pytest.raises(NoteError):
        time_of(Signature("witness", b"keys", b"s" * 64))


def test_a_log_is_named_by_its_service_and_queue() -> None:
    assert "gate.example/tan-thanh/export" == origin_of("gate.example", "tan-thanh", "export")
