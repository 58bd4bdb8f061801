"""How the people of a load reach the server: JSON over WebSocket, and figures told to locust.

Everything here blocks greenlets alone (locust has patched the standard library); asyncio has no place in its process.
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gevent
import websocket
from locust.env import Environment

Json = dict[str, Any]

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 1.0
FRAME_WITHIN_S = 30.0


class Lost(Exception):
    """Somebody waited in vain; the text says for what."""


class Meter:
    """What locust is told, by name."""

    def __init__(self, environment: Environment) -> None:
        self._tell: Callable[..., None] = environment.events.request.fire

    def note(self, name: str, ms: float, fault: Exception | None = None) -> None:
        """One measurement, or one failure."""
        self._tell(
            request_type=name.partition(":")[0],
            name=name,
            response_time=max(0.0, ms),
            response_length=0,
            exception=fault,
            context={},
        )

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """How long the block takes; `Lost` in it is a failure under that name, and goes no further."""
        began_s = time.monotonic()
        try:
            yield
        except Lost as fault:
            self.note(name, since_ms(began_s), fault)
        else:
            self.note(name, since_ms(began_s))


def since_ms(began_s: float) -> float:
    """Milliseconds since that instant of `time.monotonic`."""
    return (time.monotonic() - began_s) * 1000


class Doors:
    """The addresses of one service: a person uses one of them until it does not answer, then the next."""

    def __init__(self, urls: Sequence[str], first: int = 0) -> None:
        self._urls = tuple(urls)
        self._at = first % len(self._urls)

    @property
    def url(self) -> str:
        """The one to use now."""
        return self._urls[self._at]

    def leave(self, url: str) -> None:
        """That one did not answer; whoever has gone on already stays there."""
        if url == self.url:
            self._at = (self._at + 1) % len(self._urls)


class Line:
    """One person's socket: opened again whenever it is lost, until told to stop."""

    def __init__(
        self, doors: Doors, path: str, *, cookie: str | None, hello: Callable[[], Json]
    ) -> None:
        self._doors = doors
        self._path = path
        self._cookie = f"cc_session={cookie}" if cookie else None
        self._hello = hello
        self._socket: websocket.WebSocket | None = None
        self._is_stopping = False
        self.lost_s: float | None = None
        """When the connection went, until the first frame of the next one."""

    def frames(self) -> Iterator[Json]:
        """What the server sends, over as many connections as it takes."""
        wait_s = FIRST_WAIT_S
        while not self._is_stopping:
            url = self._doors.url
            try:
                self._socket = websocket.create_connection(
                    url.replace("http", "ws", 1) + self._path,
                    timeout=FRAME_WITHIN_S,
                    origin=url,
                    cookie=self._cookie,
                )
                self.send(self._hello())
                while text := self._socket.recv():
                    wait_s = FIRST_WAIT_S
                    yield json.loads(text)
            except (OSError, websocket.WebSocketException):
                pass  # the server is away: that is what the wait is for
            if not self._is_stopping:
                self._doors.leave(url)
                self.lost_s = self.lost_s or time.monotonic()
                gevent.sleep(wait_s)
                wait_s = min(LONGEST_WAIT_S, 2 * wait_s)

    def send(self, frame: Json) -> None:
        """Send, or lose it: whoever minds says it again."""
        if self._socket is not None:
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._socket.send(json.dumps(frame))

    def close(self) -> None:
        """Stay away."""
        self._is_stopping = True
        if self._socket is not None:
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._socket.close()
