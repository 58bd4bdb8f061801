"""What the console and the desk socket say to each other: version 1, JSON, one object a frame.

The server pushes; commands go over HTTP. A desk is small, so whatever changes in it, the whole of it is sent
again with the journal's `seq` it is true as of: a reader keeps the newest and can never drift. Only messages
are sent one by one, because a transcript is long; each carries its own `seq`, and `Hello.messages_after`
asks for what was missed.

Instants are ms since the Unix epoch by the server's clock. `server_now_ms` lets a reader draw countdowns
that are right on a machine whose clock is wrong.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

PROTOCOL_VERSION = 1

Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A number of the journal as a client sends it: no larger than a browser can count."""


class NextState(msgspec.Struct, frozen=True):
    """The state that will apply when the last work in hand ends."""

    state: str
    reason_id: str | None


class AgentCard(msgspec.Struct, frozen=True):
    """The agent as the status control shows it."""

    agent_id: str
    state: str
    reason_id: str | None
    state_since_ms: int
    next_state: NextState | None
    is_present: bool
    capacity_used: int
    capacity_total: int


class InBoth(msgspec.Struct, frozen=True):
    """Words in both languages."""

    en: str
    zh: str


class GivenAnswer(msgspec.Struct, frozen=True):
    """What a customer chose or typed at a node of a flow: what it was about, and the answer."""

    name: InBoth
    text: InBoth


class ConsultCard(msgspec.Struct, frozen=True):
    """A colleague the agent asks during a call. `state`: ringing, colleague, customer, all or ended.

    `colleague`, `customer` and `all` say with whom the agent talks; `cause` why it ended by itself: busy, no_answer, declined,
    unreachable, hangup or failed. `has_answered`: the customer can be handed over, or be joined.
    """

    agent_id: str
    name: str
    state: str
    cause: str = ""
    has_answered: bool = False


class CallBackCard(msgspec.Struct, frozen=True):
    """The promise a call of ours keeps: made when and by what (flow, queue, agent, supervisor, program), for which time if any.

    `attempts` counts how often the customer was called in vain before.
    """

    made_at_ms: int
    made_by: str
    promised_at_ms: int | None
    note: str
    attempts: int


class CallCard(msgspec.Struct, frozen=True):
    """What a call adds to its card. `state`: ringing, connecting, talking, held or ended, since `since_ms`.

    `caller` is the number, masked but for its end; `entry_number` the number dialled. `is_muted`: the customer does not hear
    the agent. `recording` of the talk: on, pausing, paused, stopping (a pause did not come about), stopped, refused, failed;
    "" for none.
    """

    state: str
    since_ms: int
    caller: str
    language: str
    entry_number: str
    consult: ConsultCard | None = None
    is_muted: bool = False
    recording: str = ""
    call_back: CallBackCard | None = None


class SkillLevel(msgspec.Struct, frozen=True):
    """A skill, and how well the agent has it: 1 to 10."""

    skill_id: str
    level: int


class OfferReason(msgspec.Struct, frozen=True):
    """Why the offer came to this agent. `kind` is preferred (theirs by customer), skills (what was asked for) or queue."""

    kind: str
    skills: list[SkillLevel] = []


class LastContact(msgspec.Struct, frozen=True):
    """An earlier contact of the same customer. `agent_name` is "" where nobody answered."""

    contact_id: str
    channel: str
    queue_id: str
    agent_name: str
    outcome: str | None
    disposition_id: str | None
    arrived_at_ms: int


class CustomerCard(msgspec.Struct, frozen=True):
    """What the company knows of a customer; "" where it knows nothing. `last_contacts` are newest first."""

    tier: str
    language: str
    region: str
    owner_agent_id: str | None
    owner_name: str
    has_open_complaint: bool
    last_contacts: list[LastContact]


class EmailCard(msgspec.Struct, frozen=True):
    """What a card shows of a contact's mails. `revision` changes whenever a mail is added or gets further.

    `undelivered` counts mails of ours that failed or came back. `parked_until_ms`: when parked work comes back.
    """

    subject: str
    mailbox_id: str
    mails: int
    undelivered: int
    revision: int
    parked_until_ms: int | None


class OfferCard(msgspec.Struct, frozen=True):
    """An offer to answer before `expires_at_ms`. `customer` comes a moment later, in a desk of its own.

    `given` is what the customer chose and typed in a flow, in order.
    """

    offer_id: str
    contact_id: str
    channel: str
    queue_id: str
    customer_name: str
    opening_text: str
    language: str
    waiting_since_ms: int
    made_at_ms: int
    expires_at_ms: int
    call: CallCard | None = None
    why: OfferReason | None = None
    customer: CustomerCard | None = None
    email: EmailCard | None = None
    given: list[GivenAnswer] = []


class AssignmentCard(msgspec.Struct, frozen=True):
    """A contact that is with the agent: `state` is dialling (we call the customer), connected, parked or wrap_up.

    `is_interrupted`: parked by something more urgent, and taken up again by itself as soon as there is room.
    """

    contact_id: str
    channel: str
    queue_id: str
    state: str
    state_since_ms: int
    arrived_at_ms: int
    connected_at_ms: int
    customer_name: str
    language: str
    is_customer_present: bool
    is_ended_by_customer: bool
    wrap_up_until_ms: int | None
    wrap_up_extensions_left: int
    last_message_seq: int
    call: CallCard | None = None
    is_interrupted: bool = False
    customer: CustomerCard | None = None
    email: EmailCard | None = None
    given: list[GivenAnswer] = []


class AskedCard(msgspec.Struct, frozen=True):
    """A colleague, `asker_name`, asks this agent by phone about the call of a contact. `state`: ringing, colleague, customer, all or ended.

    `colleague`, `customer` and `all` say with whom the asker talks: this agent, the customer or both. `ended_as`, a word of the
    history's consults, stays for a minute. `caller` is the number, masked but for its end.
    """

    contact_id: str
    asker_name: str
    state: str
    since_ms: int
    ended_as: str = ""
    queue_id: str = ""
    customer_name: str = ""
    language: str = ""
    caller: str = ""
    customer: CustomerCard | None = None
    given: list[GivenAnswer] = []


class Desk(msgspec.Struct, frozen=True):
    """Everything on one agent's desk; `asked`: what colleagues ask by phone."""

    agent: AgentCard
    offers: list[OfferCard]
    assignments: list[AssignmentCard]
    asked: list[AskedCard] = []


class ChatMessage(msgspec.Struct, frozen=True):
    """One line of a transcript. `author` is customer, agent or system; `seq` orders and identifies it.

    `given` is what the customer chose and typed in a flow; `text` then says the same in the customer's own language.
    """

    seq: int
    message_id: str
    author: str
    author_name: str
    text: str
    at_ms: int
    given: list[GivenAnswer] = []


# --- console -> server ------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, tag_field="type", tag="hello", forbid_unknown_fields=True):
    """First frame of a socket. `messages_after`: contact id -> newest message seq this tab already has."""

    version: int
    messages_after: dict[str, Seq] = {}


class Typing(
    msgspec.Struct, frozen=True, tag_field="type", tag="typing", forbid_unknown_fields=True
):
    """The agent is typing in a contact; sent at most every 2 s, shown for 4 s."""

    contact_id: str


class WatchBoard(
    msgspec.Struct, frozen=True, tag_field="type", tag="watch_board", forbid_unknown_fields=True
):
    """A supervisor's page wants the board (or no longer)."""

    is_watching: bool


FromConsole = Hello | Typing | WatchBoard


# --- server -> console ------------------------------------------------------------------------------


class DeskPush(msgspec.Struct, frozen=True, tag_field="type", tag="desk"):
    """The desk, whole. `desk` is null for a user who is not an agent.

    `clock_ahead_ms`: how far the server's clock was led ahead of the wall, in a demo whose clock can be; else null.
    """

    seq: int
    server_now_ms: int
    desk: Desk | None
    clock_ahead_ms: int | None = None


class MessagePush(msgspec.Struct, frozen=True, tag_field="type", tag="message"):
    """A new line in the transcript of a contact on this desk."""

    contact_id: str
    message: ChatMessage


class TypingPush(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    """The customer of a contact on this desk is typing."""

    contact_id: str


class QueueLine(msgspec.Struct, frozen=True):
    """One queue now and today. `oldest_waiting_since_ms` is null when nobody waits.

    Today's figures are of the stays in the queue that began today: `service_level_permille` by the queue's formula and
    threshold, null while nothing is decided; `mean_wait_of_answered_ms` by the channel's clock, `mean_handle_ms` talk
    and wrap-up of an assignment; null while there is none. `estimate_*_ms`: what a newcomer would wait, null if unknown.
    """

    queue_id: str
    waiting: int
    oldest_waiting_since_ms: int | None
    offered: int
    connected: int
    wrap_up: int
    agents_ready: int
    agents_busy: int
    agents_not_ready: int
    arrived_today: int
    answered_today: int
    abandoned_today: int
    mean_wait_of_answered_ms: int | None
    mean_handle_ms: int | None
    service_level_permille: int | None
    service_formula: str
    service_threshold_ms: int
    estimate_p50_ms: int | None
    estimate_p90_ms: int | None
    closed: str = ""
    """Why nobody is let in: `by_hand` (a supervisor), `by_hours`; empty while the queue is open."""


class AgentLine(msgspec.Struct, frozen=True):
    """One agent now."""

    agent_id: str
    display_name: str
    team_id: str
    state: str
    reason_id: str | None
    state_since_ms: int
    is_present: bool
    capacity_used: int
    capacity_total: int
    is_in_wrap_up: bool


class BoardPush(msgspec.Struct, frozen=True, tag_field="type", tag="board"):
    """Queues and agents this supervisor may see, at most once a second."""

    as_of_seq: int
    server_now_ms: int
    queues: list[QueueLine]
    agents: list[AgentLine]


class EmergencyCall(msgspec.Struct, frozen=True):
    """An agent has dialled an emergency number."""

    contact_id: str
    agent_name: str
    at_ms: int


class EmergenciesPush(msgspec.Struct, frozen=True, tag_field="type", tag="emergencies"):
    """The emergency calls of the last hour, whole, at each new one: to everybody who watches over agents."""

    calls: list[EmergencyCall]


class Bye(msgspec.Struct, frozen=True, tag_field="type", tag="bye"):
    """The server closes the socket after this frame. `code` is an error code of docs/errors.md.

    After `session_ended` the console shows the log-in page; after anything else it reconnects with back-off.
    """

    code: str
    message: str


ToConsole = DeskPush | MessagePush | TypingPush | BoardPush | EmergenciesPush | Bye
