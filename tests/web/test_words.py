"""Pages say everything in three languages, and only what there is to be said."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.domain.events import FOR_COMPANIES
from app.web.words import HAPPENED, WORDS, own

WEB = Path(__file__).parents[2] / "app" / "web"
SOURCES = [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
WHOLE = re.compile(r"""\bsay\(\s*f?["']([a-z0-9.-]+)["']\s*[,)]""")
BEGUN = re.compile(r"""\bsay\(\s*f?["']([a-z0-9.-]+)(?:["']\s*~|\{)""")


def said(pattern: re.Pattern[str]) -> set[str]:
    return {key for path in SOURCES for key in pattern.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("key", sorted(own()))
def test_a_sentence_is_there_in_each_language_with_the_same_facts(key: str) -> None:
    text: Mapping[str, str | None] = own()[key]  # type: ignore[assignment] # looked at by its keys
    assert {"vi", "en", "zh"} == set(text)
    facts = [sorted(re.findall(r"\{(\w+)\}", text[language] or "")) for language in text]
    assert all(text[language] for language in text)
    assert facts[0] == facts[1] == facts[2]


def test_what_templates_say_is_there() -> None:
    unknown = {key for key in said(WHOLE) if key not in WORDS and f"web.{key}" not in WORDS}
    assert set() == unknown


def test_what_is_there_is_said() -> None:
    whole, begun = said(WHOLE), tuple(said(BEGUN))
    assert begun
    unsaid = {key for key in own() if key not in whole and not key.startswith(begun)}
    assert set() == unsaid


def test_all_that_a_company_may_be_told_of_has_a_name() -> None:
    assert set() == FOR_COMPANIES - HAPPENED - {"bank_secret.made"}


def test_a_link_to_an_answer_of_the_api_carries_the_language_of_its_page() -> None:
    """What a browser prefers goes with it otherwise; a signed note is the same in all of them."""
    plain = re.compile(r'href="\{\{ root \}\}/v1/[^"]*?([a-z]*)"')
    found = {end for path in SOURCES for end in plain.findall(path.read_text("utf-8"))}
    assert {"checkpoint"} == found
