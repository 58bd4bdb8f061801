"""`callcenter explain`: why an offer went where it did, why a contact waits, why an agent gets nothing.

It reads the journal of a data directory, whether a server runs on it or not, and writes nothing.
"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import newest_configuration, on_store
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock
from callcenter.explaining.naming import Language, Names, Words
from callcenter.explaining.telling import Section, Teller
from callcenter.host.recount import RecountedOffer, Wanted, permits, recount
from callcenter.host.recovery import JournalDamaged, recover
from callcenter.storage.store import SqlStore
from routing.errors import RefusalCode
from routing.explain import explain_agent, explain_waiting, verdict
from routing.ids import AgentId, ContactId
from routing.state import Contact, ContactState, State


class Answer(msgspec.Struct):
    """What `--json` prints: numbers and ids as the core tells them, and the sections in words."""

    as_of_seq: int
    at_ms: int
    contact_id: str | None = None
    agent_id: str | None = None
    state: ContactState | None = None
    waiting: Any = None
    agent: Any = None
    verdict: Any = None
    offers: list[RecountedOffer] = []
    sections: list[Section] = []


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser("explain", help="why a contact went where it did, or still waits")
    parser.add_argument("contact_id", nargs="?", metavar="CONTACT_ID")
    parser.add_argument(
        "--agent",
        metavar="A",
        help="why not this agent (id or user name); without a contact: why the agent gets nothing",
    )
    parser.add_argument("--offer", type=int, metavar="N", help="only the N-th offer, from 1")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--lang", choices=list(Language), default=Language.EN)
    add_data_dir(parser)
    parser.set_defaults(action=on_store(_explain))


async def _explain(opened: SqlStore, parsed: argparse.Namespace) -> int:
    if parsed.contact_id is None and parsed.agent is None:
        raise CommandError(
            "say which: callcenter explain CONTACT_ID, or callcenter explain --agent A"
        )
    try:
        answer = await _answer(opened, parsed)
    except JournalDamaged as error:
        raise CommandError(str(error)) from error
    if parsed.json:
        say(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
        return 0
    for section in answer.sections:
        say(section.title)
        for line in section.lines:
            say(f"  - {line}")
    return 0


class _Reading(msgspec.Struct):
    """One run of the command: what it reads from, what it says."""

    opened: SqlStore
    domain_id: str
    state: State
    teller: Teller
    answer: Answer

    def tell_agent(self) -> None:
        """Why the agent gets nothing of what waits."""
        agent = self.state.agents[AgentId(self.answer.agent_id or "")]
        self.answer.agent = explain_agent(self.state, agent, self.answer.at_ms)
        self.answer.sections.extend(self.teller.agent(self.answer.agent))

    async def tell_offers(self, contact_id: str, number: int | None) -> None:
        """Every offer of the contact, or one of them, recounted from the journal."""
        answer, teller = self.answer, self.teller
        asked = None if answer.agent_id is None else AgentId(answer.agent_id)
        wanted = Wanted(ContactId(contact_id), number, asked)
        answer.offers = await recount(self.opened.journal, self.domain_id, wanted)
        for offer in answer.offers:
            why = offer.explanation
            first, *others = teller.offer(offer.number, why)
            title = f"{first.title} ({_at(why.at_ms)}, event {offer.seq})"
            answer.sections.extend([Section(title, first.lines), *others])
            if offer.verdict is not None and asked != why.agent_id:
                answer.sections.append(teller.why_not_then(offer.verdict, why))

    async def tell_permits(self, contact_id: str) -> bool:
        """Why the contact might be dialled, or might not; False where nobody has asked."""
        found = await permits(self.opened.journal, self.domain_id, ContactId(contact_id))
        for seq, event in found:
            told = self.teller.permit(event)
            title = f"{told.title} ({_at(event.at_ms)}, event {seq})"
            self.answer.sections.append(Section(title, told.lines))
        return bool(found)

    def tell_now(self, contact: Contact | None) -> None:
        """Where the contact is, and if it waits, why."""
        answer, teller = self.answer, self.teller
        answer.state = ContactState.CLOSED if contact is None else contact.state
        if contact is None or contact.state is not ContactState.WAITING:
            answer.sections.append(teller.elsewhere(contact))
            return
        answer.waiting = explain_waiting(self.state, contact, answer.at_ms)
        answer.sections.extend(teller.waiting(answer.waiting))
        if answer.agent_id is not None:
            answer.verdict = verdict(self.state.agents[AgentId(answer.agent_id)], contact)
            answer.sections.append(teller.why_not(answer.verdict, answer.at_ms))


async def _answer(opened: SqlStore, parsed: argparse.Namespace) -> Answer:
    domain_id, contact_id, number = settings_of(parsed).domain_id, parsed.contact_id, parsed.offer
    state = (await recover(opened.journal, domain_id)).state
    answer = Answer(state.seq, max(state.now_ms, Clock().now_ms()), contact_id)
    teller = Teller(Language(parsed.lang), await _names(opened))
    if parsed.agent is not None:
        answer.agent_id = await _agent_id(opened, state, parsed.agent)
    reading = _Reading(opened, domain_id, state, teller, answer)
    if contact_id is None:
        reading.tell_agent()
        return answer
    contact = state.contacts.get(ContactId(contact_id))
    await reading.tell_offers(contact_id, number)
    asks_for_all = number is None and not answer.offers
    is_told = asks_for_all and await reading.tell_permits(contact_id)
    if contact is None and is_told:
        return answer
    if contact is None and not answer.offers:
        await _check_known(opened, contact_id)
    if number is None:
        reading.tell_now(contact)
    elif not answer.offers:
        detail = f"contact {contact_id} has no offer {number}"
        raise CommandError(f"{RefusalCode.OFFER_UNKNOWN}: {detail}")
    return answer


def _at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")


async def _check_known(opened: SqlStore, contact_id: str) -> None:
    """A closed contact that was never offered is known to the interaction log alone."""
    if await opened.interactions.get(ContactId(contact_id)) is None:
        raise CommandError(f"{RefusalCode.CONTACT_UNKNOWN}: there is no contact {contact_id}")


async def _agent_id(opened: SqlStore, state: State, wanted: str) -> str:
    """The agent's id, given that or the user name."""
    user = None if AgentId(wanted) in state.agents else await opened.users.by_username(wanted)
    agent_id = wanted if user is None else user.user_id
    if AgentId(agent_id) not in state.agents:
        raise CommandError(f"{RefusalCode.AGENT_UNKNOWN}: there is no agent {wanted}")
    return agent_id


async def _names(opened: SqlStore) -> Names:
    """Everybody's and everything's name: who may read the data directory may read all of it."""
    document = (await newest_configuration(opened)).document
    people = {user.user_id: user.display_name for user in await opened.users.all()}
    return Names(
        agent_name=lambda agent_id: people.get(agent_id, agent_id),
        queues=_words(document.queues),
        reasons=_words(document.not_ready_reasons),
        skills=_words(document.skills),
        teams={one.team_id: Words(one.en, one.zh) for one in await opened.teams.all()},
    )


def _words(named: Sequence[Any]) -> dict[str, Words]:
    return {one.id: Words(one.name.en, one.name.zh) for one in named}
