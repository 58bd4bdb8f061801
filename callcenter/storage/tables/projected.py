"""Tables that projections fill in, each with its cursor."""

from typing import Final

from callcenter.storage.tables.campaigns import campaign_attempts
from callcenter.storage.tables.main import (
    agent_intervals,
    agent_states,
    interactions,
    phases,
    queue_intervals,
    queue_thresholds,
)

PROJECTION_TABLES: Final = {
    table.name: table
    for table in (
        interactions,
        phases,
        agent_states,
        queue_intervals,
        agent_intervals,
        queue_thresholds,
        campaign_attempts,
    )
}
"""What a projection may change."""
