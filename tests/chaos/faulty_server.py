"""The server with one planted fault: it answers before the commit, and its disk is slow.

Only the chaos drill starts this (`--planted-fault`), to prove that it would notice. Production code has no such switch.
"""

import asyncio
import sys

from callcenter.cli import main

from callcenter.host.host import Host, _Batch

COMMIT_LATE_S = 0.15


def plant() -> None:
    """Resolve every waiting sender first, commit later."""
    commit = Host._commit

    async def acknowledge_before_commit(self: Host, batch: _Batch) -> None:
        for waiter, submitted in batch.answers:
            if not waiter.done():
                waiter.set_result(submitted)
        await asyncio.sleep(COMMIT_LATE_S)
        await commit(self, batch)

    Host._commit = acknowledge_before_commit  # type: ignore[method-assign]


if __name__ == "__main__":
    plant()
    sys.exit(main())
