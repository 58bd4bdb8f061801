"""Departments and rules of cases, as the configuration in force says; who is a member follows from teams."""

from collections.abc import Collection

import msgspec

from callcenter.auth.authorise import ObjectFacts
from callcenter.auth.principal import Principal, Role
from callcenter.ports.cases import StoredCase
from crm_link.cases.model import Actor, Rules
from routing.ids import QueueId
from routing.state import State


class Department(msgspec.Struct, frozen=True):
    """A part of the company that puts things right: the people of some teams."""

    department_id: str
    en: str
    zh: str
    team_ids: tuple[str, ...]


class CasePlan(msgspec.Struct, frozen=True):
    """What the configuration says of cases. `queue_id`: whose call-back rules are used to ask customers; "" for nobody asks by itself."""

    rules: Rules
    departments: tuple[Department, ...]
    queue_id: QueueId = QueueId("")

    def of_teams(self, team_ids: Collection[str]) -> tuple[str, ...]:
        """Departments that any of these teams belong to."""
        return tuple(
            one.department_id
            for one in self.departments
            if not set(one.team_ids).isdisjoint(team_ids)
        )

    def teams_of(self, *department_ids: str) -> tuple[str, ...]:
        """The teams of these departments."""
        return tuple(
            team_id
            for one in self.departments
            if one.department_id in department_ids
            for team_id in one.team_ids
        )


def actor_of(plan: CasePlan, principal: Principal) -> Actor:
    """Who acts: supervisors and administrators for any department of theirs, but never against the rule of verification."""
    leads = principal.role in (Role.SUPERVISOR, Role.ADMIN)
    return Actor(principal.user_id, plan.of_teams((principal.team_id,)), leads=leads)


def seen_departments(plan: CasePlan, principal: Principal) -> tuple[str, ...]:
    """Whose inboxes somebody may read."""
    if principal.role is Role.ADMIN:
        return tuple(one.department_id for one in plan.departments)
    return plan.of_teams({principal.team_id, *principal.watched_team_ids})


def departments_of_agent(plan: CasePlan, mirror: State, agent_id: str) -> tuple[str, ...]:
    """Of which departments an agent is a member; none for who is no agent."""
    agent = next((one for one in mirror.agents.values() if one.agent_id == agent_id), None)
    return () if agent is None or agent.is_removed else plan.of_teams((agent.team_id,))


def facts_of(plan: CasePlan | None, stored: StoredCase) -> ObjectFacts:
    """Who may reach a case: its owner and whoever opened it, the departments it has been with, the top for a major one."""
    case = stored.case
    top_id = "" if plan is None or not case.is_major else plan.rules.top_id
    involved = (case.department_id, case.from_department_id, top_id)
    return ObjectFacts(
        agent_id=case.owner_id or None,
        wrapped_up_by=(stored.opened_by,),
        department_team_ids=() if plan is None else plan.teams_of(*involved),
    )
