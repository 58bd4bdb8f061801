"""`python -m loadtests.softpbx`: a phone system beside the server, until SIGTERM or Ctrl-C.

It prints the address of a page on which one can call by hand, press digits, and answer or refuse an agent's phone.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from dataclasses import replace

from loadtests.softpbx.calls import Json
from loadtests.softpbx.exchange import Exchange, Plan
from loadtests.softpbx.people import PHONE_MANNERS, Temper
from loadtests.softpbx.serving import at_work
from loadtests.softpbx.trouble import Trouble

KEYS_VARIABLE = "CC_TELEPHONY"
DRAIN_S = 5.0
QUICK = Temper(
    patience_ms=(1_500, 8_000),
    talk_ms=(100, 600),
    answer_ms=(10, 200),
    press_ms=(10, 100),
    call_back_ms=(300, 1_500),
)
"""People of a drill, in which a minute is a day."""


def phones_of(text: str) -> dict[str, str]:
    """`1001=hand,*=answers` as address -> manner."""
    pairs = (one.partition("=") for one in text.split(",") if one)
    phones = {address.strip(): manner.strip() or "hand" for address, _, manner in pairs}
    if unknown := set(phones.values()) - set(PHONE_MANNERS):
        raise argparse.ArgumentTypeError(f"no such manner of a phone: {', '.join(sorted(unknown))}")
    return phones


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m loadtests.softpbx", description=__doc__)
    made.add_argument("--server", default="http://127.0.0.1:8080")
    made.add_argument(
        "--also", action="append", default=[], help="another address of the same service"
    )
    made.add_argument("--connection", default="demo", help="id of the connection at the server")
    made.add_argument("--control-port", type=int, default=0, help="for commands and the page")
    made.add_argument("--numbers", default="+4930900100", help="numbers one can call, with commas")
    made.add_argument("--phones", type=phones_of, default={}, help="1001=hand,*=answers")
    made.add_argument("--rate", type=float, default=0.0, help="calls per second")
    made.add_argument("--seconds", type=float, help="call for so long, drain, report and end")
    made.add_argument("--seed", type=int, help="the same people again")
    made.add_argument("--quick", action="store_true", help="people of a drill: all spans short")
    made.add_argument("--duplicate", type=float, default=0.0, help="share of events sent twice")
    made.add_argument("--delay", type=float, default=0.0, help="share of events held up, up to 2 s")
    made.add_argument("--drop", type=float, default=0.0, help="share of events lost and sent again")
    made.add_argument("--say", action="store_true", help="a line for each call that comes and ends")
    made.add_argument("--json", action="store_true", help="report as JSON when it ends")
    return made


def key_of(connection: str) -> str:
    """The key both sides share, from the variable the server reads too."""
    given = json.loads(os.environ.get(KEYS_VARIABLE, "{}"))
    try:
        return str(given[connection]["keys"][0])
    except (KeyError, IndexError, TypeError):
        raise SystemExit(f"{KEYS_VARIABLE} holds no key of the connection {connection}") from None


def plan_of(arguments: argparse.Namespace) -> Plan:
    """The plan those arguments ask for."""
    servers = [arguments.server, *arguments.also]
    doors = [f"{url}/telephony/v1/{arguments.connection}/events" for url in servers]
    seed = random.SystemRandom().randrange(2**32) if arguments.seed is None else arguments.seed
    plan = Plan(
        events_url=doors[0],
        other_events_urls=tuple(doors[1:]),
        secret=key_of(arguments.connection),
        numbers=tuple(arguments.numbers.split(",")),
        phones=arguments.phones,
        seed=seed,
        name=f"pbx-{random.SystemRandom().getrandbits(32):08x}",
        calls_per_s=arguments.rate,
        trouble=Trouble(arguments.duplicate, arguments.delay, drop=arguments.drop),
    )
    return replace(plan, temper=QUICK, play_ms=50) if arguments.quick else plan


def say(exchange: Exchange, event: Json) -> None:
    """Who calls, and how it ended."""
    call = exchange.switch.calls.get(event["call_id"])
    if call is None or event["type"] not in {"call.arrived", "call.ended"}:
        return
    end = f": {call.line()['outcome']} ({call.cause})" if call.is_over else " calls"
    print(f"{time.strftime('%H:%M:%S')}  {call.caller} to {call.number}{end}", flush=True)


def report_of(exchange: Exchange) -> Json:
    """Figures of a run."""
    calls = exchange.log()
    return {
        "seed": exchange.plan.seed,
        "calls": len(calls),
        "handled": sum(1 for call in calls if call["outcome"] == "handled"),
        "abandoned": sum(1 for call in calls if call["is_over"] and call["outcome"] == "abandoned"),
        "not_over": exchange.open_calls(),
        "events": sum(call["events"] for call in calls),
        "events_owed": exchange.owed,
        "answers": dict(exchange.postman.answers),
        "reaction": exchange.stopwatch.figures(),
    }


async def serve(arguments: argparse.Namespace) -> int:
    """Run until a signal comes, or for the seconds asked for."""
    exchange = Exchange(plan_of(arguments))
    if arguments.say:
        exchange.on_event = lambda event: say(exchange, event)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    exchange.switch.restart(exchange.now_ms())  # whatever calls there were before us are gone
    async with at_work(exchange, arguments.control_port) as port:
        by_hand = f"Call by hand, answer phones: http://127.0.0.1:{port}/"
        print(by_hand, file=sys.stderr, flush=True)
        try:
            async with asyncio.timeout(arguments.seconds):
                await stopping.wait()
        except TimeoutError:
            await exchange.drain(60.0)
    if arguments.json:
        print(json.dumps(report_of(exchange)))
    return 0


def main() -> int:
    """Parse and serve."""
    return asyncio.run(serve(parser().parse_args()))


if __name__ == "__main__":
    sys.exit(main())
