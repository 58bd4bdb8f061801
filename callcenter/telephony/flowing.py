"""A call in its flow: the session moves by stored events alone, and what it asks becomes what is wanted.

Law of this file: pure. Answers of the phone system move the session as they are folded. What no phone system tells (that
a flow begins, that time has passed, what a calendar or a profile says, how the queue decided) is written as an event of
our own first, under an id made from what it is about, and moves the session when it comes back. So the stored events of
a call give the same session, after a restart too. A flow that has changed meanwhile is begun anew, under new ids.
"""

import hashlib
from collections.abc import Iterator

import msgspec

from callcenter.flows.inputs import INPUT, Begun, Served
from callcenter.flows.plans import FlowPlan
from callcenter.telephony.calls import Call
from callcenter.telephony.flow_run import FlowRun
from callcenter.telephony.limits import TRANSFERS_MAX
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent, Taping
from ivr.session import (
    Answered,
    Ask,
    AskMark,
    Collect,
    Enqueue,
    HandOver,
    Input,
    Leave,
    Moved,
    Outcome,
    Passed,
    Prompt,
    Reassure,
    Record,
    Speak,
    Went,
)
from ivr.stepping import CONNECTED, TURNED_AWAY, begin, step

_SPOKEN = (Speak, Collect, AskMark, HandOver, Leave, Reassure, Record)
_HEARD = (Collect, AskMark, Record)
"""What is asked though nothing is said."""


# --- folding --------------------------------------------------------------------------------------


def fold(call: Call, event: PbxEvent, now_ms: int) -> None:
    """Move the session by an event that has been stored."""
    at_ms = event.received_at_ms or now_ms
    given = _input_of(call, event)
    if isinstance(given, Begun) and given.served is not None:
        call.is_surveyed = True
    plan = call.survey if call.is_surveyed else None if call.plan is None else call.plan.flow
    if plan is None:
        return
    if isinstance(given, Begun):
        if given.digest == plan.digest:
            _begin(call, plan, at_ms)
        else:
            call.flow_runs += 1  # of another version: its answers are not ours
            call.flow = None
    elif given is not None and call.flow is not None:
        asked = call.flow.session.asked
        _took(call.flow, step(plan.flows, call.flow.session, given, at_ms))
        if call.flow.session.outcome is Outcome.TRANSFERRED and isinstance(asked, HandOver):
            call.led_to, call.language = asked.to, call.flow.session.language
            call.transfers += 1
            call.flow = None


def _begin(call: Call, plan: FlowPlan, at_ms: int) -> None:
    call.flow_runs += 1
    values = {"channel": "voice", "caller": call.caller, "dialled": call.dialled}
    moved = begin(plan.flows, plan.flow_id, language=call.language, values={**values}, now_ms=at_ms)
    call.flow = FlowRun(call.flow_runs, moved.session)
    _took(call.flow, moved)


def _took(run: FlowRun, moved: Moved) -> None:
    run.session = moved.session
    for ask in moved.asks:
        if isinstance(ask, Leave):
            run.leave = ask
        elif isinstance(ask, Reassure):
            run.comfort = ask


def _input_of(call: Call, event: PbxEvent) -> Begun | Input | None:
    match event.type:
        case EventType.FLOW_INPUT:
            return INPUT.decode(event.value)
        case EventType.CALL_ENDED | EventType.CALL_LOST:
            return Went()
        case EventType.COMMAND_DONE | EventType.COMMAND_FAILED | EventType.GATHER_RESULT:
            number = _number(call, event.command_id)
            is_done = event.type != EventType.COMMAND_FAILED and not (
                event.timeout and not event.digits
            )
            if number is None:
                return None
            is_led = call.flow is not None and isinstance(call.flow.session.asked, HandOver)
            return _led(call, number) if is_led else Answered(number, is_done, event.digits)
        case _:
            return None


def survey_begun(event: PbxEvent) -> Served | None:
    """What a survey that begins by this event is about; None for any other event."""
    given = INPUT.decode(event.value) if event.type == EventType.FLOW_INPUT else None
    return given.served if isinstance(given, Begun) else None


def _number(call: Call, command_id: str) -> int | None:
    """Of the ask a command was for; None for a command that is not of this run."""
    if call.flow is None:
        return None
    prefix, _, number = command_id.rpartition(".")
    is_ours = prefix == f"{call.contact_id}.{name_of(call.flow)}"
    return int(number) if is_ours and number.isdecimal() else None


def name_of(run: FlowRun) -> str:
    """How the names of its commands begin."""
    return f"flow.{run.run}"


# --- what is wanted -------------------------------------------------------------------------------


def own_event(call: Call, given: Begun | Input, about: str, now_ms: int) -> PbxEvent:
    """An input as an event of our own; `about` makes it one of a kind within the call."""
    digest = hashlib.sha256(f"{call.contact_id}\x00{about}".encode()).hexdigest()[:40]
    return PbxEvent(
        EventType.FLOW_INPUT,
        f"flow/{digest}",
        call.call_id,
        at_ms=now_ms,
        value=msgspec.json.encode(given).decode(),
    )


def answer_event(call: Call, run: FlowRun, given: Answered, now_ms: int) -> PbxEvent:
    """The answer to an ask of a run."""
    return own_event(call, given, f"{run.run}.{given.number}", now_ms)


def beginning(call: Call, plan: FlowPlan, now_ms: int) -> PbxEvent:
    """The flow is to begin."""
    return own_event(call, Begun(plan.digest), f"begin.{call.flow_runs}", now_ms)


def survey_due(call: Call, plan: FlowPlan | None, now_ms: int) -> PbxEvent | None:
    """What begins the survey of who has talked with an agent, once for a call; None where there is nothing to ask."""
    is_due = call.talks and not call.turned_away and not call.is_surveyed
    if plan is None or call.served is None or not is_due:
        return None
    return own_event(call, Begun(plan.digest, call.served), "survey", now_ms)


def _led(call: Call, number: int) -> Answered:
    """A transfer is made by leading on: too many of them are one that fails."""
    is_there = call.transfers < TRANSFERS_MAX
    return Answered(number, is_there, CONNECTED if is_there else "")


def nothing_to_hear(call: Call, run: FlowRun, now_ms: int) -> PbxEvent | None:
    """A prompt without words and sound is over at once."""
    asked = run.session.asked
    if isinstance(asked, Speak) and not asked.prompt:
        return answer_event(call, run, Answered(asked.number), now_ms)
    if isinstance(asked, HandOver) and not asked.prompt:
        return answer_event(call, run, _led(call, asked.number), now_ms)
    return None


def inputs(call: Call, run: FlowRun, now_ms: int, *, is_waiting: bool) -> Iterator[PbxEvent]:
    """What the session must be told that no phone system tells."""
    silent = nothing_to_hear(call, run, now_ms)
    if silent is not None:
        yield silent
    session = run.session
    asked, due_ms = session.asked, session.due_ms
    if asked is None or due_ms is None:
        return
    if isinstance(asked, Enqueue):
        if call.turned_away:
            yield answer_event(call, run, Answered(asked.number, value=TURNED_AWAY), now_ms)
        elif is_waiting and now_ms >= due_ms:
            yield own_event(call, Passed(), f"{run.run}.{asked.number}.{due_ms}", now_ms)
        return
    if call.done.get(f"{call.contact_id}.{name_of(run)}.{asked.number}"):
        # Not taken, or refused: nothing more will be told of it.
        yield answer_event(call, run, Answered(asked.number, is_done=False), now_ms)
    elif now_ms >= due_ms:
        yield own_event(call, Passed(), f"{run.run}.{asked.number}.{due_ms}", now_ms)


def music_of(call: Call) -> str:
    """What who waits by the call's flow hears; "" for the phone system's usual music."""
    asked = None if call.flow is None else call.flow.session.asked
    return asked.music if isinstance(asked, Enqueue) else ""


def order_of(call: Call, run: FlowRun, ask: Ask) -> Order | None:
    """The command a phone system gets for an ask; None where there is nothing to hear."""
    if not isinstance(ask, _SPOKEN) or (not isinstance(ask, _HEARD) and not ask.prompt):
        return None
    command_id = f"{call.contact_id}.{name_of(run)}.{ask.number}"
    prompt: Prompt = ask.prompt
    order = Order(
        command_id,
        OrderKind.PLAY,
        call.call_id,
        text=prompt.text,
        language=prompt.language,
        file=prompt.file,
        parts=prompt.parts,
    )
    if isinstance(ask, Collect | AskMark):
        digits_max = ask.length_max if isinstance(ask, Collect) and not ask.options else 1
        return msgspec.structs.replace(
            order, kind=OrderKind.GATHER, timeout_ms=ask.wait_ms, digits_max=digits_max
        )
    if isinstance(ask, Record):
        return msgspec.structs.replace(
            order,
            kind=OrderKind.RECORD,
            timeout_ms=ask.length_max_ms,
            recording_id=command_id,
            action=Taping.START,
        )
    return order
