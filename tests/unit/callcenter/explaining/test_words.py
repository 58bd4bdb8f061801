"""Whatever the core can tell has words in both languages, and the words take only what is handed to them."""

import re
from typing import Any

import pytest

from callcenter.explaining import permit_words, reason_words, words
from callcenter.explaining.naming import Language, Words, counted, duration, listed
from callcenter.http.errors import ApiErrorCode
from callcenter.telephony.asides import CONSULT_ENDS
from crm_link.outbound.model import Fault
from routing.events import OfferTrigger
from routing.explain import LAST_RESORT, ONLY_ONE
from routing.matching import FILTERS
from routing.model import AgentState, AgentStrategy, Channel, ContactStrategy, PermitFault
from routing.reasons import ReasonCode
from routing.state import ContactState, DeadlineKind
from routing.strategies import AGENT_KEY_PARTS, CHOICE_RANK_PARTS

FILTER_NAMES = {name for name, _ in FILTERS}
OF_DIALLING = {code.value for code in ApiErrorCode if code.value.startswith("dial_")}
TABLES: list[tuple[dict[Any, Words], set[Any]]] = [
    (words.CHANNELS, set(Channel)),
    (reason_words.REASONS, set(ReasonCode)),
    (reason_words.REMOVED, FILTER_NAMES),
    (reason_words.NOT_FOR_AGENT, FILTER_NAMES),
    (reason_words.DEADLINES, set(DeadlineKind)),
    (words.TRIGGERS, set(OfferTrigger)),
    (words.AGENT_STRATEGIES, set(AgentStrategy)),
    (words.CONTACT_STRATEGIES, set(ContactStrategy)),
    (words.SCORES, set(AgentStrategy)),
    (words.AGENT_DECIDED, {ONLY_ONE, LAST_RESORT, *AGENT_KEY_PARTS}),
    (words.CONTACT_DECIDED, {ONLY_ONE, *CHOICE_RANK_PARTS}),
    (words.STATES, set(ContactState)),
    (words.AGENT_STATES, set(AgentState)),
    (words.SAY, set(words.Say)),
    (words.CONSULT_ENDS, {"", *CONSULT_ENDS}),
    (permit_words.REASONS, {*Fault, *PermitFault, *OF_DIALLING}),
]


@pytest.mark.parametrize(("table", "keys"), TABLES)
def test_everything_that_can_be_told_has_words(table: dict[Any, Words], keys: set[Any]) -> None:
    assert set(table) == keys


@pytest.mark.parametrize("text", [text for table, _ in TABLES for text in table.values()], ids=str)
def test_both_languages_say_something_and_chinese_needs_no_more_than_english(text: Words) -> None:
    assert text.en
    assert text.zh
    named = [set(re.findall(r"\{(\w+)\}", one)) for one in (text.en, text.zh)]
    assert named[1] <= named[0] | {"agent"}


@pytest.mark.parametrize(
    ("for_ms", "en", "zh"),
    [
        (-5, "0 s", "0 秒"),
        (0, "0 s", "0 秒"),
        (7, "7 ms", "7 毫秒"),
        (999, "999 ms", "999 毫秒"),
        (1_999, "1 s", "1 秒"),
        (72_500, "1 min 12 s", "1 分 12 秒"),
        (3_600_000, "1 h", "1 小时"),
        (3_605_000, "1 h", "1 小时"),
        (90_061_000, "1 d 1 h", "1 天 1 小时"),
    ],
)
def test_durations_in_two_units(for_ms: int, en: str, zh: str) -> None:
    assert duration(for_ms, Language.EN) == en
    assert duration(for_ms, Language.ZH) == zh


def test_counts_and_lists() -> None:
    assert counted("agents", 1, Language.EN) == "1 agent"
    assert counted("agents", 2, Language.EN) == "2 agents"
    assert counted("contacts", 0, Language.ZH) == "0 个联络"
    assert listed(["a", "b"], Language.EN) == "a, b"
    assert listed(["a", "b"], Language.ZH) == "a、b"
