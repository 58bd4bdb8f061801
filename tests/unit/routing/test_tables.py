"""The tables are complete, and every pair of contact state and command leads where this file says."""

import inspect
from typing import TYPE_CHECKING, get_args

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.decisions import DECISIONS
from routing.errors import InvariantViolation, RefusalCode
from routing.expiries import EXPIRIES
from routing.ids import AgentId, ContactId, DetailId, OfferId, PermitId, TeamId, UserId
from routing.inputs import _COMMAND_OF, command_of, is_input
from routing.matching import _FREED
from routing.model import AgentState, Channel, Destination, Dial, DialFailure, Party
from routing.reducer import _APPLY
from routing.state import (
    BEING_CALLED,
    CONTACT_DEADLINES,
    CONTACT_TRANSITIONS,
    ContactState,
    DeadlineKind,
)
from tests.unit.routing.scene import HELP, LUNCH, SALES, SOLVED, Scene, capacity, configuration

if TYPE_CHECKING:
    from collections.abc import Callable

ANN, C1, OFFER = AgentId("ann"), ContactId("c1"), OfferId("c1.1")
BOB, SAM = AgentId("bob"), UserId("sam")
EVENTS = get_args(ev.Event)
INPUTS = get_args(ev.InputEvent)
COMMANDS = get_args(cmd.Command)
CLOSED = ContactState.CLOSED
LASTING = [*CONTACT_DEADLINES, ContactState.WRAP_UP]


def test_every_event_can_be_applied() -> None:
    assert set(_APPLY) == set(EVENTS)


def test_every_event_declared_in_the_module_is_in_the_union() -> None:
    declared = {
        kind
        for name, kind in inspect.getmembers(ev, inspect.isclass)
        if issubclass(kind, ev._Event) and not name.startswith("_")
    }
    assert declared == set(EVENTS)


def test_every_event_is_an_input_or_a_decision_and_not_both() -> None:
    decisions = get_args(ev.DecisionEvent)
    assert set(INPUTS) | set(decisions) == set(EVENTS)
    assert not set(INPUTS) & set(decisions)


def test_every_command_can_be_decided() -> None:
    assert set(DECISIONS) == set(COMMANDS)


def test_every_deadline_can_fire() -> None:
    assert set(EXPIRIES) == set(DeadlineKind)


def test_every_input_can_be_turned_back_into_its_command() -> None:
    assert set(_COMMAND_OF) == set(INPUTS)


def test_every_command_but_the_tick_leaves_one_kind_of_input(scene: Scene) -> None:
    for command in COMMANDS_TO_ALL_THERE_IS:
        scene.handle(command)
    scene.chat("c1")
    for command in (
        cmd.AcceptOffer(OFFER, ANN),
        cmd.EndContact(C1, Party.CUSTOMER),
        cmd.ExtendWrapUp(C1, ANN),
        cmd.CompleteWrapUp(C1, ANN, SOLVED),
    ):
        events = scene.do(command)
        assert [command_of(event) for event in events if is_input(event)] == [command]


def test_whom_an_event_frees_is_told_of_real_events_only() -> None:
    assert set(_FREED) <= set(EVENTS)


def test_every_lasting_state_has_its_deadline_and_every_other_is_left_within_a_step() -> None:
    assert set(ContactState) - set(LASTING) == {ContactState.ARRIVED, CLOSED}


def test_every_state_is_reached_and_only_the_end_is_never_left() -> None:
    left = {state for state, _ in CONTACT_TRANSITIONS}
    assert set(CONTACT_TRANSITIONS.values()) == set(ContactState) - {ContactState.ARRIVED}
    assert left == set(ContactState) - {CLOSED}


ROOM = capacity(1, chat=1, email=1, outbound_voice=1)
CALL_C1 = cmd.EnqueueContact(
    C1,
    Channel.OUTBOUND_VOICE,
    SALES,
    dial=Dial(PermitId("line"), 30_000, ANN, is_agent_first=True, wraps_up_unreached=True),
)
PUT_ANN = cmd.PutAgent(ANN, TeamId("team"), (SALES,), ROOM)
COMMANDS_TO_ALL_THERE_IS: tuple[cmd.Command, ...] = (
    PUT_ANN,
    cmd.ConnectAgent(ANN),
    cmd.SetAgentState(ANN, AgentState.READY),
)

SAMPLES: dict[type, cmd.Command] = {
    cmd.ApplyConfiguration: cmd.ApplyConfiguration(configuration(version="v2")),
    cmd.PutAgent: PUT_ANN,
    cmd.RemoveAgent: cmd.RemoveAgent(ANN),
    cmd.ConnectAgent: cmd.ConnectAgent(ANN),
    cmd.DisconnectAgent: cmd.DisconnectAgent(ANN),
    cmd.SetAgentState: cmd.SetAgentState(ANN, AgentState.NOT_READY, LUNCH),
    cmd.EnqueueContact: cmd.EnqueueContact(C1, Channel.CHAT, SALES),
    cmd.UsePermit: cmd.UsePermit(C1),
    cmd.AnswerDial: cmd.AnswerDial(C1),
    cmd.ChangeSuppressions: cmd.ChangeSuppressions(2),
    cmd.FailDial: cmd.FailDial(C1, DialFailure.BUSY),
    cmd.AcceptOffer: cmd.AcceptOffer(OFFER, ANN),
    cmd.RejectOffer: cmd.RejectOffer(OFFER, ANN),
    cmd.AddMessage: cmd.AddMessage(C1, DetailId("d1"), Party.CUSTOMER),
    cmd.DisconnectCustomer: cmd.DisconnectCustomer(C1),
    cmd.ReturnCustomer: cmd.ReturnCustomer(C1),
    cmd.EndContact: cmd.EndContact(C1, Party.CUSTOMER),
    cmd.ParkContact: cmd.ParkContact(C1, ANN),
    cmd.ResumeContact: cmd.ResumeContact(C1, ANN),
    cmd.HoldCall: cmd.HoldCall(C1, ANN),
    cmd.ResumeCall: cmd.ResumeCall(C1, ANN),
    cmd.FailLeg: cmd.FailLeg(C1, ANN, OFFER),
    cmd.CompleteWrapUp: cmd.CompleteWrapUp(C1, ANN, SOLVED),
    cmd.ExtendWrapUp: cmd.ExtendWrapUp(C1, ANN),
    cmd.UpdateContactAttributes: cmd.UpdateContactAttributes(C1, (), 5_000),
    cmd.AdjustPriority: cmd.AdjustPriority(C1, 5_000, SAM),
    cmd.AssignContact: cmd.AssignContact(C1, BOB, SAM),
    cmd.ForceAgentState: cmd.ForceAgentState(ANN, AgentState.LOGGED_OUT, SAM),
    cmd.TransferContact: cmd.TransferContact(C1, to_queue_id=HELP, by=UserId("sue")),
    cmd.CloseQueue: cmd.CloseQueue(SALES, UserId("sue")),
    cmd.OpenQueue: cmd.OpenQueue(SALES, UserId("sue")),
    cmd.FlushQueue: cmd.FlushQueue(SALES, Destination(), UserId("sue")),
    cmd.Tick: cmd.Tick(),
}

COLUMNS = (*LASTING, CLOSED)
TABLE = """
                         reserved               dialling               waiting               offered                connected             parked                 wrap_up                closed
ApplyConfiguration       reserved               dialling               waiting               offered                connected             parked                 wrap_up                closed
PutAgent                 reserved               dialling               waiting               offered                connected             parked                 wrap_up                closed
RemoveAgent              closed                 dialling               waiting               waiting                waiting               waiting                closed                 closed
ConnectAgent             reserved               dialling               waiting               offered                connected             parked                 wrap_up                closed
DisconnectAgent          closed                 dialling               waiting               waiting                connected             parked                 wrap_up                closed
SetAgentState            reserved               dialling               waiting               waiting                connected             parked                 wrap_up                closed
EnqueueContact           contact_exists         contact_exists         contact_exists        contact_exists         contact_exists        contact_exists         contact_exists         offered
ChangeSuppressions       reserved               dialling               waiting                offered                connected             parked                 wrap_up                closed
UsePermit                dialling               permit_ended           permit_ended          permit_ended           permit_ended          permit_ended           permit_ended           contact_unknown
AnswerDial               contact_not_dialling   connected              contact_not_dialling  contact_not_dialling   contact_not_dialling  contact_not_dialling   contact_not_dialling   contact_unknown
FailDial                 closed                 wrap_up                contact_not_dialling  contact_not_dialling   contact_not_dialling  contact_not_dialling   contact_not_dialling   contact_unknown
AcceptOffer              offer_unknown          offer_unknown          offer_unknown         connected              offer_ended           offer_ended            offer_ended            offer_ended
RejectOffer              offer_unknown          offer_unknown          offer_unknown         waiting                offer_ended           offer_ended            offer_ended            offer_ended
AddMessage               reserved               dialling               waiting               offered                connected             parked                 contact_ended          contact_unknown
DisconnectCustomer       reserved               dialling               waiting               offered                connected             parked                 wrap_up                contact_unknown
ReturnCustomer           reserved               dialling               waiting               offered                connected             parked                 wrap_up                contact_unknown
EndContact               closed                 wrap_up                closed                closed                 wrap_up               closed                 contact_ended          contact_unknown
ParkContact              contact_not_connected  contact_not_connected  not_your_contact      contact_not_connected  contact_not_parkable  contact_not_connected  contact_not_connected  contact_unknown
ResumeContact            contact_not_parked     contact_not_parked     not_your_contact      contact_not_parked     contact_not_parked    connected              contact_not_parked     contact_unknown
HoldCall                 contact_not_connected  contact_not_connected  not_your_contact      contact_not_connected  contact_not_call      contact_not_connected  contact_not_connected  contact_unknown
ResumeCall               contact_not_connected  contact_not_connected  not_your_contact      contact_not_connected  contact_not_call      contact_not_connected  contact_not_connected  contact_unknown
FailLeg                  contact_not_connected  contact_not_connected  not_your_contact      contact_not_connected  contact_not_call      contact_not_connected  contact_not_connected  contact_unknown
CompleteWrapUp           wrap_up_not_open       wrap_up_not_open       not_your_contact      wrap_up_not_open       wrap_up_not_open      wrap_up_not_open       closed                 contact_unknown
ExtendWrapUp             wrap_up_not_open       wrap_up_not_open       not_your_contact      wrap_up_not_open       wrap_up_not_open      wrap_up_not_open       wrap_up                contact_unknown
UpdateContactAttributes  reserved               dialling               waiting               offered                connected             parked                 contact_ended          contact_unknown
AdjustPriority           contact_not_waiting    contact_not_waiting    waiting               offered                contact_not_waiting   contact_not_waiting    contact_not_waiting    contact_unknown
AssignContact            contact_not_waiting    contact_not_waiting    agent_unknown         agent_unknown          contact_not_waiting   contact_not_waiting    contact_not_waiting    contact_unknown
ForceAgentState          reserved               dialling               waiting               waiting                connected             parked                 wrap_up                closed
TransferContact          contact_not_connected  contact_not_connected  waiting               waiting                waiting               waiting                contact_ended          contact_unknown
CloseQueue               reserved               dialling               waiting               offered                connected             parked                 wrap_up                closed
OpenQueue                reserved               dialling               waiting               offered                connected             parked                 wrap_up                closed
FlushQueue               reserved               dialling               closed                closed                 connected             parked                 wrap_up                closed
Tick                     reserved               dialling               waiting               offered                connected             parked                 wrap_up                closed
"""
"""(command, contact state) -> next state, or the code of the refusal."""

ROWS = {row[0]: row[1:] for row in map(str.split, TABLE.strip().splitlines()[1:])}
PAIRS = [
    (state, kind, ROWS[kind.__name__][column])
    for kind in COMMANDS
    for column, state in enumerate(COLUMNS)
]


def scene_with(state: ContactState) -> Scene:
    """Ann, and the contact c1 in this state: a chat, a mail where it is parked, a call of ours before it is answered."""
    scene = Scene()
    scene.put("ann", ROOM)
    scene.connect("ann")
    if state is not ContactState.WAITING:
        scene.set_state("ann", AgentState.READY)
    if state in BEING_CALLED:
        scene.do(CALL_C1)
    else:
        scene.arrive("c1", Channel.EMAIL if state is ContactState.PARKED else Channel.CHAT)
    onward: dict[ContactState, list[Callable[[str], object]]] = {
        ContactState.DIALLING: [lambda _: scene.do(cmd.UsePermit(C1))],
        ContactState.CONNECTED: [scene.accept],
        ContactState.PARKED: [scene.accept, lambda _: scene.do(cmd.ParkContact(C1, ANN))],
        ContactState.WRAP_UP: [scene.accept, scene.end],
        CLOSED: [scene.accept, scene.end, scene.wrap_up],
    }
    for step in onward.get(state, []):
        step("c1")
    assert state_of_c1(scene) is state
    return scene


def state_of_c1(scene: Scene) -> ContactState:
    """Where the contact is; what is not in the state is closed."""
    return scene.contact("c1").state if scene.is_open("c1") else CLOSED


def follows_the_table(before: ContactState, events: tuple[ev.Event, ...]) -> ContactState:
    """Walk the transition table along what happened to the contact."""
    state = before
    for event in events:
        if isinstance(event, ev.ContactArrived):
            state = ContactState.ARRIVED
        elif any(kind is type(event) for _, kind in CONTACT_TRANSITIONS):
            state = CONTACT_TRANSITIONS[(state, type(event))]
    return state


@pytest.mark.parametrize(
    ("state", "kind", "leads_to"), PAIRS, ids=lambda value: getattr(value, "__name__", value)
)
def test_every_command_in_every_state(state: ContactState, kind: type, leads_to: str) -> None:
    scene = scene_with(state)
    if leads_to in set(RefusalCode):
        assert scene.code(SAMPLES[kind]) == leads_to
        assert state_of_c1(scene) is state
    else:
        events = scene.do(SAMPLES[kind])
        assert follows_the_table(state, events) == leads_to
        assert state_of_c1(scene) == leads_to
    scene.check_replay()


@pytest.mark.parametrize("state", LASTING)
def test_an_event_that_cannot_follow_is_a_broken_law(state: ContactState) -> None:
    wrong: dict[ContactState, ev.Event] = {
        ContactState.RESERVED: ev.DialConnected(0, C1, ANN),
        ContactState.DIALLING: ev.OfferMade(0, OfferId("c1.9"), C1, AgentId("bob"), SALES, 1),
        ContactState.WAITING: ev.WrapUpStarted(0, C1, ANN, 1),
        ContactState.OFFERED: ev.ContactQueued(0, C1, SALES, 0),
        ContactState.CONNECTED: ev.OfferMade(0, OfferId("c1.9"), C1, AgentId("bob"), SALES, 1),
        ContactState.PARKED: ev.WrapUpStarted(0, C1, ANN, 1),
        ContactState.WRAP_UP: ev.OfferMade(0, OfferId("c1.9"), C1, AgentId("bob"), SALES, 1),
    }
    scene = scene_with(state)
    scene.put("bob", ROOM)
    with pytest.raises(InvariantViolation, match="INV-1"):
        scene.engine._emit(wrong[state])
