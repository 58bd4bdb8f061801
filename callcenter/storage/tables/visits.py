"""The tables of flows and surveys."""

import sqlalchemy as sa

from callcenter.storage.tables.columns import counts, instants, keys, maybe, must, table, texts

visits = table(
    "visits",
    keys("visit_id"),
    texts("contact_id"),
    instants("begun_at_ms"),
    must(sa.LargeBinary, "body"),
    maybe("ended_at_ms"),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "ended_at_ms"),
)

visit_inputs = table(
    "visit_inputs",
    keys("visit_id"),
    keys("n", kind=sa.Integer),
    texts("contact_id"),
    instants("at_ms"),
    must(sa.LargeBinary, "body"),
    sa.Index(None, "domain_id", "contact_id"),
)

survey_marks = table(
    "survey_marks",
    keys("contact_id", "question"),
    texts("assignment_id", "agent_id", "queue_id"),
    instants("answered_at_ms"),
    counts("mark", "low", "high"),
    texts("name_en", "name_zh"),
    sa.Index(None, "domain_id", "answered_at_ms"),
)
