"""What a check says about a configuration: one sentence with a stable code and the path of the value it is about."""

from enum import StrEnum

import msgspec

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the document to a value."""


class FindingCode(StrEnum):
    """What can be wrong with a configuration. Codes are never renamed; docs/configuration.md explains each."""

    FOLDER_EMPTY = "folder_empty"
    YAML_INVALID = "yaml_invalid"
    VALUE_INVALID = "value_invalid"
    ID_REPEATED = "id_repeated"
    REFERENCE_UNKNOWN = "reference_unknown"
    BUILT_IN_MISSING = "built_in_missing"
    CONFIGURATION_INVALID = "configuration_invalid"
    DAYS_UNKNOWN = "days_unknown"
    SKILL_UNHELD = "skill_unheld"
    QUEUE_WITHOUT_AGENTS = "queue_without_agents"
    QUEUE_UNMATCHABLE = "queue_unmatchable"
    CAPACITY_NONE = "capacity_none"
    PRIORITY_UNBOUNDED = "priority_unbounded"
    STEP_UNREACHABLE = "step_unreachable"
    LAST_STEP_UNMATCHABLE = "last_step_unmatchable"
    OVERFLOW_CYCLE = "overflow_cycle"
    DESTINATION_MISSING = "destination_missing"
    ALARM_TOO_LATE = "alarm_too_late"
    STRATEGIES_MIXED = "strategies_mixed"
    CLASSES_MANY = "classes_many"
    HOURS_NEVER_OPEN = "hours_never_open"
    STILL_HELD = "still_held"
    RULE_NEVER_HOLDS = "rule_never_holds"
    RULE_REPEATED = "rule_repeated"
    RULE_WITHOUT_EFFECT = "rule_without_effect"
    MAILBOX_REPEATED = "mailbox_repeated"
    FLOW_NODE_UNREACHABLE = "flow_node_unreachable"
    FLOW_DEAD_END = "flow_dead_end"
    FLOW_CYCLE = "flow_cycle"
    FLOW_PROMPT_MISSING = "flow_prompt_missing"
    FLOW_NODE_UNSUPPORTED = "flow_node_unsupported"
    FLOW_VALUE_INVALID = "flow_value_invalid"
    FLOW_TOO_LARGE = "flow_too_large"
    CALL_BACK_UNRULED = "call_back_unruled"
    LEADS_UNRULED = "leads_unruled"


class Finding(msgspec.Struct, frozen=True):
    """An error refuses the configuration; a warning is told and lets it pass."""

    code: FindingCode
    path: Path
    message: str
    is_error: bool = True
