"""Where this service may send to: addresses of others are judged before anything goes there.

A company names a receiver's address, and this service calls it from inside the operator's network:
without a guard, anybody could make it call what only that network reaches. Pure; whoever sends
resolves a name once, has every address judged here, and connects to one of them.
"""

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address

PORTS: Final = frozenset({443, 8443})
LONGEST_URL: Final = 2000
LONGEST_HOST: Final = 253

# IANA's registries of special addresses, multicast, and those of clouds that look like any other.
_FORBIDDEN_4: Final = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's own services
    )
)  # fmt: skip
_GLOBAL_6: Final = IPv6Network("2000::/3")
_FORBIDDEN_6: Final = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # protocol assignments, Teredo included
        "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16",
    )
)  # fmt: skip
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")


class UrlFault(StrEnum):
    """What is wrong with an address to send to."""

    MALFORMED = "url-malformed"
    SCHEME = "url-not-https"
    CREDENTIALS = "url-with-credentials"
    PORT = "url-port"
    ADDRESS = "url-address-forbidden"


def fault_of(url: str, *, is_open: bool) -> UrlFault | None:
    """Return what is wrong with a URL, as far as its text tells; None where nothing is.

    `is_open` lets it be plain HTTP, any port and any address: a sandbox on one's own machine.
    """
    parts = _split(url)
    if parts is None or not parts.hostname or parts.fragment:
        return UrlFault.MALFORMED
    if parts.scheme not in ({"https", "http"} if is_open else {"https"}):
        return UrlFault.SCHEME
    if parts.username is not None or parts.password is not None:
        return UrlFault.CREDENTIALS
    if is_open:
        return None
    if port_of(url) not in PORTS:
        return UrlFault.PORT
    return UrlFault.ADDRESS if _is_inside(parts.hostname) else None


def port_of(url: str) -> int:
    """Return the port of a URL without fault."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def is_public(text: str) -> bool:
    """Tell whether an address is one of the public internet, whatever form it is written in.

    An IPv4 address inside an IPv6 one is judged as what it is: mapped, translated (NAT64), 6to4.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is None:
            is_global = address in _GLOBAL_6
            return is_global and not any(address in network for network in _FORBIDDEN_6)
        address = inner
    return not any(address in network for network in _FORBIDDEN_4)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for, None where it is itself."""
    bits = int(address)
    if address in _MAPPED or address in _TRANSLATED:
        return IPv4Address(bits & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(bits >> 80 & 0xFFFF_FFFF)
    return None


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL that every reader splits alike, None for any other."""
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`{|}')
    if not is_plain or len(url) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if len(parts.hostname or "") <= LONGEST_HOST else None


def _is_inside(host: str) -> bool:
    """Tell whether a host names, by its text, something inside: an address, or a local name.

    Numbers such as `2130706433` or `0x7f.1` are addresses to some resolvers.
    """
    try:
        ip_network(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        is_number = last.isdecimal() or last.startswith("0x")
        return (
            is_number or "." not in host.rstrip(".") or last in {"localhost", "local", "internal"}
        )
    return not is_public(host)
