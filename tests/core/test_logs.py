"""Log lines, seen from outside the process that writes them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import logging
import structlog
from app.core.config import Settings
from app.core.logs import configure_logs

configure_logs(Settings(log_format={form!r}, log_level={level!r}))
log = structlog.get_logger("gate")
log.debug("too_small")
log.info("entry_called", gate="tan-thanh", word="cửa khẩu")
logging.getLogger("library").warning("it %s", "warns", extra={{"count": 3}})
logging.getLogger("uvicorn.access").info("GET /v1/tracking/token")
try:
    secret = "12C-000.17"
    raise ValueError("no value of a variable follows")
except ValueError:
    log.exception("went_wrong")
"""


def lines_of(form: str, level: str = "info") -> list[str]:
    """Return what a process logs; nothing goes to its standard output."""
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", PROGRAM.format(form=form, level=level)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "" == ended.stdout
    return ended.stderr.splitlines()


def test_json_is_an_object_a_line_with_event_level_time_and_facts() -> None:
    lines = [json.loads(line) for line in lines_of("json")]
    assert ["entry_called", "it warns", "went_wrong"] == [line["event"] for line in lines]
    assert {"gate": "tan-thanh", "word": "cửa khẩu", "level": "info"}.items() <= lines[0].items()
    assert lines[0]["timestamp"].endswith("Z")
    assert 3 == lines[1]["count"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_variable(form: str) -> None:
    text = "\n".join(lines_of(form))
    assert "no value of a variable follows" in text
    assert "12C-000.17" not in text
    assert "locals" not in text


def test_no_colours_go_into_a_file() -> None:
    assert not any("\x1b" in line for line in lines_of("console"))


def test_addresses_of_requests_are_not_logged() -> None:
    assert not any("tracking" in line for line in lines_of("console", "debug"))


def test_a_level_leaves_out_what_is_below_it() -> None:
    assert any("too_small" in line for line in lines_of("console", "debug"))
    assert not any("entry_called" in line for line in lines_of("console", "warning"))
