"""Every bound of flows and sessions, named, with what happens when it is met."""

from typing import Final

FLOWS_MAX: Final = 200
"""Flows of one configuration; more are refused by its check."""

NODES_MAX: Final = 300
"""Nodes of one flow; more are refused by the configuration's check."""

NODES_WITHOUT_INPUT_MAX: Final = 100
"""Nodes a session may pass without waiting for anything; at the limit it ends as a fault."""

ASKS_MAX: Final = 500
"""Asks of one session, those of its queue aside; at the limit it ends as a fault."""

DEPTH_MAX: Final = 8
"""Flows within one another; one deeper ends the session as a fault."""

ATTEMPTS_MAX: Final = 10
"""How often one menu or gather may be asked in a row; more is refused by the configuration's check."""

VALUE_CHARACTERS_MAX: Final = 500
"""Characters of one value of a session; what is longer is cut."""

VALUES_MAX: Final = 200
"""Values of one session; further ones are not taken."""

SAY_MS: Final = 60_000
"""Until when a text must be over; then the session goes on as if it were."""

LOOK_UP_MS: Final = 2_000
"""Until when hours and profiles must be known; then the session goes on without."""

MARGIN_MS: Final = 5_000
"""How much longer than its own time-out an ask is waited for: whoever carries it out may be late."""

TRANSFER_MS: Final = 60_000
"""Until when a transfer must have come about; then it has failed."""

QUEUED_MS: Final = 24 * 3_600_000
"""How long a session goes with a customer who waits in a queue; then it ends, and the queue keeps the contact."""
