"""What follows from Twilio's webhooks, in whatever order and however often they come, and the documents that answer them."""

import asyncio
from itertools import permutations
from xml.etree import ElementTree

import pytest

from callcenter.clock import Clock
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent
from callcenter.telephony.twiml.documents import Addresses, Document, Kind, Sounds, Voice, Writer
from callcenter.telephony.twiml.lines import Heard, Line, Lines
from callcenter.telephony.twiml.rest import Account, Rest
from callcenter.telephony.twiml.signing import FieldsInvalid, fields_of
from callcenter.telephony.twiml.verbs import Verbs

CALL, LEG_SID, ROOM_SID = "CA" + "1" * 32, "CA" + "2" * 32, "CF" + "3" * 32
CONTACT = "c" * 32
LEG = f"{CONTACT}.1"


def lines() -> tuple[Lines, Line]:
    """One call with nothing told of it."""
    every = Lines(lambda _call_id: CONTACT)
    return every, every.add(CALL)


def heard_of(every: Lines, status: str) -> Heard:
    """A state of the leg."""
    return every.leg_told(LEG, LEG_SID, status)


@pytest.mark.parametrize("order", list(permutations(["initiated", "ringing", "in-progress"])))
def test_states_of_a_leg_in_any_order_make_it_one_that_was_answered(order: tuple[str, ...]) -> None:
    every, line = lines()
    ids = {
        event.event_id for status in (*order, *order) for event in heard_of(every, status).events
    }
    assert ids == {f"{LEG}.ringing", f"{LEG}.answered"}
    assert (line.legs[LEG].sid, line.legs[LEG].is_up) == (LEG_SID, True)
    ended = heard_of(every, "completed")
    assert [one.cause for one in ended.events] == ["hangup"]
    late = heard_of(every, "ringing")
    assert (late.events, late.clear) == ([], [LEG_SID])


@pytest.mark.parametrize(
    ("status", "sip_code", "cause"),
    [
        ("busy", "486", "busy"),
        ("busy", "603", "declined"),
        ("no-answer", "", "no_answer"),
        ("failed", "", "unreachable"),
        ("canceled", "", "released"),
    ],
)
def test_why_a_leg_was_not_answered(status: str, sip_code: str, cause: str) -> None:
    every, _ = lines()
    heard_of(every, "ringing")
    (event,) = every.leg_told(LEG, LEG_SID, status, sip_code).events
    assert (event.type, event.cause) == (EventType.LEG_ENDED, cause)
    assert every.leg_told(LEG, LEG_SID, status, sip_code).events == []


@pytest.mark.parametrize(
    "told",
    [
        [("participant-join", CALL), ("participant-join", LEG_SID)],
        [("participant-join", LEG_SID), ("participant-join", CALL), ("conference-start", "")],
        [("conference-start", "")],
    ],
)
def test_they_hear_each_other_once_both_have_come(told: list[tuple[str, str]]) -> None:
    every, line = lines()
    heard_of(every, "in-progress")
    line.talking_to = LEG
    heard = [every.room_told(LEG, what, sid, ROOM_SID) for what, sid in told]
    events = [event for one in heard for event in one.events]
    assert {event.event_id for event in events} == {f"{LEG}.bridged"}
    assert {event.value for event in events} == {ROOM_SID}


def test_one_alone_hears_nobody() -> None:
    every, line = lines()
    heard_of(every, "in-progress")
    line.talking_to = LEG
    for what, sid in (("participant-join", CALL), ("participant-leave", LEG_SID)):
        assert every.room_told(LEG, what, sid, ROOM_SID).events == []


def test_what_was_stored_is_remembered_and_what_was_left_over_is_cleared() -> None:
    told, line = lines()
    events = [told.arrived(CALL, "+491", "+492"), line.done(f"{CONTACT}.park.0")]
    for status in ("ringing", "in-progress"):
        events += heard_of(told, status).events
    line.talking_to = LEG
    events.append(line.done(f"{LEG}.bridge"))
    events += told.room_told(LEG, "conference-start", "", ROOM_SID).events
    again, line = lines()
    for event in events:
        assert again.remember(event) == Heard()
    leg = line.legs[LEG]
    assert (leg.sid, leg.room_sid, leg.is_up, leg.has_room) == (LEG_SID, ROOM_SID, True, True)
    assert (line.talking_to, line.document.kind, line.is_served) == (LEG, Kind.ROOM, True)
    (ended,) = told.end(CALL, "completed").events
    assert again.remember(ended).clear == [LEG_SID]
    assert again.by_call == {}


def placed() -> tuple[Lines, Line]:
    """A call of ours that may have been asked for."""
    every = Lines(lambda _call_id: CONTACT)
    line = every.place("permit")
    assert line is not None
    line.is_dialled = True
    return every, line


@pytest.mark.parametrize("order", list(permutations(["initiated", "ringing", "in-progress"])))
def test_states_of_a_call_of_ours_in_any_order_answer_it_once(order: tuple[str, ...]) -> None:
    every, line = placed()
    told = [
        event
        for status in (*order, *order)
        for event in every.placed_told("permit", CALL, status).events
    ]
    assert {event.event_id for event in told} == {f"{CONTACT}.ringing", f"{CONTACT}.answered"}
    assert {event.value for event in told} == {CALL}
    assert (line.sid, line.is_up, every.named(CALL)) == (CALL, True, line)
    assert [one.cause for one in every.placed_told("permit", CALL, "completed").events] == [
        "hangup"
    ]
    for status in ("completed", "ringing"):
        late = every.placed_told("permit", CALL, status)
        assert (late.events, late.clear) == ([], [] if status == "completed" else [CALL])
    assert every.place("permit") is None


@pytest.mark.parametrize(
    ("status", "sip_code", "cause"),
    [
        ("busy", "486", "busy"),
        ("busy", "603", "declined"),
        ("no-answer", "", "no_answer"),
        ("failed", "", "unreachable"),
    ],
)
def test_why_a_customer_did_not_answer(status: str, sip_code: str, cause: str) -> None:
    every, _ = placed()
    (event,) = every.placed_told("permit", CALL, status, sip_code).events
    assert (event.type, event.cause) == (EventType.CALL_ENDED, cause)


def test_a_second_call_to_a_customer_is_hung_up_and_ends_nothing() -> None:
    every, line = placed()
    every.placed_told("permit", CALL, "ringing")
    for status in ("ringing", "in-progress"):
        second = every.placed_told("permit", LEG_SID, status)
        assert (second.events, second.clear) == ([], [LEG_SID])
    over = every.placed_told("permit", LEG_SID, "canceled")
    assert (over.events, over.clear, line.sid) == ([], [], CALL)


def test_a_call_of_ours_is_remembered_and_not_asked_for_again() -> None:
    begun = [
        PbxEvent(EventType.DIAL_ASKED, "own/1", "permit"),
        PbxEvent(EventType.DIAL_BEGUN, "own/2", "permit"),
    ]
    again = Lines(lambda _call_id: CONTACT)
    for event in begun:
        again.remember(event)
    line = again.by_call["permit"]
    assert (line.is_placed, line.is_dialled, line.sid) == (True, True, "")
    again.remember(line.done(f"{CONTACT}.dial", CALL))
    assert (again.named(CALL), line.is_up) == (line, False)
    for status in ("ringing", "in-progress"):
        for event in again.placed_told("permit", CALL, status).events:
            again.remember(event)
    assert line.is_up


def test_what_is_wanted_is_not_cleared_away() -> None:
    every, line = placed()
    every.placed_told("permit", CALL, "ringing")
    heard_of(every, "ringing")
    assert every.is_wanted(CALL)
    assert every.is_wanted(LEG_SID)
    assert not every.is_wanted(ROOM_SID)
    heard_of(every, "busy")
    every.end(line.call_id, "completed")
    assert not every.is_wanted(CALL)
    assert not every.is_wanted(LEG_SID)


@pytest.mark.parametrize(
    "caller", ["+266696687", "Anonymous", "RESTRICTED", "", "client:Anonymous"]
)
def test_a_withheld_number_is_no_number(caller: str) -> None:
    assert lines()[0].arrived(CALL, caller, "+492").from_ == ""


@pytest.mark.parametrize("caller", ["+4930123456", "12", "sip:bo@example.com", "client:bo"])
def test_a_number_that_is_shown(caller: str) -> None:
    assert lines()[0].arrived(CALL, caller, "+492").from_ == caller


@pytest.mark.parametrize(
    ("digits", "pressed"), [("12#", "12#"), ("", ""), ("1; drop", ""), ("1" * 65, "")]
)
def test_only_keys_are_digits(digits: str, pressed: str) -> None:
    every, line = lines()
    event = every.gathered(line, f"{CONTACT}.gather.1", digits)
    assert (event.digits, event.timeout) == (pressed, not pressed)


def written(document: Document, sounds_url: str = "", **music_urls: str) -> ElementTree.Element:
    """A document as the provider reads it."""
    voices = {"en": Voice("en-US"), "zh": Voice("cmn-CN", "Polly.Zhiyu")}
    writer = Writer(
        Addresses("https://cc.example/", "pbx"),
        Sounds(voices, sounds_url, {"": music_urls.pop("usual", ""), **music_urls}),
    )
    return ElementTree.fromstring(writer.customer(CONTACT, document))  # noqa: S314 - our own


def order_of(**fields: object) -> Order:
    plain = {"command_id": f"{CONTACT}.gather.1", "kind": OrderKind.GATHER, "call_id": CALL}
    return Order(**{**plain, **fields})  # type: ignore[arg-type]


def test_chinese_is_spoken_by_a_chinese_voice_and_nothing_breaks_the_document() -> None:
    text = "您好 <b>&\x00\x0b</b>"
    say = written(Document(Kind.TEXT, order_of(text=text, language="zh"))).find("Say")
    assert say is not None
    assert say.attrib == {"language": "cmn-CN", "voice": "Polly.Zhiyu"}
    assert say.text == "您好 <b>&</b>"


def test_several_keys_end_with_the_hash_and_silence_goes_on() -> None:
    order = order_of(text="Number?", language="en", timeout_ms=4_500, digits_max=8)
    document = written(Document(Kind.GATHER, order))
    gather, redirect = document
    assert {gather.attrib[name] for name in ("numDigits", "timeout")} == {"8", "5"}
    assert gather.attrib["finishOnKey"] == "#"
    assert redirect.text == gather.attrib["action"]
    assert redirect.text.startswith("https://cc.example/telephony/twilio/pbx/gathered?command=")


def test_a_file_is_played_where_files_are_served() -> None:
    order = order_of(file="en/hello.wav", text="Hello", language="en")
    (play, _) = written(Document(Kind.TEXT, order), sounds_url="https://s.example/p/")
    assert (play.tag, play.text) == ("Play", "https://s.example/p/en/hello.wav")
    (say, _) = written(Document(Kind.TEXT, order))
    assert (say.tag, say.text) == ("Say", "Hello")


def test_music_is_that_of_a_conference_that_does_not_begin() -> None:
    urls = {"usual": "https://s.example/music.mp3", "jazz": "https://s.example/jazz.mp3"}
    for name, url in (*urls.items(), ("", urls["usual"])):
        (dial,) = written(Document(Kind.MUSIC, music=name), **urls)
        assert dial[0].attrib["startConferenceOnEnter"] == "false"
        assert dial[0].attrib["waitUrl"] == url
    (dial,) = written(Document(Kind.MUSIC))
    assert "waitUrl" not in dial[0].attrib


@pytest.mark.parametrize("body", [b"\xff=1", b"a=%ff", b"&".join(b"a=1" for _ in range(300))])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(FieldsInvalid):
        fields_of(body)


@pytest.mark.parametrize("kind", [OrderKind.SNOOP, OrderKind.RECORD, OrderKind.CONSULT])
async def test_what_is_not_supported_is_refused_whoever_it_is_about(kind: OrderKind) -> None:
    every, _ = lines()
    account = Account("AC" + "1" * 32, ("a token",))
    clock = Clock()
    verbs = Verbs(
        Rest(str, account, clock, on_sign=lambda: None),
        every,
        addresses=Addresses("https://cc.example", "pbx"),
        sounds=Sounds({}),
        address_of=str,
        shown_number="",
        tell=lambda _event: None,
        follow=lambda _heard: None,
        notify=lambda: asyncio.sleep(0),
        stored=lambda: asyncio.sleep(0),
    )
    for call_id in (CALL, "a permit"):
        assert await verbs.carry_out(Order("x.1", kind, call_id)) == "unsupported"
    assert await verbs.carry_out(Order("x.1", OrderKind.PARK, "a permit")) == "unknown_call"
