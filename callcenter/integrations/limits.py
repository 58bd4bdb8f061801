"""Every bound of telling other programs, named, with what happens when it is met; docs/webhooks.md tells the same."""

from typing import Final

SUBSCRIPTIONS_MAX: Final = 50
"""Subscriptions of a domain; a further one is refused with 422 `subscription_invalid`."""

URL_CHARACTERS_MAX: Final = 1_000
"""Length of an address; a longer one is refused with 422 `subscription_invalid`."""

CONNECT_S: Final = 5.0
"""How long a connection may take to be made; longer counts as no answer."""

ANSWER_S: Final = 15.0
"""How long one delivery may take altogether; longer counts as no answer."""

ANSWER_BYTES_MAX: Final = 16 * 1024
"""Bytes of an answer that are read, and thrown away; of a longer one the connection is closed."""

RETRY_FIRST_S: Final = 1.0
"""How long the second try waits; each one after it twice as long."""

RETRY_MAX_S: Final = 900.0
"""The longest wait between two tries."""

RETRY_JITTER: Final = 0.2
"""Part of a wait that is drawn, so that targets are not all asked at one moment."""

GIVE_UP_MS: Final = 24 * 3_600_000
"""How long an event is tried while its target fails; then it is a dead letter."""

REFUSALS_MAX: Final = 5
"""How often a target may refuse one event (a 4xx or a redirect); then it is a dead letter and the next is told."""

GATHER_S: Final = 0.1
"""How long a subscription that has told everything waits before it reads the journal again."""

DEAD_LETTERS_READ: Final = 500
"""Dead letters read at once while they are told again; the rest follows."""

NOTICES_READ: Final = 500
"""Notices read at once; the rest follows."""

NUMBERED_AT_ONCE_MAX: Final = 500
"""Notices given a place in one go; the rest follows at once."""

NUMBER_EVERY_S: Final = 1.0
"""How often notices without a place are looked for: so late at most a step of a case is told."""

SECRET_OVERLAP_MS: Final = 24 * 3600 * 1000
"""How long the former secret of a subscription signs beside a new one."""

STAND_EVERY_S: Final = 1.0
"""How often a subscription's place is stored while it tells; after a crash, so much is told again."""

LOOK_EVERY_S: Final = 2.0
"""How often changes of subscriptions made elsewhere are looked for."""

CONTACTS_REMEMBERED_MAX: Final = 10_000
"""Contacts whose queue is remembered; of others it is read from the interaction log."""

REQUESTS_MAX: Final = 50
"""Requests of flows under way; one more is answered as if the other program had failed."""

REQUEST_FAILURES_MAX: Final = 5
"""After so many failures in a row a host is left alone for a while: requests to it fail at once."""

REQUEST_PAUSE_S: Final = 30.0
"""For so long; then it is asked again."""

REQUEST_ANSWER_BYTES_MAX: Final = 65_536
"""Of an answer to a flow; a longer one is none."""
