"""What processes tell each other and may lose: what a card says that only the router knows, and that somebody is typing.

A card is sent when it has changed, and every CARDS_AGAIN_S all of them: so a gateway that has just come, or a Redis that
was emptied, shows the truth soon, and nobody keeps count of who has heard what.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

import msgspec
from redis.asyncio import Redis

from agents.desk import Introduction, Introductions
from agents.protocol import AskedCard
from callcenter.cluster.limits import (
    CARDS_AGAIN_S,
    CARDS_KEPT,
    CARDS_LOOK_S,
    NOTES_MAX,
    NOTES_WAITING_MAX,
    RETRY_S,
)
from callcenter.cluster.redis import LinkLost, appended, newest_id, read_streams, send_all
from callcenter.cluster.wire import Asked, Card, Names, Note, Typing
from callcenter.host.envelope import Published
from routing.ids import AgentId, ContactId
from routing.model import Party

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Note] = msgspec.msgpack.Decoder(Note)


class Notes:
    """One process's ear and mouth. `run` belongs to a supervised task."""

    def __init__(self, client: Redis, names: Names, process_id: str) -> None:
        """Nobody listens yet."""
        self._client = client
        self._stream = names.notes
        self._process_id = process_id
        self._outbox: list[bytes] = []
        self._has_mail = asyncio.Event()
        self.on_card: Callable[[Card], None] = lambda _: None
        self.on_typing: Callable[[Typing], None] = lambda _: None
        self.on_asked: Callable[[Asked], None] = lambda _: None

    def tell(self, note: Note) -> None:
        """Tell the others; what does not fit is left out."""
        if len(self._outbox) < NOTES_WAITING_MAX:
            self._outbox.append(_ENCODER.encode(note))
            self._has_mail.set()

    def tell_typing(self, contact_id: ContactId, by: Party) -> None:
        """Somebody is writing here."""
        self.tell(Typing(self._process_id, contact_id, by))

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write())
            group.create_task(self._read())

    async def _write(self) -> None:
        while True:
            await self._has_mail.wait()
            self._has_mail.clear()
            batch, self._outbox = self._outbox, []
            try:
                await send_all(
                    self._client, (appended(self._stream, note, NOTES_MAX) for note in batch)
                )
            except LinkLost:
                await asyncio.sleep(RETRY_S)

    async def _read(self) -> None:
        after = b""
        while True:
            try:
                after = after or await newest_id(self._client, self._stream)
                found = await read_streams(self._client, {self._stream: after})
            except LinkLost:
                after = b""
                await asyncio.sleep(RETRY_S)
                continue
            for entry_id, message in found.get(self._stream, []):
                after = entry_id
                self._hear(_DECODER.decode(message))

    def _hear(self, note: Note) -> None:
        match note:
            case Card():
                self.on_card(note)
            case Asked():
                self.on_asked(note)
            case Typing() if note.process_id != self._process_id:
                self.on_typing(note)
            case _:
                return


class CardsElsewhere:
    """The gateway's side: what the router has said of contacts, over what is known here."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self._cards: dict[ContactId, Card] = {}
        self.on_change: Callable[[ContactId], None] = lambda _: None
        """Called with a contact that looks different now."""

    def over(self, own: Introductions) -> Introductions:
        """Introductions that know what the router knows."""

        def introduce(contact_id: ContactId) -> Introduction:
            introduction, card = own(contact_id), self._cards.get(contact_id)
            if card is None:
                return introduction
            return msgspec.structs.replace(
                introduction, call=card.call, email=card.email or introduction.email
            )

        return introduce

    def take(self, card: Card) -> None:
        """The router has said what a card is to say."""
        known = self._cards.pop(card.contact_id, None)
        self._cards[card.contact_id] = card
        if len(self._cards) > CARDS_KEPT:
            del self._cards[next(iter(self._cards))]
        if known != card:
            self.on_change(card.contact_id)


class CardTeller:
    """The router's side: tells what has changed. `run` belongs to a supervised task."""

    def __init__(
        self,
        notes: Notes,
        introductions: Introductions,
        *,
        open_contacts: Callable[[], Iterable[ContactId]],
        questions: Callable[[], Mapping[AgentId, AskedCard]],
        monotonic_s: Callable[[], float],
    ) -> None:
        """`open_contacts`: those that may stand on a desk; `questions`: what agents are asked by phone."""
        self._notes = notes
        self._introductions = introductions
        self._open_contacts = open_contacts
        self._questions = questions
        self._monotonic_s = monotonic_s
        self._changed: dict[ContactId, None] = {}
        self._asked: dict[AgentId, None] = {}
        self._told: dict[ContactId, Card] = {}

    def on_published(self, published: Published) -> None:
        """Contacts of events may look different. A listener of the host."""
        for event in published.events:
            contact_id = getattr(event, "contact_id", None)
            if contact_id is not None:
                self.changed(contact_id)

    def changed(self, contact_id: ContactId) -> None:
        """A contact may look different."""
        self._changed[contact_id] = None

    def asked(self, agent_id: AgentId) -> None:
        """What an agent is asked by phone looks different."""
        self._asked[agent_id] = None

    async def run(self) -> None:
        """Until cancelled."""
        all_told_s = self._monotonic_s()
        while True:
            await asyncio.sleep(CARDS_LOOK_S)
            if self._monotonic_s() - all_told_s >= CARDS_AGAIN_S:
                all_told_s = self._monotonic_s()
                self._told.clear()
                self._changed.update(dict.fromkeys(self._open_contacts()))
                self._asked.clear()
                self._notes.tell(Asked(dict(self._questions()), is_all=True))
            changed, self._changed = self._changed, {}
            for contact_id in changed:
                self._tell(contact_id)
            if self._asked:
                asked, self._asked = self._asked, {}
                known = self._questions()
                self._notes.tell(Asked({each: known[each] for each in asked if each in known}))

    def _tell(self, contact_id: ContactId) -> None:
        known = self._introductions(contact_id)
        card = Card(contact_id, known.email, known.call)
        if card != self._told.get(contact_id, Card(contact_id)):
            self._told[contact_id] = card
            self._notes.tell(card)
