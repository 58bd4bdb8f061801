"""One call through everything: Chinese menu, digit, notice, queue, talk, hold, pause, a colleague asked and handed the customer, survey."""

import asyncio
from pathlib import Path

from callcenter.ports.recordings import RecordingState
from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, BOB, CONNECTION, PATIENCE_S, Rig, rig
from tests.asterisk.test_consult import colleague, until_hears, until_shown
from tests.asterisk.test_listening import speaks
from tests.asterisk.test_listening import until_hears as until_heard
from tests.asterisk.test_recording import give_sound, has_note
from tests.asterisk.test_survey import MARK, asks, given

GREETING, NOTICE = "欢迎致电 销售请按二", "通话将被录音"
GREETING_HZ, NOTICE_HZ = 500.0, 800.0
BEFORE_HZ, PAUSED_HZ, COLLEAGUE_HZ, AFTER_HZ = 700.0, 1_300.0, 1_600.0, 1_900.0
OF_SALES = f"recording: {{notice: {{en: Recorded, zh: {NOTICE}}}}}, survey: asked, "
FLOWS = f"""    - {{number: "+4930400", queue: help, flow: welcome, language: zh}}
flows:
  - id: welcome
    name: {{en: Welcome, zh: 欢迎}}
    start: choose
    nodes:
      choose:
        kind: menu
        text: {{en: Sales is two, zh: "{GREETING}"}}
        wait_s: 30
        choices: {{"2": {{to: wait, label: {{en: Sales, zh: 销售}}}}}}
        otherwise: bye
      wait: {{kind: queue, queue: sales}}
      bye: {{kind: hang_up}}
{MARK}"""
WRAP_UP = {"disposition_id": "solved", "notes": ""}


async def recordings(stage: Rig, contact_id: str, count: int) -> list[bytes]:
    """What was recorded of a contact, once all of it is here."""
    store = stage.server.parts.store.recordings
    async with asyncio.timeout(PATIENCE_S):
        while True:
            rows = await store.of_contact(contact_id)  # type: ignore[arg-type]
            if [row.state for row in rows] == [RecordingState.STORED] * count:
                break
            await asyncio.sleep(0.05)
    return [
        b"".join([await store.part(row.recording_id, number) for number in range(8)])
        for row in rows
    ]


def shows(stage: Rig, contact_id: str, word: str) -> bool:
    """What its agent's desk says of the recording."""
    card = stage.card(contact_id)
    return card is not None and card.recording == word


async def waits_in_sales(stage: Rig, ear: Ear) -> str:
    """The caller has heard menu and notice in Chinese, and pressed a key in between, until it counted."""
    await until_heard(ear, GREETING_HZ)
    calls = stage.server.parts.telephony.book.calls_of(CONNECTION)
    while not any(one.digits for one in calls):
        await asyncio.to_thread(ear.press, 2)
    await until_heard(ear, NOTICE_HZ)
    await stage.until(lambda: bool(stage.contacts()))
    (contact,) = stage.contacts()
    assert contact.queue_id == "sales"
    assert await stage.hears_music(ear)
    known = stage.server.parts.telephony.book.call_of(contact.contact_id)
    assert known is not None
    assert (known.language, known.done[f"{contact.contact_id}.notice"]) == ("zh", "")
    return contact.contact_id


async def talks_with_ann(stage: Rig, ear: Ear, contact_id: str) -> None:
    """A sentence, hold, and a number that is not recorded."""
    await stage.server.ready_desk("ann")
    await stage.talk()
    await stage.until(lambda: shows(stage, contact_id, "on"))
    await asyncio.to_thread(ear.speak, BEFORE_HZ, 600)
    await stage.do("ann", contact_id, "call/hold")
    assert await stage.hears_music(ear)
    await stage.do("ann", contact_id, "call/unhold")
    await stage.until(lambda: stage.state_of(contact_id) == "talking")
    await stage.do("ann", contact_id, "call/pause-recording")
    await stage.until(lambda: shows(stage, contact_id, "paused"))
    await asyncio.to_thread(ear.speak, PAUSED_HZ, 600)
    await stage.do("ann", contact_id, "call/resume-recording")
    await stage.until(lambda: shows(stage, contact_id, "on"))


async def bob_is_asked_and_takes_over(stage: Rig, ear: Ear, contact_id: str) -> None:
    """He talks on while ann turns back to the customer: nobody else hears that."""
    await stage.server.ready_desk("bob")
    leg, other, customer = f"{contact_id}.1", f"{contact_id}.c1", stage.call_id(contact_id)
    bob = await colleague(stage, contact_id)
    await until_shown(stage, contact_id, "held colleague")
    assert await stage.hears_music(ear)
    async with speaks(stage, other, COLLEAGUE_HZ):
        await stage.do("ann", contact_id, "call/consult/turn", {"mode": "customer"})
        await until_shown(stage, contact_id, "talking customer")
        await until_hears(stage, leg, {leg, customer})
        await stage.do("ann", contact_id, "call/consult/turn", {"mode": "colleague"})
        await until_shown(stage, contact_id, "held colleague")
    await stage.do("ann", contact_id, "transfer", {"agent_id": bob})
    await stage.until(lambda: stage.contacts()[0].agent_id == bob)
    await until_hears(stage, other, {customer, other})
    await stage.until(lambda: shows(stage, contact_id, "on"))
    await asyncio.to_thread(ear.speak, AFTER_HZ, 600)


async def test_one_call_through_everything(tmp_path: Path, asterisk: Asterisk) -> None:
    give_sound(asterisk, GREETING, 15_000, language="zh", note_hz=GREETING_HZ)
    give_sound(asterisk, NOTICE, 2_500, language="zh", note_hz=NOTICE_HZ)
    phones = (
        Sipp("agent-answer", port=ANN, ring=200, talk=90_000),
        Sipp("agent-answer", port=BOB, ring=400, talk=90_000),
    )
    with Ear() as ear, phones[0], phones[1]:
        async with rig(tmp_path, asterisk, of_sales=OF_SALES, flows=FLOWS) as stage:
            with stage.call("+4930400", wait=90_000, audio_port=ear.port) as caller:
                contact_id = await waits_in_sales(stage, ear)
                await talks_with_ann(stage, ear, contact_id)
                await bob_is_asked_and_takes_over(stage, ear, contact_id)
                await stage.do("bob", contact_id, "call/hang-up")
                await asks(stage, contact_id)
                (mark,) = await given(stage, contact_id, ear, 5)
                assert await stage.over(contact_id) == "released"
                await stage.until(lambda: caller.is_over)
                assert caller.status == 0
            for agent in ("ann", "bob"):
                await stage.do(agent, contact_id, "wrap-up", WRAP_UP)
            with_ann, with_bob = await recordings(stage, contact_id, 2)
            notes = (BEFORE_HZ, PAUSED_HZ, COLLEAGUE_HZ, AFTER_HZ)
            assert [has_note(with_ann, note) for note in notes] == [True, False, False, False]
            assert [has_note(with_bob, note) for note in notes] == [False, False, False, True]
            kinds = [kind for kind, _ in await stage.log(contact_id)]
            assert set(kinds) >= {"waiting", "offer", "talk", "hold", "wrap_up"}
            assert (kinds.count("talk"), kinds.count("wrap_up")) == (2, 2)
            assert (mark.mark, mark.agent_id) == (5, stage.server.agent("bob").agent_id)
            shown = (await stage.server.ask("GET", f"/api/v1/contacts/{contact_id}", by="sam")).body
            assert [one["mark"] for one in shown["marks"]] == [5]
            await stage.until_nothing_is_left()
