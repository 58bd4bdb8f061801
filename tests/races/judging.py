"""What must hold after every race: one winner, each offer ends once, each contact ends once, nobody hears a stranger."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from loadtests.softpbx.calls import Call
from routing import events as ev
from routing.ids import ContactId


class Traces:
    """The engine's events, folded by their own words."""

    def __init__(self, history: Iterable[ev.Event]) -> None:
        self.texts: list[str] = []
        self.arrived: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self.made: set[str] = set()
        self.ends: dict[str, list[str]] = defaultdict(list)
        self._held_by: dict[str, str] = {}
        for event in history:
            self._note(event)

    def _note(self, event: ev.Event) -> None:
        match event:
            case ev.ContactArrived():
                self.arrived[event.contact_id] += 1
            case ev.ContactClosed():
                self.closed[event.contact_id] += 1
                self._held_by.pop(event.contact_id, None)
            case ev.OfferMade():
                self.made.add(event.offer_id)
            case ev.OfferAccepted():
                self.ends[event.offer_id].append("accepted")
                holder = self._held_by.setdefault(event.contact_id, event.agent_id)
                if holder != event.agent_id:
                    self.texts.append(f"{event.contact_id}: {event.agent_id} beside {holder}")
            case ev.OfferRejected() | ev.OfferExpired() | ev.OfferRescinded():
                self.ends[event.offer_id].append(type(event).__name__)
            case ev.ContactRequeued() | ev.ContactEnded():
                self._held_by.pop(event.contact_id, None)
            case _:
                return


def faults_of(traces: Traces, calls: Mapping[ContactId, Call]) -> list[str]:
    """Everything that is wrong with these calls."""
    texts = list(traces.texts)
    texts += [
        f"offer {offer_id} ended {len(traces.ends[offer_id])} times: {traces.ends[offer_id]}"
        for offer_id in sorted(traces.made)
        if len(traces.ends[offer_id]) != 1
    ]
    for contact_id, call in calls.items():
        arrived, closed = traces.arrived[contact_id], traces.closed[contact_id]
        if (arrived, closed) not in ((1, 1), (0, 0)):
            texts.append(f"{call.call_id} arrived {arrived} times and was closed {closed} times")
        for leg_id in call.bridged:
            if traces.ends[leg_id] != ["accepted"]:
                texts.append(f"{call.call_id} was bridged to {leg_id}: {traces.ends[leg_id]}")
    return texts
