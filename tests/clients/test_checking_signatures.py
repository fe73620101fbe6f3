"""What docs/events.md tells receivers to do with a message is done to one."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import WebhookVerificationError

from app.clients.webhooks import headers_of
from app.domain.webhooks import Message

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text("utf-8")
SECRET = "whsec_bmV3IG5ldyBuZXcgbmV3IG5ldyE="  # noqa: S105 - nobody's
BODY = '{"kind":"webhook.test","reference":"Xe \\u1eadm"}'


def snippet(language: str) -> str:
    """Return the last piece of code of the page in a language."""
    *_, last = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(last)


def signed(ago: timedelta = timedelta()) -> dict[str, str]:
    at = datetime.now(UTC) - ago
    return headers_of(Message("", UUID(int=7), at, BODY.encode(), (SECRET,)))


def test_the_python_of_the_page_takes_ours_and_refuses_others() -> None:
    names: dict[str, Any] = {}
    exec(snippet("python"), names)  # noqa: S102 - our own page
    checked = names["checked"]
    assert json.loads(BODY) == checked(SECRET, signed(), BODY)
    for body, headers in ((BODY + " ", signed()), (BODY, signed(timedelta(minutes=6)))):
        with pytest.raises(WebhookVerificationError):
            checked(SECRET, headers, body)


def test_the_typescript_of_the_page_takes_ours_and_refuses_others(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    # The few types are taken off: whichever node is there runs the rest.
    code = re.sub(r": (?:string|unknown|Record<string, string>)", "", snippet("typescript"))
    cases = [
        (signed(), BODY), (signed(), BODY + " "), (signed(timedelta(minutes=6)), BODY),
    ]  # fmt: skip
    (tmp_path / "checked.mjs").write_text(code, "utf-8")
    (tmp_path / "run.mjs").write_text(
        "import { checked } from './checked.mjs';\n"
        f"for (const [headers, body] of {json.dumps(cases)}) {{\n"
        f"  try {{ checked({json.dumps(SECRET)}, headers, body); console.log('taken'); }}\n"
        "  catch (error) { console.log(error.message); }\n}\n",
        "utf-8",
    )
    ran = subprocess.run(  # noqa: S603 - our own page
        [node, "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30
    )
    assert ["taken", "not signed by this secret", "too old or too new"] == ran.stdout.splitlines()
