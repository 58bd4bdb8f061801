"""`python -m tests.chaos.killed_mails --rounds N`: the server is killed between a mail's last line and its 250.

Each round several mails come at once, and the server gets SIGKILL a few milliseconds after some of them have ended their
DATA, or dies by its own hand at an exact point of the commit. Whoever has not heard 250 sends the same mail again, as mail
servers do. In the end every mail that was taken is stored, each is stored once, and each is one contact.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from loadtests.server_process import ServerFailed, ServerProcess, free_port, run_drill
from loadtests.smtp_sink import Sink
from routing import events as ev
from routing.model import Channel
from tests.chaos.history import Notes, Problem
from tests.chaos.mails import Sent, check_mails
from tests.chaos.reading import read_all
from tests.chaos.run import CRASH_POINTS, CRASHING, HONEST

MAILS_PER_ROUND = 8
KILL_WITHIN_S = 0.03
CRASHES_WITHIN_APPENDS = 7
MORE_ROUNDS = 5
"""Times the rounds asked for: the most there will be."""

ANSWER_WITHIN_S = 10.0
ROUND_WITHIN_S = 20.0
REST_WITHIN_S = 60.0
AGAIN_S = 0.2
END = b"\r\n.\r\n"


@dataclass(slots=True)
class Outcome:
    """What the rounds have shown. `unheard`: mails whose DATA had ended when the server died, before their 250."""

    mails: int = 0
    kills: int = 0
    unheard: int = 0
    problems: list[Problem] | None = None


class Sender:
    """Whoever hands one mail over, again and again until it is taken."""

    def __init__(self, number: int) -> None:
        self.message_id = f"<killed.{number}@example.com>"
        self.line = f"what was written in mail {number}"
        self.has_ended = asyncio.Event()
        self.is_taken = False
        self._number = number

    async def hand_over(self, port: int) -> None:
        """Once; `is_taken` says whether 250 was heard, `has_ended` that the last line is on its way."""
        self.has_ended.clear()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    self.is_taken = await self._talk(reader, writer)
                finally:
                    writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            return

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await _reply(reader)
        sender = f"customer{self._number}@example.com"
        for line in ("EHLO example.com", f"MAIL FROM:<{sender}>", "RCPT TO:<sales@bamboo.example>"):
            writer.write(f"{line}\r\n".encode())
            await _reply(reader)
        writer.write(b"DATA\r\n")
        await _reply(reader)
        head = (
            f"From: {sender}\r\nTo: sales@bamboo.example\r\nSubject: Question {self._number}\r\n"
            f"Message-ID: {self.message_id}\r\n\r\n{self.line}"
        )
        writer.write(head.encode() + END)
        await writer.drain()
        self.has_ended.set()
        return await _reply(reader) == 250


async def _reply(reader: asyncio.StreamReader) -> int:
    """The code of one reply, all its lines read."""
    line = await reader.readuntil(b"\n")
    while line[3:4] == b"-":
        line = await reader.readuntil(b"\n")
    return int(line[:3])


async def kill_rounds(where: Path, rounds: int, seed: int) -> Outcome:
    """Everything, in a folder of its own; a few rounds more if every 250 was quicker than its kill."""
    draw, outcome, senders = random.Random(seed), Outcome(), list[Sender]()
    listen = free_port()
    for number in range(rounds * MORE_ROUNDS):
        if number >= rounds and outcome.unheard:
            break
        senders += [Sender(len(senders) + one) for one in range(1, MAILS_PER_ROUND + 1)]
        crash_at = ""
        if draw.random() < 0.5:
            crash_at = f"{draw.choice(CRASH_POINTS)}:{draw.randint(2, CRASHES_WITHIN_APPENDS)}"
        server = _server(where, listen, crash_at)
        await server.spawn()
        try:
            await _one_round(server, listen, _open(senders), draw, dies_alone=bool(crash_at))
        finally:
            await server.kill()
        outcome.kills += 1
        outcome.unheard += sum(1 for one in _open(senders) if one.has_ended.is_set())
    server = _server(where, listen, "")
    await server.start()
    try:
        await _hand_over_the_rest(senders, listen)
    finally:
        await server.stop()
    outcome.mails = len(senders)
    outcome.problems = await _judged(where / "data", senders)
    return outcome


async def _hand_over_the_rest(senders: list[Sender], listen: int) -> None:
    """One after another, and again: a server that is late tells mails to come back (451), as on a machine with other work."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REST_WITHIN_S):
            while rest := _open(senders):
                for sender in rest:
                    await sender.hand_over(listen)
                await asyncio.sleep(AGAIN_S)


def _server(where: Path, listen: int, crash_at: str) -> ServerProcess:
    launcher = CRASHING if crash_at else HONEST
    environment = {"CC_SMTP_LISTEN_PORT": str(listen), "CC_DRILL_CRASH": crash_at}
    return ServerProcess(where / "data", launcher=launcher, environment=environment)


def _open(senders: Iterable[Sender]) -> list[Sender]:
    return [sender for sender in senders if not sender.is_taken]


async def _one_round(
    server: ServerProcess,
    listen: int,
    senders: list[Sender],
    draw: random.Random,
    *,
    dies_alone: bool,
) -> None:
    """Everybody hands over at once; the server dies while some wait for their 250."""
    try:
        await server.until_ready()
    except ServerFailed:
        return  # it died at a commit of its start
    talks = asyncio.gather(*(sender.hand_over(listen) for sender in senders))
    if dies_alone:
        death = asyncio.ensure_future(server.until_ended(ROUND_WITHIN_S))
        await asyncio.wait((talks, death), return_when=asyncio.FIRST_COMPLETED)
        death.cancel()  # where all were taken before that many appends
    else:
        ended = [asyncio.ensure_future(sender.has_ended.wait()) for sender in senders]
        wanted = draw.randint(1, len(senders))
        for number, one in enumerate(asyncio.as_completed(ended), 1):
            await one
            if number == wanted:
                break
        for waiting in ended:
            waiting.cancel()
        await asyncio.sleep(draw.uniform(0, KILL_WITHIN_S))
    await server.kill()
    await talks


async def _judged(data_dir: Path, senders: list[Sender]) -> list[Problem]:
    sent = Sent({sender.message_id: sender.line for sender in senders if sender.is_taken})
    stored = await read_all(data_dir, Notes(), "", ())
    arrived = [one.event for one in stored.evidence.entries]
    contacts = [
        one
        for one in arrived
        if isinstance(one, ev.ContactArrived) and one.channel is Channel.EMAIL
    ]
    problems = check_mails(sent, Sink(), stored.mails, stored.under_way)
    if len(sent.taken) != len(senders):
        text = f"{len(senders) - len(sent.taken)} mails were never taken"
        problems.append(Problem("stuck", 0, text))
    if len(contacts) != len(senders):
        text = f"{len(senders)} mails have become {len(contacts)} contacts"
        problems.append(Problem("once", 0, text))
    return problems


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.killed_mails", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_drill(kill_rounds(Path(folder), arguments.rounds, arguments.seed))
    print(
        f"{outcome.mails} mails, {outcome.kills} kills, {outcome.unheard} times a mail was whole and its 250 not heard"
    )
    for problem in outcome.problems or []:
        print(f"    {problem}")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
