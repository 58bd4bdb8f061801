"""An explanation as a person reads it: sections of short lines, made from the numbers of `routing.explain`.

Instants are told as durations from the moment that is explained, so that no time zone is needed. An agent whom the
reader may not know by name is "an agent you do not supervise", and is only counted where agents are listed.
"""

from collections.abc import Iterable, Mapping

import msgspec

from callcenter.explaining import permit_words, reason_words, words
from callcenter.explaining.naming import Language, Names, Words, counted, duration, listed
from callcenter.explaining.words import SAY, Say
from callcenter.log_rows import Phase
from routing.events import CHOSEN_BY_HAND, PermitGranted, PermitRefused
from routing.explain import (
    LAST_RESORT,
    ONLY_ONE,
    AgentExplanation,
    Candidate,
    Group,
    OfferExplanation,
    Rival,
    Standing,
    Verdict,
    WaitingExplanation,
)
from routing.model import ContactStrategy, SkillNeed
from routing.reasons import Reason
from routing.state import Contact, ContactState, Deadline


class Section(msgspec.Struct, frozen=True):
    """A heading and what stands under it."""

    title: str
    lines: list[str]


class Teller:
    """Writes explanations out in one language, with the names one reader may see."""

    def __init__(self, language: Language, names: Names) -> None:
        """Nothing is read but what is handed in."""
        self._language = language
        self._names = names

    # --- whole explanations ------------------------------------------------------------------------

    def waiting(self, why: WaitingExplanation) -> list[Section]:
        """Why a contact still waits."""
        standing = why.standing
        headline = self._say(
            Say.WAITS,
            waited=self._duration(standing.waited_ms),
            queue=self._queue(standing.queue_id),
            agents=self._counted("agents", why.agent_count),
        )
        facts = {"channel": self._channel(standing), "needs": self._needs(standing.needs)}
        cannot = [
            self._group(group, reason_words.REMOVED, "agents", facts) for group in why.removed
        ]
        coming = [self._deadline(one, why.at_ms) for one in why.deadlines]
        sections = [
            Section(headline, self._step(standing)),
            Section(self._say(Say.WHO_CANNOT), cannot),
            Section(self._say(Say.WHAT_NEXT), coming),
        ]
        if why.eligible_ids:
            free = [self._agent(one) for one in why.eligible_ids]
            sections.insert(1, Section(self._say(Say.FREE_NOW), free))
        return sections

    def elsewhere(self, contact: Contact | None) -> Section:
        """A contact that does not wait; None for one that is closed."""
        state, agent_ids = ContactState.CLOSED, []
        if contact is not None:
            state, agent_ids = contact.state, [*contact.asked, contact.agent_id or ""]
        agents = [self._agent(agent_id) for agent_id in agent_ids if agent_id]
        text = self._text(words.STATES[state], agent=listed(agents, self._language))
        return Section(text, [])

    def why_not(self, verdict: Verdict, at_ms: int) -> Section:
        """One agent, one contact, while it waits."""
        agent = self._agent(verdict.agent_id)
        lines = self._reasons(verdict, at_ms) or [self._say(Say.CAN_TAKE_IT, agent=agent)]
        return Section(self._say(Say.WHY_NOT, agent=agent), lines)

    def why_not_then(self, verdict: Verdict, why: OfferExplanation) -> Section:
        """One agent, and an offer that went to another."""
        agent, winner = self._agent(verdict.agent_id), self._agent(why.agent_id)
        came_after = [self._say(Say.WAS_FREE, agent=agent, winner=winner)]
        lines = self._reasons(verdict, why.at_ms) or came_after
        return Section(self._say(Say.WHY_NOT, agent=agent), lines)

    def offer(self, number: int, why: OfferExplanation) -> list[Section]:
        """Why an offer went to its agent."""
        agent, standing = self._agent(why.agent_id), why.standing
        headline = [
            self._say(
                Say.WAITED,
                waited=self._duration(standing.waited_ms),
                queue=self._queue(standing.queue_id),
                credit=self._duration(standing.credit_ms),
            ),
            self._trigger(why),
            *self._decided(why),
            self._say(Say.CONFIRMED if why.is_confirmed else Say.NOT_CONFIRMED),
        ]
        facts = {"channel": self._channel(standing), "needs": self._needs(standing.needs)}
        free = [self._candidate(one, why.at_ms) for one in why.candidates]
        others = [
            self._rival(one)
            for one in why.rivals
            if one.contact_id != standing.contact_id and self._names.may_see_queue(one.queue_id)
        ]
        cannot = [
            self._group(group, reason_words.REMOVED, "agents", facts) for group in why.removed
        ]
        sections = [
            Section(self._say(Say.THE_OFFER, number=str(number), agent=agent), headline),
            Section(self._say(Say.WHO_WAS_FREE), self._with_more(free, why.candidate_count)),
            Section(self._say(Say.WHO_CANNOT), cannot),
            Section(self._say(Say.RIVALS, agent=agent), others),
            Section(self._say(Say.RULES), self._rules(standing)),
        ]
        return [one for one in sections if one.lines]

    def permit(self, event: PermitGranted | PermitRefused) -> Section:
        """Why a call might be dialled, or might not."""
        if isinstance(event, PermitRefused):
            why = permit_words.REASONS.get(event.reason)
            line = event.reason if why is None else self._text(why)
            return Section(self._text(permit_words.REFUSED), [line])
        texts = [permit_words.KEPT_FREE]
        if event.is_agent_first:
            texts.append(permit_words.AGENT_FIRST)
        agent = self._agent(event.agent_id)
        lines = [self._text(one, agent=agent) for one in texts]
        return Section(self._text(permit_words.GRANTED), lines)

    def agent(self, why: AgentExplanation) -> list[Section]:
        """Why an agent is not given what waits."""
        agent = self._agent(why.agent_id)
        now = self._say(
            Say.AGENT_NOW,
            agent=agent,
            state=words.AGENT_STATES[why.state].of(self._language),
            since=self._duration(why.at_ms - why.state_since_ms),
            held=self._counted("contacts", len(why.held_ids)),
        )
        facts = {"agent": agent}
        kept = [
            self._group(one, reason_words.NOT_FOR_AGENT, "contacts", facts) for one in why.removed
        ]
        lines = kept or [self._say(Say.NOTHING_WAITS)]
        return [Section(now, []), Section(self._say(Say.WHAT_WAITS, agent=agent), lines)]

    def asked(
        self, phases: Iterable[Phase], names: Mapping[str, str], now_ms: int
    ) -> list[Section]:
        """Whom the agents of a call asked meanwhile; its history tells whoever reads it all of these names."""
        lines = [self._aside(one, names, now_ms) for one in phases]
        return [Section(self._say(Say.ASKED_COLLEAGUES), lines)] if lines else []

    # --- parts ---------------------------------------------------------------------------------------

    def _aside(self, one: Phase, names: Mapping[str, str], now_ms: int) -> str:
        until_ms = now_ms if one.ended_at_ms is None else one.ended_at_ms
        return self._say(
            Say.ASKED if one.kind == "consult" else Say.THREE,
            agent=names.get(one.agent_id or "") or self._say(Say.SOMEBODY),
            colleague=names.get(one.to_agent_id or "") or self._say(Say.SOMEBODY),
            lasted=self._duration(until_ms - one.began_at_ms),
            ending=words.CONSULT_ENDS.get(one.ended_as, words.CONSULT_ENDS["failed"]).of(
                self._language
            ),
        )

    def _reasons(self, verdict: Verdict, at_ms: int) -> list[str]:
        agent = self._agent(verdict.agent_id)
        return [self._reason(one, agent, at_ms) for one in verdict.reasons]

    def _reason(self, reason: Reason, agent: str, at_ms: int) -> str:
        facts = {"agent": agent}
        for name, value in reason.facts.items():
            key, _, unit = name.partition("_")
            if unit == "at_ms" and isinstance(value, int):
                facts[key] = self._duration(abs(value - at_ms))
            elif unit == "id":
                facts[key] = self._named(key, str(value))
            else:
                facts[name] = self._named(name, str(value))
        return self._text(reason_words.REASONS[reason.code], **facts)

    def _group(
        self, group: Group, table: dict[str, Words], noun: str, facts: dict[str, str]
    ) -> str:
        text = self._text(table[group.filter], **facts, **{noun: self._counted(noun, group.count)})
        named = self._nameable(group.ids) if noun == "agents" else list(group.ids)
        shown = self._with_more(named, group.count) if named else []
        return (
            self._say(Say.NAMED, what=text, names=listed(shown, self._language)) if shown else text
        )

    def _with_more(self, shown: list[str], count: int) -> list[str]:
        more = count - len(shown)
        return [*shown, self._say(Say.AND_MORE, count=str(more))] if more > 0 else shown

    def _deadline(self, deadline: Deadline, at_ms: int) -> str:
        due = self._duration(deadline.due_ms - at_ms)
        agent = self._agent(deadline.agent_id)
        return self._text(reason_words.DEADLINES[deadline.kind], due=due, agent=agent)

    def _trigger(self, why: OfferExplanation) -> str:
        text = words.UNKNOWN_TRIGGER if why.trigger is None else words.TRIGGERS[why.trigger]
        return self._text(
            text,
            agent=self._agent(why.agent_id),
            agents=self._counted("agents", why.candidate_count),
            contacts=self._counted("contacts", why.rival_count),
        )

    def _decided(self, why: OfferExplanation) -> list[str]:
        """What put the first before the second, of the agents and of the contacts."""
        if why.trigger in CHOSEN_BY_HAND:
            return []
        by_contact = why.contact_decided_by
        lines = [self._agent_decided(why)]
        if by_contact != ONLY_ONE:
            first, second = why.rivals[0], why.rivals[1]
            strategy = why.standing.contact_strategy
            lines.append(
                self._text(
                    words.CONTACT_DECIDED[by_contact],
                    loser=self._contact(second),
                    agent=self._agent(why.agent_id),
                    strategy=words.CONTACT_STRATEGIES[strategy].of(self._language),
                    first=self._urgency(by_contact, first, strategy),
                    second=self._urgency(by_contact, second, strategy),
                )
            )
        else:
            text = words.CONTACT_DECIDED[ONLY_ONE]
            lines.append(self._text(text, agent=self._agent(why.agent_id)))
        return lines

    def _agent_decided(self, why: OfferExplanation) -> str:
        part = why.agent_decided_by
        text = words.AGENT_DECIDED[part]
        if part == ONLY_ONE:
            return self._text(text)
        first, second = why.candidates[0], why.candidates[1]
        facts = {"winner": self._agent(first.agent_id), "loser": self._agent(second.agent_id)}
        if part != LAST_RESORT:
            facts["first"] = self._part(part, first, why.at_ms)
            facts["second"] = self._part(part, second, why.at_ms)
            score = words.SCORES[why.standing.agent_strategy]
            facts["score"] = self._text(score, first=facts["first"], second=facts["second"])
        return self._text(text, **facts)

    def _part(self, part: str, candidate: Candidate, at_ms: int) -> str:
        value = candidate.parts[part]
        if part == "idle_since_ms" and isinstance(value, int):
            return self._duration(at_ms - value)
        return str(abs(value)) if isinstance(value, int) else value

    def _urgency(self, part: str, rival: Rival, strategy: ContactStrategy) -> str:
        value = int(rival.parts[part])
        if part != "score":
            return str(value)
        if strategy is ContactStrategy.SLA_URGENCY:
            return f"{value // 10_000} %"
        return self._duration(value)

    def _candidate(self, one: Candidate, at_ms: int) -> str:
        idle = self._part("idle_since_ms", one, at_ms)
        return self._say(Say.CANDIDATE, agent=self._agent(one.agent_id), idle=idle)

    def _rival(self, one: Rival) -> str:
        waited, queue = self._duration(one.waited_ms), self._queue(one.queue_id)
        return self._say(Say.RIVAL, contact=one.contact_id, waited=waited, queue=queue)

    def _rules(self, standing: Standing) -> list[str]:
        agents = words.AGENT_STRATEGIES[standing.agent_strategy].of(self._language)
        contacts = words.CONTACT_STRATEGIES[standing.contact_strategy].of(self._language)
        return [
            self._say(Say.AGENT_RULE, strategy=agents),
            self._say(Say.CONTACT_RULE, strategy=contacts),
            *self._step(standing),
            self._say(Say.NEEDS, needs=self._needs(standing.needs)),
            self._say(Say.VERSION, version=standing.configuration_version[:12]),
        ]

    def _step(self, standing: Standing) -> list[str]:
        """Where it is among the steps of its queue, if there are several."""
        step, steps = str(standing.step), str(standing.step_count)
        return [self._say(Say.STEP, step=step, steps=steps)] if standing.step_count > 1 else []

    def _needs(self, needs: Iterable[SkillNeed]) -> str:
        told = [
            self._say(Say.NEED, skill=self._named("skill", need.skill_id), level=str(need.level))
            for need in needs
        ]
        return listed(told, self._language) or self._say(Say.NO_NEEDS)

    # --- names ---------------------------------------------------------------------------------------

    def _nameable(self, agent_ids: Iterable[str]) -> list[str]:
        """The names of those whom the reader may know."""
        names = (self._names.agent_name(agent_id) for agent_id in agent_ids)
        return [name for name in names if name is not None]

    def _agent(self, agent_id: str) -> str:
        return self._names.agent_name(agent_id) or self._say(Say.SOMEBODY)

    def _contact(self, one: Rival) -> str:
        is_known = self._names.may_see_queue(one.queue_id)
        return one.contact_id if is_known else self._say(Say.SOME_CONTACT)

    def _queue(self, queue_id: str) -> str:
        return self._named("queue", queue_id)

    def _channel(self, standing: Standing) -> str:
        return words.CHANNELS[standing.channel].of(self._language)

    def _named(self, kind: str, value: str) -> str:
        """What an id is called; what has no name is told as it is."""
        tables: dict[str, Mapping[str, Words]] = {
            "queue": self._names.queues,
            "reason": self._names.reasons,
            "skill": self._names.skills,
            "team": self._names.teams,
            "channel": {str(channel): text for channel, text in words.CHANNELS.items()},
        }
        text = tables.get(kind, {}).get(value)
        return value if text is None else text.of(self._language)

    # --- writing out ---------------------------------------------------------------------------------

    def _say(self, what: Say, /, **facts: str) -> str:
        return self._text(SAY[what], **facts)

    def _text(self, text: Words, /, **facts: str) -> str:
        return text.of(self._language).format(**facts)

    def _duration(self, for_ms: int) -> str:
        return duration(for_ms, self._language)

    def _counted(self, noun: str, count: int) -> str:
        return counted(noun, count, self._language)
