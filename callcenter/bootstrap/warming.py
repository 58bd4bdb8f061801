"""What a router that stands by does beforehand: a take-over then loads no code, it only reads what is new."""

import asyncio

from callcenter.config_loader.loader import Configuration, of_stored
from callcenter.ports.errors import StorageError
from callcenter.settings import Settings
from callcenter.storage.store import open_store


async def warm_up(settings: Settings) -> tuple[str, Configuration] | None:
    """Reach the database once and read the newest configuration, with its version; what is not there yet is no fault."""
    try:
        store = await open_store(settings.database, settings.domain_id)
    except StorageError:
        return None
    try:
        newest = await store.config_versions.newest()
        if newest is None:
            return None
        return newest.version, await asyncio.to_thread(of_stored, newest.document)
    except StorageError:
        return None
    finally:
        await store.close()
