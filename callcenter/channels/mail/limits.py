"""Every bound of the channel `email`, named, with what happens when it is met."""

from typing import Final

# --- coming in ---------------------------------------------------------------------------------------

CONNECTIONS_MAX: Final = 200
"""SMTP connections open at once; the next is told 421 and tries again later."""

PARSING_MAX: Final = 4
"""Mails parsed at once, each in a thread; the others wait with their connection."""

RECIPIENTS_MAX: Final = 20
"""Mailboxes of ours one mail may name; more is 452, and the sender's server splits it."""

LINE_BYTES_MAX: Final = 64 * 1024
"""A longer line is refused with 500: twice what any mail server sends."""

DATA_WAIT_S: Final = 120.0
"""A connection that is silent for so long is closed."""

MAILS_PER_HOUR_MAX: Final = 200
"""Mails one address may send in an hour; more is deferred with 451, so that a loop cannot fill a queue."""

HEADER_BYTES_MAX: Final = 256 * 1024
HEADER_LINES_MAX: Final = 1_000
HEADER_VALUE_BYTES_MAX: Final = 16 * 1024
"""The head of a mail, its lines, and one value; more and the mail is kept whole but not opened."""

DASHED_LINES_MAX: Final = 20_000
"""Lines that may delimit parts; more and the mail is kept whole but not opened."""

CONTAINERS_MAX: Final = 100
"""Parts that hold parts; more and the mail is kept whole but not opened."""

PARTS_MAX: Final = 500
"""Parts of one mail; more and the mail is kept whole but not opened."""

ATTACHMENTS_MAX: Final = 50
"""Attachments kept of one mail; of the others the name alone."""

TEXT_CHARACTERS_MAX: Final = 200_000
"""Text kept of one mail; the rest is cut off and the mail says so."""

HTML_BYTES_MAX: Final = 1024 * 1024
"""HTML kept of one mail; of a larger one only its text."""

SUBJECT_CHARACTERS_MAX: Final = 300
NAME_CHARACTERS_MAX: Final = 120
ADDRESS_CHARACTERS_MAX: Final = 254
FILE_NAME_CHARACTERS_MAX: Final = 150
UPLOAD_NAME_CHARACTERS_MAX: Final = 400
MESSAGE_ID_CHARACTERS_MAX: Final = 500
"""What is longer is cut to it; an address that is longer is none."""

ADDRESSES_MAX: Final = 50
"""Addresses kept of one header: the first; a mail of ours to more is refused with 422 `request_invalid`."""

REFERENCES_MAX: Final = 20
"""The newest references of a mail that are looked up; older ones find no thread."""

# --- going out ---------------------------------------------------------------------------------------

SENT_AT_ONCE_MAX: Final = 8
"""Mails on their way to the next server at once; the others wait in the table."""

SENDING_LEASE_MS: Final = 5 * 60_000
"""A mail that was being sent when the process died is tried again after this."""

SEND_TIMEOUT_S: Final = 60.0
"""For each conversation with the next server, whole; beside it the time a large mail takes at the rate below. Then it is asked again later."""

SEND_BYTES_PER_S_MIN: Final = 100_000
"""A server that takes less is hung up on, and asked again later."""

PIECE_BYTES: Final = 64 * 1024
"""A mail is handed over in pieces of this size, so that no step of it holds up anybody else."""

RETRY_FIRST_MS: Final = 30_000
RETRY_MOST_MS: Final = 3_600_000
"""The pause after the first failure, doubled with each, up to the second; each with up to a quarter of jitter."""

GIVE_UP_AFTER_MS: Final = 24 * 3_600_000
"""A mail that nobody took for so long has failed, and its agent is told."""

OUTBOX_POLL_MS: Final = 5_000
"""How often the table is asked what is due, beside being told."""

ACKNOWLEDGEMENTS_PER_HOUR_MAX: Final = 3
"""Automatic acknowledgements one address gets in an hour; a loop ends there."""

COMPOSED_CHARACTERS_MAX: Final = 100_000
"""Text of one mail an agent writes; a longer one is refused with 422 `request_invalid`."""

FILES_BYTES_MAX: Final = 18_000_000
"""Bytes of the files an agent attaches to one mail, one or all together: what a mail of 25 MB holds once they are encoded."""

UPLOAD_KEPT_MS: Final = 7 * 24 * 3_600_000
"""A file that was handed in is deleted after this, whether a mail named it or not."""

UPLOAD_REPEATED_MS: Final = 15 * 60_000
"""A file that was sent is deleted after this instead: a repeat of the request that sent it finds it still."""

UPLOADS_SWEPT_EVERY_MS: Final = 10 * 60_000
"""How often what has expired is deleted."""

# --- the desk ----------------------------------------------------------------------------------------

THREAD_MAILS_MAX: Final = 200
"""Mails of one contact shown; the newest."""

INLINE_IMAGE_BYTES_MAX: Final = 2 * 1024 * 1024
"""A picture that stands in the text of a mail is shown up to this size; a larger one is an attachment only."""
