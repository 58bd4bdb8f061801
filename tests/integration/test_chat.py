"""A chat as two browsers see it, and everything a customer's page may do or suffer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.channels.chat_tokens import ChatTokens
from callcenter.host.envelope import Envelope
from routing.commands import FlushQueue, TransferContact
from routing.ids import ContactId, QueueId, UserId
from routing.model import Destination
from tests.integration.live_server import GRACE_S, SHOP, LiveServer, form, has_offer, live_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server."""
    async with live_server(tmp_path) as running:
        yield running


async def test_a_whole_chat(server: LiveServer) -> None:
    desk = await server.ready_desk("ann")
    widget = await server.ask("GET", "/api/v1/chat/widgets/shop")
    assert (widget.body["is_staffed"], widget.body["waiting"]) == (True, 0)
    started = await server.start_chat("Where is my parcel?")
    contact_id = started["contact_id"]
    customer = await server.customer(started["token"])
    assert customer.texts() == ["Where is my parcel?"]
    card = (await desk.until(has_offer))["desk"]["offers"][0]
    assert (card["customer_name"], card["opening_text"]) == ("Carol", "Where is my parcel?")
    offer = f"/api/v1/offers/{card['offer_id']}/accept"
    assert (await server.ask("POST", offer, by="ann", body={})).status == 200
    state = await customer.until(lambda frame: frame.get("state") == "connected")
    assert (state["agent_name"], state["position"]) == ("Ann Berg", None)

    await desk.send({"type": "typing", "contact_id": contact_id})
    await customer.of("typing")
    messages = f"/api/v1/contacts/{contact_id}/messages"
    said = await server.ask("POST", messages, by="ann", body={"text": "On its way."})
    line = (await customer.of("message"))["message"]
    assert (line["author"], line["author_name"], line["text"]) == (
        "agent",
        "Ann Berg",
        "On its way.",
    )
    assert line["seq"] == said.body["seq"]

    await customer.send({"type": "typing"})
    assert (await desk.of("typing"))["contact_id"] == contact_id
    await customer.send({"type": "message", "message_id": "m1", "text": " Thank you! "})
    own = (await customer.of("message"))["message"]
    assert (own["message_id"], own["text"], own["author_name"]) == ("m1", "Thank you!", "Carol")
    seen = await desk.until(lambda frame: frame["type"] == "message" and frame["message"] == own)
    assert seen["contact_id"] == contact_id

    await customer.send({"type": "end"})
    assert (await customer.until(lambda frame: frame.get("state") == "closed"))["agent_name"] == ""
    wrap_up = await desk.until(
        lambda frame: (
            frame["type"] == "desk" and frame["desk"]["assignments"][0]["state"] == "wrap_up"
        )
    )
    assert wrap_up["desk"]["assignments"][0]["is_ended_by_customer"]
    done = {"disposition_id": "solved", "notes": "Parcel found."}
    finish = f"/api/v1/contacts/{contact_id}/wrap-up"
    assert (await server.ask("POST", finish, by="ann", body=done)).status == 200
    await desk.until(lambda frame: frame["type"] == "desk" and not frame["desk"]["assignments"])
    await server.parts.reading.interaction_log.wait_for(server.state.seq)
    row = (await server.ask("GET", f"/api/v1/contacts/{contact_id}", by="ann")).body
    assert (row["state"], row["interaction"]["outcome"]) == ("closed", "handled")
    assert row["interaction"]["messages"] == 2


# --- nothing lost, nothing doubled ------------------------------------------------------------------


async def test_both_sides_resume_by_number(server: LiveServer) -> None:
    contact_id, desk, customer = await server.conversation()
    await customer.send({"type": "message", "message_id": "m1", "text": "one"})
    newest = (await customer.of("message"))["message"]["seq"]
    await desk.until(lambda frame: frame["type"] == "message")
    customer.vanish()
    desk.vanish()
    messages = f"/api/v1/contacts/{contact_id}/messages"
    for text in ("two", "three"):
        body = {"text": text}
        assert (await server.ask("POST", messages, by="ann", body=body)).status == 200
    customer = await server.customer(token_of(server, contact_id), newest)
    assert customer.texts() == ["two", "three"]
    desk = await server.desk("ann", **{contact_id: newest})
    await desk.of("message")
    await desk.of("message")
    assert desk.texts() == ["two", "three"]
    everything = await server.customer(token_of(server, contact_id))
    assert everything.texts() == ["Hello", "one", "two", "three"]


async def test_a_resume_while_messages_come_in_has_no_gap_and_no_double(server: LiveServer) -> None:
    contact_id, desk, customer = await server.conversation()
    token = token_of(server, contact_id)
    pages = []
    for number in range(20):
        message = {"type": "message", "message_id": f"m{number}", "text": f"text {number}"}
        await customer.send(message)
        if number % 5 == 0:
            pages.append(await server.customer(token))
    expected = ["Hello", *(f"text {number}" for number in range(20))]
    for page in (customer, *pages):
        while len(page.texts()) < 21:
            await page.next()
        assert page.texts() == expected
    while len(desk.texts()) < 21:
        await desk.next()
    assert desk.texts() == expected


async def test_a_long_transcript_is_resumed_whole(server: LiveServer) -> None:
    """More than fits into a slow reader's bound at once."""
    contact_id, _, customer = await server.conversation()
    texts = [f"{number} " + "长" * 3_900 for number in range(40)]
    for number, text in enumerate(texts):
        await customer.send({"type": "message", "message_id": f"m{number}", "text": text})
        await customer.of("message")
    again = await server.customer(token_of(server, contact_id))
    assert again.texts() == ["Hello", *texts]
    second_desk = await server.desk("ann", **{contact_id: 0})
    while len(second_desk.texts()) < 41:
        await second_desk.next()
    assert second_desk.texts() == ["Hello", *texts]


async def test_a_message_sent_twice_is_stored_once_and_acknowledged_twice(
    server: LiveServer,
) -> None:
    contact_id, _, customer = await server.conversation()
    message = {"type": "message", "message_id": "m1", "text": "once"}
    await customer.send(message)
    first = await customer.of("message")
    await customer.send(message)
    assert await customer.of("message") == first
    await customer.send({**message, "text": "something else"})
    refused = await customer.of("refused")
    assert (refused["message_id"], refused["code"]) == ("m1", "idempotency_key_reused")
    other = await server.customer(token_of(server, contact_id))
    assert other.texts() == ["Hello", "once"]


async def test_a_message_resent_over_a_new_socket_after_a_restart(server: LiveServer) -> None:
    contact_id, _, customer = await server.conversation()
    token = token_of(server, contact_id)
    message = {"type": "message", "message_id": "m1", "text": "once"}
    await customer.send(message)
    first = await customer.of("message")
    await server.restart()
    customer = await server.customer(token, first["message"]["seq"])
    await customer.send(message)
    assert await customer.of("message") == first


async def test_the_same_start_gives_the_same_chat(server: LiveServer) -> None:
    first = await server.start_chat("Hello", Idempotency_Key="start-1")
    assert await server.start_chat("Hello", Idempotency_Key="start-1") == first
    path = "/api/v1/chat/widgets/shop/contacts"
    reused = await server.ask("POST", path, body=form("Other"), Idempotency_Key="start-1")
    assert (reused.status, reused.code) == (409, "idempotency_key_reused")
    await server.restart()
    assert await server.start_chat("Hello", Idempotency_Key="start-1") == first
    assert len(server.state.contacts) == 1


# --- the customer goes ------------------------------------------------------------------------------


async def test_a_customer_who_leaves_while_waiting_has_abandoned(server: LiveServer) -> None:
    started = await server.start_chat()
    customer = await server.customer(started["token"])
    await customer.close()
    await server.until(lambda: not is_present(server, started["contact_id"]))
    server.later(GRACE_S)
    await server.until(lambda: server.contact(started["contact_id"]) is None)
    await server.parts.reading.interaction_log.wait_for(server.state.seq)
    row = await server.ask("GET", f"/api/v1/contacts/{started['contact_id']}", by="ada")
    assert row.body["interaction"]["outcome"] == "abandoned"
    late = await server.customer(started["token"])  # within 24 h the page learns what became of it
    assert (late.frames[-1]["state"], late.texts()) == ("closed", ["Hello"])


async def test_a_customer_who_returns_in_time_has_not(server: LiveServer) -> None:
    started = await server.start_chat()
    contact_id = started["contact_id"]
    customer = await server.customer(started["token"])
    arrived_at_ms = server.state.contacts[ContactId(contact_id)].arrived_at_ms
    customer.vanish()
    await server.until(lambda: not is_present(server, contact_id))
    await server.customer(started["token"])
    await server.until(lambda: is_present(server, contact_id))
    contact = server.contact(contact_id)
    assert contact is not None
    assert (str(contact.state), contact.age_origin_ms) == ("waiting", arrived_at_ms)


async def test_one_of_two_windows_closing_means_nothing(server: LiveServer) -> None:
    started = await server.start_chat()
    first, second = [await server.customer(started["token"]) for _ in range(2)]
    await first.send({"type": "message", "message_id": "m1", "text": "seen in both"})
    await first.of("message")
    await second.of("message")
    await first.close()
    await second.send({"type": "message", "message_id": "m2", "text": "still here"})
    await second.of("message")
    assert is_present(server, started["contact_id"])


async def test_an_agent_sees_that_the_customer_has_left(server: LiveServer) -> None:
    contact_id, desk, customer = await server.conversation()
    await customer.close()
    gone = await desk.until(
        lambda frame: (
            frame["type"] == "desk"
            and frame["desk"]["assignments"]
            and not frame["desk"]["assignments"][0]["is_customer_present"]
        )
    )
    assert gone["desk"]["assignments"][0]["state"] == "connected"
    await server.customer(token_of(server, contact_id))
    await desk.until(
        lambda frame: (
            frame["type"] == "desk" and frame["desk"]["assignments"][0]["is_customer_present"]
        )
    )


async def test_a_page_that_never_opens_its_socket_counts_as_gone(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.bootstrap.parts._NEW_CONTACT_MS", 100)
    started = await server.start_chat()
    await server.until(lambda: not is_present(server, started["contact_id"]))
    server.later(GRACE_S)
    await server.until(lambda: server.contact(started["contact_id"]) is None)


async def test_positions_are_told_and_never_get_worse(server: LiveServer) -> None:
    pages = [await server.customer((await server.start_chat())["token"]) for _ in range(3)]
    for number, page in enumerate(pages, 1):
        assert (await page.until(lambda frame: frame.get("position")))["position"] == number
    await pages[0].send({"type": "end"})
    assert (await pages[0].until(lambda frame: frame.get("state") == "closed"))["position"] is None
    seen = [await page.until(lambda frame: frame.get("position")) for page in pages[1:]]
    assert [(frame["position"], frame["state"]) for frame in seen] == [
        (1, "waiting"),
        (2, "waiting"),
    ]


# --- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        {"message_id": "m", "text": ""},
        {"message_id": "m", "text": "   "},
        {"message_id": "m", "text": "x" * 4_001},
        {"message_id": "", "text": "x"},
        {"message_id": "m" * 65, "text": "x"},
    ],
)
async def test_a_message_out_of_bounds_is_refused_and_the_chat_goes_on(
    server: LiveServer, message: dict[str, str]
) -> None:
    started = await server.start_chat()
    customer = await server.customer(started["token"])
    await customer.send({"type": "message", **message})
    refused = await customer.of("refused")
    assert (refused["code"], refused["message_id"]) == ("request_invalid", message["message_id"])
    await customer.send({"type": "message", "message_id": "good", "text": "still open"})
    assert (await customer.of("message"))["message"]["text"] == "still open"


async def test_a_chat_that_is_over_takes_no_more(server: LiveServer) -> None:
    started = await server.start_chat()
    customer = await server.customer(started["token"])
    await customer.send({"type": "end"})
    await customer.until(lambda frame: frame.get("state") == "closed")
    await customer.send({"type": "message", "message_id": "late", "text": "one more thing"})
    assert (await customer.of("refused"))["code"] == "contact_unknown"
    await customer.send({"type": "end"})
    assert (await customer.of("refused"))["code"] == "contact_unknown"
    await customer.send({"type": "typing"})  # nobody is there to see it
    await customer.send({"type": "message", "message_id": "x", "text": "y"})
    assert (await customer.of("refused"))["message_id"] == "x"


async def test_a_full_queue_turns_away_and_the_customer_is_told_why(server: LiveServer) -> None:
    for _ in range(3):
        await server.start_chat()
    started = await server.start_chat()
    assert len(server.state.contacts) == 3
    customer = await server.customer(started["token"])
    told = customer.frames[-1]
    assert (told["state"], told["turned_away"]) == ("closed", "full")
    await server.stop()
    await server.start()
    shown = await server.ask("GET", f"/api/v1/contacts/{started['contact_id']}", by="ada")
    row = shown.body["interaction"]
    assert (row["outcome"], row["disposition_id"]) == ("turned_away", "none_full")
    again = await server.customer(started["token"])
    assert again.frames[-1]["turned_away"] == "full", "the interaction log knows it too"


async def test_newcomers_of_a_closed_queue_are_told_what_the_supervisor_says(
    server: LiveServer,
) -> None:
    widget = "/api/v1/chat/widgets/shop"
    fire = {"en": "We had a fire.", "zh": "我们这里着火了。"}
    close = "/api/v1/queues/sales/close"
    await server.ask("POST", close, by="ada", body={"message": fire})
    assert (await server.ask("GET", widget)).body["closed_message"] == fire
    started = await server.start_chat()
    customer = await server.customer(started["token"])
    told = customer.frames[-1]
    assert (told["state"], told["turned_away"], told["closed_message"]) == (
        "closed",
        "closed",
        fire,
    )
    await server.restart()
    await server.ask("GET", f"/api/v1/contacts/{started['contact_id']}", by="ada")  # the log has it
    again = await server.customer(started["token"])
    assert again.frames[-1]["closed_message"] == fire
    assert (await server.ask("GET", widget)).body["closed_message"] == fire
    queue_id = QueueId("sales")
    said = server.parts.closed_messages.closed_message
    assert (said(queue_id, "zh-CN"), said(queue_id, "de")) == (fire["zh"], fire["en"])
    await server.ask("POST", "/api/v1/queues/sales/open", by="ada", body={})
    assert (await server.ask("GET", widget)).body["closed_message"] is None
    assert said(queue_id, "en") is None


async def test_a_customer_who_waits_is_told_when_the_queue_is_emptied(server: LiveServer) -> None:
    started = await server.start_chat()
    customer = await server.customer(started["token"])
    queue_id = next(iter(server.state.contacts.values())).queue_id
    flush = FlushQueue(queue_id, Destination(), UserId("sue"))
    await server.parts.host.submit(Envelope(flush, "flush"))
    told = await customer.until(lambda frame: frame.get("state") == "closed")
    assert told["turned_away"] == "flushed"


async def test_what_was_handed_on_is_wrapped_up_and_its_customer_heard_by_nobody_else(
    server: LiveServer,
) -> None:
    contact_id, desk, customer = await server.conversation()
    held = server.contact(contact_id)
    assert held is not None
    other = next(one for one in server.state.queues if one != held.queue_id)
    transfer = TransferContact(held.contact_id, to_queue_id=other, agent_id=held.agent_id)
    await server.parts.host.submit(Envelope(transfer, "transfer"))
    wraps = await desk.until(
        lambda frame: (
            frame["type"] == "desk"
            and [one["state"] for one in frame["desk"]["assignments"]] == ["wrap_up"]
        )
    )
    card = wraps["desk"]["assignments"][0]
    assert (card["contact_id"], card["is_ended_by_customer"]) == (contact_id, False)
    assert (await customer.until(lambda frame: frame.get("state") == "waiting"))["agent_name"] == ""
    path = f"/api/v1/contacts/{contact_id}/wrap-up"
    longer = await server.ask("POST", f"{path}/extend", by="ann", body={})
    assert longer.body["until_ms"] > card["wrap_up_until_ms"]
    await customer.send({"type": "end"})
    await server.until(lambda: server.contact(contact_id) is None)
    done = await server.ask("POST", path, by="ann", body={"disposition_id": "solved", "notes": ""})
    assert done.status == 200
    await desk.until(lambda frame: frame["type"] == "desk" and not frame["desk"]["assignments"])


async def test_too_many_chats_from_one_address(tmp_path: Path) -> None:
    async with live_server(tmp_path, chats_per_minute=2) as server:
        for _ in range(2):
            await server.start_chat()
        path = "/api/v1/chat/widgets/faq/contacts"
        refused = await server.ask("POST", path, body=form())
        assert (refused.status, refused.code) == (429, "chat_throttled")
        assert int(refused.headers["Retry-After"]) > 0
        assert len(server.state.contacts) == 2


async def test_behind_a_listed_proxy_each_caller_has_a_bound_of_its_own(tmp_path: Path) -> None:
    proxies = frozenset({"127.0.0.1/32"})
    async with live_server(tmp_path, chats_per_minute=1, trusted_proxies=proxies) as server:
        for address in ("203.0.113.1", "203.0.113.2"):
            await server.start_chat(X_Forwarded_For=address)
        # What a caller writes itself stands to the left of what the proxy appends.
        said = "198.51.100.7, 203.0.113.2"
        path = "/api/v1/chat/widgets/shop/contacts"
        refused = await server.ask("POST", path, body=form(), X_Forwarded_For=said)
        assert (refused.status, refused.code) == (429, "chat_throttled")
        assert (await server.ask("GET", "/metrics", X_Forwarded_For="127.0.0.1")).status == 404
        await server.ready_desk("ann")  # sockets, too


async def test_nobody_elses_word_of_the_caller_is_believed(tmp_path: Path) -> None:
    async with live_server(tmp_path, chats_per_minute=1) as server:
        await server.start_chat(X_Forwarded_For="203.0.113.1")
        path = "/api/v1/chat/widgets/shop/contacts"
        refused = await server.ask("POST", path, body=form(), X_Forwarded_For="203.0.113.2")
        assert (refused.status, refused.code) == (429, "chat_throttled")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": ""}, "$.name"),
        ({"name": "x" * 81}, "$.name"),
        ({"email": "x" * 201}, "$.email"),
        ({"language": "klingon"}, "$.language"),
        ({"text": ""}, "$.text"),
        ({"text": "x" * 4_001}, "$.text"),
    ],
)
async def test_a_form_out_of_bounds(server: LiveServer, change: dict[str, str], path: str) -> None:
    url = "/api/v1/chat/widgets/shop/contacts"
    refused = await server.ask("POST", url, body=form(**change))
    assert (refused.status, refused.body["error"]["path"]) == (422, path)
    assert not server.state.contacts


@pytest.mark.parametrize("change", [{"name": "   "}, {"text": " \n "}])
async def test_a_form_of_blanks_is_empty(server: LiveServer, change: dict[str, str]) -> None:
    url = "/api/v1/chat/widgets/shop/contacts"
    refused = await server.ask("POST", url, body=form(**change))
    assert (refused.status, refused.code) == (422, "request_invalid")
    assert not server.state.contacts


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/contacts")])
async def test_an_unknown_widget(server: LiveServer, method: str, path: str) -> None:
    body = form() if method == "POST" else None
    answer = await server.ask(method, f"/api/v1/chat/widgets/none{path}", body=body)
    assert (answer.status, answer.code) == (404, "widget_unknown")


# --- other sites' pages -----------------------------------------------------------------------------


async def test_a_listed_site_may_embed_the_widget(server: LiveServer) -> None:
    url = "/api/v1/chat/widgets/shop"
    for method, path, body in (
        ("GET", url, None),
        ("OPTIONS", url, None),
        ("OPTIONS", f"{url}/contacts", None),
        ("POST", f"{url}/contacts", form()),
        ("POST", f"{url}/contacts", form(name="")),
    ):
        answer = await server.ask(method, path, body=body, Origin=SHOP)
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers["Vary"] == "Origin"
    preflight = await server.ask("OPTIONS", f"{url}/contacts", Origin=SHOP)
    assert preflight.status == 204
    assert "Idempotency-Key" in preflight.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("widget", "origin"),
    [("shop", "https://evil.example"), ("shop", "null"), ("faq", SHOP), ("none", SHOP)],
)
async def test_other_sites_may_not(server: LiveServer, widget: str, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        answer = await server.ask(method, f"/api/v1/chat/widgets/{widget}", Origin=origin)
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_listed_site_may_nothing_else(server: LiveServer) -> None:
    answer = await server.ask("GET", "/api/v1/session", by="ann", Origin=SHOP)
    assert "Access-Control-Allow-Origin" not in answer.headers


def token_of(server: LiveServer, contact_id: str) -> str:
    """What the page of this contact keeps."""
    return ChatTokens((server.settings.data_dir / "secret.key").read_bytes()).token_of(
        ContactId(contact_id)
    )


def is_present(server: LiveServer, contact_id: str) -> bool:
    """Whether the engine believes that the customer is there."""
    contact = server.contact(contact_id)
    return contact is not None and contact.is_customer_present


async def test_under_pressure_newcomers_are_told_so_and_conversations_go_on(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact_id, desk, customer = await server.conversation("ann")
    monkeypatch.setattr(server.parts.pressure, "note", lambda _late_ms, **_: None)
    server.parts.pressure.is_high = True
    path = "/api/v1/chat/widgets/shop/contacts"
    refused = await server.ask("POST", path, body=form("Me too"), Idempotency_Key="me")
    assert (refused.status, refused.code) == (503, "overloaded")
    assert int(refused.headers["Retry-After"]) > 0
    await customer.send({"type": "message", "message_id": "m1", "text": "Are you there?"})
    await desk.until(lambda frame: frame["type"] == "message" and frame["contact_id"] == contact_id)
    server.parts.pressure.is_high = False
    taken = await server.ask("POST", path, body=form("Me too"), Idempotency_Key="me")
    assert taken.status == 201
