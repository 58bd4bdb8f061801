"""Recordings and messages on the real Asterisk: what can be heard on them, and what cannot."""

import asyncio
import io
import wave
from array import array
from pathlib import Path

from callcenter.ports.recordings import RecordingState
from callcenter.telephony.asterisk.sounds import sound_name
from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from loadtests.rig.sounds import RATE_HZ, loudness, tone, write_wave
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, Rig, rig

NOTICE = "This call is recorded"
OF_SALES = f"recording: {{notice: {{en: {NOTICE}, zh: 通话将被录音}}}}, "
NOTICE_HZ = 350.0
BEFORE_HZ, HELD_HZ, PAUSED_HZ, AFTER_HZ = 700.0, 1_000.0, 1_300.0, 1_900.0
BLOCK = RATE_HZ // 5
FLOWS = """    - {number: "+4930300", queue: sales, flow: night}
flows:
  - id: night
    name: {en: Night, zh: 夜间}
    start: message
    nodes:
      message: {kind: voicemail, text: {en: Leave a message, zh: 请留言}, queue: sales, length_max_s: 30, next: bye}
      bye: {kind: hang_up}
departments:
  - {id: care, name: {en: Customer care, zh: 客户关怀部}, teams: [north]}
cases: {intake: care}
"""
COMPLAINT = {"kind": "complaint", "subject": "The lamp is broken", "description": "It came so."}


def give_sound(
    asterisk: Asterisk,
    text: str,
    length_ms: int = 300,
    *,
    language: str = "en",
    note_hz: float = NOTICE_HZ,
) -> None:
    """Asterisk can say this: as a note."""
    name = f"{sound_name(text, language)}.wav"
    write_wave(asterisk.folder / "sounds" / name, tone(note_hz, length_ms))


def has_note(content: bytes, note_hz: float) -> bool:
    """Whether the note is heard somewhere in a recording."""
    with wave.open(io.BytesIO(content)) as file:
        samples = array("h", file.readframes(file.getnframes()))
    blocks = [samples[at : at + BLOCK] for at in range(0, len(samples) - BLOCK, BLOCK)]
    return any(loudness(one, note_hz) > 0.5 for one in blocks)


async def whole(stage: Rig, contact_id: str) -> bytes:
    """The recording of a contact, once it is here, and Asterisk has nothing of it any more."""
    store = stage.server.parts.store.recordings
    async with asyncio.timeout(30):
        while True:
            rows = await store.of_contact(contact_id)  # type: ignore[arg-type]
            if rows and rows[0].state == RecordingState.STORED:
                break
            await asyncio.sleep(0.05)
    row = rows[0]
    parts = [await store.part(row.recording_id, number) for number in range(8)]
    content = b"".join(parts)
    assert len(content) == row.size_bytes
    return content


async def test_notice_pause_and_hold_are_as_they_should_be_on_the_recording(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    give_sound(asterisk, NOTICE)
    with Ear() as ear, Sipp("agent-answer", port=ANN, ring=100, talk=60_000):
        async with rig(tmp_path, asterisk, of_sales=OF_SALES) as stage:
            await stage.server.ready_desk("ann")

            def shows(word: str) -> bool:
                card = stage.server.parts.telephony.book.card(contact.contact_id)
                return card is not None and card.recording == word

            with stage.call(wait=60_000, audio_port=ear.port):
                contact = await stage.talk()
                contact_id = contact.contact_id
                call = stage.server.parts.telephony.book.call_of(contact_id)
                assert call is not None
                assert call.done[f"{contact_id}.notice"] == ""
                await stage.until(lambda: shows("on"))
                await asyncio.to_thread(ear.speak, BEFORE_HZ, 600)
                await stage.do("ann", contact_id, "call/hold")
                await stage.until(lambda: stage.state_of(contact_id) == "held")
                await asyncio.to_thread(ear.speak, HELD_HZ, 600)
                await stage.do("ann", contact_id, "call/unhold")
                await stage.until(lambda: stage.state_of(contact_id) == "talking")
                await stage.do("ann", contact_id, "call/pause-recording")
                await stage.until(lambda: shows("paused"))
                await asyncio.to_thread(ear.speak, PAUSED_HZ, 600)
                await stage.do("ann", contact_id, "call/resume-recording")
                await stage.until(lambda: shows("on"))
                await asyncio.to_thread(ear.speak, AFTER_HZ, 600)
                await stage.do("ann", contact_id, "call/mute")
                await stage.until(lambda: call.legs[f"{contact_id}.1"].is_muted)
                await stage.do("ann", contact_id, "call/unmute")
                await stage.until(lambda: not call.legs[f"{contact_id}.1"].is_muted)
                await stage.do("ann", contact_id, "call/hang-up")
                assert await stage.over(contact_id) == "released"
            content = await whole(stage, contact_id)
            notes = (NOTICE_HZ, BEFORE_HZ, HELD_HZ, PAUSED_HZ, AFTER_HZ)
            assert [has_note(content, note) for note in notes] == [False, True, False, False, True]
            (row,) = await stage.server.parts.store.recordings.of_contact(contact_id)
            assert row.gaps.count('"hold"') == row.gaps.count('"asked"') == 1
            assert not list((asterisk.folder / "spool" / "recording").iterdir())


async def test_a_notice_that_cannot_be_heard_leaves_the_call_unrecorded(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    with Sipp("agent-answer", port=ANN, ring=100, talk=60_000):
        async with rig(tmp_path, asterisk, of_sales=OF_SALES) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000):
                contact_id = (await stage.talk()).contact_id
                call = stage.server.parts.telephony.book.call_of(contact_id)
                assert call is not None
                assert call.done[f"{contact_id}.notice"] == "unheard"
                await stage.do("ann", contact_id, "call/hang-up")
                assert await stage.over(contact_id) == "released"
            assert await stage.server.parts.store.recordings.of_contact(contact_id) == []


async def test_a_message_is_a_task_with_what_the_caller_said(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    give_sound(asterisk, "Leave a message")
    async with rig(tmp_path, asterisk, flows=FLOWS) as stage:
        with Ear() as ear, stage.call("+4930300", wait=4_500, audio_port=ear.port):
            book = stage.server.parts.telephony.book

            def records() -> bool:
                calls = book.calls_of("rig")
                return any(one.recordings for one in calls)

            await stage.until(records)
            await asyncio.to_thread(ear.speak, BEFORE_HZ, 1_800)
            await stage.until(lambda: bool(stage.contacts()))
        (contact,) = stage.contacts()
        assert (contact.channel, contact.queue_id) == ("task", "sales")
        assert has_note(await whole(stage, contact.contact_id), BEFORE_HZ)
        # Whoever hears it opens a case of it, which names the customer by the number that called.
        offer = await stage.offer(await stage.server.ready_desk("ann"))
        accept = f"/api/v1/offers/{offer['offer_id']}/accept"
        assert (await stage.server.ask("POST", accept, by="ann", body={})).status == 200
        cases = f"/api/v1/contacts/{contact.contact_id}/cases"
        opened = await stage.server.ask("POST", cases, by="ann", body=COMPLAINT)
        assert opened.status == 201, opened.body
        path = f"/api/v1/cases/{opened.body['case']['case_id']}"
        case = (await stage.server.ask("GET", path, by="ann")).body
        assert (case["contact_ids"], case["number"]) == ([contact.contact_id], "•••• 5701")
