"""Everything that is said about a document whose values are of their types. Pure: the same call, the same findings."""

from collections.abc import Collection, Sequence

from callcenter.config_loader.compiling import compiled_calendars, routing_configuration
from callcenter.config_loader.customer_rule_lints import choice_lints, customer_rule_lints
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.lints import Facts, lints
from callcenter.config_loader.references import references
from callcenter.config_loader.schema import Document
from routing.commands import PutAgent
from routing.configuration import configuration_fault
from routing.ids import QueueId
from routing.model import Channel


def findings(
    document: Document,
    at_ms: int,
    agents: Sequence[PutAgent] | None,
    team_ids: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Errors and warnings, with hours as of an instant (UTC ms); `agents` are None when nobody knows them.

    `team_ids` are the teams there are, beside those the document names. What refers to nothing would be lint everywhere, so those errors come alone.
    """
    found = tuple(references(document, team_ids))
    if found:
        return found
    routing = routing_configuration(document, "", at_ms)
    facts = Facts(
        routing=routing,
        agents=None if agents is None else tuple(agents),
        channels=_channels(document),
        at_ms=at_ms,
    )
    told = (
        *lints(facts),
        *customer_rule_lints(document, facts.agents),
        *choice_lints(document, facts.agents),
        *_doubts(document, at_ms),
    )
    fault = configuration_fault(routing)
    if fault is None or any(one.is_error for one in told):
        return told
    return (*told, Finding(FindingCode.CONFIGURATION_INVALID, (), fault))


def _channels(document: Document) -> dict[QueueId, tuple[Channel, ...]]:
    """By which channels contacts come to a queue."""
    entries = (
        *((widget.queue, Channel.CHAT) for widget in document.widgets),
        *((mailbox.queue, Channel.EMAIL) for mailbox in document.mailboxes),
    )
    found: dict[QueueId, dict[Channel, None]] = {}
    for queue_id, channel in entries:
        found.setdefault(QueueId(queue_id), {})[channel] = None
    return {queue_id: tuple(channels) for queue_id, channels in found.items()}


def _doubts(document: Document, at_ms: int) -> tuple[Finding, ...]:
    """What nobody knows yet about the days to come."""
    return tuple(
        Finding(FindingCode.DAYS_UNKNOWN, ("calendars", number), doubt, is_error=False)
        for number, compiled in enumerate(compiled_calendars(document, at_ms))
        for doubt in compiled.doubts
    )
