"""The flows in force, as the administration page looks at them."""

from collections.abc import Callable, Iterator
from typing import Literal

from callcenter.config_loader.day_kinds import DayKinds
from callcenter.config_loader.flows import flows_of
from callcenter.config_loader.loader import Configuration
from callcenter.config_loader.schema import Document
from callcenter.flows.trying import Shown, Trial
from callcenter.web.flow_schemas import (
    FlowInfo,
    FlowsView,
    FlowTrial,
    FlowTrialView,
    FlowUse,
    TrialLine,
    TrialOption,
)
from callcenter.web.schemas import LocalName
from ivr.drawing import drawn
from ivr.model import SubFlow


class FlowPictures:
    """Read from the configuration in force, whenever it is asked."""

    def __init__(self, current: Callable[[], Configuration]) -> None:
        self._current = current

    def view(self) -> FlowsView:
        """All of them."""
        configuration = self._current()
        document = configuration.document
        uses = list(_uses(document))
        return FlowsView(
            configuration.version,
            [
                FlowInfo(
                    one.id,
                    LocalName(one.name.en, one.name.zh),
                    len(one.nodes),
                    [use for flow_id, use in uses if flow_id == one.id],
                )
                for one in document.flows
            ],
        )

    def picture(self, flow_id: str, language: Literal["en", "zh"]) -> str | None:
        """As SVG, without an id the first; None for a flow that is not there."""
        flows = flows_of(self._current().document.flows)
        flow = flows.get(flow_id or next(iter(flows), ""))
        return None if flow is None else drawn(flow, language)

    def trial(self, wanted: FlowTrial, at_ms: int) -> FlowTrialView | None:
        """Go through one; None for a flow that is not there."""
        document = self._current().document
        flows = flows_of(document.flows)
        if wanted.flow_id not in flows:
            return None
        trial = Trial(flows, DayKinds(document.calendars).kind, at_ms)
        values: dict[str, bool | int | str] = {"channel": wanted.channel, "caller": wanted.caller}
        trial.begin(wanted.flow_id, language=wanted.language, values=values)
        for line in wanted.lines:
            trial.type(line)
        return FlowTrialView(
            at_ms, list(map(_line, trial.shown)), trial.node, is_over=trial.asked is None
        )


def _line(shown: Shown) -> TrialLine:
    options = [TrialOption(one.key, one.label) for one in shown.options]
    return TrialLine(shown.kind, shown.text, shown.more, shown.at_ms, options)


def _uses(document: Document) -> Iterator[tuple[str, FlowUse]]:
    for entry in document.telephony.entry_points:
        if entry.flow is not None:
            yield entry.flow, FlowUse("entry_point", entry.number)
    for widget in document.widgets:
        if widget.flow is not None:
            yield widget.flow, FlowUse("widget", widget.id)
    for queue in document.queues:
        if queue.survey is not None:
            yield queue.survey, FlowUse("survey", queue.id)
    for flow in flows_of(document.flows).values():
        inner = dict.fromkeys(
            node.flow for node in flow.nodes.values() if isinstance(node, SubFlow)
        )
        for flow_id in inner:
            yield flow_id, FlowUse("flow", flow.id)
