"""The checker of leads names what was spoiled, and nothing in what was not."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from callcenter.leads.entrance import contact_id_of
from callcenter.ports.leads import LeadWords, StoredLead
from crm_link.leads.model import Lead, LeadStage
from loadtests.observing import Kind, Seen
from routing import events as ev
from routing.ids import ContactId, QueueId
from routing.model import Channel
from tests.chaos.configuration import interests
from tests.chaos.history import Entry, Evidence
from tests.chaos.leads import check_leads

CHAT = ContactId("chat-1")


def lead(lead_id: str, rounds: int = 0) -> Lead:
    return Lead(
        lead_id=lead_id,
        stage=LeadStage.NEW,
        version=1 + rounds,
        queue_id="sales",
        created_at_ms=1,
        rounds=rounds,
    )


BROUGHT = StoredLead(
    lead=lead("lead-1", rounds=1),
    words=LeadWords(interest="a bigger one"),
    created_by="anna",
    contact_id=CHAT,
    customer_key="",
    language="en",
)
OTHER = msgspec.structs.replace(BROUGHT, lead=lead("lead-2"))
TASK = contact_id_of(BROUGHT, 1)


def evidence(*tasks: ContactId, disposition_id: str = "interested") -> Evidence:
    arrived = [
        Entry(seq, ev.ContactArrived(seq, one, Channel.TASK, QueueId("sales"), ""))
        for seq, one in enumerate(tasks, 1)
    ]
    told = Seen(kind=Kind.WRAP_UP, seq=9, contact_id=CHAT, state=disposition_id)
    return Evidence(arrived, [], [told])


def test_interest_that_became_a_lead_and_its_task_is_no_problem() -> None:
    leads = {str(CHAT): [BROUGHT], str(TASK): [BROUGHT]}
    assert check_leads(leads, interests(), evidence(TASK)) == []


@pytest.mark.parametrize(
    ("stage", "is_told"), [(LeadStage.NEW, False), (LeadStage.LOST, True), (LeadStage.WON, True)]
)
def test_a_task_may_be_ahead_of_its_leads_row_while_that_is_open(
    stage: LeadStage, is_told: bool
) -> None:
    behind = msgspec.structs.replace(
        BROUGHT, lead=msgspec.structs.replace(lead("lead-1"), stage=stage)
    )
    found = check_leads({str(CHAT): [behind]}, interests(), evidence(TASK))
    assert [one.rule for one in found] == (["once"] if is_told else [])


def test_another_disposition_promises_nothing() -> None:
    assert check_leads({}, interests(), evidence(disposition_id="solved")) == []


@pytest.mark.parametrize(
    ("leads", "tasks", "said"),
    [
        ({}, [], "is no lead"),
        ({CHAT: [BROUGHT, OTHER]}, [TASK], "more than one"),
        ({CHAT: [BROUGHT]}, [], "never came"),
        ({CHAT: [OTHER]}, [TASK], "is of no lead"),
    ],
)
def test_what_was_spoiled_is_named(
    leads: Mapping[str, Sequence[StoredLead]], tasks: list[ContactId], said: str
) -> None:
    problems = check_leads(leads, interests(), evidence(*tasks))
    assert any(said in problem.text for problem in problems)
