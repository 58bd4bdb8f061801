"""Types of the explanations in the HTTP API: numbers and ids, and beside them the same in sentences.

Agents the caller may not see are counted and not named; contacts of queues the caller may not see are counted too.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from callcenter.explaining.naming import Language
from callcenter.explaining.telling import Section
from callcenter.web.schemas import SEQ_MAX, ContactWhere, Id

OfferNumber: TypeAlias = Annotated[int, Meta(ge=1, le=SEQ_MAX)]


class ExplanationQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which language, and whom to ask "why not" about."""

    language: Language = Language.EN
    agent_id: Id | None = None


class OffersQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same, and which offer; without a number all of them."""

    language: Language = Language.EN
    agent_id: Id | None = None
    number: OfferNumber | None = None


class AgentQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which language."""

    language: Language = Language.EN


class NamedAgent(msgspec.Struct, frozen=True):
    """An agent the caller may see."""

    agent_id: str
    display_name: str


class RemovedAgents(msgspec.Struct, frozen=True):
    """Those whom one filter removed: how many, and the first of those the caller may see."""

    filter: str
    count: int
    agents: list[NamedAgent]


class ComingEvent(msgspec.Struct, frozen=True):
    """What will happen by itself, and when."""

    kind: str
    due_ms: int


class ReasonView(msgspec.Struct, frozen=True):
    """One fact that speaks against the pair, with its numbers."""

    code: str
    facts: dict[str, int | str]


class WhyNot(msgspec.Struct, frozen=True):
    """The first filter that says no to this agent, null if none does."""

    agent_id: str
    filter: str | None
    reasons: list[ReasonView]


class WaitingView(msgspec.Struct, frozen=True):
    """Why a contact still waits. `step` counts from 1 to `step_count`."""

    waited_ms: int
    credit_ms: int
    step: int
    step_count: int
    agent_count: int
    removed: list[RemovedAgents]
    coming: list[ComingEvent]


class ContactExplanation(msgspec.Struct, frozen=True):
    """Where a contact is and, while it waits, why. `sections` say the same in words, in the language asked for."""

    as_of_seq: int
    server_now_ms: int
    contact_id: str
    state: ContactWhere
    waiting: WaitingView | None
    why_not: WhyNot | None
    sections: list[Section]


class RemovedContacts(msgspec.Struct, frozen=True):
    """Those that one filter keeps from an agent: how many, and the first of those the caller may see."""

    filter: str
    count: int
    contact_ids: list[str]


class AgentExplained(msgspec.Struct, frozen=True):
    """Why an agent is not given what waits."""

    as_of_seq: int
    server_now_ms: int
    agent_id: str
    state: str
    reason_id: str | None
    is_present: bool
    in_hand: int
    waiting_count: int
    removed: list[RemovedContacts]
    sections: list[Section]


class RivalContact(msgspec.Struct, frozen=True):
    """Another contact that the agent could have had."""

    contact_id: str
    queue_id: str
    waited_ms: int


class ExplainedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Why an offer went to its agent. The lists hold the first twenty, best first, of what the caller may see.

    `agent_decided_by` and `contact_decided_by` name what put the first before the second. `is_confirmed`: decided
    again from the journal by the plain scanner, it came to the same.
    """

    seq: int
    number: int
    offer_id: str
    at_ms: int
    agent_id: str | None
    trigger: str | None
    waited_ms: int
    credit_ms: int
    step: int
    step_count: int
    agent_strategy: str
    contact_strategy: str
    configuration_version: str
    candidates: list[NamedAgent]
    candidate_count: int
    agent_decided_by: str
    removed: list[RemovedAgents]
    rivals: list[RivalContact]
    rival_count: int
    contact_decided_by: str
    is_confirmed: bool
    why_not: WhyNot | None
    sections: list[Section]


class OffersExplanation(msgspec.Struct, frozen=True):
    """The offers of a contact, each explained from the journal before it."""

    contact_id: str
    offers: list[ExplainedOffer]
