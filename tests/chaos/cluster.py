"""`python -m tests.chaos.cluster --runs N`: kill what a cluster is made of under load, and compare (docs/reliability.md).

Each run has two routers, two gateways and a worker. Routers and gateways are killed, a router sleeps for 20 s, Redis is
restarted and emptied; customers, agents, callers and mail servers go on at whatever process answers. The checks are those of
one process. In the end the drill proves itself: with a fault planted in the routers the same checks must fail.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from callcenter.storage.store import open_store
from loadtests.cluster import Cluster, RoleProcess, until
from loadtests.http_link import Unanswered
from loadtests.observing import ACKNOWLEDGEMENTS
from loadtests.postgres_server import PostgresServer, postgres_server
from loadtests.roving_link import RovingLink
from loadtests.server_process import ServerFailed, free_port, run_drill
from tests.chaos.calls import Phones, check_calls
from tests.chaos.configuration import interests, write_short_deadlines
from tests.chaos.crowd import Crowd
from tests.chaos.history import Notes, Problem
from tests.chaos.judging import judge
from tests.chaos.leads import check_leads
from tests.chaos.mails import Post, Sent, check_mails
from tests.chaos.reading import read_all
from tests.chaos.run import BUILD, FAULTY, FAULTY_DRAIN_S, HONEST, OUT_WITHIN_S, Template

AGENTS: Final = 12
SLEEP_S: Final = 20.0
TAKEN_OVER_WITHIN_S: Final = 60.0
DRAIN_S: Final = 90.0
PROJECTED_WITHIN_S: Final = 60.0
CALLS_PER_S: Final = 1.5
MAILS_PER_S: Final = 1.0
PLANTED: Final = "ack-before-commit"
"""Of `faulty_server`: a router that answers first and commits later must be found out."""
PROOF_SEED: Final = 1_000_001
PROOF_TRIES: Final = 3
PROOF_FAULTS: Final = ("kill router", "kill router")
FAULTS: Final = ("kill router", "kill router", "kill gateway", "restart Redis", "empty Redis")
"""Three of them for each run, drawn; every third run has a router that sleeps besides."""


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
    """What a run has shown."""

    seed: int
    faults: list[str] = field(default_factory=list)
    take_over_ms: list[int] = field(default_factory=list)
    contacts: int = 0
    calls: int = 0
    mails: int = 0
    events: int = 0
    acknowledgements: int = 0
    sightings: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, *rules: str) -> int:
        """Problems of these rules."""
        return sum(1 for problem in self.problems if problem.rule in rules)


class ClusterRun:
    """One run on a copy of the template."""

    def __init__(
        self, template: Template, seed: int, contacts_per_s: float, planted: str = ""
    ) -> None:
        """`contacts_per_s` are chats; `planted` is a fault that both routers have."""
        self._draw = random.Random(seed)
        self._per_s = contacts_per_s
        self._is_planted = bool(planted)
        self._drain_s = FAULTY_DRAIN_S if planted else DRAIN_S
        self.outcome = Outcome(seed)
        self.notes = Notes()
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
            router_launcher=FAULTY if planted else HONEST,
        )
        self._cookies = template.cookies

    async def carry_out(self) -> Outcome:
        """All of it; the folder is kept when something was wrong."""
        await self.post.open()
        async with self.cluster as cluster:
            self.post.doors = [router.smtp_port for router in cluster.routers]
            crowd = RovingCrowd(
                [gateway.url for gateway in cluster.gateways],
                self._cookies,
                seed=self._draw.getrandbits(32),
                notes=self.notes,
                sent=self.post.sent,
            )
            try:
                await self._under_traffic(crowd)
            finally:
                await crowd.close()
                await self.phones.close()
                await self.post.close()
            await cluster.stop_deciding()
            await self._until_projected()
        for failure in crowd.failures:
            self._wrong("client", failure)
        await self._judge()
        if not self.outcome.problems:
            shutil.rmtree(self.folder)
        return self.outcome

    async def _under_traffic(self, crowd: Crowd) -> None:
        await crowd.open()
        await self.phones.open()
        stopping = asyncio.Event()
        arriving = asyncio.gather(
            crowd.arrive(self._per_s, stopping), self.post.arrive(MAILS_PER_S, stopping)
        )
        try:
            for fault in self._faults():
                await asyncio.sleep(self._draw.uniform(1.0, 3.0))
                self.outcome.faults.append(fault)
                await self._play(fault)
            await asyncio.sleep(1.0)
        finally:
            stopping.set()
            await arriving
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
                router = await cluster.until_owned()
                await router.kill()
                await self._taken_over(router, time.monotonic())
                await self._stand_by(router)
            case "router sleeps":
                await self._sleep(await cluster.until_owned())
            case "kill gateway":
                gateway = self._draw.choice(cluster.gateways)
                await gateway.kill()
                await asyncio.sleep(self._draw.uniform(0.2, 2.0))
                await gateway.start(TAKEN_OVER_WITHIN_S)
            case "restart Redis":
                await cluster.redis.kill()
                await asyncio.sleep(self._draw.uniform(0.1, 3.0))
                await cluster.redis.start()
                await cluster.until_owned()
            case _:
                if await cluster.redis.say("FLUSHALL") != b"+OK":
                    self._wrong("drill", "Redis was not emptied")
                await cluster.until_owned()

    async def _sleep(self, router: RoleProcess) -> None:
        started_s = time.monotonic()
        router.pause()
        try:
            await self._taken_over(router, started_s)
            await asyncio.sleep(max(0.0, SLEEP_S - (time.monotonic() - started_s)))
        finally:
            router.resume()
        if not await router.until_ended(TAKEN_OVER_WITHIN_S):
            self._wrong("fence", f"{router.name} slept {SLEEP_S:.0f} s and goes on")
            await router.kill()
        await self._stand_by(router)

    async def _stand_by(self, router: RoleProcess) -> None:
        """Start it again, and go on once it waits for its turn: there is always one to take over."""
        before = len(router.output())
        await router.spawn()

        async def stands_by() -> bool:
            return "Standing by" in router.output()[before:]

        if not await until(stands_by, TAKEN_OVER_WITHIN_S):
            self._wrong("drill", f"{router.name} did not start again")

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


def _share(sorted_ms: Sequence[int], share: float) -> int | None:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))] if sorted_ms else None


def summary(
    outcomes: Sequence[Outcome], contacts_per_s: float, *, proven: bool | None
) -> dict[str, Any]:
    """The figures of all runs; `proven`: whether the planted fault was found, None when it was not tried."""
    took = sorted(ms for one in outcomes for ms in one.take_over_ms)
    rules = [problem.rule for one in outcomes for problem in one.problems]
    faults = [fault for one in outcomes for fault in one.faults]
    return {
        "target": "cluster",
        "runs": len(outcomes),
        "failed_seeds": [one.seed for one in outcomes if one.problems],
        "chats_per_s_asked": contacts_per_s,
        "calls_per_s_asked": CALLS_PER_S,
        "mails_per_s_asked": MAILS_PER_S,
        "contacts": sum(one.contacts for one in outcomes),
        "calls": sum(one.calls for one in outcomes),
        "mails": sum(one.mails for one in outcomes),
        "journal_events": sum(one.events for one in outcomes),
        "acknowledgements": sum(one.acknowledgements for one in outcomes),
        "sightings": sum(one.sightings for one in outcomes),
        "faults": {name: faults.count(name) for name in sorted({*faults})},
        "lost": rules.count("I1"),
        "double_assignments": rules.count("I2"),
        "problems": {name: rules.count(name) for name in sorted({*rules})},
        "planted_fault_was_found": {PLANTED: proven},
        "take_overs": len(took),
        "take_over_ms_p50": _share(took, 0.5),
        "take_over_ms_p99": _share(took, 0.99),
        "take_over_ms_all": took,
        "machine": {
            "processors": os.cpu_count(),
            "load_average": round(os.getloadavg()[1], 1),
            "python": platform.python_version(),
        },
    }


async def prove(template: Template, contacts_per_s: float) -> bool:
    """Routers that answer before they have committed must be found out within a few runs."""
    for number in range(PROOF_TRIES):
        run = ClusterRun(template, PROOF_SEED + number, contacts_per_s, PLANTED)
        try:
            lost = (await run.carry_out()).count("I1")
        except (Unanswered, ServerFailed) as silence:
            print(f"planted {PLANTED}: no answer any more ({type(silence).__name__})", flush=True)
            return True
        finally:
            shutil.rmtree(run.folder, ignore_errors=True)
        print(f"planted {PLANTED}: {lost} promises broken", flush=True)
        if lost:
            return True
    return False


async def carry_out(arguments: argparse.Namespace) -> int:
    """All runs, one after the other, and the report."""
    with postgres_server(is_durable=True) as postgres:
        return await _carry_out_on(arguments, postgres)


async def _carry_out_on(arguments: argparse.Namespace, postgres: PostgresServer) -> int:
    short = write_short_deadlines(BUILD / "configuration")
    template = await Template.make(BUILD / "runs", AGENTS, short, postgres)
    outcomes: list[Outcome] = []
    for seed in range(arguments.seed, arguments.seed + arguments.runs):
        run, started_s = ClusterRun(template, seed, arguments.rate), time.monotonic()
        try:
            outcomes.append(await run.carry_out())
        except ServerFailed as failure:
            run.outcome.problems.append(Problem("drill", 0, str(failure)))
            outcomes.append(run.outcome)
        _say(outcomes[-1], time.monotonic() - started_s)
        _write(arguments.json, summary(outcomes, arguments.rate, proven=None))
    proven = await prove(template, arguments.rate) if arguments.prove else None
    figures = summary(outcomes, arguments.rate, proven=proven)
    _write(arguments.json, figures)
    print(json.dumps(figures))
    if any(one.problems for one in outcomes) or proven is False:
        print(f"FAILED; what was left behind is in {BUILD}")
        return 1
    shutil.rmtree(BUILD, ignore_errors=True)
    return 0


def _write(target: Path | None, figures: dict[str, Any]) -> None:
    """What is known by now: a long drill that is broken off leaves what it has shown."""
    if target is not None:
        target.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _say(outcome: Outcome, took_s: float) -> None:
    print(
        f"seed {outcome.seed}: {'FAILED' if outcome.problems else 'ok'}  {outcome.contacts} contacts, "
        f"{outcome.calls} of them calls, {outcome.mails} mails, "
        f"{outcome.acknowledgements} acknowledgements, {', '.join(outcome.faults)}; "
        f"take-overs {', '.join(f'{ms} ms' for ms in outcome.take_over_ms)}  ({took_s:.0f} s)",
        flush=True,
    )
    for problem in outcome.problems[:20]:
        print(f"    {problem}", flush=True)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.cluster", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--rate", type=float, default=10.0, help="chats a second")
    parser.add_argument("--prove", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json", type=Path)
    return run_drill(carry_out(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
