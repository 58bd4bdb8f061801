"""The open call-backs of the domain, as this process knows them: found by id, customer, contact, and by what is due."""

import heapq
from collections.abc import Iterator

from callcenter.call_backs.limits import KEPT_MAX
from callcenter.ports.call_backs import CallBack, CallBackState
from routing.ids import ContactId, QueueId


class Register:
    """Rows of the store; each change comes here once it is durable."""

    def __init__(self) -> None:
        """Empty."""
        self._rows: dict[str, CallBack] = {}
        self._by_customer: dict[tuple[QueueId, str], str] = {}
        self._by_contact: dict[ContactId, str] = {}
        self._due: list[tuple[int, str]] = []
        self._kept: dict[ContactId, CallBack] = {}
        """Those that are done, while their customers are talked with."""

    def __len__(self) -> int:
        """How many are open."""
        return len(self._rows)

    def put(self, call_back: CallBack) -> None:
        """Take over a row; one that is over is forgotten."""
        before = self._rows.pop(call_back.call_back_id, None)
        if before is not None:
            self._by_customer.pop((before.queue_id, before.customer_key), None)
            if before.contact_id is not None:
                self._by_contact.pop(before.contact_id, None)
        if not call_back.is_open:
            self._keep(call_back)
            return
        self._rows[call_back.call_back_id] = call_back
        if call_back.customer_key:
            key = (call_back.queue_id, call_back.customer_key)
            self._by_customer[key] = call_back.call_back_id
        if call_back.contact_id is not None:
            self._by_contact[call_back.contact_id] = call_back.call_back_id
        if call_back.due_at_ms is not None:
            self.look_at(call_back.call_back_id, call_back.due_at_ms)

    def look_at(self, call_back_id: str, at_ms: int) -> None:
        """Name it then, if its row is due by then."""
        heapq.heappush(self._due, (at_ms, call_back_id))

    def get(self, call_back_id: str) -> CallBack | None:
        """An open one."""
        return self._rows.get(call_back_id)

    def all(self) -> list[CallBack]:
        """The open ones, the oldest first."""
        return sorted(self._rows.values(), key=lambda one: (one.age_origin_ms, one.call_back_id))

    def of_customer(self, queue_id: QueueId, customer_key: str) -> CallBack | None:
        """The open one of a customer in a queue."""
        return self._rows.get(self._by_customer.get((queue_id, customer_key), ""))

    def of_contact(self, contact_id: ContactId) -> CallBack | None:
        """The open one whose newest round this contact is."""
        return self._rows.get(self._by_contact.get(contact_id, ""))

    def _keep(self, call_back: CallBack) -> None:
        if call_back.contact_id is not None and call_back.state is CallBackState.DONE:
            self._kept[call_back.contact_id] = call_back
            if len(self._kept) > KEPT_MAX:
                del self._kept[next(iter(self._kept))]

    def behind(self, contact_id: ContactId) -> CallBack | None:
        """The one for which a contact was called, open or done."""
        return self.of_contact(contact_id) or self._kept.get(contact_id)

    def let_go(self, contact_id: ContactId) -> None:
        """The contact is closed."""
        self._kept.pop(contact_id, None)

    def waiting(self) -> dict[QueueId, list[CallBack]]:
        """Those that wait for an agent, the oldest first, by queue."""
        found: dict[QueueId, list[CallBack]] = {}
        for one in self.all():
            if one.state is CallBackState.WAITING:
                found.setdefault(one.queue_id, []).append(one)
        return found

    def next_due_ms(self) -> int | None:
        """When something is due next; perhaps of one that has changed since."""
        return self._due[0][0] if self._due else None

    def due(self, now_ms: int) -> Iterator[CallBack]:
        """Those for which something is due; each is named once."""
        while self._due and self._due[0][0] <= now_ms:
            _, call_back_id = heapq.heappop(self._due)
            row = self._rows.get(call_back_id)
            if row is not None and row.due_at_ms is not None and row.due_at_ms <= now_ms:
                yield row
