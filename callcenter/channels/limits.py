"""Bounds of flows in the chat widget."""

from typing import Final

ANSWERS_HELD_MAX: Final = 8
"""Answers of one customer that wait to be stored; more are left out."""

VISIT_SWEEP_MS: Final = 500
"""How often deadlines are looked at."""

VISIT_RETRY_MS: Final = 1_000
"""After a store or an engine that could not take something, it is asked again so much later."""

VISIT_GONE_MS: Final = 60_000
"""A customer whose page is gone for so long before the queue, or in a survey, has left."""

VISIT_KEPT_MS: Final = 2 * 24 * 3_600_000
"""What was said in a flow is deleted so long after it ended."""

VISIT_FORGET_EVERY_MS: Final = 600_000
"""How often that is done."""
