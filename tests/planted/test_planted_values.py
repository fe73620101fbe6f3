"""Of the personal data that a whole day was told, nothing is found where none belong.

A process of its own, logging all that it can, traced whole; everybody asks for everything, rightly
and wrongly. Then its answers, webhooks, logs, traces, metrics, sheets and every row are looked
through. Whoever sends something new to others adds it to the story and to `places`.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.config import Settings
from app.core.embedded import running_url
from app.models import Base
from tests.cli.conftest import starting
from tests.cli.tracing import collecting
from tests.planted.listening import listening
from tests.planted.needles import DRIVER, NAME, PHONE, WORDS, found
from tests.planted.story import READ_IN_FULL, Story, tell

Rows = dict[str, list[str]]


@dataclass
class Witness:
    """What was left of a day."""

    story: Story
    spans: list[dict[str, object]]
    files: dict[Path, str]
    rows: Rows
    as_json: Rows
    to_drivers: list[str]
    """What the gateway for text messages was sent."""


@contextmanager
def witnessing(folder: Path) -> Iterator[Witness]:
    """Let a day go by, and give all that is left of it when the service has stopped."""
    sheets = folder / "sheets"
    with (
        collecting(folder) as traces, listening() as listener, listening() as gateway,
        starting(folder / "var") as start,
    ):  # fmt: skip
        service = start(
            GATE_NOTIFY_URL=gateway.url,
            GATE_LOG_LEVEL="debug",
            GATE_LOG_FORMAT="json",
            GATE_SHEETS_DIR=str(sheets),
            GATE_EGRESS_OPEN="true",
            **traces.settings,
        )
        with httpx.Client(base_url=service.url, timeout=30) as http:
            story = Story(service, http, listener, gateway)
            tell(story)
        rows, as_json = dump(service.folder)
        assert 0 == service.stop()
        texts = {path: path.read_text(errors="replace") for path in left(service.folder, sheets)}
        yield Witness(story, traces.spans, texts, rows, as_json, gateway.sent)


def left(folder: Path, sheets: Path) -> Iterator[Path]:
    """Yield what a service writes beside its database."""
    yield folder.parent / "out"
    yield folder / "postgres.log"
    yield from sheets.rglob("*.html")


def dump(folder: Path) -> tuple[Rows, Rows]:
    """Return every row of every table as the database writes it, and as JSON; bytes are hex."""
    url = Settings(database_url=SecretStr(str(running_url(folder)))).database_address
    with ThreadPoolExecutor(1) as thread:  # this one keeps the event loop of the tests
        return thread.submit(asyncio.run, _dump(url)).result()


async def _dump(url: str) -> tuple[Rows, Rows]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        names = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = list(await connection.scalars(names))
        forms = []
        for form in ("row_of::text", "row_to_json(row_of)::text"):
            said = {one: text(f"SELECT {form} FROM {one} row_of") for one in tables}
            forms.append({one: list(await connection.scalars(said[one])) for one in tables})
    await engine.dispose()
    return forms[0], forms[1]


def test_of_what_a_day_was_told_nothing_is_found_where_it_does_not_belong(tmp_path: Path) -> None:
    """One test, for the day is long; what is found is named by its place."""
    with witnessing(tmp_path) as witness:
        ensure_the_finder_sees(witness)
        ensure_all_was_told(witness)
        assert {} == {place: hit for place, text in places(witness) if (hit := found(text))}


def ensure_the_finder_sees(witness: Witness) -> None:
    """Were it blind, nothing would ever be found."""
    full = [answer.text for what, answer in witness.story.answers if what in READ_IN_FULL]
    assert set(DRIVER.values()) <= set().union(*map(found, full))
    for form in (WORDS, WORDS.encode().hex(), json.dumps(WORDS), WORDS.upper()):
        assert {NAME, PHONE} <= found(form)


def ensure_all_was_told(witness: Witness) -> None:
    """Were a place empty, nothing would be found there."""
    states = {json.loads(row)["state"] for row in witness.as_json["entries"]}
    assert {"crossed", "queued", "registered"} == states
    kinds = {json.loads(row)["kind"] for row in witness.as_json["events"]}
    assert {
        "entry.registered", "entry.driver_changed", "call.missed", "order.paid", "strike.appealed",
        "difficulty.answered", "entry.erasure_asked",
    } <= kinds  # fmt: skip
    assert {"977318246"} <= found("".join(witness.to_drivers))
    for table in (
        "stored_answers", "personal_reads", "difficulties", "strikes", "observations", "members",
        "batch_rows", "driver_messages",
    ):  # fmt: skip
        assert witness.rows[table], table
    assert len(Base.metadata.tables) <= len(witness.rows)
    (out,) = (text for path, text in witness.files.items() if path.name == "out")
    levels = {json.loads(line)["level"] for line in out.splitlines() if line.startswith("{")}
    assert {"debug", "info"} <= levels
    names = {str(span["name"]) for span in witness.spans}
    assert {"POST /v1/entries", "GET /v1/entries/{entry}/driver"} <= names


def places(witness: Witness) -> Iterator[tuple[str, str]]:
    """Yield every place that must have none of it, by a name, with what is there."""
    for what, answer in witness.story.answers:
        yield f"address of {what}", str(answer.request.url)
        yield f"headers of {what}", str(answer.headers)
        if what not in READ_IN_FULL:
            yield f"answer of {what}", answer.text
    for path, said in witness.files.items():
        yield f"file {path.name}", said
    for span in witness.spans:
        yield f"span {span['name']}", json.dumps(span, ensure_ascii=False)
    for table, rows in witness.rows.items():  # declared documents, findings, stored answers too
        yield f"table {table}", "\n".join(rows)
    yield from (("a webhook", one) for one in witness.story.listener.sent)
    for one in witness.to_drivers:  # the number itself, and nothing beside it
        yield "a text message", re.sub(r'"to":"\+[0-9]+"', "", one)
