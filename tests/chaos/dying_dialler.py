"""The server that kills itself between a dial permit and the dial: `CC_DRILL_DIES=NUMBER=POINT,...` and `CC_DRILL_MARKS=FOLDER`.

For each number once, at its point: `permit` (granted and durable, nothing else), `wish` (that it is to be dialled is
durable), `unsent` (the command is about to leave) and `sent` (the phone system has taken it, which nobody has noted).
Only drills start this; production code has no such switch.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from callcenter.cli import main
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.link import PbxLink
from callcenter.telephony.ports import Errand
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent


def plant(points: dict[str, str], marks: Path) -> None:
    """Die for each of the numbers, once."""

    def die(number: str, point: str) -> None:
        mark = marks / number
        if points.get(number) == point and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    store, try_once = EventIntake.store, PbxLink._try

    async def dying_store(
        self: EventIntake, connection_id: str, events: Sequence[PbxEvent]
    ) -> None:
        numbers = [one.to for one in events if one.type == EventType.DIAL_ASKED]
        for number in numbers:
            die(number, "permit")
        await store(self, connection_id, events)
        for number in numbers:
            die(number, "wish")

    async def dying_try(self: PbxLink, errand: Errand) -> int:
        is_dial = errand.order.kind is OrderKind.DIAL
        if is_dial:
            die(errand.order.to, "unsent")
        status = await try_once(self, errand)
        if is_dial:
            die(errand.order.to, "sent")
        return status

    EventIntake.store = dying_store  # type: ignore[method-assign]
    PbxLink._try = dying_try  # type: ignore[method-assign]


if __name__ == "__main__":
    planned = [one.split("=") for one in os.environ["CC_DRILL_DIES"].split(",")]
    plant(dict(planned), Path(os.environ["CC_DRILL_MARKS"]))
    sys.exit(main())
