"""What a simulation must hit: published tables, and exact formulas evaluated beforehand.

One time unit (the mean service) is 1,000 s in every row, because the engine counts whole milliseconds; waits are
given here in the table's own unit and converted. Numbers are written as text: their last digit says how far they
were rounded, and half of it is granted. Each row's contacts are those of a full run, spread over its seeds 1 to R.
"""

import math

import msgspec

from callcenter.simulation.queueing.durations import Exponential, Never
from callcenter.simulation.queueing.measures import (
    FIGURES,
    Measure,
    occupancy,
    service_level,
    within_of,
)
from callcenter.simulation.queueing.scenario import (
    AgentGroup,
    Arrivals,
    CustomerClass,
    Limits,
    Scenario,
)
from callcenter.simulation.queueing.tally import Cell

UNIT_S = 1000
UNIT_MS = UNIT_S * 1000
WARM_UP_UNITS = 30
"""Some six relaxation times of the slowest row, from an empty centre."""

BATCHES = 10
"""Cells for each seed, each of many relaxation times: with 200 of them instead of 20, Student's t is a fifth smaller."""

_MILLIONS: dict[str, dict[int, float]] = {
    "C": {8: 3.5, 14: 6.7, 30: 9, 75: 22.5, 520: 27, 12600: 2},
    "B": {8: 0.5, 14: 0.7, 30: 1.9, 75: 3, 520: 2.5, 12600: 2},
    "A": {24: 1.5, 45: 6, 48: 4.6, 50: 7.5, 66: 6.5, 12400: 2, 12500: 2},
}
"""Contacts of a full run, by model and agents: what the precision asked for needs, by the widths of a short run."""


class Check(msgspec.Struct, frozen=True):
    """One published figure and how it is measured; `kind` says how narrow its interval should be."""

    name: str
    published: str
    measure: Measure
    kind: str = "level"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a table. `load` is arrivals in one mean service, `patience` is in mean services."""

    name: str
    agents: int
    load: float
    checks: tuple[Check, ...]
    contacts: int
    patience: float | None = None
    places: int | None = None
    seeds: int = 20
    widens: float = 1
    """How much wider than usual the intervals may be."""
    is_large: bool = False
    """Run on request alone, once, and told with its interval, however wide."""

    def scenario(self, scale: float) -> Scenario:
        """The row as a scenario, with `scale` times its contacts."""
        units = self.contacts * scale / self.seeds / self.load
        patience = Never() if self.patience is None else Exponential(self.patience * UNIT_S)
        one = CustomerClass(
            name="all",
            arrivals=Arrivals(poisson_per_h=self.load * 3600 / UNIT_S),
            service=Exponential(UNIT_S),
            patience=patience,
        )
        return Scenario(
            classes=(one,),
            agents=(AgentGroup(count=self.agents),),
            duration_s=units * UNIT_S,
            warmup_s=WARM_UP_UNITS * UNIT_S,
            limits=Limits(self.places),
        )


def _contacts(model: str, agents: int) -> int:
    return round(_MILLIONS[model][agents] * 1e6)


def _scaled(measure: Measure, by: float) -> Measure:
    def scaled(cell: Cell) -> float | None:
        value = measure(cell)
        return None if value is None else value * by

    return scaled


def _delayed(cell: Cell) -> float | None:
    zero = FIGURES["p_wait_zero"](cell)
    return None if zero is None else 1 - zero


def _identity(patience: float) -> Measure:
    """Abandoned fraction less mean wait over mean patience: 0, whatever else holds."""

    def difference(cell: Cell) -> float | None:
        left = FIGURES["p_abandon"](cell)
        wait_s = FIGURES["mean_wait_s"](cell)
        return None if left is None or wait_s is None else left - wait_s / (patience * UNIT_S)

    return difference


def _whitt(patience: float, figures: tuple[str, ...], contacts: int) -> Row:
    """A column of W. Whitt, Engineering solution of a basic call-center model."""
    zero, abandon, queue, variance, system, served, left, *within = figures
    short, long = within_of(0.1 * UNIT_MS), within_of(0.2 * UNIT_MS)
    checks = (
        Check("P(W=0)", zero, FIGURES["p_wait_zero"], "probability"),
        Check("P(abandon)", abandon, FIGURES["p_abandon"], "probability"),
        Check("E[Q]", queue, FIGURES["mean_queue_length"]),
        Check("Var Q", variance, FIGURES["var_queue_length"], "variance"),
        Check("E[N]", system, FIGURES["mean_in_system"]),
        Check("E[W given served]", served, _scaled(FIGURES["asa_s"], 1 / UNIT_S)),
        Check("E[W given abandoned]", left, _scaled(FIGURES["mean_wait_abandoned_s"], 1 / UNIT_S)),
        Check("P(W<=0.1 given served)", within[0], short["answered"], "probability"),
        Check("P(W<=0.2 given served)", within[1], long["answered"], "probability"),
        Check("P(W<=0.2 given abandoned)", within[2], long["abandoned"], "probability"),
        Check("P(abandon) - E[W]/patience", "0", _identity(patience), "identity"),
    )
    return Row(
        name=f"2.1 Whitt, patience {patience:g}",
        agents=100,
        load=102,
        patience=patience,
        places=200,
        checks=checks,
        contacts=contacts,
    )


def _erlang_c(per_h: int, handle_s: int, agents: int, figures: tuple[str, ...]) -> list[Row]:
    """A line of table 2.2: with waiting (Erlang C), and with no place to wait (Erlang B)."""
    delayed, asa_s, within, busy, blocked = figures
    is_big, is_large = agents == 520, agents > 10_000
    checks = (
        Check("P(wait)", delayed, _delayed, "probability"),
        Check("ASA s", asa_s, _scaled(FIGURES["asa_s"], handle_s / UNIT_S)),
        Check("within 20 s", within, service_level(20 / handle_s * UNIT_MS), "probability"),
        Check("occupancy", busy, occupancy(agents), "probability"),
    )
    row = Row(
        name=f"2.2 Erlang C, {agents} agents",
        agents=agents,
        load=per_h * handle_s / 3600,
        checks=checks,
        contacts=_contacts("C", agents),
        seeds=2 if is_large else 10 if is_big else 20,
        widens=math.inf if is_large else 2 if is_big else 1,
        is_large=is_large,
    )
    lost = Row(
        name=f"2.2 Erlang B, {agents} agents",
        agents=agents,
        load=row.load,
        places=0,
        checks=(Check("P(blocked)", blocked, FIGURES["p_blocked"], "probability"),),
        contacts=_contacts("B", agents),
        seeds=row.seeds,
        widens=row.widens,
        is_large=is_large,
    )
    return [row, lost]


def _erlang_a(  # the four numbers that name a line, and its figures
    per_h: int, handle_s: int, patience_s: int, agents: int, *figures: str
) -> Row:
    """A line of table 2.3."""
    delayed, abandon, wait_s, within, busy = figures
    is_large = agents > 10_000
    patience = patience_s / handle_s
    checks = (
        Check("P(delay)", delayed, _delayed, "probability"),
        Check("P(abandon)", abandon, FIGURES["p_abandon"], "probability"),
        Check("E[W] s", wait_s, _scaled(FIGURES["mean_wait_s"], handle_s / UNIT_S)),
        Check("served <= 20 s", within, service_level(20 / handle_s * UNIT_MS), "probability"),
        Check("occupancy", busy, occupancy(agents), "probability"),
        Check("P(abandon) - E[W]/patience", "0", _identity(patience), "identity"),
    )
    return Row(
        name=f"2.3 Erlang A, {agents} agents",
        agents=agents,
        load=per_h * handle_s / 3600,
        patience=patience,
        checks=checks,
        contacts=_contacts("A", agents),
        seeds=2 if is_large else 20,
        widens=math.inf if is_large else 1,
        is_large=is_large,
    )


def _flexible() -> Row:
    """Table 2.4: 90 fully flexible agents, 30 shared places, mean service 10 min; waits are of the admitted."""
    checks = (
        Check("blocked", "0.003643", FIGURES["p_blocked"], "probability"),
        Check("mean wait min", "0.45002", _scaled(FIGURES["mean_wait_s"], 10 / UNIT_S)),
        Check("P(wait <= 0.5 min)", "0.73292", within_of(0.05 * UNIT_MS)["all"], "probability"),
        Check("occupancy", "0.92993", occupancy(90), "probability"),
    )
    return Row(
        name="2.4 flexible, 90 agents",
        agents=90,
        load=84,
        places=30,
        checks=checks,
        contacts=13_000_000,
    )


def table() -> list[Row]:
    """Every row, in the order of the tables."""
    one = (
        "0.4083",
        "0.0499",
        "5.092",
        "44.6",
        "102.0",
        "0.0490",
        "0.0666",
        "0.7986",
        "0.9644",
        "0.9702",
    )
    four = (
        "0.226",
        "0.0364",
        "14.84",
        "214.5",
        "113.1",
        "0.1455",
        "0.1429",
        "0.4688",
        "0.6865",
        "0.7366",
    )
    return [
        _whitt(1, one, 6_300_000),
        _whitt(4, four, 21_000_000),
        *_erlang_c(100, 180, 8, ("0.16727", "10.036", "0.88015", "0.625", "0.070048")),
        *_erlang_c(200, 180, 14, ("0.17413", "7.836", "0.88835", "0.714", "0.056819")),
        *_erlang_c(360, 240, 30, ("0.17286", "6.914", "0.89515", "0.800", "0.040121")),
        *_erlang_c(1000, 240, 75, ("0.23185", "6.677", "0.88422", "0.889", "0.032449")),
        *_erlang_c(6000, 300, 520, ("0.27476", "4.121", "0.92758", "0.9615", "0.014362")),
        *_erlang_c(75000, 600, 12600, ("0.26978", "1.619", "0.99038", "0.9921", "0.002924")),
        _erlang_a(2880, 60, 120, 50, "0.46777", "0.03091", "3.709", "0.94302", "0.93032"),
        _erlang_a(2880, 60, 120, 48, "0.60148", "0.04764", "5.717", "0.89551", "0.95236"),
        _erlang_a(2880, 60, 120, 45, "0.78687", "0.08360", "10.032", "0.76475", "0.97749"),
        _erlang_a(360, 240, 180, 24, "0.49349", "0.08693", "15.647", "0.66547", "0.91307"),
        _erlang_a(1000, 240, 120, 66, "0.46110", "0.06242", "7.490", "0.80425", "0.94705"),
        _erlang_a(75000, 600, 300, 12500, "0.41561", "0.00418", "1.254", "0.99582", "0.99582"),
        _erlang_a(75000, 600, 300, 12400, "0.69841", "0.00948", "2.844", "0.99052", "0.99851"),
        _flexible(),
    ]
