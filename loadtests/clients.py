"""The two people of a chat as black-box clients: an agent at a desk and a customer at the widget.

Both keep their socket open by themselves, resume where they were, and repeat what nobody answered: commands
with the same Idempotency-Key (`HTTPLink.command`), messages with the same `message_id` until they come
back. Whatever the server acknowledges or shows is told to the observer, once.
"""

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from loadtests.http_link import Answer, ClientFailure, HTTPLink, Json, Refused
from loadtests.observing import Kind, Observer, Seen, ignore
from loadtests.socket_client import SocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

STRAIGHT_WIDGETS = ("demo", "help")
"""Widgets of the demo that lead into a queue at once: these customers answer no flow's questions."""

HELLO_VERSION = 1
RESEND_AFTER_S = 2.0
CLOSED = "closed"
RETRIED_REFUSALS = frozenset({"storage_unavailable", "service_unavailable", "overloaded"})


class AgentClient(SocketClient):
    """An agent: log-in, desk socket, commands."""

    path = "/api/v1/socket"

    def __init__(self, link: HTTPLink, observer: Observer = ignore) -> None:
        super().__init__(link, observer)
        self.user: Json = {}
        self.desk: Json = {}
        self.desk_seq = -1
        self.on_desk: Callable[[], None] = lambda: None
        self.on_message: Callable[[str, Json], None] = lambda _contact_id, _message: None
        self.seen_seqs: dict[str, set[int]] = defaultdict(set)
        self.typing_seen: Counter[str] = Counter()
        self._opened: set[str] = set()
        self._reading: set[asyncio.Task[None]] = set()
        self._seen_offers: set[str] = set()

    @property
    def agent_id(self) -> str:
        """The agent's id in the core."""
        return str(self.user.get("user_id", ""))

    async def log_in(self, username: str, password: str) -> None:
        """Start a session; raises Refused when the server does not know us."""
        body = {"username": username, "password": password}
        answer = await self.link.command("POST", "/api/v1/session", body)
        if not answer.is_done:
            raise Refused(f"log-in of {username}: {answer.status} {answer.code}")
        self.user = answer.body["user"]

    async def recall(self) -> None:
        """Take up the session the link's cookie stands for."""
        self.user = (await self.link.read("/api/v1/session"))["user"]

    def hello(self) -> Json:
        """First frame: what this tab already has of the chats on its desk."""
        after = {
            contact_id: max(self.seen_seqs[contact_id], default=0) for contact_id in self._held()
        }
        return {"type": "hello", "version": HELLO_VERSION, "messages_after": after}

    def _held(self) -> list[str]:
        return [card["contact_id"] for card in self.desk.get("assignments", [])]

    def receive(self, frame: Json) -> None:
        """Keep the newest desk and tell what became visible."""
        if frame["type"] == "desk" and frame["seq"] >= self.desk_seq and frame["desk"] is not None:
            self.desk, self.desk_seq = frame["desk"], frame["seq"]
            for offer in self.desk["offers"]:
                self._saw_offer(offer)
            self._open_new()
            self.on_desk()
        elif frame["type"] == "message":
            self._saw_message(frame["contact_id"], frame["message"])
        elif frame["type"] == "typing":
            self.typing_seen[frame["contact_id"]] += 1

    def _open_new(self) -> None:
        """A conversation that was not on the desk before is read from its start, as a page would show it."""
        held = self._held()
        for contact_id in held:
            if contact_id not in self._opened:
                task = asyncio.create_task(self._read_transcript(contact_id))
                self._reading.add(task)
                task.add_done_callback(self._reading.discard)
        self._opened = set(held)

    async def _read_transcript(self, contact_id: str) -> None:
        try:
            page = await self.link.read(f"/api/v1/contacts/{contact_id}/messages?after_seq=0")
        except ClientFailure:
            return  # the contact has left the desk meanwhile, or the server is gone for good
        for message in page["messages"]:
            self._saw_message(contact_id, message)

    async def stop(self) -> None:
        """Close politely and stay away."""
        await super().stop()
        for task in list(self._reading):
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    def _saw_offer(self, offer: Json) -> None:
        if offer["offer_id"] in self._seen_offers:
            return
        self._seen_offers.add(offer["offer_id"])
        self.observer(
            Seen(
                kind=Kind.SAW_OFFER,
                seq=self.desk_seq,
                agent_id=self.agent_id,
                contact_id=offer["contact_id"],
                offer_id=offer["offer_id"],
            )
        )

    def _saw_message(self, contact_id: str, message: Json) -> None:
        seq = int(message["seq"])
        if seq in self.seen_seqs[contact_id]:
            return
        self.seen_seqs[contact_id].add(seq)
        self.observer(
            Seen(
                kind=Kind.SAW_MESSAGE,
                seq=seq,
                agent_id=self.agent_id,
                contact_id=contact_id,
                message_id=message["message_id"],
                author=message["author"],
                text=message["text"],
            )
        )
        self.on_message(contact_id, message)

    def _report(self, answer: Answer, kind: Kind, **seen: Any) -> Answer:  # noqa: ANN401 - what `Seen` has
        """Tell of an acknowledgement, or that a repeated request was refused in the end; returns the answer."""
        seq, took_s = answer.body.get("seq"), answer.took_s
        fact = Seen(kind=kind, seq=seq, agent_id=self.agent_id, took_s=took_s, **seen)
        if answer.is_done:
            self.observer(fact)
        elif answer.attempts > 1:
            self.observer(replace(fact, refused_as=answer.code or str(answer.status)))
        return answer

    async def set_state(self, state: str, reason_id: str | None = None) -> Answer:
        """Ask for a state."""
        body = {"state": state, "reason_id": reason_id}
        answer = await self.link.command("PUT", "/api/v1/me/state", body)
        return self._report(answer, Kind.STATE, state=state)

    async def accept(self, offer_id: str) -> Answer:
        """Take an offer."""
        answer = await self.link.command("POST", f"/api/v1/offers/{offer_id}/accept", {})
        return self._report(
            answer, Kind.ACCEPT, contact_id=answer.body.get("contact_id", ""), offer_id=offer_id
        )

    async def reject(self, offer_id: str) -> Answer:
        """Refuse an offer."""
        answer = await self.link.command("POST", f"/api/v1/offers/{offer_id}/reject", {})
        return self._report(answer, Kind.REJECT, offer_id=offer_id)

    async def reply(self, contact_id: str, text: str) -> Answer:
        """Write to the customer."""
        answer = await self._contact_command(contact_id, "messages", {"text": text})
        return self._report(
            answer,
            Kind.AGENT_MESSAGE,
            contact_id=contact_id,
            message_id=answer.body.get("message_id", ""),
            author="agent",
            text=text,
        )

    async def end(self, contact_id: str) -> Answer:
        """End the conversation."""
        answer = await self._contact_command(contact_id, "end", {})
        return self._report(answer, Kind.END, contact_id=contact_id)

    async def hold(self, contact_id: str, *, is_held: bool) -> Answer:
        """Put the caller on hold, or take the call up again."""
        return await self._contact_command(
            contact_id, "call/hold" if is_held else "call/unhold", {}
        )

    async def transfer(
        self, contact_id: str, *, queue_id: str | None = None, agent_id: str | None = None
    ) -> Answer:
        """Hand the contact on, to a queue or to a colleague."""
        body = {"queue_id": queue_id, "agent_id": agent_id}
        given = {name: value for name, value in body.items() if value is not None}
        return await self._contact_command(contact_id, "transfer", given)

    async def hang_up(self, contact_id: str) -> Answer:
        """Hang up on the caller."""
        return await self._contact_command(contact_id, "call/hang-up", {})

    async def wrap_up(self, contact_id: str, disposition_id: str, notes: str = "") -> Answer:
        """Finish the wrap-up."""
        body = {"disposition_id": disposition_id, "notes": notes}
        answer = await self._contact_command(contact_id, "wrap-up", body)
        return self._report(
            answer, Kind.WRAP_UP, contact_id=contact_id, state=disposition_id, text=notes
        )

    async def _contact_command(self, contact_id: str, verb: str, body: Json) -> Answer:
        return await self.link.command("POST", f"/api/v1/contacts/{contact_id}/{verb}", body)


class CustomerClient(SocketClient):
    """A customer of the chat widget."""

    path = "/api/v1/chat/socket"

    def __init__(self, link: HTTPLink, observer: Observer = ignore) -> None:
        super().__init__(link, observer)
        self.contact_id = ""
        self.state = ""
        self.agent_name = ""
        self.position: int | None = None
        self.transcript: dict[int, Json] = {}
        self.refusals: list[Json] = []
        self.flow: Json = {}
        self.typing_seen = 0
        self._token = ""
        self._newest_seq = 0
        self._state_seq = -1
        self._owed: dict[str, tuple[str, float]] = {}
        self._owes_end = False
        self._message_count = 0

    async def start(
        self, widget_id: str, *, name: str, email: str, language: str, text: str
    ) -> Answer:
        """Ask for a chat; the contact exists when the answer is 201."""
        body = {"name": name, "email": email, "language": language, "text": text}
        answer = await self.link.command("POST", f"/api/v1/chat/widgets/{widget_id}/contacts", body)
        if answer.is_done:
            self.contact_id = answer.body["contact_id"]
            self._token = answer.body["token"]
            self.observer(
                Seen(kind=Kind.CONTACT, contact_id=self.contact_id, text=text, took_s=answer.took_s)
            )
        return answer

    def hello(self) -> Json:
        """First frame: who we are and what we have."""
        return {
            "type": "hello",
            "version": HELLO_VERSION,
            "token": self._token,
            "after_seq": self._newest_seq,
        }

    async def greeted(self) -> None:
        """Say again what never came back."""
        await self.say_again(0.0)

    async def say_again(self, older_than_s: float = RESEND_AFTER_S) -> None:
        """Send again every message that was sent that long ago and did not come back, and an owed end."""
        now_s = time.monotonic()
        for message_id, (text, sent_s) in list(self._owed.items()):
            if now_s - sent_s >= older_than_s:
                await self.send({"type": "message", "message_id": message_id, "text": text})
        if self._owes_end:
            await self.send({"type": "end"})

    @property
    def owed(self) -> int:
        """Messages not acknowledged yet."""
        return len(self._owed)

    @property
    def is_closed(self) -> bool:
        """The server said the contact is over."""
        return self.state == CLOSED

    async def say(self, text: str) -> str:
        """Write a message; it stays owed until it comes back. Returns its id."""
        self._message_count += 1
        message_id = f"{self.link.new_key()}-m{self._message_count}"[:64]
        self._owed[message_id] = (text, time.monotonic())
        await self.send({"type": "message", "message_id": message_id, "text": text})
        return message_id

    @property
    def asked(self) -> int:
        """The number of what a flow asks now; 0 when it asks nothing."""
        return int((self.flow.get("asked") or {}).get("number", 0))

    async def choose(self, text: str) -> None:
        """Answer what the flow asks."""
        await self.send({"type": "answer", "number": self.asked, "text": text})

    async def typing(self) -> None:
        """Show that we are writing."""
        await self.send({"type": "typing"})

    async def end(self) -> None:
        """Say good-bye; repeated on a new socket until the state is closed."""
        self._owes_end = True
        await self.send({"type": "end"})

    def receive(self, frame: Json) -> None:
        """Keep state and transcript; tell what was acknowledged."""
        if frame["type"] == "state" and frame["seq"] >= self._state_seq:
            self._state_seq = frame["seq"]
            self._new_state(frame)
        elif frame["type"] == "message":
            self._new_message(frame["message"])
        elif frame["type"] == "flow":
            self.flow = frame
        elif frame["type"] == "typing":
            self.typing_seen += 1
        elif frame["type"] == "refused":
            self.refusals.append(frame)
            if frame["code"] not in RETRIED_REFUSALS:
                self._owed.pop(str(frame["message_id"]), None)

    def _new_state(self, frame: Json) -> None:
        was_closed = self.is_closed
        self.state, self.agent_name = str(frame["state"]), str(frame["agent_name"])
        self.position = frame["position"]
        if self.is_closed and not was_closed:
            self._owes_end = False
            self._owed.clear()
            self.observer(Seen(kind=Kind.SAW_CLOSED, seq=frame["seq"], contact_id=self.contact_id))

    def _new_message(self, message: Json) -> None:
        seq, message_id = int(message["seq"]), str(message["message_id"])
        if seq in self.transcript:
            return
        self.transcript[seq] = message
        self._newest_seq = max(self._newest_seq, seq)
        text, sent_s = self._owed.pop(message_id, ("", 0.0))
        kind = Kind.CUSTOMER_MESSAGE if text else Kind.SAW_MESSAGE
        took_s = time.monotonic() - sent_s if text else 0.0
        self.observer(
            Seen(
                kind=kind,
                seq=seq,
                contact_id=self.contact_id,
                text=str(message["text"]),
                message_id=message_id,
                author=str(message["author"]),
                took_s=took_s,
            )
        )
