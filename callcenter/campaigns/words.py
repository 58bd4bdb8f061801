"""Words that agents and the API use of entries."""

from enum import StrEnum


class SkipReason(StrEnum):
    """Why an agent did not call."""

    LATER = "later"
    """Again after the campaign's gap."""
    WRONG_DATA = "wrong_data"
    UNSUITABLE = "unsuitable"
    DO_NOT_CALL = "do_not_call"
    """The customer wants no calls: the number is suppressed, for every campaign."""
