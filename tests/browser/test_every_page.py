"""Every page: read by everybody in three languages, at three widths, light and dark, unscripted."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, expect
from starlette.routing import Match

from app.core.config import Settings
from app.main import create_app
from tests.browser.answers import Sent
from tests.browser.everything import everything
from tests.browser.opening import Opener
from tests.browser.tabs import LANGUAGES, WIDTHS, Tab, tab
from tests.browser.walks import WALKS, Seen
from tests.conftest import by_depth
from tests.live import Live

THEMES: Final = {"vi": "light", "en": "auto", "zh": "dark"}
"""What is chosen beside a language. The machine is dark, so `auto` is dark too."""
WIDE, NARROW = 1366, 360
ALL: Final[Sequence[str]] = ()
CONTRAST: Final = ("color-contrast",)
ON_TELEPHONES: Final = ("target-size", "scrollable-region-focusable")
READ: Final = by_depth(LANGUAGES[:1], LANGUAGES)
"""The languages in which every page is read."""
CHECKED: Final[Mapping[str, Mapping[int, Sequence[str]]]] = {
    "vi": {NARROW: ALL, WIDE: CONTRAST},
    "en": {WIDE: ALL},
    "zh": {WIDE: ALL, NARROW: ON_TELEPHONES},
}
"""What axe looks for at which width; it takes longest.

Each rule is asked at both widths: the languages have one and the same elements, so that rules of
names and roles find in one what they would in another. Contrast is asked of each theme too, light
at both widths, for a narrow screen shows what a wide one hides.
"""
ANSWERED: Final[Mapping[str, Mapping[int, Sequence[str]]]] = {
    "vi": {NARROW: ALL},
    "zh": {WIDE: ALL},
}
"""The same of answers to forms: all that is there beside them was looked at before."""
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
TWICE: Final = """() => [...document.querySelectorAll("[role=alert] code")]
  .map(one => one.textContent)
  .filter(one => document.querySelector(`[aria-invalid=true][name=${CSS.escape(one)}]`))"""
"""What is told above a form though it stands beside its field."""


@pytest.fixture(scope="module")
def opener(gate: Live) -> Opener:
    return Opener(everything(gate))


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


@pytest.mark.parametrize("language", READ)
@pytest.mark.parametrize("whose", WALKS)
async def test_it_is_readable_at_every_width(
    reader: Tab, opener: Opener, whose: str, language: str
) -> None:
    walk, faults = WALKS[whose], list[Any]()
    await reader.be(walk.who, language, THEMES[language])
    for seen in walk.pages:
        async for fault in wrong_with(reader, seen, opener, language):
            faults.append((seen.path, fault))
    await reader.page.goto("about:blank")
    assert [] == faults, faults


@pytest.mark.parametrize("whose", WALKS)
async def test_it_says_and_does_the_same_without_a_script(
    unscripted: Tab, service: FastAPI, opener: Opener, whose: str
) -> None:
    walk, faults = WALKS[whose], list[Any]()
    await unscripted.be(walk.who, "en")
    for seen in walk.pages:
        await opened(unscripted, seen, opener)
        idle = await unscripted.page.evaluate(IDLE)
        twice = await unscripted.page.evaluate(TWICE)
        lost = [aim for aim in await unscripted.page.evaluate(AIMS) if not leads(service, *aim)]
        faults += [(seen.path, fault) for fault in (*idle, *twice, *lost)]
    assert [] == faults, faults


async def opened(one: Tab, seen: Seen | Sent, opener: Opener) -> None:
    """Open a page with all that is folded on it; it has a heading, and what it is to show."""
    one.complaints.clear()
    answer = await opener.open(one, seen)
    assert answer is not None
    told = await one.page.locator("main").inner_text()
    assert seen.status == answer.status, f"{seen.path}: {told}"
    await one.page.evaluate(OPEN)
    await expect(one.page.locator("h1")).to_have_text(re.compile(r"\S"))
    await expect(one.page.locator(seen.shows).first, seen.path).to_be_visible()


async def wrong_with(
    one: Tab, seen: Seen | Sent, opener: Opener, language: str
) -> AsyncIterator[object]:
    """Yield all that is wrong with a page in a language."""
    checked = ANSWERED if isinstance(seen, Sent) else CHECKED
    await opened(one, seen, opener)
    if await one.page.locator("[data-freshness]").count():
        await expect(one.page.locator("[data-freshness]")).to_have_class("freshness live")
    if language != (told := await one.page.locator("html").get_attribute("lang")):
        yield told
    for width, height in WIDTHS.items():
        await one.page.set_viewport_size({"width": width, "height": height})
        if wide := await one.overflow():
            yield width, wide
        if width in (rules := checked.get(language, {})):
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
