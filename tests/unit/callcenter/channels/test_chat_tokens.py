"""A token proves one contact; a customer's key tells nothing and is always the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.channels.chat_throttle import StartThrottle
from callcenter.channels.chat_tokens import ChatTokens
from callcenter.clock import new_id
from callcenter.http.errors import ApiError
from callcenter.tries import MemoryTries
from routing.ids import ContactId

TOKENS = ChatTokens(b"s" * 32)


@given(st.text(min_size=1, max_size=60))
def test_every_token_proves_its_contact(contact: str) -> None:
    contact_id = ContactId(contact.encode("utf-8", "ignore").decode())
    token = TOKENS.token_of(contact_id)
    assert TOKENS.contact_of(token) == contact_id
    assert TOKENS.token_of(contact_id) == token


@given(st.text(max_size=300))
def test_guesses_prove_nothing(guess: str) -> None:
    assert TOKENS.contact_of(guess) is None


@given(st.integers(0, 60), st.characters(categories=["L", "N", "P"]))
def test_a_changed_token_proves_nothing(place: int, character: str) -> None:
    token = TOKENS.token_of(ContactId("0190a1b2-0000-7000-8000-000000000001"))
    changed = token[:place] + character + token[place + 1 :]
    assert (TOKENS.contact_of(changed) is None) == (changed != token)


def test_another_secret_proves_nothing() -> None:
    assert ChatTokens(b"x" * 32).contact_of(TOKENS.token_of(ContactId("c1"))) is None


async def test_starts_are_counted_for_each_address() -> None:
    throttle = StartThrottle(2, MemoryTries(lambda: 0.0), new_id)
    for _ in range(2):
        await throttle.check("192.0.2.1")
    with pytest.raises(ApiError) as refused:
        await throttle.check("192.0.2.1")
    assert refused.value.code == "chat_throttled"
    await throttle.check("192.0.2.2")
