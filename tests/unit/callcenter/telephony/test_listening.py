"""A supervisor in a call: whose phone rings, what is asked for, and when it is over."""

import msgspec

from callcenter.telephony import listening
from callcenter.telephony.calls import Call, Leg, LegStage
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent
from callcenter.telephony.wanted import Ring, Standing
from routing.ids import OfferId
from routing.state import ContactState
from tests.unit.callcenter.telephony.paper_call import ANN, LEG, call, kinds, only, wanted

OWN = "c1.s1"
TALKING = Standing(ContactState.CONNECTED, (), ANN, LEG, "1001", 0, phones={"sam": "1009"})


def wish(kind: EventType, mode: str) -> PbxEvent:
    return PbxEvent(kind, f"own/{mode}", "k1", leg_id=OWN, from_="sam", value=mode)


def listened(stage: LegStage = LegStage.ASKED) -> Call:
    """Sam listens to what ann says."""
    one = call(is_enqueued=True)
    one.legs = {LEG: Leg(LegStage.ANSWERED, was_bridged=True)}
    assert listening.leg_id_of(one) == OWN
    for _ in range(2):  # the same wish again changes nothing
        listening.fold(one, wish(EventType.LISTEN_WISHED, listening.LISTEN))
    one.leg(OWN).stage = stage
    return one


def test_the_supervisors_phone_rings_and_hears_the_agents_leg() -> None:
    ring = only(wanted(listened(), TALKING))
    assert (ring.kind, ring.leg_id, ring.to) == (OrderKind.RING_AGENT, OWN, "1009")
    one = listened(LegStage.ANSWERED)
    first = only(wanted(one, TALKING))
    assert (first.kind, first.leg_id, first.other_leg_id) == (OrderKind.SNOOP, LEG, OWN)
    assert first.mode == listening.LISTEN
    one.done[first.command_id] = ""
    assert not wanted(one, TALKING).orders
    listening.fold(one, wish(EventType.LISTEN_TURNED, listening.BARGE))
    assert only(wanted(one, TALKING)).mode == listening.BARGE
    assert listening.of_user(one, "sam") is not None
    assert listening.of_user(one, "ann") is None


def test_it_is_over_when_wished_failed_hung_up_or_without_agent() -> None:
    left = listened(LegStage.ANSWERED)
    listening.fold(left, wish(EventType.LISTEN_TURNED, listening.OVER))
    assert [(one.kind, one.leg_id) for one in wanted(left, TALKING).orders] == [
        (OrderKind.HANGUP, OWN)
    ]
    failed = listened(LegStage.ANSWERED)
    failed.done[f"{OWN}.snoop.1"] = "failed"
    assert only(wanted(failed, TALKING)).kind is OrderKind.HANGUP
    gone = listened(LegStage.ENDED)
    assert not wanted(gone, TALKING).orders
    back = listened(LegStage.ANSWERED)
    back.leg(LEG).stage = LegStage.ENDED
    ring = Ring(OfferId("c1.2"), ANN, "1001", 9_000)
    waits = msgspec.structs.replace(Standing(ContactState.OFFERED), rings=(ring,))
    assert kinds(wanted(back, waits)) == [OrderKind.PARK, OrderKind.HANGUP, OrderKind.RING_AGENT]
