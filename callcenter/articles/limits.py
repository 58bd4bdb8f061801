"""Every bound of the knowledge base, named, with what happens when it is met."""

from typing import Final

TITLE_CHARACTERS_MAX: Final = 200
BODY_CHARACTERS_MAX: Final = 20_000
TAGS_MAX: Final = 20
TAG_CHARACTERS_MAX: Final = 40
NOTE_CHARACTERS_MAX: Final = 500
"""Title, body, tags, a tag, a note: longer ones are refused with 422 `request_invalid`; of a file, that row or file alone."""

QUERY_CHARACTERS_MAX: Final = 200
"""Of a search; the rest cannot be typed, and by the API it is refused with 422 `request_invalid`."""

WORDS_MAX: Final = 12
"""Words of one search; the rest is not asked for."""

HITS_MAX: Final = 20
"""Articles one search tells: the best; who asks for more is refused with 422 `request_invalid`."""

EXCERPT_CHARACTERS: Final = 140
"""About so much of a body stands beneath a title; the rest is left out."""

PAGE_MAX: Final = 200
"""Articles of one page of the editors' list; who asks for more is refused with 422 `request_invalid`, the rest stands on the next page."""

VERSIONS_TOLD_MAX: Final = 50
"""Of an article's history: the newest; older ones are kept and not told."""

SENT_CHARACTERS_MAX: Final = 4_000
"""Of an article in a chat message; a longer one is refused and can be sent by mail."""

FILES_MAX: Final = 500
"""Files of one upload in the console; the command line takes any number."""

UPLOAD_BYTES_MAX: Final = 4 * 1024 * 1024
"""Of one upload in the console; a larger one is refused with 413."""

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of one file of the command line; a larger one is told as a fault, and none of it is stored."""

FAULTS_TOLD_MAX: Final = 500
"""Rows that were not stored, of those an upload names; it says how many there are."""

ARTICLES_PER_WRITE: Final = 100
"""Articles of one transaction of an import; the rest follows in further ones."""

IMPORT_ATTEMPTS_MAX: Final = 3
"""How often a part of an import is tried again because somebody edited one of its articles meanwhile; then its rows are told as not stored."""

OPEN_QUESTIONS_MAX: Final = 2_000
"""Open questions without an answer; a further one is refused until some are taken or dismissed."""

QUESTIONS_TOLD_MAX: Final = 200
"""Of the work list: those asked last."""

OWN_QUESTIONS_TOLD_MAX: Final = 20
"""Of the questions an agent asked: the newest."""

QUESTION_KEPT_MS: Final = 180 * 24 * 3_600_000
"""A question that nobody asks again for so long is deleted, whatever its state."""

QUESTION_OVER_KEPT_MS: Final = 90 * 24 * 3_600_000
"""A question that is answered or dismissed is deleted after this."""

SWEPT_EVERY_MS: Final = 3_600_000
"""How often questions past their time are deleted."""
