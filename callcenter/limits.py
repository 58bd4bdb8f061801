"""Every bound of the shell's engine room, named, with what happens when it is met.

The core's bounds stand in `routing/limits.py`.
"""

INBOX_COMMANDS_MAX = 20_000
"""Commands waiting to be decided; more is refused with 503 `overloaded` and Retry-After."""

PRESSURE_PROBE_EVERY_MS = 100
"""How often it is measured how late the event loop is."""

PRESSURE_HIGH_MS = 150
"""Later than this, newcomers who can ask again (chats, mails) are told to: 503 `overloaded` and Retry-After, 451 for a
mail. Whoever is served and every call goes on."""

PRESSURE_BUSY_SHARE = 0.8
"""A process that was at work for so much of the time is under pressure past PRESSURE_LOW_MS already."""

PRESSURE_LATE_MORE = 5
"""So many times more often than on time: one pause of the machine is no load."""

PRESSURE_LOW_MS = 25
"""No later than this, some more of them are taken; later, half as many."""

PRESSURE_SHARE_STEP = 0.04
"""So much more of the newcomers are taken after each timer that was on time: all of them after 2.5 s."""

GROUP_COMMIT_COMMANDS_MAX = 500
"""Commands in one group commit; the rest goes into the next."""

SNAPSHOT_EVERY_EVENTS = 20_000
"""Events between two snapshots: recovery folds at most this many, and what came since."""

OUTCOMES_KEPT_MS = 24 * 3600 * 1000
"""How long a command id is remembered; a repeat after that is a new command."""

OUTCOMES_FORGET_EVERY_MS = 10 * 60 * 1000
"""How often outcomes past their time are deleted."""

COMMAND_IDS_REMEMBERED = 500_000
"""Command ids held in memory to know without asking the store that an id is new; past it every unknown id is
looked up."""

STALLED_AFTER_MS = 2_000
"""No progress of the decision loop for this long with work pending = not ready: `/readyz` is 503 until it goes on."""

READ_BACK_EVENTS = 500
"""Events that are published at a time when they are read from the journal."""

STORAGE_PROBE_EVERY_MS = 500
"""How often a failed store is asked whether it writes again."""

VIOLATIONS_TOLERATED = 3
"""Invariant violations within a minute before the process gives up; each one restores the last durable state."""

PRESENCE_SWEEP_MS = 1_000
"""How often presence is compared with the sockets, should an earlier report have failed."""

PRESENCE_SETTLES_MS = 5_000
"""How long somebody who asks for a state from a desk just opened is waited for until the engine has heard of the desk; then 409 `agent_not_present`. Longer than a router that has taken over takes nobody's word."""

DESK_NEWS_MS = 1_500
"""The same where the desk may be at a gateway that has not said so yet, so that it is not even known."""

PRESENCE_LOOK_MS = 20
"""How often it is looked meanwhile."""

ROSTER_POLL_MS = 2_000
"""How often people are compared with the engine's agents: a change made by another process is seen this late."""

SOCKET_HELLO_TIMEOUT_MS = 5_000
"""A socket that has not said hello by then is closed with `hello_missing`."""

SOCKET_PING_EVERY_MS = 10_000
"""How often the server pings a socket; one that does not answer within half of it is gone."""

SOCKET_OUTBOX_BYTES_MAX = 256 * 1024
"""Bytes waiting for one slow reader; past it the socket is closed with `slow_reader`."""

SOCKET_FRAME_BYTES_MAX = 64 * 1024
"""Largest frame a client may send; a larger one closes the socket."""

SOCKET_FRAMES_PER_10S_MAX = 200
"""Frames one socket may send within 10 s; past it the socket is closed with `too_many_frames`."""

SOCKETS_PER_USER_MAX = 20
"""Desk sockets (tabs) of one user; the oldest is closed with `too_many_tabs`."""

SOCKETS_PER_CUSTOMER_MAX = 5
"""Sockets of one customer contact; the oldest is closed with `too_many_tabs`."""

RESUMED_MESSAGES_MAX = 500
"""Messages sent at once to a socket that resumes; older ones are fetched by page."""

BOARD_PUSH_EVERY_MS = 1_000
"""A watching socket gets the board at most this often."""

DESK_GATHER_MS = 5
"""How long what becomes known beside the journal is gathered, before the desks it is on are sent."""

BOARD_REFRESH_MS = 5_000
"""A watching socket gets the board this often even if nothing has happened: who waits too long is missed by the clock."""

CLOCK_AHEAD_MS_MAX = 366 * 86_400_000
"""How far a demo's clock can be led ahead of the wall; more is refused."""

CLOCK_POLL_MS = 250
"""How often a demo's server looks how far its clock is to be led."""

LISTEN_BACKLOG = 4_096
"""Connections the kernel holds while the loop is busy: a mass reconnect must not be refused."""

MESSAGE_CHARACTERS_MAX = 4_000
"""Length of one chat message or of wrap-up notes; longer is refused with 422 `request_invalid`, what is typed into a flow is cut."""

PROFILE_WAIT_MS = 20
"""How long an arriving contact waits for its customer's profile; then it enters without."""

PROFILE_LATE_MS = 10_000
"""How long after that a profile still counts; one that is later is dropped."""

PROFILE_LOOKUPS_MAX = 500
"""Look-ups of profiles under way at once; a contact beyond that enters without."""

PROFILES_PER_WRITE = 1_000
"""Rows of an import written in one transaction: commands of live contacts go in between."""

DRAIN_MS = 5_000
"""How long a stopping server waits for what is under way."""

PROJECTION_LAG_MS = 10_000
"""An interaction log that has not moved for this long while events wait makes the process not ready."""

DAY_POLL_MS = 20_000
"""How often it is checked whether a new day has begun."""

CONFIGURATION_BYTES_MAX = 1_000_000
"""Size of a configuration document sent through the API; a larger one is refused with 413 `body_too_large`, and
the command line takes it."""

ESTIMATES_LEARN_FROM_EVENTS = 20_000
"""How many of the journal's newest events the wait estimates read at a start; some ten to an answered contact."""

EXPORT_ROWS_MAX = 10_000
"""Contacts in one export of the interaction log; the answer says whether there were more."""

TRIED_KEYS_MAX = 100_000
"""Addresses and pairs of name and address whose tries one process counts; the one used longest ago is forgotten first."""

TRUSTED_KEYS_MAX = 50_000
"""Pairs of name and address remembered as having logged in; the oldest is forgotten first."""

EXPORTS_PER_HOUR = 20
"""Exports of one person within an hour; more is refused with 429 `export_throttled`."""

TIMELINE_MESSAGES_MAX = 20
"""Messages of one contact in a customer's timeline: the newest."""

STATISTICS_FOR_MS_MAX = 31 * 24 * 3_600_000
"""The longest time one statistics call tells of; longer is refused with `request_invalid`."""

TURNED_AWAY_KEPT = 1_000
"""Turned-away chats whose reason is at hand before the interaction log has it; the oldest is forgotten first."""

CUSTOMER_CARD_CONTACTS_MAX = 5
"""Earlier contacts on a customer's card; older ones stand in the log."""

CUSTOMER_CARD_LOOKUPS_MAX = 64
"""Cards being looked up at once; past it a desk is shown without, and asks again with its next frame."""

CUSTOMER_CARD_WAIT_MS = 2_000
"""How long a card may take; a desk is shown without meanwhile, and afterwards."""

DIRECTORY_AGENTS_MAX = 50
"""Agents told of in one look at the directory; further ones are found by more of their name."""

USER_CHANGES_TOLD_MAX = 100
"""Changes of one person that are told at once, the newest; older ones stay in the store."""

PEOPLE_IMPORT_BYTES_MAX = 2_000_000
"""Size of a table of people, some 10,000 of them; a larger one is refused with 413 `body_too_large`."""

CLOSED_MESSAGES_KEPT = 1_000
"""Messages of closed queues at hand; the oldest is forgotten first, and its channel says its usual words."""

EMERGENCY_SHOWN_MS = 3_600_000
"""How long an emergency call is shown to a supervisor's page that is opened later."""

EMERGENCIES_SHOWN_MAX = 20
"""Emergency calls shown at once; the oldest is left to the logs."""

MACHINE_LOOK_EVERY_MS = 10_000
"""How often a process looks at its disk, its memory and the mail to go out; the metrics are so old at most."""

DISK_FREE_LOW_BYTES = 1_000_000_000
"""Less room than this where the data directory lies is said in the log (`disk_low`) and by `callcenter doctor`."""
