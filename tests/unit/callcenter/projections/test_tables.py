"""The projections move a contact exactly where the core does."""

from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.projections.queue_board import QueueBoard
from callcenter.projections.stages import STAGE_AFTER
from callcenter.storage import interactions as stored
from callcenter.storage.tables.projected import PROJECTION_TABLES
from routing import events as ev
from routing.state import CONTACT_TRANSITIONS


def test_each_event_leads_to_one_state_whatever_was_before() -> None:
    for (_, event), state in CONTACT_TRANSITIONS.items():
        assert STAGE_AFTER[event] is state


def test_both_folds_take_every_event_that_moves_a_contact() -> None:
    moving = {event for _, event in CONTACT_TRANSITIONS} | {ev.ContactArrived}
    assert moving <= set(InteractionLog()._handlers)
    assert moving <= set(QueueBoard(0)._handlers)


def test_fold_and_store_mean_the_same_cursor() -> None:
    assert NAME == stored.PROJECTION
    figures = {"queue_intervals", "agent_intervals", "queue_thresholds"}
    assert (
        set(PROJECTION_TABLES)
        == {"interactions", "phases", "agent_states", "campaign_attempts"} | figures
    )
