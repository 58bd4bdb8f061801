"""Asking customers whether they agree: what a call-back means for its case, and who must not make it. Pure."""

from typing import Final

from callcenter.cases.plans import CasePlan
from callcenter.ports.call_backs import CallBack, CallBackState
from callcenter.ports.cases import StoredCase
from crm_link.cases.clocks import next_day_ms
from crm_link.cases.model import Hours
from routing.ids import AgentId
from routing.state import State

PREFIX: Final = "case-"


def call_back_id_of(stored: StoredCase) -> str:
    """Of the next call-back: made anew after a crash, it is the same."""
    return f"{PREFIX}{stored.case.case_id}.{stored.calls + 1}"


def case_id_of(call_back_id: str) -> str:
    """The case a call-back is made for; "" for any other."""
    if not call_back_id.startswith(PREFIX):
        return ""
    return call_back_id.removeprefix(PREFIX).rpartition(".")[0]


def ask_at_ms(stored: StoredCase, hours: Hours) -> int | None:
    """Not before which instant the customer is asked; None for at once. Every attempt has a day of its own."""
    attempts = stored.case.attempts_ms
    return next_day_ms(hours.days, attempts[-1]) if attempts else None


def barred_agents(stored: StoredCase, plan: CasePlan, mirror: State) -> tuple[AgentId, ...]:
    """Who never asks this customer: whoever proposed or owns it, and the members of the department that has it."""
    case, queue_id = stored.case, plan.queue_id
    team_ids = plan.teams_of(case.department_id)
    return tuple(
        one.agent_id
        for one in mirror.agents.values()
        if queue_id in one.queue_ids
        and (one.team_id in team_ids or one.agent_id in (case.owner_id, case.proposed_by))
    )


def is_unreached(call_back: CallBack) -> bool:
    """Whether the customer was called, on this day in vain."""
    return call_back.state is CallBackState.FAILED


def is_to_be_asked_again(call_back: CallBack) -> bool:
    """Whether it is over though nobody has tried in earnest: its time ran out, or the customer called about something else."""
    return call_back.state in (CallBackState.EXPIRED, CallBackState.MERGED)
