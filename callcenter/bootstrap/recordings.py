"""Recordings, wired: who keeps them, and who lets people listen."""

from dataclasses import dataclass, field

from callcenter.bootstrap.people import Roster
from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.host import Host
from callcenter.storage.store import SqlStore
from callcenter.telephony.keeping import KeeperSurroundings, RecordingKeeper
from callcenter.telephony.ports import RecordingSource
from callcenter.telephony.recording_routes import RecordingServices
from callcenter.telephony.voicemail import MessageEntrance


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingParts:
    """The keeper has a life. `sources` are the phone systems that can record, by connection; put there once they are made."""

    keeper: RecordingKeeper
    listening: RecordingServices
    sources: dict[str, RecordingSource] = field(default_factory=dict)


def build_recordings(
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    roster: Roster,
    customers: CustomerLookup,
    customer_keys: CustomerKeys,
) -> RecordingParts:
    """Nothing runs yet."""
    sources: dict[str, RecordingSource] = {}
    around = KeeperSurroundings(
        recordings=store.recordings,
        sources=sources,
        make_contact=MessageEntrance(host, customer_keys, customers).enter,
        now_ms=clock.now_ms,
    )
    listening = RecordingServices(
        recordings=store.recordings, agent_name=roster.name, now_ms=clock.now_ms
    )
    return RecordingParts(keeper=RecordingKeeper(around), listening=listening, sources=sources)
