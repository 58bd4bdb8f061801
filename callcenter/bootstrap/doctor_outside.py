"""What a process must reach beyond its own files: its port, Redis, phone systems, the mail server. Part of the doctor."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import msgspec

from callcenter.bootstrap.binding import bound_socket
from callcenter.bootstrap.data_dir import is_locked
from callcenter.bootstrap.doctor import DoctorCode, Finding, fail, fine, warn
from callcenter.config_loader.schema import Document
from callcenter.settings import AsteriskSystem, Role, Settings

REACH_S: Final = 3.0
"""How long whoever is asked may take to answer."""

NO_BRIDGE: Final = "callcenter-doctor-looks"
"""The id of a bridge that nobody makes."""

_PORTS: Final = {"http": 80, "https": 443}


async def looked_at_outside(
    settings: Settings, document: Document | None
) -> AsyncIterator[Finding]:
    """`document` is the configuration, where there is one."""
    is_running = False
    if settings.role.serves and settings.port:
        finding, is_running = await _of_port(settings)
        yield finding
    is_mail_ours = settings.role.decides and bool(settings.smtp_listen_port)
    if is_mail_ours and not is_running:
        yield await asyncio.to_thread(
            _of_free, settings.smtp_listen_host, settings.smtp_listen_port or 0, "mail in"
        )
    if settings.role is not Role.ALL:
        yield await _of_redis(settings.redis_url)
    if settings.role.decides:
        for name in settings.telephony:
            yield await _of_phone_system(settings, name, document)
        if document is not None and document.mailboxes:
            yield await _of_mail_server(settings)


async def _of_port(settings: Settings) -> tuple[Finding, bool]:
    """Whether it is free, or a server of ours answers there."""
    free = await asyncio.to_thread(_of_free, settings.host, settings.port, "port")
    if free.level == "ok":
        return free, False
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    shown = f"[{host}]" if ":" in host else host
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REACH_S)) as http,
            http.get(f"http://{shown}:{settings.port}/readyz") as answer,
        ):
            told = msgspec.json.decode(await answer.read())
            is_ours = isinstance(told, dict) and "is_ready" in told
    except (aiohttp.ClientError, TimeoutError, OSError, msgspec.MsgspecError):
        return free, False
    if not is_ours:
        return free, False
    if settings.role is Role.ALL and not await asyncio.to_thread(is_locked, settings.data_dir):
        stranger = f"another callcenter, with other data, answers at {settings.port}"
        return fail(DoctorCode.PORT_IN_USE, "port", stranger, free.do), False
    if told["is_ready"]:
        return fine("port", f"callcenter answers at {settings.port}, and is ready"), True
    reasons = ", ".join(map(str, told.get("reasons", [])))
    return (
        fail(
            DoctorCode.SERVER_NOT_READY,
            "port",
            f"callcenter runs and is not ready: {reasons}",
            "what each reason means: docs/monitoring.md",
        ),
        True,
    )


def _of_free(host: str, port: int, what: str) -> Finding:
    try:
        with closing(bound_socket(host, port)) as bound:
            bound.listen(1)
    except OSError as error:
        return fail(
            DoctorCode.PORT_IN_USE,
            what,
            f"{host}:{port}: {error.strerror}",
            "stop the other program, or choose another port or address",
        )
    return fine(what, f"{host}:{port} is free")


async def _of_redis(url: str) -> Finding:
    # One process alone needs no Redis.
    from callcenter.cluster.redis import LinkLost, open_redis, send_all  # noqa: PLC0415

    do = "CC_REDIS_URL, e.g. redis://127.0.0.1:6379/0; is it running?"
    if not url:
        return fail(DoctorCode.REDIS_UNREACHABLE, "Redis", "CC_REDIS_URL is not set", do)
    client = open_redis(url)
    try:
        await send_all(client, [("PING",)])
    except LinkLost as error:
        return fail(DoctorCode.REDIS_UNREACHABLE, "Redis", f"no answer ({error})", do)
    finally:
        await client.aclose()
    return fine("Redis", "answers")


async def _of_phone_system(settings: Settings, name: str, document: Document | None) -> Finding:
    system, what = settings.telephony[name], f"phone system {name}"
    connections = [] if document is None else document.telephony.connections
    configured = next((one.control_url for one in connections if one.id == name), "")
    url = system.control_url or configured
    if not url:
        return fail(
            DoctorCode.PHONE_SYSTEM_UNREACHABLE,
            what,
            "nobody says where it is",
            f"telephony.connections of the configuration, or control_url in CC_TELEPHONY ({name})",
        )
    try:
        if isinstance(system, AsteriskSystem):
            return await _of_asterisk(system, url, what)
        await _connect(url)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return fail(
            DoctorCode.PHONE_SYSTEM_UNREACHABLE,
            what,
            f"{_place(url)}: {_said(error)}",
            "is it running, and is the way to it open?",
        )
    return fine(what, f"{_place(url)} takes connections")


async def _of_asterisk(system: AsteriskSystem, url: str, what: str) -> Finding:
    """A ping says whether it is there; whether its user may write, a request to drop what cannot exist."""
    base = f"{url.rstrip('/')}/ari/"
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=REACH_S),
        headers={"Authorization": aiohttp.encode_basic_auth(system.user, system.password)},
    ) as http:
        async with http.get(f"{base}asterisk/ping", allow_redirects=False) as answer:
            status, may_write = answer.status, True
        if status == 200:
            async with http.delete(f"{base}bridges/{NO_BRIDGE}", allow_redirects=False) as answer:
                may_write = answer.status != 403
    if status in {401, 403} or not may_write:
        how = "refuses" if may_write else "lets only read"
        return fail(
            DoctorCode.PHONE_SYSTEM_REFUSES,
            what,
            f"{_place(url)} {how} the user {system.user}",
            "user and password in CC_TELEPHONY, and ari.conf",
        )
    if status != 200:
        return fail(
            DoctorCode.PHONE_SYSTEM_UNREACHABLE,
            what,
            f"{_place(url)} answers {status}",
            "is ARI switched on (ari.conf, http.conf)?",
        )
    return fine(what, f"{_place(url)} answers")


async def _of_mail_server(settings: Settings) -> Finding:
    host, port = settings.smtp_out_host, settings.smtp_out_port
    do = "CC_SMTP_OUT_HOST and CC_SMTP_OUT_PORT; is it running?"
    try:
        async with asyncio.timeout(REACH_S):
            is_tls = settings.smtp_out_tls == "tls"
            reader, writer = await asyncio.open_connection(host, port, ssl=is_tls or None)
            try:
                greeting = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        return warn(
            DoctorCode.MAIL_SERVER_UNREACHABLE, "mail out", f"{host}:{port}: {_said(error)}", do
        )
    if not greeting.startswith(b"220"):
        says = f"{host}:{port} does not greet as a mail server"
        return warn(DoctorCode.MAIL_SERVER_UNREACHABLE, "mail out", says, do)
    return fine("mail out", f"{host}:{port} answers")


async def _connect(url: str) -> None:
    """Raises OSError, TimeoutError."""
    parts = urlsplit(url)
    async with asyncio.timeout(REACH_S):
        _, writer = await asyncio.open_connection(
            parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
        )
        writer.close()


def _place(url: str) -> str:
    """Without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 443)}"


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    number = getattr(getattr(error, "os_error", error), "errno", None)
    return os.strerror(number) if number else type(error).__name__
