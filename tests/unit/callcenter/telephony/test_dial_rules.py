"""What may be dialled: one form of numbers, emergencies before everything, prefixes, caps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.telephony.dial_rules import (
    EMERGENCY,
    DialAllowed,
    DialRefused,
    DialRules,
    Usage,
    judge,
    normalised,
)

CHINA = DialRules(country_code="86")
NONE = Usage()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("(010) 6552-9988", "+861065529988"),
        ("+49 30 1234567", "+49301234567"),
        ("0049301234567", "+49301234567"),
        ("", None),
        ("12", None),
        ("+0123456789", None),
        ("1380013800x", None),
        ("1" * 20, None),
        ("+١٢٣٤٥٦٧٨", None),
    ],
)
def test_numbers_have_one_form(text: str, number: str | None) -> None:
    assert normalised(text, "86") == number


@pytest.mark.parametrize(
    ("rules", "usage", "text", "code"),
    [
        (CHINA, NONE, "nobody", "dial_number_invalid"),
        (CHINA, NONE, "+1 212 555 0100", "dial_international"),
        (DialRules(country_code="86", deny=("+86900",)), NONE, "900123456", "dial_denied"),
        (DialRules(country_code="86", allow=("+8610",)), NONE, "13800138000", "dial_denied"),
        (
            DialRules(country_code="86", calls_per_agent_day=2),
            Usage(2, 2),
            "13800138000",
            "dial_agent_cap",
        ),
        (DialRules(country_code="86", calls_per_day=2), Usage(0, 2), "13800138000", "dial_day_cap"),
        (
            DialRules(country_code="86", costs={"+86": 1, "+861": 5}, cost_per_day=9),
            Usage(cost=5),
            "13800138000",
            "dial_cost_cap",
        ),
    ],
)
def test_the_first_rule_that_says_no_is_the_reason(
    rules: DialRules, usage: Usage, text: str, code: str
) -> None:
    judged = judge(text, rules, usage)
    assert isinstance(judged, DialRefused)
    assert judged.code == code


def test_what_no_rule_refuses_is_dialled_and_counts_its_cost() -> None:
    rules = DialRules(
        country_code="86", allow=("+1212",), deny=("+1",), costs={"+1": 7}, cost_per_day=7
    )
    assert judge("+1 212 555 0100", rules, NONE) == DialAllowed(
        "+12125550100", is_emergency=False, cost=7
    )


def test_what_is_dialled_by_itself_keeps_to_prefixes_and_calls_no_emergency() -> None:
    def judged(text: str, rules: DialRules = CHINA) -> object:
        outcome = judge(text, rules, NONE, is_automatic=True, only=("+8610", "0755"))
        return outcome.code if isinstance(outcome, DialRefused) else outcome.number

    assert judged("110") == "dial_denied"
    assert judged("010-6552 9988") == "+861065529988"
    assert judged("0755 6552 9988") == "+8675565529988"
    assert judged("021 6552 9988") == "dial_denied"
    unruled = DialRules(country_code="", is_international=True)
    assert judged("0755 6552 9988", unruled) == "075565529988"
    assert judged("+8610 6552 9988", unruled) == "+861065529988"
    assert judged("119", unruled) == "dial_denied"


counts = st.integers(0, 10)
caps = st.none() | counts
prefixes = st.lists(st.sampled_from(["+86", "+861", "+1", "+49", "+4930"]), max_size=3).map(tuple)
rules = st.builds(
    DialRules,
    country_code=st.sampled_from(["86", "49", "1"]),
    is_international=st.booleans(),
    allow=prefixes,
    deny=prefixes,
    calls_per_agent_day=caps,
    calls_per_day=caps,
    costs=st.dictionaries(st.sampled_from(["+86", "+1", "+49"]), counts, max_size=3),
    cost_per_day=caps,
)
usages = st.builds(Usage, counts, counts, counts)


@given(rules=rules, usage=usages, number=st.sampled_from(EMERGENCY))
def test_an_emergency_is_never_refused(rules: DialRules, usage: Usage, number: str) -> None:
    assert judge(number, rules, usage) == DialAllowed(number, is_emergency=True, cost=0)


@given(rules=rules, usage=usages, text=st.text("0123456789+ -", max_size=20))
def test_what_is_dialled_keeps_to_every_rule(rules: DialRules, usage: Usage, text: str) -> None:
    judged = judge(text, rules, usage)
    if isinstance(judged, DialRefused) or judged.is_emergency:
        return
    number = judged.number
    assert normalised(number, rules.country_code) == number
    is_named = any(number.startswith(one) for one in rules.allow)
    assert is_named or not rules.allow
    assert rules.is_international or is_named or number.startswith(f"+{rules.country_code}")
    assert rules.calls_per_agent_day is None or usage.by_agent < rules.calls_per_agent_day
    assert rules.calls_per_day is None or usage.by_all < rules.calls_per_day
    if judged.cost and rules.cost_per_day is not None:
        assert usage.cost + judged.cost <= rules.cost_per_day
