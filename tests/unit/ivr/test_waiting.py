"""What is told of a wait."""

import pytest

from ivr.model import Language
from ivr.session import Prompt
from ivr.waiting import Outlook, told


@pytest.mark.parametrize(
    ("language", "p50_s", "p90_s", "words"),
    [
        ("en", 10, 60, "less than a minute"),
        ("zh", 10, 60, "不到一分钟"),
        ("en", 61, 110, "2 minutes"),
        ("en", 61, 290, "2 to 5 minutes"),
        ("zh", 61, 290, "2-5分钟"),
    ],
)
def test_a_wait_is_told_as_a_band(language: Language, p50_s: int, p90_s: int, words: str) -> None:
    outlook = Outlook(None, p50_s * 1000, p90_s * 1000)
    assert told(Prompt("{wait}!", "", language), outlook) == Prompt(f"{words}!", "", language)


def test_what_is_not_known_is_not_said() -> None:
    assert told(Prompt("{wait}"), Outlook(3)) is None
    assert told(Prompt("{position}"), Outlook(None, 1, 1)) is None
    assert told(Prompt("{position}"), Outlook(3)) == Prompt("3")
    assert told(Prompt("x", "f"), Outlook()) == Prompt("x", "f")
