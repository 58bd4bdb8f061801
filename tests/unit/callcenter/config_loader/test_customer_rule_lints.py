"""Customer rules that do nothing are told, and refuse nothing."""

from callcenter.config_loader.checking import findings
from routing.commands import PutAgent
from tests.unit.callcenter.config_loader.documents import NOW_MS, agent, document

EVERYBODY = (agent("ann", "sales", skills={"zh": 5}),)


def told(
    *rules: dict[str, object], agents: tuple[PutAgent, ...] | None = EVERYBODY
) -> list[tuple[str, str]]:
    """Code and path of what is said about the rules."""
    found = findings(document(customer_rules=list(rules)), NOW_MS, agents)
    assert not any(one.is_error for one in found)
    ours = [one for one in found if one.path[0] == "customer_rules"]
    return [(str(one.code), ".".join(map(str, one.path[1:]))) for one in ours]


def test_a_rule_that_does_something_is_not_told() -> None:
    assert told({"when": 'tier = "vip"', "credit_s": 5, "needs": {"zh": 5}}) == []
    assert told({"when": "open_complaint = true", "preferred": "none"}) == []


def test_a_condition_that_rules_itself_out() -> None:
    rule: dict[str, object] = {"when": 'tier = "vip" and not tier = "vip"', "credit_s": 5}
    assert told(rule) == [("rule_never_holds", "0.when")]


def test_two_rules_that_say_the_same() -> None:
    first: dict[str, object] = {"when": 'tier = "a" or language = "zh"', "credit_s": 5}
    second: dict[str, object] = {"when": 'language = "zh" or tier = "a"', "needs": {"zh": 1}}
    assert told(first, second) == [("rule_repeated", "1.when")]


def test_nothing_follows() -> None:
    assert told({"when": 'tier = "vip"'}) == [("rule_without_effect", "0")]


def test_a_need_that_nobody_meets() -> None:
    rule: dict[str, object] = {"when": 'tier = "vip"', "needs": {"zh": 6, "en": 1}}
    assert told(rule) == [("skill_unheld", "0.needs.zh"), ("skill_unheld", "0.needs.en")]
    assert told(rule, agents=None) == []


def entry(**pressed: object) -> dict[str, object]:
    """A number at which one can press 1."""
    return {"entry_points": [{"number": "1", "queue": "sales", "choices": {"1": pressed}}]}


def test_a_digit_that_asks_for_what_nobody_has() -> None:
    written = document(telephony=entry(needs={"zh": 5, "en": 1}))
    (found,) = findings(written, NOW_MS, EVERYBODY)
    path = ("telephony", "entry_points", 0, "choices", "1", "needs", "en")
    assert (str(found.code), found.path, found.is_error) == ("skill_unheld", path, False)
    assert findings(written, NOW_MS, None) == ()


def test_a_digit_that_asks_for_what_there_is_not() -> None:
    (found,) = findings(document(telephony=entry(needs={"cooking": 1})), NOW_MS, None)
    assert (str(found.code), found.is_error) == ("reference_unknown", True)
