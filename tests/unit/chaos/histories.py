"""A small good history by hand, to be spoiled one event at a time."""

from collections.abc import Sequence

from loadtests.observing import Kind, Seen
from routing import events as ev
from routing.ids import (
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
    QueueId,
    ReasonId,
    TeamId,
)
from routing.model import (
    AgentState,
    CapacityRule,
    Channel,
    NotReadyReason,
    Party,
    QueuePolicy,
    RoutingConfiguration,
)
from tests.chaos.history import Entry, Evidence, StoredMessage

SALES, TEAM, DONE = QueueId("sales"), TeamId("t1"), DispositionId("done")
ANNA, BO = AgentId("anna"), AgentId("bo")
C1, C2 = ContactId("c1"), ContactId("c2")
GRACE_MS, GONE_MS, OFFER_MS, GAP_MS, WRAP_MS = 30_000, 60_000, 20_000, 10_000, 90_000

CONFIGURATION = RoutingConfiguration(
    version="v",
    queues=(
        QueuePolicy(
            queue_id=SALES,
            offer_timeout_ms=OFFER_MS,
            reoffer_gap_ms=GAP_MS,
            wrap_up_limit_ms=WRAP_MS,
            wrap_up_extension_ms=30_000,
            wrap_up_extensions_max=2,
            waiting_alarm_ms=120_000,
            waiting_max=100,
            disposition_ids=(DONE,),
        ),
    ),
    not_ready_reasons=(NotReadyReason(ReasonId("missed"), 60_000),),
    presence_grace_ms=GRACE_MS,
    customer_gone_ms=GONE_MS,
    connected_probe_ms=600_000,
    missed_limits={Channel.CHAT: 2},
)


def configured() -> ev.ConfigurationApplied:
    return ev.ConfigurationApplied(0, CONFIGURATION)


def put(agent_id: AgentId, capacity: int = 1) -> ev.AgentPut:
    rule = CapacityRule(total=capacity, per_channel={Channel.CHAT: capacity})
    return ev.AgentPut(0, agent_id, TEAM, (SALES,), rule)


def ready(agent_id: AgentId, at_ms: int = 0) -> list[ev.Event]:
    return [
        ev.AgentConnected(at_ms, agent_id),
        ev.AgentStateRequested(at_ms, agent_id, AgentState.READY, None),
        ev.AgentStateChanged(at_ms, agent_id, AgentState.READY, None, ev.StateCause.REQUESTED),
    ]


def arrives(contact_id: ContactId, at_ms: int) -> list[ev.Event]:
    return [
        ev.ContactArrived(at_ms, contact_id, Channel.CHAT, SALES, ""),
        ev.MessageAdded(at_ms, contact_id, DetailId(f"m-{contact_id}"), Party.CUSTOMER, None),
        ev.ContactQueued(at_ms, contact_id, SALES, at_ms),
    ]


def offer(contact_id: ContactId, agent_id: AgentId, at_ms: int, number: int = 1) -> ev.OfferMade:
    offer_id = OfferId(f"{contact_id}.{number}")
    return ev.OfferMade(at_ms, offer_id, contact_id, agent_id, SALES, at_ms + OFFER_MS)


def accept(
    contact_id: ContactId, agent_id: AgentId, at_ms: int, number: int = 1
) -> ev.OfferAccepted:
    return ev.OfferAccepted(at_ms, OfferId(f"{contact_id}.{number}"), contact_id, agent_id)


def expire(contact_id: ContactId, agent_id: AgentId, at_ms: int) -> ev.OfferExpired:
    return ev.OfferExpired(at_ms, OfferId(f"{contact_id}.1"), contact_id, agent_id)


def finish(contact_id: ContactId, agent_id: AgentId, at_ms: int) -> list[ev.Event]:
    return [
        ev.ContactEnded(at_ms, contact_id, Party.AGENT, agent_id),
        ev.WrapUpStarted(at_ms, contact_id, agent_id, at_ms + WRAP_MS),
        ev.WrapUpCompleted(at_ms + 1_000, contact_id, agent_id, DONE),
        closed(contact_id, agent_id, at_ms + 1_000),
    ]


def closed(contact_id: ContactId, agent_id: AgentId | None, at_ms: int) -> ev.ContactClosed:
    handled = agent_id is not None
    outcome = ev.ContactOutcome.HANDLED if handled else ev.ContactOutcome.ABANDONED
    return ev.ContactClosed(at_ms, contact_id, SALES, outcome, agent_id, DONE if handled else None)


def good() -> list[ev.Event]:
    """Anna is ready, one contact arrives, is offered, answered and wrapped up."""
    return [
        configured(),
        put(ANNA),
        put(BO),
        *ready(ANNA),
        *arrives(C1, 1_000),
        offer(C1, ANNA, 1_000),
        accept(C1, ANNA, 2_000),
        ev.MessageAdded(3_000, C1, DetailId("m-2"), Party.AGENT, ANNA),
        *finish(C1, ANNA, 5_000),
    ]


def journal(events: Sequence[ev.Event]) -> list[Entry]:
    return [Entry(seq, event) for seq, event in enumerate(events, 1)]


def at(events: Sequence[ev.Event], kind: type) -> int:
    """Index of the first event of a kind."""
    return next(index for index, event in enumerate(events) if isinstance(event, kind))


def messages(entries: Sequence[Entry]) -> list[StoredMessage]:
    """The detail rows that belong to the journal's messages."""
    return [
        StoredMessage(
            entry.seq,
            entry.event.contact_id,
            entry.event.detail_id,
            entry.event.detail_id,
            f"text of {entry.event.detail_id}",
        )
        for entry in entries
        if isinstance(entry.event, ev.MessageAdded)
    ]


def promised(entries: Sequence[Entry]) -> list[Seen]:
    """What honest clients of the good history were told."""
    seq = {type(entry.event): entry.seq for entry in entries}
    stored = messages(entries)
    return [
        Seen(kind=Kind.STATE, seq=seq[ev.AgentStateRequested], agent_id=ANNA, state="ready"),
        Seen(kind=Kind.CONTACT, contact_id=C1, text=stored[0].text),
        Seen(
            kind=Kind.CUSTOMER_MESSAGE,
            seq=stored[0].seq,
            contact_id=C1,
            message_id=stored[0].message_id,
            text=stored[0].text,
        ),
        Seen(
            kind=Kind.SAW_OFFER,
            seq=seq[ev.OfferMade],
            contact_id=C1,
            offer_id="c1.1",
            agent_id=ANNA,
        ),
        Seen(
            kind=Kind.ACCEPT,
            seq=seq[ev.OfferAccepted],
            contact_id=C1,
            offer_id="c1.1",
            agent_id=ANNA,
        ),
        Seen(
            kind=Kind.AGENT_MESSAGE,
            seq=stored[1].seq,
            contact_id=C1,
            message_id=stored[1].message_id,
            text=stored[1].text,
            agent_id=ANNA,
        ),
        Seen(kind=Kind.END, seq=seq[ev.ContactEnded], contact_id=C1, agent_id=ANNA),
        Seen(kind=Kind.SAW_CLOSED, seq=seq[ev.ContactEnded], contact_id=C1),
        Seen(
            kind=Kind.WRAP_UP, seq=seq[ev.WrapUpCompleted], contact_id=C1, agent_id=ANNA, state=DONE
        ),
    ]


def evidence(events: Sequence[ev.Event] | None = None) -> Evidence:
    entries = journal(good() if events is None else events)
    return Evidence(entries, messages(entries), promised(journal(good())))
