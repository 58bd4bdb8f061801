"""Parked mail comes back by itself: at the instant its agent named, or when its customer writes again. A listener of the host.

Without room it stays parked, and the desk shows that it is due; the reminder is tried again.
"""

import asyncio
from collections.abc import Callable

from agents.ports import EngineGateway
from callcenter.host.envelope import Published
from routing.commands import ResumeContact
from routing.events import MessageAdded, ParkedOverdue
from routing.ids import NO_AGENT, ContactId
from routing.model import Channel, Party
from routing.state import State


class Waker:
    """Sends `ResumeContact` in the agent's place."""

    def __init__(self, gateway: EngineGateway, mirror: Callable[[], State]) -> None:
        """`run` does the work."""
        self._gateway = gateway
        self._mirror = mirror
        self._due: asyncio.Queue[ResumeContact] = asyncio.Queue()

    def on_published(self, published: Published) -> None:
        """See what has come to wake somebody."""
        for event in published.events:
            if (isinstance(event, ParkedOverdue) and self._was_dated(event)) or (
                isinstance(event, MessageAdded) and event.author is not Party.AGENT
            ):
                self._wake(event.contact_id)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._gateway.send(await self._due.get())

    def _was_dated(self, event: ParkedOverdue) -> bool:
        """Whether the agent had named the instant: the plain reminder comes at a multiple of its time."""
        state = self._mirror()
        contact = state.contacts.get(event.contact_id)
        if contact is None or state.configuration is None:
            return False
        parked_ms = event.at_ms - contact.state_since_ms
        return parked_ms % state.configuration.parked_reminder_ms != 0

    def _wake(self, contact_id: ContactId) -> None:
        state = self._mirror()
        contact = state.contacts.get(contact_id)
        agent = None if contact is None else state.agents.get(contact.agent_id or NO_AGENT)
        if contact is None or agent is None or contact.channel is not Channel.EMAIL:
            return
        if contact_id in agent.parked:
            self._due.put_nowait(ResumeContact(contact_id, agent.agent_id))
