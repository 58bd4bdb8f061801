"""What another document would change, in words: the values that differ, and whom it concerns. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from callcenter.config_loader.asks import asks_by_pool
from routing.commands import PutAgent
from routing.ids import AgentId, QueueId
from routing.model import RoutingConfiguration

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | float | bool | None"
"""A value as JSON has it."""

_NAMES_SHOWN = 10
"""Names told one by one; of more, the rest is counted."""


def differences(before: Plain, after: Plain, where: str = "") -> Iterator[str]:
    """Each value that differs, by its path; entries of a list are told by their id."""
    if before == after:
        return
    old, new = _entries(before), _entries(after)
    if old is None or new is None:
        yield f"{where}: {_shown(before)} -> {_shown(after)}"
        return
    for key in old:
        path = f"{where}.{key}" if where else key
        if key in new:
            yield from differences(old[key], new[key], path)
        else:
            yield f"{path}: gone"
    for key in new:
        if key not in old:
            yield f"{where}.{key}: new" if where else f"{key}: new"


def effects(
    before: RoutingConfiguration,
    after: RoutingConfiguration,
    *,
    agents: Sequence[PutAgent],
    name_of: Callable[[AgentId], str],
    contacts: Mapping[QueueId, int],
) -> Iterator[str]:
    """Which agents lose or gain a queue by it, and how many of its contacts that concerns."""
    old = {policy.queue_id: policy for policy in before.queues}
    new = {policy.queue_id: policy for policy in after.queues}
    servers = tuple(_servers(agents, one) for one in (before, after))
    for queue_id in {**old, **new}:
        could, can = (of_queue.get(queue_id, {}) for of_queue in servers)
        for verb, named in (
            ("lose", [one for one in could if one not in can]),
            ("gain", [one for one in can if one not in could]),
        ):
            if named:
                word = "agent" if len(named) == 1 else "agents"
                s = "s" if len(named) == 1 else ""
                yield f"{word} {_listed([name_of(one) for one in named])} {verb}{s} queue {queue_id}"
        open_now = contacts.get(queue_id, 0)
        if queue_id not in new and open_now:
            yield f"queue {queue_id} holds {_contacts(open_now)}: nothing is applied before they are gone"
        elif open_now and old.get(queue_id) != new.get(queue_id):
            yield f"{_contacts(open_now)} of queue {queue_id} go on under its new rules, at their age"


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


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    return shown if len(names) <= _NAMES_SHOWN else f"{shown} and {len(names) - _NAMES_SHOWN} more"


def _contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count} contacts"
