"""What is well formed in a customer rule and still does nothing, or asks for what nobody has. Pure."""

from collections.abc import Iterator, Sequence

from callcenter.config_loader.customer_rules import condition_of
from callcenter.config_loader.findings import Finding, FindingCode, Path
from callcenter.config_loader.queues import Needs
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
        yield from unheld_needs(rule.needs, (*path, "needs"), agents)


def choice_lints(document: Document, agents: Sequence[PutAgent] | None) -> Iterator[Finding]:
    """The same of what callers may ask for by a digit."""
    for number, entry in enumerate(document.telephony.entry_points):
        for digit, pressed in entry.choices.items():
            path = ("telephony", "entry_points", number, "choices", digit, "needs")
            yield from unheld_needs(pressed.needs, path, agents)


def unheld_needs(needs: Needs, path: Path, agents: Sequence[PutAgent] | None) -> Iterator[Finding]:
    """Warnings about what nobody can meet alone: the contact would go without it."""
    for skill_id, level in needs.items():
        if agents is not None and not any(
            agent.skills.get(SkillId(skill_id), 0) >= level for agent in agents
        ):
            message = f"no agent has {skill_id} at level {level} or better: the need is left out"
            yield Finding(FindingCode.SKILL_UNHELD, (*path, skill_id), message, is_error=False)
