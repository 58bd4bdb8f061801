"""The people of a chaos run: agents driven by their desks and customers who come whatever happens.

Nobody here knows when the server will die. Agents work on whatever their desk shows, customers follow their
script, both repeat what nobody answered; so a restart needs no special case, as it needs none for real people.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import aiohttp

from loadtests.clients import STRAIGHT_WIDGETS, AgentClient, CustomerClient
from loadtests.http_link import Answer, ClientFailure, HTTPLink, Json
from tests.chaos.history import Notes, Transcript
from tests.chaos.mails import Sent

PATIENCE_S = 45.0
TALK_S = (0.1, 0.5)

Work = Callable[[Json], Coroutine[Any, Any, None]]


class Crowd:
    """Everybody in one run, with what they were told and what became of their requests."""

    def __init__(
        self, url: str, cookies: Mapping[str, str], *, seed: int, notes: Notes, sent: Sent
    ) -> None:
        self.url = url
        self.sent = sent
        self.notes = notes
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self.agents: list[Agent] = []
        self.arrived = 0
        self.dispositions: dict[str, list[str]] = {}
        self.widgets: list[str] = []
        self._cookies = cookies
        self._draw = random.Random(seed)
        self._connector = aiohttp.TCPConnector(limit=0)
        self._tasks: set[asyncio.Task[None]] = set()
        self._customers: set[asyncio.Task[None]] = set()

    def link(self, cookie: str | None = None) -> HTTPLink:
        """A new caller's way to the server."""
        seed = self._draw.getrandbits(32)
        return HTTPLink(self.url, seed=seed, cookie=cookie, connector=self._connector)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work whose failure is noted, not raised."""
        self._keep(self._tasks, work)

    def _keep(self, where: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self.guarded(work))
        where.add(task)
        task.add_done_callback(where.discard)

    async def guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do work whose failure is noted, not raised."""
        try:
            await work
        except (ClientFailure, aiohttp.ClientError, OSError, KeyError, ValueError) as failure:
            self.failures.append(f"{type(failure).__name__}: {failure}")

    def count(self, verb: str, answer: Answer) -> Answer:
        """Remember how a request ended."""
        code = answer.code or ("repeated" if answer.attempts > 1 else "done")
        self.answers[f"{verb} {answer.status} {code}"] += 1
        if answer.status >= 500:
            self.failures.append(f"{verb} was answered {answer.status} {answer.code}")
        return answer

    async def open(self) -> None:
        """Every agent at the desk and ready."""
        for cookie in self._cookies.values():
            agent = Agent(self, self.link(cookie), random.Random(self._draw.getrandbits(32)))
            self.agents.append(agent)
        configuration = await self.agents[0].client.link.read("/api/v1/configuration")
        self.widgets = list(STRAIGHT_WIDGETS)
        self.dispositions = {
            queue["queue_id"]: queue["disposition_ids"] for queue in configuration["queues"]
        }
        await asyncio.gather(*(agent.sit_down() for agent in self.agents))

    async def arrive(self, per_s: float, stopping: asyncio.Event) -> None:
        """Customers come at random until `stopping`, busy server or dead."""
        due_s = time.monotonic()
        while not stopping.is_set():
            due_s += self._draw.expovariate(per_s)
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            self.arrived += 1
            visit = Visit(self, self.arrived, random.Random(self._draw.getrandbits(32)))
            self._keep(self._customers, visit.run())

    async def drain(self, deadline_s: float) -> int:
        """Wait until every customer is done and no contact is open; returns how many are left."""
        if self._customers:
            await asyncio.wait(self._customers, timeout=deadline_s)
        left = len(self._customers)
        end_s = time.monotonic() + max(5.0, deadline_s / 2)
        still_open = await self._open_contacts()
        while still_open and time.monotonic() < end_s:
            await asyncio.sleep(0.1)
            still_open = await self._open_contacts()
        return left + still_open

    async def lose_an_agent(self) -> None:
        """One of the agents is gone for good; never the first, who looks at the board in the end."""
        await self._draw.choice(self.agents[1:]).leave()

    async def _open_contacts(self) -> int:
        """As the queue board has it."""
        board = await self.agents[0].client.link.read("/api/v1/queues")
        stages = ("waiting", "offered", "connected", "wrap_up")
        return sum(int(line[stage]) for line in board["queues"] for stage in stages)

    async def close(self) -> None:
        """Everybody goes home."""
        for agent in self.agents:
            agent.is_working = False
            await agent.client.stop()
            for contact_id, seqs in agent.client.seen_seqs.items():
                reader = agent.client.agent_id
                transcript = Transcript(reader, contact_id, frozenset(seqs), False)
                self.notes.transcripts.append(transcript)
        everybody = [*self._customers, *self._tasks]
        for task in everybody:
            task.cancel()
        await asyncio.gather(*everybody, return_exceptions=True)
        for agent in self.agents:
            await agent.client.link.http.close()
        await self._connector.close()


class Agent:
    """A quick agent: whatever lies on the desk is worked on, once."""

    def __init__(self, crowd: Crowd, link: HTTPLink, draw: random.Random) -> None:
        self.client = AgentClient(link, crowd.notes.take)
        self.client.on_desk = self._look
        self.is_working = True
        self._crowd = crowd
        self._draw = draw
        self._begun: set[tuple[str, ...]] = set()
        self._work: dict[str, Work] = {
            "chat": self._talk,
            "voice": self._call,
            "email": self._mail,
            "task": self._task,
        }
        self._lines = 0

    async def sit_down(self) -> None:
        """Open the desk and be ready."""
        await self.client.recall()
        self._crowd.begin(self.client.run())
        await self.client.until(self._is_present, 20)
        self._crowd.count("ready", await self.client.set_state("ready"))

    def _is_present(self) -> bool:
        return bool(self.client.desk and self.client.desk["agent"]["is_present"])

    def _look(self) -> None:
        if not self.is_working:
            return
        desk = self.client.desk
        for offer in desk["offers"]:
            self._begin(("offer", offer["offer_id"]), self._answer, offer)
        for card in desk["assignments"]:
            key = (card["state"], card["contact_id"], str(card["connected_at_ms"]))
            work = self._wrap_up if card["state"] == "wrap_up" else self._work[card["channel"]]
            self._begin(key, work, card)
        state = desk["agent"]["state"]
        if state != "ready" and self._is_present() and desk["agent"]["next_state"] is None:
            self._begin(("ready", str(desk["agent"]["state_since_ms"])), self._return, {})

    def _begin(self, key: tuple[str, ...], work: Work, card: Json) -> None:
        if key not in self._begun:
            self._begun.add(key)
            self._crowd.begin(work(card))

    async def leave(self) -> None:
        """Close the laptop without a word and never come back; whatever was in hand stays as it is."""
        self.is_working = False
        await self.client.stop()

    async def _wait(self, least_s: float, most_s: float) -> bool:
        """Take some time; False when the agent has left meanwhile."""
        await asyncio.sleep(self._draw.uniform(least_s, most_s))
        return self.is_working

    async def _return(self, _card: Json) -> None:
        if not await self._wait(0.05, 0.2):
            return
        self._crowd.count("ready", await self.client.set_state("ready"))

    async def _answer(self, offer: Json) -> None:
        if not await self._wait(0, 0.15):
            return
        mood = self._draw.random()
        if offer["channel"] == "voice" and mood < 0.6:
            return  # the phone is answered, or not
        if mood < 0.02:
            return  # the offer rings out
        if mood < 0.05:
            self._crowd.count("reject", await self.client.reject(offer["offer_id"]))
            return
        self._crowd.count("accept", await self.client.accept(offer["offer_id"]))

    async def _talk(self, card: Json) -> None:
        contact_id = card["contact_id"]
        if self._draw.random() < 0.08 and await self._wait(*TALK_S) and await self._hand_on(card):
            return
        for _ in range(self._draw.randint(1, 2)):
            if not await self._wait(*TALK_S):
                return
            self._lines += 1
            text = f"{self.client.agent_id} line {self._lines} {self._draw.getrandbits(40):010x}"
            answer = self._crowd.count("reply", await self.client.reply(contact_id, text))
            if not answer.is_done:
                return
        if not await self._wait(0, 0.2):
            return
        self._crowd.count("end", await self.client.end(contact_id))

    async def _call(self, card: Json) -> None:
        contact_id = card["contact_id"]
        if not await self._wait(0.05, 0.4):
            return
        if self._draw.random() < 0.3:
            for is_held in (True, False):
                answer = await self.client.hold(contact_id, is_held=is_held)
                self._crowd.count("hold", answer)
                if not await self._wait(0.05, 0.2):
                    return
        if self._draw.random() < 0.3 and await self._hand_on(card):
            return
        if self._draw.random() < 0.3:
            self._crowd.count("hang up", await self.client.hang_up(contact_id))

    async def _hand_on(self, card: Json) -> bool:
        """To any queue, or to any colleague, there or not."""
        if self._draw.random() < 0.5:
            queue_id = self._draw.choice(list(self._crowd.dispositions))
            answer = await self.client.transfer(card["contact_id"], queue_id=queue_id)
        else:
            colleague = self._draw.choice(self._crowd.agents).client.agent_id
            answer = await self.client.transfer(card["contact_id"], agent_id=colleague)
        return self._crowd.count("transfer", answer).is_done

    async def _mail(self, card: Json) -> None:
        """Read, answer and close in one go."""
        if card["state"] != "connected" or not await self._wait(0.1, 0.5):
            return
        path = f"/api/v1/contacts/{card['contact_id']}/mails"
        thread = await self.client.link.command("GET", path)
        if not thread.is_done or thread.body["reply"] is None:
            return
        line = f"answer of {self.client.agent_id} {self._draw.getrandbits(48):012x}"
        body = {
            "to": [one["address"] for one in thread.body["reply"]["to"]],
            "subject": thread.body["reply"]["subject"],
            "text": line,
            "ends_contact": True,
        }
        answer = self._crowd.count("mail", await self.client.link.command("POST", path, body))
        if answer.is_done:
            self._crowd.sent.answers.append((card["contact_id"], line))

    async def _task(self, card: Json) -> None:
        """Speak with whoever may buy: half of them will not, the others are asked again some day."""
        contact_id = card["contact_id"]
        if not await self._wait(0.05, 0.3):
            return
        if self._draw.random() < 0.5:
            await self._lose(contact_id)
        self._crowd.count("end", await self.client.end(contact_id))

    async def _lose(self, contact_id: str) -> None:
        link = self.client.link
        told = await link.command("GET", f"/api/v1/contacts/{contact_id}/leads")
        for one in told.body["leads"] if told.is_done else ():
            path = f"/api/v1/leads/{one['lead']['lead_id']}/steps"
            step = {"step": "lose", "based_on": one["lead"]["version"], "text": "not now"}
            self._crowd.count("lead", await link.command("POST", path, step))

    async def _wrap_up(self, card: Json) -> None:
        if self._draw.random() < 0.02:
            return  # the wrap-up runs into its limit
        if not await self._wait(0, 0.1):
            return
        disposition = self._draw.choice(self._crowd.dispositions[card["queue_id"]])
        notes = f"notes {self._draw.getrandbits(48):012x}"
        answer = await self.client.wrap_up(card["contact_id"], disposition, notes)
        self._crowd.count("wrap-up", answer)


class Visit:
    """One customer: opening, a line or two, an end; some lose patience, some lose the connection."""

    def __init__(self, crowd: Crowd, number: int, draw: random.Random) -> None:
        self._crowd = crowd
        self._number = number
        self._draw = draw

    async def run(self) -> None:
        """From the first word until the server says it is over."""
        async with self._crowd.link() as link:
            client = CustomerClient(link, self._crowd.notes.take)
            answer = await client.start(
                self._draw.choice(self._crowd.widgets),
                name=f"Customer {self._number}",
                email="",
                language=self._draw.choice(("zh", "en")),
                text=self._text("opening"),
            )
            if not self._crowd.count("start", answer).is_done:
                return
            socket = asyncio.create_task(self._crowd.guarded(client.run()))
            try:
                await self._talk(client)
            finally:
                await client.stop()
                self._crowd.notes.transcripts.append(
                    Transcript(
                        "the customer", client.contact_id, frozenset(client.transcript), True
                    )
                )
                socket.cancel()
                await asyncio.gather(socket, return_exceptions=True)

    def _text(self, what: str) -> str:
        return f"{what} {self._number} {self._draw.getrandbits(48):012x}"

    async def _talk(self, client: CustomerClient) -> None:
        temper = self._draw.random()
        if temper < 0.06:
            await client.until(lambda: client.is_closed, self._draw.uniform(0.05, 0.8))
            await client.end()
        for number in range(self._draw.randint(1, 2)):
            await client.until(lambda: client.is_closed, self._draw.uniform(0.05, 0.4))
            if client.is_closed:
                break
            await client.say(self._text(f"line {number} of"))
            if 0.06 < temper < 0.12:
                client.drop()
        if 0.12 < temper < 0.15:
            return  # the page is closed for good
        if 0.15 < temper < 0.33:
            await client.until(lambda: client.state in {"connected", "closed"}, PATIENCE_S)
            await client.end()
        if not await client.until(lambda: client.is_closed, PATIENCE_S):
            text = (
                f"contact {client.contact_id} was {client.state or 'silent'} for {PATIENCE_S:.0f} s"
            )
            self._crowd.failures.append(text)
