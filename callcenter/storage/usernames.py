"""When two log-in names are the same name: decided here, because databases fold case differently."""

import unicodedata


def username_key(username: str) -> str:
    """The form in which a log-in name must be unique."""
    return unicodedata.normalize("NFKC", username).casefold()
