"""When a customer may be called, and how many at once. Pure."""

from typing import Final

import msgspec

from callcenter.ports.call_backs import CallBack, CallBackState, DialMode
from routing.calendars import OpenHours
from routing.ids import QueueId
from routing.model import AgentState
from routing.state import State


class CallBackRule(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue calls its customers back: by the phone system `connection_id`, which shows `shown_number`.

    Only numbers that begin with one of `prefixes` are called. `apology` by language: for whom nobody is there.
    """

    connection_id: str = ""
    shown_number: str = ""
    prefixes: tuple[str, ...] = ()
    mode: DialMode = DialMode.CUSTOMER_FIRST
    attempts_max: int = 3
    gap_ms: int = 900_000
    ring_ms: int = 25_000
    expires_after_ms: int = 24 * 3_600_000
    share_percent: int = 50
    apology: dict[str, str] = {}


class Window(msgspec.Struct, frozen=True):
    """The first time at or after an instant in which customers are called: `until_ms` None for no end that is known."""

    from_ms: int
    until_ms: int | None = None


APOLOGY: Final = {
    "en": "We are sorry: all our agents have just been taken. We will call you again. Goodbye.",
    "zh": "很抱歉，座席刚刚全部占线，我们稍后会再次给您回电。再见。",  # noqa: RUF001 - how Chinese is written
}
"""What is said where the rules say nothing."""

PROMISED: Final = {
    "en": "All our agents are busy. We will call you back at the number you are calling from. Goodbye.",
    "zh": "目前座席全忙，我们将按您的来电号码给您回电。再见。",  # noqa: RUF001 - how Chinese is written
}
"""What a caller hears whom a queue has turned away, once the promise is kept."""


def apology(rule: CallBackRule) -> dict[str, str]:
    """What a customer hears for whom nobody is there, by language."""
    return rule.apology or APOLOGY


def hours_of(state: State, queue_id: QueueId) -> OpenHours | None:
    """A queue's hours; None where it never closes."""
    policy, configuration = state.queues.get(queue_id), state.configuration
    if policy is None or configuration is None or policy.calendar_id is None:
        return None
    return configuration.calendars[policy.calendar_id]


def window(hours: OpenHours | None, at_ms: int) -> Window | None:
    """None where it never opens as far as is known; hours that nobody knows are open."""
    if hours is None:
        return Window(at_ms)
    is_open, change = hours.is_open(at_ms), hours.next_change(at_ms)
    change_ms = change if isinstance(change, int) else None
    if is_open is False:
        if change_ms is None:
            return None
        closing = hours.next_change(change_ms)
        return Window(change_ms, closing if isinstance(closing, int) else None)
    return Window(at_ms, change_ms)


def places(state: State, queue_id: QueueId, share_percent: int) -> int:
    """How many call-backs of a queue may have an agent at once: a share of those who are ready, at least one."""
    ready = sum(
        agent.state is AgentState.READY and queue_id in agent.queue_ids
        for agent in state.agents.values()
    )
    return max(1, ready * share_percent // 100)


class Lateness(msgspec.Struct, frozen=True):
    """How late an open call-back is (ms past its due time, 0 for not yet), and a word for why."""

    late_ms: int
    why: str


def lateness(call_back: CallBack, hours: OpenHours | None, now_ms: int) -> Lateness:
    """Why the customer has not been called yet."""
    since_ms = call_back.promised_at_ms or call_back.made_at_ms
    late_ms = max(0, now_ms - since_ms) if call_back.is_open else 0
    match call_back.state:
        case CallBackState.WAITING:
            return Lateness(late_ms, "no_agent")
        case CallBackState.SCHEDULED if late_ms == 0:
            return Lateness(0, "not_yet")
        case CallBackState.SCHEDULED:
            is_closed = hours is not None and hours.is_open(now_ms) is False
            return Lateness(late_ms, "closed" if is_closed else call_back.last_outcome or "not_yet")
        case _:
            return Lateness(late_ms, "")
