"""Two routers, two gateways and a worker: people are served across them, and go on being served when one dies.

One cluster for all tests, in the order in which they stand. Nothing is asserted at once that another process does: each
test waits for it.
"""

import asyncio
import functools
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from loadtests.call_bench import CONNECTION, KEY, NUMBERS, telephony
from loadtests.clients import AgentClient, CustomerClient
from loadtests.cluster import Cluster, until
from loadtests.demo_mails import post
from loadtests.demo_texts import draw_customer
from loadtests.http_link import HTTPLink, Json
from loadtests.roving_link import RovingLink
from loadtests.server_process import DEMO_PASSWORD, REPOSITORY, free_port
from loadtests.smtp_sink import Sink
from loadtests.softpbx.exchange import Exchange, Plan
from loadtests.softpbx.people import Temper
from loadtests.softpbx.serving import at_work

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

WITHIN_S = 40.0
PATIENT = ("-m", "tests.cluster.patient_router")
WIDGET = "/api/v1/chat/widgets/help/contacts"
OPENING = {"name": "Eva", "email": "eva@example.com", "language": "en", "text": "Hello"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(
    tmp_path_factory: pytest.TempPathFactory, pbx_port: int
) -> AsyncIterator[Cluster]:
    """All of it, up."""
    sink = Sink()
    port, _ = await sink.start()
    environment = {
        "CC_CHATS_PER_MINUTE": "10000",
        "CC_SMTP_OUT_PORT": str(port),
        "CC_TELEPHONY": telephony(pbx_port),
    }
    try:
        folder = tmp_path_factory.mktemp("cluster")
        async with Cluster(folder, environment=environment, router_launcher=PATIENT) as running:
            yield running
    finally:
        await sink.stop()


@pytest.fixture(scope="module")
def pbx_port() -> int:
    """Where the phone system takes commands, while there is one."""
    return free_port()


@asynccontextmanager
async def agent_at(url: str, *more: str, who: str = "anna") -> AsyncIterator[AgentClient]:
    """Anna, or whoever, with a desk open at a gateway, ready; at the next one when that is gone."""
    async with RovingLink((url, *more)) as link:
        agent = AgentClient(link)
        await agent.log_in(who, DEMO_PASSWORD)
        desk = asyncio.create_task(agent.run())
        try:
            assert await agent.until(lambda: bool(_own(agent)), WITHIN_S)
            # The desk of the test before may still be shown as open, or as closed: being ready goes through all the same.
            ready = await agent.set_state("ready")
            assert ready.is_done, ready.body
            assert await agent.until(lambda: _own(agent)["state"] == "ready", WITHIN_S)
            yield agent
        finally:
            await agent.stop()
            desk.cancel()
            await asyncio.gather(desk, return_exceptions=True)


@asynccontextmanager
async def customer_at(url: str, *more: str, widget: str = "help") -> AsyncIterator[CustomerClient]:
    """Somebody who has begun a chat at a gateway."""
    async with RovingLink((url, *more)) as link:
        customer = CustomerClient(link)
        started = await customer.start(widget, **OPENING)
        assert started.status == 201, started.body
        window = asyncio.create_task(customer.run())
        try:
            yield customer
        finally:
            await customer.stop()
            window.cancel()
            await asyncio.gather(window, return_exceptions=True)


def _is_asked_more(customer: CustomerClient, than: int) -> bool:
    return customer.asked > than


def _own(agent: AgentClient) -> Json:
    card: Json = agent.desk.get("agent") or {}
    return card


def _cards(agent: AgentClient, contact_id: str, state: str) -> list[Json]:
    return [
        card
        for card in agent.desk.get("assignments", ())
        if card["contact_id"] == contact_id and card["state"] == state
    ]


async def take(agent: AgentClient, contact_id: str) -> None:
    """Accept the contact when it is offered."""

    def offers() -> list[Json]:
        return [one for one in agent.desk.get("offers", ()) if one["contact_id"] == contact_id]

    assert await agent.until(lambda: bool(offers()), WITHIN_S)
    accepted = await agent.accept(offers()[0]["offer_id"])
    assert accepted.is_done, accepted.body
    assert await agent.until(lambda: bool(_cards(agent, contact_id, "connected")), WITHIN_S)


async def finish(agent: AgentClient, contact_id: str, disposition_id: str = "solved") -> None:
    """End it and wrap up."""
    assert (await agent.end(contact_id)).is_done
    assert await agent.until(lambda: bool(_cards(agent, contact_id, "wrap_up")), WITHIN_S)
    wrapped = await agent.wrap_up(contact_id, disposition_id, "All well")
    assert wrapped.is_done, wrapped.body


async def test_a_chat_passes_through_both_gateways_from_the_first_word_to_the_record(
    cluster: Cluster,
) -> None:
    here, there = (gateway.url for gateway in cluster.gateways)
    async with agent_at(there) as agent, customer_at(here) as customer:
        contact_id = customer.contact_id
        await take(agent, contact_id)

        # A sign of typing may be lost, and is given again as long as somebody types.
        async def customer_is_seen_typing() -> bool:
            await customer.typing()
            return await agent.until(lambda: agent.typing_seen[contact_id] > 0, 2)

        async def agent_is_seen_typing() -> bool:
            await agent.send({"type": "typing", "contact_id": contact_id})
            return await customer.until(lambda: customer.typing_seen > 0, 2)

        assert await until(customer_is_seen_typing, WITHIN_S)
        assert await until(agent_is_seen_typing, WITHIN_S)
        await customer.say("Is anybody there?")
        assert await customer.until(lambda: not customer.owed, WITHIN_S)
        assert await agent.until(lambda: len(agent.seen_seqs[contact_id]) == 2, WITHIN_S)
        assert (await agent.reply(contact_id, "Yes")).is_done
        assert await customer.until(lambda: len(customer.transcript) == 3, WITHIN_S)
        assert [line["text"] for _, line in sorted(customer.transcript.items())] == [
            "Hello",
            "Is anybody there?",
            "Yes",
        ]
        await finish(agent, contact_id)
        assert await customer.until(lambda: customer.is_closed, WITHIN_S)

        async def is_recorded() -> bool:
            seen = await agent.link.read(f"/api/v1/contacts/{contact_id}")
            return bool(seen["interaction"]["disposition_id"] == "solved")

        assert await until(is_recorded)


async def test_a_mail_is_answered_at_a_gateway_and_its_card_says_what_became_of_it(
    cluster: Cluster,
) -> None:
    owner = await cluster.until_owned()
    async with agent_at(cluster.gateways[1].url) as agent:
        await post(draw_customer(random.Random(7)), "sales", owner.smtp_port)
        assert await agent.until(lambda: bool(agent.desk["offers"]), WITHIN_S)
        contact_id = agent.desk["offers"][0]["contact_id"]
        await take(agent, contact_id)
        path = f"/api/v1/contacts/{contact_id}/mails"
        reply = (await agent.link.read(path))["reply"]
        to = [one["address"] for one in reply["to"]]
        mail = {"to": to, "subject": reply["subject"], "text": "Yes", "ends_contact": False}
        answered = await agent.link.command("POST", path, mail)
        assert answered.is_done, answered.body

        def revision() -> int:
            cards = _cards(agent, contact_id, "connected")
            return int(cards[0]["email"]["revision"]) if cards else 0

        # What came, what was written, and what the router alone knows: that it went out.
        assert await agent.until(lambda: revision() > 2, WITHIN_S)
        await finish(agent, contact_id, "information")


@asynccontextmanager
async def phones_at(port: int, url: str) -> AsyncIterator[Exchange]:
    """A phone system whose events come by a gateway: Anna's phone answers by itself, Bo's rings until somebody does."""
    patient = Temper(patience_ms=(600_000, 600_000), talk_ms=(600_000, 600_000), presses=0.0)
    plan = Plan(
        events_url=f"{url}/telephony/v1/{CONNECTION}/events",
        secret=KEY,
        numbers=(NUMBERS,),
        phones={"1001": "answers", "1002": "hand"},
        seed=1,
        play_ms=10,
        temper=patient,
    )
    exchange = Exchange(plan)
    async with at_work(exchange, port):
        yield exchange


def _asked(agent: AgentClient) -> list[tuple[str, str, str]]:
    """What colleagues ask by phone: who, how it stands, how it ended."""
    told = agent.desk.get("asked", ())
    return [(one["asker_name"], one["state"], one["ended_as"]) for one in told]


async def test_whom_a_colleague_asks_by_phone_sees_it_at_a_gateway(
    cluster: Cluster, pbx_port: int
) -> None:
    here, there = (gateway.url for gateway in cluster.gateways)
    async with phones_at(pbx_port, here) as phones, agent_at(here) as anna:
        caller = phones.crowd.somebody_calls("+49301234567", NUMBERS, phones.now_ms())
        phones.touched()
        assert await anna.until(lambda: bool(anna.desk.get("assignments")), WITHIN_S)
        contact_id = anna.desk["assignments"][0]["contact_id"]
        assert await anna.until(lambda: bool(_cards(anna, contact_id, "connected")), WITHIN_S)
        async with agent_at(there, who="bo") as bo:
            path = f"/api/v1/contacts/{contact_id}/call/consult"
            wish = await anna.link.command("POST", path, {"agent_id": bo.agent_id})
            assert wish.is_done, wish.body
            assert await bo.until(lambda: _asked(bo) == [("Anna Berg", "ringing", "")], WITHIN_S)

            async def rings() -> bool:
                return phones.switch.live_leg_of("1002") is not None

            assert await until(rings, WITHIN_S)
            leg = phones.switch.live_leg_of("1002")
            assert leg is not None
            phones.switch.pick_up(leg, phones.now_ms())
            phones.touched()
            assert await bo.until(lambda: _asked(bo) == [("Anna Berg", "colleague", "")], WITHIN_S)
            phones.switch.put_down(leg, phones.now_ms())
            phones.touched()
            assert await bo.until(lambda: [one[1] for one in _asked(bo)] == ["ended"], WITHIN_S)
        phones.switch.caller_leaves(caller, phones.now_ms())
        phones.touched()
        assert await anna.until(lambda: bool(_cards(anna, contact_id, "wrap_up")), WITHIN_S)
        wrapped = await anna.wrap_up(contact_id, "information", "")
        assert wrapped.is_done, wrapped.body


async def test_whoever_opens_a_desk_in_the_moment_another_closes_is_made_ready(
    cluster: Cluster,
) -> None:
    here, there = (gateway.url for gateway in cluster.gateways)
    for number in range(6):
        # Each begins without a word of the one before having come to an end anywhere.
        async with agent_at(*((here, there) if number % 2 else (there, here))) as agent:
            assert _own(agent)["state"] == "ready"


async def test_failed_log_ins_count_at_all_gateways_together(cluster: Cluster) -> None:
    wrong = {"username": "nobody", "password": "a wrong guess"}
    refused = list[tuple[int, str]]()
    for number in range(6):
        async with HTTPLink(cluster.gateways[number % 2].url) as link:
            answer = await link.request("POST", "/api/v1/session", wrong)
        refused.append((answer.status, answer.code))
    assert refused == [(401, "login_failed")] * 5 + [(429, "login_throttled")]


async def test_a_route_that_only_the_router_knows_is_passed_on(cluster: Cluster) -> None:
    async with HTTPLink(cluster.gateways[0].url) as link:
        await AgentClient(link).log_in("ada", DEMO_PASSWORD)
        assert "articles" in await link.read("/api/v1/articles")
        refused = await link.request("GET", "/api/v1/cases/no-such-case")
        assert (refused.status, refused.code) == (404, "case_unknown")


async def test_a_widget_with_a_flow_asks_its_questions_through_a_gateway(cluster: Cluster) -> None:
    here, there = (gateway.url for gateway in cluster.gateways)
    async with agent_at(there) as agent, customer_at(here, widget="guide") as customer:
        for key in ("2", "1"):
            is_next = functools.partial(_is_asked_more, customer, customer.asked)
            assert await customer.until(is_next, WITHIN_S)
            await customer.choose(key)
        await take(agent, customer.contact_id)
        await customer.say("Here I am")
        assert await agent.until(lambda: len(agent.seen_seqs[customer.contact_id]) >= 2, WITHIN_S)
        await finish(agent, customer.contact_id, "information")
        assert await customer.until(lambda: customer.is_closed, WITHIN_S)


async def test_a_killed_router_is_taken_over_and_a_repeated_command_is_done_once(
    cluster: Cluster,
) -> None:
    here, there = (gateway.url for gateway in cluster.gateways)
    first = await cluster.until_owned()
    async with agent_at(here) as agent, customer_at(there) as customer:
        contact_id = customer.contact_id
        await take(agent, contact_id)
        path, key = f"/api/v1/contacts/{contact_id}/messages", agent.link.new_key()
        before = await agent.link.request("POST", path, {"text": "once"}, key)
        assert before.status == 200
        await first.kill()
        # Held until the other router decides, or refused as paused and asked again: either way done once.
        assert (await agent.reply(contact_id, "said meanwhile")).is_done
        again = await agent.link.request("POST", path, {"text": "once"}, key)
        assert (again.status, again.body) == (200, before.body)
        assert await cluster.until_owned(beside=first) is not first
        await customer.say("Still there?")
        assert await agent.until(lambda: len(agent.seen_seqs[contact_id]) == 4, WITHIN_S)
        assert await customer.until(lambda: len(customer.transcript) == 4, WITHIN_S)
        texts = [line["text"] for _, line in sorted(customer.transcript.items())]
        assert texts == ["Hello", "once", "said meanwhile", "Still there?"]
        await finish(agent, contact_id)
    await first.spawn()


async def test_an_emptied_redis_loses_nothing(cluster: Cluster) -> None:
    here, there = (gateway.url for gateway in cluster.gateways)
    async with agent_at(here) as agent, customer_at(there) as customer:
        owner = await cluster.until_owned()
        assert await cluster.redis.say("FLUSHALL") == b"+OK"
        await take(agent, customer.contact_id)
        await cluster.redis.kill()
        said = asyncio.create_task(agent.reply(customer.contact_id, "Said without Redis"))
        await cluster.redis.start()
        assert (await said).is_done
        assert await customer.until(lambda: len(customer.transcript) == 2, WITHIN_S)
        assert await cluster.until_owned() is owner
        await finish(agent, customer.contact_id)


async def test_a_router_that_slept_past_its_lease_writes_nothing_and_exits(
    cluster: Cluster,
) -> None:
    here, there = (gateway.url for gateway in cluster.gateways)
    async with agent_at(here) as agent, customer_at(there) as customer:
        asleep = await cluster.until_owned()
        asleep.pause()
        try:
            await take(agent, customer.contact_id)
            await finish(agent, customer.contact_id)
            assert await cluster.until_owned(beside=asleep) is not asleep
        finally:
            asleep.resume()
        assert await asleep.until_ended(WITHIN_S)
        assert "Giving up" in asleep.output()


async def test_a_gateway_that_dies_leaves_its_desks_to_the_other(cluster: Cluster) -> None:
    dying, staying = cluster.gateways
    async with agent_at(dying.url, staying.url) as agent, customer_at(staying.url) as customer:
        await take(agent, customer.contact_id)
        await customer.say("one")
        assert await agent.until(lambda: len(agent.seen_seqs[customer.contact_id]) == 2, WITHIN_S)
        await dying.kill()
        await customer.say("two")
        assert await agent.until(lambda: len(agent.seen_seqs[customer.contact_id]) == 3, WITHIN_S)
        assert _cards(agent, customer.contact_id, "connected")
        await finish(agent, customer.contact_id)


async def test_without_any_router_a_gateway_says_so_and_the_journal_is_whole(
    cluster: Cluster, tmp_path: Path
) -> None:
    here = cluster.gateways[1]
    for router in cluster.routers:
        await router.kill()
    async with HTTPLink(here.url) as link:

        async def is_paused() -> bool:
            ready = await link.request("GET", "/readyz")
            return bool(ready.body["reasons"] == ["routing_paused"])

        assert await until(is_paused)
        refused = await link.request("POST", WIDGET, OPENING, link.new_key())
        assert (refused.status, refused.code) == (503, "routing_paused")
        passed_on = await link.request("GET", "/api/v1/cases/no-such-case")
        assert (passed_on.status, passed_on.code) == (503, "routing_paused")
    verify = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "callcenter", "journal", "verify", "--data-dir", str(tmp_path)),
        cwd=REPOSITORY,
        env={**os.environ, "CC_DATABASE_URL": cluster.database_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await verify.communicate()
    assert verify.returncode == 0, said
    for one in cluster.processes:
        assert "Traceback" not in one.output(), one.output()[-3000:]
