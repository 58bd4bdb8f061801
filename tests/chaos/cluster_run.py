"""One run of the cluster's drill: traffic through two gateways, faults drawn from the seed, drain, stop, judgement."""

import asyncio
import contextlib
import itertools
import os
import random
import shutil
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from callcenter.storage.store import open_store
from callcenter.tasks import owned
from loadtests.cluster import Cluster, RoleProcess, until
from loadtests.observing import ACKNOWLEDGEMENTS
from loadtests.roving_link import RovingLink
from loadtests.server_process import free_port
from loadtests.warm import WarmStart
from tests.chaos.calls import Phones, check_calls
from tests.chaos.configuration import interests
from tests.chaos.crowd import Crowd
from tests.chaos.history import Notes, Problem
from tests.chaos.judging import judge
from tests.chaos.leads import check_leads
from tests.chaos.machine import Meter, watching
from tests.chaos.mails import Post, Sent, check_mails
from tests.chaos.reading import read_all
from tests.chaos.run import FAULTY, FAULTY_DRAIN_S, HONEST, OUT_WITHIN_S, Template

ROUTER: Final = "router"
GATEWAY: Final = "gateway"
SLEEP_S: Final = 20.0
TAKEN_OVER_WITHIN_S: Final = 60.0
DRAIN_S: Final = 90.0
PROJECTED_WITHIN_S: Final = 60.0
CALLS_PER_S: Final = 1.5
MAILS_PER_S: Final = 1.0
LOOK_EVERY_S: Final = 0.2
STANDING_BY: Final = "Standing by"
LEASE_LOST: Final = "lease_lost"
"""What a router says that ends because another has taken over."""
STARVED_SHARE: Final = 0.5
"""Processes that had work to do and were kept from it for more than this share of the time: the machine was late."""
PROOF_FAULTS: Final = ("kill router", "kill router")
WAITING: Final = frozenset({"client", "stuck", "drill"})
"""What goes wrong when nobody gets a processor: requests without an answer in time, people who are left over."""
FAULTS: Final = ("kill router", "kill router", "kill gateway", "restart Redis", "empty Redis")
"""Three of them for each run, drawn; every third run has a router that sleeps besides. What has died comes back beside what
happens next; only a router waits to be hit until the other stands by."""


class RovingCrowd(Crowd):
    """Everybody knows all gateways, and begins at any."""

    def __init__(
        self,
        urls: Sequence[str],
        cookies: Mapping[str, str],
        *,
        seed: int,
        notes: Notes,
        sent: Sent,
    ) -> None:
        super().__init__(urls[0], cookies, seed=seed, notes=notes, sent=sent)
        self._urls = list(urls)

    def link(self, cookie: str | None = None) -> RovingLink:
        """A new caller's way, through any gateway first."""
        urls = self._draw.sample(self._urls, len(self._urls))
        seed = self._draw.getrandbits(32)
        return RovingLink(urls, seed=seed, cookie=cookie, connector=self._connector)


@dataclass(slots=True)
class Outcome:
    """What a run has shown, and what the machine gave it."""

    seed: int
    version: str = ""
    faults: list[str] = field(default_factory=list)
    take_over_ms: list[int] = field(default_factory=list)
    leases_lost: int = 0
    """Routers that nobody hit and that ended because another had taken over: they were kept from work for a lease's time."""
    contacts: int = 0
    calls: int = 0
    mails: int = 0
    events: int = 0
    acknowledgements: int = 0
    sightings: int = 0
    phases_s: dict[str, float] = field(default_factory=dict)
    load_average: float = 0.0
    kept_share: float = 0.0
    kept_ms_in_2_s_max: int = 0
    watcher_late_ms_max: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, *rules: str) -> int:
        """Problems of these rules."""
        return sum(1 for problem in self.problems if problem.rule in rules)

    @property
    def is_starved(self) -> bool:
        """Its processes did not get the processor they needed."""
        return self.kept_share > STARVED_SHARE

    @property
    def is_to_repeat(self) -> bool:
        """Nothing but waiting was wrong, on a machine that had no room."""
        rules = {one.rule for one in self.problems}
        return self.is_starved and bool(rules) and rules <= WAITING

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` made of it."""
        problems = [Problem(**one) for one in told["problems"]]
        return cls(**{**told, "problems": problems})


class ClusterRun:
    """One run on a copy of the template."""

    def __init__(
        self,
        template: Template,
        seed: int,
        contacts_per_s: float,
        *,
        planted: str = "",
        version: str = "",
        warm: WarmStart | None = None,
    ) -> None:
        """`contacts_per_s` are chats; `planted` is a fault that both routers have; `version` is of the code that runs."""
        self._template = template
        self._draw = random.Random(seed)
        self._per_s = contacts_per_s
        self._is_planted = bool(planted)
        self._drain_s = FAULTY_DRAIN_S if planted else DRAIN_S
        self.outcome = Outcome(seed, version)
        self.notes = Notes()
        self._meter = Meter()
        self._in_hand: set[str] = set()
        """Names of routers that the drill itself has hit."""
        self._said: dict[str, int] = {}
        """How long each router's output was when it was last started."""
        self._coming_back: dict[str, list[asyncio.Task[None]]] = {ROUTER: [], GATEWAY: []}
        self.folder = template.data_dir.parent / f"cluster-{seed}"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(template.data_dir, self.folder / "data")
        ports = free_port(), free_port()
        self.phones = Phones([f"http://127.0.0.1:{port}" for port in ports], seed, CALLS_PER_S)
        self.post = Post(seed)
        self.cluster = Cluster(
            self.folder,
            database_url=template.copy_database(),
            environment={
                **self.phones.environment,
                **self.post.environment,
                "CC_CHATS_PER_MINUTE": "1000000",
                "CC_DRILL_FAULT": planted,
            },
            ports=ports,
            warm=warm,
            router_launcher=FAULTY if planted else HONEST,
        )
        self._cookies = template.cookies

    async def carry_out(self) -> Outcome:
        """All of it; the folder is kept when something was wrong."""
        await self.post.open()
        with self._phase("start"):
            cluster = await self.cluster.__aenter__()
        try:
            async with watching(self._meter, self._pids):
                await self._under_load(cluster)
            with self._phase("stop"):
                await cluster.stop_deciding()
                await self._until_projected()
        finally:
            await self.cluster.__aexit__(None, None, None)
        with self._phase("judge"):
            await self._judge()
        self._note_machine()
        if not self.outcome.problems:
            shutil.rmtree(self.folder)
            self._template.forget_database(self.cluster.database_url)
        return self.outcome

    @contextlib.contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began_s = time.monotonic()
        yield
        self.outcome.phases_s[name] = round(time.monotonic() - began_s, 1)

    def _pids(self) -> list[int]:
        return [one.pid for one in self.cluster.processes if one.is_running]

    async def _under_load(self, cluster: Cluster) -> None:
        self.post.doors = [router.smtp_port for router in cluster.routers]
        crowd = RovingCrowd(
            [gateway.url for gateway in cluster.gateways],
            self._cookies,
            seed=self._draw.getrandbits(32),
            notes=self.notes,
            sent=self.post.sent,
        )
        try:
            async with owned(self._keep_routers(), "routers"):
                await self._under_traffic(crowd)
        finally:
            for task in itertools.chain(*self._coming_back.values()):
                task.cancel()
            await crowd.close()
            await self.phones.close()
            await self.post.close()
        for failure in crowd.failures:
            self._wrong("client", failure)

    async def _under_traffic(self, crowd: Crowd) -> None:
        await crowd.open()
        await self.phones.open()
        stopping = asyncio.Event()
        arriving = asyncio.gather(
            crowd.arrive(self._per_s, stopping), self.post.arrive(MAILS_PER_S, stopping)
        )
        with self._phase("traffic"):
            try:
                for fault in self._faults():
                    await asyncio.sleep(self._draw.uniform(1.0, 3.0))
                    self.outcome.faults.append(fault)
                    await self._play(fault)
                await self._are_back(ROUTER)
                await self._are_back(GATEWAY)
                await asyncio.sleep(1.0)
            finally:
                stopping.set()
                await arriving
        with self._phase("drain"):
            await self._drain(crowd)

    def _faults(self) -> list[str]:
        if self._is_planted:
            return list(PROOF_FAULTS)
        faults = [self._draw.choice(FAULTS) for _ in range(3)]
        if self.outcome.seed % 3 == 0:
            faults.insert(self._draw.randrange(4), "router sleeps")
        return faults

    async def _drain(self, crowd: Crowd) -> None:
        """Nobody new comes: let everything under way come to its end."""
        within_s = self._drain_s
        if left := await self.phones.drain(within_s):
            self._wrong("stuck", f"{left} callers were left {within_s:.0f} s later")
        if left := await self.post.drain(within_s):
            self._wrong("stuck", f"{left} mails were not taken {within_s:.0f} s later")
        if left := await crowd.drain(within_s):
            self._wrong("stuck", f"{left} customers or contacts were left {within_s:.0f} s later")
        await self.post.until_out(OUT_WITHIN_S)

    async def _play(self, fault: str) -> None:
        cluster = self.cluster
        match fault:
            case "kill router":
                await self._are_back(ROUTER)
                await self._kill_router(await cluster.until_owned())
            case "router sleeps":
                await self._are_back(ROUTER)
                await self._sleep(await cluster.until_owned())
            case "kill gateway":
                await self._are_back(GATEWAY)
                gateway = self._draw.choice(cluster.gateways)
                await gateway.kill()
                after_s = self._draw.uniform(0.2, 2.0)
                self._comes_back(GATEWAY, self._start_gateway(gateway, after_s))
            case "restart Redis":
                await cluster.redis.kill()
                await asyncio.sleep(self._draw.uniform(0.1, 3.0))
                await cluster.redis.start()
                await cluster.until_owned()
            case _:
                if await cluster.redis.say("FLUSHALL") != b"+OK":
                    self._wrong("drill", "Redis was not emptied")
                await cluster.until_owned()

    def _comes_back(self, role: str, work: Coroutine[Any, Any, None]) -> None:
        self._coming_back[role].append(asyncio.create_task(work))

    async def _are_back(self, role: str) -> None:
        """Wait for them: there is always a router to take over, and a gateway to go on at."""
        while self._coming_back[role]:
            await self._coming_back[role].pop()

    async def _start_gateway(self, gateway: RoleProcess, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await gateway.start(TAKEN_OVER_WITHIN_S)

    async def _kill_router(self, router: RoleProcess) -> None:
        self._in_hand.add(router.name)
        await router.kill()
        await self._taken_over(router, time.monotonic())
        self._comes_back(ROUTER, self._stand_by(router))

    async def _sleep(self, router: RoleProcess) -> None:
        started_s = time.monotonic()
        self._in_hand.add(router.name)
        router.pause()
        try:
            await self._taken_over(router, started_s)
        except BaseException:
            router.resume()
            raise
        self._comes_back(ROUTER, self._wake(router, started_s))

    async def _wake(self, router: RoleProcess, asleep_since_s: float) -> None:
        """It is taken over long since: it must end by itself."""
        try:
            await asyncio.sleep(max(0.0, SLEEP_S - (time.monotonic() - asleep_since_s)))
        finally:
            router.resume()
        if not await router.until_ended(TAKEN_OVER_WITHIN_S):
            self._wrong("fence", f"{router.name} slept {SLEEP_S:.0f} s and goes on")
            await router.kill()
        await self._stand_by(router)

    async def _stand_by(self, router: RoleProcess) -> None:
        """Start it again; it is there once it waits for its turn."""
        before = self._said[router.name] = len(router.output())
        await router.spawn()

        async def stands_by() -> bool:
            return STANDING_BY in router.output()[before:]

        if not await until(stands_by, TAKEN_OVER_WITHIN_S):
            self._wrong("drill", f"{router.name} did not start again")
        self._in_hand.discard(router.name)

    async def _keep_routers(self) -> None:
        """Start what has ended by itself, as whoever looks after processes does; only a lost lease is a reason to end."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for router in self.cluster.routers:
                if router.is_running or router.name in self._in_hand:
                    continue
                self._in_hand.add(router.name)
                said = router.output()[self._said.get(router.name, 0) :]
                if LEASE_LOST in said:
                    self.outcome.leases_lost += 1
                else:
                    self._wrong("router", f"{router.name} ended: {said[-1500:]}")
                self._comes_back(ROUTER, self._stand_by(router))

    async def _taken_over(self, gone: RoleProcess, since_s: float) -> None:
        await self.cluster.until_owned(beside=gone, deadline_s=TAKEN_OVER_WITHIN_S)
        self.outcome.take_over_ms.append(round((time.monotonic() - since_s) * 1000))

    async def _until_projected(self) -> None:
        store = await open_store(self.cluster.database_url, "main")

        async def is_projected() -> bool:
            return await store.rows.cursor("interactions") >= (await store.journal.last())[0]

        try:
            if not await until(is_projected, PROJECTED_WITHIN_S):
                self._wrong("I8", "the interaction log stays behind the journal")
        finally:
            await store.close()

    def _wrong(self, rule: str, text: str) -> None:
        self.outcome.problems.append(Problem(rule, 0, text))

    def _note_machine(self) -> None:
        outcome, given = self.outcome, self._meter.given
        outcome.load_average = round(os.getloadavg()[0], 1)
        outcome.kept_share = round(given.kept_share, 3)
        outcome.kept_ms_in_2_s_max = round(given.kept_ms_in_window_max)
        outcome.watcher_late_ms_max = round(given.watcher_late_ms_max)

    async def _judge(self) -> None:
        outcome, seen = self.outcome, self.notes.seen
        told = [one.kind in ACKNOWLEDGEMENTS for one in seen if not one.refused_as]
        outcome.acknowledgements, outcome.sightings = told.count(True), told.count(False)
        log = self.phones.exchange.log()
        call_ids = [call["call_id"] for call in log]
        url = self.cluster.database_url
        stored = await read_all(self.cluster.data_dir, self.notes, url, call_ids)
        entries = stored.evidence.entries
        outcome.contacts = sum(type(one.event).__name__ == "ContactArrived" for one in entries)
        outcome.events = stored.evidence.last_seq
        outcome.problems += judge(stored)
        outcome.problems += check_leads(stored.leads, interests(), stored.evidence)
        outcome.calls, outcome.mails = len(log), len(self.post.sent.taken)
        outcome.problems += check_calls(log, stored.calls, entries)
        outcome.problems += check_mails(
            self.post.sent, self.post.sink, stored.mails, stored.under_way
        )
        for one in self.cluster.processes:
            said = one.output()
            if "Traceback" in said:
                self._wrong("trace", f"{one.name}: {said[said.index('Traceback') :][:1500]}")
