"""Whether everything a document refers to exists, and exists once. Pure: a document in, findings out."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from callcenter.config_loader.findings import Finding, FindingCode, Path
from callcenter.config_loader.flows import flow_findings, survey_findings
from callcenter.config_loader.mailboxes import Mailbox
from callcenter.config_loader.queues import Queue
from callcenter.config_loader.schema import Document
from callcenter.config_loader.telephony import Telephony
from routing.model import REASON_MISSED, REASON_SIGNED_IN

_GROUPS = (
    "queues",
    "not_ready_reasons",
    "dispositions",
    "teams",
    "widgets",
    "mailboxes",
    "skills",
    "sites",
    "calendars",
    "templates",
    "flows",
    "departments",
)
"""Lists of the document whose entries have an id."""


def references(document: Document, team_ids: Collection[str] = ()) -> Iterator[Finding]:
    """Every repeated id and every reference to what does not exist; `team_ids` are teams there are already."""
    ids: dict[str, set[str]] = {}
    for group in _GROUPS:
        seen: set[str] = set()
        for index, one in enumerate(entry.id for entry in getattr(document, group)):
            if one in seen:
                message = f"the id {one} is there twice"
                yield Finding(FindingCode.ID_REPEATED, (group, index, "id"), message)
            seen.add(one)
        ids[group] = seen
    ids["teams"].update(team_ids)
    ids["connections"] = {one.id for one in document.telephony.connections}
    for number, queue in enumerate(document.queues):
        yield from _of_queue(queue, ("queues", number), ids)
    for number, widget in enumerate(document.widgets):
        yield from _unknown([widget.queue], ids["queues"], ("widgets", number, "queue"), "queue")
        named_flows = [] if widget.flow is None else [widget.flow]
        yield from _unknown(named_flows, ids["flows"], ("widgets", number, "flow"), "flow")
        called = [] if widget.call_number is None else [widget.call_number]
        known = {one.number for one in document.telephony.entry_points}
        yield from _unknown(called, known, ("widgets", number, "call_number"), "number")
    yield from _of_mailboxes(document.mailboxes, ids["queues"])
    for number, rule in enumerate(document.customer_rules):
        path = ("customer_rules", number, "needs")
        yield from _unknown(rule.needs, ids["skills"], path, "skill")
    for number, template in enumerate(document.templates):
        path = ("templates", number, "queues")
        yield from _unknown(template.queues, ids["queues"], path, "queue")
    yield from _of_telephony(document.telephony, ids)
    numbers = [one.number for one in document.telephony.entry_points]
    yield from survey_findings(document.flows, [one.survey for one in document.queues])
    yield from flow_findings(
        document.flows, sorted(ids["queues"]), sorted(ids["calendars"]), numbers
    )
    yield from _call_back_offers(document)
    yield from _of_cases(document, ids)
    yield from _of_leads(document, ids)
    for reason_id in (REASON_MISSED, REASON_SIGNED_IN):
        if reason_id not in ids["not_ready_reasons"]:
            message = f"the built-in reason {reason_id} needs a name and an alert time"
            yield Finding(FindingCode.BUILT_IN_MISSING, ("not_ready_reasons",), message)


def _of_mailboxes(mailboxes: Sequence[Mailbox], queue_ids: Collection[str]) -> Iterator[Finding]:
    addresses: set[str] = set()
    for number, mailbox in enumerate(mailboxes):
        path = ("mailboxes", number)
        yield from _unknown([mailbox.queue], queue_ids, (*path, "queue"), "queue")
        if mailbox.address in addresses:
            message = f"{mailbox.address} is the address of another mailbox too"
            yield Finding(FindingCode.MAILBOX_REPEATED, (*path, "address"), message)
        addresses.add(mailbox.address)


def _call_back_offers(document: Document) -> Iterator[Finding]:
    """Flows that offer what their queue has no rules for."""
    ruled = {queue.id for queue in document.queues if queue.call_back is not None}
    for index, flow in enumerate(document.flows):
        for name, node in flow.nodes.items():
            if node.get("kind") == "call_back_offer" and node.get("queue") not in ruled:
                message = f"{node.get('queue')} has no call_back rules: add call_back to the queue"
                path: Path = ("flows", index, "nodes", name, "queue")
                yield Finding(FindingCode.CALL_BACK_UNRULED, path, message)


def _of_cases(document: Document, ids: dict[str, set[str]]) -> Iterator[Finding]:
    """Teams of departments; whom and what the rules of cases name."""
    for number, department in enumerate(document.departments):
        yield from _unknown(
            department.teams, ids["teams"], ("departments", number, "teams"), "team"
        )
    rules = document.cases
    if rules is None:
        return
    for key, named, group in (
        ("intake", rules.intake, "departments"),
        ("top", rules.top, "departments"),
        ("queue", rules.queue, "queues"),
        ("hours", rules.hours, "calendars"),
        ("days", rules.days, "calendars"),
    ):
        known = [] if named is None else [named]
        yield from _unknown(known, ids[group], ("cases", key), group.removesuffix("s"))
    unruled = [queue.id for queue in document.queues if queue.call_back is None]
    if rules.queue in unruled:
        message = f"{rules.queue} has no call_back rules: add call_back to the queue"
        yield Finding(FindingCode.CALL_BACK_UNRULED, ("cases", "queue"), message)


def _of_leads(document: Document, ids: dict[str, set[str]]) -> Iterator[Finding]:
    """The queue of leads, and that there is one where dispositions make them."""
    if document.leads is not None:
        yield from _unknown([document.leads.queue], ids["queues"], ("leads", "queue"), "queue")
        return
    for index, disposition in enumerate(document.dispositions):
        if disposition.makes_lead:
            message = f"{disposition.id} makes leads, and nobody works on any: add leads"
            path: Path = ("dispositions", index, "makes_lead")
            yield Finding(FindingCode.LEADS_UNRULED, path, message)


def _of_telephony(telephony: Telephony, ids: dict[str, set[str]]) -> Iterator[Finding]:
    connections = [one.id for one in telephony.connections]
    numbers = [one.number for one in telephony.entry_points]
    for group, key, names in (
        ("connections", "id", connections),
        ("entry_points", "number", numbers),
    ):
        for index, name in enumerate(names):
            if name in names[:index]:
                path = ("telephony", group, index, key)
                yield Finding(FindingCode.ID_REPEATED, path, f"{name} is there twice")
    default = [] if telephony.default_number is None else [telephony.default_number]
    yield from _unknown(default, numbers, ("telephony", "default_number"), "number")
    if telephony.outbound is not None:
        outbound, at = telephony.outbound, ("telephony", "outbound")
        by, known = (*at, "connection"), ids["connections"]
        yield from _unknown([outbound.connection], known, by, "connection")
        yield from _unknown([outbound.queue], ids["queues"], (*at, "queue"), "queue")
        used = outbound.team_queues
        yield from _unknown(used, ids["teams"], (*at, "team_queues"), "team")
        yield from _unknown(used.values(), ids["queues"], (*at, "team_queues"), "queue")
    for index, entry in enumerate(telephony.entry_points):
        where: Path = ("telephony", "entry_points", index)
        yield from _unknown([entry.queue], ids["queues"], (*where, "queue"), "queue")
        named_flows = [] if entry.flow is None else [entry.flow]
        yield from _unknown(named_flows, ids["flows"], (*where, "flow"), "flow")
        for digit, pressed in entry.choices.items():
            named = [] if pressed.queue is None else [pressed.queue]
            chosen = (*where, "choices", digit)
            yield from _unknown(named, ids["queues"], (*chosen, "queue"), "queue")
            yield from _unknown(pressed.needs, ids["skills"], (*chosen, "needs"), "skill")


def _of_queue(queue: Queue, path: Path, ids: dict[str, set[str]]) -> Iterator[Finding]:
    yield from _unknown(
        queue.dispositions, ids["dispositions"], (*path, "dispositions"), "disposition"
    )
    yield from _unknown(queue.needs, ids["skills"], (*path, "needs"), "skill")
    for number, step in enumerate(queue.steps):
        where = (*path, "steps", number)
        yield from _unknown(step.needs or (), ids["skills"], (*where, "needs"), "skill")
        yield from _unknown(step.queues, ids["queues"], (*where, "queues"), "queue")
        if step.team is not None:
            yield from _unknown([step.team], ids["teams"], (*where, "team"), "team")
    for reason, destination in queue.turned_away.items():
        if destination.queue is not None:
            where = (*path, "turned_away", reason, "queue")
            yield from _unknown([destination.queue], ids["queues"], where, "queue")
    if queue.call_back is not None:
        where = (*path, "call_back", "connection")
        yield from _unknown([queue.call_back.connection], ids["connections"], where, "connection")
    if queue.site is not None:
        yield from _unknown([queue.site], ids["sites"], (*path, "site"), "site")
    if queue.survey is not None:
        yield from _unknown([queue.survey], ids["flows"], (*path, "survey"), "flow")
    if queue.hours is not None:
        yield from _unknown([queue.hours], ids["calendars"], (*path, "hours"), "calendar")


def _unknown(
    named: Iterable[str], known: Collection[str], path: Path, kind: str
) -> Iterator[Finding]:
    for one in named:
        if one not in known:
            message = f"there is no {kind} {one}"
            yield Finding(FindingCode.REFERENCE_UNKNOWN, path, message)
