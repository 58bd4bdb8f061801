"""Every bound of the core, named, with what happens when it is met."""

ENDED_OFFERS_KEPT = 2_000
"""Ended offers remembered, so that a late accept learns the outcome; the oldest is forgotten first."""

QUEUES_MAX = 10_000
"""Queues in one configuration; more is refused with `configuration_invalid`."""

AGENT_QUEUES_MAX = 200
"""Queues of one agent; more is refused with `agent_invalid`."""

CAPACITY_UNITS_MAX = 50
"""Simultaneous contacts of one agent; more is refused with `agent_invalid`."""

AGENT_SKILLS_MAX = 100
"""Skills of one agent; more is refused with `agent_invalid`."""

LEVEL_MIN, LEVEL_MAX = 1, 10
"""Lowest and highest proficiency of a skill; another is refused with `configuration_invalid` or `agent_invalid`."""

BROADCAST_AGENTS_MAX = 20
"""Agents asked at once for one contact; more is refused with `configuration_invalid`."""

BROADCAST_VOICE_AGENTS_MAX = 5
"""Agents whose phones ring at once for one call; more is refused with `configuration_invalid`."""

ADJUSTED_MS_MAX = 24 * 3600 * 1000
"""Age in ms a supervisor may give a contact, or take from it, in all; what goes beyond is cut to it."""
OVERFLOWS_MAX = 8
"""Queues that may turn one contact away on to the next; after that its channel tells the customer."""

ABANDONED_KEPT = 10_000
"""Customers who gave up waiting that are remembered; the oldest is forgotten first, and starts at no age."""

QUEUE_STEPS_MAX = 20
"""Routing steps of one queue; more is refused with `configuration_invalid`."""

BARRED_AGENTS_MAX = 50
"""Agents one contact may be kept from for good; more is refused with `contact_invalid`."""

INTERRUPTIONS_MAX = 3
"""How often one contact is interrupted; after that it is left alone and its room no longer counts as free."""

WRAP_UPS_COME_OVER_MAX = 3
"""How many open wrap-ups an agent may have for something more to come over them; with more, nothing does until one is over."""

PARKED_MAX = 20
"""Contacts one agent may have parked by the own wish; more is refused with `parked_limit`."""

PARKED_MS_MAX = 366 * 24 * 3600 * 1000
"""How far ahead in ms an agent may set the reminder of parked work; beyond is `contact_not_parkable`."""

DURATION_MS_MIN = 1
"""Shortest configurable deadline in ms: a deadline of 0 would fire inside the step that set it."""

PERMIT_MS = 2_000
"""How long in ms a permit to dial may stay unused; then its agent is free again and the contact ends unreached."""

DAY_MS = 24 * 3600 * 1000
"""A day of UTC in ms."""

ABANDONMENT_DAYS = 30
"""Over how many days, today aside, a campaign's live answers are counted against its limit; older ones are forgotten."""

TAKEN_IN_TIME_MS = 2_000
"""Within how many ms somebody must talk with a customer who has answered; later it counts as left alone."""

CAMPAIGNS_COUNTED_MAX = 20_000
"""Campaigns whose answers are counted at once; one more gets no permit (`campaigns_full`) until one rests for 30 days."""

CAMPAIGN_WORD_MAX = 64
"""Characters of the word by which the facts refuse a permit; more is refused with `contact_invalid`."""

DIAL_MS_MAX = 180_000
"""Longest time in ms that a call placed by us may take to be answered; more is refused with `contact_invalid`."""

EXPLAINED_MAX = 20
"""Agents, and contacts, that an explanation names one by one; of the others it gives the number."""

DEMANDS_KEPT = 10_000
"""Different demands of queues without steps whose objects are shared; the least used is forgotten, and made again."""
