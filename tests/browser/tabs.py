"""What a person has in hand: a browser of some width and language, and its complaints."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    async_playwright,
)

WIDTHS: Final[Mapping[int, int]] = {360: 740, 1366: 768, 1920: 1080}
"""The heights of screens by their widths: an old phone, an office's PC, a board on a wall."""
LANGUAGES: Final = ("vi", "en", "zh")
SCREENSHOTS: Final = Path(__file__).parents[2] / "docs" / "screenshots"
IS_KEPT: Final = "SCREENSHOTS" in os.environ
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SEND: Final = """([to, fields]) => {
  const form = document.body.appendChild(document.createElement("form"));
  Object.assign(form, {method: "post", action: to});
  for (const [name, value] of Object.entries(fields)) {
    const isFile = Array.isArray(value);
    const one = form.appendChild(document.createElement(isFile ? "input" : "textarea"));
    one.name = name;
    if (!isFile) { one.value = value; continue; }
    const files = new DataTransfer();
    files.items.add(new File([value[1]], value[0]));
    Object.assign(one, {type: "file", files: files.files});
    form.enctype = "multipart/form-data";
  }
  form.submit();
}"""
"""Sends a form with the fields; one that is a pair is a file, by its name and what is in it."""
CHROMIUMS: Final = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first takes a quarter of the others' time: it has no windows, which nobody looks at here."""
ABSENT: Final = f"There is no Chromium for the tests of pages: apt-get install {CHROMIUMS[0]}"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium; nothing is downloaded."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert found, ABSENT
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            await browser.close()


class Tab:
    """One page of a browser; what its console complains of is a failure of ours."""

    def __init__(self, url: str, context: BrowserContext, page: Page) -> None:
        self.url = url
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    async def go(self, path: str) -> None:
        """Open a page of the service."""
        await self.page.goto(self.url + path)

    async def send(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> Response:
        """Send a form to the service from the page of it that is open, and return the answer."""
        async with self.page.expect_navigation() as opened:
            await self.page.evaluate(SEND, [self.url + path, fields])
        return await opened.value

    async def be(
        self, who: str | None, language: str, theme: str = "auto", *, by: str = ""
    ) -> None:
        """Be somebody at once, who chose a language and a theme; None is who is not signed in.

        They signed in here, or `by` another service of the same database.
        """
        session = session_of(by or self.url, who) if who else {}
        chosen = {"language": language, "theme": theme, **session}
        await self.context.clear_cookies()
        await self.context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in chosen.items()]
        )

    async def sign_in(self, who: str, then: str = "/work") -> None:
        """Sign in as one of the sandbox's people, by the page for it."""
        await self.go(f"/sign-in?next={then}")
        await self.page.locator(f'[data-who="{who}"]').click()
        await self.page.wait_for_url(lambda url: "/sign-in" not in url)

    async def violations(self, *rules: str) -> list[str]:
        """Return what axe finds against WCAG 2.2 AA, each with the elements that it is about."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        wanted = list(rules) or {"type": "tag", "values": RULES}
        asked = {"runOnly": wanted, "resultTypes": ["violations"]}  # what passes is not written up
        found: Any = await self.page.evaluate("asked => axe.run(document, asked)", asked)
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    async def overflow(self) -> int:
        """Return by how many pixels the page is wider than the screen."""
        wide: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    async def picture(self, name: str, *, whole: bool = False) -> bytes:
        """Return a picture of the page; kept in docs/screenshots where SCREENSHOTS is set."""
        kept = SCREENSHOTS / f"{name}.png" if IS_KEPT else None
        return await self.page.screenshot(full_page=whole, path=kept, animations="disabled")


@cache
def session_of(url: str, who: str) -> Mapping[str, str]:
    """Return the cookie of a session as one of the sandbox's people, opened once a service."""
    people = httpx.get(f"{url}/sign-in").text
    member = re.search(rf'value="([^"]+)" data-who="{who}"', people)
    assert member, who
    form = {"member": member[1]}
    answer = httpx.post(f"{url}/sign-in", data=form, headers={"Origin": url})
    assert answer.cookies, answer.text
    return dict(answer.cookies)


@asynccontextmanager
async def tab(  # noqa: PLR0913 - each is something that a person chose
    browser: Browser,
    url: str,
    *,
    language: str = "vi",
    width: int = 1366,
    dark: bool = False,
    script: bool = True,
    still: bool = False,
) -> AsyncIterator[Tab]:
    """Open a tab of a new browser, with nothing remembered."""
    context = await browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        locale=language,
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        reduced_motion="reduce" if still else "no-preference",
        timezone_id="Asia/Bangkok",
    )
    try:
        yield Tab(url, context, await context.new_page())
    finally:
        await context.close()
