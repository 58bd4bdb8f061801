"""What the desk needs from the engine's host, said by the consumer."""

from typing import Protocol

from routing.commands import Command


class EngineGateway(Protocol):
    """The way to the single writer."""

    async def send(self, command: Command) -> bool:
        """Hand over a command that may be repeated; True when it is durable, False when it was not taken."""
