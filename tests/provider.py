"""An OpenID Connect provider on this machine: real HTTP, real codes, real ES256 tokens."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "gate at the border", "a secret: with signs & such"


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass
class Provider:
    """What a test lets the provider be, and what it was asked."""

    at: int
    url: str = ""
    sub: str = "person-17"
    email: str | None = "lan@vidu.example"
    email_verified: Any = True
    claims: dict[str, Any] = field(default_factory=dict)
    """What a token says otherwise; None is left out."""
    algorithm: str = "ES256"
    key: EllipticCurvePrivateKey = field(default_factory=new_key)
    kid: str = "first"
    published: dict[str, Any] | None = None
    """A key that is published in the place of the one that signs."""
    is_ill: bool = False
    methods: tuple[str, ...] = ("client_secret_basic",)
    issuer: str | None = None
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/jwks", self._publish),
                Route("/authorize", self._authorize),
                Route("/token", self._change, methods=["POST"]),
            ]
        )

    def public(self) -> dict[str, Any]:
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**jwk, "kid": self.kid, "use": "sig", "alg": "ES256"}

    async def _describe(self, _: Request) -> Response:
        self.asked.append("discovery")
        if self.is_ill:
            return Response("ill", 503)
        return JSONResponse(
            {
                "issuer": self.issuer or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint_auth_methods_supported": list(self.methods),
            }
        )

    async def _publish(self, _: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse({"keys": [self.published or self.public()]})

    async def _authorize(self, request: Request) -> Response:
        """Let the person be whoever it is, at once."""
        asked = dict(request.query_params)
        assert ("code", "S256", CLIENT) == (
            asked["response_type"], asked["code_challenge_method"], asked["client_id"],
        )  # fmt: skip
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.url})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def _change(self, request: Request) -> Response:
        self.asked.append("token")
        if self.is_ill:
            return Response("ill", 502)
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or not self._is_client(request, form)
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"token_type": "Bearer", "id_token": self._token(asked["nonce"])})

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        if "client_secret_basic" not in self.methods:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        _, _, encoded = request.headers["authorization"].partition(" ")
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        pair = parse_qs(f"name={name}&secret={secret}")
        return (pair["name"], pair["secret"]) == ([CLIENT], [SECRET])

    def _token(self, nonce: str) -> str:
        claims = {
            "iss": self.url, "sub": self.sub, "aud": CLIENT, "nonce": nonce, "iat": self.at,
            "exp": self.at + 300, "email": self.email, "email_verified": self.email_verified,
            **self.claims,
        }  # fmt: skip
        said = {name: value for name, value in claims.items() if value is not None}
        key: Any = {"none": None, "HS256": SECRET.ljust(32)}.get(self.algorithm, self.key)
        return jwt.encode(said, key, self.algorithm, {"kid": self.kid})


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs the tests."""
        yield


@asynccontextmanager
async def running(provider: Provider) -> AsyncIterator[Provider]:
    """Let a provider answer on a port of this machine."""
    config = uvicorn.Config(provider.app(), port=0, log_config=None, lifespan="off")
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    await server.answers.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    provider.url = f"http://127.0.0.1:{port}"
    yield provider
    server.should_exit = True
    await serving
