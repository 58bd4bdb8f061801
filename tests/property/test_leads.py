"""Leads under any walk: a refused step changes nothing, an open lead always comes back, what is over stays over."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from crm_link.leads.deciding import created, decide
from crm_link.leads.model import LeadStep, LeadTaken, Moment, Refused
from crm_link.leads.table import MOVES
from tests.unit.crm_link.test_leads import HOUR, OFFICE, lead

STEPS = st.tuples(
    st.sampled_from(LeadStep),
    st.sampled_from(("", "u-ann", "u-bob")),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 200 * HOUR)),
    st.integers(0, 40 * HOUR),
)


@given(walk=st.lists(STEPS, max_size=30))
def test_every_walk_keeps_what_holds(
    walk: list[tuple[LeadStep, str, bool, int | None, int]],
) -> None:
    current, now_ms = created(lead(), Moment(0, HOUR, OFFICE)), 0
    for step, by, has_text, remind_at_ms, pause_ms in walk:
        now_ms += pause_ms
        wanted = LeadTaken(
            step=step, by=by, has_text=has_text, remind_at_ms=remind_at_ms, queue_id="sales"
        )
        found = decide(current, wanted, Moment(now_ms, HOUR, OFFICE))
        if isinstance(found, Refused):
            continue
        assert (current.stage, step) in MOVES
        assert found.version == current.version + 1
        assert found.is_open is (found.remind_at_ms is not None)
        assert current.is_open or msgspec.structs.replace(current, version=found.version) == found
        assert (
            found.remind_at_ms == current.remind_at_ms
            or (found.remind_at_ms or 0) > now_ms
            or not found.is_open
        )
        current = found
