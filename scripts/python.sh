#!/bin/sh
# Prints the Python that is to make .venv: the distribution's, if it will do, else the first in PATH.
#
# Distributions build theirs with profile-guided optimisation; one compiled by a version manager mostly is not, and
# takes up to half as long again for everything. `make PYTHON=...` or an active virtual environment decides otherwise.
set -eu
distributions=/usr/bin/python3
will_do='import sys, ensurepip, sqlite3, ssl, venv; sys.exit(sys.version_info < (3, 11))'
if [ -z "${VIRTUAL_ENV:-}" ] && "$distributions" -c "$will_do" 2>/dev/null; then
    echo "$distributions"
else
    echo python3
fi
