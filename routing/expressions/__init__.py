"""Conditions that people configure: one typed tree for routing rules, IVR branches, segments and campaigns.

It owns what a condition may say, whether it fits the declared attributes, when it holds, why, and how it is written. It
must never know what an attribute means. A condition is data: it cannot call, loop, reach into an object or match a
pattern, so it cannot escape, and its cost is bounded by its size. It is decoded (`from_json`) or read (`parse`), checked
once (`faults_of`), compiled once (`compiled`) and then asked as often as needed.

    tree        the nodes, their JSON form and every bound
    checking    bounds, names and types: all faults at once
    evaluating  whether it holds, and which leaves decided
    canonical   equal bytes for conditions that say the same
    text        the form people read and write
"""

from routing.expressions.canonical import canonical, canonical_bytes
from routing.expressions.checking import Schema, faults_of, is_name, schema_faults
from routing.expressions.evaluating import (
    Explanation,
    Facts,
    Ground,
    Predicate,
    Reason,
    compiled,
    explain,
)
from routing.expressions.text import TextFault, parse, text_of
from routing.expressions.tree import (
    Always,
    And,
    AttributeType,
    Between,
    Compare,
    Comparison,
    Condition,
    Exists,
    Fact,
    Fault,
    Has,
    In,
    InCalendar,
    Leaf,
    Not,
    Or,
    Value,
    from_json,
    to_json,
)

__all__ = [
    "Always",
    "And",
    "AttributeType",
    "Between",
    "Compare",
    "Comparison",
    "Condition",
    "Exists",
    "Explanation",
    "Fact",
    "Facts",
    "Fault",
    "Ground",
    "Has",
    "In",
    "InCalendar",
    "Leaf",
    "Not",
    "Or",
    "Predicate",
    "Reason",
    "Schema",
    "TextFault",
    "Value",
    "canonical",
    "canonical_bytes",
    "compiled",
    "explain",
    "faults_of",
    "from_json",
    "is_name",
    "parse",
    "schema_faults",
    "text_of",
    "to_json",
]
