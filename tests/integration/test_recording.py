"""Recordings and messages, from end to end: the soft PBX over real sockets, the whole server."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import unused_port

from callcenter.host.envelope import Envelope
from loadtests.softpbx.calls import Call as PbxCall
from loadtests.softpbx.exchange import Exchange, Plan
from loadtests.softpbx.people import Temper
from loadtests.softpbx.serving import at_work
from routing.commands import CloseQueue
from routing.ids import ContactId, QueueId, UserId
from routing.state import Contact
from tests import looking
from tests.integration.live_server import PATIENCE_S, LiveServer, has_offer

KEY = "whsec_" + "a" * 40
CALLER = "+4930123456"
STAYS = Temper(answer_ms=(1, 5), talk_ms=(600_000, 600_001), press_ms=(600_000, 600_001))
"""People who answer at once, and do nothing else by themselves."""
CONFIGURATION = """
telephony:
  connections: [{id: pbx, control_url: "http://127.0.0.1:9"}]
  entry_points:
    - {number: "100", queue: sales}
    - {number: "300", queue: sales, flow: night}
    - {number: "400", queue: help}
flows:
  - id: night
    name: {en: Night, zh: 夜间}
    start: in_chinese
    nodes:
      in_chinese: {kind: set, values: {language: zh}, next: message}
      message: {kind: voicemail, text: {en: Leave a message, zh: 请留言}, queue: sales, length_max_s: 60, next: bye}
      bye: {kind: hang_up, text: {en: Goodbye, zh: 再见}}
"""
PEOPLE = """
people:
  - {username: ann, display_name: Ann Berg, role: agent, team: north, queues: [sales, help], capacity: {total: 3, per_channel: {chat: 3, voice: 1, task: 1}}, phone: "1001", language: en}
  - {username: sam, display_name: Sam Okafor, role: supervisor, team: north, queues: [sales], watched_teams: [north], language: en}
  - {username: sue, display_name: Sue South, role: supervisor, team: south, queues: [help], watched_teams: [south], language: en}
  - {username: ada, display_name: Ada Admin, role: admin, team: north, queues: [], language: en}
"""
RECORDED = 'recording: {notice: {en: This call is recorded, zh: 通话将被录音}, refuse_key: "9", keep_days: 7}'
TO_VOICEMAIL = "turned_away: {closed: {to: voicemail}}"


@dataclass
class Stage:
    """Server and phone system; `exchange` is the phone system."""

    server: LiveServer
    exchange: Exchange

    async def until(self, is_so: Any) -> None:  # noqa: ANN401 - any condition
        """Return once it is like this."""
        await looking.until(is_so)

    def dial(self, number: str = "100") -> PbxCall:
        """Somebody calls."""
        call = self.exchange.switch.dial(CALLER, number, self.exchange.now_ms())
        self.exchange.touched()
        return call

    def press(self, call: PbxCall, digit: str) -> None:
        """The caller presses a key."""
        self.exchange.switch.press(call, digit, self.exchange.now_ms())
        self.exchange.touched()

    async def says(self, call: PbxCall, for_ms: int) -> None:
        """The caller leaves a message of that length."""
        await self.until(lambda: call.tape is not None)
        assert call.tape is not None
        call.tape.heard_ms += for_ms

    def leave(self, call: PbxCall) -> None:
        """The caller hangs up."""
        self.exchange.switch.caller_leaves(call, self.exchange.now_ms())
        self.exchange.touched()

    async def talk(self, number: str = "100", refuse: str = "") -> tuple[PbxCall, Contact]:
        """A caller who talks with Ann."""
        await self.server.ready_desk("ann")
        call = self.dial(number)
        await self.until(lambda: call.gathers)
        self.press(call, refuse or "1")  # any other key ends the notice too
        await self.until(lambda: call.talking_to)
        (contact,) = self.server.state.contacts.values()
        return call, contact

    def card(self, contact_id: str) -> Any:  # noqa: ANN401 - a card, or nothing
        """What the desk shows of the call."""
        return self.server.parts.telephony.book.card(ContactId(contact_id))

    async def shows(self, contact_id: str, word: str) -> None:
        """Until the desk shows this of the recording."""
        await self.until(lambda: self.card(contact_id).recording == word)

    async def ask(self, verb: str, contact_id: str, by: str = "ann", body: object = None) -> Any:  # noqa: ANN401 - JSON
        """What an agent asks for."""
        path = f"/api/v1/contacts/{contact_id}/{verb}"
        answer = await self.server.ask("POST", path, by=by, body=body or {})
        assert answer.status == 200, answer.body
        return answer.body

    async def sound(self, path: str, by: str, part: str = "") -> bytes:
        """What is heard."""
        headers = {"Range": part} if part else {}
        headers["Cookie"] = await self.server.cookie(by)
        url = f"{self.server.server.url}{path}"
        async with ClientSession() as http, http.get(url, headers=headers) as answer:
            assert answer.status == (206 if part else 200)
            assert answer.content_type == "audio/wav"
            return await answer.read()

    async def recordings(self, contact_id: str, by: str, *, count: int = 1) -> list[dict[str, Any]]:
        """Of a contact, once so many are here."""
        path = f"/api/v1/contacts/{contact_id}/recordings"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.server.ask("GET", path, by=by)
                if answer.status == 200:
                    found: list[dict[str, Any]] = answer.body["recordings"]
                    if len([one for one in found if one["state"] == "here"]) == count:
                        return found


@asynccontextmanager
async def staged(tmp_path: Path) -> AsyncIterator[Stage]:
    """Both, running: sales is recorded, help sends callers to leave a message when it is closed."""
    port = unused_port()
    system = {"keys": [KEY], "control_url": f"http://127.0.0.1:{port}"}
    server = LiveServer(
        tmp_path, timing={"more": CONFIGURATION}, telephony={"pbx": system}, port=unused_port()
    )
    everything = server.folder / "all.yaml"
    text = everything.read_text(encoding="utf-8")
    text = text.replace("{id: sales, ", f"{{id: sales, {RECORDED}, ", 1)
    text = text.replace("{id: help, ", f"{{id: help, {TO_VOICEMAIL}, ", 1)
    everything.write_text(text, encoding="utf-8")
    (server.folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    async with server:
        url = f"{server.server.url}/telephony/v1/pbx/events"
        numbers = ("100", "300", "400")
        plan = Plan(url, KEY, numbers, {"1001": "answers"}, 1, play_ms=20, temper=STAYS)
        exchange = Exchange(plan)
        async with at_work(exchange, port):
            yield Stage(server, exchange)


async def test_a_talk_is_recorded_after_its_notice_and_stands_still_when_asked(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        call, contact = await stage.talk()
        contact_id = contact.contact_id
        await stage.shows(contact_id, "on")
        tape = call.tape
        assert tape is not None
        await stage.ask("call/pause-recording", contact_id)
        await stage.shows(contact_id, "paused")
        assert tape.still == ["asked"]
        await stage.ask("call/hold", contact_id)
        await stage.until(lambda: tape.still == ["asked", "hold"])
        await stage.ask("call/unhold", contact_id)
        await stage.until(lambda: tape.still == ["asked"])
        await stage.ask("call/resume-recording", contact_id)
        await stage.shows(contact_id, "on")
        await stage.ask("call/mute", contact_id)
        await stage.until(lambda: stage.card(contact_id).is_muted)
        assert call.is_muted
        await stage.ask("call/unmute", contact_id)
        await stage.until(lambda: not stage.card(contact_id).is_muted)
        stage.leave(call)
        (shown,) = await stage.recordings(contact_id, by="sam")
        assert (shown["kind"], shown["agent_name"]) == ("talk", "Ann Berg")
        assert [one["why"] for one in shown["left_out"]] == ["asked"]
        tapes = stage.exchange.switch.tapes
        await stage.until(lambda: not tapes.whole)  # the phone system is told to forget it
        path = f"/api/v1/contacts/{contact_id}/recording?recording_id={shown['recording_id']}"
        whole = await stage.sound(path, by="sam")
        with wave.open(io.BytesIO(whole)) as file:
            assert file.getnframes() * 1000 // file.getframerate() == shown["length_ms"]
        assert await stage.sound(path, by="sam", part="bytes=4-9") == whole[4:10]
        assert (await stage.server.ask("GET", path, by="sue")).status == 404
        log = await stage.server.ask("GET", "/api/v1/audit?action=recording_heard", by="ada")
        (record,) = log.body["records"]
        assert record["object_id"] == contact_id
        assert record["facts"] == {"recording_id": shown["recording_id"]}


async def test_whoever_refuses_is_not_recorded(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        call, contact = await stage.talk(refuse="9")
        await stage.shows(contact.contact_id, "refused")
        stage.leave(call)
        assert await stage.recordings(contact.contact_id, by="sam", count=0) == []
        assert "record" not in stage.exchange.switch.commands.values()


@pytest.mark.parametrize("fails", [{"pause"}, {"pause", "stop"}])
async def test_a_pause_that_fails_ends_the_recording(tmp_path: Path, fails: set[str]) -> None:
    async with staged(tmp_path) as stage:
        call, contact = await stage.talk()
        contact_id = contact.contact_id
        await stage.shows(contact_id, "on")
        stage.exchange.switch.tapes.fails |= fails
        await stage.ask("call/pause-recording", contact_id)
        await stage.shows(contact_id, "stopping" if "stop" in fails else "stopped")
        assert (call.tape is None) == ("stop" not in fails)
        stage.leave(call)
        await stage.recordings(contact_id, by="sam")


async def test_a_message_becomes_a_task_with_its_recording(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        call = stage.dial("300")
        await stage.says(call, 2_000)
        stage.press(call, "#")
        await stage.until(lambda: call.is_over)
        await stage.until(lambda: stage.server.state.contacts)
        (contact,) = stage.server.state.contacts.values()
        assert (contact.channel, contact.queue_id) == ("task", "sales")
        desk = await stage.server.ready_desk("ann")
        offer = (await desk.until(has_offer))["desk"]["offers"][0]
        path = f"/api/v1/offers/{offer['offer_id']}/accept"
        assert (await stage.server.ask("POST", path, by="ann", body={})).status == 200
        (shown,) = await stage.recordings(contact.contact_id, by="ann")
        assert (shown["kind"], shown["agent_name"]) == ("voicemail", "")
        assert shown["length_ms"] >= 1_000
        details = await stage.server.parts.store.details.of_contact(contact.contact_id, kind="call")
        assert CALLER.encode() in details[0].body
        who = await stage.server.parts.store.details.of_contact(contact.contact_id, kind="customer")
        assert b'"language":"zh"' in who[0].body
        await stage.ask("end", contact.contact_id)
        body = {"disposition_id": "solved", "notes": ""}
        await stage.ask("wrap-up", contact.contact_id, body=body)


async def test_a_message_without_a_word_is_dropped(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        call = stage.dial("300")
        await stage.until(lambda: call.tape is not None)
        stage.leave(call)
        keeper = stage.server.parts.telephony.recordings.keeper
        await stage.until(lambda: keeper.counts["dropped"] == 1)
        await stage.until(lambda: not stage.exchange.switch.tapes.whole)
        assert not stage.server.state.contacts


async def test_a_closed_queue_takes_messages(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        closing = CloseQueue(QueueId("help"), UserId("ada"))
        await stage.server.parts.host.submit(Envelope(closing, "closing"))
        call = stage.dial("400")
        await stage.says(call, 2_000)
        stage.press(call, "#")
        await stage.until(lambda: call.is_over)
        await stage.until(lambda: stage.server.state.contacts)
        (contact,) = stage.server.state.contacts.values()
        assert (contact.channel, contact.queue_id) == ("task", "help")


async def test_a_recording_survives_a_restart_and_is_deleted_when_its_time_is_over(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        call, contact = await stage.talk()
        contact_id = contact.contact_id
        await stage.shows(contact_id, "on")
        await stage.server.restart()
        stage.leave(call)
        (shown,) = await stage.recordings(contact_id, by="sam")
        store = stage.server.parts.store.recordings
        row = await store.get(shown["recording_id"])
        assert row is not None
        assert row.next_at_ms == row.expires_at_ms == row.began_at_ms + 7 * 24 * 3_600_000
        assert await store.change(msgspec.structs.replace(row, next_at_ms=1), [row.state])
        stage.server.parts.telephony.recordings.keeper.wake()
        await stage.recordings(contact_id, by="sam", count=0)
        assert await store.part(row.recording_id, 0) == b""
