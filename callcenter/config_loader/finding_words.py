"""What findings say, in both languages: one table of sentences, by code.

Findings are made in English, where they are found, by the libraries' validators too; what a sentence holds is read back
from it by its template here. A sentence without one is told in English behind the code's own words: never nothing.
"""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import re
from functools import cache
from typing import Final

from callcenter.config_loader.findings import Finding, FindingCode

Sentence = tuple[str, str]
"""English and Chinese, with the same placeholders."""

SENTENCES: Final[dict[FindingCode, tuple[Sentence, ...]]] = {
    FindingCode.FOLDER_EMPTY: (
        ("there is no such folder", "没有这个文件夹"),
        ("there are no .yaml files", "没有 .yaml 文件"),
    ),
    FindingCode.YAML_INVALID: (
        ("this is not valid YAML: {detail}", "不是有效的 YAML：{detail}"),
        ("the file must be a mapping", "文件必须是键值映射"),
    ),
    FindingCode.VALUE_INVALID: (
        ("Field required", "必填"),
        ("Extra inputs are not permitted", "没有这个键"),
        ("Input should be a valid string", "应为文本"),
        ("Input should be a valid integer", "应为整数"),
        ("Input should be a valid integer, {detail}", "应为整数"),
        ("Input should be a valid boolean{detail}", "应为 true 或 false"),
        ("Input should be a valid list", "应为列表"),
        ("Input should be a valid dictionary{detail}", "应为键值映射"),
        ("Input should be a valid date{detail}", "应为日期，例如 2026-10-01"),
        ("Input should be greater than or equal to {bound}", "不得小于 {bound}"),
        ("Input should be less than or equal to {bound}", "不得大于 {bound}"),
        ("Input should be {choices}", "应为以下之一：{choices}"),
        ("String should have at least {count} character{s}", "至少 {count} 个字符{s}"),
        ("String should have at most {count} character{s}", "最多 {count} 个字符{s}"),
        ("String should match pattern '{pattern}'", "格式应符合 {pattern}"),
        (
            "List should have at least {count} item{s} after validation, not {found}",
            "至少 {count} 项，现有 {found} 项{s}",
        ),
        (
            "List should have at most {count} item{s} after validation, not {found}",
            "最多 {count} 项，现有 {found} 项{s}",
        ),
        (
            "Dictionary should have at least {count} item{s} after validation, not {found}",
            "至少 {count} 项，现有 {found} 项{s}",
        ),
        (
            "Dictionary should have at most {count} item{s} after validation, not {found}",
            "最多 {count} 项，现有 {found} 项{s}",
        ),
        (
            "{language}: {placeholder} is no placeholder; there are {known}",
            "{language}：没有占位符 {placeholder}；可用的有 {known}",
        ),
        (
            "{channel} may interrupt neither calls nor its like",
            "{channel} 不可打断通话，也不可打断同类联络",
        ),
        (
            "{text} is not a time; write it as 09:00, from 00:00 to 24:00",
            "{text} 不是时间；请写成 09:00，范围 00:00 至 24:00",
        ),
        (
            "{text} starts when it ends; for a whole day write 00:00-24:00",
            "{text} 的开始与结束相同；全天请写 00:00-24:00",
        ),
        (
            "{text} starts at 24:00; that is 00:00 of the next day",
            "{text} 从 24:00 开始；应写为次日 00:00",
        ),
        ("{one} and {other} overlap", "{one} 与 {other} 重叠"),
        (
            "{key} is not a time zone; zones are named like Asia/Shanghai",
            "{key} 不是时区；时区写法如 Asia/Shanghai",
        ),
        (
            "no holidays are known for the country {code}; codes are like CN and DE",
            "没有国家 {code} 的节假日；代码如 CN、DE",
        ),
        (
            "{region} is not a region of {country}; it must be {listed}",
            "{country} 没有地区 {region}；可用：{listed}",
        ),
        (
            "until must lie on or after {day}, less than a year later",
            "until 不得早于 {day}，且须在一年之内",
        ),
        ("special needs hours; without any write closed", "special 需要营业时间；没有则写 closed"),
        (
            "{state} takes no hours; write special to give them",
            "{state} 不带营业时间；要写时间请用 special",
        ),
        ("like goes with open alone", "like 只能与 open 同用"),
        ("{first}: {day} is there twice", "{first}：{day} 出现两次"),
        (
            "days: {day} is open like a {weekday}, which has no hours; name another weekday in like",
            "days：{day} 按 {weekday} 营业，但该日没有营业时间；请在 like 中写另一个星期几",
        ),
        (
            "it is never open: no weekday and no special day has hours",
            "从不营业：没有任何一天有营业时间",
        ),
        ("team goes with asks: team alone", "team 只能与 asks: team 同用"),
        (
            "queue goes with to: queue, and to: queue with a queue",
            "queue 只能与 to: queue 同用，且 to: queue 必须指定队列",
        ),
        ("message goes with to: message alone", "message 只能与 to: message 同用"),
        ("at character {at}: {detail}", "第 {at} 个字符处：{detail}"),
    ),
    FindingCode.ID_REPEATED: (
        ("the id {name} is there twice", "编号 {name} 出现两次"),
        ("{name} is there twice", "{name} 出现两次"),
    ),
    FindingCode.REFERENCE_UNKNOWN: (("there is no {kind} {name}", "没有{kind} {name}"),),
    FindingCode.BUILT_IN_MISSING: (
        (
            "the built-in reason {name} needs a name and an alert time",
            "内置原因 {name} 需要名称和提醒时间",
        ),
    ),
    FindingCode.CONFIGURATION_INVALID: (("{detail}", "配置不能生效：{detail}"),),
    FindingCode.DAYS_UNKNOWN: (
        (
            "{calendar}: the make-up workdays of {country} in {year} are not known yet; name them in days when they are announced",
            "{calendar}：{country} {year} 年的调休上班日尚未公布；公布后请写入 days",
        ),
        (
            "{calendar}: {day} is a make-up workday, but its hours are those of a day without any",
            "{calendar}：{day} 是调休上班日，但所参照的那一天没有营业时间",
        ),
    ),
    FindingCode.SKILL_UNHELD: (
        (
            "no agent has {skill} at level {level} or better",
            "没有坐席的技能 {skill} 达到 {level} 级",
        ),
        (
            "no agent has {skill} at level {level} or better: the need is left out",
            "没有坐席的技能 {skill} 达到 {level} 级：该要求不起作用",
        ),
    ),
    FindingCode.QUEUE_WITHOUT_AGENTS: (("no agent takes this queue", "没有坐席服务此队列"),),
    FindingCode.QUEUE_UNMATCHABLE: (
        (
            "none of its agents has all the skills that are asked for",
            "其坐席中无人具备所要求的全部技能",
        ),
    ),
    FindingCode.CAPACITY_NONE: (
        (
            "none of its {count} agents has capacity for {channel}",
            "其 {count} 名坐席均不受理 {channel}",
        ),
    ),
    FindingCode.PRIORITY_UNBOUNDED: (
        (
            "{strategy} is unbounded: contacts of a lower level may wait for ever",
            "{strategy} 没有上限：优先级较低的联络可能一直等待",
        ),
    ),
    FindingCode.STEP_UNREACHABLE: (
        (
            "the first step begins at 0: before it nobody would be asked",
            "第一步必须从 0 开始：在此之前无人会被询问",
        ),
        (
            "a step begins later than the one before, or it is never reached",
            "每一步须晚于前一步，否则永远不会到达",
        ),
        (
            "the longest wait of the queue (wait_max_s) ends before it",
            "队列的最长等待（wait_max_s）在此之前已结束",
        ),
    ),
    FindingCode.LAST_STEP_UNMATCHABLE: (
        (
            "the last step asks the preferred agent or their team, which not every contact has",
            "最后一步只询问首选坐席或其团队，而并非每个联络都有",
        ),
        (
            "none of the agents of its last step has all the skills that are asked for",
            "最后一步的坐席中无人具备所要求的全部技能",
        ),
    ),
    FindingCode.OVERFLOW_CYCLE: (
        (
            "contacts that {queue} turns away can come back to it: {way}",
            "{queue} 转出的联络可能又回到它：{way}",
        ),
    ),
    FindingCode.DESTINATION_MISSING: (
        (
            "who leaves the queue by it needs a destination: {key}",
            "由此离开队列的联络需要去处：{key}",
        ),
    ),
    FindingCode.ALARM_TOO_LATE: (
        (
            "with the unbounded priority of queue {queue} the alarm must come within {seconds} s",
            "队列 {queue} 的优先级没有上限，提醒须在 {seconds} 秒内",
        ),
    ),
    FindingCode.STRATEGIES_MIXED: (
        (
            "agents serve it and {queue}, which weighs waiting otherwise ({strategy}): how far contacts of the two pass each other has no bound",
            "坐席同时服务它和 {queue}，而后者的等待计算方式不同（{strategy}）：两者联络的先后没有上限",
        ),
    ),
    FindingCode.CLASSES_MANY: (
        (
            "agent {agent} serves {count} requirement classes; above {most} each decision costs noticeably more",
            "坐席 {agent} 服务 {count} 类要求；超过 {most} 类时每次决定明显变慢",
        ),
    ),
    FindingCode.HOURS_NEVER_OPEN: (
        ("{calendar} is not open on any day to come", "{calendar} 今后没有任何营业日"),
    ),
    FindingCode.STILL_HELD: (
        (
            "the queue {name} cannot go while it holds 1 contact",
            "队列 {name} 中仍有 1 个联络，不能删除",
        ),
        (
            "the queue {name} cannot go while it holds {count} contacts",
            "队列 {name} 中仍有 {count} 个联络，不能删除",
        ),
        (
            "the {kind} {name} cannot go while {names} has it",
            "{names} 仍在使用{kind} {name}，不能删除",
        ),
        (
            "the {kind} {name} cannot go while {names} have it",
            "{names} 仍在使用{kind} {name}，不能删除",
        ),
    ),
    FindingCode.RULE_NEVER_HOLDS: (
        (
            "it holds for no customer: one part of it rules out the other",
            "对任何客户都不成立：其中两部分互相排斥",
        ),
    ),
    FindingCode.RULE_REPEATED: (
        (
            "it holds for the same customers as rule {number}: one rule can say both",
            "与规则 {number} 适用于相同的客户：可合并为一条",
        ),
    ),
    FindingCode.RULE_WITHOUT_EFFECT: (
        (
            "nothing follows from it: give credit_s, needs or preferred",
            "没有任何作用：请写 credit_s、needs 或 preferred",
        ),
    ),
    FindingCode.MAILBOX_REPEATED: (
        ("{address} is the address of another mailbox too", "{address} 也是另一个邮箱的地址"),
    ),
    FindingCode.FLOW_NODE_UNREACHABLE: (("no node leads here", "没有节点通向这里"),),
    FindingCode.FLOW_DEAD_END: (
        (
            "this menu has no way out: no queue, hang_up, transfer or return can be come to from here",
            "此菜单没有出口：从这里无法到达 queue、hang_up、transfer 或 return",
        ),
        (
            "nothing ends after it: no queue, hang_up, transfer or return can be come to from here",
            "此后没有终点：从这里无法到达 queue、hang_up、transfer 或 return",
        ),
    ),
    FindingCode.FLOW_CYCLE: (
        (
            "the flow {name} leads back into this one: nobody would come out",
            "流程 {name} 又回到本流程：无人能够离开",
        ),
        (
            "a circle without any input leads back here: say less, or ask something",
            "没有任何输入的循环又回到这里：请减少播报，或询问来电者",
        ),
    ),
    FindingCode.FLOW_PROMPT_MISSING: (
        ("nothing is said in the language {language}", "语言 {language} 没有任何播报内容"),
    ),
    FindingCode.FLOW_NODE_UNSUPPORTED: (
        (
            "who was turned away cannot wait in another queue: let the queue itself name one",
            "被转出的来电者不能在另一队列中等待：请由队列本身指定去处",
        ),
        (
            "nothing can carry out a node of the kind {name} yet; lead to a queue instead",
            "目前无法执行 {name} 类节点；请改为通向队列",
        ),
    ),
    FindingCode.FLOW_VALUE_INVALID: (
        ("{name} stands for nothing that a node sets", "{name} 不对应任何节点所设的值"),
        ("{name} is of type {type} elsewhere", "{name} 在别处的类型是 {type}"),
        ("languages are {names}", "语言可为 {names}"),
        ("at character {at}: {detail}", "第 {at} 个字符处：{detail}"),
        ("{detail}", "条件有误：{detail}"),
    ),
    FindingCode.FLOW_TOO_LARGE: (
        (
            "a flow has at most {most} nodes, this has {count}",
            "一个流程最多 {most} 个节点，此流程有 {count} 个",
        ),
    ),
    FindingCode.CALL_BACK_UNRULED: (
        (
            "{queue} has no call_back rules: add call_back to the queue",
            "队列 {queue} 没有回呼规则 call_back：请为其添加",
        ),
    ),
    FindingCode.LEADS_UNRULED: (
        (
            "{disposition} makes leads, and nobody works on any: add leads",
            "处理结果 {disposition} 会生成销售线索，但没有人跟进：请添加 leads",
        ),
    ),
}

KINDS: Final = {
    "queue": "队列",
    "skill": "技能",
    "site": "地点",
    "team": "团队",
    "disposition": "处理结果",
    "calendar": "营业时间",
    "flow": "流程",
    "node": "节点",
}
"""What a `{kind}` is called."""

_LEFT_OUT: Final = ("s",)
"""Placeholders that only English needs: the ending of a plural."""


def in_chinese(finding: Finding) -> str:
    """The sentence in Chinese; sentences of several faults part by part."""
    whole = _matched(finding.code, finding.message)
    if whole is not None:
        return whole
    parts = [_matched(finding.code, part) for part in finding.message.split("; ")]
    return finding.message if None in parts else "；".join(part or "" for part in parts)


def _matched(code: FindingCode, message: str) -> str | None:
    for pattern, chinese in _patterns(code):
        found = pattern.fullmatch(message)
        if found is not None:
            values = {name: value or "" for name, value in found.groupdict().items()}
            values |= dict.fromkeys(_LEFT_OUT, "")
            if "kind" in values:
                values["kind"] = KINDS.get(values["kind"], values["kind"])
            return chinese.format(**values)
    return None


@cache
def _patterns(code: FindingCode) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(english), chinese) for english, chinese in SENTENCES[code])


def _pattern(english: str) -> re.Pattern[str]:
    """The template as an expression; a value has a character at least, but an ending or a detail may be missing."""
    parts = re.split(r"\{(\w+)\}", english)
    made = [
        re.escape(part) if number % 2 == 0 else f"(?P<{part}>.{_length(part)})"
        for number, part in enumerate(parts)
    ]
    return re.compile("".join(made), re.DOTALL)


def _length(name: str) -> str:
    return "*?" if name in (*_LEFT_OUT, "detail") else "+?"
