"""The caller behind reverse proxies: only what a listed proxy has appended is believed."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.http.limits import FORWARDED_ADDRESSES_MAX
from callcenter.http.proxies import caller_of, seeing_through

PROXIES = [ipaddress.ip_network(text) for text in ("127.0.0.1/32", "10.0.0.0/8", "fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        # nobody listed in between: the header is somebody's own word
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("203.0.113.9", [], "203.0.113.9"),
        # one proxy, which has appended
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        # a balancer before it
        ("127.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1,203.0.113.9,10.1.2.3"], "203.0.113.9"),
        # everybody is listed: the outermost of them
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        # other spellings
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("127.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("127.0.0.1", ["2001:DB8:0::7"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        # no address at all
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, unknown, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_the_caller(peer: str, forwarded: list[str], caller: str) -> None:
    assert caller_of(peer, forwarded, PROXIES) == caller


def test_a_long_list_is_read_from_the_right_and_no_further() -> None:
    words = ["203.0.113.9"] + ["10.0.0.1"] * FORWARDED_ADDRESSES_MAX
    assert caller_of("127.0.0.1", [", ".join(words)], PROXIES) == "10.0.0.1"


@given(
    said=st.lists(st.ip_addresses().map(str), max_size=4),
    true=st.ip_addresses(network="203.0.113.0/24").map(str),
)
def test_whatever_a_caller_writes_before_its_proxy_changes_nothing(
    said: list[str], true: str
) -> None:
    assert caller_of("127.0.0.1", [", ".join([*said, true])], PROXIES) == true


@given(said=st.text(max_size=60))
def test_no_text_is_too_strange(said: str) -> None:
    assert caller_of("127.0.0.1", [said], PROXIES)


def test_without_a_list_nothing_is_looked_at() -> None:
    assert seeing_through(()) == []
    assert len(seeing_through(("127.0.0.1/32",))) == 1
