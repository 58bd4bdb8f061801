"""What an agent's desk shows of the promise behind a call."""

import msgspec

from agents.desk import Introduction, Introductions
from agents.protocol import CallBackCard
from callcenter.call_backs.register import Register
from routing.ids import ContactId


def introduced(register: Register, introductions: Introductions) -> Introductions:
    """Introductions that know of call-backs too."""

    def introduce(contact_id: ContactId) -> Introduction:
        introduction, row = introductions(contact_id), register.behind(contact_id)
        if introduction.call is None or row is None:
            return introduction
        card = CallBackCard(
            row.made_at_ms, row.made_by.value, row.promised_at_ms, row.note, row.attempts
        )
        call = msgspec.structs.replace(introduction.call, call_back=card)
        return msgspec.structs.replace(introduction, call=call)

    return introduce
