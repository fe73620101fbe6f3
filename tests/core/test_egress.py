"""Nothing inside is ever sent to, however its address is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.egress import UrlFault, fault_of, is_public, port_of

PUBLIC = ("93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1")
INSIDE = (
    "0.0.0.0", "10.1.2.3",  # noqa: S104 - it is judged, not bound
    "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.1.1",
    "198.18.0.1", "203.0.113.7", "224.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2002:0a00:0001::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "100::1", "5f00::1",
    "not an address", "",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_sent_to(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_never_sent_to(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_what_stands_for_an_address_is_judged_as_that(address: object) -> None:
    plain = is_public(str(address))
    four = int(address)  # type: ignore[call-overload] # an IPv4Address
    mapped, translated = f"::ffff:{address}", f"64:ff9b::{address}"
    six_to_four = f"2002:{four >> 16:x}:{four & 0xFFFF:x}::1"
    assert {plain} == {is_public(one) for one in (mapped, translated, six_to_four)}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.example.com/gate", None),
        ("https://hooks.example.com:8443/gate?token=1", None),
        ("https://93.184.215.14/", None),
        ("https://[2606:4700:4700::1111]/", None),
        ("http://hooks.example.com/", UrlFault.SCHEME),
        ("ftp://hooks.example.com/", UrlFault.SCHEME),
        ("hooks.example.com", UrlFault.MALFORMED),
        ("https://", UrlFault.MALFORMED),
        ("https:///gate", UrlFault.MALFORMED),
        ("https://hooks.example.com/#part", UrlFault.MALFORMED),
        ("https://hooks.example.com\\@10.0.0.1/", UrlFault.MALFORMED),
        ("https://hooks.exa mple.com/", UrlFault.MALFORMED),
        ("https://hooks.example.com:99999/", UrlFault.MALFORMED),
        ("https://h\u00f6oks.example.com/", UrlFault.MALFORMED),
        ("https://[::1", UrlFault.MALFORMED),
        ("https://" + "a" * 2000, UrlFault.MALFORMED),
        ("https://" + "a." * 150 + "com/", UrlFault.MALFORMED),
        ("https://me:secret@hooks.example.com/", UrlFault.CREDENTIALS),
        ("https://me@hooks.example.com/", UrlFault.CREDENTIALS),
        ("https://hooks.example.com:80/", UrlFault.PORT),
        ("https://hooks.example.com:5432/", UrlFault.PORT),
        ("https://127.0.0.1/", UrlFault.ADDRESS),
        ("https://[::ffff:10.0.0.1]/", UrlFault.ADDRESS),
        ("https://169.254.169.254/latest/meta-data", UrlFault.ADDRESS),
        ("https://2130706433/", UrlFault.ADDRESS),
        ("https://0x7f.1/", UrlFault.ADDRESS),
        ("https://127.1/", UrlFault.ADDRESS),
        ("https://localhost/", UrlFault.ADDRESS),
        ("https://db/", UrlFault.ADDRESS),
        ("https://metadata.google.internal/", UrlFault.ADDRESS),
        ("https://printer.local./", UrlFault.ADDRESS),
    ],
)
def test_a_url_says_by_itself_what_is_wrong_with_it(url: str, expected: UrlFault | None) -> None:
    assert expected is fault_of(url, is_open=False)


def test_a_sandbox_may_be_opened_to_this_machine() -> None:
    for url in ("http://127.0.0.1:9000/hook", "http://localhost/", "https://db:5432/"):
        assert fault_of(url, is_open=True) is None
    assert UrlFault.CREDENTIALS is fault_of("http://me:x@localhost/", is_open=True)
    assert UrlFault.SCHEME is fault_of("file:///etc/passwd".replace("///", "//x/"), is_open=True)


def test_a_port_is_the_schemes_where_none_is_named() -> None:
    named = ("https://a.b/", "http://a.b/", "https://a.b:8443/")
    assert [443, 80, 8443] == [port_of(url) for url in named]
