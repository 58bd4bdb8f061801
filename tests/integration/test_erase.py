"""A customer is forgotten: planted words are nowhere in the files any more, and the journal is as it was."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.customers.keys import CustomerKeys
from callcenter.ports.call_backs import (
    CallBack,
    CallBackChange,
    CallBackState,
    DialMode,
    MadeBy,
)
from callcenter.ports.calls import CallEvent, CallRow
from callcenter.ports.leads import LeadWords
from callcenter.ports.profiles import Profile
from callcenter.ports.recordings import RecordingRow, RecordingState
from callcenter.ports.store import Store
from callcenter.ports.uploads import Upload
from crm_link.outbound.model import EntryState
from routing.ids import AgentId, ContactId, QueueId
from tests.contract.test_campaigns import entry, import_, suppression
from tests.contract.test_leads import event as lead_event
from tests.contract.test_leads import stored as stored_lead
from tests.integration.live_server import LiveServer, form, live_server
from tests.integration.terminal import Terminal

PLANTED = (
    "zqxname",
    "zqxmail",
    "zqxopening",
    "zqxmessage",
    "zqxnotes",
    "zqxnumber",
    "zqxfile",
    "zqxinterest",
    "zqxvoice",
    "zqxpromise",
    "zqxlisted",
)


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, capsys)


PROMISED = CallBack(
    call_back_id="b-1",
    queue_id=QueueId("sales"),
    number="zqxnumber",
    customer_key="",
    state=CallBackState.CANCELLED,
    mode=DialMode.CUSTOMER_FIRST,
    made_by=MadeBy.FLOW,
    made_at_ms=1,
    age_origin_ms=1,
    expires_at_ms=2,
    language="en",
    note="zqxpromise",
    version=1,
)
TAPED = RecordingRow(
    recording_id="r-1",
    connection_id="demo",
    call_id="call-1",
    contact_id=ContactId(""),
    kind="talk",
    queue_id=QueueId("sales"),
    began_at_ms=1,
    expires_at_ms=1 << 50,
    next_at_ms=1 << 50,
    caller="zqxnumber",
    state=RecordingState.FETCHING,
)
"""The promise to call the customer, and what was said in a call of theirs."""


async def promise_and_record(store: Store, key: str, contact_id: ContactId) -> None:
    """A call-back of the customer, and the sound of a call."""
    promised = msgspec.structs.replace(PROMISED, customer_key=key)
    step = CallBackChange(promised.call_back_id, 1, 7, promised.state, "cancelled", "")
    await store.call_backs.put(promised, step)
    listed = entry(customer_key=key, number="zqxnumber", name="zqxlisted", note="zqxlisted")
    await store.campaigns.add_list(import_(), [listed])
    never = suppression(key, "zqxnumber", "zqxlisted")
    await store.campaigns.suppress(never)
    taped = msgspec.structs.replace(TAPED, contact_id=contact_id)
    await store.recordings.begin(msgspec.structs.replace(taped, state=RecordingState.OPEN))
    assert await store.recordings.change(taped, [RecordingState.OPEN])
    assert await store.recordings.put_part(taped.recording_id, 0, b"zqxvoice")


async def forgets_the_promise(server: LiveServer) -> None:
    """Of a call-back there is left how it went."""
    row = await server.parts.store.call_backs.get(PROMISED.call_back_id)
    assert row is not None
    assert (row.state, row.number, row.note) == (CallBackState.CANCELLED, "", "")
    listed = await server.parts.store.campaigns.entry("spring", "e1")
    assert listed is not None
    assert (listed.state, listed.number, listed.due_at_ms) == (EntryState.REFUSED, "", None)
    assert await server.parts.store.campaigns.suppressed([listed.customer_key])


async def handled_chat(server: LiveServer, form_of: dict[str, str], words: str) -> str:
    """A chat in which the agent says and notes these words, wrapped up and in the log."""
    answer = await server.ask("POST", "/api/v1/chat/widgets/shop/contacts", body=form_of)
    contact_id: str = answer.body["contact_id"]
    await server.until(lambda: bool(server.state.contacts[ContactId(contact_id)].asked))
    offer_id = next(iter(server.state.contacts[ContactId(contact_id)].asked.values()))
    for path, body in (
        (f"/api/v1/offers/{offer_id}/accept", {}),
        (f"/api/v1/contacts/{contact_id}/messages", {"text": f"{words}message"}),
        (f"/api/v1/contacts/{contact_id}/end", {}),
        (
            f"/api/v1/contacts/{contact_id}/wrap-up",
            {"disposition_id": "solved", "notes": f"{words}notes"},
        ),
    ):
        taken = await server.ask("POST", path, by="ann", body=body)
        assert taken.status == 200, taken.body
    await server.parts.reading.interaction_log.wait_for(server.state.seq)
    await server.parts.reading.text_indexer.catch_up()
    return contact_id


def planted_in(folder: Path) -> set[str]:
    """Which words are found in any file, in any form a database keeps text."""
    raw = b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    return {word for word in PLANTED if word.encode() in raw.lower()}


async def found(server: LiveServer, word: str) -> list[str]:
    answer = await server.ask("GET", f"/api/v1/interactions?text={word}", by="ada")
    return [row["contact_id"] for row in answer.body["interactions"]]


async def test_a_customer_is_erased_everywhere_and_the_journal_still_verifies(
    tmp_path: Path, terminal: Terminal
) -> None:
    async with live_server(tmp_path) as server:
        planted = form("zqxopening", name="zqxname", email="zqxmail@example.org")
        await server.ready_desk("ann")
        contact_id = await handled_chat(server, planted, "zqx")
        other_id = await handled_chat(server, form("parcel"), "plain")
        store, keys = (
            server.parts.store,
            CustomerKeys((tmp_path / "data" / "secret.key").read_bytes()),
        )
        key = keys.key_of("zqxmail@example.org")
        await store.profiles.put([Profile(customer_key=key, address="zqxmail@example.org")])
        told = CallEvent("demo", "e-1", "call-1", ContactId(contact_id), 1, b'{"from":"zqxnumber"}')
        await store.calls.append([told])
        file = Upload(
            upload_id="f-1",
            contact_id=ContactId(contact_id),
            agent_id=AgentId("u-1"),
            name="zqxfile.pdf",
            content_type="application/pdf",
            size_bytes=7,
            digest=b"",
            expires_at_ms=1 << 50,
        )
        await store.uploads.put(file, b"zqxfile")
        heard = stored_lead(key=key)
        words = LeadWords(interest="zqxinterest", customer_name="zqxname", number="zqxnumber")
        heard = msgspec.structs.replace(heard, words=words)
        await store.leads.put(heard, lead_event(heard, text="zqxinterest"))
        await promise_and_record(store, key, ContactId(contact_id))
        line = await refused(terminal, "--contact", contact_id)
        assert "1 contacts are not closed yet" in line
        await store.calls.finish(
            [CallRow("demo", "call-1", ContactId(contact_id), 1, 2, "hung_up")]
        )
        assert await found(server, "zqxmessage") == [contact_id]
        log_before = await in_log(server, contact_id)
        await server.stop()
        assert planted_in(tmp_path / "data") == set(PLANTED)

        said = await asyncio.to_thread(terminal.ok, "erase", "--address", " ZQXMAIL@example.org ")
        assert "of 1 contacts and the profile are erased" in said
        assert planted_in(tmp_path / "data") == set()
        for command in (("journal", "verify"), ("audit", "verify")):
            assert "whole" in await asyncio.to_thread(terminal.ok, *command)
        again = await asyncio.to_thread(terminal.ok, "erase", f"--customer={key}")
        assert again.startswith("0 rows of 1 contacts are erased")

        await server.start()
        await forgets_the_promise(server)
        assert await in_log(server, contact_id) == {**log_before, "customer_name": ""}
        assert await found(server, "zqxmessage") == []
        assert await found(server, "parcel") == [other_id]
        record = (await server.ask("GET", "/api/v1/audit?action=customer_erased", by="ada")).body
        assert [row["object_id"] for row in record["records"]] == [key, key]
        assert record["records"][1]["facts"]["contacts"] == 1
        assert record["records"][0]["user_id"].startswith("cli:")


async def refused(terminal: Terminal, *arguments: str) -> str:
    """The line of a command that fails; a server beside it may say something meanwhile."""
    code, _, errors = await asyncio.to_thread(terminal, "erase", *arguments)
    assert code == 1
    return errors


async def in_log(server: LiveServer, contact_id: str) -> dict[str, Any]:
    answer = await server.ask("GET", f"/api/v1/contacts/{contact_id}", by="ada")
    row: dict[str, Any] = answer.body["interaction"]
    return row


async def test_what_is_open_unknown_or_behind_is_not_erased(
    tmp_path: Path, terminal: Terminal
) -> None:
    async with live_server(tmp_path) as server:
        contact_id, _, _ = await server.conversation("ann")
        await server.parts.reading.interaction_log.wait_for(server.state.seq)
        for arguments, line in (
            (("--contact", contact_id), "1 contacts are not closed yet"),
            (("--address", "carol@example.org"), "1 contacts are not closed yet"),
            (("--contact", "nobody"), "there is no contact nobody"),
            (("--address", "  "), "this is no address or number"),
        ):
            assert line in await refused(terminal, *arguments)
        await server.parts.store.rows.commit("interactions", 1, [])
        await server.stop()
        line = await refused(terminal, "--contact", contact_id)
        assert "behind the journal" in line
