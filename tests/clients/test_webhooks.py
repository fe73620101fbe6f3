"""Messages as receivers get them: signed, pinned, no redirect followed, no patience abused."""

import asyncio
import json
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from time import perf_counter
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook, WebhookVerificationError

from app.clients.gateway import GatewayClient
from app.clients.webhooks import WebhookClient
from app.domain.driver_messages import MessageKind, TextMessage
from app.domain.webhooks import Answer, AttemptError, Message
from tests.receivers import (
    Behave,
    Got,
    Receiver,
    fails,
    hangs,
    is_gone,
    receiving,
    redirects,
    takes,
)

OLD, NEW = "whsec_b2xkIG9sZCBvbGQgb2xkIG9sZCE=", "whsec_bmV3IG5ldyBuZXcgbmV3IG5ldyE="
BODY = b'{"kind":"webhook.test"}'


def message(url: str, *secrets: str) -> Message:
    return Message(url, UUID(int=7), datetime.now(UTC), BODY, secrets or (NEW,))


async def send(behave: Behave, *secrets: str) -> tuple[Answer, Receiver]:
    async with receiving(behave) as receiver:
        client = WebhookClient(is_open=True, seconds=0.5)
        answer = await client.send(message(f"{receiver.url}/hook?key=1", *secrets))
        await client.aclose()
    return answer, receiver


async def test_a_message_is_signed_so_that_ready_libraries_check_it() -> None:
    answer, receiver = await send(takes)
    assert Answer(200, None) == answer
    (got,) = receiver.got
    assert ("/hook?key=1", str(UUID(int=7))) == (got.path, got.headers["webhook-id"])
    assert json.loads(BODY) == Webhook(NEW).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(got.body, got.headers)


async def test_while_secrets_overlap_both_check_it() -> None:
    _, receiver = await send(takes, NEW, OLD)
    for secret in (OLD, NEW):
        Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        pytest.param(fails, Answer(500, AttemptError.STATUS), id="500"),
        pytest.param(is_gone, Answer(410, AttemptError.STATUS), id="410"),
        pytest.param(redirects, Answer(302, AttemptError.REDIRECT), id="a redirect"),
        pytest.param(hangs, Answer(None, AttemptError.TIMEOUT), id="no answer"),
    ],
)
async def test_anything_but_a_2xx_in_time_is_a_failure(behave: Behave, expected: Answer) -> None:
    answer, receiver = await send(behave)
    assert expected == answer
    assert 1 == len(receiver.got)  # a redirect is not followed


async def test_one_that_hangs_up_or_is_not_there_is_a_failure() -> None:
    async def hangs_up(_got: Got) -> None:
        return None

    answer, receiver = await send(hangs_up)
    assert Answer(None, AttemptError.PROTOCOL) == answer
    client = WebhookClient(is_open=True)
    assert Answer(None, AttemptError.CONNECTION) == await client.send(message(receiver.url))
    gone = await client.send(message("http://no-such-host.invalid/"))
    assert Answer(None, AttemptError.NAME) == gone
    await client.aclose()


async def test_an_answer_that_drips_is_not_waited_for() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = WebhookClient(is_open=True)
    began = perf_counter()
    assert Answer(200, None) == await client.send(message(f"http://127.0.0.1:{port}/"))
    assert perf_counter() - began < 5
    await client.aclose()
    server.close()


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(["127.0.0.1"], id="a name of this machine"),
        pytest.param(["93.184.215.14", "10.0.0.7"], id="one address of two is inside"),
        pytest.param(["64:ff9b::a9fe:a9fe"], id="metadata behind a translation"),
    ],
)
async def test_a_name_that_leads_inside_is_not_connected_to(found: Sequence[str]) -> None:
    async with receiving(takes) as receiver:
        port = int(receiver.url.rpartition(":")[2])

        async def resolve(_host: str, _port: int) -> Sequence[str]:
            return found

        client = WebhookClient(is_open=False, resolve=resolve)
        answer = await client.send(message("https://hooks.example.com/"))
        inside = await client.send(message(f"https://127.0.0.1:{port}/"))
        await client.aclose()
    assert {Answer(None, AttemptError.ADDRESS)} == {answer, inside}
    assert [] == receiver.got


@pytest.mark.parametrize(
    "url", ["https://sms.example.com/send", "https://127.0.0.1/send", "http://sms.example.com/"]
)
async def test_a_gateway_that_leads_inside_is_told_nothing(url: str) -> None:
    """At each message, whatever its name meant when the service started."""

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["10.0.0.7"]

    gateway = GatewayClient(url, "token", is_open=False, resolve=resolve)
    text = TextMessage(UUID(int=7), MessageKind.CALL, "+84912345678", "Come")
    answer = await gateway.send(text)
    await gateway.aclose()
    assert Answer(None, AttemptError.ADDRESS) == answer


def certificate(name: str, place: str) -> ssl.SSLContext:
    """Return a server's context for one name, and write its certificate where it is trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    with open(place, "wb") as file:  # noqa: PTH123 - ssl wants a path
        file.write(made.public_bytes(serialization.Encoding.PEM))
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    return context


async def test_the_connection_is_pinned_and_the_certificate_is_the_names(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The address is what the name was resolved to once; Host and certificate are the name's."""
    place = str(tmp_path_factory.mktemp("tls") / "server.pem")
    context = certificate("hooks.example.com", place)
    receiver, asked = Receiver(takes), list[str]()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return [str(ip_address("127.0.0.1"))]

    trusted = ssl.create_default_context(cafile=place)
    client = WebhookClient(is_open=True, resolve=resolve, verify=trusted)
    answer = await client.send(message(f"https://hooks.example.com:{port}/hook"))
    other = await client.send(message(f"https://other.example.com:{port}/hook"))
    await client.aclose()
    server.close()
    assert (Answer(200, None), Answer(None, AttemptError.TLS)) == (answer, other)
    assert ["hooks.example.com", "other.example.com"] == asked
    assert [f"hooks.example.com:{port}"] == [one.headers["host"] for one in receiver.got]
