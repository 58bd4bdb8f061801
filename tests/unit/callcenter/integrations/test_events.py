"""What other programs are told: nothing personal, and every field there is."""

import msgspec
import pytest

from callcenter.integrations.events import KIND_NAMES, KINDS, message, message_id
from routing import events as ev
from routing.ids import ContactId, QueueId
from routing.model import Channel

PERSONAL = {"customer_key", "detail_id", "needs", "by"}


@pytest.mark.parametrize("name", KINDS)
def test_every_field_is_the_events_and_none_is_personal(name: str) -> None:
    fields = getattr(ev, name).__struct_fields__
    assert set(KINDS[name].fields) <= set(fields)
    assert not PERSONAL & set(KINDS[name].fields)


def test_names_are_unique() -> None:
    assert len(set(KIND_NAMES)) == len(KINDS)


def test_a_message_is_as_standard_webhooks_has_it() -> None:
    event = ev.ContactArrived(
        1_700_000_000_123, ContactId("c-1"), Channel.CHAT, QueueId("sales"), "key of Carol"
    )
    assert msgspec.json.decode(message("main", 7, event)) == {
        "type": "contact.arrived",
        "timestamp": "2023-11-14T22:13:20.123Z",
        "data": {
            "domain_id": "main",
            "seq": 7,
            "at_ms": 1_700_000_000_123,
            "contact_id": "c-1",
            "channel": "chat",
            "queue_id": "sales",
        },
    }
    assert message_id("main", 7) == "main.7"
