"""Connections, Asterisk and the engine, lost at the worst moments: who talks talks on, who waits keeps the music."""

from contextlib import ExitStack
from pathlib import Path
from socket import SO_RCVBUF, SOL_SOCKET
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, encode_basic_auth

from callcenter.telephony.asterisk import limits
from callcenter.telephony.asterisk.ari import HEARD
from loadtests.rig.asking import AUTHORIZED
from loadtests.rig.instance import PASSWORD, USER, Asterisk
from loadtests.rig.sipp import Sipp
from routing.state import ContactState
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, Rig, rig

LIVE = ("ringing", "connecting", "talking", "held")


async def has_filter(stage: Rig) -> bool:
    """Whether Asterisk tells our application what we hear, and nothing else."""
    allowed = (await stage.ari("applications/callcenter"))["events_allowed"]
    return {one["type"] for one in allowed} == set(HEARD)


async def test_calls_live_through_a_cut_cable(tmp_path: Path, asterisk: Asterisk) -> None:
    with Ear() as ear, Sipp("agent-answer", port=ANN, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000), stage.call(wait=60_000, audio_port=ear.port):
                talking = (await stage.talk()).contact_id
                await stage.until(lambda: len(stage.contacts()) == 2)
                before = await stage.channels()
                stage.cut()
                await stage.until(lambda: not stage.link.is_connected)
                await stage.until_connected()
                assert await stage.channels() == before
                assert await has_filter(stage)
                assert await stage.hears_music(ear)
                await stage.do("ann", talking, "call/hold")
                await stage.until(lambda: stage.state_of(talking) == "held")
                await stage.do("ann", talking, "call/hang-up")
                assert await stage.over(talking) == "released"


async def test_the_filter_is_set_again_when_the_application_had_vanished(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    async with rig(tmp_path, asterisk) as stage:
        assert await has_filter(stage)
        stage.cut()
        await stage.until(lambda: not stage.link.is_connected)
        await stage.until_connected()
        assert await has_filter(stage)


async def fill(asterisk: Asterisk, calls: int) -> None:
    """So many calls of Asterisk's own that wait for nobody; whoever they are from has a very long name, so that a few are a long list."""
    asterisk.cli("dialplan add extension 1,1,Answer into waiting")
    asterisk.cli("dialplan add extension 1,2,Wait,600 into waiting")
    place = {"endpoint": "Local/1@waiting", "context": "waiting", "extension": "1"}
    async with ClientSession(headers=AUTHORIZED) as http:
        for _ in range(calls):
            wanted = place | {"callerId": f"{'x' * 8_000} <1>"}
            async with http.post(f"{asterisk.ari_url}/ari/channels", json=wanted) as answer:
                assert answer.ok, await answer.text()


async def test_a_list_too_long_for_a_frame_does_not_end_asterisk(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    async with rig(tmp_path, asterisk) as stage:
        await fill(asterisk, calls=40)
        assert len(await stage.channels()) == 80
        stage.cut()
        await stage.until(lambda: not stage.link.is_connected)
        await stage.until_connected()
        assert len(await stage.channels()) == 80


async def test_what_ended_while_nobody_listened_has_ended(
    tmp_path: Path, asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sipp("agent-answer", port=ANN, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=5_000) as caller:
                contact_id = (await stage.talk()).contact_id
                monkeypatch.setattr(limits, "RETRY_FIRST_MS", 10_000)
                stage.cut()
                await stage.until(lambda: caller.is_over)
            assert await stage.over(contact_id) == "hangup"
            await stage.until_nothing_is_left()


async def test_who_has_waited_too_long_for_us_is_taken_by_somebody_else(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    """Whoever talks, talks on; whoever waits is served by the dial plan's queue, and is not ours any more."""
    with Sipp("agent-answer", port=ANN, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk, outside_after_s="2") as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000), ExitStack() as calls:
                talking = (await stage.talk()).contact_id
                calls.enter_context(stage.call(wait=60_000))
                await stage.until(lambda: len(stage.contacts()) == 2)
                leaving = calls.enter_context(stage.call(wait=9_000))
                await stage.until(lambda: len(stage.contacts()) == 3)
                stays, leaves = [one.contact_id for one in stage.contacts()[1:]]
                channels = [stage.call_id(one) for one in (talking, stays, leaves)]
                await stage.until(lambda: stage.guarded() == set(channels[1:]))
                await stage.server.stop()
                await stage.until_in("Queue", {channels[1], channels[2]})
                await stage.until(lambda: leaving.is_over)
                await stage.server.start()
                await stage.until_connected()
                for contact_id in (stays, leaves):
                    assert await stage.over(contact_id) == "handled_outside"
                    assert await stage.log(contact_id) == [("waiting", "handled_outside")]
                assert [one.contact_id for one in stage.contacts()] == [talking]
                await stage.until_in("Queue", {channels[1]})
                await stage.server.desk("ann")
                await stage.do("ann", talking, "call/hang-up")
                assert await stage.over(talking) == "released"
                await stage.do("ann", talking, "wrap-up", {"disposition_id": "solved", "notes": ""})
                assert not stage.contacts()
                assert not stage.server.state.offers


async def test_asterisk_is_killed_and_comes_back(tmp_path: Path, asterisk: Asterisk) -> None:
    with Sipp("agent-answer", port=ANN, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk, of_sales="return_within_s: 600, ") as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000), stage.call(wait=60_000):
                talking = (await stage.talk()).contact_id
                await stage.until(lambda: len(stage.contacts()) == 2)
                both = [one.contact_id for one in stage.contacts()]
                asterisk.kill()
                for contact_id in both:
                    assert await stage.over(contact_id) == "pbx_lost"
                await stage.until(lambda: stage.state_of(talking) not in LIVE)
            asterisk.start()
            await stage.until_connected()
            wrap_up = {"disposition_id": "solved", "notes": ""}
            await stage.do("ann", talking, "wrap-up", wrap_up)
            assert not stage.contacts()
            with stage.call(wait=60_000):
                again = await stage.talk()
                assert again.state is ContactState.CONNECTED
                assert again.age_origin_ms < again.arrived_at_ms


async def test_asterisk_restarts_before_anybody_noticed(
    tmp_path: Path, asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GONE_AFTER_MS", 600_000)
    async with rig(tmp_path, asterisk) as stage:
        with stage.call(wait=60_000):
            await stage.until(lambda: bool(stage.contacts()))
            contact_id = stage.contacts()[0].contact_id
            asterisk.kill()
            asterisk.start()
            assert await stage.over(contact_id) == "pbx_lost"


async def test_asterisk_is_not_there_at_the_start(
    tmp_path: Path, asterisk: Asterisk, capsys: pytest.CaptureFixture[str]
) -> None:
    asterisk.kill()
    async with rig(tmp_path, asterisk, is_there=False) as stage:
        said = ""

        def is_said() -> bool:
            nonlocal said
            said += capsys.readouterr().out
            return "asterisk_unreachable" in said

        await stage.until(is_said)
        assert (await stage.server.ask("GET", "/readyz")).status == 200
        asterisk.start()
        await stage.until_connected()


@pytest.mark.parametrize(
    ("user", "password", "status"), [(USER, "wrong", 401), ("readonly", PASSWORD, 403)]
)
async def test_asterisk_does_not_let_us_in(  # noqa: PLR0917 - three of them are one case
    tmp_path: Path,
    asterisk: Asterisk,
    capsys: pytest.CaptureFixture[str],
    user: str,
    password: str,
    status: int,
) -> None:
    async with rig(tmp_path, asterisk, is_there=False, user=user, password=password) as stage:
        said = ""

        def is_said() -> bool:
            nonlocal said
            said += capsys.readouterr().out
            return "asterisk_refuses" in said and f"status={status}" in said

        await stage.until(is_said)
        assert not stage.link.is_connected


async def test_another_program_takes_our_name(
    tmp_path: Path, asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RETRY_REFUSED_MS", 1_000)
    async with rig(tmp_path, asterisk) as stage:
        headers = {"Authorization": encode_basic_auth(USER, PASSWORD)}
        url = f"{asterisk.ari_url}/ari/events?{urlencode({'app': 'callcenter'})}"
        async with ClientSession(headers=headers) as http, http.ws_connect(url):
            await stage.until(lambda: not stage.link.is_connected)
        await stage.until_connected()
        with stage.call(wait=60_000):
            await stage.until(lambda: bool(stage.contacts()))
            assert stage.link.is_connected


async def test_who_reads_too_slowly_is_cut_off_and_looks_again(
    tmp_path: Path, asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asterisk ends the connection, not we: ours is told to be patient. What was missed is found by looking."""
    monkeypatch.setattr(limits, "HEARTBEAT_S", 3_600.0)
    async with rig(tmp_path, asterisk) as stage:
        with Ear() as ear, stage.call(wait=60_000, audio_port=ear.port):
            assert await stage.hears_music(ear)
            waiting = stage.contacts()[0].contact_id
            with stage.call(wait=60_000):
                await stage.until(lambda: len(stage.contacts()) == 2)
                leaving = stage.contacts()[1].contact_id
                first = stage.link._verbs
                stage.transport().pause_reading()
                stage.transport().get_extra_info("socket").setsockopt(SOL_SOCKET, SO_RCVBUF, 4_096)
                await flood(asterisk)
                # The second customer goes meanwhile, of which nothing is heard.
                url = f"{asterisk.ari_url}/ari/channels/{stage.call_id(leaving)}"
                async with ClientSession(headers=AUTHORIZED) as http, http.delete(url) as answer:
                    assert answer.status == 204
            stage.transport().resume_reading()
            await stage.until(lambda: stage.link._verbs not in {None, first})
            assert await stage.over(leaving) == "hangup"
            assert [one.contact_id for one in stage.contacts()] == [waiting]
            assert await stage.hears_music(ear)


async def flood(asterisk: Asterisk) -> None:
    """More events for our application than its socket can hold."""
    url = f"{asterisk.ari_url}/ari/events/user/flood"
    body = {"variables": {"filler": "x" * 32_000}}
    async with ClientSession(headers=AUTHORIZED) as http:
        for _ in range(400):
            async with http.post(url, params={"application": "callcenter"}, json=body) as answer:
                assert answer.status == 204, await answer.text()
