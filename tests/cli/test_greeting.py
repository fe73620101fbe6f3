"""What `gate serve` prints when it answers."""

from datetime import UTC, datetime

import pytest

from app.cli.greeting import greeting
from app.core.config import Mode, Settings

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
ISSUER = "https://login.example.com"


@pytest.mark.parametrize(
    ("mode", "issuer", "expected"),
    [
        pytest.param(Mode.SANDBOX, None, True, id="a sandbox, as anybody of its people"),
        pytest.param(Mode.PRODUCTION, ISSUER, True, id="production with a provider"),
        pytest.param(Mode.PRODUCTION, None, False, id="production without, where nobody can"),
    ],
)
def test_it_names_the_page_to_sign_in_at_where_there_is_one(
    mode: Mode, issuer: str | None, expected: bool
) -> None:
    settings = Settings.model_construct(
        mode=mode, oidc_issuer=issuer, base_url="http://127.0.0.1:8000"
    )
    said = greeting(settings, {}, NOW).splitlines()
    assert expected is ("  people     http://127.0.0.1:8000/sign-in" in said)
