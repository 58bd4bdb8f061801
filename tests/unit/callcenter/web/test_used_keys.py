"""A key is free for the same request, taken for another, and forgotten in the end."""

import pytest

from callcenter.web import used_keys
from callcenter.web.used_keys import UsedKeys


def test_a_key_belongs_to_its_request() -> None:
    keys = UsedKeys()
    assert keys.is_free("k", b"one")
    keys.remember("k", b"one")
    assert keys.is_free("k", b"one")
    assert not keys.is_free("k", b"two")


def test_the_oldest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(used_keys, "KEYS_REMEMBERED_MAX", 2)
    keys = UsedKeys()
    for key in ("a", "b", "c"):
        keys.remember(key, b"one")
    assert keys.is_free("a", b"two")
    assert not keys.is_free("b", b"two")
