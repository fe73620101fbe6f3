"""Scripts and styles: for browsers of 2017 too, named by what is in them, from nowhere else."""

from collections.abc import AsyncIterator
from pathlib import Path

import esprima
import httpx
import pytest
from fastapi import FastAPI

from app.web.assets import FOLDER, address, install

SCRIPTS = sorted(FOLDER.rglob("*.js"))


@pytest.fixture
async def files() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install(app)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gate.test"
    ) as client:
        yield client


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_read_by_a_browser_of_2017(path: Path) -> None:
    assert esprima.parseScript(path.read_text("utf-8")).body


async def test_a_file_may_be_kept_for_its_address_changes_with_it(files: httpx.AsyncClient) -> None:
    answer = await files.get(address("gate.css"))
    assert (200, "public, max-age=31536000, immutable") == (
        answer.status_code,
        answer.headers["cache-control"],
    )


@pytest.mark.parametrize("path", ["..%2Fpages.py", "nothing.css", ""])
async def test_what_is_no_asset_is_not_there(files: httpx.AsyncClient, path: str) -> None:
    assert 404 == (await files.get(f"/assets/{path}")).status_code
    with pytest.raises(KeyError):
        address(path)
