"""Appends batches for ever and says the last seq of each one that is durable. A process of its own."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from callcenter.ports.journal import JournalBatch
from callcenter.storage.store import open_store
from tests.contract.rows import DOMAIN_ID, batch, chained, detail, outcome

BATCH_SIZES = (1, 40, 3, 200, 7, 90)
"""Small and large: a large one spans several statements and pages of the log."""


def batch_from(number: int, newest: tuple[int, bytes]) -> JournalBatch:
    """Records with a detail each, and one outcome."""
    records = chained(BATCH_SIZES[number % len(BATCH_SIZES)], after=newest)
    details = [detail("c-1", f"d-{record.seq}", seq=record.seq) for record in records]
    return batch(records, details, [outcome(f"command-{number}", seq=records[-1].seq)])


async def main(url: str) -> None:
    store = await open_store(url, DOMAIN_ID)
    newest = await store.journal.last()
    number = len(await store.journal.command_ids(10**7))
    while True:
        rows = batch_from(number, newest)
        await store.journal.append(rows)
        newest = (rows.records[-1].seq, rows.records[-1].chain)
        number += 1
        print(newest[0], flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
