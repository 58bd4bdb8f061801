"""Calls that we place, over a real Asterisk: to customers who answer, are busy, and ring while the connection is lost."""

from pathlib import Path
from socket import SOCK_DGRAM
from typing import Any

from callcenter.call_backs.promises import Promise
from callcenter.ports.call_backs import MadeBy
from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from loadtests.server_process import free_port
from routing.ids import QueueId
from routing.state import ContactState
from tests.asterisk.stage import ANN, Rig, rig

OUTBOUND = """  outbound: {connection: rig, shown_number: "+49301", queue: sales, country_code: "49"}
"""
CALL_BACK = 'call_back: {connection: rig, shown_number: "+49301", prefixes: ["+49"], ring_s: 20}, '
NUMBER = "030 765 43 21"


def trunk(port: int) -> str:
    """Where every number leads to: whoever answers there is the customer."""
    return "PJSIP/agents/sip:{number}@127.0.0.1:" + str(port)


async def placed(stage: Rig) -> str:
    """Ann dials: the contact."""
    body = {"number": NUMBER}
    answer = await stage.server.ask("POST", "/api/v1/me/calls", by="ann", body=body)
    assert answer.status == 200, answer.body
    contact_id: str = answer.body["contact_id"]
    return contact_id


def call_of(stage: Rig, contact_id: str) -> Any:  # noqa: ANN401 - a call, or none
    """As the book has it."""
    return stage.server.parts.telephony.book.call_of(contact_id)  # type: ignore[arg-type]


async def test_an_agent_calls_who_is_busy_then_who_answers_across_a_lost_connection(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    port = free_port(SOCK_DGRAM)
    with Sipp("agent-answer", port=ANN, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk, flows=OUTBOUND, trunk=trunk(port)) as stage:
            await stage.server.ready_desk("ann")
            with Sipp("agent-busy", port=port):
                contact_id = await placed(stage)
                assert await stage.over(contact_id) == "busy"
                await stage.until_nothing_is_left()
            with Sipp("agent-answer", port=port, ring=4_000, talk=60_000):
                contact_id = await placed(stage)
                await stage.until(lambda: getattr(call_of(stage, contact_id), "has_rung", False))
                stage.cut()
                await stage.until(lambda: not stage.link.is_connected)
                await stage.until_connected()
                contact = await stage.talk()
                assert (contact.contact_id, contact.state) == (contact_id, ContactState.CONNECTED)
                assert len(await stage.channels()) == 2
                await stage.do("ann", contact_id, "call/hold")
                await stage.until(lambda: stage.state_of(contact_id) == "held")
                await stage.do("ann", contact_id, "call/unhold")
                await stage.until(lambda: stage.state_of(contact_id) == "talking")
                await stage.do("ann", contact_id, "call/hang-up")
                assert await stage.over(contact_id) == "released"
            await stage.until_nothing_is_left()


async def test_a_customer_is_called_back_who_is_busy_first(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    port = free_port(SOCK_DGRAM)
    with Sipp("agent-answer", port=ANN, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk, of_sales=CALL_BACK, trunk=trunk(port)) as stage:
            await stage.server.ready_desk("ann")
            service = stage.server.parts.call_backs
            promise = Promise(
                call_back_id="c-1",
                queue_id=QueueId("sales"),
                number="+49307654321",
                made_by=MadeBy.PROGRAM,
            )
            with Sipp("agent-busy", port=port):
                await service.make(promise)
                await stage.until(
                    lambda: [one.last_outcome for one in service.register.all()] == ["busy"]
                )
                await stage.until_nothing_is_left()
            with Sipp("agent-answer", port=port, ring=300, talk=60_000):
                await service.hurry("c-1", "sam")
                contact = await stage.talk()
                assert contact.agent_id == stage.server.agent("ann").agent_id
                await stage.do("ann", contact.contact_id, "call/hang-up")
                assert await stage.over(contact.contact_id) == "released"
            await stage.until_nothing_is_left()
