"""The server with one planted fault, `CC_DRILL_FAULT`, and a slow disk to show it.

`ack-before-commit` answers the senders first and commits later; `publish-before-commit` shows everybody what
is not durable yet. Only the chaos drill starts this, to prove that it would notice. Production code has no
such switch.
"""

import asyncio
import os
import sys

from callcenter.cli import main
from callcenter.host.host import Host, _Batch

COMMIT_LATE_S = 0.15


def plant_early_answers() -> None:
    """Resolve every waiting sender first, commit later."""
    commit = Host._commit

    async def acknowledge_before_commit(self: Host, batch: _Batch) -> None:
        for waiter, submitted in batch.answers:
            if not waiter.done():
                waiter.set_result(submitted)
        await asyncio.sleep(COMMIT_LATE_S)
        await commit(self, batch)

    Host._commit = acknowledge_before_commit  # type: ignore[method-assign]


def plant_early_publishing() -> None:
    """Tell the listeners first, commit later, answer last."""
    commit, publish = Host._commit, Host._publish

    async def publish_before_commit(self: Host, batch: _Batch) -> None:
        if batch.records:
            publish(self, self.mirror.seq + 1, batch.events, batch.details)
        await asyncio.sleep(COMMIT_LATE_S)
        await commit(self, batch)

    Host._commit = publish_before_commit  # type: ignore[method-assign]
    Host._publish = lambda *_: None  # type: ignore[method-assign]


PLANTS = {
    "ack-before-commit": plant_early_answers,
    "publish-before-commit": plant_early_publishing,
}

if __name__ == "__main__":
    PLANTS[os.environ["CC_DRILL_FAULT"]]()
    sys.exit(main())
