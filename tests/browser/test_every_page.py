"""Every page: read by everybody in three languages, at three widths, light and dark, unscripted."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, expect
from starlette.routing import Match, Route

from app.core.config import Settings
from app.main import create_app
from app.web.site import install
from app.web.visits import lead
from tests.browser.everything import Names, everything
from tests.browser.tabs import LANGUAGES, WIDTHS, Tab, tab
from tests.browser.walks import NO_PAGES, WALKS, Seen
from tests.live import Live

THEMES: Final = {"vi": "light", "en": "auto", "zh": "dark"}
"""What is chosen beside a language. The machine is dark, so `auto` is dark too."""
WIDE, NARROW = 1366, 360
CHECKED: Final[Mapping[str, Sequence[str]]] = {"vi": (), "en": ("color-contrast",), "zh": ()}
"""What axe looks for at an office's width, all where nothing is named; it takes longest."""
ON_TELEPHONES: Final = ("target-size", "scrollable-region-focusable")
"""What a narrow screen alone may break."""
OPEN: Final = "document.querySelectorAll('details').forEach(one => one.open = true)"
IDLE: Final = """() => [...document.querySelectorAll("button, [type=submit], a, summary")]
  .filter(one => one.checkVisibility() && !(one.href || one.form && one.type === "submit"
    || one.matches("details > summary"))).map(one => one.outerHTML)"""
"""Controls that can be seen, and do nothing by themselves."""
AIMS: Final = """() => [
  ...[...document.querySelectorAll("a[href]")].map(one => ["GET", one.href]),
  ...[...document.forms].map(one => [one.method.toUpperCase(), one.action]),
].filter(([method, to]) => to.startsWith(location.origin))"""
"""Where the links and the forms of a page lead on this service."""


@pytest.fixture(scope="module")
def names(gate: Live) -> Names:
    return everything(gate)


@pytest.fixture(scope="module")
async def reader(browser: Browser, gate: Live) -> AsyncIterator[Tab]:
    """One tab for all walks: a browser that begins anew takes longer than its pages."""
    async with tab(browser, gate.url, dark=True, still=True) as one:
        yield one


@pytest.fixture(scope="module")
async def unscripted(browser: Browser, gate: Live) -> AsyncIterator[Tab]:
    async with tab(browser, gate.url, script=False) as one:
        yield one


@pytest.fixture(scope="module")
def service() -> FastAPI:
    return create_app(Settings())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("whose", WALKS)
async def test_it_is_readable_at_every_width(
    reader: Tab, names: Names, whose: str, language: str
) -> None:
    walk, faults = WALKS[whose], list[Any]()
    await reader.be(walk.who, language, THEMES[language])
    for seen in walk.pages:
        async for fault in wrong_with(reader, seen, names, language):
            faults.append((seen.path, fault))
    await reader.page.goto("about:blank")
    assert [] == faults


@pytest.mark.parametrize("whose", WALKS)
async def test_it_says_and_does_the_same_without_a_script(
    unscripted: Tab, service: FastAPI, names: Names, whose: str
) -> None:
    walk, faults = WALKS[whose], list[Any]()
    await unscripted.be(walk.who, "en")
    for seen in walk.pages:
        await opened(unscripted, seen, names)
        idle = await unscripted.page.evaluate(IDLE)
        lost = [aim for aim in await unscripted.page.evaluate(AIMS) if not leads(service, *aim)]
        faults += [(seen.path, fault) for fault in (*idle, *lost)]
    assert [] == faults


def test_each_page_is_seen_by_somebody() -> None:
    """A new page is named in `walks`, and what goes is taken out there."""
    site = FastAPI(openapi_url=None)
    install(site, Settings())
    got = {
        route.path
        for route in site.routes
        if isinstance(route, Route) and "GET" in (route.methods or ())
        if route.name != lead.__name__
    }
    seen = {one.route for walk in WALKS.values() for one in walk.pages if one.status == 200}
    assert (set(), set()) == (got ^ (seen | set(NO_PAGES)), seen & set(NO_PAGES))


async def opened(one: Tab, seen: Seen, names: Names) -> None:
    """Open a page with all that is folded on it; it has a heading, and what it is to show."""
    one.complaints.clear()
    answer = await one.page.goto(one.url + seen.path.format_map(names))
    assert answer is not None
    assert seen.status == answer.status, seen.path
    await one.page.evaluate(OPEN)
    await expect(one.page.locator("h1")).to_have_text(re.compile(r"\S"))
    await expect(one.page.locator(seen.shows).first, seen.path).to_be_visible()


async def wrong_with(one: Tab, seen: Seen, names: Names, language: str) -> AsyncIterator[object]:
    """Yield all that is wrong with a page in a language."""
    await opened(one, seen, names)
    if await one.page.locator("[data-freshness]").count():
        await expect(one.page.locator("[data-freshness]")).to_have_class("freshness live")
    if language != (told := await one.page.locator("html").get_attribute("lang")):
        yield told
    for width, height in WIDTHS.items():
        await one.page.set_viewport_size({"width": width, "height": height})
        if wide := await one.overflow():
            yield width, wide
        if width in (rules := {WIDE: CHECKED[language], NARROW: ON_TELEPHONES}):
            for fault in await one.violations(*rules[width]):
                yield width, fault
    for complaint in one.complaints:
        if seen.status == 200 or str(seen.status) not in complaint:
            yield complaint


def leads(service: FastAPI, method: str, address: str) -> bool:
    """Tell whether something answers at an address."""
    path = urlsplit(address).path
    asked = {"type": "http", "method": method, "path": path, "headers": []}
    return any(route.matches(asked)[0] is Match.FULL for route in service.routes)
