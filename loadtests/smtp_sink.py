"""A mail server that takes every mail and delivers none: `python -m loadtests.smtp_sink --smtp-port 2526 --http-port 8026`.

What it took is shown on a page, newest first, and as JSON under `/mails.json`. It can be told to refuse: for tests of what happens then.
"""

import argparse
import asyncio
import contextlib
import email
import email.policy
import html
import json
import logging
import signal
from collections import deque
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

MAILS_KEPT = 500
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "article{border:1px solid #8884;border-radius:8px;padding:.75rem 1rem;margin:.75rem 0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0 0}small{opacity:.7}"
    "@media(prefers-color-scheme:dark){body{background:#141414;color:#eee}}"
)


class Sink:
    """One sink; `reply` is what every mail is answered from now on."""

    def __init__(self) -> None:
        """Nothing listens yet."""
        self.mails: deque[dict[str, Any]] = deque(maxlen=MAILS_KEPT)
        self.reply = "250 2.0.0 Taken"
        self.arrived = asyncio.Event()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._runner: web.AppRunner | None = None

    async def start(self, smtp_port: int = 0, http_port: int | None = None) -> tuple[int, int]:
        """Listen on this machine; returns the ports, 0 for a page that is not served."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()

        def connection() -> asyncio.Protocol:
            return SMTP(self, hostname="sink", enable_SMTPUTF8=True, loop=loop)

        self._server = await loop.create_server(connection, "127.0.0.1", smtp_port)
        taken: int = self._server.sockets[0].getsockname()[1]
        self.port = taken
        if http_port is None:
            return taken, 0
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/mails.json", self._json)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", http_port).start()
        return taken, int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close everything."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._server is not None:
            self._server.close()

    async def until(self, count: int, within_s: float = 10.0) -> list[dict[str, Any]]:
        """Wait for so many mails; raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while len(self.mails) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return list(self.mails)

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take it, or answer as told."""
        if self.reply.startswith("250"):
            self.mails.append(told(envelope))
            self.arrived.set()
        return self.reply

    async def _json(self, _request: web.Request) -> web.Response:
        return web.json_response(list(self.mails))

    async def _page(self, _request: web.Request) -> web.Response:
        articles = "".join(_article(one) for one in reversed(self.mails)) or "<p>Nothing yet.</p>"
        text = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">'
            f"<title>What went out ({len(self.mails)})</title><style>{_STYLE}</style></head>"
            f"<body><h1>What went out</h1>{articles}</body></html>"
        )
        return web.Response(text=text, content_type="text/html")


def told(envelope: Envelope) -> dict[str, Any]:
    """What the page and the tests need of a mail."""
    raw = bytes(envelope.original_content or b"")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    return {
        "from": envelope.mail_from,
        "to": list(envelope.rcpt_tos),
        "headers": {name: str(value) for name, value in message.items()},
        "subject": str(message.get("Subject", "")),
        "text": str(body.get_content()) if body is not None else "",
        "attachments": [
            part.get_filename() or "" for part in message.walk() if part.get_filename()
        ],
        "raw": raw.decode("utf-8", "replace"),
    }


def _article(one: dict[str, Any]) -> str:
    who = html.escape(f"{one['headers'].get('From', '')} to {', '.join(one['to'])}")
    files = html.escape(", ".join(one["attachments"]))
    attached = f"<br><small>Attached: {files}</small>" if files else ""
    return (
        f"<article><strong>{html.escape(one['subject'])}</strong><br><small>{who}</small>{attached}"
        f"<pre>{html.escape(one['text'])}</pre></article>"
    )


async def _serve(smtp_port: int, http_port: int) -> None:
    sink, ended = Sink(), asyncio.Event()
    taken, page = await sink.start(smtp_port, http_port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    ports = {"smtp_port": taken, "url": f"http://127.0.0.1:{page}/"}
    print(json.dumps(ports), flush=True)
    await ended.wait()
    await sink.stop()


def main() -> None:
    """The command line: prints one line of JSON with the ports, then serves until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.smtp_sink", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments.smtp_port, arguments.http_port))


if __name__ == "__main__":
    main()
