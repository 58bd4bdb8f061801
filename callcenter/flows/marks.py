"""Marks of a session as they are stored: each with the contact, the agent and the assignment it is about."""

from callcenter.flows.inputs import Served
from callcenter.ports.visits import SurveyMark
from ivr.session import Session
from routing.ids import ContactId

NOBODY = Served("", "", "")


def marks_of(contact_id: ContactId, session: Session, served: Served) -> tuple[SurveyMark, ...]:
    """All that was given so far."""
    return tuple(
        SurveyMark(
            contact_id=contact_id,
            question=one.question,
            assignment_id=served.assignment_id,
            agent_id=served.agent_id,
            queue_id=served.queue_id,
            answered_at_ms=one.at_ms,
            mark=one.value,
            low=one.low,
            high=one.high,
            name_en=one.names.get("en", ""),
            name_zh=one.names.get("zh", ""),
        )
        for one in session.marks
    )
