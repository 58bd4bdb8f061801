"""Every figure `/metrics` tells, in one table: its name, kind, labels, and what it means.

Nothing is told that does not stand here, and docs/monitoring.md lists exactly this. A `counter` only grows until the
process ends (its samples end in `_total`), a `gauge` is of the moment. Labels come from bounded sets.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

PREFIX: Final = "callcenter_"

Kind = Literal["gauge", "counter", "histogram"]


class Figure(NamedTuple):
    """One figure. `name` is without PREFIX; the meaning names the unit where the name does not."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()

    @property
    def sample(self) -> str:
        """The name rules and dashboards use."""
        ends = {"gauge": "", "counter": "_total", "histogram": "_bucket"}
        return f"{PREFIX}{self.name}{ends[self.kind]}"


Values: TypeAlias = Mapping[str, float | Mapping[tuple[str, ...], float]]
"""By name: the value, or by the values of its labels."""

_OF_THE_PROCESS: Final = (
    Figure("info", "gauge", "always 1; what this process is", ("version", "role", "domain")),
    Figure("ready", "gauge", "1 while `/readyz` answers 200"),
    Figure("not_ready", "gauge", "1 for each reason why it does not", ("reason",)),
    Figure(
        "loop_late_ms",
        "gauge",
        "how late the event loop ran its last timer: everybody waits so long",
    ),
    Figure("newcomers_turned_away", "counter", "chats and mails told to come back under load"),
    Figure("inbox_commands", "gauge", "commands not decided yet"),
    Figure("desk_sockets", "gauge", "open tabs of the console"),
    Figure("customer_sockets", "gauge", "open chat windows"),
    Figure("data_dir_free_bytes", "gauge", "room left where the data directory lies"),
    Figure("database_bytes", "gauge", "size of the SQLite files; 0 with PostgreSQL"),
    Figure(
        "last_backup_timestamp_seconds", "gauge", "when `callcenter backup` last made a good copy"
    ),
)

_OF_THE_JOURNAL: Final = (
    Figure("events", "counter", "events made durable since the start", ("type",)),
    Figure("commits", "counter", "group commits"),
    Figure("journal_seq", "gauge", "number of the newest event"),
    Figure("interaction_log_seq", "gauge", "number of the event the interaction log stands at"),
    Figure(
        "journal_append_seconds", "histogram", "time one group commit takes until it is durable"
    ),
    Figure("journal_append_failures", "counter", "group commits that failed"),
)

_OF_THE_WORK: Final = (
    Figure("waiting_contacts", "gauge", "contacts that wait in a queue", ("queue",)),
    Figure(
        "oldest_waiting_seconds", "gauge", "how long the first of them is in the queue", ("queue",)
    ),
    Figure("agents", "gauge", "agents by state", ("state",)),
    Figure("contacts_closed", "counter", "contacts closed", ("queue", "outcome")),
    Figure("flow_visits", "gauge", "customers in a flow of the chat widget"),
    Figure("flow_requests", "counter", "HTTP requests flows have made", ("outcome",)),
    Figure("call_back_steps", "counter", "steps of call-backs", ("step",)),
    Figure("profile_lookups", "counter", "customers looked up at their arrival", ("outcome",)),
    Figure(
        "subscription_events",
        "counter",
        "events told to other programs: `delivered`, `failed` (to be tried again), `dead` (given up)",
        ("outcome",),
    ),
)

_OF_MAIL: Final = (
    Figure("smtp_connections", "gauge", "open connections that bring mail"),
    Figure("mails", "counter", "mails that came in", ("outcome",)),
    Figure(
        "mails_out",
        "counter",
        "tries to send a mail: `sent`, `deferred` (to be tried again), `failed` (given up)",
        ("outcome",),
    ),
    Figure("mails_to_send", "gauge", "mails still to go out"),
    Figure("oldest_mail_to_send_seconds", "gauge", "how long ago the oldest of them was written"),
)

_OF_CALLS: Final = (
    Figure("open_calls", "gauge", "calls under way"),
    Figure("phone_system_up", "gauge", "1 while the phone system answers", ("connection",)),
    Figure("phone_systems_down", "gauge", "phone systems that do not"),
    Figure("phone_commands_waiting", "gauge", "commands not delivered to a phone system yet"),
    Figure(
        "call_command_seconds",
        "histogram",
        "from the arrival of a phone system's event to the command it leads to",
    ),
    Figure(
        "recordings",
        "counter",
        "recordings: `stored`, `dropped` (a message without a word), `lost` (not handed over)",
        ("outcome",),
    ),
    Figure("browser_phones_agents", "gauge", "agents' phones open in browsers"),
    Figure("browser_phones_guests", "gauge", "customers' phones open in browsers"),
)

FIGURES: Final = (*_OF_THE_PROCESS, *_OF_THE_JOURNAL, *_OF_THE_WORK, *_OF_MAIL, *_OF_CALLS)

_BY_NAME: Final = {one.name: one for one in FIGURES}


def families(values: Values) -> Iterable[Metric]:
    """As Prometheus reads them. Raises KeyError for a name that stands in no row above."""
    for name, value in values.items():
        figure = _BY_NAME[name]
        cells = value if isinstance(value, Mapping) else {(): value}
        make = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
        family = make(PREFIX + name, figure.meaning, labels=figure.labels)
        for labels, number in cells.items():
            family.add_metric(labels, number)
        yield family
