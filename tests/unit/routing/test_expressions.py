"""Conditions by example: what a missing attribute means, what the check says, how a fault in a text is shown."""

from pathlib import Path

import pytest

from routing.calendars import OpenHours
from routing.expressions import (
    Always,
    And,
    AttributeType,
    Between,
    Compare,
    Comparison,
    Condition,
    Exists,
    Fact,
    Facts,
    Fault,
    Ground,
    Has,
    In,
    InCalendar,
    Not,
    Or,
    Reason,
    TextFault,
    canonical,
    canonical_bytes,
    compiled,
    explain,
    faults_of,
    from_json,
    parse,
    schema_faults,
    text_of,
    to_json,
)
from routing.expressions.tree import (
    DEPTH_MAX,
    INTEGER_MAX,
    JSON_MAX,
    LIST_MAX,
    NODES_MAX,
    STRING_MAX,
)

SCHEMA = {
    "tier": AttributeType.STRING,
    "language": AttributeType.STRING,
    "waited_s": AttributeType.INTEGER,
    "is_vip": AttributeType.BOOLEAN,
    "tags": AttributeType.STRINGS,
    "due_ms": AttributeType.INSTANT,
}
EXAMPLE = 'tier in ("gold", "vip") and language = "zh" and not waited_s < 60'
NEVER = Not(Always())


def read(text: str) -> Condition:
    """The condition of a text that must be one."""
    condition = parse(text)
    assert not isinstance(condition, TextFault), condition
    return condition


def facts(at_ms: int = 0, **attributes: Fact) -> Facts:
    """Facts with a calendar that is open from 10 to 20 of 0 to 100."""
    return Facts(attributes, at_ms, {"service": OpenHours(0, 100, (10, 20))})


def true_for(text: str, known: Facts) -> bool:
    """Whether the text holds."""
    return compiled(read(text))(known)


# ---------------------------------------------------------------- meaning


@pytest.mark.parametrize(
    ("text", "for_gold", "for_nobody"),
    [
        ('tier = "gold"', True, False),
        ('tier != "gold"', False, False),
        ('not tier = "gold"', False, True),
        ('not tier != "gold"', True, True),
        ("exists tier", True, False),
        ("not exists tier", False, True),
        ('tier in ("silver", "gold")', True, False),
        ('not tier in ("silver", "gold")', False, True),
        ("waited_s between 1 and 3", True, False),
        ("waited_s < 3 or waited_s >= 3", True, False),
        ("waited_s <= 1 or waited_s > 2", False, False),
        ('tags has "new"', True, False),
        ('tags has "old"', False, False),
        ("is_vip = true", True, False),
        ("always", True, True),
        ("not always", False, False),
    ],
)
def test_what_a_missing_attribute_means(text: str, for_gold: bool, for_nobody: bool) -> None:
    gold = facts(tier="gold", waited_s=2, tags=("new",), is_vip=True)
    assert true_for(text, gold) is for_gold
    assert true_for(text, facts()) is for_nobody


def test_a_fact_of_another_type_is_as_good_as_none() -> None:
    assert not true_for("waited_s = 1", facts(waited_s=True))
    assert not true_for("waited_s in (0, 1)", facts(waited_s=True))
    assert not true_for("is_vip = true", facts(is_vip=1))
    assert not true_for("waited_s < 5", facts(waited_s="3"))
    assert not true_for("waited_s between 0 and 5", facts(waited_s="3"))
    assert not true_for('tags has "a"', facts(tags="abc"))


def test_a_calendar_is_asked_about_now() -> None:
    assert true_for('open("service")', facts(at_ms=10))
    assert not true_for('open("service")', facts(at_ms=20))


@pytest.mark.parametrize(
    ("text", "at_ms", "ground"),
    [
        ('open("service")', 10, Ground.FOUND),
        ('open("service")', 100, Ground.BEYOND_HORIZON),
        ('open("other")', 10, Ground.NO_CALENDAR),
        ("always", 10, Ground.CONSTANT),
        ("exists waited_s", 10, Ground.FOUND),
        ("exists tier", 10, Ground.MISSING),
        ("waited_s = 3", 10, Ground.FOUND),
        ('waited_s = "3"', 10, Ground.OTHER_TYPE),
        ("waited_s in (3, 4)", 10, Ground.FOUND),
        ('waited_s in ("3")', 10, Ground.OTHER_TYPE),
        ("waited_s between 1 and 2", 10, Ground.FOUND),
        ('waited_s has "3"', 10, Ground.OTHER_TYPE),
        ('tags has "3"', 10, Ground.FOUND),
    ],
)
def test_the_ground_of_a_leaf_is_told(text: str, at_ms: int, ground: Ground) -> None:
    (reason,) = explain(read(text), facts(at_ms, waited_s=3, tags=("a",))).reasons
    assert reason.ground is ground


def test_an_explanation_names_the_leaves_that_decided() -> None:
    late = explain(read(EXAMPLE), facts(tier="gold", language="zh", waited_s=20))
    leaf = Compare("waited_s", Comparison.LT, 60)
    assert not late.holds
    assert late.reasons == (Reason("$.all[2].of", leaf, True, Ground.FOUND, 20),)
    fine = explain(read(EXAMPLE), facts(tier="gold", language="zh", waited_s=60))
    assert fine.holds
    assert [reason.path for reason in fine.reasons] == ["$.all[0]", "$.all[1]", "$.all[2].of"]
    either = explain(read('tier = "vip" or is_vip = true or always'), facts(is_vip=True))
    assert [reason.path for reason in either.reasons] == ["$.any[1]"]


# ---------------------------------------------------------------- the check


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('tear = "gold"', "there is no attribute tear"),
        ("exists tear", "there is no attribute tear"),
        ('open("night")', "there is no calendar night"),
        ("tier = 1", "tier is compared with a string, not with an integer"),
        ('waited_s = "1"', "waited_s is compared with an integer, not with a string"),
        ("waited_s = true", "waited_s is compared with an integer, not with true or false"),
        ("is_vip = 1", "is_vip is compared with true or false, not with an integer"),
        ('tier < "gold"', "tier is of type string, which has no order"),
        ("is_vip >= true", "is_vip is of type boolean, which has no order"),
        ('tags = "new"', "tags is of type list of string; of a list, has asks for a member"),
        ('tags in ("new")', "tags is of type list of string; of a list, has asks for a member"),
        ('tier has "g"', "tier is of type string; has asks a list"),
        ("waited_s between 3 and 1", "nothing is between 3 and 1"),
        ('tier in ("a", 1)', "tier is compared with a string, not with an integer"),
    ],
)
def test_a_fault_is_a_sentence(text: str, message: str) -> None:
    assert faults_of(read(text), SCHEMA, ("service",)) == (Fault("$", message),)


def test_between_needs_an_order() -> None:
    faults = faults_of(Between("tier", 1, 2), SCHEMA, ())
    assert faults[0] == Fault("$", "tier is of type string, which has no order")


def test_a_sound_condition_has_no_faults() -> None:
    text = f'{EXAMPLE} or due_ms <= 5 and open("service") or tags has "x" or not exists is_vip'
    assert faults_of(read(text), SCHEMA, ("service",)) == ()


def test_every_fault_is_there_at_once_with_its_path() -> None:
    condition = read('tear = 1 or not (tier = 2 and (open("night") or waited_s = "x"))')
    assert [fault.path for fault in faults_of(condition, SCHEMA, ())] == [
        "$.any[0]",
        "$.any[1].of.all[0]",
        "$.any[1].of.all[1].any[0]",
        "$.any[1].of.all[1].any[1]",
    ]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (And(()), "it joins nothing; it needs at least one condition"),
        (Or(()), "it joins nothing; it needs at least one condition"),
        (In("tier", ()), f"a list has 1 to {LIST_MAX} values, this has 0"),
        (
            In("tier", ("a",) * (LIST_MAX + 1)),
            f"a list has 1 to {LIST_MAX} values, this has {LIST_MAX + 1}",
        ),
        (
            Has("tags", "a" * (STRING_MAX + 1)),
            f"a value has at most {STRING_MAX} characters, this has {STRING_MAX + 1}",
        ),
        (Has("tags", "\ud800"), "a value holds half a character (a lone surrogate)"),
        (
            Compare("waited_s", Comparison.EQ, -INTEGER_MAX - 1),
            f"an integer lies between -{INTEGER_MAX} and {INTEGER_MAX}",
        ),
        (And((Always(),) * NODES_MAX), f"there are more than {NODES_MAX} nodes"),
    ],
)
def test_bounds_are_named(condition: Condition, message: str) -> None:
    assert faults_of(condition, SCHEMA, ()) == (Fault("$", message),)


def test_a_tree_that_is_too_deep_is_not_followed_down() -> None:
    condition: Condition = Exists("tear")
    for _ in range(100_000):
        condition = Not(condition)
    path = "$" + ".of" * DEPTH_MAX
    assert faults_of(condition, SCHEMA, ()) == (Fault(path, f"this is more than {DEPTH_MAX} deep"),)
    while isinstance(condition, Not):  # freed piece by piece: all at once would recurse
        condition = condition.of


def test_names_the_text_could_not_hold_are_refused() -> None:
    bad = ["", "Tier", "9lives", "_x", "__class__", "a.b", "and", "open", "café", "x" * 65]
    schema = dict.fromkeys([*bad, "a_1", "x" * 64], AttributeType.STRING)
    faults = schema_faults(schema)
    assert [fault.partition(" cannot")[0] for fault in faults] == bad


# ---------------------------------------------------------------- one form


@pytest.mark.parametrize(
    "same",
    [
        ("a = 1 and b = 2", "b = 2 and a = 1", "(b = 2 and a = 1) and a = 1", "a = 1 and b in (2)"),
        ("not (a = 1 or b = 2)", "not a = 1 and not b = 2"),
        ("a in (1, 2, 3)", "a = 3 or a in (2, 1)", "not (not a = 1 and not a in (3, 2))"),
        ("not a in (1, 2)", "not a = 2 and not a = 1"),
        ("a between 1 and 5", "a >= 1 and a <= 5", "a > 0 and a < 6"),
        ("a between 2 and 2", "a = 2"),
        ("a = 1 or not a = 1", "always", "not not always", "a = 1 or a = 2 or not a = 1"),
        ("a = 1 and not a = 1", "not always", "a between 2 and 1", "b = 1 and not always"),
        ("a = 1 and always", "a = 1", "a = 1 or not always"),
    ],
)
def test_the_same_said_otherwise_has_equal_bytes(same: tuple[str, ...]) -> None:
    assert len({canonical_bytes(read(text)) for text in same}) == 1


def test_what_differs_keeps_different_bytes() -> None:
    texts = ["a = 1", "a = true", 'a = "1"', "a != 1", "not a = 1", "not a != 1", "exists a"]
    assert len({canonical_bytes(read(text)) for text in texts}) == len(texts)


def test_joins_and_lists_of_nothing_are_constants() -> None:
    assert [canonical(one) for one in (And(()), Or(()), In("a", ()))] == [Always(), NEVER, NEVER]


# ---------------------------------------------------------------- JSON


def test_the_json_form_is_stable() -> None:
    condition = read(
        f'{EXAMPLE} or tags has "x" or due_ms between 1 and 2 or open("c") or exists a'
    )
    assert to_json(condition).decode() == (
        '{"is":"or","any":[{"is":"and","all":['
        '{"is":"in","attribute":"tier","values":["gold","vip"]},'
        '{"is":"compare","attribute":"language","op":"=","value":"zh"},'
        '{"is":"not","of":{"is":"compare","attribute":"waited_s","op":"<","value":60}}]},'
        '{"is":"has","attribute":"tags","value":"x"},'
        '{"is":"between","attribute":"due_ms","low":1,"high":2},'
        '{"is":"in_calendar","calendar_id":"c"},'
        '{"is":"exists","attribute":"a"}]}'
    )


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b'{"is":"and","all":[{"is":"eval"}]}', "$.all[0].is"),
        (b'{"is":"not","of":{"is":"exists"}}', "$.of"),
        (b'{"is":"always","more":1}', "$"),
        (b'{"is":"compare","attribute":"a","op":"~","value":1}', "$.op"),
        (b'{"is":"compare","attribute":"a","op":"=","value":1.5}', "$.value"),
        (b"", "$"),
        (b'{"is":"exists","attribute":"\xff"}', "$"),
        (b'{"is":"not","of":' * 3_000, "$"),
        (b" " * (JSON_MAX + 1), "$"),
    ],
)
def test_json_that_is_no_condition_is_a_fault_with_its_path(raw: bytes, path: str) -> None:
    fault = from_json(raw)
    assert isinstance(fault, Fault)
    assert fault.path == path


# ---------------------------------------------------------------- text


def test_the_documentation_says_the_same_in_text_and_json() -> None:
    page = (Path(__file__).parents[3] / "docs/calendars-and-expressions.md").read_text("utf-8")
    text = page.split("## Conditions\n\n```\n")[1].split("```")[0]
    raw = page.split("```json\n")[1].split("```")[0]
    assert read(text) == from_json(raw.encode()) == read(EXAMPLE)


def test_the_example_is_read_and_written() -> None:
    condition = read(EXAMPLE)
    assert condition == And(
        (
            In("tier", ("gold", "vip")),
            Compare("language", Comparison.EQ, "zh"),
            Not(Compare("waited_s", Comparison.LT, 60)),
        )
    )
    assert text_of(condition) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        "a = 1 or b = 2 and c = 3",
        "(a = 1 or b = 2) and c = 3",
        "a = 1 and (b = 2 and c = 3)",
        "a = 1 or (b = 2 or c = 3)",
        "not (a = 1 and not b = -2)",
        "not not always",
        'open("service") and exists a or b has "x"',
        "a between 1 and 2 and b between -3 and 4",
        'a in (true, false) or b != "say \\"hi\\"\\n金"',
    ],
)
def test_text_is_written_as_it_was_read(text: str) -> None:
    assert text_of(read(text)) == text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (And(()), "always"),
        (Or(()), "not always"),
        (Not(And((Or((Exists("a"), Exists("b"))),))), "not (exists a or exists b)"),
        (And((Or((Exists("a"),)), Exists("b"))), "exists a and exists b"),
        (
            Or((And((Exists("a"), Exists("b"))), InCalendar("c"))),
            'exists a and exists b or open("c")',
        ),
    ],
)
def test_joins_of_none_or_one_are_written_as_what_they_are(condition: Condition, text: str) -> None:
    assert text_of(condition) == text


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "expected the name of an attribute, found the end"),
        ("tier", 4, "expected a comparison, in, has or between, found the end"),
        ("tier =", 6, "expected a string, an integer, true or false, found the end"),
        ("tier = gold", 7, "expected a string, an integer, true or false, found gold"),
        ('tier = "gold" language', 14, "expected and, or, or the end, found language"),
        ('tier = "gold', 7, "this string has no end"),
        ('tier = "gold\\', 7, "this string has no end"),
        ('tier = "\\q"', 7, "this string is not written like one in JSON"),
        ('tier = "\ud800"', 7, "this string is not written like one in JSON"),
        ("tier == 1", 6, "expected a string, an integer, true or false, found ="),
        ("a ! 1", 2, "'!' means nothing here"),
        ("a.b = 1", 1, "'.' means nothing here"),
        ("__class__ = 1", 0, "'_' means nothing here"),
        ("a ** 9", 2, "'*' means nothing here"),
        ("a = -", 4, "expected a digit after the minus"),
        ("a = 9007199254740992", 4, f"an integer lies between -{INTEGER_MAX} and {INTEGER_MAX}"),
        ("a = " + "9" * 9999, 4, f"an integer lies between -{INTEGER_MAX} and {INTEGER_MAX}"),
        ("a = 1.5", 5, "'.' means nothing here"),
        ("in = 1", 0, "expected the name of an attribute, found in"),
        ("true", 0, "expected the name of an attribute, found true"),
        ("1 = a", 0, "expected the name of an attribute, found 1"),
        ('"a" = 1', 0, 'expected the name of an attribute, found "a"'),
        ("a in ()", 6, "expected a string, an integer, true or false, found )"),
        ("a in (1", 7, "expected ), found the end"),
        ("a in (1,)", 8, "expected a string, an integer, true or false, found )"),
        ("a between true and 2", 10, "expected an integer, found true"),
        ("a between 1 or 2", 12, "expected and, found or"),
        ("a has 1", 6, "expected a string, found 1"),
        ("open(service)", 5, "expected a string, found service"),
        ('open "service"', 5, 'expected (, found "service"'),
        ("(always", 7, "expected ), found the end"),
        ("always)", 6, "expected and, or, or the end, found )"),
        ("(" * 17, 16, f"a condition is at most {DEPTH_MAX} deep"),
        ("not " * 17, 64, f"a condition is at most {DEPTH_MAX} deep"),
        ("a" * 20_001, 20_000, "a condition has at most 20000 characters"),
        ("always " + "b" * 99, 7, "expected and, or, or the end, found " + "b" * 40),
    ],
)
def test_a_fault_in_a_text_has_its_place(text: str, at: int, message: str) -> None:
    assert parse(text) == TextFault(at, 1, at + 1, message)


def test_a_fault_in_a_text_of_several_lines_has_line_and_column() -> None:
    fault = parse("tier = 1\n  and (\n    nothing\n  )")
    assert isinstance(fault, TextFault)
    assert (fault.line, fault.column) == (4, 3)
