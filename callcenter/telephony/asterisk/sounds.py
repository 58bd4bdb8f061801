"""Which sound stands for a text: a file named after its content, so that it is made once and never mistaken."""

from hashlib import sha256


def sound_name(text: str, language: str) -> str:
    """The name of a text's file, without folder and ending."""
    return sha256(f"{language}\x00{text}".encode()).hexdigest()[:32]


def media_of(folder: str, text: str, language: str) -> str:
    """What Asterisk is told to play; "" where there is nothing."""
    return f"sound:{folder.rstrip('/')}/{sound_name(text, language)}" if folder and text else ""
