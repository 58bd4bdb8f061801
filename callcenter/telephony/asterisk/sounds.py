"""Which sound a command means: the file it names, or the one named after its text, made once and never mistaken."""

from hashlib import sha256
from pathlib import PurePosixPath

from callcenter.telephony.protocol import Order


def sound_name(text: str, language: str) -> str:
    """The name of a text's file, without folder and ending."""
    return sha256(f"{language}\x00{text}".encode()).hexdigest()[:32]


def media_of(folder: str, order: Order) -> str:
    """What Asterisk is told to play, without an ending: it takes the format it likes best. "" where there is nothing."""
    if not folder or not (order.file or order.text):
        return ""
    if order.parts:
        names = [sound_name(part, order.language) for part in order.parts]
        return ",".join(f"sound:{folder.rstrip('/')}/{name}" for name in names)
    file = str(PurePosixPath(order.file).with_suffix("")) if order.file else ""
    return f"sound:{folder.rstrip('/')}/{file or sound_name(order.text, order.language)}"
