"""`callcenter explain` beside a running server: offers, waiting contacts, idle agents, and what is not there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.host.envelope import Envelope
from routing.commands import EnqueueContact
from routing.ids import CampaignId, ContactId, PermitId, QueueId
from routing.model import CampaignFacts, Channel, Dial
from tests.integration.live_server import GRACE_S, LiveServer, live_server
from tests.integration.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal on the server's data directory."""
    return Terminal(tmp_path, capsys)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server on the terminal's data directory."""
    async with live_server(tmp_path) as running:
        yield running


async def explain(terminal: Terminal, *arguments: str) -> list[str]:
    """What it says, line by line, run as another process would."""
    said = await asyncio.to_thread(terminal.ok, "explain", *arguments)
    return [line.removeprefix("  - ") for line in said.splitlines()]


async def refused(terminal: Terminal, *arguments: str) -> str:
    """The one line of a command that fails."""
    return await asyncio.to_thread(terminal.fails, "explain", *arguments)


async def test_an_offer_is_explained_in_both_languages(
    server: LiveServer, terminal: Terminal
) -> None:
    contact_id, _, _ = await server.conversation("ann")
    lines = await explain(terminal, contact_id)
    assert lines[0].startswith("Offer 1: to Ann Berg (20")
    assert "The contact could be offered, and Ann Berg came first of those free (1 agent)." in lines
    assert "Decided again from the journal: the same." in lines
    assert "1 agent without an open desk: Bob Lund" in lines
    assert lines[-1] == "It does not wait: Ann Berg has it."
    lines = await explain(terminal, contact_id, "--lang", "zh", "--agent", "bob", "--offer", "1")
    assert lines[0].startswith("第 1 次邀请：Ann Berg (20")  # noqa: RUF001 - Chinese
    assert lines[-2:] == ["为什么不是Bob Lund？", "Bob Lund没有打开工作台。"]  # noqa: RUF001


async def test_a_waiting_contact_is_explained_and_why_not_this_agent(
    server: LiveServer, terminal: Terminal
) -> None:
    contact_id = (await server.start_chat())["contact_id"]
    lines = await explain(terminal, contact_id, "--agent", "ANN")
    assert lines[0].startswith("Waiting for ")
    assert lines[0].endswith(" in the queue Sales: none of 2 agents may have it now.")
    assert "2 agents without an open desk: Ann Berg, Bob Lund" in lines
    assert lines[-2:] == ["Why not Ann Berg?", "Ann Berg has no desk open."]
    lines = await explain(terminal, "--agent", "ann")
    assert lines[-1] == f"1 contact, but Ann Berg has no desk open: {contact_id}"


async def test_json_has_the_numbers_and_the_words(server: LiveServer, terminal: Terminal) -> None:
    contact_id = (await server.start_chat())["contact_id"]
    said = await asyncio.to_thread(terminal.ok, "explain", contact_id, "--json", "--agent", "bob")
    answer: dict[str, Any] = msgspec.json.decode(said)
    assert answer["state"] == "waiting"
    assert answer["waiting"]["removed"][0]["filter"] == "presence"
    assert answer["verdict"]["reasons"] == [{"code": "not_present", "facts": {}}]
    assert answer["as_of_seq"] == server.state.seq
    assert answer["sections"][-1]["title"] == "Why not Bob Lund?"


async def test_a_contact_that_left_without_an_offer_is_closed(
    server: LiveServer, terminal: Terminal
) -> None:
    started = await server.start_chat()
    contact_id = started["contact_id"]
    page = await server.customer(started["token"])
    await page.close()
    contact = server.state.contacts[ContactId(contact_id)]
    await server.until(lambda: not contact.is_customer_present)
    server.later(GRACE_S)
    await server.until(lambda: server.contact(contact_id) is None)
    await server.parts.reading.interaction_log.wait_for(server.state.seq)
    assert await explain(terminal, contact_id) == ["It is closed."]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("c-nobody",), "contact_unknown: there is no contact c-nobody"),
        (("c-nobody", "--offer", "1"), "contact_unknown"),
        (("c-nobody", "--agent", "nobody"), "agent_unknown: there is no agent nobody"),
        (("--agent", "ada"), "agent_unknown"),
        ((), "callcenter explain CONTACT_ID"),
    ],
)
async def test_what_is_not_there_has_a_code(
    server: LiveServer, terminal: Terminal, arguments: tuple[str, ...], says: str
) -> None:
    assert server.state.seq
    assert says in await refused(terminal, *arguments)


async def test_an_offer_that_was_never_made(server: LiveServer, terminal: Terminal) -> None:
    contact_id = (await server.start_chat())["contact_id"]
    line = await refused(terminal, contact_id, "--offer", "2")
    assert f"offer_unknown: contact {contact_id} has no offer 2" in line


async def test_why_a_campaign_got_no_permit(server: LiveServer, terminal: Terminal) -> None:
    for fault in ("outside_window", ""):
        dial = Dial(
            PermitId("spring.e1.1"), 1_000, campaign=CampaignFacts(CampaignId("spring"), fault)
        )
        asked = EnqueueContact(
            ContactId("called"), Channel.OUTBOUND_VOICE, QueueId("sales"), dial=dial
        )
        await server.parts.host.submit(Envelope(asked, f"permit-{fault}"))
    lines = await explain(terminal, "called")
    assert lines[0].startswith("No permit to dial was given. (20")
    assert lines[1::2] == [
        "Local time did not allow a call everywhere the number may be.",
        "Nobody was free to be kept for it.",
    ]
    assert (await explain(terminal, "called", "--lang", "zh"))[3] == "没有可预留的空闲坐席。"
    assert "contact_unknown" in await refused(terminal, "called", "--offer", "1")
