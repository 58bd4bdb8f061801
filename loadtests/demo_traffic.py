"""Believable customers for the demo: `python -m loadtests.demo_traffic --url URL --data-dir DIR`.

About six chats a minute, and with `--smtp-port` some mails among them, in Chinese and English, over the same public
interfaces a browser or a mail server uses. Nobody new
comes while 20 people wait in a queue, or 3 with no agent logged in; what it needs to know for that it
reads as the supervisor of the demo. It ends by SIGTERM or Ctrl-C, or when the server is gone for a minute.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import smtplib
import time
from pathlib import Path

import aiohttp

from loadtests.clients import STRAIGHT_WIDGETS, AgentClient, CustomerClient
from loadtests.demo_mails import MAILBOX_OF, post
from loadtests.demo_texts import Customer, draw_customer
from loadtests.http_link import ClientFailure, HTTPLink, Json, Refused

SUPERVISOR = "sam"
WAITING_MAX = 20
WAITING_MAX_UNSTAFFED = 3
SERVER_GONE_S = 60.0
RETRY_S = 2.0
READING_S = (2.0, 6.0)
CHARACTERS_PER_S = {"zh": 3.0, "en": 7.0}
TYPING_MAX_S = 12.0
TAB_CLOSED_S = (4.0, 12.0)
SILENCE_S = 90.0
CHAT_MAX_S = 900.0
MAILS = 0.2
"""Share of the customers who write a mail."""


class Watch:
    """What the supervisor sees: may another customer come?"""

    def __init__(self, link: HTTPLink, password: str) -> None:
        self._person = AgentClient(link)
        self._link = link
        self._password = password
        self.widgets: list[Json] = []

    async def look(self) -> dict[str, Json]:
        """Queue id -> its line; logs in when needed. Raises ClientFailure when the server does not answer."""
        if not self._person.user:
            await self._person.log_in(SUPERVISOR, self._password)
            widgets = (await self._link.read("/api/v1/configuration", deadline_s=5))["widgets"]
            self.widgets = [one for one in widgets if one["widget_id"] in STRAIGHT_WIDGETS]
        try:
            board = await self._link.read("/api/v1/queues", deadline_s=5)
        except Refused:
            self._person.user = {}
            raise
        return {line["queue_id"]: line for line in board["queues"]}


def why_not(line: Json | None) -> str:
    """Why nobody should come to this queue now, or nothing."""
    if line is None:
        return ""
    waiting = int(line["waiting"])
    staff = sum(int(line[f"agents_{state}"]) for state in ("ready", "busy", "not_ready"))
    if waiting >= WAITING_MAX:
        return f"{waiting} customers are waiting already"
    if waiting >= WAITING_MAX_UNSTAFFED and staff == 0:
        return f"{waiting} customers are waiting and no agent is logged in"
    return ""


class Visit:
    """One customer from the first word to the last."""

    def __init__(self, url: str, customer: Customer, draw: random.Random) -> None:
        self.customer = customer
        self._draw = draw
        self._link = HTTPLink(url, seed=draw.getrandbits(32))
        self._client = CustomerClient(self._link)

    async def run(self, widget_id: str) -> None:
        """Chat; a server that goes away or says no ends the visit quietly."""
        customer = self.customer
        async with self._link:
            answer = await self._client.start(
                widget_id,
                name=customer.name,
                email=customer.email,
                language=customer.language,
                text=customer.story.opening,
            )
            if not answer.is_done:
                say(f"{customer.name} was turned away: {answer.code}")
                return
            say(f"{customer.name} ({customer.language}) writes: {customer.story.opening}")
            socket = asyncio.ensure_future(self._client.run())
            try:
                async with asyncio.timeout(CHAT_MAX_S):
                    await self._talk()
            except TimeoutError:
                await self._client.end()
            finally:
                await self._client.stop()
                socket.cancel()
                with contextlib.suppress(asyncio.CancelledError, ClientFailure):
                    await socket

    async def _talk(self) -> None:
        client, customer = self._client, self.customer
        is_answered = await client.until(self._is_answered, customer.patience_s)
        if not is_answered:
            await client.end()
            await client.until(lambda: client.is_closed, 10)
            return
        heard = 0
        for number, text in enumerate((*customer.story.follow_ups, customer.story.thanks)):
            heard = await self._listen(heard)
            if heard < 0 or client.is_closed:
                return
            if number == 1 and customer.closes_tab:
                await self._close_tab()
            await self._write(text)
        if customer.leaves_after:
            await asyncio.sleep(self._draw.uniform(*READING_S))
            await client.end()
        await client.until(lambda: client.is_closed, SILENCE_S)

    def _is_answered(self) -> bool:
        return self._client.state in {"connected", "closed"}

    def _agent_lines(self) -> int:
        return sum(1 for line in self._client.transcript.values() if line["author"] == "agent")

    async def _listen(self, heard: int) -> int:
        """Wait for the agent's next line; -1 when the customer has lost patience. Returns the lines heard."""
        client = self._client
        for is_last_try in (False, True):
            if await client.until(
                lambda: client.is_closed or self._agent_lines() > heard, SILENCE_S
            ):
                return self._agent_lines()
            if not is_last_try:
                await client.say(self.customer.nudge)
        await client.end()
        return -1

    async def _write(self, text: str) -> None:
        """Read, type visibly, send."""
        await asyncio.sleep(self._draw.uniform(*READING_S))
        left_s = min(TYPING_MAX_S, len(text) / CHARACTERS_PER_S[self.customer.language])
        while left_s > 0 and not self._client.is_closed:
            await self._client.typing()
            await asyncio.sleep(min(2.0, left_s))
            left_s -= 2.0
        if not self._client.is_closed:
            await self._client.say(text)
            await self._client.until(lambda: self._client.owed == 0, 10)

    async def _close_tab(self) -> None:
        """The tab is closed by mistake and opened again."""
        self._client.hold_off(self._draw.uniform(*TAB_CLOSED_S))
        self._client.drop()
        await self._client.until(lambda: self._client.is_open, 60)


def say(line: str) -> None:
    """One line of the report."""
    print(f"{time.strftime('%H:%M:%S')}  {' '.join(line.split())}", flush=True)


class Traffic:
    """Customers arrive at random, as people do."""

    def __init__(
        self, url: str, password: str, *, per_minute: float, seed: int, smtp_port: int
    ) -> None:
        """`smtp_port` 0: nobody writes mails."""
        self._url = url
        self._smtp_port = smtp_port
        self._password = password
        self._mean_s = 60.0 / per_minute
        self._draw = random.Random(seed)
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Until stopped, or the server is gone for a minute."""
        async with HTTPLink(self._url) as link, asyncio.TaskGroup() as visits:
            watch = Watch(link, self._password)
            seen_s, said = time.monotonic(), ""
            wait_s = 1.0
            while not await self._pause(wait_s):
                try:
                    queues = await watch.look()
                except (ClientFailure, aiohttp.ClientError, OSError) as error:
                    if time.monotonic() - seen_s > SERVER_GONE_S:
                        say(
                            f"The server has been gone for a minute; the demo traffic ends ({error})."
                        )
                        break
                    wait_s = RETRY_S
                    continue
                seen_s = time.monotonic()
                wait_s = min(self._draw.expovariate(1 / self._mean_s), 4 * self._mean_s)
                widget = self._draw.choice(watch.widgets)
                reason = why_not(queues.get(widget["queue_id"]))
                if reason and reason != said:
                    say(f"Nobody new for {widget['queue_id']} for now: {reason}.")
                said = reason
                if not reason:
                    visits.create_task(self._somebody(widget))
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    async def _somebody(self, widget: Json) -> None:
        """One customer, by chat or by mail; one customer's failure is that customer's alone."""
        customer, queue_id = draw_customer(self._draw), str(widget["queue_id"])
        writes = self._smtp_port > 0 and queue_id in MAILBOX_OF and self._draw.random() < MAILS
        with contextlib.suppress(
            ClientFailure, aiohttp.ClientError, OSError, smtplib.SMTPException
        ):
            if writes:
                await post(customer, queue_id, self._smtp_port)
                say(f"{customer.name} ({customer.language}) mails: {customer.story.opening}")
            else:
                await Visit(self._url, customer, self._draw).run(widget["widget_id"])

    async def _pause(self, seconds: float) -> bool:
        """Wait; True when asked to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        return self.stopping.is_set()


def read_password(data_dir: Path) -> str:
    """The supervisor's password: from the environment or the file the demo set-up has written."""
    given = os.environ.get("CC_DEMO_PASSWORD")
    if given:
        return given
    path = data_dir / "demo-credentials.json"
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["accounts"][SUPERVISOR])
    except (OSError, ValueError, KeyError) as error:
        raise SystemExit(f"{path} does not hold the password of {SUPERVISOR}: {error!r}") from error


async def serve(arguments: argparse.Namespace) -> None:
    """Run until a signal comes."""
    traffic = Traffic(
        arguments.url,
        read_password(arguments.data_dir),
        per_minute=arguments.per_minute,
        seed=arguments.seed,
        smtp_port=arguments.smtp_port,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, traffic.stopping.set)
    await traffic.run()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.demo_traffic", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--data-dir", type=Path, default=Path(os.environ.get("CC_DATA_DIR", "var")))
    parser.add_argument("--per-minute", type=float, default=6.0)
    parser.add_argument("--smtp-port", type=int, default=0, help="where mail is taken, on loopback")
    parser.add_argument("--seed", type=int, default=None, help="the same customers again")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(2**32)
    asyncio.run(serve(arguments))


if __name__ == "__main__":
    main()
