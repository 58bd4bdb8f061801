"""Flows in the chat widget, wired."""

import hashlib
from collections.abc import Callable

import msgspec

from agents.presence import PresenceKeeper
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.channels.chat_entrance import ChatEntrance, Newcomer
from callcenter.channels.visit_book import Leading, Surroundings, VisitBook
from callcenter.channels.visiting import Visit
from callcenter.clock import Clock
from callcenter.flows.given import given_line
from callcenter.flows.lookups import FlowLookups
from callcenter.host.host import Host
from callcenter.projections.introductions import Introductions
from callcenter.storage.store import SqlStore
from callcenter.telephony.promising import Caller, Promises
from ivr.session import BookCallBack, Record
from ivr.waiting import Outlook
from routing.ids import ContactId, QueueId
from routing.model import Channel


def build_visits(
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    entrance: ChatEntrance,
    lookups: FlowLookups,
    introductions: Introductions,
    presence: PresenceKeeper[ContactId],
    outlook: Callable[[ContactId], Outlook],
    promises: Promises,
) -> VisitBook:
    """Wire it; nothing runs before its `run` does."""

    async def admit(visit: Visit, queue_id: str) -> None:
        command_id = f"visit:{visit.row.contact_id}"
        # The digest is of the visit alone: should the configuration have changed, the repeat is still the same one.
        digest = hashlib.sha256(command_id.encode()).digest()
        await entrance.admit(_newcomer(visit, queue_id), command_id, digest)

    async def leave_message(visit: Visit, asked: Record, text: str) -> None:
        command_id = f"message:{visit.session_id}.{asked.number}"
        digest = hashlib.sha256(command_id.encode())
        contact_id = ContactId(digest.hexdigest()[:32])
        message = msgspec.structs.replace(
            _newcomer(visit, asked.queue_id), contact_id=contact_id, text=text, channel=Channel.TASK
        )
        await entrance.admit(message, command_id, digest.digest())

    async def promise(visit: Visit, asked: BookCallBack) -> bool:
        return await promises.promise(_caller(visit, asked))

    def of_widget(widget_id: str) -> Leading | None:
        widget = configuration.widget(widget_id)
        return None if widget is None else Leading(widget.queue_id, widget.flow)

    def of_number(number: str) -> Leading | None:
        entry = configuration.entry_point(number)
        return None if entry is None else Leading(entry.queue_id, entry.flow)

    return VisitBook(
        Surroundings(
            mirror=lambda: host.mirror,
            visits=store.visits,
            marks=store.survey_marks,
            lookups=lookups,
            admit=admit,
            leave_message=leave_message,
            promise=promise,
            of_widget=of_widget,
            of_number=of_number,
            survey_of=configuration.survey_of,
            is_present=presence.has_socket,
            outlook=outlook,
            language_of=lambda contact_id: introductions(contact_id).language,
            now_ms=clock.now_ms,
        )
    )


def _newcomer(visit: Visit, queue_id: str) -> Newcomer:
    start, session = visit.start, visit.session
    return Newcomer(
        contact_id=visit.row.contact_id,
        queue_id=QueueId(queue_id),
        name=start.name,
        email=start.email,
        language=start.language if session is None else session.language,
        text=start.text,
        given=given_line(session) if session is not None and session.given else None,
    )


def _caller(visit: Visit, asked: BookCallBack) -> Caller:
    return Caller(
        contact_id=visit.row.contact_id,
        queue_id=QueueId(asked.queue_id),
        number=asked.to,
        language=visit.start.language if visit.session is None else visit.session.language,
        since_ms=visit.row.begun_at_ms,
    )
