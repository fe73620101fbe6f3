"""Once a revocation has answered, the key opens nothing on any of four processes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep
from typing import Any, NamedTuple

import httpx

from app.api.rate_limits import Work
from tests.cli.conftest import PATIENCE_SECONDS, Service, Start

PROCESSES, ROUNDS = 4, 4
UNLIMITED = {
    f"GATE_RATE_LIMIT_{name}": "1000000/minute"
    for name in (*(one.upper() for one in Work), "GUESSES")
}


class Answer(NamedTuple):
    """What a process answered to a request, and from when to when that took."""

    port: int
    kind: str
    begun: float
    ended: float
    status: int


def ask_on(service: Service, shown: dict[str, str], told: list[Answer], until: Event) -> None:
    """Ask a process by key and token in turn, without a pause, and tell what it answers."""
    with httpx.Client(base_url=service.url, timeout=PATIENCE_SECONDS) as http:
        while not until.is_set():
            for kind, text in shown.items():
                begun = monotonic()
                headers = {"Authorization": f"Bearer {text}"}
                status = http.get("/v1/entries", params={"limit": 1}, headers=headers).status_code
                told.append(Answer(service.port, kind, begun, monotonic(), status))


def wait_for(told: list[Answer], services: list[Service], since: float) -> None:
    """Wait until each process has answered to both, to what was asked after an instant."""
    wanted = {(one.port, kind) for one in services for kind in ("key", "token")}
    patience = monotonic() + PATIENCE_SECONDS
    while wanted - {(one.port, one.kind) for one in [*told] if one.begun > since}:
        assert monotonic() < patience
        sleep(0.01)


def new_credentials(service: Service, client: str) -> tuple[str, dict[str, str]]:
    """Give a client a key, and change it for a token; return the key's id and both."""
    body = {"scopes": ["read"], "valid_days": 1}
    key = done(service.ask("POST", f"/v1/clients/{client}/keys", "company-1", body))
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": key["key"]}
    token = done(httpx.post(f"{service.url}/oauth/token", data=form, timeout=30))
    return key["id"], {"key": key["key"], "token": token["access_token"]}


def done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def new_client(service: Service) -> str:
    page = done(service.ask("GET", "/v1/organisations?name=Sandbox%20company%201", "board-1"))
    path = f"/v1/organisations/{page['items'][0]['id']}/clients"
    identity: str = done(service.ask("POST", path, "company-1", {"name": "desk"}))["id"]
    return identity


def test_no_process_opens_anything_once_the_revocation_has_answered(
    start_prepared: Start,
) -> None:
    """Neither to the key nor to a token that was given for it by another process."""
    with ThreadPoolExecutor(PROCESSES) as threads:
        services = [start_prepared(**UNLIMITED)]  # it writes the keys, which the others find
        services += threads.map(lambda _: start_prepared(**UNLIMITED), range(PROCESSES - 1))
        client = new_client(services[0])
        for turn in range(ROUNDS):
            revoking, giving = services[turn], services[turn - 1]
            key, shown = new_credentials(giving, client)
            told, until = list[Answer](), Event()
            asking = [threads.submit(ask_on, one, shown, told, until) for one in services]
            try:
                wait_for(told, services, since=0)
                asked_at = monotonic()
                done(revoking.ask("POST", f"/v1/keys/{key}/revocation", "company-1"))
                revoked_at = monotonic()
                wait_for(told, services, since=revoked_at)
            finally:
                until.set()
            assert [None] * PROCESSES == [one.result() for one in asking]
            assert {200} == {one.status for one in told if one.ended < asked_at}
            assert {401} == {one.status for one in told if one.begun > revoked_at}
