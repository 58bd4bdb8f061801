"""What a campaign is, what is known of a number, and the words for yes and no. Frozen; instants in UTC ms."""

from enum import StrEnum

import msgspec

from routing.model import DialFailure


class CampaignState(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


class CampaignMode(StrEnum):
    """Who decides that a number is dialled."""

    PREVIEW = "preview"
    """An agent sees the entry first, and dials or skips it."""
    PROGRESSIVE = "progressive"
    """The runner, one call for each agent it has reserved."""


class EntryState(StrEnum):
    """Where an entry of a list stands."""

    WAITING = "waiting"
    PREVIEWED = "previewed"
    """An agent has it on the screen."""
    CALLING = "calling"
    """A permit is asked for, or used."""
    DONE = "done"
    """Reached, and nothing is left to do."""
    REFUSED = "refused"
    """Must not be called: suppressed, without consent, in no known zone."""
    GIVEN_UP = "given_up"
    """Not reached in all attempts, or skipped for good."""


class Result(StrEnum):
    """What came of a call that was answered."""

    DONE = "done"
    INTERESTED = "interested"
    CALL_AGAIN = "call_again"
    DO_NOT_CALL = "do_not_call"
    """The customer wants no more calls: the number is suppressed, for every campaign."""


class Fault(StrEnum):
    """Why a number must not be dialled now."""

    CAMPAIGN_NOT_RUNNING = "campaign_not_running"
    NUMBER_SUPPRESSED = "number_suppressed"
    CONSENT_MISSING = "consent_missing"
    ZONE_UNKNOWN = "zone_unknown"
    OUTSIDE_WINDOW = "outside_window"
    ATTEMPTS_USED_UP = "attempts_used_up"
    TOO_SOON = "too_soon"
    NUMBER_DAY_CAP = "number_day_cap"
    CAMPAIGN_DAY_CAP = "campaign_day_cap"


class RulePack(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a country. Minutes are local minutes of a day, weekdays 1 (Monday) to 7.

    `abandoned_permille_max` is the share of live answers that may find nobody there, over `window_days`; None: not counted.
    """

    pack_id: str
    needs_consent: bool
    from_minute: int
    until_minute: int
    weekdays: tuple[int, ...]
    per_number_day_max: int
    ring_ms_min: int = 0
    abandoned_permille_max: int | None = None


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign may do: its pack, and how it is stricter. `calls_per_day` None: no cap of its own."""

    pack: RulePack
    state: CampaignState
    from_minute: int
    until_minute: int
    weekdays: tuple[int, ...]
    attempts_max: int
    gap_ms: int
    per_number_day: int
    calls_per_day: int | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a number at the instant it is asked about.

    `zone` is the zone the list states, "" for none. Counts of a day are of the last 24 hours: `number_day` of all campaigns,
    `campaign_day` of this one. `suppressed_until_ms` None: for good. `suppression_version` is how far the list of suppressions had come when it was looked at.
    """

    number: str
    zone: str = ""
    consent_at_ms: int | None = None
    is_suppressed: bool = False
    suppressed_until_ms: int | None = None
    suppression_version: int = 0
    attempts: int = 0
    last_attempt_at_ms: int | None = None
    number_day: int = 0
    number_day_ends_ms: int | None = None
    campaign_day: int = 0
    campaign_day_ends_ms: int | None = None


class Refused(msgspec.Struct, frozen=True):
    """Why not; `until_ms` is when to ask again, None where time alone changes nothing."""

    fault: Fault
    until_ms: int | None = None


class Next(msgspec.Struct, frozen=True):
    """What follows for an entry; `after_ms` from now where it is called again."""

    state: EntryState
    after_ms: int | None = None
    is_attempt: bool = True
    suppresses: bool = False


class Ending(msgspec.Struct, frozen=True):
    """How an attempt ended: it did not reach anybody (`failure`), found nobody of ours (`is_left_alone`), or talked (`result`)."""

    failure: DialFailure | None = None
    is_left_alone: bool = False
    result: Result = Result.DONE
