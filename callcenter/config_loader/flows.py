"""What a configuration says of flows: each a file of its own in the folder's `flows/`, an entry of the document once it is read.

The document keeps nodes as they are written; what they mean is `ivr.model`. So a node that is wrong is told with its
file and line like everything else.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import msgspec
from pydantic import Field

from callcenter.config_loader.base import Closed, Id, Name
from callcenter.config_loader.findings import Finding, FindingCode, Path
from ivr.checking import FaultCode, FlowFault, Surroundings, faults
from ivr.limits import NODES_MAX
from ivr.model import Flow, Node

NodeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]

UNSUPPORTED: Final[frozenset[str]] = frozenset()
"""Kinds of nodes that neither phone systems nor the chat widget carry out yet."""

_OF_A_CONTACT: Final = frozenset(("queue", "call_back_offer", "voicemail", "transfer"))

_CODES: Final = {
    FaultCode.UNKNOWN: FindingCode.REFERENCE_UNKNOWN,
    FaultCode.UNREACHABLE: FindingCode.FLOW_NODE_UNREACHABLE,
    FaultCode.DEAD_END: FindingCode.FLOW_DEAD_END,
    FaultCode.CYCLE: FindingCode.FLOW_CYCLE,
    FaultCode.PROMPT_MISSING: FindingCode.FLOW_PROMPT_MISSING,
    FaultCode.UNSUPPORTED: FindingCode.FLOW_NODE_UNSUPPORTED,
    FaultCode.CONDITION: FindingCode.FLOW_VALUE_INVALID,
    FaultCode.TOO_LARGE: FindingCode.FLOW_TOO_LARGE,
}

_KEY = re.compile(r"\.([A-Za-z_]+)|\[(\d+)\]")


class FlowEntry(Closed):
    """A flow as it is written; its nodes are checked one by one."""

    id: Id
    name: Name
    start: NodeName
    nodes: Annotated[dict[NodeName, dict[str, Any]], Field(min_length=1, max_length=NODES_MAX)]


def flows_of(entries: Sequence[FlowEntry]) -> dict[str, Flow]:
    """The flows of a checked document, by id. Raises msgspec.ValidationError for what was never checked."""
    return {entry.id: _flow(entry, entry.nodes) for entry in entries}


def flow_findings(
    entries: Sequence[FlowEntry],
    queue_ids: Sequence[str],
    calendar_ids: Sequence[str],
    numbers: Sequence[str],
) -> Iterator[Finding]:
    """Nodes that are not of their kind; once all are, everything that is wrong with the flows."""
    wrong = list(_malformed(entries))
    if wrong:
        yield from wrong
        return
    indexes = {entry.id: number for number, entry in enumerate(entries)}
    around = Surroundings(
        queue_ids=queue_ids, calendar_ids=calendar_ids, numbers=numbers, unsupported=UNSUPPORTED
    )
    for fault in faults(flows_of(entries), around):
        yield _finding(fault, ("flows", indexes[fault.flow_id], *fault.path))


def survey_findings(
    entries: Sequence[FlowEntry], surveys: Sequence[str | None]
) -> Iterator[Finding]:
    """Queues whose survey leads to where only a contact can go: the customer's is over by then."""
    by_id = {entry.id: entry for entry in entries}
    for number, flow_id in enumerate(surveys):
        coming = [] if flow_id is None else [flow_id]
        for one in coming:
            nodes = by_id[one].nodes if one in by_id else {}
            for name, plain in nodes.items():
                if plain.get("kind") in _OF_A_CONTACT:
                    message = (
                        f"a survey cannot lead to {plain['kind']}: see the node {name} of {one}"
                    )
                    path: Path = ("queues", number, "survey")
                    yield Finding(FindingCode.FLOW_NODE_UNSUPPORTED, path, message)
                inner = plain.get("flow")
                if isinstance(inner, str) and inner not in coming:
                    coming.append(inner)


def _finding(fault: FlowFault, path: Path) -> Finding:
    return Finding(_CODES[fault.code], path, fault.message, fault.is_error)


def _flow(entry: FlowEntry, nodes: dict[str, dict[str, Any]]) -> Flow:
    plain = {"id": entry.id, "name": entry.name.model_dump(), "start": entry.start, "nodes": nodes}
    return msgspec.convert(plain, Flow)


def _malformed(entries: Sequence[FlowEntry]) -> Iterator[Finding]:
    for number, entry in enumerate(entries):
        for name, plain in entry.nodes.items():
            try:
                msgspec.convert(plain, Node)
            except msgspec.ValidationError as error:
                message, _, where = str(error).partition(" - at ")
                known = where.partition("$")[2].split("[...]")[0]
                within = tuple(key or int(index) for key, index in _KEY.findall(known))
                path: Path = ("flows", number, "nodes", name, *within)
                yield Finding(FindingCode.VALUE_INVALID, path, _plain_words(message))


def _plain_words(message: str) -> str:
    """The library's sentence, which begins with a capital and speaks of objects."""
    return message[:1].lower() + message[1:]
