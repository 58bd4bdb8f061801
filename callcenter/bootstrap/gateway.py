"""Repeatable commands of the shell's own keepers (presence, roster) on their way to the host."""

import structlog

from callcenter.clock import new_id
from callcenter.host.envelope import CommandRefused, Envelope, HostError
from callcenter.host.host import Host
from routing.commands import Command

_log = structlog.get_logger("callcenter.gateway")


class HostGateway:
    """`agents.ports.EngineGateway` over the host: a command that is not taken is sent again by its keeper."""

    def __init__(self, host: Host) -> None:
        """One host, one gateway."""
        self._host = host

    async def send(self, command: Command) -> bool:
        """True when durable; False when refused or not possible now."""
        try:
            await self._host.submit(Envelope(command, new_id()))
        except CommandRefused as refused:
            kind, code = type(command).__name__, refused.refusal.code
            _log.info("command_refused", command=kind, code=code)
            return False
        except HostError:
            return False
        return True
