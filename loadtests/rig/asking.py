"""What Asterisk itself says of its channels and bridges, over ARI: a look from outside, beside the engine's own connection."""

from typing import Any

from aiohttp import ClientSession, encode_basic_auth

from loadtests.rig.instance import PASSWORD, USER, Asterisk

AUTHORIZED = {"Authorization": encode_basic_auth(USER, PASSWORD)}


async def ask(asterisk: Asterisk, path: str) -> Any:  # noqa: ANN401 - JSON
    """The answer to one GET. Raises aiohttp's errors, as while Asterisk is not there."""
    async with (
        ClientSession(headers=AUTHORIZED) as http,
        http.get(f"{asterisk.ari_url}/ari/{path}") as answer,
    ):
        return await answer.json()


async def channels_of(asterisk: Asterisk) -> dict[str, str]:
    """Channels by id, with their states."""
    return {one["id"]: one["state"] for one in await ask(asterisk, "channels")}


async def bridges_of(asterisk: Asterisk) -> dict[str, list[str]]:
    """Bridges by id, with who is in them."""
    return {one["id"]: sorted(one["channels"]) for one in await ask(asterisk, "bridges")}
