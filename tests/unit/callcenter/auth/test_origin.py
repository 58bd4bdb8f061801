"""A foreign page cannot act with somebody's cookie."""

import pytest

from callcenter.auth.origin import is_own_origin

OWN = "http://desk.example:8080"
LISTED = frozenset({"https://shop.example"})


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": OWN},
        {"Origin": "https://desk.example:8080"},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_own_and_listed_pages_may(headers: dict[str, str]) -> None:
    assert is_own_origin(headers, own=OWN, listed=LISTED, is_required=True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "http://desk.example"},
        {"Origin": "http://desk.example:8081"},
        {"Origin": "http://desk.example:8080.evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "HTTP://DESK.EXAMPLE:8080"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
def test_nobody_else_may(headers: dict[str, str]) -> None:
    assert not is_own_origin(headers, own=OWN, listed=LISTED, is_required=True)


def test_a_program_without_a_cookie_needs_no_origin() -> None:
    assert is_own_origin({}, own=OWN, listed=LISTED, is_required=False)
    assert not is_own_origin(
        {"Origin": "http://evil.example"}, own=OWN, listed=LISTED, is_required=False
    )
    assert not is_own_origin(
        {"Sec-Fetch-Site": "cross-site"}, own=OWN, listed=LISTED, is_required=False
    )
