"""What became of each contact, read from events in the same way for what was and for what would have been."""

from math import ceil
from typing import Any

import msgspec

from routing import events as ev
from routing.ids import AgentId, ContactId, QueueId

ANSWERED, ABANDONED, OPEN = "answered", "abandoned", "open"


class Fate(msgspec.Struct):
    """One contact: who answered it first and after how long, or how long it waited until it left."""

    queue_id: QueueId
    arrived_ms: int
    outcome: str = OPEN
    agent_id: AgentId | None = None
    wait_ms: int | None = None


class Fates:
    """Folds events."""

    def __init__(self) -> None:
        """Nobody has come yet."""
        self.of: dict[ContactId, Fate] = {}
        self.missed: dict[QueueId, int] = {}

    def follow(self, event: ev.Event) -> None:
        """One event, in order."""
        match event:
            case ev.ContactArrived():
                self.of[event.contact_id] = Fate(event.queue_id, event.at_ms)
            case ev.OfferAccepted():
                fate = self.of[event.contact_id]
                if fate.outcome is OPEN:
                    fate.outcome, fate.agent_id = ANSWERED, event.agent_id
                    fate.wait_ms = event.at_ms - fate.arrived_ms
            case ev.ContactClosed():
                fate = self.of[event.contact_id]
                if fate.outcome is OPEN:
                    fate.outcome, fate.wait_ms = ABANDONED, event.at_ms - fate.arrived_ms
            case ev.OfferExpired():
                queue_id = self.of[event.contact_id].queue_id
                self.missed[queue_id] = self.missed.get(queue_id, 0) + 1
            case _:
                return

    def figures(self, service_level_s: float) -> dict[str, dict[str, Any]]:
        """Of each queue by which contacts entered, and of all together as `total`."""
        queues: dict[str, list[Fate]] = {}
        for fate in self.of.values():
            queues.setdefault(fate.queue_id, []).append(fate)
        said = {
            queue_id: _figures(fates, self.missed.get(QueueId(queue_id), 0), service_level_s)
            for queue_id, fates in sorted(queues.items())
        }
        total = _figures(list(self.of.values()), sum(self.missed.values()), service_level_s)
        return {**said, "total": total}


def _figures(fates: list[Fate], missed: int, service_level_s: float) -> dict[str, Any]:
    answered = sorted(one.wait_ms or 0 for one in fates if one.outcome is ANSWERED)
    abandoned = [one.wait_ms or 0 for one in fates if one.outcome is ABANDONED]
    waits = sorted([*answered, *abandoned])
    within = sum(wait_ms <= service_level_s * 1000 for wait_ms in answered)
    return {
        "offered": len(fates),
        "answered": len(answered),
        "abandoned": len(abandoned),
        "open": len(fates) - len(waits),
        "p_abandon": _ratio(len(abandoned), len(fates)),
        "asa_s": _ratio(sum(answered) / 1000, len(answered)),
        "mean_wait_s": _ratio(sum(waits) / 1000, len(waits)),
        "p90_wait_s": waits[ceil(len(waits) * 0.9) - 1] / 1000 if waits else None,
        "longest_wait_s": waits[-1] / 1000 if waits else None,
        "service_level": _ratio(within, len(fates)),
        "missed_offers": missed,
    }


def _ratio(part: float, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def differences(before: Fates, after: Fates) -> list[dict[str, Any]]:
    """Contacts that went to somebody else, waited otherwise or ended otherwise; the largest change of wait first."""
    changed: list[tuple[int, dict[str, Any]]] = []
    for contact_id, was in before.of.items():
        now = after.of.get(contact_id)
        if now is not None and _told(was) == _told(now):
            continue
        moved_ms = (now.wait_ms or 0) - (was.wait_ms or 0) if now is not None else 0
        told: dict[str, Any] = {"contact_id": contact_id, "queue_id": was.queue_id}
        told |= {"before": _told(was), "after": _told(now) if now is not None else None}
        changed.append((abs(moved_ms), told))
    return [told for _, told in sorted(changed, key=lambda one: -one[0])]


def _told(fate: Fate) -> dict[str, Any]:
    return {
        "outcome": fate.outcome,
        "agent_id": fate.agent_id,
        "wait_s": None if fate.wait_ms is None else fate.wait_ms / 1000,
    }
