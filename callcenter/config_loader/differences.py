"""What another document would change: the values that differ, and whom it concerns. Pure.

Both are told as values, for whoever shows them in their own words, and in one English line each (`told`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

import msgspec

from callcenter.config_loader.asks import asks_by_pool
from routing.commands import PutAgent
from routing.ids import AgentId, QueueId
from routing.model import RoutingConfiguration

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | float | bool | None"
"""A value as JSON has it."""

_NAMES_SHOWN = 10
"""Names told one by one; of more, the rest is counted."""


class Change(StrEnum):
    """What became of a value."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


class Difference(msgspec.Struct, frozen=True):
    """A value that differs, by its path; `before` and `after` in short, empty for what is new or gone."""

    path: str
    change: Change
    before: str = ""
    after: str = ""

    def told(self) -> str:
        """In one line."""
        if self.change is Change.CHANGED:
            return f"{self.path}: {self.before} -> {self.after}"
        return f"{self.path}: {self.change}"


class EffectKind(StrEnum):
    """Whom a change of the queues concerns, and how."""

    AGENTS_LOSE = "agents_lose"
    AGENTS_GAIN = "agents_gain"
    CONTACTS_HELD = "contacts_held"
    CONTACTS_GO_ON = "contacts_go_on"


class Effect(msgspec.Struct, frozen=True):
    """Agents who lose or gain a queue (their names), or how many contacts of a queue a change concerns."""

    kind: EffectKind
    queue_id: QueueId
    names: tuple[str, ...] = ()
    contacts: int = 0

    def told(self) -> str:
        """In one line."""
        if self.kind is EffectKind.CONTACTS_HELD:
            return f"queue {self.queue_id} holds {_contacts(self.contacts)}: nothing is applied before they are gone"
        if self.kind is EffectKind.CONTACTS_GO_ON:
            return f"{_contacts(self.contacts)} of queue {self.queue_id} go on under its new rules, at their age"
        verb = "lose" if self.kind is EffectKind.AGENTS_LOSE else "gain"
        word, s = ("agent", "s") if len(self.names) == 1 else ("agents", "")
        return f"{word} {listed(self.names)} {verb}{s} queue {self.queue_id}"


def differences(before: Plain, after: Plain, where: str = "") -> Iterator[Difference]:
    """Each value that differs; entries of a list are known by their id."""
    if before == after:
        return
    old, new = _entries(before), _entries(after)
    if old is None or new is None:
        yield Difference(where, Change.CHANGED, _shown(before), _shown(after))
        return
    for key in old:
        path = f"{where}.{key}" if where else key
        if key in new:
            yield from differences(old[key], new[key], path)
        else:
            yield Difference(path, Change.GONE)
    for key in new:
        if key not in old:
            yield Difference(f"{where}.{key}" if where else key, Change.NEW)


def effects(
    before: RoutingConfiguration,
    after: RoutingConfiguration,
    *,
    agents: Sequence[PutAgent],
    name_of: Callable[[AgentId], str],
    contacts: Mapping[QueueId, int],
) -> Iterator[Effect]:
    """Which agents lose or gain a queue by it, and how many of its contacts that concerns."""
    old = {policy.queue_id: policy for policy in before.queues}
    new = {policy.queue_id: policy for policy in after.queues}
    servers = tuple(_servers(agents, one) for one in (before, after))
    for queue_id in {**old, **new}:
        could, can = (of_queue.get(queue_id, {}) for of_queue in servers)
        for kind, named in (
            (EffectKind.AGENTS_LOSE, [one for one in could if one not in can]),
            (EffectKind.AGENTS_GAIN, [one for one in can if one not in could]),
        ):
            if named:
                yield Effect(kind, queue_id, tuple(name_of(one) for one in named))
        open_now = contacts.get(queue_id, 0)
        if queue_id not in new and open_now:
            yield Effect(EffectKind.CONTACTS_HELD, queue_id, contacts=open_now)
        elif open_now and old.get(queue_id) != new.get(queue_id):
            yield Effect(EffectKind.CONTACTS_GO_ON, queue_id, contacts=open_now)


def _entries(value: Plain) -> dict[str, Plain] | None:
    """What can be compared piece by piece: a mapping, or a list whose entries all have an id of their own."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return None
    entries: dict[str, Plain] = {
        str(one["id"]): one for one in value if isinstance(one, dict) and "id" in one
    }
    return entries if len(entries) == len(value) else None


def _shown(value: Plain) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_shown(one)}' for key, one in value.items())}}}"
    return str(value)


def _servers(
    agents: Sequence[PutAgent], routing: RoutingConfiguration
) -> dict[QueueId, dict[AgentId, None]]:
    """Queue -> who may be asked for its contacts, at first or in a later step."""
    asks, servers = asks_by_pool(routing), dict[QueueId, dict[AgentId, None]]()
    for agent in agents:
        for queue_id in agent.queue_ids:
            for ask in asks.get(queue_id, ()):
                if ask.may_be_served_by(agent):
                    servers.setdefault(ask.policy.queue_id, {})[agent.agent_id] = None
    return servers


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: the first ones, and how many more there are."""
    shown = ", ".join(names[:_NAMES_SHOWN])
    return shown if len(names) <= _NAMES_SHOWN else f"{shown} and {len(names) - _NAMES_SHOWN} more"


def _contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count} contacts"
