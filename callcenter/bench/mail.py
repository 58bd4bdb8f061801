"""`callcenter bench email`: mails taken over real sockets, each durable before its 250, on a real disk.

The whole way in: SMTP listener, parser and sanitiser in their threads, the look-up of thread and repeat, host, group commit. Clients are threads
of this process and share its interpreter, so the figures are a lower bound. Two runs: as fast as it goes, and paced.
"""

import asyncio
import smtplib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from callcenter.bench.host import configuration
from callcenter.channels.mail.acknowledging import Acknowledger
from callcenter.channels.mail.listener import MailListener
from callcenter.channels.mail.mailboxes import MailboxSettings
from callcenter.channels.mail.receiving import Receiver
from callcenter.channels.mail.throttling import HourlyLimit
from callcenter.channels.mail.tokens import MailTokens
from callcenter.clock import Clock, new_id
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.customers.rules import CustomerRules
from callcenter.host.envelope import Envelope
from callcenter.host.host import Host
from callcenter.pressure import Pressure
from callcenter.storage.schema import upgrade
from callcenter.storage.store import open_store
from routing.commands import ApplyConfiguration, Command
from routing.ids import QueueId

_ADDRESS = "bench@bench.example"
_SECRET = b"a secret of this measurement alone"
_BODY = "Good morning, where is my order 4711?\r\n" * 20
_HTML = "<p>Good morning, <b>where</b> is my order?</p><blockquote>Earlier words</blockquote>" * 20


class _Nobody:
    """No keeper sends anything here."""

    async def send(self, command: Command) -> bool:
        """Not taken."""
        del command
        return False


def _receiver(host: Host, store: Any, clock: Clock) -> Receiver:  # noqa: ANN401 - the store's ports
    box = MailboxSettings("bench", _ADDRESS, {"en": "Bench"}, QueueId("bench"), "en")
    boxes = {_ADDRESS: box}
    tokens, keys = MailTokens(_SECRET), CustomerKeys(_SECRET)
    return Receiver(
        host=host,
        store=store,
        mailboxes=lambda: boxes,
        tokens=tokens,
        keys=keys,
        customers=CustomerLookup(store.profiles, CustomerRules, _Nobody()),
        acknowledger=Acknowledger(
            tokens=tokens,
            keys=keys,
            mailboxes=lambda: boxes,
            now_ms=clock.now_ms,
            new_id=new_id,
            closed_message=lambda _queue_id, _language: None,
        ),
        now_ms=clock.now_ms,
        new_id=new_id,
        on_outgoing=lambda: None,
        on_moved=lambda _row: None,
        pressure=Pressure(clock.monotonic_s),
        senders=HourlyLimit(10_000_000),
    )


def _mail(number: int) -> bytes:
    return (
        f"From: Mia <mia-{number}@example.org>\r\nTo: {_ADDRESS}\r\nSubject: Order {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{_BODY}\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{_HTML}\r\n--b--\r\n"
    ).encode()


def _client(port: int, numbers: Sequence[int], due_s: float, every_s: float) -> list[float]:
    """One connection, mail after mail; returns how long each took until its 250, from when it was due."""
    latencies_s = []
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo("bench.example")
        for place, number in enumerate(numbers):
            due = due_s + place * every_s
            time.sleep(max(0.0, due - time.perf_counter()) if every_s else 0.0)
            started_s = due if every_s else time.perf_counter()
            refused = client.sendmail(f"mia-{number}@example.org", [_ADDRESS], _mail(number))
            if refused:
                raise RuntimeError("a mail was not taken")
            latencies_s.append(time.perf_counter() - started_s)
    return latencies_s


async def _round(port: int, numbers: range, connections: int, per_s: float) -> dict[str, Any]:
    started_s = time.perf_counter()
    every_s = connections / per_s if per_s else 0.0
    shares = [numbers[place::connections] for place in range(connections)]
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(connections, "clients") as clients:
        lists = await asyncio.gather(
            *(
                loop.run_in_executor(
                    clients,
                    _client,
                    port,
                    share,
                    started_s + (place / per_s if per_s else 0.0),
                    every_s,
                )
                for place, share in enumerate(shares)
            )
        )
    elapsed_s = time.perf_counter() - started_s
    latencies_s = sorted(one for latencies in lists for one in latencies)
    return {
        "mails_per_s": round(len(numbers) / elapsed_s, 1),
        "until_250_ms": {
            "p50": round(latencies_s[len(latencies_s) // 2] * 1000, 1),
            "p99": round(latencies_s[len(latencies_s) * 99 // 100] * 1000, 1),
            "max": round(latencies_s[-1] * 1000, 1),
        },
    }


async def run(*, mails: int, connections: int, per_s: float, folder: Path | None) -> dict[str, Any]:
    """Run the benchmark; returns its figures. `folder` should lie on the disk that matters."""
    with TemporaryDirectory(prefix="bench-", dir=folder) as directory:
        url = f"sqlite:///{directory}/callcenter.db"
        await upgrade(url)
        store = await open_store(url, "bench")
        clock = Clock()
        host = Host("bench", store, clock)
        await host.start()
        receiver = _receiver(host, store, clock)
        listener = MailListener(receiver, message_bytes_max=25_000_000)
        try:
            await host.submit(Envelope(ApplyConfiguration(configuration()), new_id()))
            port = await listener.start("127.0.0.1", 0)
            fast = await _round(port, range(mails), connections, 0.0)
            paced = await _round(port, range(mails, 2 * mails), connections, per_s)
        finally:
            await listener.stop()
            stored = len(host.mirror.contacts)
            await host.stop()
            await store.close()
    return {
        "benchmark": "email",
        "mails": mails,
        "connections": connections,
        "journal": "sqlite, WAL, synchronous=FULL",
        "stored": stored,
        "lost": 2 * mails - stored,
        "as_fast_as_it_goes": fast,
        "paced": {"asked_per_s": per_s, **paced},
    }
