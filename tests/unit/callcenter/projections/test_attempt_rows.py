"""What the journal tells of a campaign's permits, in changes of their rows."""

import pytest

from callcenter.ports.campaigns import permit_id_of
from callcenter.projections.attempt_rows import AttemptRows
from crm_link.outbound.judging import NEVER_DIALLED
from routing import events as ev
from routing.ids import AgentId, ContactId, QueueId
from routing.model import Channel, Dial, DialFailure

CONTACT, ANN = ContactId("c1"), AgentId("ann")


def rows_of_a_call_that_failed(failure: DialFailure) -> dict[str, object]:
    """The row at the end of an attempt whose permit was used."""
    dial = Dial(permit_id_of("tea", "e" * 32, 1), 25_000, is_agent_first=True)
    folded = AttemptRows()
    row: dict[str, object] = {}
    for event in (
        ev.ContactArrived(1, CONTACT, Channel.OUTBOUND_VOICE, QueueId("sales"), "", dial=dial),
        ev.PermitUsed(2, CONTACT, ANN, 9),
        ev.DialEnded(3, CONTACT, ANN, failure),
    ):
        for change in folded.changes(event):
            row |= change.put
    return row


@pytest.mark.parametrize("failure", DialFailure)
def test_a_call_was_dialled_unless_its_end_says_that_nothing_left(failure: DialFailure) -> None:
    row = rows_of_a_call_that_failed(failure)
    assert (row["outcome"], row["ended_at_ms"]) == (failure, 3)
    assert row["dialled_at_ms"] == (None if failure in NEVER_DIALLED else 2)
