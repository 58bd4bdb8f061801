"""A whole run: `python -m loadtests.load busy_hour|spike|reconnect [--target cluster] [--seconds 120] [--html FILE] [--json FILE]`.

Starts a throw-away server or a throw-away cluster, a phone system whose callers' phones answer by themselves, and locust;
kills and restarts what the profile says. `--url`, with commas, loads what runs already (with the demo's accounts): no phone
system then, and no plug pulled. Ends with status 1 if a limit of the profile was exceeded or anybody was lost.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from loadtests.call_bench import CONNECTION, NUMBERS, a_phone, telephony, with_short_wrap_up
from loadtests.clients import AgentClient
from loadtests.http_link import HTTPLink, Json
from loadtests.load.plan import VARIABLE, Plan
from loadtests.load.profiles import PROFILES
from loadtests.load.targets import Target, started
from loadtests.people import log_in_all, make_agents
from loadtests.postgres_server import NoPostgres
from loadtests.redis_server import NoRedis
from loadtests.server_process import (
    DEMO_PASSWORD,
    REPOSITORY,
    ServerFailed,
    free_port,
    run_drill,
    tell_figures,
)

PHONES = 40
CHATS_OF_AN_AGENT = 4
DRAIN_S = 25.0
LOCUST = ("-m", "locust", "-f", str(Path(__file__).with_name("locustfile.py")), "--headless")


async def play(plan: Plan, target: Target | None, html: Path, control_port: int) -> Json:
    """Locust and the phone system beside each other; what both say in the end."""
    file = Path(plan.report).with_name("plan.json")
    plan.store(file)
    users = str(len(plan.cookies) + 2)
    locust = await asyncio.create_subprocess_exec(
        *(sys.executable, *LOCUST, "-u", users, "-r", users, "--html", str(html)),
        *("-t", f"{plan.seconds + DRAIN_S:.0f}s", "--only-summary", "--host", plan.urls[0]),
        cwd=REPOSITORY,
        env={**os.environ, VARIABLE: str(file), "PYTHONPATH": str(REPOSITORY)},
        stdout=sys.stderr,
    )
    calls, restart_ms = await asyncio.gather(
        _calls(plan, target, control_port), _pull_plug(plan, target)
    )
    status = await locust.wait()
    report = _judged(plan, status)
    report["missed"] += _missed_calls(calls)
    return {"calls": calls, "restart_ms": restart_ms, **report}


def _judged(plan: Plan, status: int) -> Json:
    """What locust wrote before it ended."""
    try:
        report: Json = json.loads(Path(plan.report).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"missed": [f"locust ended with status {status}"], "figures": {}}
    return report


async def _calls(plan: Plan, target: Target | None, control_port: int) -> Json | None:
    """A phone system of its own process: its report."""
    if target is None:
        return None
    rate, seconds = str(plan.profile.calls_per_s), str(plan.seconds)
    also = [word for url in plan.urls[1:] for word in ("--also", url)]
    pbx = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "loadtests.softpbx",
            "--server",
            plan.urls[0],
            *also,
            "--json",
            "--quick",
        ),
        *("--connection", CONNECTION, "--control-port", str(control_port), "--numbers", NUMBERS),
        *("--phones", "*=answers", "--rate", rate, "--seconds", seconds, "--seed", "1"),
        cwd=REPOSITORY,
        env={**os.environ, "CC_TELEPHONY": telephony(control_port)},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, _ = await pbx.communicate()
    finally:
        if pbx.returncode is None:
            pbx.kill()
    report: Json = json.loads(said)
    return report


def _missed_calls(calls: Json | None) -> list[str]:
    """Calls and events that nobody has dealt with."""
    left = {} if calls is None else {name: calls[name] for name in ("not_over", "events_owed")}
    return [f"calls: {count} {name}" for name, count in left.items() if count]


async def _pull_plug(plan: Plan, target: Target | None) -> float | None:
    """Let it die in the middle; how long nobody decided, in ms."""
    if target is None or not plan.profile.pulls_plug:
        return None
    await asyncio.sleep(plan.seconds / 2)
    return await target.pull_plug()


async def people(url: str, count: int) -> tuple[list[str], str]:
    """Log-ins of so many agents for chats and those with phones, and of the demo's supervisor."""

    def room(number: int) -> Json:
        return {} if number < count else {**a_phone(number), "chat_capacity": 0}

    names = await make_agents(url, count + PHONES, chat_capacity=CHATS_OF_AN_AGENT, facts=room)
    cookies = await log_in_all(url, names)
    async with HTTPLink(url) as link:
        await AgentClient(link).log_in("sam", DEMO_PASSWORD)
        return [cookies[name] for name in names], link.cookie or ""


async def run(arguments: argparse.Namespace) -> Json:
    """One run on something of its own, or on what is named."""
    with tempfile.TemporaryDirectory(prefix="load-") as where:
        folder, control_port = Path(where), free_port()
        if arguments.url:
            urls = arguments.url.split(",")
            report = await _load(arguments, urls, None, folder=folder, control_port=control_port)
        else:
            environment = {
                "CC_TELEPHONY": telephony(control_port),
                "CC_CHATS_PER_MINUTE": "1000000",
                "CC_DEMO_CONFIG_DIR": str(with_short_wrap_up(folder / "configuration")),
            }
            async with started(arguments.target, folder, environment) as target:
                report = await _load(
                    arguments, target.urls, target, folder=folder, control_port=control_port
                )
    load = {"load_average": round(os.getloadavg()[0], 1), "seconds": arguments.seconds}
    what = {"profile": arguments.profile, "target": arguments.url or arguments.target}
    return {**what, **load, "asked": asdict(PROFILES[arguments.profile]), **report}


async def _load(
    arguments: argparse.Namespace,
    urls: list[str],
    target: Target | None,
    *,
    folder: Path,
    control_port: int,
) -> Json:
    cookies, watcher = await people(urls[0], PROFILES[arguments.profile].desks)
    plan = Plan(
        urls=urls,
        name=arguments.profile,
        seconds=arguments.seconds,
        cookies=cookies,
        watcher=watcher,
        report=str(folder / "report.json"),
    )
    return await play(plan, target, arguments.html, control_port)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.load", description=__doc__)
    parser.add_argument("profile", choices=PROFILES)
    parser.add_argument("--seconds", type=float, default=120.0, help="time in which people come")
    parser.add_argument("--target", choices=("server", "cluster"), default="server")
    parser.add_argument(
        "--url", help="what runs already, with the demo's accounts; gateways with commas"
    )
    parser.add_argument("--html", type=Path, default=Path("load.html"), help="locust's report")
    parser.add_argument("--json", type=Path, help="figures and what was missed")
    arguments = parser.parse_args()
    try:
        report = run_drill(run(arguments))
    except (NoPostgres, NoRedis, ServerFailed) as fault:
        print(fault, file=sys.stderr)
        return 1
    tell_figures(report, arguments.json)
    return 1 if report["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
