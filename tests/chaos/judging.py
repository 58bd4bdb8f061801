"""All checks of one run, in the order in which they explain each other."""

from collections.abc import Sequence

from callcenter.host.replay import replay
from callcenter.ports.read_models import Interaction
from tests.chaos.history import Evidence, Problem, check_sequence
from tests.chaos.lines import ContactLine
from tests.chaos.naive import NaiveWorld
from tests.chaos.promises import (
    check_assignments,
    check_gaps,
    check_once,
    check_promises,
    check_repeats,
)
from tests.chaos.reading import Stored

COUNTED = (
    "queue_id",
    "customer_key",
    "arrived_at_ms",
    "first_offered_at_ms",
    "answered_at_ms",
    "ended_at_ms",
    "closed_at_ms",
    "outcome",
    "disposition_id",
    "ended_by",
    "offers",
    "missed",
    "rejected",
    "requeues",
    "messages",
)
"""Fields the interaction log and the naive reading have in common by name."""


def check_replay(evidence: Evidence) -> list[Problem]:
    """Deciding the inputs again gives the recorded decisions (I6)."""
    divergence = replay([entry.event for entry in evidence.entries])
    if divergence is None:
        return []
    text = f"recorded {divergence.recorded}, decided again {divergence.decided}"
    return [Problem("I6", divergence.seq, text)]


def check_recount(rows: Sequence[Interaction], as_of_seq: int, evidence: Evidence) -> list[Problem]:
    """The interaction log equals a recount from the journal at the same seq (I8)."""
    counted = NaiveWorld().read(entry for entry in evidence.entries if entry.seq <= as_of_seq)
    logged = {row.contact_id: row for row in rows}
    problems = [
        Problem("I8", as_of_seq, f"the interaction log misses contact {contact_id}")
        for contact_id in counted.contacts.keys() - logged.keys()
    ]
    for contact_id, row in logged.items():
        line = counted.contacts.get(contact_id)
        if line is None:
            problems.append(Problem("I8", as_of_seq, f"{contact_id} is in the log alone"))
        else:
            problems += _differences(row, line, as_of_seq)
    return problems


def _differences(row: Interaction, line: ContactLine, as_of_seq: int) -> list[Problem]:
    return [
        Problem(
            "I8",
            as_of_seq,
            f"{row.contact_id}: the log says {name} {getattr(row, name)!r}, the journal {getattr(line, name)!r}",
        )
        for name in COUNTED
        if getattr(row, name) != getattr(line, name)
    ]


def judge(stored: Stored) -> list[Problem]:
    """Every problem found in what a run has left behind."""
    evidence = stored.evidence
    world = NaiveWorld().read(evidence.entries)
    world.check_end()
    problems = [
        *check_sequence(evidence.entries),
        *check_promises(evidence),
        *check_once(evidence),
        *check_repeats(evidence),
        *check_gaps(evidence),
        *check_assignments(evidence),
        *world.problems,
        *check_replay(evidence),
        *stored.state_problems,
        *check_recount(stored.interactions, stored.interactions_as_of, evidence),
    ]
    behind = [
        entry.seq
        for entry in evidence.entries
        if entry.seq > stored.interactions_as_of and hasattr(entry.event, "contact_id")
    ]
    if behind:
        text = f"the interaction log stands at {stored.interactions_as_of}, contacts changed at {behind[:5]}"
        problems.append(Problem("I8", stored.interactions_as_of, text))
    return problems
