"""How a route hands a command to the host."""

from callcenter.host.envelope import CommandRefused, Envelope, Submitted
from callcenter.http.contract import Call
from callcenter.http.errors import ApiError
from callcenter.ports.journal import Detail
from callcenter.web.services import Services
from routing.commands import Command
from routing.errors import RefusalCode


async def submit(
    call: Call[Services],
    command: Command,
    reply: dict[str, str] | None = None,
    details: tuple[Detail, ...] = (),
) -> Submitted:
    """Hand the command to the host under the caller's key. Raises ApiError, HostError."""
    envelope = Envelope(
        command=command,
        command_id=call.command_id,
        digest=call.digest,
        reply=dict(reply or {}),
        details=details,
    )
    try:
        return await call.services.host.submit(envelope)
    except CommandRefused as error:
        if error.refusal.code is RefusalCode.CONTACT_UNKNOWN:
            # The caller may see it, so it exists: it has left the engine, which knows open contacts only.
            raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.") from error
        raise
