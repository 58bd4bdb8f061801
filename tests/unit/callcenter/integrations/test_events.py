"""What other programs are told: nothing personal, and every field there is."""

import msgspec
import pytest

from callcenter.integrations.events import (
    KIND_NAMES,
    KINDS,
    message,
    message_id,
    notice_message,
    notice_message_id,
)
from callcenter.notices import (
    CASE_STEPS,
    FIELDS,
    case_notice,
    entry_kind,
    entry_notice,
    lead_notice,
    sending_notice,
)
from callcenter.ports.articles import Sending
from crm_link.cases.model import Step
from routing import events as ev
from routing.ids import ContactId, QueueId
from routing.model import Channel
from tests.contract import test_campaigns as campaigns
from tests.contract import test_cases as cases
from tests.contract import test_leads as leads

PERSONAL = {"customer_key", "detail_id", "needs", "by"}


@pytest.mark.parametrize("name", KINDS)
def test_every_field_is_the_events_and_none_is_personal(name: str) -> None:
    fields = getattr(ev, name).__struct_fields__
    assert set(KINDS[name].fields) <= set(fields)
    assert not PERSONAL & set(KINDS[name].fields)


def test_names_are_unique() -> None:
    assert len(set(KIND_NAMES)) == len(KINDS) + len(FIELDS)


def test_every_step_of_a_case_is_told_under_a_name_of_its_own() -> None:
    assert set(CASE_STEPS) == set(Step)
    assert len(set(CASE_STEPS.values())) == len(Step)


@pytest.mark.parametrize("kind", FIELDS)
def test_nothing_of_a_notice_is_personal(kind: str) -> None:
    words = {"subject", "description", "interest", "text", "number", "name", "note", "customer"}
    assert not [field for field in FIELDS[kind] if set(field.split("_")) & (PERSONAL | words)]


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


def test_a_notice_holds_the_fields_that_are_promised() -> None:
    case, lead, entry = cases.stored(), leads.stored(), campaigns.entry(attempts=1)
    of_lead = lead_notice(lead, leads.event(lead), None)
    assert of_lead is not None
    assert entry_kind(entry, 1) is None
    kind = entry_kind(entry, 0)
    assert kind == "campaign.entry_tried"
    sending = Sending("m1", "returns", 2, "zh", ContactId("c1"), "chat", "u-ann", 9)
    notices = (
        case_notice(case, cases.event(case)),
        of_lead,
        entry_notice(kind, entry, "sales"),
        sending_notice(sending),
    )
    for one in notices:
        assert tuple(msgspec.json.decode(one.data)) == FIELDS[one.kind]


def test_a_notice_is_told_as_an_event_is() -> None:
    case = cases.stored()
    one = msgspec.structs.replace(case_notice(case, cases.event(case)), notice_no=8)
    told = msgspec.json.decode(notice_message("main", one))
    assert (told["type"], told["timestamp"]) == ("case.opened", "1970-01-01T00:00:00.005Z")
    beside = {name: told["data"][name] for name in ("domain_id", "notice_no", "at_ms", "case_id")}
    assert beside == {"domain_id": "main", "notice_no": 8, "at_ms": 5, "case_id": "k1"}
    assert notice_message_id("main", one) == "main.case.k1.1"
