"""Compare the leads a server has left behind with the wrap-ups it has acknowledged, and with the tasks they became."""

from collections.abc import Container, Mapping, Sequence

from callcenter.leads.entrance import contact_id_of
from callcenter.ports.leads import StoredLead
from loadtests.observing import Kind
from routing import events as ev
from routing.model import Channel
from tests.chaos.history import Evidence, Problem


def check_leads(
    leads: Mapping[str, Sequence[StoredLead]], interests: Container[str], evidence: Evidence
) -> list[Problem]:
    """An acknowledged wrap-up that says there is interest made one lead; every lead came as its tasks, each once.

    `leads`: of every contact, those it is about (two at most); `interests`: the dispositions that make a lead.
    """
    tasks = [
        str(one.event.contact_id)
        for one in evidence.entries
        if isinstance(one.event, ev.ContactArrived) and one.event.channel is Channel.TASK
    ]
    promised = {
        seen.contact_id
        for seen in evidence.seen
        if seen.kind is Kind.WRAP_UP and not seen.refused_as and seen.state in interests
    }
    lost = sorted(one for one in promised if not leads.get(one))
    double = sorted(one for one, found in leads.items() if len(found) > 1)
    known = {one.lead.lead_id: one for found in leads.values() for one in found}
    rounds = {
        contact_id_of(one, round_)
        for one in known.values()
        for round_ in range(1, one.lead.rounds + 1)
    }
    # A router that stopped just after the contact came tells of it in the lead's row when it is there again.
    coming = {contact_id_of(one, one.lead.rounds + 1) for one in known.values() if one.lead.is_open}
    return [
        *(Problem("I1", 0, f"{one} was wrapped up with interest and is no lead") for one in lost),
        *(Problem("once", 0, f"{one} made more than one lead") for one in double),
        *(Problem("I1", 0, f"the task {one} of a lead never came") for one in rounds - {*tasks}),
        *(
            Problem("once", 0, f"the task {one} is of no lead")
            for one in {*tasks} - rounds - coming
        ),
    ]
