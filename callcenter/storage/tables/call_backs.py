"""The tables of call-backs."""

import sqlalchemy as sa

from callcenter.storage.tables.columns import counts, instants, keys, maybe, table, texts

call_backs = table(
    "call_backs",
    keys("call_back_id"),
    # `open_key`: of the queue and the customer while it is open. Each customer has one open call-back in a queue.
    texts("open_key", "queue_id", "number", "customer_key", "state", "mode", "made_by"),
    texts("language", "note", "last_outcome"),
    maybe("agent_id", "replaced_contact_id", "contact_id", kind=sa.String),
    instants("made_at_ms", "age_origin_ms", "expires_at_ms"),
    maybe("promised_at_ms", "due_at_ms"),
    counts("rounds", "attempts", "left_alone", "version"),
    sa.UniqueConstraint("domain_id", "open_key"),
    sa.Index(None, "domain_id", "customer_key"),
    sa.Index(None, "domain_id", "state", "made_at_ms"),
)

call_back_changes = table(
    "call_back_changes",
    keys("call_back_id"),
    keys("version", kind=sa.Integer),
    instants("at_ms"),
    texts("state", "cause", "by_user_id"),
)
