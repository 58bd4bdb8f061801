"""Calls that are placed, wired: the configuration as the placing of calls reads it."""

import msgspec
import structlog

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.clock import Clock
from callcenter.config_loader.telephony import Outbound
from callcenter.customers.keys import CustomerKeys
from callcenter.host.host import Host
from callcenter.ports.store import Store
from callcenter.settings import Settings
from callcenter.telephony.dial_rules import EMERGENCY, DialRules
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.placing import Outgoing, Placing
from routing.ids import AgentId, ContactId, QueueId, TeamId

_log = structlog.get_logger("callcenter.telephony")


def outgoing_of(written: Outbound) -> Outgoing:
    """The rules as they are applied."""
    teams = {TeamId(team): QueueId(queue) for team, queue in written.team_queues.items()}
    return Outgoing(
        connection_id=written.connection,
        shown_number=written.shown_number,
        queue_id=QueueId(written.queue),
        team_queues=teams,
        ring_ms=written.ring_s * 1000,
        may_be_not_ready=written.not_ready,
        wraps_up_unreached=written.wrap_up_unreached,
        zone=written.time_zone,
        rules=DialRules(
            country_code=written.country_code,
            is_international=written.international,
            allow=tuple(written.allow),
            deny=tuple(written.deny),
            emergency=tuple(dict.fromkeys((*EMERGENCY, *written.emergency))),
            calls_per_agent_day=written.calls_per_agent_day,
            calls_per_day=written.calls_per_day,
            costs=dict(written.costs),
            cost_per_day=written.cost_per_day,
        ),
    )


class PlacingAround(msgspec.Struct, frozen=True):
    """What the placing of calls is wired with."""

    settings: Settings
    host: Host
    clock: Clock
    rules: ConfigurationInForce
    keys: CustomerKeys


def build_placing(around: PlacingAround, intake: EventIntake, store: Store) -> Placing:
    """One for a domain."""

    def outgoing() -> Outgoing | None:
        found = around.rules.outbound()
        return None if found is None else outgoing_of(found)

    def alert(contact_id: ContactId, agent_id: AgentId | None) -> None:
        _log.error("emergency_call", contact_id=contact_id, agent_id=agent_id)

    return Placing(
        around.settings.domain_id,
        around.host,
        intake,
        keys=around.keys,
        placed=store.placed_calls,
        outgoing=outgoing,
        now_ms=around.clock.now_ms,
        alert=alert,
    )
