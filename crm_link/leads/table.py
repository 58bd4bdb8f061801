"""Which step leads a lead from which stage to which. Data alone; what is not in the table is refused.

new -> contacted -> qualified -> won;  new -> qualified;  contacted -> won;  new, contacted, qualified -> lost
"""

from typing import Final

from crm_link.leads.model import LeadStage, LeadStep

S = LeadStage

_OPEN: Final = (S.NEW, S.CONTACTED, S.QUALIFIED)


def _stays(*stages: LeadStage) -> dict[LeadStage, LeadStage]:
    return {stage: stage for stage in stages}


def _to(target: LeadStage, *stages: LeadStage) -> dict[LeadStage, LeadStage]:
    return dict.fromkeys(stages, target)


_STEPS: Final[dict[LeadStep, dict[LeadStage, LeadStage]]] = {
    LeadStep.TAKE: _stays(*_OPEN),
    LeadStep.CONTACTED: {**_to(S.CONTACTED, S.NEW), **_stays(S.CONTACTED, S.QUALIFIED)},
    LeadStep.QUALIFY: _to(S.QUALIFIED, S.NEW, S.CONTACTED),
    LeadStep.WIN: _to(S.WON, S.CONTACTED, S.QUALIFIED),
    LeadStep.LOSE: _to(S.LOST, *_OPEN),
    LeadStep.REMIND: _stays(*_OPEN),
    LeadStep.ROUTE: _stays(*_OPEN),
    LeadStep.NOTE: _stays(*S),
}

MOVES: Final = {
    (stage, step): target for step, moves in _STEPS.items() for stage, target in moves.items()
}
"""(stage, step) -> the next stage."""


def legal_steps(stage: LeadStage) -> tuple[LeadStep, ...]:
    """What people may do, in the order of `LeadStep`."""
    return tuple(step for step in LeadStep if (stage, step) in MOVES and step is not LeadStep.ROUTE)
