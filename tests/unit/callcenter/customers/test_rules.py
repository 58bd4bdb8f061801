"""Profiles, keys, and what rules make of a profile."""

import msgspec
import pytest

from callcenter.config_loader.customer_rules import CustomerRuleEntry, compiled_rules
from callcenter.customers.keys import CustomerKeys, canonical_address
from callcenter.customers.profiles import profile_fault
from callcenter.customers.rules import PLAIN, Attributes, CustomerRules, together
from callcenter.ports.profiles import Profile
from routing.ids import AgentId, SkillId
from routing.model import SkillNeed

VIP = Profile(
    customer_key="k",
    address="carol@example.org",
    tier="vip",
    language="zh-CN",
    region="south",
    owner_agent_id=AgentId("u-ann"),
    has_open_complaint=True,
)
STRANGER = Profile(customer_key="k", address="carol@example.org")


def rules(*entries: dict[str, object]) -> CustomerRules:
    return CustomerRules(compiled_rules([CustomerRuleEntry.model_validate(one) for one in entries]))


def need(skill: str, level: int) -> SkillNeed:
    return SkillNeed(SkillId(skill), level)


@pytest.mark.parametrize(
    ("when", "holds_for_vip", "holds_for_stranger", "holds_for_nobody_known"),
    [
        ('tier = "vip"', True, False, False),
        ('tier in ("gold", "vip") and region = "south"', True, False, False),
        ('language = "zh-CN"', True, False, False),
        ("open_complaint = true", True, False, False),
        ("open_complaint = false", False, True, False),
        ("exists owner", True, False, False),
        ('not tier = "vip"', False, True, True),
        ("always", True, True, True),
    ],
)
def test_what_a_condition_asks_about(
    when: str, holds_for_vip: bool, holds_for_stranger: bool, holds_for_nobody_known: bool
) -> None:
    some = rules({"when": when, "credit_s": 1})
    holds = [some.attributes_of(profile).credit_ms == 1_000 for profile in (VIP, STRANGER, None)]
    assert holds == [holds_for_vip, holds_for_stranger, holds_for_nobody_known]


def test_without_rules_everybody_is_plain() -> None:
    assert not rules()
    assert rules().attributes_of(VIP) == PLAIN


def test_what_is_chosen_stands_beside_what_the_customer_has() -> None:
    zh, products = SkillId("zh"), SkillId("products")
    chosen = Attributes((SkillNeed(zh, 2), SkillNeed(products, 4)), 5_000)
    customer = Attributes((SkillNeed(zh, 7),), 1_000, AgentId("ann"))
    both = Attributes((SkillNeed(products, 4), SkillNeed(zh, 7)), 5_000, AgentId("ann"))
    assert together(chosen, customer) == together(customer, chosen) == both
    assert together(customer, PLAIN) == customer


def test_the_largest_credit_is_given_and_not_the_sum() -> None:
    some = rules(
        {"when": 'tier = "vip"', "credit_s": 60},
        {"when": "open_complaint = true", "credit_s": 120},
        {"when": 'region = "south"', "credit_s": 30},
    )
    assert some.attributes_of(VIP).credit_ms == 120_000


def test_needs_add_up_with_the_higher_level_of_each_skill() -> None:
    some = rules(
        {"when": 'language = "zh-CN"', "needs": {"zh": 5}},
        {"when": "always", "needs": {"zh": 3, "advice": 2}},
    )
    assert some.attributes_of(VIP).needs == (need("advice", 2), need("zh", 5))
    assert some.attributes_of(STRANGER).needs == (need("advice", 2), need("zh", 3))


def test_the_first_rule_that_speaks_of_the_owner_decides() -> None:
    some = rules(
        {"when": "always", "credit_s": 1},
        {"when": "open_complaint = true", "preferred": "none"},
        {"when": "exists owner", "preferred": "owner"},
    )
    assert some.attributes_of(VIP).preferred_agent_id is None
    calm = msgspec.structs.replace(VIP, has_open_complaint=False)
    assert some.attributes_of(calm) == Attributes((), 1_000, AgentId("u-ann"))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"when": "tier ="}, "at character"),
        ({"when": 'teir = "vip"'}, "there is no attribute teir"),
        ({"when": "tier > 3"}, "has no order"),
        ({"when": 'open("hours")'}, "there is no calendar hours"),
        ({"when": "always", "credit_s": -1}, "greater than or equal to 0"),
        ({"when": "always", "needs": {"zh": 11}}, "less than or equal to 10"),
        ({"when": "always", "preferred": "boss"}, "owner"),
        ({"when": "always", "then": "jump"}, "Extra inputs"),
    ],
)
def test_a_rule_that_does_not_check_is_refused(entry: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        CustomerRuleEntry.model_validate(entry)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (" Carol@Example.ORG ", "carol@example.org"),
        ("+49 (0)30 / 123-45.6", "+49030123456"),
        ("+49\uff11\uff12\uff13", "+49123"),
        ("010-8888 9999", "01088889999"),
        ("extension 12", "extension 12"),
        ("  ", ""),
    ],
)
def test_one_form_for_what_is_written_in_many_ways(written: str, canonical: str) -> None:
    assert canonical_address(written) == canonical


def test_a_key_tells_nothing_and_needs_the_secret() -> None:
    keys = CustomerKeys(b"s" * 32)
    key = keys.key_of("Carol@Example.org ")
    assert key == keys.key_of("carol@example.org")
    assert key != keys.key_of("carol@example.com")
    assert key != CustomerKeys(b"x" * 32).key_of("carol@example.org")
    assert "carol" not in key
    assert keys.key_of("  ") == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"tier": "", "language": "", "region": "", "owner_agent_id": None}, None),
        ({"customer_key": ""}, "address"),
        ({"address": "a" * 201}, "address"),
        ({"address": "a\nb@example.org"}, "address"),
        ({"tier": "Very Important"}, "tier"),
        ({"region": "süd"}, "region"),
        ({"language": "chinese"}, "language"),
    ],
)
def test_what_a_profile_may_say(changes: dict[str, object], field: str | None) -> None:
    fault = profile_fault(msgspec.structs.replace(VIP, **changes))
    assert (None if fault is None else fault[0]) == field
    assert fault is None or "carol" not in fault[1]
