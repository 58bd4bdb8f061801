"""What is well formed in a customer rule and still does nothing, or asks for what nobody has. Pure."""

from collections.abc import Iterator, Sequence

from callcenter.config_loader.customer_rules import condition_of
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.schema import Document
from routing.commands import PutAgent
from routing.expressions import canonical, canonical_bytes
from routing.expressions.tree import NEVER
from routing.ids import SkillId


def customer_rule_lints(document: Document, agents: Sequence[PutAgent] | None) -> Iterator[Finding]:
    """Warnings: a rule that does nothing harms nobody. `agents` are None when nobody knows them."""
    seen: dict[bytes, int] = {}
    for number, rule in enumerate(document.customer_rules):
        path = ("customer_rules", number)
        condition = condition_of(rule.when)
        if canonical(condition) == NEVER:
            message = "it holds for no customer: one part of it rules out the other"
            yield Finding(FindingCode.RULE_NEVER_HOLDS, (*path, "when"), message, is_error=False)
        first = seen.setdefault(canonical_bytes(condition), number)
        if first != number:
            message = f"it holds for the same customers as rule {first + 1}: one rule can say both"
            yield Finding(FindingCode.RULE_REPEATED, (*path, "when"), message, is_error=False)
        if not (rule.credit_s or rule.needs or rule.preferred):
            message = "nothing follows from it: give credit_s, needs or preferred"
            yield Finding(FindingCode.RULE_WITHOUT_EFFECT, path, message, is_error=False)
        for skill_id, level in rule.needs.items():
            if agents is not None and not any(
                agent.skills.get(SkillId(skill_id), 0) >= level for agent in agents
            ):
                message = (
                    f"no agent has {skill_id} at level {level} or better: the need is left out"
                )
                where = (*path, "needs", skill_id)
                yield Finding(FindingCode.SKILL_UNHELD, where, message, is_error=False)
