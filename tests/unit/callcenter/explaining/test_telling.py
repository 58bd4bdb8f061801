"""An explanation as a person reads it, in both languages."""
# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import pytest

from callcenter.explaining.naming import Language, Names, Words
from callcenter.explaining.telling import Section, Teller
from routing import commands as cmd
from routing import events as ev
from routing.explain import OfferExplanation, explain_agent, explain_offer, explain_waiting, verdict
from routing.ids import AgentId, ContactId, OfferId, PermitId, SkillId, TeamId, UserId
from routing.model import (
    AgentState,
    AgentStrategy,
    Channel,
    ContactStrategy,
    PermitFault,
    PriorityRule,
    RoutingStep,
    SkillNeed,
    StepAsks,
)
from routing.reducer import apply
from routing.state import State
from tests.unit.routing.scene import HELP, SALES, Scene, capacity, configuration, policy

CANTONESE = SkillId("cantonese")
KNOWN = {"ann": "Ann Bell", "bob": "Bob Cole"}


def flat(sections: list[Section]) -> list[str]:
    """Every line, titles included."""
    return [line for section in sections for line in (section.title, *section.lines)]


def teller(
    language: Language = Language.EN,
    *,
    is_open: bool = False,
    seen: tuple[str, ...] = (SALES, HELP),
) -> Teller:
    """For somebody who knows ann and bob, or (`is_open`) everybody by their id."""
    return Teller(
        language,
        Names(
            agent_name=lambda agent_id: KNOWN.get(agent_id, agent_id if is_open else None),
            queues={"sales": Words("Sales", "销售"), "help": Words("Help", "帮助")},
            reasons={"lunch": Words("Lunch", "午餐")},
            skills={"cantonese": Words("Cantonese", "粤语")},
            teams={"north": Words("North", "北区")},
            may_see_queue=lambda queue_id: queue_id in seen,
        ),
    )


@pytest.fixture
def scene() -> Scene:
    """Cantonese is asked for; ann speaks it a little, bob is at lunch, cid is nobody's to name."""
    asking = policy(SALES, needs=(SkillNeed(CANTONESE, 3),))
    scene = Scene(configuration(asking, policy(HELP)))
    put = cmd.PutAgent
    scene.do(put(AgentId("ann"), TeamId("team"), (SALES,), capacity(), {CANTONESE: 2}))
    scene.connect("ann")
    scene.set_state("ann", AgentState.READY)
    scene.ready("bob")
    scene.lunch("bob")
    scene.put("cid")
    scene.let_pass(60_000)
    scene.chat("c1")
    scene.let_pass(72_000)
    return scene


def test_a_waiting_contact_in_english(scene: Scene) -> None:
    why = explain_waiting(scene.engine.state, scene.contact("c1"), scene.now_ms)
    assert flat(teller().waiting(why)) == [
        "Waiting for 1 min 12 s in the queue Sales: none of 3 agents may have it now.",
        "Who cannot take it, and why",
        "1 agent without an open desk",
        "1 agent not ready: Bob Cole",
        "1 agent without the skills asked for, Cantonese from level 3: Ann Bell",
        "What comes next",
        "In 3 min 48 s: an alarm for the supervisor; the contact goes on waiting.",
    ]


def test_a_waiting_contact_in_chinese(scene: Scene) -> None:
    why = explain_waiting(scene.engine.state, scene.contact("c1"), scene.now_ms)
    assert flat(teller(Language.ZH, is_open=True).waiting(why)) == [
        "在队列“销售”中已等待 1 分 12 秒：3 位坐席中目前无人可接。",
        "谁不能接，为什么",
        "1 位坐席没有打开工作台：cid",
        "1 位坐席未就绪：Bob Cole",
        "1 位坐席技能不足（要求粤语 3 级起）：Ann Bell",
        "接下来",
        "3 分 48 秒后：提醒班长；联络继续等待。",
    ]


@pytest.mark.parametrize(
    ("agent", "en", "zh"),
    [
        (
            "ann",
            "Ann Bell has the skill Cantonese at level 2; level 3 is asked for.",
            "Ann Bell的技能“粤语”等级为 2；要求等级 3。",
        ),
        (
            "bob",
            "Bob Cole has not been ready for 2 min 12 s: Lunch.",
            "Bob Cole未就绪已 2 分 12 秒：午餐。",
        ),
        (
            "cid",
            "an agent you do not supervise has no desk open.",
            "不在您管辖内的坐席没有打开工作台。",
        ),
    ],
)
def test_why_not_this_agent(scene: Scene, agent: str, en: str, zh: str) -> None:
    found = verdict(scene.agent(agent), scene.contact("c1"))
    assert teller().why_not(found, scene.now_ms).lines == [en]
    assert teller(Language.ZH).why_not(found, scene.now_ms).lines == [zh]


def test_an_agent_nothing_speaks_against(scene: Scene) -> None:
    agent = scene.agent("ann")
    agent.skills = {CANTONESE: 5}
    found = verdict(agent, scene.contact("c1"))
    assert teller().why_not(found, scene.now_ms) == Section(
        "Why not Ann Bell?", ["Nothing speaks against Ann Bell: whoever comes first is asked."]
    )
    why = explain_waiting(scene.engine.state, scene.contact("c1"), scene.now_ms)
    assert teller().waiting(why)[1] == Section(
        "Can take it now, an offer is on its way", ["Ann Bell"]
    )


def test_a_contact_in_a_step_of_its_queue() -> None:
    steps = (
        RoutingStep(asks=StepAsks.TEAM, team_id=TeamId("north")),
        RoutingStep(after_ms=30_000),
    )
    scene = Scene(configuration(policy(SALES, steps=steps), policy(HELP)))
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(10_000)
    why = explain_waiting(scene.engine.state, scene.contact("c1"), scene.now_ms)
    lines = flat(teller().waiting(why))
    assert lines[1] == "Step 1 of the 2 steps of its queue."
    assert "1 agent whom its present step does not ask: Ann Bell" in lines
    assert "In 20 s: the next step of its queue begins, with others to ask." in lines
    found = verdict(scene.agent("ann"), scene.contact("c1"))
    assert teller().why_not(found, scene.now_ms).lines == [
        "Ann Bell is not of the team North, which alone is asked in this step."
    ]
    scene.wait(20_000)
    assert "Step 2 of the 2 steps of its queue." in flat(
        teller().offer(1, offer_of(scene, "c1")[0])
    )


def test_an_idle_agent(scene: Scene) -> None:
    why = explain_agent(scene.engine.state, scene.agent("ann"), scene.now_ms)
    assert flat(teller().agent(why)) == [
        "Ann Bell is ready, for 2 min 12 s; in hand: 0 contacts.",
        "What waits, and why Ann Bell does not get it",
        "1 contact in need of skills Ann Bell does not have: c1",
    ]
    scene.end("c1")
    why = explain_agent(scene.engine.state, scene.agent("ann"), scene.now_ms)
    assert "Nothing waits." in flat(teller().agent(why))


def test_a_contact_that_does_not_wait() -> None:
    scene = Scene(configuration(policy(SALES, broadcast=2), policy(HELP)))
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    offered = teller().elsewhere(scene.contact("c1"))
    assert offered.title == "It does not wait: it is offered to Ann Bell, Bob Cole now."
    scene.do(cmd.AcceptOffer(OfferId("c1.1"), AgentId("ann")))
    assert teller().elsewhere(scene.contact("c1")).title == "It does not wait: Ann Bell has it."
    assert teller(Language.ZH).elsewhere(None).title == "已关闭。"


# --- offers ------------------------------------------------------------------------------------------


def offer_of(scene: Scene, contact: str) -> tuple[OfferExplanation, State]:
    """The first offer of a contact, and the state just before it."""
    state = State()
    for event in scene.journal:
        if isinstance(event, ev.OfferMade) and event.contact_id == contact:
            return explain_offer(state, event), state
        apply(state, event)
    raise AssertionError(contact)


def test_an_offer_in_both_languages() -> None:
    scene = Scene()
    for agent in ("ann", "bob"):
        scene.ready(agent)
        scene.let_pass(30_000)
    scene.put("cid")
    scene.chat("c1")
    why, state = offer_of(scene, "c1")
    assert flat(teller().offer(1, why)) == [
        "Offer 1: to Ann Bell",
        "The contact had waited 0 s in the queue Sales; credit 0 s.",
        "The contact could be offered, and Ann Bell came first of those free (2 agents).",
        "Ann Bell comes before Bob Cole: without new work for 1 min, against 30 s.",
        "Nothing else waited that Ann Bell could take.",
        "Decided again from the journal: the same.",
        "Who was free, in order",
        "Ann Bell: without new work for 1 min",
        "Bob Cole: without new work for 30 s",
        "Who cannot take it, and why",
        "1 agent without an open desk",
        "By which rules",
        "Agents: longest idle first.",
        "Contacts: by time waited and credit.",
        "Asked for: no skill in particular.",
        "Configuration v1.",
    ]
    assert "Ann Bell排在Bob Cole之前：已 1 分没有新的联络，后者为 30 秒。" in flat(
        teller(Language.ZH).offer(1, why)
    )
    contact = state.contacts[ContactId("c1")]
    bob = verdict(state.agents[AgentId("bob")], contact)
    assert teller().why_not_then(bob, why).lines == [
        "Bob Cole was free too, but came after Ann Bell."
    ]
    cid = verdict(state.agents[AgentId("cid")], contact)
    assert teller(is_open=True).why_not_then(cid, why).lines == ["cid has no desk open."]


def test_an_offer_to_an_agent_who_could_choose() -> None:
    scene = Scene()
    scene.chat("old")
    scene.let_pass(5_000)
    scene.chat("new")
    scene.ready("ann")
    lines = flat(teller().offer(1, offer_of(scene, "old")[0]))
    assert "Ann Bell could take work and got the most urgent of 2 contacts to choose from." in lines
    assert "It comes before new: 5 s against 0 s (by time waited and credit)." in lines
    assert "Nobody else was free." in lines
    assert "new: waited 0 s (Sales)" in lines
    hidden = flat(teller(seen=(HELP,)).offer(1, offer_of(scene, "old")[0]))
    assert not any("new" in line.split() for line in hidden if "without new work" not in line)
    assert any("before a contact of another queue" in line for line in hidden)


def test_an_offer_to_several_and_one_by_hand() -> None:
    scene = Scene(configuration(policy(SALES, broadcast=2), policy(HELP)))
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    second = [event for event in scene.journal if isinstance(event, ev.OfferMade)][1]
    state = State()
    for event in scene.journal[: scene.journal.index(second)]:
        apply(state, event)
    why = explain_offer(state, second)
    assert why.is_confirmed
    assert (
        "The queue asks several at once, and Bob Cole came next of those free (1 agent)."
        in flat(teller().offer(2, why))
    )


def test_an_offer_by_hand_was_no_competition(scene: Scene) -> None:
    scene.do(cmd.AssignContact(ContactId("c1"), AgentId("ann"), UserId("sam")))
    assert flat(teller().offer(1, offer_of(scene, "c1")[0]))[2:4] == [
        "A supervisor chose Ann Bell for this contact.",
        "Decided again from the journal: the same.",
    ]


@pytest.mark.parametrize("strategy", AgentStrategy)
@pytest.mark.parametrize("contacts", ContactStrategy)
@pytest.mark.parametrize("language", Language)
def test_every_strategy_has_sentences_that_can_be_filled_in(
    strategy: AgentStrategy, contacts: ContactStrategy, language: Language
) -> None:
    rule = PriorityRule(contacts, target_ms=5_000, level=2)
    scene = Scene(
        configuration(
            policy(SALES, agent_strategy=strategy, priority=rule),
            policy(HELP, priority=PriorityRule(contacts)),
        )
    )
    scene.chat("c1")
    scene.let_pass(1_500)
    scene.chat("c2", HELP)
    scene.ready("ann", capacity(2), (SALES, HELP))
    scene.ready("bob")
    for contact in ("c1", "c2"):
        scene.handled(contact)
    scene.chat("c3")
    for contact in ("c1", "c2", "c3"):
        sections = teller(language).offer(1, offer_of(scene, contact)[0])
        assert all(line and "{" not in line for line in flat(sections))


def test_an_offer_of_an_older_journal_or_one_that_is_not_confirmed() -> None:
    scene = Scene()
    scene.ready("ann")
    scene.chat("c1")
    why, _ = offer_of(scene, "c1")
    older = OfferExplanation(
        **{name: getattr(why, name) for name in why.__struct_fields__}
        | {"trigger": None, "is_confirmed": False}
    )
    lines = flat(teller().offer(1, older))
    assert lines[2].startswith("What led to the offer was not recorded")
    assert any("NOT the same" in line for line in lines)


def test_a_permit_says_who_is_kept_free_and_why_the_agent_comes_first() -> None:
    granted = ev.PermitGranted(0, ContactId("c1"), AgentId("ann"), PermitId("line"), 2_000)
    told = flat([teller().permit(granted)])
    assert told == [
        "A permit to dial was given.",
        "Ann Bell was kept free for the call until it was answered or over.",
    ]
    first = ev.PermitGranted(
        0, ContactId("c1"), AgentId("ann"), PermitId("line"), 2_000, is_agent_first=True
    )
    assert flat([teller(Language.ZH).permit(first)])[2].startswith("须由Ann Bell先接通：")


def test_a_refused_permit_says_why_in_words_or_by_its_word() -> None:
    arrived = ev.ContactArrived(0, ContactId("c1"), Channel.OUTBOUND_VOICE, SALES, "key")
    refused = ev.PermitRefused(0, arrived, PermitFault.NO_AGENT_FREE)
    assert flat([teller().permit(refused)]) == [
        "No permit to dial was given.",
        "Nobody was free to be kept for it.",
    ]
    assert flat([teller(Language.ZH).permit(refused)])[1] == "没有可预留的空闲坐席。"
    assert teller().permit(ev.PermitRefused(0, arrived, "new_word")).lines == ["new_word"]
