"""Recounting: the state is folded up to just before an offer, and the core is asked why.

An explanation is not stored, so it costs the folding of what came before: from the newest snapshot if the offer is
younger, else from the journal's start. Each record is checked against the chain on the way, so what is explained is
what was decided. Between two portions other work of the loop gets its turn; the explaining itself, which looks at
every agent and at all that waits, is done in a thread: the folded state is nobody else's.
"""

import asyncio
from contextlib import aclosing

import msgspec

from callcenter.host.chain import ZERO
from callcenter.host.recovery import Recovered, events_after, restored
from callcenter.ports.journal import Journal
from routing import events as ev
from routing.explain import OfferExplanation, Verdict, explain_offer, verdict
from routing.ids import AgentId, ContactId
from routing.reducer import apply
from routing.state import State

FOLDED_AT_ONCE = 250
"""Events folded before other work of the loop gets its turn: some 2 ms."""


class JournalTooLong(Exception):
    """More events would have to be folded than the caller allows."""


class Wanted(msgspec.Struct, frozen=True):
    """Which offers of which contact (`number` counts from 1, None = all), and whom to ask "why not" about."""

    contact_id: ContactId
    number: int | None = None
    agent_id: AgentId | None = None


class RecountedOffer(msgspec.Struct, frozen=True):
    """An offer, the journal's number of it, why it was made, and why not the agent asked about."""

    seq: int
    number: int
    explanation: OfferExplanation
    verdict: Verdict | None


async def recount(
    journal: Journal, domain_id: str, wanted: Wanted, *, events_max: int | None = None
) -> list[RecountedOffer]:
    """The wanted offers in their order; empty when there are none.

    Raises JournalDamaged, JournalTooLong, StorageUnavailable.
    """
    newest = restored(await journal.snapshot())
    if newest.state.seq and _may_be_younger(newest.state, wanted):
        found = await _offers_after(journal, domain_id, newest, wanted)
        if found:
            return found
    last_seq, _ = await journal.last()
    if events_max is not None and last_seq > events_max:
        raise JournalTooLong(f"{last_seq} events")
    return await _offers_after(journal, domain_id, Recovered(State(), ZERO, 0), wanted)


async def permits(
    journal: Journal, domain_id: str, contact_id: ContactId
) -> list[tuple[int, ev.PermitGranted | ev.PermitRefused]]:
    """Every answer to the question whether this contact may be dialled, with the journal's number of it.

    A refused contact has not arrived, so the same one may have been refused often. Raises JournalDamaged, StorageUnavailable.
    """
    found: list[tuple[int, ev.PermitGranted | ev.PermitRefused]] = []
    async with aclosing(events_after(journal, domain_id, 0, ZERO)) as events:
        async for record, event in events:
            match event:
                case ev.PermitRefused(arrived=ev.ContactArrived(contact_id=asked)):
                    about = asked
                case ev.PermitGranted(contact_id=asked):
                    about = asked
                case _:
                    continue
            if about == contact_id:
                found.append((record.seq, event))
    return found


def _may_be_younger(state: State, wanted: Wanted) -> bool:
    """Whether everything wanted may have happened after this state."""
    contact = state.contacts.get(wanted.contact_id)
    if contact is None:
        return True
    return contact.offers_made < (wanted.number or 1)


async def _offers_after(
    journal: Journal, domain_id: str, start: Recovered, wanted: Wanted
) -> list[RecountedOffer]:
    state = start.state
    found: list[RecountedOffer] = []
    async with aclosing(events_after(journal, domain_id, state.seq, start.chain)) as events:
        async for record, event in events:
            if isinstance(event, ev.OfferMade) and event.contact_id == wanted.contact_id:
                number = state.contacts[event.contact_id].offers_made + 1
                if wanted.number in (None, number):
                    told = asyncio.to_thread(_recounted, state, record.seq, event, wanted.agent_id)
                    found.append(await told)
                if wanted.number == number:
                    break
            apply(state, event)
            if isinstance(event, ev.ContactClosed) and event.contact_id == wanted.contact_id:
                break
            if record.seq % FOLDED_AT_ONCE == 0:
                await asyncio.sleep(0)
    return found


def _recounted(
    state: State, seq: int, offer: ev.OfferMade, agent_id: AgentId | None
) -> RecountedOffer:
    contact = state.contacts[offer.contact_id]
    agent = None if agent_id is None else state.agents.get(agent_id)
    why_not = None if agent is None else verdict(agent, contact)
    return RecountedOffer(seq, contact.offers_made + 1, explain_offer(state, offer), why_not)
