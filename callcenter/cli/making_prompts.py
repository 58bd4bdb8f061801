"""Sound files of what is said on the phone, in formats of phone systems, each named after its content and made once."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from callcenter.config_loader.flows import flows_of
from callcenter.config_loader.schema import Document
from callcenter.telephony.asterisk.sounds import sound_name
from callcenter.telephony.words import MESSAGE_WORDS
from ivr.calling_back import SAID, SPOKEN
from ivr.model import CallBackOffer, Language, Queue, Spoken, Texts
from ivr.values import PLACEHOLDER

FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "wav": ("-b", "16", "-e", "signed-integer"),
    "ulaw": ("-e", "u-law"),
    "alaw": ("-e", "a-law"),
}
"""Each a WAV file of 8,000 samples a second; the latter two are made for lines that carry them as they are."""

VOICES: Final[dict[Language, str]] = {"en": "en", "zh": "cmn"}
SPEED_WORDS: Final = "150"
TOOL_WAIT_S: Final = 60


_CALL_BACKS: Final[list[Texts]] = [
    *({language: said[name] for language, said in SAID.items()} for name in SPOKEN),
    *(dict.fromkeys(SAID, digit) for digit in "0123456789"),
]
"""What is said of call-backs beside a flow's own words: a number is read out digit by digit."""


class PromptError(Exception):
    """A sound file cannot be made; the message says why and what to do."""


class SpokenText(msgspec.Struct, frozen=True, order=True):
    """A text and its language."""

    language: Language
    text: str


def spoken_texts(document: Document) -> list[SpokenText]:
    """What flows, entry points and queues say, each once. A text with a value in it is different for every caller and left out."""
    found: dict[SpokenText, None] = {}
    for texts in (*_of_flows(document), *_of_entry_points(document), *_of_queues(document)):
        for language, text in texts.items():
            if not PLACEHOLDER.search(text):
                found[SpokenText(language, text)] = None
    return sorted(found)


def _of_flows(document: Document) -> list[Texts]:
    found: list[Texts] = []
    for flow in flows_of(document.flows).values():
        for node in flow.nodes.values():
            if isinstance(node, Spoken):
                found.append(node.text)
            if isinstance(node, Queue):
                found += [one.text for one in node.comfort]
            found.append(getattr(node, "again", {}))
            if isinstance(node, CallBackOffer):
                found += _CALL_BACKS
    return found


def _of_entry_points(document: Document) -> list[Texts]:
    greetings = (one.greeting for one in document.telephony.entry_points)
    return [{"en": one.en, "zh": one.zh} for one in greetings if one is not None]


def _of_queues(document: Document) -> list[Texts]:
    """Notices of recordings, and what is heard before a message is left."""
    notices = [one.recording.notice for one in document.queues if one.recording is not None]
    spoken: list[Texts] = [{"en": one.en, "zh": one.zh} for one in notices]
    return [*spoken, {"en": MESSAGE_WORDS.en, "zh": MESSAGE_WORDS.zh}]


def make_prompts(texts: Sequence[SpokenText], folder: Path, kind: str) -> int:
    """Make the files that are not there; returns how many. Raises PromptError."""
    ending = ".wav" if kind == "wav" else f"-{kind}.wav"
    wanted = {one: folder / f"{sound_name(one.text, one.language)}{ending}" for one in texts}
    missing = {one: file for one, file in wanted.items() if not file.exists()}
    tools = [name for name in ("espeak-ng", "sox") if missing and shutil.which(name) is None]
    if tools:
        needed = " ".join(tools)
        raise PromptError(f"sound files need {needed}: apt-get install {needed}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one, file in missing.items():
            _make(one, file, FORMATS[kind])
    except OSError as error:
        raise PromptError(f"{folder} cannot be written: {error.strerror}") from error
    return len(missing)


def _make(one: SpokenText, file: Path, encoding: Sequence[str]) -> None:
    """Whole or not at all: it is made beside its place and then put there."""
    with tempfile.TemporaryDirectory(dir=file.parent) as work:
        spoken, made = Path(work, "spoken.wav"), Path(work, "made.wav")
        voice = ["espeak-ng", "-v", VOICES[one.language], "-s", SPEED_WORDS, "-w", str(spoken)]
        _run([*voice, "--stdin"], one.text)
        _run(["sox", str(spoken), "-r", "8000", "-c", "1", *encoding, str(made), "norm", "-3"], "")
        made.replace(file)


def _run(command: list[str], told: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - our own command, and texts go in by a pipe
            command, input=told.encode(), capture_output=True, timeout=TOOL_WAIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PromptError(f"{command[0]} did not end within {TOOL_WAIT_S} s") from error
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()
        raise PromptError(f"{command[0]} failed: {why[-1] if why else done.returncode}")
