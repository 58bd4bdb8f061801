"""Permits of campaigns: every refusal on record, facts that change, and the share of answers left alone."""

import msgspec
import pytest

from routing import campaign_booking, campaigns
from routing import commands as cmd
from routing import events as ev
from routing.engine import restore
from routing.errors import RefusalCode
from routing.ids import AgentId, CampaignId, ContactId, PermitId, QueueId
from routing.inputs import command_of, is_input
from routing.limits import ABANDONMENT_DAYS, CAMPAIGN_WORD_MAX, DAY_MS, PERMIT_MS, TAKEN_IN_TIME_MS
from routing.model import CampaignFacts, Channel, Dial, DialFailure, Party, PermitFault
from routing.state import AnswersOfDay, ContactState, State
from tests.unit.routing.scene import HELP, SALES, Scene, capacity, kinds, only

SPRING, ANN = CampaignId("spring"), AgentId("ann")
PHONE = capacity(1, outbound_voice=1, voice=1)
RING_MS = 30_000


def call(
    contact: str = "c1",
    queue: QueueId = SALES,
    facts: CampaignFacts | None = None,
    **changes: object,
) -> cmd.EnqueueContact:
    """A campaign's call, the customer first, for whoever is free."""
    known = facts or CampaignFacts(SPRING)
    plain = Dial(PermitId(f"spring.{contact}.1"), RING_MS, campaign=known)
    dial = msgspec.structs.replace(plain, **changes)
    return cmd.EnqueueContact(ContactId(contact), Channel.OUTBOUND_VOICE, queue, "key", dial=dial)


def limited(
    contact: str = "c1", permille: int = 30, *, is_agent_first: bool = False
) -> cmd.EnqueueContact:
    """One of a campaign whose answers are counted."""
    facts = CampaignFacts(SPRING, abandoned_permille_max=permille)
    return call(contact, facts=facts, is_agent_first=is_agent_first)


@pytest.fixture
def staffed(scene: Scene) -> Scene:
    """Ann is ready, with one phone."""
    scene.ready("ann", PHONE)
    return scene


def refusal_of(scene: Scene, command: cmd.EnqueueContact) -> str:
    """The reason on record; nothing else is, and nothing has arrived."""
    before = len(scene.engine.state.contacts)
    event = only(scene.do(command), ev.PermitRefused)
    assert event.arrived.contact_id == command.contact_id
    assert (event.arrived.dial, event.arrived.customer_key) == (command.dial, "key")
    assert len(scene.engine.state.contacts) == before
    return event.reason


# --- granted, or refused with a reason ---------------------------------------------------------------


def test_a_campaigns_permit_reserves_an_agent_like_any_other(staffed: Scene) -> None:
    events = staffed.do(call())
    assert kinds(events) == ["ContactArrived", "PermitGranted"]
    permit = only(events, ev.PermitGranted)
    assert (permit.agent_id, permit.permit_id, permit.is_agent_first) == (ANN, "spring.c1.1", False)
    assert permit.expires_at_ms == staffed.now_ms + PERMIT_MS
    staffed.do(cmd.UsePermit(ContactId("c1")))
    staffed.do(cmd.AnswerDial(ContactId("c1")))
    staffed.accept("c1")
    assert staffed.contact("c1").state is ContactState.CONNECTED
    assert staffed.engine.state.campaigns == {}
    staffed.check_replay()


def test_what_the_facts_refuse_is_on_record_in_their_word(staffed: Scene) -> None:
    facts = CampaignFacts(SPRING, "outside_window", 7)
    assert refusal_of(staffed, call(facts=facts)) == "outside_window"
    assert staffed.code(cmd.UsePermit(ContactId("c1"))) is RefusalCode.CONTACT_UNKNOWN
    staffed.do(call())  # the same contact may be asked for again
    staffed.check_replay()


def test_nobody_free_is_on_record_and_is_no_error(scene: Scene) -> None:
    assert refusal_of(scene, call()) == PermitFault.NO_AGENT_FREE
    scene.ready("ann", PHONE)
    scene.do(call("c0"))
    assert refusal_of(scene, call()) == PermitFault.NO_AGENT_FREE
    scene.check_replay()


def test_a_named_agent_who_may_not_is_on_record(staffed: Scene) -> None:
    staffed.lunch("ann")
    asked = call(agent_id=ANN, is_agent_first=True)
    assert refusal_of(staffed, asked) == PermitFault.AGENT_NOT_ELIGIBLE
    stranger = call(agent_id=AgentId("stranger"), is_agent_first=True)
    assert refusal_of(staffed, stranger) == PermitFault.AGENT_UNKNOWN
    staffed.check_replay()


def test_a_refusal_is_one_input_that_turns_back_into_its_command(scene: Scene) -> None:
    asked = call()
    (refused,) = scene.do(asked)
    assert is_input(refused)
    assert command_of(refused) == asked
    decoded = msgspec.msgpack.decode(msgspec.msgpack.encode(refused), type=ev.Event)
    assert decoded == refused


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (call(facts=CampaignFacts(CampaignId(""))), "names no campaign"),
        (call(may_be_in_wrap_up=True), "only who is free"),
        (call(may_be_not_ready=True, agent_id=ANN), "only who is free"),
        (call(is_emergency=True, agent_id=ANN), "only who is free"),
        (call(facts=CampaignFacts(SPRING, "x" * (CAMPAIGN_WORD_MAX + 1))), "characters"),
        (limited(permille=1_001), "of a thousand"),
        (limited(permille=-1), "of a thousand"),
        (call(ring_ms=0), "may ring"),
    ],
)
def test_what_is_asked_wrongly_is_the_callers_fault(
    staffed: Scene, wrong: cmd.EnqueueContact, words: str
) -> None:
    refusal = staffed.refused(wrong)
    assert refusal.code is RefusalCode.CONTACT_INVALID
    assert words in refusal.detail


def test_unknown_queues_and_open_contacts_are_the_callers_fault(staffed: Scene) -> None:
    assert staffed.code(call(queue=QueueId("none"))) is RefusalCode.QUEUE_UNKNOWN
    staffed.do(call())
    assert staffed.code(call()) is RefusalCode.CONTACT_EXISTS


def test_every_reason_a_permit_is_refused_for_is_a_word_of_the_core(staffed: Scene) -> None:
    codes = {RefusalCode.NO_AGENT_FREE, RefusalCode.AGENT_NOT_ELIGIBLE, RefusalCode.AGENT_UNKNOWN}
    own = {PermitFault.FACTS_CHANGED, PermitFault.CAMPAIGNS_FULL}
    assert {code.value for code in codes} | own == {*PermitFault}


def test_a_journal_and_a_snapshot_from_before_campaigns_can_be_read(staffed: Scene) -> None:
    staffed.do(
        cmd.EnqueueContact(
            ContactId("old"), Channel.OUTBOUND_VOICE, SALES, dial=Dial(PermitId("line"), 1)
        )
    )
    plain = msgspec.json.decode(msgspec.json.encode(staffed.seen(ev.PermitGranted)[0]))
    assert (
        msgspec.json.decode(msgspec.json.encode(plain[:-1]), type=ev.Event).is_agent_first is False
    )
    arrived = msgspec.json.decode(msgspec.json.encode(staffed.seen(ev.ContactArrived)[-1]))
    del arrived[-1]["campaign"]
    known = msgspec.json.decode(msgspec.json.encode(arrived), type=ev.Event)
    assert known == staffed.seen(ev.ContactArrived)[-1]
    stored = msgspec.msgpack.decode(staffed.engine.snapshot())
    for name in ("suppression_version", "unused_permits", "campaigns"):
        del stored[name]
    state = restore(msgspec.msgpack.encode(stored))
    assert (state.suppression_version, state.unused_permits, state.campaigns) == (0, {}, {})


# --- suppressions -------------------------------------------------------------------------------------


def test_a_suppression_ends_unused_permits_by_older_facts(scene: Scene) -> None:
    for name in ("ann", "bob", "cyd", "dan"):
        scene.ready(name, PHONE)
    scene.do(call("old", facts=CampaignFacts(SPRING, suppression_version=1)))
    scene.do(call("used", facts=CampaignFacts(SPRING, suppression_version=1)))
    scene.do(cmd.UsePermit(ContactId("used")))
    scene.do(call("new", facts=CampaignFacts(SPRING, suppression_version=2)))
    by_hand = cmd.EnqueueContact(
        ContactId("hand"), Channel.OUTBOUND_VOICE, SALES, dial=Dial(PermitId("line"), 1_000)
    )
    scene.do(by_hand)
    events = scene.do(cmd.ChangeSuppressions(2))
    assert kinds(events) == ["SuppressionsChanged", "DialEnded", "ContactClosed"]
    ended = only(events, ev.DialEnded)
    assert (ended.contact_id, ended.failure) == ("old", DialFailure.FACTS_CHANGED)
    assert only(events, ev.ContactClosed).disposition_id == "none_facts_changed"
    assert scene.code(cmd.UsePermit(ContactId("old"))) is RefusalCode.CONTACT_UNKNOWN
    assert scene.contact("used").state is ContactState.DIALLING
    scene.do(cmd.UsePermit(ContactId("new")))
    scene.check_replay()


def test_older_facts_get_no_permit_and_an_older_version_changes_nothing(staffed: Scene) -> None:
    staffed.do(cmd.ChangeSuppressions(5))
    old = call(facts=CampaignFacts(SPRING, suppression_version=4))
    assert refusal_of(staffed, old) == PermitFault.FACTS_CHANGED
    assert kinds(staffed.do(cmd.ChangeSuppressions(3))) == ["SuppressionsChanged"]
    assert staffed.engine.state.suppression_version == 5
    staffed.do(call(facts=CampaignFacts(SPRING, suppression_version=5)))
    assert kinds(staffed.do(cmd.ChangeSuppressions(5))) == ["SuppressionsChanged"]
    staffed.check_replay()


def test_an_unused_permit_that_ended_otherwise_is_not_ended_twice(staffed: Scene) -> None:
    staffed.do(call())
    staffed.wait(PERMIT_MS)
    assert kinds(staffed.do(cmd.ChangeSuppressions(1))) == ["SuppressionsChanged"]
    assert staffed.engine.state.unused_permits == {}


# --- the share of live answers that find nobody ------------------------------------------------------


def test_until_the_window_carries_the_worst_case_the_agent_is_on_the_line_first(
    staffed: Scene,
) -> None:
    for number in range(1, 33):
        contact = ContactId(f"c{number}")
        permit = only(staffed.do(limited(contact)), ev.PermitGranted)
        assert permit.is_agent_first
        assert staffed.contact(contact).is_agent_first
        staffed.do(cmd.UsePermit(contact))
        events = staffed.do(cmd.AnswerDial(contact))
        assert "DialConnected" in kinds(events)
        staffed.end(contact)
        staffed.wrap_up(contact)
    # 32 answers, nobody left alone: one of 33 is 30.3 of a thousand, one of 34 is 29.4.
    assert only(staffed.do(limited("c33")), ev.PermitGranted).is_agent_first
    _talk(staffed, "c33")
    assert not only(staffed.do(limited("c34")), ev.PermitGranted).is_agent_first
    staffed.check_replay()


def _talk(scene: Scene, contact: str) -> None:
    """Dialled, answered, talked, wrapped up."""
    scene.do(cmd.UsePermit(ContactId(contact)))
    scene.do(cmd.AnswerDial(ContactId(contact)))
    if scene.contact(contact).state is ContactState.OFFERED:
        scene.accept(contact)
    scene.end(contact)
    scene.wrap_up(contact)


def _days(scene: Scene) -> tuple[AnswersOfDay, ...]:
    return scene.engine.state.campaigns[SPRING].days


def test_whoever_rings_the_agent_first_leaves_nobody_alone(staffed: Scene) -> None:
    permit = only(staffed.do(limited(is_agent_first=True)), ev.PermitGranted)
    assert not permit.is_agent_first  # as asked: nothing was changed
    staffed.do(cmd.UsePermit(ContactId("c1")))
    assert staffed.engine.state.campaigns == {}
    staffed.do(cmd.AnswerDial(ContactId("c1")))
    assert _days(staffed) == (AnswersOfDay(0, 1, 0),)


def test_calls_under_way_count_as_if_nobody_will_be_there(scene: Scene) -> None:
    for name in ("ann", "bob", "cyd"):
        scene.ready(name, PHONE)
    half = 500
    assert only(scene.do(limited("first", half)), ev.PermitGranted).is_agent_first
    _talk(scene, "first")
    assert not only(scene.do(limited("c1", half)), ev.PermitGranted).is_agent_first
    assert only(scene.do(limited("c2", half)), ev.PermitGranted).is_agent_first
    scene.do(cmd.FailDial(ContactId("c1"), DialFailure.BUSY))
    assert not only(scene.do(limited("c3", half)), ev.PermitGranted).is_agent_first
    other = CampaignFacts(CampaignId("autumn"), abandoned_permille_max=half)
    assert only(scene.do(call("c4", facts=other)), ev.PermitGranted).is_agent_first
    scene.check_replay()


@pytest.mark.parametrize(
    ("after_ms", "left_alone"), [(TAKEN_IN_TIME_MS, 0), (TAKEN_IN_TIME_MS + 1, 1)]
)
def test_somebody_must_be_there_in_time(staffed: Scene, after_ms: int, left_alone: int) -> None:
    staffed.do(limited(permille=1_000))
    staffed.do(cmd.UsePermit(ContactId("c1")))
    staffed.do(cmd.AnswerDial(ContactId("c1")))
    staffed.let_pass(after_ms)
    staffed.accept("c1")
    assert _days(staffed) == (AnswersOfDay(0, 1, left_alone),)
    staffed.end("c1")
    staffed.wrap_up("c1")
    assert _days(staffed) == (AnswersOfDay(0, 1, left_alone),)
    staffed.check_replay()


def test_whoever_hangs_up_unanswered_was_left_alone(staffed: Scene) -> None:
    staffed.do(limited(permille=1_000))
    staffed.do(cmd.UsePermit(ContactId("c1")))
    staffed.lunch("ann")
    staffed.disconnect("ann")
    staffed.do(cmd.AnswerDial(ContactId("c1")))
    assert staffed.contact("c1").state is ContactState.WAITING
    staffed.end("c1", Party.CUSTOMER)
    assert _days(staffed) == (AnswersOfDay(0, 1, 1),)
    assert staffed.engine.state.campaigns[SPRING].under_way == {}
    staffed.check_replay()


def test_a_contact_that_is_handed_on_is_one_answer(scene: Scene) -> None:
    scene.ready("ann", PHONE)
    scene.ready("bob", PHONE, (HELP,))
    scene.do(limited(permille=1_000))
    scene.do(cmd.UsePermit(ContactId("c1")))
    scene.do(cmd.AnswerDial(ContactId("c1")))
    scene.accept("c1")
    scene.do(cmd.TransferContact(ContactId("c1"), to_queue_id=HELP, agent_id=ANN))
    scene.let_pass(TAKEN_IN_TIME_MS * 2)
    scene.accept("c1")
    scene.end("c1")
    assert _days(scene) == (AnswersOfDay(0, 1, 0),)
    scene.check_replay()


def test_after_thirty_days_an_answer_counts_no_more(staffed: Scene) -> None:
    staffed.do(limited(permille=500))
    _talk(staffed, "c1")
    staffed.let_pass(ABANDONMENT_DAYS * DAY_MS)
    assert not only(staffed.do(limited("c2", 500)), ev.PermitGranted).is_agent_first
    staffed.wait(PERMIT_MS)
    staffed.let_pass(DAY_MS)
    assert only(staffed.do(limited("c3", 500)), ev.PermitGranted).is_agent_first
    _talk(staffed, "c3")
    assert _days(staffed) == (AnswersOfDay(ABANDONMENT_DAYS + 1, 1, 0),)
    staffed.check_replay()


def test_one_campaign_too_many_gets_no_permit_until_one_has_rested(
    monkeypatch: pytest.MonkeyPatch, scene: Scene
) -> None:
    for module in (campaigns, campaign_booking):
        monkeypatch.setattr(module, "CAMPAIGNS_COUNTED_MAX", 1)
    scene.ready("ann", PHONE)
    scene.do(limited())
    _talk(scene, "c1")
    autumn = CampaignFacts(CampaignId("autumn"), abandoned_permille_max=30)
    assert refusal_of(scene, call("c2", facts=autumn)) == PermitFault.CAMPAIGNS_FULL
    scene.do(limited("c3"))  # it is counted already
    scene.wait(PERMIT_MS)
    scene.do(call("c4"))  # it is not to be counted
    scene.wait(PERMIT_MS)
    scene.let_pass((ABANDONMENT_DAYS + 1) * DAY_MS)
    scene.do(call("c5", facts=autumn))
    _talk(scene, "c5")
    assert [*scene.engine.state.campaigns] == ["autumn"]


def test_what_still_counts_is_not_forgotten_to_make_room(
    monkeypatch: pytest.MonkeyPatch, scene: Scene
) -> None:
    scene.ready("ann", PHONE)
    scene.ready("bob", PHONE)
    scene.do(limited("c1"))
    scene.do(call("c2", facts=CampaignFacts(CampaignId("autumn"), abandoned_permille_max=30)))
    monkeypatch.setattr(campaign_booking, "CAMPAIGNS_COUNTED_MAX", 1)
    _talk(scene, "c1")
    _talk(scene, "c2")
    assert [*scene.engine.state.campaigns] == ["spring", "autumn"]


def test_facts_without_a_limit_carry_anything() -> None:
    assert campaigns.carries_worst_case(State(), CampaignFacts(SPRING), 0)


def test_events_of_one_permit_tell_its_whole_story(staffed: Scene) -> None:
    staffed.do(call())
    staffed.do(cmd.UsePermit(ContactId("c1")))
    staffed.do(cmd.FailDial(ContactId("c1"), DialFailure.NO_ANSWER))
    story = [event for event in staffed.journal if getattr(event, "contact_id", "") == "c1"]
    assert kinds(tuple(story)) == [
        "ContactArrived",
        "PermitGranted",
        "PermitUsed",
        "DialFailed",
        "DialEnded",
        "ContactClosed",
    ]
    assert only(tuple(story), ev.DialEnded).failure is DialFailure.NO_ANSWER


# --- the second set of books is worth its name only if it finds planted bugs --------------------------


def _judged(scene: Scene, command: cmd.Command) -> list[str]:
    handled = scene.engine.handle(command, scene.now_ms)
    return scene.oracle.judge(handled.events, scene.now_ms)


def test_the_books_notice_a_permit_by_old_facts() -> None:
    scene = Scene()
    scene.ready("ann", PHONE)
    scene.do(cmd.ChangeSuppressions(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaigns, "why_not", lambda *_: None)
        faults = _judged(scene, call())
    assert "against its facts" in faults[0]


def test_the_books_notice_a_customer_who_is_rung_too_early() -> None:
    scene = Scene()
    scene.ready("ann", PHONE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaigns, "carries_worst_case", lambda *_: True)
        (fault,) = _judged(scene, limited())
    assert "does not keep the limit" in fault


def test_the_books_notice_a_permit_that_outlives_its_facts() -> None:
    scene = Scene()
    scene.ready("ann", PHONE)
    scene.do(call())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("routing.dialling.end_dial", lambda *_: None)
        (fault,) = _judged(scene, cmd.ChangeSuppressions(1))
    assert "facts that have changed" in fault


def test_the_books_notice_a_wrong_reason() -> None:
    scene = Scene()
    scene.ready("ann", PHONE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaigns, "why_not", lambda *_: PermitFault.NO_AGENT_FREE)
        (fault,) = _judged(scene, call())
    assert "nobody is free, and ann is" in fault
