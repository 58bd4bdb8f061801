"""What explanations cost: the reason each offer carries, as a share of deciding it, and telling the rest when asked."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from routing import events as ev
from routing.explain import explain_offer, explain_waiting
from routing.ids import OfferId
from routing.state import Contact, State

OFFERS = 20_000
ROUNDS = 5
_ENCODER = msgspec.msgpack.Encoder()


def costs(state: State, handle_us: float) -> dict[str, Any]:
    """Figures of a state in which somebody waits or is in hand; `handle_us` is what a command costs on the mean."""
    line = [one for queue in state.waiting.values() for one in queue]
    contact = state.contacts[line[0]] if line else next(iter(state.contacts.values()))
    with_reason, without = _offers(state, contact)
    recorded_us = _encoded_us(with_reason) - _encoded_us(without)
    return {
        "reason_us": round(max(0.0, recorded_us), 3),
        "reason_share_of_a_command": round(max(0.0, recorded_us) / handle_us, 4),
        "reason_bytes": len(_ENCODER.encode(with_reason)) - len(_ENCODER.encode(without)),
        "telling_an_offer_ms": _once_ms(lambda: explain_offer(state, with_reason)),
        "telling_a_waiting_contact_ms": _once_ms(
            lambda: explain_waiting(state, contact, state.now_ms)
        ),
    }


def _offers(state: State, contact: Contact) -> tuple[ev.OfferMade, ev.OfferMade]:
    """An offer as it is journalled, and as it would be without its reason."""
    agent_id = next(iter(state.agents))
    offer_id = OfferId(f"{contact.contact_id}.1")
    without = ev.OfferMade(
        state.now_ms, offer_id, contact.contact_id, agent_id, contact.queue_id, state.now_ms
    )
    reason = {"trigger": ev.OfferTrigger.AGENT_FREED, "waited_ms": 12_345}
    return msgspec.structs.replace(without, **reason), without


def _encoded_us(offer: ev.OfferMade) -> float:
    """Making and encoding one, the best of some rounds: in processor time of the thread."""
    values = [getattr(offer, name) for name in offer.__struct_fields__]
    given = values if offer.trigger is not None else values[:-2]
    best_ns = min(_round_ns(given) for _ in range(ROUNDS))
    return best_ns / OFFERS / 1_000


def _round_ns(given: list[Any]) -> int:
    began = time.thread_time_ns()
    for _ in range(OFFERS):
        _ENCODER.encode(ev.OfferMade(*given))
    return time.thread_time_ns() - began


def _once_ms(work: Callable[[], object]) -> float:
    began = time.thread_time_ns()
    work()
    return round((time.thread_time_ns() - began) / 1e6, 2)
