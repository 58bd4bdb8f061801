"""What a configuration may say about customers: conditions over their profiles, and what follows for a contact."""

from typing import Annotated

from pydantic import Field, field_validator

from callcenter.config_loader.base import Closed
from callcenter.config_loader.queues import CREDIT_S_MAX, Needs
from callcenter.customers.rules import SCHEMA, CustomerRule, Preferred
from routing.expressions import Condition, TextFault, faults_of, parse
from routing.ids import SkillId
from routing.model import SkillNeed


class CustomerRuleEntry(Closed):
    """For customers of whom `when` holds. Age is only given, never taken: the rest are served no later for it."""

    when: str
    credit_s: Annotated[int, Field(ge=0, le=CREDIT_S_MAX)] = 0
    needs: Needs = {}
    preferred: Preferred | None = None

    @field_validator("when")
    @classmethod
    def _is_a_condition(cls, text: str) -> str:
        condition_of(text)
        return text


def compiled_rules(entries: list[CustomerRuleEntry]) -> tuple[CustomerRule, ...]:
    """The checked entries as the look-up takes them."""
    return tuple(
        CustomerRule(
            when=condition_of(entry.when),
            credit_ms=entry.credit_s * 1000,
            needs=tuple(SkillNeed(SkillId(name), level) for name, level in entry.needs.items()),
            preferred=entry.preferred,
        )
        for entry in entries
    )


def condition_of(text: str) -> Condition:
    """What a rule's text means. Raises ValueError with everything that is wrong with it."""
    condition = parse(text)
    if isinstance(condition, TextFault):
        raise ValueError(f"at character {condition.at + 1}: {condition.message}")  # noqa: TRY004 - the value is wrong
    faults = faults_of(condition, SCHEMA, ())
    if faults:
        raise ValueError("; ".join(fault.message for fault in faults))
    return condition
