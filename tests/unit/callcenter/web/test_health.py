"""Health is for the machine's own eyes."""

import pytest
from aiohttp.test_utils import make_mocked_request

from callcenter.web.health_routes import is_from_here


class Transport:
    """A connection from somewhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 1) if name == "peername" else default


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
        ("x", False),
    ],
)
def test_only_this_machine_is_here(address: str, is_here: bool) -> None:
    request = make_mocked_request("GET", "/metrics", transport=Transport(address))
    assert is_from_here(request) is is_here


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For"])
def test_a_front_on_this_machine_is_not(header: str) -> None:
    request = make_mocked_request(
        "GET", "/metrics", headers={header: "for=192.0.2.1"}, transport=Transport("127.0.0.1")
    )
    assert not is_from_here(request)
