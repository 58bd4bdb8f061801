"""`CallControl` over ARI: connected again and again, with a look at what is there after each connect.

Theory: commands wait until a connection is open and what is there has been looked at; one whose connection is lost
meanwhile is carried out again over the next. Events are read, folded and stored one after another; nothing that reads
them ever waits for Asterisk.
"""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog
from aiohttp import ClientSession, DummyCookieJar

from callcenter.clock import Clock
from callcenter.ports.calls import CallLog, CallRow
from callcenter.tasks import owned
from callcenter.telephony.asterisk import limits
from callcenter.telephony.asterisk.ari import (
    REPLACED,
    Account,
    Ari,
    AriAbsent,
    AriLost,
    AriRefused,
    Bridge,
    Channel,
    Reply,
    connected,
)
from callcenter.telephony.asterisk.files import RecordingFiles
from callcenter.telephony.asterisk.guarding import Guard
from callcenter.telephony.asterisk.lines import Gather, Heard, Lines
from callcenter.telephony.asterisk.verbs import Verbs
from callcenter.telephony.lanes import Lanes
from callcenter.telephony.ports import Errand, Fetched, Undelivered
from callcenter.telephony.protocol import EventType, Order, PbxEvent, stored_event
from callcenter.telephony.telling import Teller
from callcenter.telephony.wanted import UNDELIVERED
from routing.ids import ContactId

_log = structlog.get_logger("callcenter.telephony")


class _App(msgspec.Struct, frozen=True):
    """Our application, as Asterisk has it."""

    channel_ids: list[str] = []


class _Status(msgspec.Struct, frozen=True):
    startup_time: str = ""


class _Info(msgspec.Struct, frozen=True):
    status: _Status = _Status()


@dataclass(frozen=True, slots=True, kw_only=True)
class AriSurroundings:
    """What the link stands in. `endpoint_of` a phone's number, `trunk_of` a customer's, `media_of` what a command says, `open_calls`: when each began, ms.

    Past `outside_after_s` without us who waits is taken back; 0: never.
    """

    connection_id: str
    url: Callable[[], str]
    account: Account
    clock: Clock
    contact_of: Callable[[str], ContactId]
    endpoint_of: Callable[[str], str]
    trunk_of: Callable[[str], str]
    media_of: Callable[[Order], str]
    store: Callable[[Sequence[PbxEvent]], Awaitable[None]]
    open_calls: Callable[[], dict[str, int]]
    outside_after_s: int = 0


def _instant_ms(text: str) -> int:
    """An instant as Asterisk writes it; 0 for one that cannot be read."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return 0


class AriLink:
    """One Asterisk. `run` connects and delivers; before it runs, commands wait."""

    def __init__(
        self,
        around: AriSurroundings,
        *,
        on_undelivered: Undelivered,
        on_sent: Callable[[Errand], None],
    ) -> None:
        """Nothing happens before `run`."""
        self.last_sign_ms = around.clock.now_ms()
        self.is_connected = False
        self._around = around
        self._lines = Lines(around.contact_of)
        self._teller = Teller(around.store)
        self._lanes = Lanes(self._deliver, on_undelivered, on_sent)
        self._verbs: Verbs | None = None
        self._ari: Ari | None = None
        self._changed = asyncio.Condition()
        self._to_clear: deque[tuple[str, str]] = deque()
        self._resuming: deque[str] = deque()
        self._recording: deque[str] = deque()
        self._chores = asyncio.Event()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._http: ClientSession | None = None
        self._lost_since_ms: int | None = None
        """Since when there is no connection; None while there is one."""
        self._absent_since_ms: int | None = None

    @property
    def waiting(self) -> int:
        """Commands not delivered yet."""
        return self._lanes.waiting

    @property
    def is_up(self) -> bool:
        """While there is a connection."""
        return self.is_connected

    def send(self, errand: Errand) -> None:
        """Put it at the end of its call's lane."""
        self._lanes.send(errand)

    async def fetch_recording(
        self, recording_id: str, put: Callable[[bytes], Awaitable[bool]]
    ) -> Fetched:
        """From Asterisk's store, once it is not being made any more."""
        return await self._files().fetch(recording_id, put)

    async def delete_recording(self, recording_id: str) -> bool:
        """From Asterisk's store."""
        return await self._files().delete(recording_id)

    def _files(self) -> RecordingFiles:
        return RecordingFiles(self._http, self._around.url(), self._around.account)

    def url(self) -> str:
        """Where it is, as far as anybody knows."""
        return self._around.url()

    async def ask(self, method: str, *path: str, body: object = None) -> Reply:
        """One request over the connection there is. Raises AriLost where there is none."""
        if self._ari is None:
            raise AriLost
        return await self._ari.ask(method, *path, body=body)

    async def read_list(self, *path: str) -> Reply:
        """All there is of something. Raises AriLost where there is no connection."""
        if self._ari is None:
            raise AriLost
        return await self._ari.lists.read(*path)

    async def load(self, log: CallLog, rows: Sequence[CallRow]) -> None:
        """Go on where the stored events of open calls end. Raises StorageError."""
        for row in rows:
            if row.connection_id == self._around.connection_id:
                self._lines.add(row.call_id)
                for event in await log.of_call(row):
                    told = stored_event(event.body)
                    self._teller.remember(told)
                    self._lines.remember(told)
                self._lines.settle(row.call_id)

    async def run(self) -> None:
        """Until cancelled."""
        http = self._http = ClientSession(cookie_jar=DummyCookieJar())
        try:
            async with http, asyncio.TaskGroup() as tasks:
                tasks.create_task(self._lanes.run())
                tasks.create_task(self._teller.run())
                tasks.create_task(self._stay_connected(http))
        finally:
            for timer in self._timers.values():
                timer.cancel()

    # --- the connection -----------------------------------------------------------------------------

    async def _stay_connected(self, http: ClientSession) -> None:
        wait_ms = limits.RETRY_FIRST_MS
        while True:
            try:
                await self._serve(http)
                wait_ms = limits.RETRY_FIRST_MS
            except AriRefused as refused:
                wait_ms = limits.RETRY_REFUSED_MS
                _log.error("asterisk_refuses", **self._name(), status=refused.status)
            except AriLost as lost:
                wait_ms = min(wait_ms * 2, limits.RETRY_MAX_MS)
                self._note_loss(is_absent=isinstance(lost, AriAbsent))
            jitter = secrets.randbelow(wait_ms)
            await asyncio.sleep((wait_ms // 2 + jitter) / 1000)

    async def _serve(self, http: ClientSession) -> None:
        """One connection, from its first word to its last. Raises AriLost when there was none."""
        around = self._around
        async with connected(http, around.url(), around.account, self._sign) as ari:
            await ari.prepare()
            await ari.until_heard()
            guard = Guard(ari, around.outside_after_s)
            try:
                await self._look(ari, guard)
            except msgspec.MsgspecError as error:  # an Asterisk we cannot read is none
                raise AriLost from error
            verbs = self._verbs_over(ari, guard)
            _log.info("asterisk_connected", **self._name(), calls=len(self._lines.by_call))
            self._ari = ari
            await self._set_verbs(verbs)
            try:
                async with (
                    owned(self._do_chores(ari, verbs), "Asterisk's left-overs"),
                    owned(self._keep_watch(guard), "callers who wait"),
                ):
                    await self._listen(ari)
            finally:
                self._ari = None
                await self._set_verbs(None)
                _log.warning("asterisk_connection_lost", **self._name())

    async def _listen(self, ari: Ari) -> None:
        while True:
            told = await ari.events.get()
            if told is None:
                return
            if told.type == REPLACED:
                # Another program uses our name: whoever comes back at once takes it away again, for ever.
                _log.error("asterisk_application_replaced", **self._name())
                await asyncio.sleep(limits.RETRY_REFUSED_MS / 1000)
                return
            self._follow(self._lines.hear(told))

    async def _keep_watch(self, guard: Guard) -> None:
        with contextlib.suppress(AriLost):
            await guard.watch(self._lines.by_call.values)

    async def _look(self, ari: Ari, guard: Guard) -> None:
        """What is there now: everything else is over. Raises AriLost."""
        app = await ari.lists.read("applications", self._around.account.app)
        channels = await ari.lists.read("channels")
        bridges = await ari.lists.read("bridges")
        info = await ari.ask("GET", "asterisk", "info", only="status")
        if not (app.is_done and channels.is_done and bridges.is_done and info.is_done):
            raise AriLost
        there = msgspec.json.decode(channels.body, type=list[Channel])
        since_ms = _instant_ms(msgspec.json.decode(info.body, type=_Info).status.startup_time)
        names = {channel.id for channel in there}
        # Calls that were begun before the process was: they went with the one before it.
        open_calls = self._around.open_calls().items()
        self._lose(one for one, begun_ms in open_calls if begun_ms < since_ms and one not in names)
        ours = set(msgspec.json.decode(app.body, type=_App).channel_ids)
        known = msgspec.json.decode(bridges.body, type=list[Bridge])
        gone = [one for one in self._lines.by_call if one not in names]
        taken = [one for one in gone if await guard.was_taken(one)]
        self._follow(self._lines.look(there, ours, known, taken))

    async def _set_verbs(self, verbs: Verbs | None) -> None:
        self._verbs, self.is_connected = verbs, verbs is not None
        self._lost_since_ms = self._absent_since_ms = None
        async with self._changed:
            self._changed.notify_all()

    def _verbs_over(self, ari: Ari, guard: Guard) -> Verbs:
        return Verbs(
            ari,
            self._around.account.app,
            self._lines,
            tell=self._teller.tell,
            follow=self._follow,
            endpoint_of=self._around.endpoint_of,
            trunk_of=self._around.trunk_of,
            media_of=self._around.media_of,
            await_digit=self._await_digit,
            await_sign=self._await_sign,
            guard=guard,
        )

    def _sign(self) -> None:
        self.last_sign_ms = self._around.clock.now_ms()

    def _name(self) -> dict[str, str]:
        return {"connection_id": self._around.connection_id}

    # --- calls that are lost ------------------------------------------------------------------------

    def _note_loss(self, *, is_absent: bool) -> None:
        """Where nobody listens, no call can be: that is sooner known than of a phone system that is silent."""
        now_ms = self._around.clock.now_ms()
        if self._lost_since_ms is None:
            self._lost_since_ms = now_ms
            _log.error("asterisk_unreachable", **self._name(), is_absent=is_absent)
        if not is_absent:
            self._absent_since_ms = None
        elif self._absent_since_ms is None:
            self._absent_since_ms = now_ms
        elif now_ms - self._absent_since_ms >= limits.GONE_AFTER_MS:
            self._lose(self._around.open_calls())

    def _lose(self, call_ids: Iterable[str]) -> None:
        """Calls that went with the process that had them."""
        for call_id in call_ids:
            self._lines.end(call_id, Heard())
            event_id = f"{self._around.contact_of(call_id)}.lost"
            self._teller.tell(PbxEvent(EventType.CALL_LOST, event_id, call_id))
            self._teller.forget(call_id)

    # --- what follows -------------------------------------------------------------------------------

    def _follow(self, heard: Heard) -> None:
        for event in heard.events:
            self._teller.tell(event)
            if event.type == EventType.CALL_ENDED:
                self._teller.forget(event.call_id)
            if event.type in (EventType.LEG_RINGS, EventType.LEG_ANSWERED, EventType.LEG_ENDED):
                self._end_wait(event.leg_id)
        if heard.gathering is not None:
            self._await_digit(heard.gathering)
        if heard.resumes is not None:
            self._resuming.append(heard.resumes.call_id)
        if heard.records is not None:
            self._recording.append(heard.records.call_id)
        self._to_clear.extend(heard.clear)
        if self._to_clear or self._resuming or self._recording:
            self._chores.set()

    async def _do_chores(self, ari: Ari, verbs: Verbs) -> None:
        """Clear away what is left over, and let music go on. What is gone already is no fault."""
        with contextlib.suppress(AriLost):
            while True:
                while self._to_clear:
                    await ari.ask("DELETE", *self._to_clear[0])
                    self._to_clear.popleft()
                while self._resuming:
                    line = self._lines.by_call.get(self._resuming.popleft())
                    if line is not None and line.has_music:
                        await verbs.play_music(line)
                while self._recording:
                    line = self._lines.by_call.get(self._recording.popleft())
                    if line is not None:
                        await verbs.recorder.take_message(line)
                self._chores.clear()
                await self._chores.wait()

    # --- commands -----------------------------------------------------------------------------------

    async def _deliver(self, errand: Errand) -> str:
        """Nothing when Asterisk has done it or said why not. A connection that was lost is not tried twice."""
        tried: Verbs | None = None
        while True:
            left_ms = errand.until_ms - self._around.clock.now_ms()
            try:
                async with asyncio.timeout(max(0, left_ms) / 1000):
                    tried = await self._verbs_other_than(tried)
            except TimeoutError:
                return UNDELIVERED
            with contextlib.suppress(AriLost):
                await tried.carry_out(errand.order)
                return ""

    async def _verbs_other_than(self, tried: Verbs | None) -> Verbs:
        async with self._changed:
            while self._verbs is None or self._verbs is tried:
                await self._changed.wait()
            return self._verbs

    # --- waits --------------------------------------------------------------------------------------

    def _await_digit(self, gather: Gather) -> None:
        self._wait(gather.command_id, gather.wait_ms, lambda: self._hear_silence(gather))

    def _hear_silence(self, gather: Gather) -> None:
        for event in self._lines.silence(gather.command_id):
            self._teller.tell(event)

    def _await_sign(self, leg_id: str) -> None:
        line = self._lines.of_leg(leg_id)
        leg = None if line is None else line.legs.get(leg_id)
        if leg is not None and not (leg.has_rung or leg.is_up or leg.is_over):
            self._wait(leg_id, limits.PROGRESS_MS, lambda: self._give_up(leg_id))

    def _give_up(self, leg_id: str) -> None:
        """A phone that shows no sign of life."""
        line, heard = self._lines.of_leg(leg_id), Heard()
        if line is not None:
            self._lines.leg_over(line, leg_id, "unreachable", heard)
            heard.clear.append(("channels", leg_id))
            self._follow(heard)

    def _wait(self, name: str, for_ms: int, then: Callable[[], None]) -> None:
        self._end_wait(name)

        def over() -> None:
            del self._timers[name]
            then()

        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(for_ms / 1000, over)

    def _end_wait(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
