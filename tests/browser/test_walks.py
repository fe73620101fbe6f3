"""Walks leave nothing out: each page, and each answer to a form, is looked at by somebody."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from fastapi import FastAPI
from starlette.routing import Route

from app.core.config import Settings
from app.web import pages
from app.web.site import install
from app.web.visits import lead
from tests.browser.answers import LEADS, NEVER_REFUSED, Sent
from tests.browser.walks import NO_PAGES, WALKS, Seen

TEMPLATES = Path(pages.__file__).with_name("templates").rglob("*.html")
NAMED = {
    act
    for path in TEMPLATES
    for act in re.findall(r'if (?:answer and )?outcome\.act == "([\w-]+)"', path.read_text("utf-8"))
}
"""Acts of which a template says something that it says of no other."""

Walked = TypeVar("Walked", Seen, Sent)


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    site = FastAPI(openapi_url=None)
    install(site, Settings())
    return [route for route in site.routes if isinstance(route, Route)]


def test_each_page_is_seen_by_somebody(routes: list[Route]) -> None:
    """A new page is named in `walks`, and what goes is taken out there."""
    got = shown(routes)
    seen = {one.route for one in walked(Seen) if one.status == 200}
    assert (set(), set()) == (got ^ (seen | set(NO_PAGES)), seen & set(NO_PAGES))


def test_each_form_is_seen_where_it_was_done_unless_it_then_leads_elsewhere(
    routes: list[Route],
) -> None:
    """A new form is sent in `answers`; what goes is taken out there."""
    groups = drawers(routes)
    done, led = {bare(one.route) for one in walked(Sent) if one.status == 200}, bares(LEADS)
    assert set() == done & led
    assert set() == (done | led) - set().union(*groups.values())
    assert {} == {group: to for group, to in groups.items() if not to & (done | led)}


def test_each_page_is_seen_where_a_form_of_it_was_refused(routes: list[Route]) -> None:
    refused = {bare(one.route) for one in walked(Sent) if one.status != 200}
    pages: defaultdict[str, set[str]] = defaultdict(set)
    for (page, _), to in drawers(routes).items():
        pages[page] |= to
    assert {} == {
        page: to for page, to in pages.items() if not to & (refused | bares(NEVER_REFUSED))
    }


@pytest.mark.parametrize("act", sorted(NAMED))
def test_what_a_template_says_of_one_act_is_seen(act: str) -> None:
    done = [one for one in walked(Sent) if one.status == 200]
    assert [one for one in done if f'"{act}"' in one.form or act == one.typed.get("act")]


def walked(kind: type[Walked]) -> Iterator[Walked]:
    """Yield what somebody looks at, of a kind."""
    return (one for walk in WALKS.values() for one in walk.pages if isinstance(one, kind))


def bare(path: str) -> str:
    """Return a path whose parameters have no names: several things may stand at one address."""
    return re.sub(r"{\w+}", "{}", path)


def bares(paths: Iterable[str]) -> set[str]:
    return {bare(path) for path in paths}


def shown(routes: list[Route]) -> set[str]:
    """Return the addresses that show something, and lead nowhere else."""
    return {
        route.path
        for route in routes
        if "GET" in (route.methods or ()) and route.name != lead.__name__
    }


def drawers(routes: list[Route]) -> Mapping[tuple[str, str], set[str]]:
    """Return where forms are sent, by the page that answers and the function that draws it.

    The page is what stands at the address, or above it.
    """
    pages = shown(routes)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for route in routes:
        if "POST" in (route.methods or ()):
            above = (page for page in pages if f"{route.path}/".startswith(f"{page}/"))
            page = max(above, key=len, default=route.path)
            found[page, route.endpoint.__qualname__].add(bare(route.path))
    return found
