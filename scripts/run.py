"""`make run`: set up, start the server, then a soft PBX and the demo traffic; Ctrl-C stops the server last.

The server prints its address; when `/readyz` answers there, two more processes play phones and customers over the public
interfaces. The server then drains: what it has acknowledged is on disk before it ends.
"""

import argparse
import base64
import json
import os
import queue
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from environment import PYTHON, ensure_system_packages, prepare
from steps import ROOT, StepError, run_step

ADDRESS = re.compile(r"https?://[\w.\[\]:-]+")
TRAFFIC_STOP_S = 10
DRAIN_S = 60

# What the demo's configuration calls its phone system, its numbers and its agents' phones.
CONNECTION = "demo"
NUMBERS = "+4930900100,+4930900200,+4930900300"
PHONES = "1001=hand,1002=hand,1003=hand"
# Customers of the story (config/demo/story), who answer when they are called back.
CUSTOMERS = ",".join(f"+493012000{number}=answers" for number in range(1, 9))
CALLS_PER_S = "0.03"

# Ports of what stands beside the server; another one that is free if somebody else has it.
PBX_PORT = 8090
MAIL_IN_PORT = 2525
MAIL_OUT_PORT = 2526
MAIL_PAGE_PORT = 8026
SIP_PORT = 5060
ARI_PORT = 8088
PHONES_PORT = 5091

# Where the rig's Asterisk finds what callers are told: the same as in loadtests/rig/rootfs.py.
SOUNDS = "/srv/callcenter-sounds"


def usable(port: int) -> str:
    """This port, or one that is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def telephony(ports: dict[str, str]) -> str:
    """The value of CC_TELEPHONY for both sides."""
    key = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    systems: dict[str, dict[str, object]] = {
        CONNECTION: {"keys": [key], "control_url": f"http://127.0.0.1:{ports['pbx']}"}
    }
    if "ari" in ports:
        systems["asterisk"] = {
            "kind": "asterisk",
            "control_url": f"http://127.0.0.1:{ports['ari']}",
            "user": "callcenter",
            "password": "callcenter",
            "endpoint": f"PJSIP/agents/sip:{{phone}}@127.0.0.1:{ports['phones']}",
            "trunk": f"PJSIP/agents/sip:{{number}}@127.0.0.1:{ports['phones']}",
            "sounds": SOUNDS,
            "outside_after_s": 60,
            "browsers": {},
        }
    return json.dumps(systems)


def prepare_asterisk() -> None:
    """Have Asterisk and sipp here, and what callers are told as sounds. Raises StepError, which says what is missing."""
    for purpose in ("asterisk", "prompts"):
        if missing := ensure_system_packages(purpose):
            raise StepError(missing)
    rig = [str(PYTHON), "-m", "loadtests.rig"]
    run_step("Asterisk", [*rig, "build"])
    asked = subprocess.run([*rig, "sounds"], cwd=ROOT, capture_output=True, text=True, check=True)
    making = [str(PYTHON), "-m", "callcenter", "ivr", "prompts", "--out", asked.stdout.strip()]
    run_step("What callers are told", making)


def settle_ports(*, with_asterisk: bool) -> dict[str, str]:
    """Where phone system and mail servers listen, told to the server by its settings; without those that are set.

    Whoever sets them brings a phone system or a mail server of their own.
    """
    ports: dict[str, str] = {}
    if "CC_TELEPHONY" not in os.environ:
        ports["pbx"] = usable(PBX_PORT)
        if with_asterisk:
            wanted = {"sip": SIP_PORT, "ari": ARI_PORT, "phones": PHONES_PORT}
            ports |= {name: usable(port) for name, port in wanted.items()}
        os.environ["CC_TELEPHONY"] = telephony(ports)
    if "CC_SMTP_OUT_PORT" not in os.environ and "CC_SMTP_OUT_HOST" not in os.environ:
        ports["sink"] = os.environ["CC_SMTP_OUT_PORT"] = usable(MAIL_OUT_PORT)
    os.environ.setdefault("CC_SMTP_LISTEN_PORT", usable(MAIL_IN_PORT))
    return ports


def start_beside(
    url: str, ports: dict[str, str], *, with_traffic: bool
) -> list[subprocess.Popen[str]]:
    """A phone system to call by hand, a mail server that shows what went out, and with traffic customers."""
    beside = []
    mail_in = os.environ["CC_SMTP_LISTEN_PORT"]
    if "pbx" in ports:
        arguments = ["--server", url, "--connection", CONNECTION, "--control-port", ports["pbx"]]
        arguments += ["--numbers", NUMBERS, "--phones", f"{PHONES},{CUSTOMERS}", "--say"]
        arguments += ["--rate", CALLS_PER_S if with_traffic else "0"]
        beside.append(start("loadtests.softpbx", *arguments))
    if "ari" in ports:
        arguments = ["--sip-port", ports["sip"], "--http-port", ports["ari"]]
        beside.append(start("loadtests.rig", "run", *arguments, "--phones-port", ports["phones"]))
    if "sink" in ports:
        page = usable(MAIL_PAGE_PORT)
        arguments = ["--smtp-port", ports["sink"], "--http-port", page]
        beside.append(start("loadtests.smtp_sink", *arguments, stdout=subprocess.DEVNULL))
        print(f"What went out by mail: http://127.0.0.1:{page}/", flush=True)
    if with_traffic:
        data_dir = os.environ.get("CC_DATA_DIR", "var")
        arguments = ["--url", url, "--data-dir", data_dir, "--smtp-port", mail_in]
        beside.append(start("loadtests.demo_traffic", *arguments))
    return beside


def start(module: str, *arguments: str, stdout: int | None = None) -> subprocess.Popen[str]:
    """Start one of our programs in its own process group: Ctrl-C reaches it through us, in our order."""
    argv = [str(PYTHON), "-u", "-m", module, *arguments]
    return subprocess.Popen(argv, cwd=ROOT, stdout=stdout, text=True, process_group=0)


def echo(server: subprocess.Popen[str], addresses: "queue.Queue[str]") -> None:
    """Pass the server's lines on; the first address among them goes to `addresses`, "" when it ends."""
    for line in server.stdout or ():
        print(line, end="", flush=True)
        if found := ADDRESS.search(line):
            addresses.put(found.group())
    addresses.put("")


def wait_until_ready(server: subprocess.Popen[str], url: str) -> bool:
    """Ask /readyz until it answers 200; False when the server ended instead."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - our own server
                return True
        except OSError:  # refused, reset, or 503: not yet
            time.sleep(0.05)
    return False


def stop(processes: list[subprocess.Popen[str]], within_s: float) -> None:
    """Ask processes to end, and end them when they do not."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in processes:
        try:
            process.wait(within_s)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):  # too slow, or asked twice
            process.kill()
            process.wait()


def serve(*, with_traffic: bool, with_asterisk: bool, started: float) -> int:
    """Run the server, and the traffic beside it, until Ctrl-C or until the server ends."""
    beside: list[subprocess.Popen[str]] = []
    ports = settle_ports(with_asterisk=with_asterisk)
    server = start("callcenter", "run", "--demo", "--story", stdout=subprocess.PIPE)
    addresses: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=echo, args=(server, addresses), daemon=True)
    reader.start()
    try:
        url = addresses.get()
        if url and wait_until_ready(server, url):
            print(f"Started in {time.monotonic() - started:.1f} s.", flush=True)
            beside += start_beside(url, ports, with_traffic=with_traffic)
        status = server.wait()
    except KeyboardInterrupt:
        print(flush=True)  # after the terminal's ^C
        stop(beside, TRAFFIC_STOP_S)
        stop([server], DRAIN_S)
        status = server.returncode
    finally:
        stop(beside, TRAFFIC_STOP_S)
        stop([server], DRAIN_S)
    reader.join(1)
    return status


def interrupt(_number: int, _frame: object) -> None:
    """Treat a polite kill and a closed terminal as Ctrl-C; hear Ctrl-C in the background too."""
    raise KeyboardInterrupt


def main() -> int:
    """Set up and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traffic", choices=["0", "1"], default="1")
    parser.add_argument("--asterisk", choices=["0", "1"], default="0")
    parser.add_argument("--clock", choices=["wall", "demo"], default="wall")
    arguments = parser.parse_args()
    with_asterisk = arguments.asterisk == "1"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    started = time.monotonic()
    if arguments.clock == "demo":
        os.environ["CC_CLOCK"] = "demo"
    try:
        prepare("runtime", "console")
        if with_asterisk:
            prepare_asterisk()
        with_traffic = arguments.traffic == "1"
        return serve(with_traffic=with_traffic, with_asterisk=with_asterisk, started=started)
    except (StepError, OSError) as error:
        print(f"callcenter: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
