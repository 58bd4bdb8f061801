"""Start and stop of the whole process."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from callcenter.auth.limits import API_KEY_USES_EVERY_MS
from callcenter.auth.people import NewPerson
from callcenter.bootstrap.configuration import known_of
from callcenter.bootstrap.data_dir import DataDir
from callcenter.bootstrap.mail import MailParts, build_mail
from callcenter.bootstrap.parts import Parts, build, build_web
from callcenter.bootstrap.people import demo_people, ensure_people
from callcenter.channels.mail.limits import UPLOADS_SWEPT_EVERY_MS
from callcenter.clock import Clock
from callcenter.host.envelope import CommandRefused
from callcenter.host.host import Host
from callcenter.http.errors import ApiErrorCode
from callcenter.limits import (
    BOARD_PUSH_EVERY_MS,
    DAY_POLL_MS,
    DRAIN_MS,
    LISTEN_BACKLOG,
    ROSTER_POLL_MS,
)
from callcenter.ports import StorageUnavailable
from callcenter.ports_of_versions import Authorship
from callcenter.settings import Settings
from callcenter.storage.schema import migrates_itself, upgrade
from callcenter.storage.store import open_store
from callcenter.tasks import Supervisor

Say = Callable[[str], None]


class PortInUse(Exception):
    """The address is taken."""


class Account(msgspec.Struct, frozen=True):
    """A demo account, to be printed."""

    username: str
    role: str
    password: str


class Server:
    """One running process. `start` and `stop` are each called once."""

    def __init__(self, settings: Settings, say: Say) -> None:
        """`say` prints progress for a person."""
        self._settings = settings
        self._say = say
        self._data_dir: DataDir | None = None
        self._parts: Parts | None = None
        self._runner: web.AppRunner | None = None
        self._mail: MailParts | None = None
        self._supervisor = Supervisor()
        self._asked = asyncio.Event()
        self.url = ""
        self.smtp_address = ""
        self.accounts: list[Account] = []

    async def start(self, *, demo: bool) -> None:
        """Recover and listen. Raises DataDirInUse, NoConfiguration, PortInUse, StorageError, JournalDamaged."""
        settings = self._settings
        data_dir = self._data_dir = DataDir(settings.data_dir)
        self._say(f"Data directory: {settings.data_dir}")
        if settings.migrates_at_start or migrates_itself(settings.database):
            await upgrade(settings.database)
        store = await open_store(settings.database, settings.domain_id)
        clock = Clock()
        host = Host(settings.domain_id, store, clock)
        parts = self._parts = build(settings, store, host, clock, secret=data_dir.secret())
        folded = await host.start()
        self._say(f"Journal: {host.mirror.seq} events ({folded} folded over the last snapshot)")
        await self._configure(parts, data_dir, demo=demo)
        await parts.roster.follow()
        await parts.introductions.load(store.details, list(host.mirror.contacts))
        await parts.closed_messages.load()
        await parts.mail_book.load(store)
        await parts.reading.start()
        await parts.telephony.load()
        await self._listen(parts, data_dir.secret())
        self._start_tasks(parts)

    def hear_signals(self) -> None:
        """From here on Ctrl-C and SIGTERM are a wish to stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._asked.set)

    async def run_until_stopped(self) -> bool:
        """Until a signal, or until something gives up; True when it was a signal."""
        parts = self._require_parts()
        asked: asyncio.Future[object] = asyncio.ensure_future(self._asked.wait())
        waiting: list[asyncio.Future[object]] = [asked]
        waiting.append(self._supervisor.failed)  # type: ignore[arg-type]
        if parts.host.finished is not None:
            waiting.append(parts.host.finished)  # type: ignore[arg-type]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        return self._asked.is_set()

    async def stop(self) -> None:
        """Say goodbye to the sockets, finish what is under way, keep a snapshot, close the files."""
        try:
            if self._parts is not None:
                await self._stop_parts(self._parts)
        finally:
            if self._data_dir is not None:
                self._data_dir.close()

    async def _stop_parts(self, parts: Parts) -> None:
        goodbye = "The server restarts; this page reconnects by itself."
        parts.desk_hub.close_all(ApiErrorCode.SERVER_STOPPING, goodbye)
        parts.chat_hub.close_all(ApiErrorCode.SERVER_STOPPING, goodbye)
        if self._mail is not None:
            await self._mail.listener.stop()
        await self._supervisor.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        await parts.host.stop()
        await parts.telephony.book.write_ends()
        parts.passwords.close()
        await parts.store.close()

    async def _configure(self, parts: Parts, data_dir: DataDir, *, demo: bool) -> None:
        settings, store = self._settings, parts.store
        if demo and await store.config_versions.newest() is None:
            await parts.configuration.store_folder(settings.demo_config_dir)
            self._say(f"Configuration: {settings.demo_config_dir.name} applied")
        try:
            await parts.configuration.follow()
        except CommandRefused as refused:
            if parts.host.mirror.configuration is None:
                raise
            self._say(f"Configuration: the newest is not in force yet: {refused}")
        if demo:
            await self._ensure_demo(parts, data_dir)

    async def _ensure_demo(self, parts: Parts, data_dir: DataDir) -> None:
        wanted = demo_people(self._settings.demo_config_dir)
        usernames = [person.username for person in wanted]
        passwords = data_dir.demo_passwords(usernames, self._settings.demo_password)
        known = known_of(parts.configuration.current.document, parts.team_book.rows)
        with_passwords = [(person, passwords[person.username]) for person in wanted]
        author = Authorship(at_ms=parts.clock.now_ms())
        await ensure_people(
            parts.store.users, parts.passwords, with_passwords, known=known, author=author
        )
        self.accounts = [
            Account(person.username, person.role, await self._shown(parts, person, passwords))
            for person in wanted
        ]

    async def _shown(self, parts: Parts, person: NewPerson, passwords: dict[str, str]) -> str:
        """The demo password, unless somebody has given the account another since."""
        password = passwords[person.username]
        user = await parts.store.users.by_username(person.username)
        stored = None if user is None else user.password_hash
        return password if await parts.passwords.verify(password, stored) else "(changed)"

    async def _listen(self, parts: Parts, secret: bytes) -> None:
        settings = self._settings
        mail = self._mail = build_mail(parts, secret)
        app = build_web(parts, secret, mail.extend)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_MS / 1000)
        await self._runner.setup()
        site = web.TCPSite(self._runner, settings.host, settings.port, backlog=LISTEN_BACKLOG)
        try:
            await site.start()
        except OSError as error:
            raise PortInUse(f"{settings.host}:{settings.port}") from error
        port = self._runner.addresses[0][1]
        self.url = f"http://{settings.host}:{port}"
        if settings.smtp_listen_port is not None:
            await self._listen_smtp(mail, settings.smtp_listen_host, settings.smtp_listen_port)

    async def _listen_smtp(self, mail: MailParts, host: str, port: int) -> None:
        try:
            self.smtp_address = f"{host}:{await mail.listener.start(host, port)}"
        except OSError as error:
            raise PortInUse(f"{host}:{port}") from error

    def _start_tasks(self, parts: Parts) -> None:
        start = self._supervisor.start
        start(parts.agent_presence.run(), "agent presence")
        start(parts.customer_presence.run(), "customer presence")
        start(_every(ROSTER_POLL_MS, parts.roster.follow), "roster")
        start(_every(ROSTER_POLL_MS, parts.follow_configuration), "configuration")

        async def push_boards() -> None:
            parts.desk_hub.push_boards(parts.board_of)
            parts.chat_hub.refresh_prospects()

        start(_every(BOARD_PUSH_EVERY_MS, push_boards), "boards")
        start(parts.pressure.run(), "pressure")
        start(parts.waker.run(), "parked mail")
        if self._mail is not None:
            start(self._mail.sender.run(), "outgoing mail")
            start(_every(UPLOADS_SWEPT_EVERY_MS, self._mail.sweep), "files handed in")
        start(parts.customers.run(), "customer look-ups")
        for name, task in parts.telephony.tasks().items():
            start(task, name)
        start(parts.customer_cards.run(), "customer cards")
        start(parts.reading.interaction_log.run(), "interaction log")
        start(parts.reading.text_indexer.run(), "search texts")
        start(parts.telling.run(), "event subscriptions")
        start(_every(API_KEY_USES_EVERY_MS, parts.api_keys.note_uses), "uses of keys")
        start(_every(DAY_POLL_MS, parts.reading.follow_the_day), "day")

    def _require_parts(self) -> Parts:
        if self._parts is None:
            raise LookupError("the server is not started")
        return self._parts


async def _every(period_ms: int, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` again and again; a store that is not there at the moment is no reason to stop."""
    while True:
        await asyncio.sleep(period_ms / 1000)
        try:
            await work()
        except StorageUnavailable:
            continue
