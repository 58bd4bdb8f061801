"""The tables of cases."""

import sqlalchemy as sa

from callcenter.storage.tables.columns import counts, flags, instants, keys, maybe, table, texts
from callcenter.storage.tables.steps import step_table

cases = table(
    "cases",
    keys("case_id"),
    texts("kind", "state", "department_id", "from_department_id", "owner_id", "proposed_by"),
    texts("category", "root_cause", "due", "attempts_ms"),
    texts("subject", "description", "customer_name", "number", "solution"),
    texts("opened_by", "contact_id", "customer_key", "language", "call_back_id"),
    # `order_ms`: when it is due while it is open, when it was closed after that. Every list is ordered by it.
    instants("received_at_ms", "since_ms", "proposed_at_ms", "order_ms"),
    # `late_at_ms`: when other programs are to be told that it is late. With the index, nothing is looked through.
    maybe("reported_at_ms", "report_read_at_ms", "unread_since_ms", "look_at_ms", "late_at_ms"),
    counts("case_no", "version", "times_reopened", "calls"),
    flags("is_open", "is_major"),
    sa.UniqueConstraint("domain_id", "case_no"),
    sa.Index(None, "domain_id", "department_id", "is_open", "order_ms", "case_id"),
    sa.Index(None, "domain_id", "owner_id", "is_open", "order_ms", "case_id"),
    sa.Index(None, "domain_id", "unread_since_ms", "case_id"),
    sa.Index(None, "domain_id", "customer_key"),
    sa.Index(None, "domain_id", "look_at_ms"),
    sa.Index(None, "domain_id", "late_at_ms"),
)

case_events = step_table("case_events", "case_id", "state", "department_id")

case_contacts = table(
    "case_contacts",
    keys("case_id", "contact_id"),
    instants("at_ms"),
    sa.Index(None, "domain_id", "contact_id"),
)
