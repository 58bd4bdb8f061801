"""Start and stop of the whole process."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from callcenter.articles.limits import SWEPT_EVERY_MS as QUESTIONS_SWEPT_EVERY_MS
from callcenter.auth.limits import API_KEY_USES_EVERY_MS, SESSIONS_REREAD_MS
from callcenter.auth.people import NewPerson
from callcenter.bootstrap import demo_clock
from callcenter.bootstrap.articles import (
    articles_extension,
    build_articles,
    ensure_demo_articles,
)
from callcenter.bootstrap.binding import bound_socket, site_of
from callcenter.bootstrap.configuration import known_of
from callcenter.bootstrap.data_dir import DataDir
from callcenter.bootstrap.demo_story import tell_story
from callcenter.bootstrap.figures import measure
from callcenter.bootstrap.machine import Machine
from callcenter.bootstrap.mail import MailParts, build_mail
from callcenter.bootstrap.parts import Parts, build, build_web
from callcenter.bootstrap.people import demo_people, ensure_people
from callcenter.bootstrap.warming import warm_up
from callcenter.channels.mail.limits import UPLOADS_SWEPT_EVERY_MS
from callcenter.clock import Clock
from callcenter.host.envelope import CommandRefused
from callcenter.host.host import Host
from callcenter.http.errors import ApiErrorCode
from callcenter.limits import (
    BOARD_PUSH_EVERY_MS,
    CLOCK_POLL_MS,
    DAY_POLL_MS,
    DRAIN_MS,
    ROSTER_POLL_MS,
)
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.versions import Authorship
from callcenter.settings import Role, Settings
from callcenter.storage.schema import migrates_itself, upgrade
from callcenter.storage.store import open_store
from callcenter.tasks import Supervisor

if TYPE_CHECKING:
    from callcenter.articles.services import ArticleServices
    from callcenter.bootstrap.joining import Joined
    from callcenter.config_loader.loader import Configuration

ROUTER_POLL_S: Final = 0.1
"""How often a process that starts before any router looks whether there is one."""

LOST_STOP_S: Final = 5.0
"""How long a process that was taken over may take to end."""

LOG_POLL_MS: Final = 200
"""How often it is looked how far another process has brought the interaction log."""

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
        self._joined: Joined | None = None
        self._bound: socket.socket | None = None
        self._known: tuple[str, Configuration] | None = None
        self._mail: MailParts | None = None
        self._machine: Machine | None = None
        self._articles: ArticleServices | None = None
        self._supervisor = Supervisor()
        self._asked = asyncio.Event()
        self.url = ""
        self.smtp_address = ""
        self.accounts: list[Account] = []

    async def start(self, *, demo: bool, story: bool = False) -> None:
        """Recover and listen; with `story` a demo that is one process has cases under way.

        Raises DataDirInUse, NoConfiguration, PortInUse, StorageError, JournalDamaged.
        """
        settings, role = self._settings, self._settings.role
        is_alone = role is Role.ALL
        data_dir = self._data_dir = DataDir(settings.data_dir, is_shared=not is_alone)
        self._say(f"Data directory: {settings.data_dir}")
        clock = Clock()
        self._bound = self._bind() if role.serves else None
        if not is_alone:
            await self._join(clock)
        if settings.migrates_at_start or migrates_itself(settings.database):
            await upgrade(settings.database)
        store = await open_store(settings.database, settings.domain_id)
        demo_clock.begin(settings, clock)
        joined = self._joined
        host = Host(settings.domain_id, store, clock) if joined is None else joined.host(store)
        parts = self._parts = build(settings, store, host, clock, secret=data_dir.secret())
        mails = store.mails if role.decides else None
        machine = self._machine = Machine(settings.data_dir, mails)
        measure(parts, machine, lambda: self._mail)
        if joined is not None:
            parts.introduce_by(joined.cards.over)
            parts.tries = joined.tries
        folded = await host.start()
        self._say(f"Journal: {host.mirror.seq} events ({folded} folded over the last snapshot)")
        if role.decides:
            await self._configure(parts, data_dir, demo=demo)
            await parts.roster.follow()
        else:
            await self._follow_router(parts)
        await self._load(parts)
        if story and is_alone:
            await tell_story(parts, settings.demo_config_dir / "story", data_dir.secret())
        if role.serves:
            await self._listen(parts, data_dir.secret())
        self._start_tasks(parts)
        if joined is not None:
            joined.is_ready()
        if demo and role.decides:
            self._start_demo(parts, data_dir)

    def _start_demo(self, parts: Parts, data_dir: DataDir) -> None:
        """What of the demo nobody has to wait for."""
        if self._articles is not None:
            folder = self._settings.demo_config_dir / "articles"
            self._supervisor.start(ensure_demo_articles(self._articles, folder), "demo articles")
        if not self.accounts:
            self._supervisor.start(self._ensure_demo(parts, data_dir), "demo accounts")

    def _bind(self) -> socket.socket:
        settings = self._settings
        try:
            bound = bound_socket(settings.host, settings.port)
        except OSError as error:
            raise PortInUse(f"{settings.host}:{settings.port}") from error
        self.url = f"http://{settings.host}:{bound.getsockname()[1]}"
        return bound

    async def _join(self, clock: Clock) -> None:
        """Take this process's place in the cluster, when it is its turn."""
        # One process alone needs neither Redis nor PostgreSQL.
        from callcenter.bootstrap.joining import Joined  # noqa: PLC0415
        from callcenter.storage.taking_over import end_sessions  # noqa: PLC0415

        joined = self._joined = Joined(self._settings, clock)
        if self._settings.role.decides:
            self._known = await warm_up(self._settings)
        if self._settings.role is not Role.GATEWAY:
            self._say(f"Standing by: waiting until no other {self._settings.role} works.")
            await joined.wait_for_turn(self.url)
            await end_sessions(self._settings.database)
        for name, task in joined.early_tasks().items():
            self._supervisor.start(task, name)

    async def _follow_router(self, parts: Parts) -> None:
        """Wait until a router has applied a configuration, then show what it has."""
        while parts.host.mirror.configuration is None:  # noqa: ASYNC110 - once, at the very first start
            await asyncio.sleep(ROUTER_POLL_S)
        await parts.configuration.follow_engine()
        await parts.roster.follow_names()

    async def _load(self, parts: Parts) -> None:
        """Take up what was open before the start."""
        store, mirror = parts.store, parts.host.mirror
        await parts.introductions.load(store.details, list(mirror.contacts))
        await parts.closed_messages.load()
        await parts.mail_book.load(store)
        await parts.reading.start()
        parts.reading.emergencies.load(mirror)
        if self._settings.role.decides:
            await parts.telephony.load()
            await parts.call_backs.load()
            await parts.visits.load()

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
        if self._joined is not None:
            waiting.append(self._joined.lost)  # type: ignore[arg-type]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        return self._asked.is_set()

    async def stop(self) -> None:
        """Say goodbye to the sockets, finish what is under way, keep a snapshot, close the files."""
        joined = self._joined
        if joined is not None and (joined.lost.done() or not self._asked.is_set()):
            # Another process does our work, or is about to: whatever still waits here must not keep this one.
            asyncio.get_running_loop().call_later(LOST_STOP_S, os._exit, 1)
        try:
            if self._parts is not None:
                await self._stop_parts(self._parts)
        finally:
            if self._joined is not None:
                await self._joined.leave()
            if self._bound is not None:
                self._bound.close()
            if self._data_dir is not None:
                self._data_dir.close()

    async def _stop_parts(self, parts: Parts) -> None:
        goodbye = "The server restarts; this page reconnects by itself."
        parts.desk_hub.close_all(ApiErrorCode.SERVER_STOPPING, goodbye)
        parts.chat_hub.close_all(ApiErrorCode.SERVER_STOPPING, goodbye)
        parts.telephony.browser.phones.close_all()
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
        if self._known is not None:
            parts.configuration.know(*self._known)
        is_new = await store.config_versions.newest() is None
        if demo and is_new:
            await parts.configuration.store_folder(settings.demo_config_dir)
            self._say(f"Configuration: {settings.demo_config_dir.name} applied")
        try:
            await parts.configuration.follow()
        except CommandRefused as refused:
            if parts.host.mirror.configuration is None:
                raise
            self._say(f"Configuration: the newest is not in force yet: {refused}")
        if demo and (is_new or self._joined is None):
            # Whoever takes over has the accounts already, and looking at each password takes a while.
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
        articles = self._articles = build_articles(mail.services, parts.desk_introductions)
        relay = None if self._joined is None else self._joined.relay
        app = build_web(parts, secret, mail.extend, articles_extension(articles), relay=relay)
        if self._joined is not None:
            self._joined.extend(app, parts.configuration, secret)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_MS / 1000)
        await self._runner.setup()
        if self._bound is None:
            raise LookupError("a process that serves has an address")
        await site_of(self._runner, self._bound).start()
        if settings.smtp_listen_port is not None and settings.role.decides:
            await self._listen_smtp(mail, settings.smtp_listen_host, settings.smtp_listen_port)

    async def _listen_smtp(self, mail: MailParts, host: str, port: int) -> None:
        try:
            self.smtp_address = f"{host}:{await mail.listener.start(host, port)}"
        except OSError as error:
            raise PortInUse(f"{host}:{port}") from error

    def _start_tasks(self, parts: Parts) -> None:
        role = self._settings.role
        if role.decides:
            self._start_deciding(parts)
        else:
            self._start_following(parts)
        if role.serves:
            self._start_serving(parts)
        if role.keeps:
            self._start_keeping(parts)
        else:
            self._supervisor.start(_every(LOG_POLL_MS, parts.reading.follow_log), "interaction log")
        if self._machine is not None:
            self._supervisor.start(self._machine.run(parts.clock.now_ms), "machine")
        tasks = {} if self._joined is None else self._joined.tasks(parts)
        for name, task in tasks.items():
            self._supervisor.start(task, name)

    def _start_following(self, parts: Parts) -> None:
        """What a process does that decides nothing, to know what the router knows."""
        start = self._supervisor.start
        start(_every(ROSTER_POLL_MS, parts.roster.follow_names), "roster")
        start(_every(ROSTER_POLL_MS, parts.configuration.follow_engine), "configuration")

    def _start_serving(self, parts: Parts) -> None:
        """What pages and programs need."""
        start = self._supervisor.start

        async def push_boards() -> None:
            parts.desk_hub.push_boards(parts.board_of)
            parts.chat_hub.refresh_prospects()

        start(_every(BOARD_PUSH_EVERY_MS, push_boards), "boards")
        if self._settings.clock == "demo":
            data_dir = self._settings.data_dir
            start(_every(CLOCK_POLL_MS, lambda: demo_clock.follow(data_dir, parts.clock)), "clock")
        if self._joined is not None:
            start(_every(SESSIONS_REREAD_MS, parts.sessions.reread), "sessions")
        start(parts.pressure.run(), "pressure")
        start(parts.customers.run(), "customer look-ups")
        start(parts.customer_cards.run(), "customer cards")
        start(_every(API_KEY_USES_EVERY_MS, parts.api_keys.note_uses), "uses of keys")
        start(_every(DAY_POLL_MS, parts.reading.follow_the_day), "day")

    def _start_keeping(self, parts: Parts) -> None:
        """What keeps up with the journal, once for a domain."""
        start = self._supervisor.start
        start(parts.reading.interaction_log.run(), "interaction log")
        start(parts.reading.text_indexer.run(), "search texts")
        start(parts.telling.run(), "event subscriptions")
        start(parts.telling.number(), "places of notices")

    def _start_deciding(self, parts: Parts) -> None:
        """What is done once for a domain, beside the host that decides."""
        start = self._supervisor.start
        waits_s = 0 if self._joined is None else self._joined.presence_waits_s
        start(_after(waits_s, parts.agent_presence.run), "agent presence")
        start(_after(waits_s, parts.customer_presence.run), "customer presence")
        start(_every(ROSTER_POLL_MS, parts.roster.follow), "roster")
        start(_every(ROSTER_POLL_MS, parts.follow_configuration), "configuration")
        start(parts.waker.run(), "parked mail")
        if self._mail is not None:
            start(self._mail.sender.run(), "outgoing mail")
            start(_every(UPLOADS_SWEPT_EVERY_MS, self._mail.sweep), "files handed in")
        if self._articles is not None:
            start(_every(QUESTIONS_SWEPT_EVERY_MS, self._articles.questions.sweep), "questions")
        for name, task in parts.telephony.tasks().items():
            start(task, name)
        start(parts.call_backs.run(), "call-backs")
        start(parts.visits.run(), "flows in the chat widget")
        start(parts.cases.run(), "cases")
        start(parts.leads.service.run(), "leads")
        start(parts.what_ifs.run(), "trials of configurations")
        start(parts.campaigns.runner.run(), "campaigns")
        start(parts.campaigns.pacer.run(), "calls of campaigns")

    def _require_parts(self) -> Parts:
        if self._parts is None:
            raise LookupError("the server is not started")
        return self._parts


async def _after(wait_s: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` a little later."""
    await asyncio.sleep(wait_s)
    await work()


async def _every(period_ms: int, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` again and again; a store that is not there at the moment is no reason to stop."""
    while True:
        await asyncio.sleep(period_ms / 1000)
        try:
            await work()
        except StorageUnavailable:
            continue
