"""The agent's desk: commands about the own state, offers and contacts."""

import msgspec

from agents.desk import desk_of
from callcenter.auth.authorise import Permission
from callcenter.host.envelope import CommandRefused, Submitted
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import MESSAGE, Line
from callcenter.web.handing_on import HAND_ON_ERRORS, HandOn, noted
from callcenter.web.schemas import (
    Done,
    FinishWrapUp,
    MessageStored,
    Nothing,
    OfferTaken,
    OwnDesk,
    ParkUntil,
    SendMessage,
    SetState,
    WorkState,
    WrapUpLonger,
)
from callcenter.web.services import Services
from callcenter.web.submitting import submit
from routing.commands import (
    AcceptOffer,
    AddMessage,
    CompleteWrapUp,
    EndContact,
    ExtendWrapUp,
    ParkContact,
    RejectOffer,
    ResumeContact,
    SetAgentState,
    TransferContact,
)
from routing.errors import RefusalCode
from routing.events import Event, WrapUpExtended
from routing.ids import (
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
    QueueId,
    ReasonId,
)
from routing.model import AgentState, Party
from routing.timers import wrap_up_key

_EVENT = msgspec.msgpack.Decoder(Event)


@route(
    "GET",
    "/api/v1/me/desk",
    summary="The own desk, as the socket's desk frame shows it",
    permission=Permission.USE_DESK,
    response=OwnDesk,
    errors=(RefusalCode.AGENT_UNKNOWN,),
)
async def read_desk(call: Call[Services]) -> OwnDesk:
    """The desk, whole."""
    services = call.services
    state = services.host.mirror
    desk = desk_of(state, _agent(call), services.introductions, services.questions)
    if desk is None:
        raise ApiError(RefusalCode.AGENT_UNKNOWN, "The engine does not know this agent yet.")
    return OwnDesk(state.seq, services.now_ms(), desk)


@route(
    "PUT",
    "/api/v1/me/state",
    summary="Ask for a state; with work in hand, anything but ready applies when the last work ends",
    permission=Permission.USE_DESK,
    request=SetState,
    response=Done,
    is_idempotent=True,
    errors=(
        RefusalCode.AGENT_UNKNOWN,
        RefusalCode.AGENT_NOT_PRESENT,
        RefusalCode.REASON_UNKNOWN,
        ApiErrorCode.PHONE_NOT_READY,
    ),
)
async def set_state(call: Call[Services]) -> Done:
    """Ready, not ready with a reason, or logged out. Nobody becomes ready for calls without a phone."""
    wanted = call.body(SetState)
    if wanted.state is WorkState.READY and call.services.is_phone_missing(_agent(call)):
        raise ApiError(
            ApiErrorCode.PHONE_NOT_READY,
            "Your phone in the browser is not connected, so calls would not reach you: connect it first.",
        )
    reason_id = None if wanted.reason_id is None else ReasonId(wanted.reason_id)
    command = SetAgentState(_agent(call), AgentState(wanted.state), reason_id)
    try:
        submitted = await submit(call, command)
    except CommandRefused as refused:
        is_early = refused.refusal.code is RefusalCode.AGENT_NOT_PRESENT
        if not is_early or not await call.services.until_present(_agent(call)):
            raise
        submitted = await submit(call, command)
    return Done(submitted.seq)


@route(
    "POST",
    "/api/v1/offers/{offer_id}/accept",
    summary="Take the offered contact",
    permission=Permission.ANSWER_OFFER,
    scope=Scope.offer(),
    request=Nothing,
    response=OfferTaken,
    is_idempotent=True,
    errors=(RefusalCode.OFFER_ENDED,),
)
async def accept_offer(call: Call[Services]) -> OfferTaken:
    """Accept: compare-and-set on the offer, so a late answer is refused with the outcome."""
    offer_id = OfferId(call.parameters["offer_id"])
    contact_id = offer_id.rpartition(".")[0]
    reply = {"contact_id": contact_id}
    submitted = await submit(call, AcceptOffer(offer_id, _agent(call)), reply)
    return OfferTaken(submitted.seq, contact_id)


@route(
    "POST",
    "/api/v1/offers/{offer_id}/reject",
    summary="Say no: the contact returns to its queue at its age",
    permission=Permission.ANSWER_OFFER,
    scope=Scope.offer(),
    request=Nothing,
    response=Done,
    is_idempotent=True,
    errors=(RefusalCode.OFFER_ENDED,),
)
async def reject_offer(call: Call[Services]) -> Done:
    """Reject."""
    offer_id = OfferId(call.parameters["offer_id"])
    return Done((await submit(call, RejectOffer(offer_id, _agent(call)))).seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/messages",
    summary="Write to the customer",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=SendMessage,
    response=MessageStored,
    is_idempotent=True,
    errors=(
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_NOT_CONNECTED,
        RefusalCode.CONTACT_ENDED,
    ),
)
async def send_message(call: Call[Services]) -> MessageStored:
    """The text is a detail row, its occurrence an event; both become durable together."""
    message_id = call.services.new_id()
    command = AddMessage(_contact(call), DetailId(message_id), Party.AGENT, _agent(call))
    detail = _message(call, message_id, call.body(SendMessage).text)
    submitted = await submit(call, command, {"message_id": message_id}, (detail,))
    return MessageStored(submitted.seq, str(submitted.reply["message_id"]))


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/end",
    summary="End the conversation; wrap-up begins",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=Nothing,
    response=Done,
    is_idempotent=True,
    errors=(
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_NOT_CONNECTED,
        RefusalCode.CONTACT_ENDED,
    ),
)
async def end_contact(call: Call[Services]) -> Done:
    """End it as its agent."""
    return Done((await submit(call, EndContact(_contact(call), Party.AGENT, _agent(call)))).seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/transfer",
    summary="Hand the conversation on, to a queue or to one agent; the own wrap-up begins",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=HandOn,
    response=Done,
    is_idempotent=True,
    errors=(
        *HAND_ON_ERRORS,
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_NOT_CONNECTED,
    ),
)
async def transfer_contact(call: Call[Services]) -> Done:
    """To any queue and any agent: an agent need not see where a customer is sent. The note travels with it."""
    to = call.body(HandOn)
    command = TransferContact(
        _contact(call),
        None if to.queue_id is None else QueueId(to.queue_id),
        None if to.agent_id is None else AgentId(to.agent_id),
        agent_id=_agent(call),
    )
    return Done((await submit(call, command, details=noted(call, to.note))).seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/park",
    summary="Put work aside that can wait; it stays with its agent and takes no room",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=ParkUntil,
    response=Done,
    is_idempotent=True,
    errors=(
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_NOT_CONNECTED,
        RefusalCode.CONTACT_NOT_PARKABLE,
        RefusalCode.CONTACT_ENDED,
        RefusalCode.PARKED_LIMIT,
    ),
)
async def park_contact(call: Call[Services]) -> Done:
    """Mail and tasks; who is live would wait. Mail comes back by itself at the instant named."""
    until_ms = call.body(ParkUntil).until_ms
    return Done((await submit(call, ParkContact(_contact(call), _agent(call), until_ms))).seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/resume",
    summary="Take parked work up again; needs room",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=Nothing,
    response=Done,
    is_idempotent=True,
    errors=(
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_NOT_PARKED,
        RefusalCode.CONTACT_ENDED,
        RefusalCode.CAPACITY_FULL,
    ),
)
async def resume_contact(call: Call[Services]) -> Done:
    """What was interrupted comes back by itself; asking for it early is the same."""
    return Done((await submit(call, ResumeContact(_contact(call), _agent(call)))).seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/wrap-up",
    summary="Finish the wrap-up with a disposition of the queue",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=FinishWrapUp,
    response=Done,
    is_idempotent=True,
    errors=(
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_ENDED,
        RefusalCode.WRAP_UP_NOT_OPEN,
        RefusalCode.DISPOSITION_UNKNOWN,
    ),
)
async def finish_wrap_up(call: Call[Services]) -> Done:
    """Notes, if any, become durable with it, and so does a lead that the disposition makes."""
    wanted = call.body(FinishWrapUp)
    command = CompleteWrapUp(_contact(call), _agent(call), DispositionId(wanted.disposition_id))
    done = await submit(call, command, details=noted(call, wanted.notes))
    told = (_contact(call), wanted.disposition_id, call.principal.user_id, wanted.notes)
    await call.services.after_wrap_up(*told)
    return Done(done.seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/wrap-up/extend",
    summary="Ask for more time to wrap up",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=Nothing,
    response=WrapUpLonger,
    is_idempotent=True,
    errors=(
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_ENDED,
        RefusalCode.WRAP_UP_NOT_OPEN,
        RefusalCode.EXTENSION_LIMIT,
    ),
)
async def extend_wrap_up(call: Call[Services]) -> WrapUpLonger:
    """The engine says until when."""
    contact_id = _contact(call)
    submitted = await submit(call, ExtendWrapUp(contact_id, _agent(call)))
    until_ms = await _until_ms(call.services, submitted, contact_id, _agent(call))
    return WrapUpLonger(submitted.seq, until_ms)


ROUTES = (
    read_desk,
    set_state,
    accept_offer,
    reject_offer,
    send_message,
    end_contact,
    transfer_contact,
    park_contact,
    resume_contact,
    finish_wrap_up,
    extend_wrap_up,
)


def _agent(call: Call[Services]) -> AgentId:
    return AgentId(call.principal.user_id)


def _contact(call: Call[Services]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _message(call: Call[Services], message_id: str, text: str) -> Detail:
    line = Line(Party.AGENT, call.principal.display_name, text)
    body = msgspec.json.encode(line)
    return Detail(_contact(call), DetailId(message_id), MESSAGE, body, call.services.now_ms())


async def _until_ms(
    services: Services, submitted: Submitted, contact_id: ContactId, agent_id: AgentId
) -> int:
    """The deadline just granted: from the state, or for a repeat from the record of the first time."""
    deadline = services.host.mirror.deadlines.get(wrap_up_key(contact_id, agent_id))
    if not submitted.is_repeat and deadline is not None:
        return deadline.due_ms
    async for record in services.store.journal.read(submitted.seq - 1):
        event = _EVENT.decode(record.payload)
        if isinstance(event, WrapUpExtended) and event.contact_id == contact_id:
            return event.until_ms
        break
    return services.now_ms() if deadline is None else deadline.due_ms
