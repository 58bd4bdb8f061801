"""Where a contact stands after an event: the core's own transition table, without the state before.

Each event leads to one state, whatever came before it; a test holds this against the core's table.
"""

from typing import Final

from routing import events as ev
from routing.state import CONTACT_TRANSITIONS, ContactState

STAGE_AFTER: Final[dict[type, ContactState]] = {
    event: state for (_, event), state in CONTACT_TRANSITIONS.items()
}


def stage_after(event: ev.Event) -> ContactState | None:
    """Where the event leaves its contact; None if the contact stays where it is.

    The end of one of several offers of a contact moves it only if it was the last and nobody accepted.
    """
    if not getattr(event, "contact_waits", True):
        return None
    return STAGE_AFTER.get(type(event))
