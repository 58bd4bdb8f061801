"""The signed token of a contact: made, read, and never guessed."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.channels.mail.tokens import MailTokens, mailbox_address_of
from routing.ids import ContactId, DetailId

TOKENS = MailTokens(b"a secret of this test, long enough", "mail.example")
OTHERS = MailTokens(b"another secret of this test, as long", "mail.example")
CONTACT = ContactId(str(uuid.UUID(int=7)))
MAIL = DetailId(str(uuid.UUID(int=9)))
HELP = "help@shop.example"


def test_address_and_message_id_lead_back_to_the_contact() -> None:
    address = TOKENS.reply_address(HELP, CONTACT)
    message_id = TOKENS.message_id(HELP, CONTACT, MAIL)
    assert mailbox_address_of(address.upper()) == HELP
    assert len(address.partition("@")[0]) <= 64
    assert TOKENS.contact_of_address(address) == CONTACT
    assert TOKENS.contact_of_address(address.upper()) == CONTACT
    assert TOKENS.contact_of_message_id(message_id) == CONTACT
    assert TOKENS.mail_of_message_id(message_id) == MAIL
    assert message_id.endswith("@mail.example>")
    assert MailTokens(b"x" * 32).message_id(HELP, CONTACT, MAIL).endswith("@shop.example>")


def test_a_call_is_led_back_to_though_its_id_is_written_otherwise() -> None:
    call = ContactId(CONTACT.replace("-", ""))
    assert TOKENS.contact_of_address(TOKENS.reply_address(HELP, call)) == call
    assert OTHERS.contact_of_address(TOKENS.reply_address(HELP, call)) is None


def test_the_same_mail_has_the_same_id_for_ever() -> None:
    assert TOKENS.message_id(HELP, CONTACT, MAIL) == TOKENS.message_id(HELP, CONTACT, MAIL)
    assert TOKENS.incoming_id("help", b"x") == TOKENS.incoming_id("help", b"x")
    assert TOKENS.incoming_id("help", b"x") != TOKENS.incoming_id("sales", b"x")
    assert TOKENS.message_key("help", "") == ""


def test_another_secret_knows_none_of_it() -> None:
    assert OTHERS.contact_of_address(TOKENS.reply_address(HELP, CONTACT)) is None
    assert OTHERS.mail_of_message_id(TOKENS.message_id(HELP, CONTACT, MAIL)) is None
    assert OTHERS.message_key("help", "<1@x>") != TOKENS.message_key("help", "<1@x>")


@pytest.mark.parametrize("place", range(42))
def test_each_changed_character_is_noticed(place: int) -> None:
    local, _, domain = TOKENS.reply_address(HELP, CONTACT).partition("@")
    token = local.partition("+")[2]
    changed = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
    found = TOKENS.contact_of_address(f"help+{changed}@{domain}")
    # The last character has bits that stand for nothing.
    assert found is None or (place == 41 and found == CONTACT)


@given(st.text(max_size=80))
def test_no_text_is_a_token(text: str) -> None:
    assert TOKENS.contact_of_address(text) is None
    assert TOKENS.contact_of_message_id(f"<{text}@x>") is None
    assert TOKENS.mail_of_message_id(text) is None


def test_of_a_message_id_with_another_end_the_contact_is_known_and_the_mail_is_not() -> None:
    token = TOKENS.message_id(HELP, CONTACT, MAIL).partition(".")[0]
    assert TOKENS.contact_of_message_id(f"{token}.abc@x>") == CONTACT
    assert TOKENS.mail_of_message_id(f"{token}.abc@x>") is None
