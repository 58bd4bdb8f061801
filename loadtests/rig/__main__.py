"""Asterisk on loopback, for demos and tests: `python -m loadtests.rig build|sounds|run|call`.

`build` makes its root file system, unless it is there; `sounds` tells where it looks for what callers are told. `run` starts it, with agents' phones that pick up by themselves, until
Ctrl-C. `call` dials a number of it. Where it cannot be had, one line says what is missing.
"""

import argparse
import contextlib
import signal
import sys
import threading

from loadtests.rig.instance import Asterisk, Ports, free_range
from loadtests.rig.rootfs import SOUNDS, RigError, ensure_rootfs
from loadtests.rig.sipp import Sipp

RTP_PORTS = 2_000
RING_MS = 3_000
TALK_MS = 30_000


def run(sip_port: int, http_port: int, phones_port: int) -> None:
    """Until Ctrl-C."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: asked.set())
    audio = free_range(RTP_PORTS)
    ports = Ports(sip=sip_port, http=http_port, rtp_start=audio, rtp_count=RTP_PORTS)
    with contextlib.ExitStack() as stack:
        asterisk = Asterisk(ensure_rootfs(), ports)
        stack.callback(asterisk.stop)
        asterisk.start()
        stack.enter_context(Sipp("agent-answer", port=phones_port, ring=RING_MS, talk=TALK_MS))
        print(f"Asterisk: sip:NUMBER@127.0.0.1:{sip_port}, ARI {asterisk.ari_url}", flush=True)
        print(
            f"  call it: python -m loadtests.rig call --sip-port {sip_port} +4930900200", flush=True
        )
        asked.wait()


def call(sip_port: int, number: str, wait_s: int) -> None:
    """One caller, who hangs up after so long."""
    with Sipp.caller("caller-wait", sip_port, number, wait=wait_s * 1_000) as caller:
        caller.wait()


def main() -> int:
    """Do what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("build")
    verbs.add_parser("sounds")
    running = verbs.add_parser("run")
    running.add_argument("--sip-port", type=int, default=5060)
    running.add_argument("--http-port", type=int, default=8088)
    running.add_argument("--phones-port", type=int, default=5091)
    calling = verbs.add_parser("call")
    calling.add_argument("number")
    calling.add_argument("--sip-port", type=int, default=5060)
    calling.add_argument("--wait-s", type=int, default=60)
    asked = parser.parse_args()
    try:
        if asked.verb == "build":
            ensure_rootfs()
        elif asked.verb == "sounds":
            print(ensure_rootfs().outside(SOUNDS))
        elif asked.verb == "run":
            run(asked.sip_port, asked.http_port, asked.phones_port)
        else:
            call(asked.sip_port, asked.number, asked.wait_s)
    except RigError as error:
        print(f"rig: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
