"""Entry points: which queue a dialled number leads to, and what callers hear before it."""

import msgspec

from callcenter.customers.rules import PLAIN, Attributes
from callcenter.flows.plans import FlowPlan
from routing.ids import QueueId


class Speech(msgspec.Struct, frozen=True):
    """A text to be spoken, in both languages; "" says nothing."""

    en: str = ""
    zh: str = ""

    def in_language(self, language: str) -> str:
        """The text in a language, or in English."""
        return self.zh if language.startswith("zh") else self.en


class Choice(msgspec.Struct, frozen=True):
    """What pressing a digit means: another language or queue (None leaves it), and what the contact asks for and is given."""

    language: str | None = None
    queue_id: QueueId | None = None
    attributes: Attributes = PLAIN


class EntryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to callers of a number before they wait.

    With `choices` the greeting is spoken up to `attempts` times, and `digit_wait_ms` after it one of the digits is waited
    for; whoever presses nothing goes to `queue_id`. With a `flow` that comes instead, and `queue_id` where it cannot go on.
    """

    number: str
    queue_id: QueueId
    language: str = "en"
    greeting: Speech = Speech()
    choices: dict[str, Choice] = {}
    attempts: int = 2
    digit_wait_ms: int = 5_000
    flow: FlowPlan | None = None
