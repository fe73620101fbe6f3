"""The public keys, as programs fetch them."""

import jwt

from app.api.state import Process
from tests.api.conftest import Gate


async def test_what_this_service_signs_is_checked_by_its_published_keys(gate: Gate) -> None:
    process: Process = gate.app.state.process
    answer = await gate.get("/.well-known/jwks.json")
    assert ("public, max-age=300", 200) == (answer.headers["Cache-Control"], answer.status_code)
    keys = jwt.PyJWKSet.from_dict(answer.json())
    signers = process.tools.signers
    for signer, algorithm in ((signers.es256, "ES256"), (signers.ed25519, "EdDSA")):
        jws = signer.sign({"sub": "somebody"})
        assert {"sub": "somebody"} == jwt.decode(jws, keys[signer.kid], algorithms=[algorithm])


async def test_the_keys_are_public_parts_only(gate: Gate) -> None:
    keys = (await gate.get("/.well-known/jwks.json")).json()["keys"]
    told = {"kid", "use", "alg", "kty", "crv", "x"}
    assert [{*told, "y"}, told] == [set(key) for key in keys]


async def test_who_has_the_keys_fetches_nothing(gate: Gate) -> None:
    first = await gate.get("/.well-known/jwks.json")
    headers = {"If-None-Match": first.headers["ETag"]}
    assert 304 == (await gate.get("/.well-known/jwks.json", headers=headers)).status_code
