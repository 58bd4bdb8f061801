"""Every bound of the way to Asterisk, named, with what happens when it is met."""

from typing import Final

ASK_MS: Final = 5_000
"""How long Asterisk may take to answer one request; then the connection counts as lost."""

CONNECT_MS: Final = 3_000
"""How long a connection may take to come about."""

ECHO_MS: Final = 2_000
"""How long an event of our own may take to come; then nothing that Asterisk tells comes here, and we connect anew."""

HEARTBEAT_S: Final = 4.0
"""How often the socket is tried; without an answer within half of it the connection is lost."""

EVENTS_WAITING_MAX: Final = 20_000
"""Events read and not yet looked at; at the limit nothing more is read, Asterisk ends the connection, and what was missed
is looked up."""

FRAME_BYTES_MAX: Final = 1024 * 1024
"""Size of one frame; a larger one ends the connection. Asterisk itself cannot make one of half the size."""

LIST_MS: Final = 15_000
"""How long Asterisk may take to give a whole list; then the connection counts as lost."""

LIST_BYTES_MAX: Final = 64 * 1024 * 1024
"""Size of a list, some 100,000 channels; a larger one counts as a lost connection."""

RETRY_FIRST_MS: Final = 100
"""How long the first further try to connect waits; each one after it twice as long, give or take half."""

RETRY_MAX_MS: Final = 2_000
"""The longest wait between two tries."""

RETRY_REFUSED_MS: Final = 15_000
"""The wait when Asterisk does not let us in, or another program has taken our place."""

GONE_AFTER_MS: Final = 2_000
"""How long nobody may listen where Asterisk was; then its calls are over (`pbx_lost`)."""

PROGRESS_MS: Final = 6_000
"""How long a phone may show no sign of ringing; then it cannot be reached."""

PLACED_REMEMBERED: Final = 1_000
"""Calls of ours that are over whose late commands dial nobody; beyond it the oldest is forgotten."""

PROLONGED_TIMES: Final = 3
"""How often the time limit of a waiting caller is set anew before it would run out."""

SPY_TRIES: Final = 40
"""How often a channel that was just made is put into its bridge; then the supervisor's leg is ended."""

SPY_RETRY_MS: Final = 25
"""The wait between two of those."""
