"""Emergency calls that agents have placed, told to everybody who watches over agents as soon as they are durable.

The audit log and the interaction log keep them; this is what is shown at once, and again to a page that is opened soon after.
"""

from collections.abc import Callable

from agents.protocol import EmergenciesPush, EmergencyCall
from callcenter.auth.authorise import NoObject, Permission, may
from callcenter.auth.principal import Principal
from callcenter.host.envelope import Published
from callcenter.limits import EMERGENCIES_SHOWN_MAX, EMERGENCY_SHOWN_MS
from routing.events import ContactArrived
from routing.ids import AgentId, ContactId
from routing.state import State


class Emergencies:
    """One for a domain, fed with what is published."""

    def __init__(self, name_of: Callable[[AgentId], str], now_ms: Callable[[], int]) -> None:
        """Nothing is known before `load`."""
        self._name_of = name_of
        self._now_ms = now_ms
        self._calls: dict[ContactId, EmergencyCall] = {}
        self._on_news: Callable[[EmergenciesPush], None] = lambda _push: None

    def listen(self, on_news: Callable[[EmergenciesPush], None]) -> None:
        """Call this with what is to be shown whenever there is a further one."""
        self._on_news = on_news

    def load(self, state: State) -> None:
        """Those that were under way before the start."""
        for one in state.contacts.values():
            if one.dial is not None and one.dial.is_emergency:
                self._add(one.contact_id, one.dial.agent_id, one.arrived_at_ms)

    def on_published(self, published: Published) -> None:
        """See whether one has begun."""
        for event in published.events:
            if isinstance(event, ContactArrived) and event.dial and event.dial.is_emergency:
                self._add(event.contact_id, event.dial.agent_id, event.at_ms)
                self._on_news(self._push())

    def shown_to(self, principal: Principal) -> EmergenciesPush | None:
        """What a page that has just been opened shows; None for nothing, and for who watches over nobody."""
        push = self._push()
        return push if push.calls and is_told(principal) else None

    def _add(self, contact_id: ContactId, agent_id: AgentId | None, at_ms: int) -> None:
        name = "" if agent_id is None else self._name_of(agent_id)
        self._calls[contact_id] = EmergencyCall(contact_id, name, at_ms)
        if len(self._calls) > EMERGENCIES_SHOWN_MAX:
            del self._calls[next(iter(self._calls))]

    def _push(self) -> EmergenciesPush:
        since_ms = self._now_ms() - EMERGENCY_SHOWN_MS
        recent = (one for one in self._calls.values() if one.at_ms >= since_ms)
        return EmergenciesPush(list(recent))


def is_told(principal: Principal) -> bool:
    """Whoever sees agents, of whatever team: it must not depend on who is at work."""
    return may(principal, Permission.LIST_AGENTS, NoObject.NONE_NAMED)
