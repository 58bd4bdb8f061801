"""One chaos run: traffic, kills at moments drawn from the seed, restarts, drain, stop, judgement."""

import asyncio
import os
import random
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from loadtests.observing import ACKNOWLEDGEMENTS
from loadtests.people import log_in_all, make_agents
from loadtests.postgres_server import PostgresServer
from loadtests.server_process import (
    REPOSITORY,
    ServerFailed,
    ServerProcess,
    cpu_seconds,
    free_port,
)
from tests.chaos.calls import Phones, check_calls, with_phone
from tests.chaos.configuration import DEMO, interests
from tests.chaos.crowd import Crowd
from tests.chaos.history import Notes, Problem
from tests.chaos.judging import judge
from tests.chaos.leads import check_leads
from tests.chaos.mails import MAILS_PER_S, Post, check_mails
from tests.chaos.reading import read_all

AGENTS = 20
CHAT_CAPACITY = 4
CONTACTS_PER_S = 36.0
RESTART_LIMIT_S = 3.0
DRAIN_S = 60.0
FAULTY_DRAIN_S = 5.0
"""Long enough to prove the fault: who was lied to about the contact itself waits for ever."""
CRASH_WAIT_S = 20.0
OUT_WITHIN_S = 10.0
"""What goes out by mail; who was killed while sending one tries again when its lease is over."""
PROJECTION_S = 0.5
"""Time the interaction log gets to be written before the server is stopped; it gathers for 0.1 s."""
BUILD = REPOSITORY / ".build" / "chaos" / str(os.getpid())
"""Each invocation has a folder of its own; it stays only when something was wrong."""
HONEST = ("-m", "callcenter")
FAULTY = ("-m", "tests.chaos.faulty_server")
FAULTS = ("ack-before-commit", "publish-before-commit")
CRASHING = ("-m", "tests.chaos.crashing_server")
CRASH_POINTS = ("before-append", "inside-append", "after-append")


@dataclass(frozen=True, slots=True)
class Plan:
    """When the server dies, all drawn from the seed."""

    seed: int
    first_kill_s: float
    dies_while_starting_s: float | None
    second_kill_s: float | None
    goes_on_s: float
    crash_at: str = ""
    is_polite: bool = False
    loses_agent: bool = False

    @classmethod
    def draw(cls, seed: int) -> "Plan":
        """Two in nine each: one kill; death while starting too; a second kill; death at a point of a commit.

        One in nine is stopped politely (SIGTERM) in the middle of the traffic.
        """
        draw = random.Random(seed)
        kind = draw.randrange(9) // 2
        return cls(
            seed=seed,
            is_polite=kind == 4,
            loses_agent=draw.random() < 0.5,
            crash_at=f"{draw.choice(CRASH_POINTS)}:{draw.randint(150, 500)}" if kind == 3 else "",
            first_kill_s=draw.uniform(0.5, 4.0),
            dies_while_starting_s=draw.uniform(0.05, 1.0) if kind == 1 else None,
            second_kill_s=draw.uniform(0.3, 2.0) if kind == 2 else None,
            goes_on_s=draw.uniform(0.8, 1.6),
        )


@dataclass(slots=True)
class Report:
    """What a run has shown."""

    seed: int
    contacts: int = 0
    calls: int = 0
    mails: int = 0
    leads: int = 0
    events: int = 0
    acknowledgements: int = 0
    sightings: int = 0
    kills: int = 0
    traffic_s: float = 0.0
    restart_ms: list[int] = field(default_factory=list)
    restart_cpu_ms: list[int] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def count(self, *rules: str) -> int:
        """Problems of these rules."""
        return sum(1 for problem in self.problems if problem.rule in rules)


@dataclass(frozen=True, slots=True)
class Template:
    """A data directory with agents who are logged in, to be copied for each run."""

    data_dir: Path
    cookies: dict[str, str]
    postgres: PostgresServer | None = None
    database_url: str = ""

    @classmethod
    async def make(
        cls,
        where: Path,
        agents: int,
        configuration: Path = DEMO,
        postgres: PostgresServer | None = None,
    ) -> "Template":
        """Start a server once, create the agents, log them in, stop it; its data is in SQLite unless told."""
        url = "" if postgres is None else postgres.create()
        environment = {"CC_DEMO_CONFIG_DIR": str(configuration), "CC_MIGRATES_AT_START": "true"}
        server = ServerProcess(
            _emptied(where) / "template", environment=environment | {"CC_DATABASE_URL": url}
        )
        try:
            await server.start()
            names = await make_agents(
                server.url, agents, chat_capacity=CHAT_CAPACITY, facts=with_phone
            )
            cookies = await log_in_all(server.url, names)
        finally:
            await server.stop()
        return cls(server.data_dir, cookies, postgres, url)

    def copy(self, name: str) -> Path:
        """A fresh data directory for one run."""
        target = self.data_dir.parent / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.data_dir, target)
        (target.parent / f"{name}.log").unlink(missing_ok=True)
        return target

    def copy_database(self) -> str:
        """The URL of a fresh database for one run; empty when the data is in the directory."""
        if self.postgres is None:
            return ""
        return self.postgres.create(self.postgres.name_of(self.database_url))

    def forget_database(self, url: str) -> None:
        """Nobody looks at a run's database any more."""
        if self.postgres is not None:
            self.postgres.drop(url)


def _emptied(where: Path) -> Path:
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    return where


class Run:
    """One plan carried out on one copy of the template."""

    def __init__(
        self, template: Template, plan: Plan, fault: str = "", *, by_wall_clock: bool = True
    ) -> None:
        """`by_wall_clock` False holds the restart limit against processor time: other jobs cannot break it."""
        self.plan = plan
        self._by_wall_clock = by_wall_clock
        self._launcher = FAULTY if fault else HONEST
        self._drain_s = FAULTY_DRAIN_S if fault else DRAIN_S
        self.report = Report(plan.seed)
        self.notes = Notes()
        data_dir = template.copy(f"run-{plan.seed}")
        self._database_url = template.copy_database()
        environment = {
            "CC_DATABASE_URL": self._database_url,
            "CC_CHATS_PER_MINUTE": "1000000",
            "CC_DRILL_CRASH": plan.crash_at,
            "CC_DRILL_FAULT": fault,
        }
        first = CRASHING if plan.crash_at and not fault else self._launcher
        port = free_port()
        self.phones = Phones([f"http://127.0.0.1:{port}"], plan.seed)
        self.post = Post(plan.seed)
        environment |= self.phones.environment | self.post.environment
        self.server = ServerProcess(data_dir, port=port, launcher=first, environment=environment)
        self.crowd = Crowd(
            self.server.url, template.cookies, seed=plan.seed, notes=self.notes, sent=self.post.sent
        )

    async def carry_out(self) -> Report:
        """Everything; the data directory is kept when something was wrong."""
        try:
            await self._under_traffic()
        finally:
            await self.crowd.close()
            await self.phones.close()
            await self.post.close()
            await self.server.kill()
        self._note_traffic()
        await self._judge()
        if not self.report.problems:
            shutil.rmtree(self.server.data_dir)
            self.server.log.unlink(missing_ok=True)
        return self.report

    async def _under_traffic(self) -> None:
        plan, stopping = self.plan, asyncio.Event()
        await self.post.open()
        await self.server.start()
        await self.crowd.open()
        await self.phones.open()
        started_s = time.monotonic()
        arriving = asyncio.gather(
            self.crowd.arrive(CONTACTS_PER_S, stopping),
            self.post.arrive(MAILS_PER_S, stopping),
        )
        try:
            if self.server.launcher == CRASHING:
                await self._crash()
            else:
                await asyncio.sleep(plan.first_kill_s)
                await (self._stop() if plan.is_polite else self._kill())
            if plan.loses_agent:
                await self.crowd.lose_an_agent()
            if plan.dies_while_starting_s is not None:
                await self.server.spawn()
                await asyncio.sleep(plan.dies_while_starting_s)
                await self._kill()
            await self._restart()
            if plan.second_kill_s is not None:
                await asyncio.sleep(plan.second_kill_s)
                await self._kill()
                await self._restart()
            await asyncio.sleep(plan.goes_on_s)
        finally:
            stopping.set()
            await arriving
            self.report.traffic_s = time.monotonic() - started_s
        await self._drain()
        await asyncio.sleep(PROJECTION_S)
        await self._stop()

    async def _drain(self) -> None:
        """Nobody new comes: let everything under way come to its end."""
        if calls_left := await self.phones.drain(self._drain_s):
            self._wrong("stuck", f"{calls_left} callers were left {self._drain_s:.0f} s later")
        if mails_left := await self.post.drain(self._drain_s):
            self._wrong("stuck", f"{mails_left} mails were not taken {self._drain_s:.0f} s later")
        if left := await self.crowd.drain(self._drain_s):
            text = f"{left} customers or contacts were left {self._drain_s:.0f} s after the last arrival"
            self._wrong("stuck", text)
        await self.post.until_out(OUT_WITHIN_S)

    async def _stop(self) -> None:
        try:
            status = await self.server.stop()
        except ServerFailed as failure:
            self._wrong("stop", str(failure))
        else:
            if status != 0:
                self._wrong("stop", f"a polite stop ended with status {status}")

    async def _crash(self) -> None:
        """Wait until the server dies by its own hand; the next start is an honest one."""
        if not await self.server.until_ended(CRASH_WAIT_S):
            self._wrong("drill", f"the server did not die at {self.plan.crash_at}")
        self.server.launcher = self._launcher
        await self._kill()

    async def _kill(self) -> None:
        await self.server.kill()
        self.report.kills += 1

    async def _restart(self) -> None:
        took_s = await self.server.start()
        cpu_s = cpu_seconds(self.server.pid)
        self.report.restart_ms.append(round(took_s * 1000))
        self.report.restart_cpu_ms.append(round(cpu_s * 1000))
        if (took_s if self._by_wall_clock else cpu_s) > RESTART_LIMIT_S:
            self._wrong(
                "restart", f"the restart took {took_s:.2f} s, {cpu_s:.2f} s of processor time"
            )

    def _wrong(self, rule: str, text: str) -> None:
        self.report.problems.append(Problem(rule, 0, text))

    def _note_traffic(self) -> None:
        report, seen = self.report, self.notes.seen
        told = [one.kind in ACKNOWLEDGEMENTS for one in seen if not one.refused_as]
        report.acknowledgements, report.sightings = told.count(True), told.count(False)
        report.answers = self.crowd.answers
        for failure in self.crowd.failures:
            self._wrong("client", failure)
        output = self.server.output()
        if "Traceback" in output:
            start = output.index("Traceback")
            self._wrong("trace", output[start : start + 1500])

    async def _judge(self) -> None:
        log = self.phones.exchange.log()
        call_ids = [call["call_id"] for call in log]
        stored = await read_all(self.server.data_dir, self.notes, self._database_url, call_ids)
        arrived = [e for e in stored.evidence.entries if type(e.event).__name__ == "ContactArrived"]
        self.report.contacts, self.report.events = len(arrived), stored.evidence.last_seq
        self.report.problems += judge(stored)
        self.report.calls = len(log)
        self.report.problems += check_calls(log, stored.calls, stored.evidence.entries)
        self.report.leads = len(
            {lead.lead.lead_id for found in stored.leads.values() for lead in found}
        )
        self.report.problems += check_leads(stored.leads, interests(), stored.evidence)
        self.report.mails = len(self.post.sent.taken)
        self.report.problems += check_mails(
            self.post.sent, self.post.sink, stored.mails, stored.under_way
        )
        verify = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "callcenter", "journal", "verify", "--data-dir", str(self.server.data_dir)),
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "CC_DATABASE_URL": self._database_url},
        )
        output, _ = await verify.communicate()
        if verify.returncode != 0:
            self._wrong("verify", output.decode(errors="replace")[-500:])
