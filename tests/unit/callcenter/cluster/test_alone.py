"""One process alone needs no Redis: not even its client is loaded."""

import subprocess
import sys

LOOK = """
import sys
import callcenter.bootstrap.server, callcenter.cli
sys.exit("redis" in sys.modules)
"""


def test_one_process_alone_loads_no_client_of_redis() -> None:
    looked = subprocess.run([sys.executable, "-c", LOOK], check=False)  # noqa: S603 - our own words
    assert looked.returncode == 0
