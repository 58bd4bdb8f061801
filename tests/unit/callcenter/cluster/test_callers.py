"""A gateway vouches for whose request it passes on; nobody else can."""

import pytest

from callcenter.cluster.callers import address_of, signed

SECRET = b"s" * 32


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7", ""])
def test_the_address_comes_through(address: str) -> None:
    assert address_of(signed(address, SECRET), SECRET) == address


@pytest.mark.parametrize(
    "value",
    ["", "203.0.113.7", "203.0.113.7 ", "203.0.113.7 é", signed("203.0.113.7", b"t" * 32)],
)
def test_anybody_else_s_word_is_none(value: str) -> None:
    assert address_of(value, SECRET) is None


def test_a_signature_is_of_one_address() -> None:
    _, _, signature = signed("203.0.113.7", SECRET).partition(" ")
    assert address_of(f"203.0.113.8 {signature}", SECRET) is None
