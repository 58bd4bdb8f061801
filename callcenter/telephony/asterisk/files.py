"""Recordings as files of Asterisk's, by plain HTTP: too large for the socket that carries everything else."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth
from aiohttp.hdrs import AUTHORIZATION

from callcenter.telephony.asterisk import limits
from callcenter.telephony.asterisk.ari import Account
from callcenter.telephony.fetching import is_deleted, taken
from callcenter.telephony.limits import FETCH_WAIT_MS
from callcenter.telephony.ports import Fetched

_GONE: Final = 404


class RecordingFiles:
    """What Asterisk has recorded. Raises OSError, TimeoutError where it cannot be asked."""

    def __init__(self, http: ClientSession | None, url: str, account: Account) -> None:
        self._http = http
        self._url = f"{url.rstrip('/')}/ari/recordings"
        self._headers = {AUTHORIZATION: encode_basic_auth(account.user, account.password)}

    async def fetch(self, recording_id: str, put: Callable[[bytes], Awaitable[bool]]) -> Fetched:
        """A file that is still written to has its name in the store already: first it must not be live any more."""
        http, name = self._open(), quote(recording_id, safe="")
        wait = ClientTimeout(total=FETCH_WAIT_MS / 1000)
        try:
            live = http.get(f"{self._url}/live/{name}", headers=self._headers, timeout=wait)
            async with live as answer:
                if answer.status != _GONE:
                    return Fetched.NOT_YET
            file = http.get(f"{self._url}/stored/{name}/file", headers=self._headers, timeout=wait)
            async with file as answer:
                return await taken(answer, put)
        except (ClientError, ValueError) as error:
            raise OSError("not reached") from error

    async def delete(self, recording_id: str) -> bool:
        """One that is made still is given up first."""
        http, name = self._open(), quote(recording_id, safe="")
        wait = ClientTimeout(total=limits.ASK_MS / 1000)
        try:
            for kind in ("live", "stored"):
                path = f"{self._url}/{kind}/{name}"
                async with http.delete(path, headers=self._headers, timeout=wait) as answer:
                    if not is_deleted(answer.status):
                        return False
        except (ClientError, TimeoutError, OSError, ValueError):
            return False
        return True

    def _open(self) -> ClientSession:
        if self._http is None or self._http.closed:
            raise OSError("not running")
        return self._http
