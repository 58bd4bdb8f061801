"""Typed identifiers.

Every id is an opaque string that arrives in a command or is made from a counter in the state; nothing
here draws a random number.
"""

from typing import NewType

AgentId = NewType("AgentId", str)
CalendarId = NewType("CalendarId", str)
CampaignId = NewType("CampaignId", str)
ContactId = NewType("ContactId", str)
DetailId = NewType("DetailId", str)
DispositionId = NewType("DispositionId", str)
OfferId = NewType("OfferId", str)
PermitId = NewType("PermitId", str)
QueueId = NewType("QueueId", str)
ReasonId = NewType("ReasonId", str)
SiteId = NewType("SiteId", str)
SkillId = NewType("SkillId", str)
TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)

NO_AGENT = AgentId("")
NO_CONTACT = ContactId("")
NO_SITE = SiteId("")
