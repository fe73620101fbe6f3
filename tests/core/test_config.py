"""Settings: what they refuse, and that they say so by name."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.config import SECRETS, Settings, SettingsError, environment_name, load_settings
from tests.live import OWN

PROJECT = Path(__file__).parents[2]
OWN_SECRETS = {environment_name(name): text for name, text in OWN.items()}
OWN_SETTINGS = {**OWN_SECRETS, "GATE_LOG_ORIGIN": "gate.example"}


def load(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings(env_file=None)


def test_nothing_set_is_a_sandbox_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {})
    assert not settings.is_production
    assert "http://127.0.0.1:8000" == settings.base_url
    assert settings.database_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("GATE_MODE", "staging", id="an unknown mode"),
        pytest.param("PORT", "http", id="a port that is no number"),
        pytest.param("PORT", "65536", id="a port out of range"),
        pytest.param("DATABASE_URL", "mysql://secret@host/gate", id="another kind of database"),
        pytest.param("GATE_DATA_KEYS", "short:c2VjcmV0", id="a key that is not 32 bytes"),
        pytest.param("GATE_DATA_KEYS", "no colon", id="a key without name"),
        pytest.param("GATE_DATA_KEYS", ",", id="no key at all"),
        pytest.param("GATE_SIGNING_KEYS", "short:c2VjcmV0", id="a seed that is not 32 bytes"),
        pytest.param("GATE_SIGNING_KEYS", ",", id="no seed at all"),
        pytest.param("GATE_POOL_SIZE", "0", id="no connection"),
        pytest.param("GATE_RATE_LIMIT_READ", "many", id="a rate that is none"),
        pytest.param("GATE_LOG_LEVEL", "loud", id="an unknown level"),
        pytest.param("GATE_PUBLIC_URL", "gate.example", id="an address without scheme"),
        pytest.param("GATE_TRUSTED_PROXIES", "127.0.0.1,proxy", id="a proxy by its name"),
        pytest.param("GATE_LOG_ORIGIN", "gate example", id="a log's name with a space"),
        pytest.param("GATE_LOG_WITNESSES", "witness", id="a witness without its key"),
        pytest.param("GATE_MOED", "production", id="a name with a slip"),
    ],
)
def test_a_wrong_setting_is_named_in_a_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=rf"^{name}: .+$") as refused:
        load(monkeypatch, {name: value})
    assert 1 == len(str(refused.value).splitlines())
    assert "secret" not in str(refused.value)


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, {"PORT": "0", "GATE_MODE": "x", "GATE_MOED": "sandbox"})
    named = {line.split(":")[0] for line in str(refused.value).splitlines()}
    assert {"PORT", "GATE_MODE", "GATE_MOED"} == named


@pytest.mark.parametrize("name", SECRETS)
def test_production_refuses_each_known_secret_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    others = {key: value for key, value in OWN_SETTINGS.items() if key != environment_name(name)}
    with pytest.raises(SettingsError, match=rf"^{environment_name(name)}: .+$"):
        load(monkeypatch, {"GATE_MODE": "production", **others})


def test_production_refuses_a_short_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"^GATE_PEPPER: "):
        load(monkeypatch, {"GATE_MODE": "production", **OWN_SETTINGS, "GATE_PEPPER": "short"})


def test_production_runs_on_secrets_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {"GATE_MODE": "production", **OWN_SETTINGS})
    assert {"new": bytes(range(32))} == settings.encryption_keys == settings.signing_seeds


@pytest.mark.parametrize("given", [{}, {"GATE_LOG_ORIGIN": ""}])
def test_production_needs_a_name_for_its_logs(
    monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str]
) -> None:
    with pytest.raises(SettingsError, match=r"^GATE_LOG_ORIGIN: production mode needs a name"):
        load(monkeypatch, {"GATE_MODE": "production", **OWN_SECRETS, **given})
    own = load(monkeypatch, {"GATE_MODE": "production", **OWN_SETTINGS})
    assert "gate.example" == own.log_origin
    sandbox = load(monkeypatch, {"GATE_MODE": "sandbox", "GATE_LOG_ORIGIN": ""})
    assert "border-gate" == sandbox.log_origin


def test_production_sends_to_public_addresses_only(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"GATE_MODE": "production", **OWN_SETTINGS, "GATE_EGRESS_OPEN": "true"}
    with pytest.raises(SettingsError, match=r"GATE_EGRESS_OPEN: "):
        load(monkeypatch, named)


def test_the_first_data_key_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"{name}:{base64.b64encode(name.encode() * 8).decode()}" for name in ("2026", "2025")]
    settings = load(monkeypatch, {"GATE_DATA_KEYS": ", ".join(keys)})
    assert ["2026", "2025"] == list(settings.encryption_keys)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_database_may_be_named_as_its_operators_do(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    url = f"{scheme}://gate:p%40ss@db.example:6432/gate?sslmode=require"
    settings = load(monkeypatch, {"DATABASE_URL": url})
    assert settings.database_url is not None
    assert (
        "postgresql+asyncpg://gate:p%40ss@db.example:6432/gate?ssl=require"
        == settings.database_address
    )


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {**OWN_SECRETS, "DATABASE_URL": "postgres://gate:s3cret@db/gate"})
    assert not any(secret in repr(settings) for secret in ("s" * 40, "s3cret", "AAECAw"))


def test_settings_come_from_a_file_too_and_the_environment_goes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("GATE_POOL_SIZE=3\nPORT=8001\nPOSTGRES_PASSWORD=of something else\n")
    monkeypatch.setenv("PORT", "8002")
    settings = load_settings(file)
    assert (3, 8002) == (settings.pool_size, settings.port)
    file.write_text("GATE_POOL_SIZES=3\n")
    with pytest.raises(SettingsError, match=r"^GATE_POOL_SIZES: "):
        load_settings(file)


PROVIDER = {
    "GATE_OIDC_ISSUER": "https://id.example",
    "GATE_OIDC_CLIENT_ID": "gate",
    "GATE_OIDC_CLIENT_SECRET": "secret",
    "GATE_PUBLIC_URL": "https://Gate.example:8443/at",
}


@pytest.mark.parametrize("missing", PROVIDER)
def test_a_provider_is_named_whole_and_with_our_own_address(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name, value in PROVIDER.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(env_file=None)
    assert ("https://gate.example:8443", True) == (settings.origin, settings.is_https)
    monkeypatch.delenv(missing)
    with pytest.raises(SettingsError, match=r"^GATE_OIDC_ISSUER: it needs "):
        load_settings(env_file=None)


def test_the_example_explains_every_setting_and_its_default() -> None:
    example = PROJECT / ".env.example"
    shown = re.findall(r"^([A-Z_]+)=", example.read_text(), re.MULTILINE)
    assert sorted(environment_name(name) for name in Settings.model_fields) == sorted(shown)
    assert Settings() == load_settings(example)


@given(st.text())
def test_no_text_for_a_setting_ends_in_anything_but_its_name(text: str) -> None:
    text = text.replace("\0", "").encode(errors="ignore").decode()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("GATE_DATA_KEYS", text)
        try:
            load_settings(env_file=None)
        except SettingsError as error:
            assert str(error).startswith("GATE_DATA_KEYS: ")  # noqa: PT017 - either may be right


@pytest.mark.parametrize(
    ("mode", "url"),
    [
        ("production", "http://sms.example.com/"),
        ("production", "https://10.0.0.7/sms"),
        ("production", "https://user:secret@sms.example.com/"),
        ("sandbox", "ftp://sms.example.com/"),
    ],
)
def test_a_gateway_of_production_is_public_https(
    monkeypatch: pytest.MonkeyPatch, mode: str, url: str
) -> None:
    with pytest.raises(SettingsError, match="GATE_NOTIFY_URL: url-"):
        load(monkeypatch, {"GATE_MODE": mode, **OWN_SETTINGS, "GATE_NOTIFY_URL": url})


def test_a_gateway_of_a_sandbox_may_be_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {"GATE_NOTIFY_URL": "http://127.0.0.1:9000/sms"})
    assert "http://127.0.0.1:9000/sms" == settings.notify_url
