"""Every bound of cases, named, with what happens when it is met."""

from typing import Final

ATTEMPTS_MAX: Final = 3
"""Days on which a customer is called in vain before a case is closed unverified."""

DAY_MS: Final = 24 * 3_600_000
"""A day where no calendar says which count."""
