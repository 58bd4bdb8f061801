"""Everything that is said about a document whose values are of their types. Pure: the same call, the same findings."""

from collections.abc import Collection, Sequence

from callcenter.config_loader.compiling import compiled_calendars, routing_configuration
from callcenter.config_loader.customer_rule_lints import choice_lints, customer_rule_lints
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.lints import Facts, lints
from callcenter.config_loader.queues import Queue
from callcenter.config_loader.references import references
from callcenter.config_loader.schema import Document
from routing.commands import PutAgent
from routing.configuration import configuration_fault
from routing.ids import QueueId
from routing.model import Channel, DestinationKind


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
        *_unruled(document),
    )
    fault = configuration_fault(routing)
    if fault is None or any(one.is_error for one in told):
        return told
    return (*told, Finding(FindingCode.CONFIGURATION_INVALID, (), fault))


def _channels(document: Document) -> dict[QueueId, tuple[Channel, ...]]:
    """By which channels contacts come to a queue: from outside, and those that come of other contacts."""
    numbers, queues = document.telephony.entry_points, document.queues
    pressed = (one for number in numbers for one in number.choices.values())
    nodes = (node for flow in document.flows for node in flow.nodes.values())
    leads = [] if document.leads is None else [document.leads.queue]
    entries = (
        *((widget.queue, Channel.CHAT) for widget in document.widgets),
        *((mailbox.queue, Channel.EMAIL) for mailbox in document.mailboxes),
        *((number.queue, Channel.VOICE) for number in numbers),
        *((one.queue, Channel.VOICE) for one in pressed if one.queue is not None),
        *((queue.id, Channel.OUTBOUND_VOICE) for queue in queues if queue.call_back is not None),
        *((queue.id, Channel.TASK) for queue in queues if _takes_messages(queue)),
        *((str(node["queue"]), Channel.TASK) for node in nodes if node["kind"] == "voicemail"),
        *((queue_id, Channel.TASK) for queue_id in leads),
    )
    found: dict[QueueId, dict[Channel, None]] = {}
    for queue_id, channel in entries:
        found.setdefault(QueueId(queue_id), {})[channel] = None
    return {queue_id: tuple(channels) for queue_id, channels in found.items()}


def _takes_messages(queue: Queue) -> bool:
    """Whether callers it turns away leave a message, which comes to it as a task."""
    return any(one.to is DestinationKind.VOICEMAIL for one in queue.turned_away.values())


def _unruled(document: Document) -> tuple[Finding, ...]:
    """Queues that send callers to a call-back and have no rules for any: the caller hears the usual words."""
    return tuple(
        Finding(
            FindingCode.CALL_BACK_UNRULED,
            ("queues", number, "turned_away", reason),
            f"{queue.id} has no call_back rules: add call_back to the queue",
            is_error=False,
        )
        for number, queue in enumerate(document.queues)
        for reason, destination in queue.turned_away.items()
        if destination.to is DestinationKind.CALLBACK and queue.call_back is None
    )


def _doubts(document: Document, at_ms: int) -> tuple[Finding, ...]:
    """What nobody knows yet about the days to come."""
    return tuple(
        Finding(FindingCode.DAYS_UNKNOWN, ("calendars", number), doubt, is_error=False)
        for number, compiled in enumerate(compiled_calendars(document, at_ms))
        for doubt in compiled.doubts
    )
