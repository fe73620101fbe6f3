"""Settings of one process, read once at its start from the environment and a `.env` file."""

import base64
import binascii
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from dotenv import dotenv_values
from limits import parse_many
from pydantic import (
    AfterValidator,
    Field,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.egress import fault_of

PREFIX = "GATE_"
SECRETS = ("pepper", "token_secret", "cursor_secret", "data_keys", "signing_keys")
SHORTEST_SECRET = 32
KEY_BYTES = 32

# Development secrets, known to everybody who reads this file; production mode refuses them.
SANDBOX_DATA_KEYS = "sandbox:" + base64.b64encode(b"sandbox data key, known to all!!").decode()
SANDBOX_COLLECTION = ("999999", "SANDBOX0001", "Sandbox fee collection")  # a bank that is none
SANDBOX_SIGNING_KEYS = "sandbox:" + base64.b64encode(b"sandbox signing key, known 2 all").decode()


class Mode(StrEnum):
    """How much the service trusts its surroundings."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """What a log line looks like."""

    JSON = "json"
    CONSOLE = "console"


class SettingsError(Exception):
    """A setting is wrong; the text has one line for each, beginning with its name."""


def _rate(text: str) -> str:
    try:
        parse_many(text)
    except ValueError as error:
        message = "write a rate such as 300/minute"
        raise ValueError(message) from error
    return text


Rate = Annotated[str, AfterValidator(_rate)]


def _networks(text: str) -> str:
    try:
        for one in text.split(","):
            ip_network(one.strip())
    except ValueError as error:
        message = "write addresses or networks such as 10.0.0.7,10.1.0.0/16"
        raise ValueError(message) from error
    return text


Proxies = Annotated[str, AfterValidator(_networks)]
# A vkey of C2SP signed-note, several after commas; whoever uses them looks at the ids.
_WITNESS = r"[^\s+,]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+"
WITNESSES = f"^({_WITNESS}(,{_WITNESS})*)?$"


class Settings(BaseSettings):
    """Every setting of the service; `.env.example` explains each to an operator.

    Names in the environment are the field's in capitals after `GATE_`, save `DATABASE_URL`,
    `HOST` and `PORT`, which hosting platforms set under these names, and OpenTelemetry's own.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        validate_default=True,
        hide_input_in_errors=True,
    )

    mode: Mode = Mode.SANDBOX
    data_dir: Path = Path("var")
    host: str = Field("127.0.0.1", validation_alias="HOST")
    port: int = Field(8000, ge=1, le=65535, validation_alias="PORT")
    trusted_proxies: Proxies = "127.0.0.1,::1"
    public_url: str | None = Field(None, pattern=r"^https?://\S+[^/\s]$")
    drain_seconds: PositiveInt = 10

    head_seconds: PositiveInt = 10
    body_seconds: PositiveInt = 20
    body_bytes_per_second: PositiveInt = 4096
    answer_seconds: PositiveInt = 30
    keep_alive_seconds: PositiveInt = 20
    max_connections: PositiveInt = 10_000
    max_connections_per_address: PositiveInt = 500

    max_listeners: PositiveInt = 5000
    max_listeners_per_client: PositiveInt = 200
    ping_seconds: PositiveInt = 15
    stream_seconds: float = Field(3600, gt=0)

    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    pool_size: PositiveInt = 10
    pool_overflow: int = Field(5, ge=0)
    pool_timeout_seconds: PositiveInt = 10
    statement_cache_size: int = Field(200, ge=0)
    lock_timeout_ms: PositiveInt = 5000
    statement_timeout_ms: PositiveInt = 30000

    pepper: SecretStr = SecretStr("sandbox pepper for API keys, known to all")
    token_secret: SecretStr = SecretStr("sandbox secret of tracking tokens, known to all")
    cursor_secret: SecretStr = SecretStr("sandbox secret of page cursors, known to all")
    data_keys: SecretStr = SecretStr(SANDBOX_DATA_KEYS)
    signing_keys: SecretStr = SecretStr(SANDBOX_SIGNING_KEYS)

    oidc_issuer: str | None = Field(None, pattern=r"^https?://\S+$")
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr = SecretStr("")
    session_hours: PositiveInt = 12
    session_idle_minutes: PositiveInt = 60

    log_origin: str = Field("border-gate", pattern=r"^[^\s+]+$")
    log_witnesses: str = Field("", pattern=WITNESSES)

    collection_bank: str | None = Field(None, pattern=r"^[0-9]{6}$")
    collection_account: str | None = Field(None, pattern=r"^[0-9A-Za-z]{1,19}$")
    collection_name: str | None = Field(None, max_length=200)

    sheets_dir: Path | None = None
    egress_open: bool = False
    notify_url: str | None = None
    notify_token: SecretStr = SecretStr("")
    receipts_url: str | None = None
    receipts_token: SecretStr = SecretStr("")

    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")
    log_format: LogFormat = LogFormat.CONSOLE

    otlp_endpoint: str | None = Field(
        None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT", pattern=r"^https?://\S+$"
    )
    otlp_headers: SecretStr = Field(SecretStr(""), validation_alias="OTEL_EXPORTER_OTLP_HEADERS")
    otel_service_name: str = Field("gate", validation_alias="OTEL_SERVICE_NAME")
    trace_ratio: float = Field(0.01, ge=0, le=1)

    rate_limit_public: Rate = "600/minute"
    rate_limit_read: Rate = "1000/second;12000/minute"
    rate_limit_write: Rate = "500/second;6000/minute"
    rate_limit_heavy: Rate = "300/minute"
    rate_limit_report: Rate = "10/hour"
    rate_limit_guesses: Rate = "20/minute;100/hour;500/day"
    rate_limit_organisation_times: PositiveInt = 2
    max_body_bytes: PositiveInt = 1_048_576
    max_batch_bytes: PositiveInt = 16_777_216
    max_body_depth: PositiveInt = 32

    @property
    def is_production(self) -> bool:
        """Whether this is production mode."""
        return self.mode is Mode.PRODUCTION

    @property
    def issuer(self) -> str:
        """Who signs access tokens: the service, the same in each of its processes."""
        return self.public_url or "urn:border-gate"

    @property
    def base_url(self) -> str:
        """The address that links begin with, without a slash at its end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def is_https(self) -> bool:
        """Whether people reach this service by https."""
        return self.base_url.startswith("https:")

    @property
    def origin(self) -> str | None:
        """The origin of our own pages, as browsers write it, where an address is set."""
        if self.public_url is None:
            return None
        parts = urlsplit(self.public_url.lower())
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def collection(self) -> tuple[str, str, str] | None:
        """Bank, account and holder of where fees are collected; a sandbox has one that is nobody's.

        None where production mode has not been told all three.
        """
        bank, number, name = self.collection_bank, self.collection_account, self.collection_name
        if bank and number and name:
            return bank, number, name
        return None if self.is_production or bank or number or name else SANDBOX_COLLECTION

    @property
    def missing_collection(self) -> list[str]:
        """What is still to be said of where fees are collected, as the environment names it."""
        names = ("collection_bank", "collection_account", "collection_name")
        return [environment_name(name) for name in names if not getattr(self, name)]

    @property
    def session_lasts(self) -> timedelta:
        """How long a session lasts at most."""
        return timedelta(hours=self.session_hours)

    @property
    def session_idle(self) -> timedelta:
        """How long a session lasts that nobody uses."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def database_address(self) -> str:
        """The database's address, once there is one: an embedded server's when it has started."""
        if self.database_url is None:
            message = "no database has been started"
            raise RuntimeError(message)
        return self.database_url.get_secret_value()

    @property
    def encryption_keys(self) -> dict[str, bytes]:
        """The keys of encrypted columns by name; the first encrypts, all decrypt."""
        return dict(_named_keys(self.data_keys.get_secret_value()))

    @property
    def signing_seeds(self) -> dict[str, bytes]:
        """The seeds of signing keys by name; the first signs, all verify."""
        return dict(_named_keys(self.signing_keys.get_secret_value()))

    @field_validator("database_url")
    @classmethod
    def _speak_asyncpg(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(_asyncpg_url(value.get_secret_value()))

    @field_validator("data_keys", "signing_keys")
    @classmethod
    def _check_named_keys(cls, value: SecretStr) -> SecretStr:
        if not dict(_named_keys(value.get_secret_value())):
            message = "at least one key is needed"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _refuse_what_is_not_its_own(self) -> Self:
        if self.is_production and (wrong := list(self._not_its_own())):
            raise ValueError("\n".join(wrong))
        return self

    def _not_its_own(self) -> Iterator[str]:
        """Yield what production mode has to be told, and was not."""
        reason = f"production mode needs a secret of its own, {SHORTEST_SECRET} characters or more"
        yield from (
            f"{environment_name(name)}: {reason}" for name in SECRETS if self._is_weak(name)
        )
        if "log_origin" not in self.model_fields_set:
            yield (
                "GATE_LOG_ORIGIN: production mode needs a name for its public logs, such as the"
                " host they are read from; it is signed and never changes"
            )

    @model_validator(mode="after")
    def _refuse_open_egress(self) -> Self:
        if self.is_production and self.egress_open:
            message = "GATE_EGRESS_OPEN: production mode sends to public addresses only"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _refuse_half_a_provider(self) -> Self:
        named = [self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret.get_secret_value()]
        if not any(named):
            return self
        if not all((*named, self.public_url)):
            message = (
                "GATE_OIDC_ISSUER: it needs GATE_OIDC_CLIENT_ID, GATE_OIDC_CLIENT_SECRET and"
                " GATE_PUBLIC_URL"
            )
            raise ValueError(message)
        is_safe = self.is_https and str(self.oidc_issuer).startswith("https:")
        if self.is_production and not is_safe:
            message = "GATE_OIDC_ISSUER: in production mode it and GATE_PUBLIC_URL begin with https"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _guard_addresses(self) -> Self:
        for name in ("notify_url", "receipts_url"):
            url = getattr(self, name)
            fault = fault_of(url, is_open=not self.is_production) if url else None
            if fault is not None:
                where = "public HTTPS" if self.is_production else "HTTP or HTTPS"
                message = f"{environment_name(name)}: {fault}: write an address by {where}"
                raise ValueError(message)
        return self

    def _is_weak(self, name: str) -> bool:
        value: SecretStr = getattr(self, name)
        is_known = value == type(self).model_fields[name].default
        return is_known or len(value.get_secret_value()) < SHORTEST_SECRET


def environment_name(name: str) -> str:
    """Return the environment variable of the field `name` of `Settings`."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Return the settings of the environment and of `env_file`, the environment first.

    Raises:
        SettingsError: naming each wrong or unknown setting, never showing its value.
    """
    unknown = _unknown([*os.environ, *(dotenv_values(env_file) if env_file else ())])
    wrong = [f"{name}: there is no such setting" for name in unknown]
    settings = None
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        wrong += [_line(one) for one in error.errors()]
    if wrong or settings is None:
        raise SettingsError("\n".join(wrong))
    return settings


def _unknown(names: Iterable[str]) -> list[str]:
    known = {environment_name(name) for name in Settings.model_fields}
    return sorted(name for name in names if name.startswith(PREFIX) and name not in known)


def _line(error: ErrorDetails) -> str:
    sentence = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:  # the model's own checks name the setting themselves
        return sentence
    name = str(error["loc"][0])
    return f"{environment_name(name) if name in Settings.model_fields else name}: {sentence}"


def _named_keys(text: str) -> Iterator[tuple[str, bytes]]:
    for one in filter(None, (part.strip() for part in text.split(","))):
        name, _, encoded = one.partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            secret = b""
        if not name or len(secret) != KEY_BYTES:
            message = "write name:key,name:key where a key is 32 bytes in base64"
            raise ValueError(message)
        yield name, secret


def _asyncpg_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        message = "write postgresql://user:password@host:port/database"
        raise ValueError(message)
    # libpq's name for it, which every host's control panel shows
    query = [("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(url.query)]
    return urlunsplit(url._replace(scheme="postgresql+asyncpg", query=urlencode(query)))
