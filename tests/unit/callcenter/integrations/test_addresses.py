"""Where nothing may be sent, in every spelling we know of."""

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

import pytest

from callcenter.integrations.addresses import (
    AddressRefused,
    GuardedResolver,
    is_allowed,
    networks_of,
    target_of,
)

OWN = networks_of(["10.20.0.0/16", "127.0.0.1/32"])

NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - an address nobody is sent to
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::8.8.8.8",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(text: str) -> None:
    assert not is_allowed(ip_address(text), ())


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_taken(text: str) -> None:
    assert is_allowed(ip_address(text), ())
    assert not is_allowed(ip_address(text), (), is_plain=True)


def test_a_listed_network_is_taken_and_only_that() -> None:
    assert is_allowed(ip_address("10.20.3.4"), OWN)
    assert is_allowed(ip_address("10.20.3.4"), OWN, is_plain=True)
    assert not is_allowed(ip_address("10.21.3.4"), OWN)
    assert not is_allowed(ip_address("::ffff:10.20.3.4"), OWN)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example/hook",
        "ftp://crm.example/",
        "file:///etc/passwd",
        "gopher://crm.example/",
        "http://crm.example/",
        "https://",
        "https:///path",
        "https://127.0.0.1/",
        "https://127.0.0.1:443/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://user@crm.example/",
        "https://user:secret@crm.example/",
        "https://crm.example@127.0.0.1/",
        "https://127.0.0.1\\@crm.example/",
        "https://crm.example/#fragment",
        "https://①②⑦.⓪.⓪.①/",
        "https://crm.example/\r\nHost: other",
        "https://crm.example/ x",
        "https://crm.example:99999/",
        "https://[not-an-address]/",
        "https://crm.example/" + "x" * 1_000,
    ],
)
def test_a_url_that_looks_wrong_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(url, ())


def test_a_right_url_is_taken() -> None:
    assert str(target_of("https://crm.example/hook?a=b", ())) == "https://crm.example/hook?a=b"
    assert target_of("https://crm.example:8443/", ()).port == 8443
    assert target_of("http://10.20.0.1/", OWN).scheme == "http"
    with pytest.raises(AddressRefused):
        target_of("http://8.8.8.8/", OWN)


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "localhost", "0"]
)
async def test_a_name_that_means_this_machine_is_refused(host: str) -> None:
    """These are no literals to the HTTP library: the system's resolver reads them."""
    target_of(f"https://{host}/", ())
    with pytest.raises(AddressRefused):
        await GuardedResolver((), is_plain=False).resolve(host, 443)


async def test_one_bad_address_among_good_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lead(*_args: object, **_facts: object) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("93.184.216.34", 443)), (*kind, ("10.0.0.1", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lead)
    with pytest.raises(AddressRefused):
        await GuardedResolver((), is_plain=False).resolve("rebinding.example", 443)


async def test_the_connection_goes_to_the_address_that_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lead(*_args: object, **_facts: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lead)
    resolver = GuardedResolver((), is_plain=False)
    (found,) = await resolver.resolve("crm.example", 443)
    assert (found["host"], found["flags"]) == ("93.184.216.34", socket.AI_NUMERICHOST)
    await resolver.close()
