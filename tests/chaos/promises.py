"""Compare what clients were told with what the journal and the detail rows hold (I1, and I2 as clients saw it).

Every acknowledgement must have its event: the same contact, agent, offer and disposition, no later than the seq the
server named. Every message anybody was shown must lie under the same seq with the same id and text. And
what clients asked for once, retries included, must have happened once.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from loadtests.observing import Kind, Seen
from routing import events as ev
from routing.model import CALLS
from tests.chaos.history import Entry, Evidence, Problem, StoredMessage

Facts = dict[tuple[str, ...], list[int]]
"""What happened -> the seqs at which it did."""


_FACTS: dict[type, Callable[[Any], list[tuple[str, ...]]]] = {
    ev.ContactArrived: lambda e: [(Kind.CONTACT, e.contact_id)],
    ev.AgentStateRequested: lambda e: [(Kind.STATE, e.agent_id, e.state.value)],
    ev.OfferMade: lambda e: [(Kind.SAW_OFFER, e.offer_id, e.contact_id, e.agent_id)],
    ev.OfferAccepted: lambda e: [(Kind.ACCEPT, e.offer_id, e.contact_id, e.agent_id)],
    ev.OfferRejected: lambda e: [(Kind.REJECT, e.offer_id, e.agent_id)],
    ev.ContactEnded: lambda e: [
        (Kind.SAW_CLOSED, e.contact_id),
        (Kind.END, e.contact_id, e.agent_id or ""),
    ],
    ev.ContactClosed: lambda e: [(Kind.SAW_CLOSED, e.contact_id)],
    ev.WrapUpCompleted: lambda e: [(Kind.WRAP_UP, e.contact_id, e.agent_id, e.disposition_id)],
}


def _nothing(_event: ev.Event) -> list[tuple[str, ...]]:
    return []


def facts_of(entries: Iterable[Entry]) -> Facts:
    """Index the journal by what clients can be told about it."""
    facts: Facts = defaultdict(list)
    for entry in entries:
        for fact in _FACTS.get(type(entry.event), _nothing)(entry.event):
            facts[fact].append(entry.seq)
    return facts


_FACT_OF: dict[Kind, Callable[[Seen], tuple[str, ...]]] = {
    Kind.CONTACT: lambda seen: (Kind.CONTACT, seen.contact_id),
    Kind.STATE: lambda seen: (Kind.STATE, seen.agent_id, seen.state),
    Kind.SAW_OFFER: lambda seen: (Kind.SAW_OFFER, seen.offer_id, seen.contact_id, seen.agent_id),
    Kind.ACCEPT: lambda seen: (Kind.ACCEPT, seen.offer_id, seen.contact_id, seen.agent_id),
    Kind.REJECT: lambda seen: (Kind.REJECT, seen.offer_id, seen.agent_id),
    Kind.END: lambda seen: (Kind.END, seen.contact_id, seen.agent_id),
    Kind.SAW_CLOSED: lambda seen: (Kind.SAW_CLOSED, seen.contact_id),
    Kind.WRAP_UP: lambda seen: (Kind.WRAP_UP, seen.contact_id, seen.agent_id, seen.state),
}

REPEATED = frozenset({Kind.ACCEPT, Kind.REJECT, Kind.AGENT_MESSAGE, Kind.END, Kind.WRAP_UP})
"""Commands with an effect that can be told apart from another command's."""

MESSAGES = frozenset({Kind.CUSTOMER_MESSAGE, Kind.AGENT_MESSAGE, Kind.SAW_MESSAGE})


def check_promises(evidence: Evidence) -> list[Problem]:
    """Everything clients were told is true and still there."""
    facts = facts_of(evidence.entries)
    stored = {message.seq: message for message in evidence.messages}
    events = {entry.seq: entry.event for entry in evidence.entries}
    notes = {(note.contact_id, note.text) for note in evidence.wrap_up_notes}
    problems = []
    for seen in evidence.seen:
        if seen.refused_as:
            continue
        if seen.kind in MESSAGES:
            why = _why_message_is_lost(seen, stored, events)
        else:
            why = _why_lost(seen, facts, evidence.last_seq)
        if not why and seen.kind is Kind.WRAP_UP and seen.text:
            why = "" if (seen.contact_id, seen.text) in notes else f"{seen.text!r} is not stored"
        if why:
            problems.append(Problem("I1", seen.seq or 0, f"{seen.kind.value}: {why}"))
    return problems


def _why_lost(seen: Seen, facts: Facts, last_seq: int) -> str:
    fact = _FACT_OF[seen.kind](seen)
    seqs = facts.get(fact, [])
    if not seqs:
        return f"nothing in the journal says {' '.join(fact)}"
    if seen.seq is not None and seen.seq > last_seq:
        return (
            f"{' '.join(fact)} was acknowledged as seq {seen.seq}, the journal ends at {last_seq}"
        )
    if seen.seq is not None and min(seqs) > seen.seq:
        return f"{' '.join(fact)} was acknowledged as seq {seen.seq}, the journal has it at {seqs}"
    return ""


def _why_message_is_lost(
    seen: Seen, stored: dict[int, StoredMessage], events: dict[int, ev.Event]
) -> str:
    seq = seen.seq or 0
    message, event = stored.get(seq), events.get(seq)
    if not isinstance(event, ev.MessageAdded | ev.ContactArrived) or message is None:
        return f"{seen.message_id} of {seen.contact_id} is not at seq {seq}"
    if (message.contact_id, event.contact_id) != (seen.contact_id, seen.contact_id):
        return f"seq {seq} belongs to {message.contact_id}, not to {seen.contact_id}"
    if (message.message_id, message.text) != (seen.message_id, seen.text):
        return f"seq {seq} holds {message.message_id}, not {seen.message_id}, or another text"
    return ""


def check_repeats(evidence: Evidence) -> list[Problem]:
    """A request that was done and is sent again gets its first answer, not a refusal.

    An agent accepts a call by picking up, too: that a call was accepted does not say that the desk's request was done.
    """
    calls = {
        str(entry.event.contact_id)
        for entry in evidence.entries
        if isinstance(entry.event, ev.ContactArrived) and entry.event.channel in CALLS
    }
    accepted: dict[tuple[str, str], int] = {
        (entry.event.offer_id, entry.event.agent_id): entry.seq
        for entry in evidence.entries
        if isinstance(entry.event, ev.OfferAccepted) and str(entry.event.contact_id) not in calls
    }
    facts = facts_of(evidence.entries)
    texts = {(message.contact_id, message.text): message.seq for message in evidence.messages}
    problems = []
    for seen in evidence.seen:
        if not seen.refused_as or seen.kind not in REPEATED:
            continue
        if seen.kind is Kind.ACCEPT:
            done = accepted.get((seen.offer_id, seen.agent_id))
        elif seen.kind is Kind.AGENT_MESSAGE:
            done = texts.get((seen.contact_id, seen.text))
        else:
            done = next(iter(facts.get(_FACT_OF[seen.kind](seen), [])), None)
        if done is not None:
            text = f"{seen.kind.value} of {seen.offer_id or seen.contact_id} was done, its repeat refused as {seen.refused_as}"
            problems.append(Problem("repeat", done, text))
    return problems


def check_gaps(evidence: Evidence) -> list[Problem]:
    """Nobody who came back misses a message: the customer from the start, the agent since the last accept."""
    stored: dict[str, set[int]] = defaultdict(set)
    for message in evidence.messages:
        stored[message.contact_id].add(message.seq)
    accepted = {
        (str(entry.event.agent_id), str(entry.event.contact_id)): entry.seq
        for entry in evidence.entries
        if isinstance(entry.event, ev.OfferAccepted)
    }
    problems = []
    for one in evidence.transcripts:
        if not one.seqs:
            continue
        since = accepted.get((one.reader, one.contact_id), max(one.seqs))
        first = 0 if one.is_from_start else since
        due = {seq for seq in stored[one.contact_id] if first <= seq <= max(one.seqs)}
        if missed := sorted(due - one.seqs):
            text = f"{one.reader} never got messages {missed} of {one.contact_id}"
            problems.append(Problem("gap", missed[0], text))
    return problems


def check_once(evidence: Evidence) -> list[Problem]:
    """A retried command had one effect: texts are unique per client, so twice the text is twice the effect."""
    counts = Counter((message.contact_id, message.text) for message in evidence.messages)
    problems = [
        Problem("once", 0, f"contact {contact_id} holds {count} times the text {text!r}")
        for (contact_id, text), count in counts.items()
        if count > 1
    ]
    openings: dict[str, set[str]] = defaultdict(set)
    for message in evidence.messages:
        openings[message.text].add(message.contact_id)
    return problems + [
        Problem("once", 0, f"the text {text!r} is in {len(contacts)} contacts")
        for text, contacts in openings.items()
        if len(contacts) > 1
    ]


def check_assignments(evidence: Evidence) -> list[Problem]:
    """As clients saw it: an offer has one taker, and a contact passes on only through its queue."""
    takers: dict[str, set[str]] = defaultdict(set)
    accepts: dict[str, list[Seen]] = defaultdict(list)
    for seen in evidence.seen:
        if seen.kind is Kind.ACCEPT and not seen.refused_as:
            takers[seen.offer_id].add(seen.agent_id)
            accepts[seen.contact_id].append(seen)
    requeued = _requeue_seqs(evidence.entries)
    problems = [
        Problem("I2", 0, f"offer {offer_id} was granted to {sorted(agents)}")
        for offer_id, agents in takers.items()
        if len(agents) > 1
    ]
    for contact_id, granted in accepts.items():
        granted.sort(key=lambda seen: seen.seq or 0)
        for first, second in itertools.pairwise(granted):
            if first.offer_id == second.offer_id:
                continue
            between = range((first.seq or 0) - 1, (second.seq or 0) + 1)
            if not any(seq in between for seq in requeued[contact_id]):
                text = (
                    f"contact {contact_id} was granted to {first.agent_id} and to {second.agent_id}"
                )
                problems.append(Problem("I2", second.seq or 0, text))
    return problems


def _requeue_seqs(entries: Sequence[Entry]) -> dict[str, list[int]]:
    seqs: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry.event, ev.ContactRequeued):
            seqs[entry.event.contact_id].append(entry.seq)
    return seqs
