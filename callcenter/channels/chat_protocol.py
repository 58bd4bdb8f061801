"""What the chat widget and the customer socket say to each other: version 1, JSON, one object a frame."""

import msgspec

from agents.protocol import Bye, ChatMessage, Seq
from callcenter.ports.versions import ClosedMessage

CHAT_PROTOCOL_VERSION = 1


class CustomerHello(
    msgspec.Struct, frozen=True, tag_field="type", tag="hello", forbid_unknown_fields=True
):
    """First frame: the token proves who this is; `after_seq` is the newest message the widget has."""

    version: int
    token: str
    after_seq: Seq = 0


class CustomerMessage(
    msgspec.Struct, frozen=True, tag_field="type", tag="message", forbid_unknown_fields=True
):
    """The customer wrote. The same `message_id` again is the same message: a resend is harmless."""

    message_id: str
    text: str


class CustomerTyping(
    msgspec.Struct, frozen=True, tag_field="type", tag="typing", forbid_unknown_fields=True
):
    """The customer is typing; sent at most every 2 s."""


class CustomerEnd(
    msgspec.Struct, frozen=True, tag_field="type", tag="end", forbid_unknown_fields=True
):
    """The customer ends the chat."""


class CustomerAnswer(
    msgspec.Struct, frozen=True, tag_field="type", tag="answer", forbid_unknown_fields=True
):
    """What the customer chose or typed where the flow asks; `number` is that of the ask. One that comes late is left out."""

    number: int
    text: str


FromCustomer = CustomerHello | CustomerMessage | CustomerTyping | CustomerAnswer | CustomerEnd


class ClosedText(msgspec.Struct, frozen=True):
    """What a supervisor has the closed queue say, in both languages."""

    en: str
    zh: str


def closed_text(message: ClosedMessage | None) -> ClosedText | None:
    """A message as the widget gets it."""
    return None if message is None else ClosedText(message.en, message.zh)


class ChatState(msgspec.Struct, frozen=True, tag_field="type", tag="state"):
    """Where the contact is. `state` is in_flow (before the queue), waiting, offered, connected or closed.

    `position` counts from 1 among the contacts waiting in the queue; null when not waiting, or where the queue is not
    served in the order of its line. It never grows. `wait_p50_ms`, `wait_p90_ms`: half of such waits end within the one,
    nine of ten within the other, from now; rounded up, null when not waiting or not known.
    `turned_away` says why a closed contact found no agent: closed, unstaffed, full, overdue or flushed; null otherwise.
    `closed_message` is to be shown instead of the usual words for that, if there is one.
    """

    seq: int
    server_now_ms: int
    state: str
    agent_name: str
    position: int | None
    wait_p50_ms: int | None = None
    wait_p90_ms: int | None = None
    turned_away: str | None = None
    closed_message: ClosedText | None = None


class ChatLine(msgspec.Struct, frozen=True, tag_field="type", tag="message"):
    """A durable message; the customer's own come back too, which is their acknowledgement."""

    message: ChatMessage


class AgentTyping(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    """The agent is typing."""


class FrameRefused(msgspec.Struct, frozen=True, tag_field="type", tag="refused"):
    """A frame was not taken, and why; the socket stays open."""

    message_id: str | None
    code: str
    message: str


class FlowLine(msgspec.Struct, frozen=True):
    """One line of a flow, counted from 1. `author` is customer or system."""

    n: int
    author: str
    text: str
    at_ms: int


class FlowOption(msgspec.Struct, frozen=True):
    """A button: its words, and what is answered by it, which may be pressed, too."""

    key: str
    label: str


class FlowAsk(msgspec.Struct, frozen=True):
    """What the customer is asked. `kind` is choice or mark (one of the options), digits, text, phone (a number) or message."""

    number: int
    kind: str
    options: list[FlowOption] = []
    length_min: int = 1
    length_max: int = 1
    is_secret: bool = False


class ChatFlow(msgspec.Struct, frozen=True, tag_field="type", tag="flow"):
    """The flow, whole: what was said in it so far, and what is asked now, if anything is."""

    lines: list[FlowLine]
    asked: FlowAsk | None


ToCustomer = ChatState | ChatFlow | ChatLine | AgentTyping | FrameRefused | Bye
