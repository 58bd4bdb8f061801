"""What the desk of a colleague who is asked shows: the newest question, told once for each change, and for a while its end."""

import msgspec

from callcenter.telephony import consulting, limits
from callcenter.telephony.asking import Questions
from callcenter.telephony.calls import Call, LegStage
from callcenter.telephony.protocol import EventType
from routing.ids import AgentId, ContactId
from tests.unit.callcenter.telephony.paper_call import ANN, LEG, call
from tests.unit.callcenter.telephony.test_consulting import BOB, OTHER, own, turned


class Desk:
    """Bob's, with a clock that is set by hand."""

    def __init__(self) -> None:
        self.now_ms, self.told = 0, list[AgentId]()
        self.questions = Questions(lambda agent_id: agent_id.title(), lambda: self.now_ms)
        self.questions.listen(self.told.append)

    def shown(self) -> tuple[str, str, int] | None:
        card = self.questions.of(BOB)
        return None if card is None else (card.state, card.ended_as, card.since_ms)


def asked(one: Call, leg_id: str = OTHER) -> Call:
    wish = msgspec.json.encode(consulting.Wish(BOB, LEG, ANN)).decode()
    consulting.fold(one, own(EventType.CONSULT_WISHED, leg_id, wish))
    return one


def test_it_rings_is_answered_and_over_for_a_while() -> None:
    desk, one = Desk(), asked(call(is_enqueued=True, caller="+4930123456"))
    for at_ms in (1_000, 1_500):
        desk.questions.note(one, at_ms)
    card = desk.questions.of(BOB)
    assert card is not None
    assert (card.asker_name, card.caller) == ("Ann", "•••• 3456")
    assert desk.shown() == ("ringing", "", 1_000)
    one.leg(OTHER).stage, one.done[f"{OTHER}.consult.1"] = LegStage.ANSWERED, ""
    desk.questions.note(one, 2_000)
    assert desk.shown() == ("colleague", "", 2_000)
    turned(one, consulting.OVER)
    desk.questions.note(one, 3_000)
    assert desk.told == [BOB] * 3
    desk.now_ms = 3_000 + limits.ASKED_SHOWN_MS - 1
    assert desk.shown() == ("ended", "taken_back", 3_000)
    desk.now_ms += 1
    assert desk.shown() is None


def test_whoever_has_the_customer_now_is_asked_no_longer() -> None:
    desk, one = Desk(), asked(call(is_enqueued=True))
    desk.questions.note(one, 1_000)
    consulting.fold(one, own(EventType.LEG_TAKEN_OVER, "c1.2", OTHER))
    desk.questions.note(one, 2_000)
    assert desk.shown() is None
    assert desk.told == [BOB, BOB]


def test_of_two_questions_the_newer_one_stands_there() -> None:
    desk, first = Desk(), asked(call(is_enqueued=True))
    turned(first, consulting.OVER)
    asked(first, "c1.c2")
    for at_ms in (1_000, 2_000):
        desk.questions.note(first, at_ms)
    assert desk.shown() == ("ringing", "", 1_000)
    second = asked(call(contact_id=ContactId("c9"), is_enqueued=True))
    desk.questions.note(second, 3_000)
    first.end_cause = "hangup"
    desk.questions.note(first, 4_000)
    assert desk.shown() == ("ringing", "", 3_000)
    assert desk.questions.of(ANN) is None


def test_another_process_shows_what_it_is_told_and_forgets_what_all_of_it_leaves_out() -> None:
    here, there = Desk(), Desk()
    here.questions.note(asked(call()), 0)
    there.questions.take(here.questions.cards(), is_all=False)
    assert there.told == [BOB]
    assert there.shown() == here.shown() is not None
    there.questions.take(here.questions.cards(), is_all=True)
    assert there.told == [BOB]
    there.questions.take({}, is_all=False)
    assert there.shown() is not None
    there.questions.take({}, is_all=True)
    assert there.told == [BOB, BOB]
    assert there.shown() is None


def test_what_is_long_over_is_not_told_on() -> None:
    desk, one = Desk(), asked(call())
    desk.questions.note(one, 0)
    turned(one, consulting.OVER)
    desk.questions.note(one, 0)
    assert list(desk.questions.cards()) == [BOB]
    desk.now_ms = limits.ASKED_SHOWN_MS
    assert desk.questions.cards() == {}
