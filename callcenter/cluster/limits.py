"""Bounds of what processes say to each other, named, with what happens when they are met."""

from typing import Final

LEASE_MS: Final = 2_000
"""A lease that is not renewed for so long is over: a take-over cannot begin sooner, and a process that does nothing for so
long, for whatever reason, may lose what it has. Six renewals fit in."""

STARTING_LEASE_MS: Final = 10_000
"""The same from taking it until the process is ready: the very first start reads and checks a whole configuration. Whoever dies
in just that time is taken over later by as much."""

LEASE_RENEW_EVERY_S: Final = 0.3
"""How often it is renewed; a process that was asleep for LEASE_MS writes nothing before it has looked who has it now."""

LEASE_MISSING_S: Final = 0.7
"""A lease that is gone before its time (Redis was emptied) is left alone for so long: its owner puts it back first."""

LEASE_WATCHED_S: Final = 0.5
"""Who has looked no longer ago than this has seen a lease run out, and takes it at once. Whoever was asleep longer, or had no
answer from Redis, waits LEASE_MISSING_S: the owner may have been kept from renewing by the same."""

LEASE_LOOK_EVERY_S: Final = 0.05
"""How often whoever waits for a lease looks."""

REDIS_TIMEOUT_S: Final = 2.0
"""How long Redis may take to answer or to be reached."""

BLOCK_MS: Final = 1_000
"""How long one read of a stream waits; shorter than REDIS_TIMEOUT_S."""

RETRY_S: Final = 0.2
"""The pause after Redis could not be reached."""

COMMANDS_MAX: Final = 50_000
"""Entries of the stream of commands; the oldest go first, and their askers ask again."""

ANSWERS_MAX: Final = 20_000
"""Entries of the stream of one process's answers."""

ANSWERS_KEPT_S: Final = 600
"""The stream of answers of a process that is gone is deleted after so long."""

NEWS_MAX: Final = 100
"""Entries of the stream that wakes followers; only the newest is of use."""

READ_AT_ONCE: Final = 500
"""Entries of one read or one write."""

ASKED_MAX: Final = 20_000
"""Commands a process may have under way; more is refused with 503 `overloaded`."""

ASK_AGAIN_S: Final = 1.0
"""A command without an answer is sent again after so long, under the same command id."""

ANSWER_LIMIT_S: Final = 8.0
"""Then its sender hears 503 `routing_paused`: not known to be done. Longer than a take-over."""

PAUSED_AFTER_S: Final = 3.0
"""No router is known for so long: `/readyz` says `routing_paused`, and commands hear it at once."""

OWNER_LOOK_EVERY_S: Final = 0.2
"""How often a process looks which router decides."""

MIRROR_POLL_S: Final = 0.25
"""How often the journal is read when nobody says that there is something new."""

SOCKETS_TOLD_EVERY_S: Final = 1.0
"""How often a gateway says whose sockets are open, and at once after a change, looked for every SOCKETS_LOOK_S."""

SOCKETS_LOOK_S: Final = 0.1

SOCKETS_LINGER_S: Final = 0.5
"""How much later than an opened socket a closed one is said, so that whoever moves to another gateway is there first."""

SOCKETS_KEPT_S: Final = 3.5
"""The sockets of a gateway that has said nothing for so long, while Redis was there, count as gone. As long a new router
waits before it believes that anybody is gone."""

FORWARD_CONNECT_S: Final = 2.0
"""How long a gateway tries to reach the router; then 503 `routing_paused`."""

FORWARD_S: Final = 60.0
"""How long the router may take to answer what is passed on to it."""

FORWARD_FRAME_BYTES_MAX: Final = 1024 * 1024
"""Largest frame of a socket that is passed on; the router's own bound is smaller."""

NOTES_MAX: Final = 5_000
"""Entries of the stream of notes; whoever is further behind has the cards again CARDS_AGAIN_S later."""

NOTES_WAITING_MAX: Final = 5_000
"""Notes not written yet; more are left out."""

CARDS_LOOK_S: Final = 0.05
"""How often the router tells which cards have changed."""

CARDS_AGAIN_S: Final = 10.0
"""How often it tells all that say something."""

CARDS_KEPT: Final = 20_000
"""Contacts of whom a gateway keeps what the router has said; the oldest are forgotten."""

TRUSTED_FOR_S: Final = 30 * 86_400
"""How long it is remembered that somebody has logged in from an address, whom strangers there do not hold up."""
