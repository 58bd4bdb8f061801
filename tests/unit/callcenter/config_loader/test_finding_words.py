"""Every finding has its sentence in Chinese too."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import json
import re
from pathlib import Path

import pytest

from callcenter.config_loader.finding_words import SENTENCES, in_chinese
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.loader import checked
from tests.unit.callcenter.config_loader.documents import document

CONSOLE = Path(__file__).parents[4] / "agents" / "console"

EVERY = [(code, *one) for code, sentences in SENTENCES.items() for one in sentences]


def holders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def test_every_code_has_sentences() -> None:
    assert set(SENTENCES) == set(FindingCode)
    assert all(SENTENCES.values())


@pytest.mark.parametrize(("code", "english", "chinese"), EVERY)
def test_a_sentence_says_the_same_in_both(code: FindingCode, english: str, chinese: str) -> None:
    assert is_chinese(chinese)
    assert not is_chinese(english)
    assert set(holders(chinese)) <= set(holders(english))
    said = re.sub(r"\{(\w+)\}", lambda found: "" if found[1] == "s" else f"<{found[1]}>", english)
    told = in_chinese(Finding(code, (), said))
    assert is_chinese(told)
    assert all(f"<{name}>" in told for name in holders(chinese) if name != "s")


def test_what_a_sentence_names_stays() -> None:
    finding = Finding(FindingCode.REFERENCE_UNKNOWN, ("queues", 0), "there is no skill french")
    assert in_chinese(finding) == "没有技能 french"
    held = "the skill zh cannot go while Anna, Bo and 3 more have it"
    told = in_chinese(Finding(FindingCode.STILL_HELD, ("skills",), held))
    assert told == "Anna, Bo and 3 more 仍在使用技能 zh，不能删除"


def test_several_faults_of_one_value_are_told_each() -> None:
    both = (
        "days: 2026-01-01 is there twice; it is never open: no weekday and no special day has hours"
    )
    told = in_chinese(Finding(FindingCode.VALUE_INVALID, (), both))
    assert told == "days：2026-01-01 出现两次；从不营业：没有任何一天有营业时间"


def test_a_sentence_nobody_knows_is_told_as_it_is() -> None:
    assert in_chinese(Finding(FindingCode.STILL_HELD, (), "something new")) == "something new"


WRONG: tuple[tuple[str, object], ...] = (
    ("skills", [{"id": "No!", "name": {"en": "", "zh": "x" * 201}}]),
    ("skills", [{"id": 5, "name": {"en": "a"}, "more": 1}]),
    ("skills", {}),
    ("timing", {"presence_grace_s": 0, "customer_gone_s": "x", "connected_probe_s": 10**9}),
    ("timing", []),
    ("dispositions", []),
    ("templates", [{"id": "a", "name": {"en": "a", "zh": "b"}, "texts": {"en": "{who}"}}]),
    ("templates", [{"id": "a", "name": {"en": "a", "zh": "b"}, "texts": {}}]),
    (
        "mailboxes",
        [
            {
                "id": "a",
                "name": {"en": "a", "zh": "b"},
                "address": "A",
                "queue": "q",
                "language": "de",
            }
        ],
    ),
    ("interrupts", {"voice": ["voice"]}),
    ("interrupts", {"smoke": []}),
    (
        "calendars",
        [
            {
                "id": "a",
                "name": {"en": "a", "zh": "b"},
                "zone": "Here",
                "weekly": {"monday": ["25:00-1"]},
            }
        ],
    ),
    ("calendars", [{"id": "a", "name": {"en": "a", "zh": "b"}, "zone": "Asia/Shanghai"}]),
    ("customer_rules", [{"when": "tier = "}]),
)


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_what_is_wrong_with_a_value_is_told_in_chinese(key: str, value: object) -> None:
    plain = {**document().model_dump(mode="json"), key: value}
    _, found = checked(plain, 0, None)
    assert found
    for one in found:
        assert is_chinese(in_chinese(one)), one.message


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_console_has_a_title_for_every_code(language: str) -> None:
    texts = json.loads((CONSOLE / "src" / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    assert set(FindingCode) <= set(texts["config"]["finding"])
