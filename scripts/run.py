"""`make run`: set up, start the server, then the demo traffic; Ctrl-C stops both, traffic first.

The server prints its address; when `/readyz` answers there, a second process plays customers and agents
over the public interfaces. The server then drains: what it has acknowledged is on disk before it ends.
"""

import argparse
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from environment import PYTHON, prepare
from steps import ROOT, StepError

ADDRESS = re.compile(r"https?://[\w.\[\]:-]+")
TRAFFIC_STOP_S = 10
DRAIN_S = 60


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


def stop(process: subprocess.Popen[str] | None, within_s: float) -> None:
    """Ask a process to end, and end it when it does not."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(within_s)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):  # too slow, or asked twice
        process.kill()
        process.wait()


def serve(*, with_traffic: bool, started: float) -> int:
    """Run the server, and the traffic beside it, until Ctrl-C or until the server ends."""
    traffic = None
    server = start("callcenter", "run", "--demo", stdout=subprocess.PIPE)
    addresses: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=echo, args=(server, addresses), daemon=True)
    reader.start()
    try:
        url = addresses.get()
        if url and wait_until_ready(server, url):
            print(f"Started in {time.monotonic() - started:.1f} s.", flush=True)
            if with_traffic:
                data_dir = os.environ.get("CC_DATA_DIR", "var")
                traffic = start("loadtests.demo_traffic", "--url", url, "--data-dir", data_dir)
        status = server.wait()
    except KeyboardInterrupt:
        print(flush=True)  # after the terminal's ^C
        stop(traffic, TRAFFIC_STOP_S)
        stop(server, DRAIN_S)
        status = server.returncode
    finally:
        stop(traffic, TRAFFIC_STOP_S)
        stop(server, DRAIN_S)
    reader.join(1)
    return status


def interrupt(_number: int, _frame: object) -> None:
    """Treat a polite kill and a closed terminal as Ctrl-C; hear Ctrl-C in the background too."""
    raise KeyboardInterrupt


def main() -> int:
    """Set up and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traffic", choices=["0", "1"], default="1")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    started = time.monotonic()
    try:
        prepare("runtime", "console")
        return serve(with_traffic=arguments.traffic == "1", started=started)
    except (StepError, OSError) as error:
        print(f"callcenter: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
