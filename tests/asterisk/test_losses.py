"""Connections, Asterisk and the engine, lost at the worst moments: who talks talks on, who waits keeps the music."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, encode_basic_auth

from callcenter.telephony.asterisk import limits
from loadtests.rig.instance import PASSWORD, USER, Asterisk
from loadtests.rig.sipp import Sipp
from routing.state import ContactState
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, Rig, rig

UNWANTED = [{"type": "ChannelVarset"}]


async def filter_of(stage: Rig) -> object:
    """What Asterisk does not tell our application."""
    return (await stage.ari("applications/callcenter"))["events_disallowed"]


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
                assert await filter_of(stage) == UNWANTED
                assert await stage.hears_music(ear)
                await stage.do("ann", talking, "call/hold")
                await stage.until(lambda: stage.state_of(talking) == "held")
                await stage.do("ann", talking, "call/hang-up")
                assert await stage.over(talking) == "released"


async def test_the_filter_is_set_again_when_the_application_had_vanished(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    async with rig(tmp_path, asterisk) as stage:
        assert await filter_of(stage) == UNWANTED
        stage.cut()
        await stage.until(lambda: not stage.link.is_connected)
        await stage.until_connected()
        assert await filter_of(stage) == UNWANTED


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


async def test_asterisk_is_killed_and_comes_back(tmp_path: Path, asterisk: Asterisk) -> None:
    with Sipp("agent-answer", port=ANN, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000), stage.call(wait=60_000):
                talking = (await stage.talk()).contact_id
                await stage.until(lambda: len(stage.contacts()) == 2)
                both = [one.contact_id for one in stage.contacts()]
                asterisk.kill()
                for contact_id in both:
                    assert await stage.over(contact_id) == "pbx_lost"
            asterisk.start()
            await stage.until_connected()
            wrap_up = {"disposition_id": "solved", "notes": ""}
            await stage.do("ann", talking, "wrap-up", wrap_up)
            assert not stage.contacts()
            with stage.call(wait=60_000):
                again = await stage.talk()
                assert again.state is ContactState.CONNECTED


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
