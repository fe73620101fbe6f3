"""What all pages have in common: languages, colours, signing in, what is refused."""

import httpx
import pytest
from playwright.async_api import Browser

from tests.browser.tabs import session_of, tab
from tests.live import Live


async def test_a_language_is_one_tap_away_and_is_remembered(browser: Browser, gate: Live) -> None:
    async with tab(browser, gate.url) as one:
        await one.go("/sign-in")
        assert "Đăng nhập" == await one.page.locator("h1").inner_text()
        await one.page.get_by_role("link", name="中文").click()
        assert "登录" == await one.page.locator("h1").inner_text()
        await one.go("/sign-in")
        assert "登录" == await one.page.locator("h1").inner_text()


def test_what_the_api_says_on_a_page_is_in_the_language_that_was_chosen(gate: Live) -> None:
    asked = {"Accept": "text/html", "Accept-Language": "vi"}
    for language, title in (("en", "The request has invalid fields"), ("zh", "请求数据有误")):
        chosen = {**asked, "Cookie": f"language={language}"}
        answer = gate.http.get("/reports?from_day=never", headers=chosen)
        assert (422, True) == (answer.status_code, f"<h1>{title}</h1>" in answer.text)


@pytest.mark.parametrize("script", [True, False])
async def test_dark_is_one_tap_away(browser: Browser, gate: Live, script: bool) -> None:
    async with tab(browser, gate.url, language="en", script=script) as one:
        await one.go("/sign-in")
        await one.page.get_by_role("link", name="Dark").click()
        assert "dark" == await one.page.locator("html").get_attribute("data-theme")


async def test_whoever_wants_to_work_signs_in_first_and_then_is_there(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url) as one:
        await one.go("/work")
        assert "/sign-in?next=%2Fwork" in one.page.url
        await one.sign_in("company-1-manager")
        assert "/sign-in" not in one.page.url


def test_everybody_begins_at_their_own_work(gate: Live) -> None:
    begins = {
        "company-1-manager": "/company", "officer-1-clerk": "/console", "customs-chief": "/desk",
        "yard-clerk": "/desk", "collector-1-clerk": "/desk", "board-1-manager": "/desk",
        "auditor-viewer": "/reports",
    }  # fmt: skip
    for who, path in begins.items():
        answer = httpx.get(f"{gate.url}/work", cookies={**session_of(gate.url, who)})
        assert path == answer.headers["location"]
