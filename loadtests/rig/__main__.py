"""`python -m loadtests.rig build`: make Asterisk's root file system, unless it is there.

Where it cannot be had, one line says what is missing.
"""

import argparse
import sys

from loadtests.rig.rootfs import RigError, ensure_rootfs


def main() -> int:
    """Do what the argument names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["build"])
    parser.parse_args()
    try:
        ensure_rootfs()
    except RigError as error:
        print(f"rig: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
