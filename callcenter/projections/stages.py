"""Where a contact stands after an event: the core's own transition table, without the state before.

Each event leads to one state, whatever came before it; a test holds this against the core's table.
"""

from typing import Final

from routing.state import CONTACT_TRANSITIONS, ContactState

STAGE_AFTER: Final[dict[type, ContactState]] = {
    event: state for (_, event), state in CONTACT_TRANSITIONS.items()
}
