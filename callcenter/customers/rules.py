"""What a customer's profile means for routing, as configured: an ordered list of conditions and what follows.

Every rule that holds counts. Needs add up, of a skill asked twice the higher level; of the credits the largest is
given, never their sum, so that the largest credit configured is the longest time by which anybody is overtaken;
the first rule that speaks of the owner decides about the owner. The core gets the result and knows no rules.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from callcenter.ports.profiles import Profile
from routing.expressions import AttributeType, Condition, Fact, Facts, Predicate, Schema, compiled
from routing.ids import AgentId, SkillId
from routing.model import SkillNeed

SCHEMA: Final[Schema] = {
    "tier": AttributeType.STRING,
    "language": AttributeType.STRING,
    "region": AttributeType.STRING,
    "owner": AttributeType.STRING,
    "open_complaint": AttributeType.BOOLEAN,
}
"""What a condition may ask about. What is not known of a customer is missing; `owner` is an agent's id."""


class Preferred(StrEnum):
    """Whom a rule prefers."""

    OWNER = "owner"
    NONE = "none"


class CustomerRule(msgspec.Struct, frozen=True):
    """What follows for customers of whom `when` holds. `preferred` None: the rule does not speak of the owner."""

    when: Condition
    credit_ms: int = 0
    needs: tuple[SkillNeed, ...] = ()
    preferred: Preferred | None = None


class Attributes(msgspec.Struct, frozen=True):
    """What a contact is given because of its customer."""

    needs: tuple[SkillNeed, ...] = ()
    credit_ms: int = 0
    preferred_agent_id: AgentId | None = None


PLAIN: Final = Attributes()
"""What a contact has of whose customer nothing is known."""


def together(one: Attributes, other: Attributes) -> Attributes:
    """Both of them, as if they came of two rules."""
    return Attributes(
        needs=_highest((*one.needs, *other.needs)),
        credit_ms=max(one.credit_ms, other.credit_ms),
        preferred_agent_id=one.preferred_agent_id or other.preferred_agent_id,
    )


def _highest(needs: Iterable[SkillNeed]) -> tuple[SkillNeed, ...]:
    """Each skill once, at the highest level asked for."""
    levels: dict[SkillId, int] = {}
    for need in needs:
        levels[need.skill_id] = max(need.level, levels.get(need.skill_id, 0))
    return tuple(SkillNeed(skill_id, level) for skill_id, level in sorted(levels.items()))


class CustomerRules:
    """The rules in force, compiled once."""

    def __init__(self, rules: Sequence[CustomerRule] = ()) -> None:
        """The conditions have been checked against SCHEMA."""
        self._rules: list[tuple[Predicate, CustomerRule]] = [
            (compiled(rule.when), rule) for rule in rules
        ]

    def __bool__(self) -> bool:
        """Whether there are any; without, nothing need be looked up."""
        return bool(self._rules)

    def attributes_of(self, profile: Profile | None) -> Attributes:
        """What the rules make of a profile; None: nothing is known of the customer."""
        facts = Facts({} if profile is None else _facts(profile), at_ms=0, hours={})
        holding = [rule for holds, rule in self._rules if holds(facts)]
        spoken = [rule.preferred for rule in holding if rule.preferred is not None]
        owner = None if profile is None else profile.owner_agent_id
        return Attributes(
            needs=_highest(need for rule in holding for need in rule.needs),
            credit_ms=max((rule.credit_ms for rule in holding), default=0),
            preferred_agent_id=owner if spoken[:1] == [Preferred.OWNER] else None,
        )


def _facts(profile: Profile) -> dict[str, Fact]:
    known: dict[str, Fact] = {"open_complaint": profile.has_open_complaint}
    texts = {
        "tier": profile.tier,
        "language": profile.language,
        "region": profile.region,
        "owner": profile.owner_agent_id or "",
    }
    known.update((name, text) for name, text in texts.items() if text)
    return known


def facts_of(profile: Profile) -> dict[str, Fact]:
    """What a profile tells a flow; its language is not that of the conversation."""
    known = _facts(profile)
    language = known.pop("language", None)
    return known if language is None else {**known, "profile_language": language}
