"""What a router that stands by does beforehand: a take-over then loads no code, it only reads what is new."""

import asyncio

from callcenter.config_loader.loader import of_stored
from callcenter.ports import StorageError
from callcenter.settings import Settings
from callcenter.storage.store import open_store


async def warm_up(settings: Settings) -> None:
    """Reach the database once and read the newest configuration; whatever is not there yet is no fault."""
    try:
        store = await open_store(settings.database, settings.domain_id)
    except StorageError:
        return
    try:
        newest = await store.config_versions.newest()
        if newest is not None:
            await asyncio.to_thread(of_stored, newest.document)
    except StorageError:
        return
    finally:
        await store.close()
