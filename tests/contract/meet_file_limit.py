"""Runs into RLIMIT_FSIZE (EFBIG, as a quota would give), then gets room again. A process of its own."""

import asyncio
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from callcenter.host.chain import ZERO, verify
from callcenter.ports.errors import StorageUnavailable
from callcenter.storage.store import open_store
from tests.contract.rows import DOMAIN_ID, all_records, batch, chained


def allow(size_max: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_max, resource.RLIM_INFINITY))


def largest_file_in(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.iterdir())


async def main(url: str, folder: Path) -> None:
    store = await open_store(url, DOMAIN_ID)
    await store.probe()
    allow(largest_file_in(folder) + 50_000)
    newest = (0, ZERO)
    try:
        while True:
            records = chained(50, after=newest)
            await store.journal.append(batch(records))
            newest = (records[-1].seq, records[-1].chain)
    except StorageUnavailable:
        print("full")
    try:
        await store.probe()
    except StorageUnavailable:
        print("probe fails")
    allow(resource.RLIM_INFINITY)
    await store.probe()
    print("room")
    if await store.journal.last() == newest:
        await store.journal.append(batch(chained(50, after=newest)))
        print("appended")
    verdict = verify(await all_records(store.journal), 0, ZERO, DOMAIN_ID)
    print("whole" if verdict.damage is None else verdict.damage.detail)
    await store.close()


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
