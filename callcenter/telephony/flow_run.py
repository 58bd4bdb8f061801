"""Where a call is in its flow."""

import msgspec

from ivr.session import Leave, Reassure, Session


class FlowRun(msgspec.Struct):
    """Where a call is in its flow. `run` counts beginnings; `comfort` is what was said last to who waits."""

    run: int
    session: Session
    leave: Leave | None = None
    comfort: Reassure | None = None
