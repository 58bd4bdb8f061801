"""What is wrong with flows, found before anybody is led through them: each fault with its flow, node and field."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from ivr.calling_back import NUMBER
from ivr.exits import exits_of, reached
from ivr.limits import NODES_MAX
from ivr.model import (
    LANGUAGES,
    Branch,
    CallBackOffer,
    Files,
    Flow,
    Flows,
    Gather,
    HangUp,
    Hours,
    Menu,
    Node,
    Queue,
    Request,
    Return,
    Set,
    Spoken,
    SubFlow,
    Survey,
    Texts,
    Transfer,
    Voicemail,
    kind_of,
)
from ivr.values import FILLED_LATER, LANGUAGE, PLACEHOLDER
from routing.expressions import AttributeType, TextFault, faults_of, parse

Path = tuple[str | int, ...]


class FaultCode(StrEnum):
    """What can be wrong with a flow. Codes are never renamed."""

    UNKNOWN = "unknown"
    """It names a node, flow, queue or calendar that there is not."""
    UNREACHABLE = "unreachable"
    DEAD_END = "dead_end"
    CYCLE = "cycle"
    PROMPT_MISSING = "prompt_missing"
    UNSUPPORTED = "unsupported"
    CONDITION = "condition"
    TOO_LARGE = "too_large"


class FlowFault(msgspec.Struct, frozen=True):
    """One fault: in which flow, where in it, what; an error refuses the configuration, a warning does not."""

    flow_id: str
    path: Path
    code: FaultCode
    message: str
    is_error: bool = True


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What flows may refer to, and which kinds of nodes nobody can carry out yet."""

    queue_ids: Collection[str]
    calendar_ids: Collection[str]
    numbers: Collection[str] = ()
    unsupported: Collection[str] = ()


BUILT_IN: Final[dict[str, AttributeType]] = {
    LANGUAGE: AttributeType.STRING,
    "channel": AttributeType.STRING,
    "caller": AttributeType.STRING,
    "dialled": AttributeType.STRING,
    "tier": AttributeType.STRING,
    "region": AttributeType.STRING,
    "owner": AttributeType.STRING,
    "profile_language": AttributeType.STRING,
    "open_complaint": AttributeType.BOOLEAN,
}
"""Variables every session may have: what the shell knows, and what a profile tells."""

_ENDS: Final = (HangUp, Return, Queue, Transfer)
_WITH_INPUT: Final = (Menu, Gather, Queue, CallBackOffer, Voicemail, Survey, Transfer)
_TYPES: Final = {
    str: AttributeType.STRING,
    bool: AttributeType.BOOLEAN,
    int: AttributeType.INTEGER,
}


def faults(flows: Flows, around: Surroundings) -> tuple[FlowFault, ...]:
    """Everything that is wrong, flow by flow, in the order of the nodes."""
    schema = variables(flows)
    found: list[FlowFault] = []
    for flow in flows.values():
        for path, code, message, is_error in _of_flow(flow, flows, around, schema):
            found.append(FlowFault(flow.id, path, code, message, is_error))
    return tuple(found)


_Told = tuple[Path, FaultCode, str, bool]


def _of_flow(
    flow: Flow, flows: Flows, around: Surroundings, schema: Mapping[str, AttributeType]
) -> Iterator[_Told]:
    if len(flow.nodes) > NODES_MAX:
        message = f"a flow has at most {NODES_MAX} nodes, this has {len(flow.nodes)}"
        yield ("nodes",), FaultCode.TOO_LARGE, message, True
        return
    if flow.start not in flow.nodes:
        yield ("start",), FaultCode.UNKNOWN, f"there is no node {flow.start}", True
    for name, node in flow.nodes.items():
        for path, code, message in _of_node(node, flow, flows, around):
            yield ("nodes", name, *path), code, message, True
        for path, message in _of_words(node, schema):
            yield ("nodes", name, *path), FaultCode.CONDITION, message, True
        for path, message in _missing_prompts(node):
            yield ("nodes", name, *path), FaultCode.PROMPT_MISSING, message, True
    yield from _of_graph(flow, flows)


def _of_node(
    node: Node, flow: Flow, flows: Flows, around: Surroundings
) -> Iterator[tuple[Path, FaultCode, str]]:
    for leading in exits_of(node):
        if leading.to not in flow.nodes:
            yield leading.path, FaultCode.UNKNOWN, f"there is no node {leading.to}"
    yield from _unknown(node, around)
    if isinstance(node, Survey) and node.low >= node.high:
        message = f"marks go from a low one to a higher one, not from {node.low} to {node.high}"
        yield ("high",), FaultCode.CONDITION, message
    if isinstance(node, Queue) and node.turned_away in flow.nodes:
        after = reached(msgspec.structs.replace(flow, start=node.turned_away))
        if any(isinstance(flow.nodes[name], Queue) for name in after):
            message = (
                "who was turned away cannot wait in another queue: let the queue itself name one"
            )
            yield ("turned_away",), FaultCode.UNSUPPORTED, message
    if kind_of(node) in around.unsupported:
        message = (
            f"nothing can carry out a node of the kind {kind_of(node)} yet; lead to a queue instead"
        )
        yield ("kind",), FaultCode.UNSUPPORTED, message
    if isinstance(node, SubFlow):
        yield from _of_sub_flow(node, flow, flows)


def _unknown(node: Node, around: Surroundings) -> Iterator[tuple[Path, FaultCode, str]]:
    """What it names outside the flows and is not there."""
    if isinstance(node, Queue | CallBackOffer | Voicemail) and node.queue not in around.queue_ids:
        yield ("queue",), FaultCode.UNKNOWN, f"there is no queue {node.queue}"
    if isinstance(node, Hours) and node.calendar not in around.calendar_ids:
        yield ("calendar",), FaultCode.UNKNOWN, f"there is no calendar {node.calendar}"
    if isinstance(node, Transfer) and node.to not in around.numbers:
        yield ("to",), FaultCode.UNKNOWN, f"there is no entry point with the number {node.to}"


def _of_sub_flow(node: SubFlow, flow: Flow, flows: Flows) -> Iterator[tuple[Path, FaultCode, str]]:
    if node.flow not in flows:
        yield ("flow",), FaultCode.UNKNOWN, f"there is no flow {node.flow}"
    elif flow.id in _called(node.flow, flows):
        message = f"the flow {node.flow} leads back into this one: nobody would come out"
        yield ("flow",), FaultCode.CYCLE, message


def _called(flow_id: str, flows: Flows) -> Collection[str]:
    """The flow and all it goes through."""
    found: dict[str, None] = {flow_id: None}
    coming = [flow_id]
    for one in coming:
        inner = flows[one].nodes.values() if one in flows else ()
        for node in inner:
            if isinstance(node, SubFlow) and node.flow not in found:
                found[node.flow] = None
                coming.append(node.flow)
    return found


# --- words ----------------------------------------------------------------------------------------


def variables(flows: Flows) -> dict[str, AttributeType]:
    """Every variable that some node sets, and those that are always there."""
    found = dict(BUILT_IN)
    for flow in flows.values():
        for node in flow.nodes.values():
            if isinstance(node, Gather):
                found.setdefault(node.into, AttributeType.STRING)
            elif isinstance(node, CallBackOffer):
                found.setdefault(NUMBER, AttributeType.STRING)
            elif isinstance(node, Request):
                for name in node.into:
                    found.setdefault(name, AttributeType.STRING)
            elif isinstance(node, Set):
                for name, value in node.values.items():
                    found.setdefault(name, _TYPES[type(value)])
    return found


def _of_words(node: Node, schema: Mapping[str, AttributeType]) -> Iterator[tuple[Path, str]]:
    """Conditions that cannot be read or asked, values of another type, placeholders that stand for nothing."""
    if isinstance(node, Branch):
        for number, case in enumerate(node.cases):
            for message in _condition_faults(case.when, schema):
                yield ("cases", number, "when"), message
    if isinstance(node, Set):
        yield from _set_faults(node, schema)
    for path, texts in _texts(node):
        for language, text in texts.items():
            for name in PLACEHOLDER.findall(text):
                if name not in schema and name not in FILLED_LATER:
                    yield (*path, language), f"{{{name}}} stands for nothing that a node sets"


def _set_faults(node: Set, schema: Mapping[str, AttributeType]) -> Iterator[tuple[Path, str]]:
    for name, value in node.values.items():
        if _TYPES[type(value)] is not schema[name]:
            yield ("values", name), f"{name} is of type {schema[name]} elsewhere"
    if node.values.get(LANGUAGE, LANGUAGES[0]) not in LANGUAGES:
        yield ("values", LANGUAGE), f"languages are {' and '.join(LANGUAGES)}"


def _condition_faults(text: str, schema: Mapping[str, AttributeType]) -> Iterator[str]:
    condition = parse(text)
    if isinstance(condition, TextFault):
        yield f"at character {condition.at + 1}: {condition.message}"
    else:
        for fault in faults_of(condition, schema, ()):
            yield fault.message


def _texts(node: Node) -> Iterator[tuple[Path, Texts]]:
    """Every text of a node, by language."""
    if isinstance(node, Spoken):
        yield ("text",), node.text
    if isinstance(node, Menu | Gather | Survey):
        yield from ((path, texts) for path, texts in _words_of(node) if texts)
    if isinstance(node, Menu):
        for key, choice in node.choices.items():
            if choice.label:
                yield ("choices", key, "label"), choice.label
    if isinstance(node, Queue):
        for number, comfort in enumerate(node.comfort):
            yield ("comfort", number, "text"), comfort.text


def _words_of(node: Menu | Gather | Survey) -> Iterator[tuple[Path, Texts]]:
    """What need not be there."""
    yield ("again",), node.again
    yield ("label",), node.label


def _missing_prompts(node: Node) -> Iterator[tuple[Path, str]]:
    """Languages in which there would be silence."""
    files: dict[Path, Files] = {}
    if isinstance(node, Spoken):
        files = {("text",): node.file}
    elif isinstance(node, Queue):
        files = {("comfort", number, "text"): one.file for number, one in enumerate(node.comfort)}
    for path, texts in _texts(node):
        sounds = files.get(path, {})
        if isinstance(node, HangUp | Transfer) and not texts and not sounds:
            continue
        for language in LANGUAGES:
            if language not in texts and language not in sounds:
                yield path, f"nothing is said in the language {language}"


# --- the graph ------------------------------------------------------------------------------------


def _of_graph(flow: Flow, flows: Flows) -> Iterator[_Told]:
    there = reached(flow)
    ending = _ending(flow, flows)
    for name, node in flow.nodes.items():
        path = ("nodes", name)
        if name not in there:
            yield path, FaultCode.UNREACHABLE, "no node leads here", False
        elif name not in ending:
            what = "this menu has no way out" if isinstance(node, Menu) else "nothing ends after it"
            message = f"{what}: no queue, hang_up, transfer or return can be come to from here"
            yield path, FaultCode.DEAD_END, message, True
        if _comes_back(flow, name):
            message = "a circle without any input leads back here: say less, or ask something"
            yield path, FaultCode.CYCLE, message, True


def _ending(flow: Flow, flows: Flows) -> Collection[str]:
    """The nodes from which an end can be come to."""
    found = {name: None for name, node in flow.nodes.items() if _ends(node, flows)}
    leading = {name: [one.to for one in exits_of(node)] for name, node in flow.nodes.items()}
    for _ in flow.nodes:
        for name, names in leading.items():
            if name not in found and any(one in found or one not in flow.nodes for one in names):
                found[name] = None
    return found


def _ends(node: Node, flows: Flows) -> bool:
    if not isinstance(node, SubFlow):
        return isinstance(node, _ENDS)
    inner = [
        one
        for flow_id in _called(node.flow, flows)
        if flow_id in flows
        for one in flows[flow_id].nodes.values()
    ]
    return any(isinstance(one, HangUp | Queue | Transfer) for one in inner)


def _comes_back(flow: Flow, name: str) -> bool:
    """Whether a walk from the node comes back to it without any input on its way."""
    seen: dict[str, None] = {}
    coming = [name]
    for one in coming:
        node = flow.nodes[one]
        if isinstance(node, _WITH_INPUT):
            continue
        for leading in exits_of(node):
            if leading.to == name:
                return True
            if leading.to in flow.nodes and leading.to not in seen:
                seen[leading.to] = None
                coming.append(leading.to)
    return False
