"""Whom locust plays: customers who chat, agents at their desks, a supervisor at the board.

Customers come at the rate of the profile whether or not anybody answers (open model): a server that gets slow gets no
relief from us. Each is a greenlet of one locust user that only counts time, and how late it lets them come is measured too.
"""

import itertools
import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from typing import ClassVar

import gevent
from locust import FastHttpUser, constant, task

from loadtests.load import profiles
from loadtests.load.plan import Plan
from loadtests.load.wire import Doors, Json, Line, Lost, Meter, since_ms

WIDGET = "demo"
ASK_AGAIN_S = 0.5
SAY_AGAIN_S = 3.0
SERVED_WITHIN_S = 90.0
READS_EVERY_S = 5.0


class Customer:
    """One chat, from its first line to its end."""

    def __init__(self, newcomers: "Newcomers") -> None:
        self._user = newcomers
        self._doors = newcomers.doors()
        self._meter = Meter(newcomers.environment)
        self._key = uuid.uuid4().hex
        self._contact: Json = {}
        self._seqs: set[int] = set()
        self._is_answered = self._is_said = self._is_over = False
        self._line: Line | None = None

    def come(self) -> None:
        """Ask for a chat, wait for the agent, thank, end; whatever is missing in the end is a failure."""
        with self._meter.timed(profiles.ASKED):
            self._ask()
        if not self._contact:
            return
        self._line = Line(self._doors, "/api/v1/chat/socket", cookie=None, hello=self._hello)
        reading = gevent.spawn(self._read, self._line)
        try:
            self._wait(profiles.REACHED, lambda: self._is_answered, None)
            thanks = {"type": "message", "message_id": self._key, "text": "Thanks, that is all"}
            self._wait(profiles.SAID, lambda: self._is_said, thanks)
            self._wait(profiles.ENDED, lambda: self._is_over, {"type": "end"})
        finally:
            self._line.close()
            reading.kill()

    def _ask(self) -> None:
        """Until there is an answer, with one key: it is one chat however often we ask."""
        body = {"name": "Lo", "email": "", "language": "en", "text": "Hello"}
        headers = {"Idempotency-Key": self._key}
        path = f"/api/v1/chat/widgets/{WIDGET}/contacts"
        end_s = time.monotonic() + SERVED_WITHIN_S
        while time.monotonic() < end_s:
            status, answer = self._user.ask(self._doors, "POST", path, body=body, headers=headers)
            if status == 201:
                self._contact = answer
                return
            if 400 <= status < 500 and status != 429:
                raise Lost(f"a newcomer was refused with {status}")
            gevent.sleep(ASK_AGAIN_S)
        raise Lost("a newcomer was never let in")

    def _hello(self) -> Json:
        newest = max(self._seqs, default=0)
        return {"type": "hello", "version": 1, "token": self._contact["token"], "after_seq": newest}

    def _wait(self, name: str, is_done: Callable[[], bool], frame: Json | None) -> None:
        """Wait, and say it again now and then: a socket may have been lost with it."""
        with self._meter.timed(name):
            began_s, said_s = time.monotonic(), 0.0
            while not is_done():
                if self._is_over or time.monotonic() - began_s > SERVED_WITHIN_S:
                    raise Lost(f"contact {self._contact['contact_id']} waited in vain")
                if frame is not None and self._line and time.monotonic() - said_s > SAY_AGAIN_S:
                    self._line.send(frame)
                    said_s = time.monotonic()
                gevent.sleep(0.01)

    def _read(self, line: Line) -> None:
        for frame in line.frames():
            if frame["type"] == "message":
                self._seqs.add(frame["message"]["seq"])
                self._is_answered |= frame["message"]["author"] == "agent"
                self._is_said |= frame["message"]["message_id"] == self._key
            elif frame["type"] == "state":
                self._is_over |= frame["state"] == "closed"


class Person(FastHttpUser):
    """What all share: the plan, and requests whose answers they judge themselves."""

    abstract = True
    plan: ClassVar[Plan]
    _people: ClassVar[Iterator[int]] = itertools.count()
    network_timeout = connection_timeout = 10.0
    concurrency = 1_000
    wait_time = constant(0)

    def doors(self) -> Doors:
        """Somebody's way in: each begins at the next address."""
        return Doors(self.plan.urls, next(self._people))

    def ask(
        self, doors: Doors, method: str, path: str, *, body: Json | None = None, headers: Json
    ) -> tuple[int, Json]:
        """One try: status (0 without an answer) and body. Never a failure by itself: steps are, that come to nothing."""
        url = doors.url
        with self.client.request(
            method,
            url + path,
            name=f"http: {method}",
            json=body,
            headers={**headers, "Origin": url},
            catch_response=True,
        ) as answer:
            answer.success()
            text = answer.text
        if not answer.status_code:
            doors.leave(url)
        is_done = answer.status_code in (200, 201) and text
        return int(answer.status_code or 0), json.loads(text) if is_done else {}


class Newcomers(Person):
    """Lets customers come, at the rate of the profile."""

    fixed_count = 1

    def on_start(self) -> None:
        """The day begins."""
        self._began_s = time.monotonic()
        self._due_s = 0.0
        self._random = random.Random(1)
        self._meter = Meter(self.environment)

    @task
    def come(self) -> None:
        """The next one, when it is due."""
        rate = self.plan.profile.chats_per_s(self._due_s / self.plan.seconds)
        if rate <= 0:
            gevent.sleep(0.5)
            return
        self._due_s += self._random.expovariate(rate)
        gevent.sleep(max(0.0, self._began_s + self._due_s - time.monotonic()))
        self._meter.note(profiles.LATE, since_ms(self._began_s + self._due_s))
        gevent.spawn(Customer(self).come)


class Desk(Person):
    """An agent: takes every chat, greets, and wraps up once the customer has gone."""

    def on_start(self) -> None:
        """Sit down with a log-in that nobody else uses."""
        self._cookie, self._doors = self.plan.next_cookie(), self.doors()
        self._meter = Meter(self.environment)
        self._taken: set[str] = set()
        self._wrapped_up: set[str] = set()
        self._is_ready = False
        self._line = Line(
            self._doors,
            "/api/v1/socket",
            cookie=self._cookie,
            hello=lambda: {"type": "hello", "version": 1, "messages_after": {}},
        )

    def on_stop(self) -> None:
        """Go home."""
        self._line.close()

    @task
    def sit(self) -> None:
        """Look at the desk until the end."""
        for frame in self._line.frames():
            if frame["type"] != "desk" or frame["desk"] is None:
                continue
            if self._line.lost_s is not None:
                self._meter.note(profiles.BACK, since_ms(self._line.lost_s))
                self._line.lost_s = None
            self._look_at(frame["desk"])

    def _look_at(self, desk: Json) -> None:
        if desk["agent"]["state"] != "ready" and not self._is_ready:
            self._is_ready = True
            gevent.spawn(self._be_ready)
        for offer in desk["offers"]:
            if offer["channel"] == "chat" and offer["offer_id"] not in self._taken:
                self._taken.add(offer["offer_id"])
                self._meter.note(profiles.OFFERED, time.time() * 1000 - offer["made_at_ms"])
                gevent.spawn(self._take, offer)
        for card in desk["assignments"]:
            contact_id = card["contact_id"]
            is_due = card["channel"] == "chat" and card["state"] == "wrap_up"
            if is_due and contact_id not in self._wrapped_up:
                self._wrapped_up.add(contact_id)
                gevent.spawn(self._wrap_up, contact_id)

    def _be_ready(self) -> None:
        self._is_ready = self._command("PUT", "me/state", {"state": "ready", "reason_id": None})
        if not self._is_ready:
            gevent.sleep(ASK_AGAIN_S)

    def _take(self, offer: Json) -> None:
        with self._meter.timed(profiles.ACCEPT):
            is_mine = self._command("POST", f"offers/{offer['offer_id']}/accept", {})
        if is_mine:
            self._command("POST", f"contacts/{offer['contact_id']}/messages", {"text": "Hello!"})

    def _wrap_up(self, contact_id: str) -> None:
        body = {"disposition_id": "information", "notes": ""}
        with self._meter.timed(profiles.WRAP_UP):
            self._command("POST", f"contacts/{contact_id}/wrap-up", body)

    def _command(self, method: str, path: str, body: Json) -> bool:
        """Until there is an answer; whether it was done."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        headers["Cookie"] = f"cc_session={self._cookie}"
        end_s = time.monotonic() + SERVED_WITHIN_S
        while time.monotonic() < end_s:
            status, _ = self.ask(self._doors, method, f"/api/v1/{path}", body=body, headers=headers)
            if status and status < 500 and status != 429:
                return status < 300
            gevent.sleep(ASK_AGAIN_S)
        raise Lost(f"{path} was never answered")


class Supervisor(Person):
    """Watches the board and reads the log now and then."""

    fixed_count = 1

    def on_start(self) -> None:
        """At the board."""
        self._headers, self._doors = {"Cookie": f"cc_session={self.plan.watcher}"}, self.doors()
        self._reading = gevent.spawn(self._read)
        self._line = Line(
            self._doors,
            "/api/v1/socket",
            cookie=self.plan.watcher,
            hello=lambda: {"type": "hello", "version": 1, "messages_after": {}},
        )

    def on_stop(self) -> None:
        """Away from it."""
        self._reading.kill()
        self._line.close()

    @task
    def watch(self) -> None:
        """How old the board is when it is seen."""
        meter = Meter(self.environment)
        for frame in self._line.frames():
            if frame["type"] == "desk":
                self._line.send({"type": "watch_board", "is_watching": True})
            elif frame["type"] == "board":
                meter.note(profiles.BOARD, time.time() * 1000 - frame["server_now_ms"])

    def _read(self) -> None:
        meter = Meter(self.environment)
        while True:
            gevent.sleep(READS_EVERY_S)
            for path in ("queues", "agents", "interactions?limit=50", "statistics/queues"):
                began_s = time.monotonic()
                status, _ = self.ask(self._doors, "GET", f"/api/v1/{path}", headers=self._headers)
                if status == 200:
                    meter.note(f"read: {path.partition('?')[0]}", since_ms(began_s))
