"""Calls from end to end: a real caller, a real phone, Asterisk between them, the engine beside it."""

from pathlib import Path

from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from routing.state import ContactState
from tests.asterisk.stage import rig


async def test_a_call_is_offered_answered_and_ended_by_its_caller(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    with Sipp("agent-answer", ring=300, talk=60_000) as phone:
        async with rig(tmp_path, asterisk, (phone.port, 9)) as stage:
            desk = await stage.server.ready_desk("ann")
            with stage.call(wait=3_000) as caller:
                await stage.offered_leg(desk)
                contact = await stage.talk()
                assert contact.state is ContactState.CONNECTED
                assert await stage.over(contact.contact_id) == "hangup"
                assert caller.status in (None, 0)
            await stage.until_nothing_is_left()
