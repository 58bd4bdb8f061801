"""An agent's day, counted from phases: what was missed is not answered, what is put aside is not handled."""

from callcenter.log_rows import Phase
from callcenter.ports.read_models import AgentWork
from callcenter.projections.statistics import day_of
from routing.ids import AgentId, ContactId

ANN = AgentId("ann")


def phase(contact_id: str, kind: str, times: tuple[int, int | None], ended_as: str = "") -> Phase:
    began_at_ms, ended_at_ms = times
    return Phase(
        contact_id=ContactId(contact_id),
        began_seq=began_at_ms,
        kind=kind,
        queue_id="sales",
        began_at_ms=began_at_ms,
        agent_id=ANN,
        ended_at_ms=ended_at_ms,
        ended_as=ended_as,
    )


def test_a_day() -> None:
    work = AgentWork(
        7,
        [],
        None,
        [
            phase("mail", "offer", (0, 10), "accepted"),
            phase("mail", "talk", (10, 110), "parked"),
            phase("mail", "parked", (110, 500), "resumed"),
            phase("mail", "talk", (500, 550), "ended_by_agent"),
            phase("mail", "wrap_up", (550, 600), "completed"),
            phase("chat", "offer", (700, 710), "accepted"),
            phase("chat", "talk", (710, 900), "ended_by_customer"),
            phase("chat", "wrap_up", (900, None)),
            phase("call", "offer", (950, 970), "missed"),
            phase("call", "offer", (980, None)),
        ],
    )
    day = day_of(work, 0, 1_000)
    assert (day.answered, day.missed, day.handled, day.handle_ms) == (2, 1, 1, 200)
    assert day.times.occupancy.permille is None
