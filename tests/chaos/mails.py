"""The mail server of a chaos run: it hands mails over until they are taken, takes what goes out, and compares both.

A mail that was answered 250 is in the server's hands; one that was not is sent again under its Message-ID, as mail servers do.
"""

import asyncio
import random
import smtplib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage

from callcenter.channels.mail.mails import INCOMING, Mail
from loadtests.server_process import free_port
from loadtests.smtp_sink import Sink
from tests.chaos.history import Problem

MAILS_PER_S = 2.0
MAILBOXES = ("sales@bamboo.example", "help@bamboo.example")
RETRY_S = (0.1, 0.5)
HAND_OVER_S = 5.0
POLL_S = 0.1


@dataclass(slots=True)
class Sent:
    """What both sides were told: mails taken from customers, and answers taken from agents."""

    taken: dict[str, str] = field(default_factory=dict)
    """Message-ID -> the line that no other mail has."""
    answers: list[tuple[str, str]] = field(default_factory=list)
    """Contact id and the line that no other answer has."""


class Post:
    """Everybody who writes, and the mail server behind ours."""

    def __init__(self, seed: int) -> None:
        self.sent = Sent()
        self.sink = Sink()
        self._out_port = free_port()
        self.doors = [free_port()]
        """Ports at which mail is taken; of several routers one answers."""
        self._draw = random.Random(seed)
        self._seed = seed
        self._writing: set[asyncio.Task[None]] = set()

    @property
    def environment(self) -> dict[str, str]:
        """What the server must know."""
        listen = {"CC_SMTP_LISTEN_PORT": str(self.doors[0])}
        return {**listen, "CC_SMTP_OUT_PORT": str(self._out_port)}

    async def open(self) -> None:
        """The mail server behind ours listens."""
        await self.sink.start(self._out_port)

    async def arrive(self, per_s: float, stopping: asyncio.Event) -> None:
        """People write at random until `stopping`, busy server or dead."""
        number = 0
        while not stopping.is_set():
            await asyncio.sleep(self._draw.expovariate(per_s))
            number += 1
            task = asyncio.create_task(self._write(number))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, number: int) -> None:
        mail, line = self._mail(number)
        tries = 0
        while not await asyncio.to_thread(self._hand_over, mail, tries):
            tries += 1
            await asyncio.sleep(self._draw.uniform(*RETRY_S))
        self.sent.taken[mail["Message-ID"]] = line

    def _mail(self, number: int) -> tuple[EmailMessage, str]:
        line = f"mail {number} {self._draw.getrandbits(48):012x}"
        mail = EmailMessage()
        mail["From"] = f"customer{number}@example.com"
        mail["To"] = self._draw.choice(MAILBOXES)
        mail["Subject"] = f"Question {number}"
        mail["Message-ID"] = f"<{self._seed}.{number}@example.com>"
        mail.set_content(f"{line}\n")
        return mail, line

    def _hand_over(self, mail: EmailMessage, tries: int) -> bool:
        door = self.doors[tries % len(self.doors)]
        try:
            with smtplib.SMTP("127.0.0.1", door, timeout=HAND_OVER_S) as smtp:
                smtp.send_message(mail)
        except (OSError, smtplib.SMTPException):
            return False
        return True

    async def drain(self, deadline_s: float) -> int:
        """Until every mail is taken; returns how many are not."""
        if self._writing:
            await asyncio.wait(self._writing, timeout=deadline_s)
        return len(self._writing)

    async def until_out(self, deadline_s: float) -> None:
        """Until every answer has gone out, or the deadline."""
        while deadline_s > 0 and missing(self.sent, self.sink):
            await asyncio.sleep(POLL_S)
            deadline_s -= POLL_S

    async def close(self) -> None:
        """Nobody writes any more."""
        for task in list(self._writing):
            task.cancel()
        await asyncio.gather(*self._writing, return_exceptions=True)
        await self.sink.stop()


def missing(sent: Sent, sink: Sink) -> set[tuple[str, str]]:
    """Answers that have not gone out."""
    out = "\n".join(one["text"] for one in sink.mails)
    return {answer for answer in sent.answers if answer[1] not in out}


def check_mails(
    sent: Sent, sink: Sink, stored: Sequence[tuple[str, Mail]], under_way: Sequence[str]
) -> list[Problem]:
    """What was taken is there, once; what was answered went out as one mail, or is due to be tried again.

    `stored`: contact id and mail of every row; `under_way`: contacts with a mail that is to be tried.
    """
    came = Counter(mail.message_id for _, mail in stored if mail.kind in INCOMING)
    problems = [
        Problem("I1", 0, f"the mail {message_id} was taken and is not stored")
        for message_id in sent.taken
        if not came[message_id]
    ]
    problems += [
        Problem("once", 0, f"the mail {message_id} is stored {count} times")
        for message_id, count in came.items()
        if count > 1
    ]
    written = Counter(
        (contact_id, line)
        for contact_id, mail in stored
        for told, line in sent.answers
        if told == contact_id and line in mail.text
    )
    problems += [
        Problem(
            "I1" if not written[answer] else "once",
            0,
            f"the answer {answer} is stored {written[answer]} times",
        )
        for answer in sent.answers
        if written[answer] != 1
    ]
    problems += [
        Problem("I1", 0, f"the answer {answer} never went out")
        for answer in sorted(missing(sent, sink))
        if answer[0] not in under_way
    ]
    out: dict[str, set[str]] = defaultdict(set)
    for one in sink.mails:
        out[one["text"]].add(one["headers"].get("Message-ID", ""))
    return problems + [
        Problem("once", 0, f"the answer {text[:60]!r} went out as {len(ids)} mails")
        for text, ids in out.items()
        if len(ids) > 1 and any(line in text for _, line in sent.answers)
    ]
